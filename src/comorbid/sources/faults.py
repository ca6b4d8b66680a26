"""Faults of data as rows: where, what, how many, and what to do; never a person's value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from comorbid.errors import few

__all__ = ["Fault", "fault_frame", "of_people"]

COLUMNS = ["column", "fault", "what", "count", "remedy"]
SHOWN = 10
"""People below whom a count is left out of the row, as in messages."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    column : column of the data, or table of a survey; empty when it is the file.
    fault : its name, for programs.
    what : what was found, for readers.
    count : people, or columns or strata, that have it; None when fewer than 10 people do.
    remedy : what to do.
    """

    column: str
    fault: str
    what: str
    count: int | None
    remedy: str


def of_people(column: str, fault: str, count: int, what: str, remedy: str) -> Fault:
    """A fault of `count` people; `what` follows the count: "values outside 0 to 85"."""
    return Fault(column, fault, f"{few(count, SHOWN)} {what}", count if count >= SHOWN else None, remedy)


def fault_frame(faults: Iterable[Fault]) -> pd.DataFrame:
    """Faults as a frame (column, fault, what, count, remedy), each once, in the order in which they were found."""
    rows = [(f.column, f.fault, f.what, f.count, f.remedy) for f in dict.fromkeys(faults)]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.astype({"count": "Int64", **{name: "str" for name in COLUMNS if name != "count"}})
