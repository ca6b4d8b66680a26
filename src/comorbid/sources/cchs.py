"""Canadian Community Health Survey, six cycles 2001 to 2015-2016: public samples of 200 people a cycle.

The table holds eight columns of the six sample files that the R package cchsflow carries, harmonised by name alone; age
groups and codes are those of each cycle.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from comorbid.sources.verify import checked_table

COHORT = "cchs"
TABLE = "cchs_sample_harmonised"
PAGE = "https://github.com/Big-Life-Lab/cchsflow/tree/559af3af380e12d6aa13248eb43f7d0979a9e07f/data"
COLUMNS = ["CYCLE", "FIBRO", "BACK", "MIGRAINE", "ARTH", "W", "SEX", "AGE"]
FIRST_ADULT_GROUP = {"2001": 3, "2003": 3}
"""Age group that begins at 20 years: third of 15 (12-14, 15-19, ...), else fourth of 16 (12-14, 15-17, 18-19, ...)."""
STARTS = [0, 3, 6, 9]
"""Groups of five years after that at which the bands 20-34, 35-49, 50-64 and 65 or more begin."""


def tables() -> Iterator[tuple[str, str]]:
    """Name of the table that the cohort needs, and the place of the files that it was made from."""
    yield TABLE, PAGE


def load(folders: list[Path] | None = None) -> pd.DataFrame:
    """Everybody in the samples, one row a person, with the columns that the codebook names.

    Raises
    ------
    SourceError
        When the table is absent or is not what its name says.
    """
    people = checked_table(TABLE, COHORT, COLUMNS, folders)
    cycle = people["CYCLE"].astype("str")
    return people.assign(CYCLE=cycle, age_band=age_band(cycle, people["AGE"])).drop(columns="AGE")


def age_band(cycle: pd.Series, group: pd.Series) -> pd.Series:
    """Bands of 15 years from the age groups of each cycle."""
    since_20 = group - cycle.map(FIRST_ADULT_GROUP).fillna(4)
    number = np.searchsorted(STARTS, since_20, side="right")
    return pd.Series(np.array(["12-19", "20-34", "35-49", "50-64", "65+"])[number], index=group.index)
