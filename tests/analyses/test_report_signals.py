"""However a run ends, no kernel outlives it and no half report stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from comorbid.analyses.environment import FORK
from comorbid.analyses.nursery import can_fork
from tests.analyses.toy_study import files, write_study

ROOT = Path(__file__).parents[2]
LONG = """
import os, subprocess, time
child = subprocess.Popen(["sleep", "300"])
with open(PIDS, "w") as file:
    file.write(f"{os.getpid()} {child.pid} {os.environ['JPY_PARENT_PID']}")
os.rename(PIDS, PIDS + ".ready")
time.sleep(300)
"""
RUNNER = """
import sys
from pathlib import Path
from comorbid.analyses.study import load_study
from tests.analyses.toy_study import run
found = run(load_study(sys.argv[1]), Path(sys.argv[2]), stream=sys.stdout)
print({name: outcome.status for name, outcome in found.items()})
"""


def start(study: Path, out: Path, fork: str = "1") -> subprocess.Popen[str]:
    path = os.pathsep.join([str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(study), str(out)],
        env={**os.environ, "PYTHONPATH": path, FORK: fork},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(what, seconds: float = 40) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.05)
    return False


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def long_study(tmp_path: Path) -> Path:
    write_study(tmp_path / "study", {"long": [LONG.replace("PIDS", repr(str(tmp_path / "pids")))]})
    return tmp_path / "study" / "study.toml"


def all_started(process: subprocess.Popen[str], pids: Path) -> dict[int, Path]:
    """Kernel, its child, worker and every other process below the run's, each with its working folder."""
    assert wait_for(pids.is_file), "the kernel did not start"
    found = {int(pid) for pid in pids.read_text().split()}
    found |= {child.pid for child in psutil.Process(process.pid).children(recursive=True)}
    assert not any(gone(pid) for pid in found)
    return {pid: Path(psutil.Process(pid).cwd()) for pid in found}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "status", "fork"),
    [
        (signal.SIGTERM, 128 + signal.SIGTERM, "1"),
        (signal.SIGINT, None, "1"),
        (signal.SIGKILL, -signal.SIGKILL, "1"),
        (signal.SIGTERM, 128 + signal.SIGTERM, "0"),
        (signal.SIGKILL, -signal.SIGKILL, "0"),
    ],
)
def test_a_stopped_run_leaves_no_orphan_and_no_half_report(
    tmp_path: Path, number: int, status: int | None, fork: str
) -> None:
    out = tmp_path / "out"
    with start(long_study(tmp_path), out, fork) as process:
        started = all_started(process, tmp_path / "pids.ready")
        process.send_signal(number)
        process.communicate(timeout=20)
    assert process.returncode != 0 and (status is None or process.returncode == status)
    assert wait_for(lambda: all(gone(pid) for pid in started), 10), "a process outlived the run"
    assert wait_for(lambda: not list(out.glob(".tmp-*")), 5), "the working folder was left"
    assert wait_for(lambda: not any(path.exists() for path in started.values()), 5), "a private folder was left"
    assert [name for name in files(out) if not name.startswith((".locks", "log.txt"))] == []


@pytest.mark.slow
@pytest.mark.skipif(not can_fork(), reason="no preloaded processes here")
def test_a_killed_worker_is_a_failed_report_and_takes_its_kernel_along(tmp_path: Path) -> None:
    with start(long_study(tmp_path), tmp_path / "out") as process:
        started = all_started(process, tmp_path / "pids.ready")
        kernel, child, worker = map(int, (tmp_path / "pids.ready").read_text().split())
        os.kill(worker, signal.SIGKILL)
        said, _ = process.communicate(timeout=20)
    assert said.splitlines()[-1] == "{'long': 'failed'}"
    assert "the worker ended with signal 9" in said
    assert wait_for(lambda: gone(kernel) and gone(child), 10), "the kernel outlived its worker"
    assert wait_for(lambda: all(gone(pid) for pid in started), 10), "a process outlived the run"
    assert not list((tmp_path / "out").glob(".tmp-*"))


@pytest.mark.slow
def test_two_runs_at_once_do_not_mix(tmp_path: Path) -> None:
    write_study(tmp_path / "study", {"pairs": ["1 + 1"]})
    study, out = tmp_path / "study" / "study.toml", tmp_path / "out"
    with start(study, out) as first, start(study, out) as second:
        said = sorted(process.communicate(timeout=60)[0].splitlines()[-1] for process in (first, second))
    assert said == ["{'pairs': 'done'}", "{'pairs': 'unchanged'}"]
    assert {path.name for path in out.iterdir()} == {".locks", "index.html", "log.txt", "toy"}
