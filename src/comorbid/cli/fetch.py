"""`comorbid fetch COHORT [--from DIR]`: a survey's tables, from its publisher or from a folder, checked and stored."""

from __future__ import annotations

import shutil
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from comorbid.sources.fetch import Step, Stored

MEGABYTE = 1e6
BAR = 24


def add_parser(subparsers: Any) -> None:
    """Add the command to the program's parser."""
    parser = subparsers.add_parser(
        "fetch",
        help="download a survey's tables, or take them from a folder",
        description="Bring every table of a survey into the cache folder. Each file is checked on arrival: readable, "
        "whole, with its columns and with the counts that its publisher gives for every code. Tables that are there "
        "already are checked again and kept. COMORBID_MIRROR names a server to use in place of the publisher's.",
    )
    parser.add_argument("cohort", metavar="COHORT", help="a registered survey (see `comorbid cohorts`)")
    parser.add_argument(
        "--from", dest="source", metavar="DIR", help="copy from this folder (.xpt or .csv.xz) instead of downloading"
    )
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Fetch, and say in one line what came and where it lies."""
    from comorbid.sources.fetch import fetch_cohort
    from comorbid.sources.registry import SYNTHETIC

    if args.cohort == SYNTHETIC:
        print("The synthetic cohort is made when it is asked for; there is nothing to fetch.")
        return 0
    progress = ProgressBar(sys.stderr)
    try:
        stored = fetch_cohort(args.cohort, args.source, progress=progress)
    finally:
        progress.close()
    print(_summary(args.cohort, stored))
    if elsewhere := _found_first(stored):
        print(f"comorbid fetch: {elsewhere}", file=sys.stderr)
    return 0


def _summary(cohort: str, stored: Sequence[Stored]) -> str:
    counts = Counter("here already" if table.action == "present" else table.action for table in stored)
    done = ", ".join(f"{count} {action}" for action, count in counts.items())
    folder = stored[0].path.parent
    return f"{cohort}: {len(stored)} tables {_compared(cohort)} ({done}). They lie in {folder}."


def _compared(cohort: str) -> str:
    """What the tables were held against."""
    from comorbid.sources.frequencies import PUBLISHED, UNCOUNTED, published_frequencies

    counts = published_frequencies(cohort)
    known = sum(map(bool, counts.tables.values()))
    if not known:
        return "could be read; there are no published counts here to hold them against"
    if cohort in UNCOUNTED:
        return f"could be read; {known} of them, whose number of people was published, have as many"
    return "agree with the published counts" if counts.basis == PUBLISHED else f"have the counts {counts.basis}"


def _found_first(stored: Sequence[Stored]) -> str:
    """A note when a folder of COMORBID_DATA holds tables too, since the loader looks there first."""
    from comorbid.sources.tables import locate

    found = [path for table in stored if (path := locate(table.table)) not in (None, table.path)]
    if not found:
        return ""
    return f"{len(found)} of these tables also lie in {found[0].parent}, which COMORBID_DATA names; those come first."


class ProgressBar:
    """One line that is drawn again as bytes arrive, on a terminal; nothing in a pipe."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.live = stream.isatty()
        self._last = ""

    def __call__(self, step: Step) -> None:
        line = progress_line(step, shutil.get_terminal_size().columns) if self.live else ""
        if line != self._last:
            self._last = line
            self.stream.write(f"\r\x1b[2K{line}")
            self.stream.flush()

    def close(self) -> None:
        """Clear the line."""
        if self._last:
            self.stream.write("\r\x1b[2K")
            self.stream.flush()


def progress_line(step: Step, width: int) -> str:
    """E.g. `MPQ_B     7 of 15  [############------------]   1.2 of 2.4 MB`, cut to the width of the terminal."""
    received = f"{step.received / MEGABYTE:5.1f}"
    start = f"{step.table:<8} {step.number:>2} of {step.tables}"
    if not step.expected:
        return f"{start}  {received} MB"[: width - 1]
    filled = round(BAR * min(1.0, step.received / step.expected))
    bar = "#" * filled + "-" * (BAR - filled)
    return f"{start}  [{bar}] {received} of {step.expected / MEGABYTE:.1f} MB"[: width - 1]
