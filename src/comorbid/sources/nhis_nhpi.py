"""NHIS Native Hawaiian and Pacific Islander survey 2014, sample adult file: an extract of the fixed-width file.

The file itself lies behind a page of the publisher and has no address of its own: it is taken from a folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from comorbid.errors import SourceError, listed
from comorbid.sources import nhis_files
from comorbid.sources.nhis import DISTRESS, distress_score
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


def build(table: str, folder: Path) -> pd.DataFrame:
    """The table from the publisher's samadult.dat and the layout.csv (variable, start, end) beside it.

    Raises
    ------
    SourceError
        When one of the two is not in the folder, or they do not fit together.
    """
    layout = nhis_files.read_layout(folder)
    wanted = ["SRVY_YR", *COLUMNS]
    absent = [name for name in wanted if name not in layout]
    if absent or not (folder / "samadult.dat").is_file():
        raise SourceError(f"{folder} needs samadult.dat and a layout.csv with positions of {listed(wanted, 30)}.")
    return nhis_files.read_fixed_width(folder / "samadult.dat", {name: layout[name] for name in wanted})


def load(folders: list[Path] | None = None) -> pd.DataFrame:
    """Every sample adult, one row a person, with the columns that the codebook names.

    Raises
    ------
    SourceError
        When the extract is absent or is not what its name says.
    """
    people = checked_table(TABLE, COHORT, COLUMNS, folders)
    return people.assign(distress=distress_score(people)).drop(columns=DISTRESS)
