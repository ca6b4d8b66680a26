"""A user's own file of people: CSV, Parquet or SAS transport."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from comorbid.errors import SourceError
from comorbid.sources.tables import read_table

READABLE = (".csv", ".csv.xz", ".csv.gz", ".parquet", ".xpt")


def read_people(path: Path) -> pd.DataFrame:
    """People from a file, one row each.

    Raises
    ------
    SourceError
        When the file is of another kind, empty, or not what its name says. Pickles are never opened.
    """
    name = path.name.lower()
    if not name.endswith(READABLE):
        raise SourceError(f"{path.name} is of a kind that is not read. Accepted: {', '.join(READABLE)}.")
    frame = _parquet(path) if name.endswith(".parquet") else _columns_kept(path)
    if frame.empty:
        raise SourceError(f"{path.name} holds no people.")
    return frame


def _columns_kept(path: Path) -> pd.DataFrame:
    """CSV with its column names as they stand; SAS transport names are upper case anyway."""
    if path.suffix.lower() == ".xpt":
        return read_table(path)
    with path.open("rb") as file:
        start = file.read(512).lstrip().lower()
    if start.startswith((b"<!doctype", b"<html")):
        raise SourceError(f"{path.name} is a web page, not CSV. Download the file itself.")
    try:
        return pd.read_csv(path, low_memory=False)
    except Exception:
        raise SourceError(
            f"{path.name} cannot be read as CSV: it is empty, damaged or not what its name says."
        ) from None


def _parquet(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except ImportError:
        raise SourceError(f"{path.name}: reading Parquet needs `pip install comorbid[parquet]`.") from None
    except Exception:
        raise SourceError(f"{path.name} cannot be read as Parquet: it is damaged or not what its name says.") from None
