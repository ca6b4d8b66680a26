"""The two preloaded processes of a run: one forks its workers, the other their kernels."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from comorbid.analyses.environment import FORK, REPORT_DIR, child_environment, make_runtime

__all__ = ["Nursery", "can_fork"]

SINGLE_THREAD = {"JE_ARROW_MALLOC_CONF": "background_thread:false"}
"""Keeps pyarrow's allocator, where pandas loads it, from a thread of its own: a process with threads must not fork."""


def can_fork() -> bool:
    """Whether preloaded processes can be had: on Linux, unless the user declines."""
    if sys.platform != "linux" or os.environ.get(FORK) == "0":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):  # a Python or a container without it
        return False
    return True


class Nursery:
    """Preloaded processes, started when the first report asks for them and ended with the run."""

    def __init__(self) -> None:
        self._started: dict[str, tuple[Path, subprocess.Popen[bytes]]] = {}

    def address(self, kind: str) -> Path:
        """Socket of the preloaded process for "worker" or "kernel"; both start at the first call."""
        if not self._started:
            for each in ("worker", "kernel"):
                self._started[each] = _start(each)
        return self._started[kind][0] / "socket"

    def close(self) -> None:
        """End both; what they forked goes on."""
        for folder, process in self._started.values():
            process.kill()
            process.communicate()
            shutil.rmtree(folder, ignore_errors=True)
        self._started.clear()


def _start(kind: str) -> tuple[Path, subprocess.Popen[bytes]]:
    """Folder and process; the socket listens from now on, so that requests wait for the end of the imports."""
    runtime = make_runtime()
    environment = {**child_environment(runtime, runtime / "scratch"), **SINGLE_THREAD}
    del environment[REPORT_DIR]
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        try:
            listener.bind(str(runtime / "socket"))
            listener.listen()
            process = subprocess.Popen(
                [sys.executable, "-m", "comorbid.analyses.preloaded", kind, str(listener.fileno())],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=runtime,
                env=environment,
                pass_fds=[listener.fileno()],
                start_new_session=True,
            )
        except BaseException:
            with suppress(OSError):
                shutil.rmtree(runtime)
            raise
    return runtime, process
