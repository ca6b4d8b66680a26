"""The fault table: whatever goes wrong over a good report, the run says so and the good report stays to the byte.

Each fault is caused for real, in a process of its own that runs `comorbid report`. Faults that have tests elsewhere are
named at the end, so that the table is whole.
"""

from __future__ import annotations

import ast
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.analyses.toy_study import SETUP, files, write_study

ROOT = Path(__file__).parents[2]
GOOD = [SETUP + 'import pandas as pd\nreport.table(pd.DataFrame({"n": [1]}), "one", "One")\nreport.headline("Good.")']
BIG = 'report.table(pd.DataFrame({"n": range(40_000)}), "big", "Big")'
STARTED = "open(r'{flag}', 'w').close()\nimport time\ntime.sleep(60)"

START = """
import sys
{before}
from comorbid.cli import main
sys.exit(main(sys.argv[1:]))
"""
KILL_BETWEEN_RENAMES = """
import os, signal
from comorbid.analyses import publish
rename = os.replace
def replace(start, end):
    rename(start, end)
    if str(end).endswith(".old-synthetic-toy"):
        os.kill(os.getpid(), signal.SIGKILL)
publish.os.replace = replace
"""
CLOCK_JUMPS = """
import time
wall, calls = time.time, []
def jump():
    calls.append(1)
    return wall() - 86_400 * 365 * len(calls)
time.time = jump
"""
FILES_CANNOT_GROW = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
"""


@dataclass(frozen=True)
class Fault:
    """How a fault is caused, and what the command says of it.

    cell : source of the notebook's last cell; {flag} is a file that tells that it has begun
    before : source that the command's process runs first
    arguments : further arguments of `comorbid report`
    number : signal sent to the command once the cell has begun
    status : exit status; `said`: words of the message on standard error
    """

    cell: str = "1"
    before: str = ""
    arguments: tuple[str, ...] = ()
    number: int | None = None
    status: int = 2
    said: str = ""


FAULTS = {
    "kernel killed": Fault("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", said="DeadKernel"),
    "cell timeout": Fault("import time\ntime.sleep(60)", said="Timeout"),
    "exception": Fault("1 / 0", said="ZeroDivisionError"),
    "out of memory": Fault(
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))\nx = bytearray(2**34)",
        said="MemoryError",
    ),
    "sys.exit(0)": Fault("import sys\nsys.exit(0)", said="SystemExit"),
    "exit 0 of the process": Fault("import os\nos._exit(0)", said="DeadKernel"),
    "SIGTERM": Fault(STARTED, number=signal.SIGTERM, status=128 + signal.SIGTERM),
    "SIGINT": Fault(STARTED, number=signal.SIGINT, status=130, said="stopped"),
    "SIGKILL": Fault(STARTED, number=signal.SIGKILL, status=-signal.SIGKILL),
    "disk full": Fault(SETUP + "import pandas as pd\n" + BIG, FILES_CANNOT_GROW, said="File too large"),
    "unknown parameter": Fault(arguments=("-p", "min_aeg=20"), said="Did you mean 'min_age'"),
    "wrong type": Fault(arguments=("-p", "min_age=old"), said="min_age wants a whole number"),
    "killed while publishing": Fault(before=KILL_BETWEEN_RENAMES, status=-signal.SIGKILL),
}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study with a good report of its only analysis."""
    folder = tmp_path_factory.mktemp("faults")
    write_study(folder / "study", {"toy": GOOD}, toy="timeout = 8")
    with command(folder) as process:
        said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    return folder


@pytest.fixture
def place(good: Path, tmp_path: Path) -> Iterator[Path]:
    shutil.copytree(good, tmp_path / "place")
    yield tmp_path / "place"


