"""How a run shows itself: live lines with elapsed time on a terminal, one line a report anywhere else."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from comorbid.analyses.run import Outcome, Run

__all__ = ["Progress", "outcome_line", "shown_path"]

PAUSE = 0.5
UP, CLEAR = "\x1b[{}A", "\x1b[2K\r"


class Progress:
    """Writes to `stream`; redraws only where it is a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.live = stream.isatty()
        self._drawn = 0
        self._drawn_at = 0.0

    def show(self, runs: Sequence[Run]) -> None:
        """Redraw one line for each run that has not finished, twice a second; nothing happens in a pipe."""
        if self.live and time.monotonic() - self._drawn_at > PAUSE:
            self._drawn_at = time.monotonic()
            self._erase()
            width = shutil.get_terminal_size().columns - 1
            lines = [_running_line(run)[:width] for run in runs]
            self.stream.write("".join(line + "\n" for line in lines))
            self._drawn = len(lines)
            self.stream.flush()

    def finish(self, outcome: Outcome) -> None:
        """Write the line of a finished job, where it stays."""
        self._erase()
        self.stream.write(outcome_line(outcome) + "\n")
        self.stream.flush()

    def _erase(self) -> None:
        if self._drawn:
            self.stream.write(UP.format(1).join([CLEAR] * (self._drawn + 1)))
            self._drawn = 0


def outcome_line(outcome: Outcome, base: Path | None = None) -> str:
    """What became of a job, in one line: `done  4.1 s  reports/synthetic/pairs/index.html`.

    Paths are shown from `base`, by default the working folder, where they lie below it.
    """
    return _line(outcome.status, outcome.seconds, _end(outcome, base or Path.cwd()))


def _end(outcome: Outcome, base: Path) -> str:
    if outcome.status in {"skipped", "failed", "differs"}:
        return f"{outcome.cohort}/{outcome.analysis}: {(outcome.message.splitlines() or ['?'])[0]}"
    several = "s" if outcome.warnings != 1 else ""
    note = f"  ({outcome.warnings} warning{several})" if outcome.warnings else ""
    return f"{shown_path(outcome.path / 'index.html', base)}{note}"


def _running_line(run: Run) -> str:
    where = f"  cell {run.cell}" if run.state == "running" and run.cell else ""
    state, more = (run.state, where) if run.state in {"running", "waiting"} else ("waiting", f"  {run.state}")
    return _line(state, run.seconds, f"{run.job.cohort.name}/{run.job.analysis.name}{more}")


def _line(status: str, seconds: float, rest: str) -> str:
    return f"{status:<9}  {seconds:>7.1f} s  {rest}"


def shown_path(path: Path, base: Path) -> str:
    """The path from `base`, if it lies below."""
    return str(path.relative_to(base)) if path.is_relative_to(base) else str(path)
