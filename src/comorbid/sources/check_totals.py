"""A last row that adds up the others, or is a note below them: it would be read as one person more."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from comorbid.sources.faults import Fault

__all__ = ["total_faults"]

TOTAL = re.compile(
    r"((grand|sub)[ -]?)?total(e|es|s)?|sums?|summe|(ins)?gesamt|suma|somme|mean|average|mittelwert", re.I
)
LEAST_COLUMNS = 3
NUMBER = r"[+-]?\d+(?:[.,]\d+)?"


def total_faults(people: pd.DataFrame) -> Iterator[Fault]:
    """A fault where the last row calls itself a total, in a column of numbers or beside empty cells, or is a note.

    Parameters
    ----------
    people : DataFrame
        Rows of the file, as they are read.
    """
    if len(people) < 2:
        return
    last = people.iloc[-1]
    blank = last.isna() | (last.astype(str).str.strip() == "")
    yield from _note(people, last[~blank])
    empty = bool(blank.mean() >= 0.5)
    for name, cell in last.items():
        if not isinstance(cell, str) or not TOTAL.fullmatch(cell.strip(" :.")):
            continue
        others = people[name].iloc[:-1].dropna().astype(str).str.strip()
        if cell.strip() in set(others):
            continue
        if empty or others.str.fullmatch(NUMBER).all():
            yield Fault(str(name), "total-row", "the last row is called a total", 1, "Delete that row from the file.")
            return


def _note(people: pd.DataFrame, filled: pd.Series) -> Iterator[Fault]:
    """A fault where the last row is one text of several words that nobody else gave, and nothing else."""
    if len(filled) != 1 or people.shape[1] < LEAST_COLUMNS:
        return
    cell = filled.iloc[0]
    words = isinstance(cell, str) and " " in cell.strip() and not TOTAL.fullmatch(cell.strip(" :."))
    if words and not people[filled.index[0]].iloc[:-1].astype(str).str.strip().eq(cell.strip()).any():
        what = "the last row has one text and nothing else: a note, and no person"
        yield Fault(str(filled.index[0]), "note-row", what, 1, "Delete that row from the file.")
