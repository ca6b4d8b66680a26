"""NHIS Native Hawaiian and Pacific Islander survey 2014, sample adult file: an extract of the fixed-width file.

The file itself lies behind a page of the publisher and has no address of its own: it is taken from a folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from comorbid.sources.nhis import DISTRESS, distress_score
from comorbid.sources.tables import find_table
from comorbid.sources.verify import checked_table

COHORT = "nhis-nhpi-2014"
TABLE = "nhpi2014_pain"
PAGE = "https://www.cdc.gov/nchs/nhis/nhpi/"
COLUMNS = [
    *("WTFA_SA", "VAR_STR", "VAR_PSU", "SEX", "AGE_P", "PAINECK", "PAINLB", "PAINFACE", "AMIGR"),
    *("MRACRPI2", "SMKSTAT2", "PAINLEG", *DISTRESS),
]


def tables() -> Iterator[tuple[str, str]]:
    """Name of the table that the cohort needs, and the page that leads to it."""
    yield TABLE, PAGE


def load(folders: list[Path] | None = None) -> pd.DataFrame:
    """Every sample adult, one row a person, with the columns that the codebook names.

    Raises
    ------
    SourceError
        When the extract is absent or is not what its name says.
    """
    people = checked_table(find_table(TABLE, COHORT, folders), TABLE, COHORT, COLUMNS)
    return people.assign(distress=distress_score(people)).drop(columns=DISTRESS)
