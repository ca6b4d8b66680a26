"""One run at a time for each report, also across processes; the system frees the lock of a killed run."""

from __future__ import annotations

import os
from pathlib import Path

from comorbid.errors import AnalysisError

__all__ = ["ReportLock"]


class ReportLock:
    """Advisory lock on a file that stays where it is.

    The lock belongs to the open file: a worker that inherits `handles` keeps it until it has ended too, so that a run
    whose runner was killed cannot meet the next one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.handles: tuple[int, ...] = ()

    @property
    def held(self) -> bool:
        """Whether the lock is ours."""
        return bool(self.handles)

    def acquire(self) -> bool:
        """Take the lock if nobody has it; says whether it is ours now."""
        try:
            import fcntl
        except ImportError:
            raise AnalysisError("reports need Linux or macOS; on Windows, run inside WSL.") from None
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self.handles = (handle,)
        return True

    def release(self) -> None:
        """Give the lock back; nothing happens when it is not ours."""
        for handle in self.handles:
            os.close(handle)
        self.handles = ()
