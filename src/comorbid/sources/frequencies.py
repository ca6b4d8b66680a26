"""Published frequencies of a survey's tables: how many people gave each code, by which a file is known.

The table ships as `<cohort>-frequencies.csv` beside the codebook, one row a code: table, variable, code, count. Codes
are written as the publisher's documentation writes them: a number, a range ("0 to 84": other values from 0 to 84),
"." for missing, "any other value" where it counts those together; "distinct" counts the different values of the key,
which are the rows of the table. Where no publisher's counts were at hand a column `basis` says what the counts are, and
messages say it in place of "published".
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from comorbid.errors import SourceError, require_known
from comorbid.paths import resource_dir
from comorbid.sources.registry import SIBLINGS, Survey

COLUMNS = ["table", "variable", "code", "count"]
MISSING, DISTINCT, UNDECLARED = ".", "distinct", "any other value"
RANGE = " to "
PUBLISHED = "published"
UNCOUNTED = SIBLINGS | {"nhis-2007-2012"}
"""Cohorts whose files were not at hand: of their tables no more is published here than how many people they have, by
year, and that of 2005 to 2012 and 2016 (Summary Health Statistics and Health Behaviors of U.S. Adults, and the
Morbidity and Mortality Weekly Report)."""
PRINTED = 1e-6
"""Ends of ranges are published rounded; this much, relative to the end, is allowed."""

Counts: TypeAlias = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Difference:
    """One count that is not the published one; `variable` is empty for the rows of the table."""

    variable: str
    code: str
    published: int
    found: int

    @property
    def what(self) -> str:
        """What was counted, e.g. `MPQ090 = 1`."""
        if not self.variable:
            return "rows"
        return f"{self.variable} = {'missing' if self.code == MISSING else self.code}"


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Published counts: table, variable, code, count; `basis` says whose they are."""

    tables: Mapping[str, Counts]
    basis: str = PUBLISHED

    def columns(self, table: str) -> list[str]:
        """Columns that the table has to have."""
        return list(self._counts(table))

    def differences(self, table: str, frame: pd.DataFrame) -> list[Difference]:
        """Every count in which a frame is not the table; none when it is.

        Parameters
        ----------
        table : str
        frame : DataFrame
            One row a person, with the columns that `columns` names.
        """
        counts = self._counts(table)
        if not counts:
            return []
        rows = max((sum(codes.values()) for codes in counts.values()), default=0)
        found = [] if len(frame) == rows else [Difference("", "rows", rows, len(frame))]
        for variable, codes in counts.items():
            found += _compared(variable, codes, frame[variable])
        return found

    def recognise(self, frame: pd.DataFrame) -> str | None:
        """The table whose counts a frame has, all of them; None when it is no table of the survey."""
        for table, counts in self.tables.items():
            if counts and set(counts) <= set(frame.columns) and not self.differences(table, frame):
                return table
        return None

    def _counts(self, table: str) -> Counts:
        return self.tables[require_known(table, self.tables, "table", "the published frequencies")]


def read_frequencies(path: Path) -> Frequencies:
    """Published frequencies from a CSV file with the columns table, variable, code, count.

    Raises
    ------
    SourceError
        When the file is absent or has other columns.
    """
    tables: dict[str, dict[str, dict[str, int]]] = {}
    basis = PUBLISHED
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                codes = tables.setdefault(row["table"], {}).setdefault(row["variable"], {})
                codes[row["code"]] = int(row["count"])
                basis = row.get("basis") or basis
    except FileNotFoundError:
        raise SourceError(f"no published frequencies at {path}; the installation is incomplete.") from None
    except (KeyError, ValueError, TypeError):
        raise SourceError(f"{path.name} is not a table of frequencies: it needs {', '.join(COLUMNS)}.") from None
    return Frequencies(tables, basis)


@lru_cache
def published_frequencies(cohort: str) -> Frequencies:
    """The published frequencies that ship with a registered survey; of most years of NHIS there are none."""
    if cohort in UNCOUNTED:
        known = read_frequencies(resource_dir("codebooks") / "nhis-years-frequencies.csv").tables
        return Frequencies({table: known.get(table, {}) for table, _ in Survey(cohort).tables()})
    return read_frequencies(resource_dir("codebooks") / f"{cohort}-frequencies.csv")


def _compared(variable: str, codes: Mapping[str, int], column: pd.Series) -> list[Difference]:
    found = _counted(codes, column)
    return [
        Difference(variable, code, codes.get(code, 0), count)
        for code, count in found.items()
        if count != codes.get(code, 0)
    ]


def _counted(codes: Mapping[str, int], column: pd.Series) -> dict[str, int]:
    """People by published code, and how many have a value that is none of them."""
    if DISTINCT in codes:
        return {DISTINCT: int(column.nunique())}
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    rest, found = ~np.isnan(values), {}
    for code in sorted(codes.keys() - {UNDECLARED}, key=lambda code: RANGE in code):
        here = _blank(column) if code == MISSING else rest & _matches(values, code)
        found[code] = int(here.sum())
        if RANGE in code and not _same_ends(values[here], code):
            found[f"{code}, but with other ends"] = found[code]
        rest = rest & ~here
    found[UNDECLARED] = len(values) - sum(found[code] for code in codes.keys() - {UNDECLARED})
    return found


def _blank(column: pd.Series) -> np.ndarray:
    """Where there is no value; in a column of text an empty one is none."""
    missing = column.isna()
    return (missing if is_numeric_dtype(column) else missing | (column == "")).to_numpy(dtype=bool)


def _matches(values: np.ndarray, code: str) -> np.ndarray:
    """Where values are a code or lie in a range; SAS transport writes zero as 5e-79, so zero is met within 1e-70."""
    if RANGE not in code:
        return np.abs(values - float(code)) < 1e-70
    low, high = (float(end) for end in code.split(RANGE))
    return (values >= low - PRINTED * max(1, abs(low))) & (values <= high + PRINTED * max(1, abs(high)))


def _same_ends(values: np.ndarray, code: str) -> bool:
    """Whether the smallest and largest value are those published."""
    if not len(values):
        return True
    ends = [float(end) for end in code.split(RANGE)]
    return bool(np.allclose([values.min(), values.max()], ends, rtol=PRINTED, atol=PRINTED))
