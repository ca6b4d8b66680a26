"""The worker's guard: neither worker nor kernel outlives the run that started them.

The runner holds the other end of the worker's standard input. When it closes, because the runner ended in whatever
way, or when SIGTERM comes, the kernel's process group is killed and the working folders are removed.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

__all__ = ["end_kernels", "kernels", "watch"]

STOPPED = 143
"""Exit status of a worker that was told to stop."""

kernels: set[int] = set()
"""Process groups of the kernels that this worker started."""


def watch(leftovers: Iterable[Path]) -> None:
    """Stop at SIGTERM or when the runner is gone, and remove `leftovers` then."""
    folders = tuple(leftovers)
    signal.signal(signal.SIGTERM, lambda *_: _stop(folders))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_wait_for_runner, args=(folders,), daemon=True).start()


def end_kernels() -> None:
    """Kill every process that a kernel of this worker left."""
    while kernels:
        try:
            os.killpg(kernels.pop(), signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue


def _wait_for_runner(folders: tuple[Path, ...]) -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    _stop(folders)


def _stop(folders: tuple[Path, ...]) -> NoReturn:
    end_kernels()
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(STOPPED)
