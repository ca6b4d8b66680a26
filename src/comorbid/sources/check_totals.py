"""A last row that adds up the others, as spreadsheets have: it would be read as one person more."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from comorbid.sources.faults import Fault

__all__ = ["total_faults"]

TOTAL = re.compile(
    r"((grand|sub)[ -]?)?total(e|es|s)?|sums?|summe|(ins)?gesamt|suma|somme|mean|average|mittelwert", re.I
)
NUMBER = r"[+-]?\d+(?:[.,]\d+)?"


def total_faults(people: pd.DataFrame) -> Iterator[Fault]:
    """A fault where the last row calls itself a total, in a column of numbers or beside mostly empty cells.

    Parameters
    ----------
    people : DataFrame
        Rows of the file, as they are read.
    """
    if len(people) < 2:
        return
    last = people.iloc[-1]
    empty = bool((last.isna() | (last.astype(str).str.strip() == "")).mean() >= 0.5)
    for name, cell in last.items():
        if not isinstance(cell, str) or not TOTAL.fullmatch(cell.strip(" :.")):
            continue
        others = people[name].iloc[:-1].dropna().astype(str).str.strip()
        if cell.strip() in set(others):
            continue
        if empty or others.str.fullmatch(NUMBER).all():
            yield Fault(str(name), "total-row", "the last row is called a total", 1, "Delete that row from the file.")
            return
