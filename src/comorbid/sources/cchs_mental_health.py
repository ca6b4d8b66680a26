"""Canadian Community Health Survey - Mental Health 2012: 25,113 people, an extract of the R data file.

R data files are slow to read: `comorbid fetch cchs-mental-health-2012 --from DIR` does it once and keeps the columns.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from comorbid.errors import SourceError, listed
from comorbid.sources.verify import checked_table

COHORT = "cchs-mental-health-2012"
TABLE = "cchs_mental_health_2012"
FILE = "cchsMH_2012.RData"
PAGE = "https://www150.statcan.gc.ca/n1/en/catalogue/82M0013X"
COLUMNS = ["CCC_061", "CCC_081", "CCC_251", "DHHGAGE", "DHH_SEX", "EDUDR04", "SMKDSTY", "SCR_081", "WTS_M"]


def tables() -> Iterator[tuple[str, str]]:
    """Name of the table that the cohort needs, and the page that leads to the file it is made from."""
    yield TABLE, PAGE


def build(table: str, folder: Path) -> pd.DataFrame:
    """The table from the R data file, which lies in the folder or a sub-folder; nothing in it is run.

    Raises
    ------
    SourceError
        When the file is not there, is no R data, or lacks a column; or when rdata is not installed.
    """
    found = sorted(folder.rglob(FILE))
    if not found:
        raise SourceError(f"{folder} does not hold {FILE}, in its sub-folders neither.")
    frame = _read_r(found[0])
    absent = [name for name in COLUMNS if name not in frame.columns]
    if absent:
        raise SourceError(f"{FILE} has no column {listed(absent)}; it is another file.")
    return frame[COLUMNS]


def load(folders: list[Path] | None = None) -> pd.DataFrame:
    """Everybody in the file, one row a person, with the columns that the codebook names.

    Raises
    ------
    SourceError
        When the table is absent or is not what its name says.
    """
    return checked_table(TABLE, COHORT, COLUMNS, folders)


def _read_r(path: Path) -> pd.DataFrame:
    """The first data frame of an R data file."""
    try:
        import rdata
    except ImportError:
        raise SourceError(f"reading {path.name} needs `pip install comorbid[r]` (rdata).") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            objects = rdata.read_rda(path)
    except Exception:
        raise SourceError(f"{path.name} cannot be read as R data; it is damaged or not what its name says.") from None
    frames = [value for value in objects.values() if isinstance(value, pd.DataFrame)]
    if not frames:
        raise SourceError(f"{path.name} holds no data frame.")
    return frames[0]