def command(folder: Path, *arguments: str, before: str = "") -> subprocess.Popen[str]:
    path = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    fixed = ["--study", str(folder / "study" / "study.toml"), "--out", str(folder / "out"), "--jobs", "1"]
    return subprocess.Popen(
        [sys.executable, "-c", START.format(before=before), "report", *fixed, *arguments],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def report(folder: Path) -> dict[str, bytes]:
    return files(folder / "out" / "synthetic" / "toy")


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 60
    while not path.exists():
        assert process.poll() is None and time.monotonic() < end, "the cell did not begin"
        time.sleep(0.05)


def cause(fault: Fault, place: Path) -> tuple[int, str]:
    """Exit status and standard error of `comorbid report` under the fault."""
    write_study(
        place / "study", {"toy": [*GOOD, fault.cell.replace("{flag}", str(place / "begun"))]}, toy="timeout = 8"
    )
    with command(place, *fault.arguments, before=fault.before) as process:
        if fault.number is not None:
            wait_for(place / "begun", process)
            process.send_signal(fault.number)
        _, errors = process.communicate(timeout=120)
    return process.returncode, errors


@pytest.mark.slow
@pytest.mark.parametrize("name", FAULTS, ids=lambda name: name.replace(" ", "-"))
def test_a_fault_is_no_success_and_the_good_report_stays(name: str, place: Path) -> None:
    fault, before = FAULTS[name], report(place)
    status, errors = cause(fault, place)
    assert status == fault.status, errors
    assert fault.said in errors
    assert "Traceback" not in errors
    if name != "killed while publishing":
        assert report(place) == before


@pytest.mark.slow
def test_a_report_whose_publication_was_killed_comes_back_and_is_then_replaced(place: Path) -> None:
    before = report(place)
    cause(FAULTS["killed while publishing"], place)
    assert report(place) == {}, "the fault did not happen between the renames"
    write_study(place / "study", {"toy": [*GOOD, "1 / 0"]}, toy="timeout = 8")
    with command(place) as process:
        process.communicate(timeout=120)
    assert process.returncode == 2
    assert report(place) == before


@pytest.mark.slow
def test_three_runs_to_one_path_give_one_whole_report(place: Path) -> None:
    shutil.rmtree(place / "out")
    processes = [command(place) for _ in range(3)]
    said = [process.communicate(timeout=180)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert sorted(line.split()[0] for line in said) == ["done", "unchanged", "unchanged"]
    with command(place) as process:
        assert process.communicate(timeout=120)[0].startswith("unchanged")


@pytest.mark.slow
def test_a_clock_that_runs_backwards_changes_nothing(place: Path) -> None:
    with command(place, before=CLOCK_JUMPS) as process:
        said, _ = process.communicate(timeout=120)
    assert (process.returncode, said.split()[0]) == (0, "unchanged")
    before = report(place)
    with command(place, "--force", before=CLOCK_JUMPS) as process:
        said, _ = process.communicate(timeout=120)
    assert (process.returncode, said.split()[0]) == (0, "done")
    assert report(place) == before


@pytest.mark.slow
def test_a_stopped_study_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Of three analyses the second is stopped: the first is not made again, the others are."""
    slow = STARTED.replace("{flag}", str(tmp_path / "begun"))
    write_study(tmp_path / "study", {"one": GOOD, "two": [slow], "three": GOOD})
    with command(tmp_path) as process:
        wait_for(tmp_path / "begun", process)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    write_study(tmp_path / "study", {"one": GOOD, "two": GOOD, "three": GOOD})
    with command(tmp_path) as process:
        said = process.communicate(timeout=120)[0]
    assert process.returncode == 0
    assert [line.split()[0] for line in said.splitlines()] == ["unchanged", "done", "done"]


@pytest.mark.parametrize("out", ["/proc/reports", "/dev/null/reports"])
def test_a_folder_that_cannot_be_made_is_one_message(out: str, place: Path) -> None:
    """Places where nobody may write, the administrator included."""
    before = report(place)
    with command(place, "--out", out) as process:
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "Nothing was run" in errors and "Traceback" not in errors
    assert report(place) == before


ELSEWHERE = {
    "corrupted cache": ("sources/test_fetch.py", "test_a_damaged_table_in_the_cache_is_replaced"),
    "download cut": ("sources/test_fetch.py", "test_a_body_that_ends_early_is_tried_again_then_refused"),
    "web page instead of a file": ("sources/test_fetch.py", "test_a_web_page_with_status_200_is_caught"),
    "disk full while downloading": ("sources/test_fetch.py", "test_a_disk_that_fills_up"),
    "worker killed": (
        "analyses/test_report_signals.py", "test_a_killed_worker_is_a_failed_report_and_takes_its_kernel_along",
    ),
    "orphans": ("analyses/test_report_signals.py", "test_a_stopped_run_leaves_no_orphan_and_no_half_report"),
    "rename refused": ("analyses/test_report_runner.py", "test_a_draft_that_cannot_be_moved_leaves_the_old_report"),
}  # fmt: skip


@pytest.mark.parametrize("fault", ELSEWHERE, ids=lambda fault: fault.replace(" ", "-"))
def test_faults_tested_elsewhere_have_their_test(fault: str) -> None:
    file, name = ELSEWHERE[fault]
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
