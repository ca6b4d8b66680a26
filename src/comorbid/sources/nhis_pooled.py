"""NHIS 2007, 2008 and 2012 pooled: the years whose public files name fibromyalgia beside the three pains."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from comorbid.sources import nhis

COHORT = "nhis-2007-2012"
POOLED = (2007, 2008, 2012)
COLUMNS = [*nhis.DESIGN, "PAINECK", "PAINLB", "AMIGR", "ARTH1", "ARTHTYP5"]

archives = nhis.archives
build = nhis.build


def tables() -> Iterator[tuple[str, str]]:
    """Name and address of the table of each year."""
    for year in POOLED:
        yield from nhis.tables(year)


def load(folders: list[Path] | None = None) -> pd.DataFrame:
    """Every sample adult of the three years, one row a person, with the columns that the codebook names.

    The years are of one sample design: strata and sampled units with the same numbers are the same, and stay together.

    Raises
    ------
    SourceError
        When an extract is absent or is not what its name says.
    """
    people = pd.concat([_year(year, folders) for year in POOLED], ignore_index=True)
    people["weight"] = people["WTFA_SA"] / len(POOLED)
    people["fibromyalgia"] = fibromyalgia(people["ARTH1"], people["ARTHTYP5"])
    return people.drop(columns=["WTFA_SA", "ARTH1", "ARTHTYP5"])


def fibromyalgia(arthritis: pd.Series, told: pd.Series) -> pd.Series:
    """1 and 0 by ARTHTYP5; 0 also for no to ARTH1, which leads to it; missing when either was not answered."""
    choices = [(arthritis == 1) & (told == 1), (arthritis == 2) | ((arthritis == 1) & (told == 2))]
    return pd.Series(np.select(choices, [1.0, 0.0], default=np.nan), index=told.index)


def _year(year: int, folders: list[Path] | None) -> pd.DataFrame:
    asked = ["MIGRAINE"] if year == 2008 else []
    people = nhis.extract_of(year, COHORT, [*COLUMNS, *asked], folders)
    return people.assign(year=str(year), MIGRAINE=people["MIGRAINE"] if asked else np.nan)
