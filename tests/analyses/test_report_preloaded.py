"""Preloaded processes: what they refuse, and what happens without them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from comorbid.analyses.environment import FORK
from comorbid.analyses.forked import ForkedProcess
from comorbid.analyses.nursery import Nursery, can_fork
from tests.analyses.toy_study import SETUP, run, write_study

ROOT = Path(__file__).parents[2]
THREADED = """
import threading, time
from comorbid.analyses import preloaded
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
preloaded.MODULES = {"worker": ()}
preloaded._preload("worker")
"""
needs_fork = pytest.mark.skipif(not can_fork(), reason="no preloaded processes here")


def test_forking_can_be_declined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FORK, "0")
    assert not can_fork()


def test_only_linux_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not can_fork()


@needs_fork
def test_a_process_with_threads_does_not_fork() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", THREADED], env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "2 threads run after the imports" in done.stderr


@needs_fork
def test_a_preloaded_process_that_ends_before_it_answers_is_told(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(str(tmp_path / "socket"))
        listener.listen()
        threading.Thread(target=lambda: listener.accept()[0].close(), daemon=True).start()
        with pytest.raises(OSError):
            ForkedProcess(tmp_path / "socket", ["a"], {}, tmp_path, [0, 1, 2])


@needs_fork
@pytest.mark.slow
@pytest.mark.parametrize("lost", ["worker", "kernel"])
def test_without_a_preloaded_process_plain_ones_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str) -> None:
    address = Nursery.address

    def gone(nursery: Nursery, kind: str) -> Path:
        return tmp_path / "absent" if kind == lost else address(nursery, kind)

    monkeypatch.setattr(Nursery, "address", gone)
    study = write_study(tmp_path / "study", {"pairs": [SETUP + "report.headline('Made.')"]})
    assert run(study, tmp_path / "out")["pairs"].status == "done"


@needs_fork
@pytest.mark.slow
def test_a_child_is_handled_like_a_process_of_ones_own(tmp_path: Path) -> None:
    nursery = Nursery()
    with (tmp_path / "said").open("wb") as said:
        stdin, hold = os.pipe()
        handles = [stdin, said.fileno(), said.fileno()]
        address = nursery.address("worker")
        try:
            child = ForkedProcess(address, ["a", str(tmp_path / "absent.json")], dict(os.environ), tmp_path, handles)
            assert child.wait(20) == 1 == child.poll()
            child.terminate()
        finally:
            nursery.close()
            os.close(stdin)
            os.close(hold)
    assert b"absent.json" in (tmp_path / "said").read_bytes()
    assert not address.parent.exists()
