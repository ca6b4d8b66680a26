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

from tests.analyses.toy_study import files, write_study

ROOT = Path(__file__).parents[2]
LONG = """
import os, subprocess, time
child = subprocess.Popen(["sleep", "300"])
with open(PIDS, "w") as file:
    file.write(f"{os.getpid()} {child.pid}")
os.rename(PIDS, PIDS + ".ready")
time.sleep(300)
"""
RUNNER = """
import sys
from pathlib import Path
from comorbid.analyses.study import load_study
from tests.analyses.toy_study import run
print({name: found.status for name, found in run(load_study(sys.argv[1]), Path(sys.argv[2])).items()})
"""


def start(study: Path, out: Path) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(study), str(out)],
        env={**os.environ, "PYTHONPATH": path},
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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGINT, None), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_a_stopped_run_leaves_no_orphan_and_no_half_report(tmp_path: Path, number: int, status: int | None) -> None:
    pids = tmp_path / "pids.ready"
    write_study(tmp_path / "study", {"long": [LONG.replace("PIDS", repr(str(tmp_path / "pids")))]})
    out = tmp_path / "out"
    with start(tmp_path / "study" / "study.toml", out) as process:
        assert wait_for(pids.is_file), "the kernel did not start"
        started = [int(pid) for pid in pids.read_text().split()]
        assert not any(gone(pid) for pid in started)
        process.send_signal(number)
        process.communicate(timeout=20)
    assert process.returncode != 0 and (status is None or process.returncode == status)
    assert wait_for(lambda: all(gone(pid) for pid in started), 10), "a kernel or its child outlived the run"
    assert wait_for(lambda: not list(out.glob(".tmp-*")), 5), "the working folder was left"
    assert [name for name in files(out) if not name.startswith((".locks", "log.txt"))] == []


@pytest.mark.slow
def test_two_runs_at_once_do_not_mix(tmp_path: Path) -> None:
    write_study(tmp_path / "study", {"pairs": ["1 + 1"]})
    study, out = tmp_path / "study" / "study.toml", tmp_path / "out"
    with start(study, out) as first, start(study, out) as second:
        said = sorted(process.communicate(timeout=60)[0].splitlines()[-1] for process in (first, second))
    assert said == ["{'pairs': 'done'}", "{'pairs': 'unchanged'}"]
    assert {path.name for path in out.iterdir()} == {".locks", "index.html", "log.txt", "toy"}
