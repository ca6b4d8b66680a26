"""Memory that reading a file may take: in proportion to the file, so that a small one cannot fill the machine.

Every reader reckons what a file would take before it reads it, at the highest, from what the file says or from counting
its fields. The bytes of a field, a number and a text are measured: the resident memory of a process that reads, drafts
a codebook or checks. Text that is not packed is not reckoned: where all texts differ, it takes some forty times
its size.
"""

from __future__ import annotations

import os
from pathlib import Path

from comorbid.errors import SourceError

__all__ = ["EMPTY", "FIELD", "LETTERS", "NUMBER", "ROOM", "TEXT", "WAY_OUT", "WORKED", "allowance", "require_room"]

ROOM = 768 * 2**20
"""Bytes that any file may take: a million people with forty answers each."""
RATIO = 40
"""A larger file may take as many times its size: packed answers of yes and no, some thirty bits in memory for one."""
NUMBER = 16
"""Bytes of a number while a table is made: in its column, and in the table."""
FIELD, EMPTY = 18, 16
"""Bytes of a field of a text file, beside its letters, and of two empty ones more."""
TEXT = 60
"""Bytes of a short text by itself, with the place that points to it."""
WORKED, LETTERS = 230, 8
"""Bytes of a text, and for each of its letters, while one column of texts is looked at."""
VARIABLE = "COMORBID_MEMORY"
GIBIBYTE = 2**30
WAY_OUT = f"If you trust the file, allow more, in gigabytes: {VARIABLE}=8, for instance."


def allowance(path: Path) -> int:
    """Bytes of memory that reading a file may take: `ROOM`, or `RATIO` times its size, or what the user declared."""
    declared = os.environ.get(VARIABLE, "")
    if not declared:
        return max(ROOM, RATIO * path.stat().st_size)
    try:
        return round(float(declared) * GIBIBYTE)
    except (ValueError, OverflowError):
        raise SourceError(f"{VARIABLE} is {declared!r}: a number of gigabytes is accepted, such as 8.") from None


def require_room(path: Path, needed: float, remedy: str = "") -> None:
    """Raise when reading a file would take more memory than a file of its size may.

    Parameters
    ----------
    path : Path
    needed : float
        Bytes that it would take.
    remedy : str
        Another way to read it, as a sentence.
    """
    accepted = allowance(path)
    if needed > accepted:
        raise SourceError(
            f"{path.name} ({path.stat().st_size:,} bytes) would take {needed / 2**20:,.0f} MiB of memory or more; "
            f"{accepted / 2**20:,.0f} MiB is accepted for a file of its size. {remedy} {WAY_OUT}".replace("  ", " ")
        )
