"""Publisher's tables: found by name, read from SAS transport or compressed CSV, in whichever form they lie."""

from __future__ import annotations

import warnings
from pathlib import Path

import pandas as pd

from comorbid.errors import SourceError
from comorbid.paths import data_dirs
from comorbid.variables import TINY

TRANSPORT_HEADER = b"HEADER RECORD*******LIBRARY HEADER RECORD"
SUFFIXES = (".xpt", ".XPT", ".csv.xz", ".csv.gz", ".csv")
"""Forms a table may lie in, the publisher's own first."""


def find_table(name: str, cohort: str, folders: list[Path] | None = None) -> Path:
    """The file of a table: `NAME.xpt` or `NAME.csv.xz`, in a data folder or one of its sub-folders.

    Raises
    ------
    SourceError
        When it lies nowhere; the message says where was looked and how to get it.
    """
    found = locate(name, folders)
    if found is None:
        folders = folders if folders is not None else data_dirs()
        looked = ", ".join(str(folder) for folder in folders) or "nowhere: COMORBID_DATA is not set"
        raise SourceError(
            f"table {name} of {cohort} is not here (looked in {looked}). "
            f"Run `comorbid fetch {cohort}`, or set COMORBID_DATA to a folder that holds it."
        )
    return found


def locate(name: str, folders: list[Path] | None = None) -> Path | None:
    """The file of a table, or None; the same folder order each time, so that runs agree."""
    for folder in data_dirs() if folders is None else folders:
        for place in [folder, *sorted(path for path in _subfolders(folder))]:
            for suffix in SUFFIXES:
                if (place / f"{name}{suffix}").is_file():
                    return place / f"{name}{suffix}"
    return None


def _subfolders(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []


def read_table(path: Path, columns: list[str] | None = None) -> pd.DataFrame:
    """A table as a frame with upper-case column names.

    Parameters
    ----------
    path : Path
        SAS transport version 5, or CSV, compressed or not.
    columns : list of str, optional
        Those to keep; one that the table does not have is an error that names it.

    Raises
    ------
    SourceError
        When the file is not what its name says: an HTML page, a cut file, a transport file without its header.
    """
    frame = _read_transport(path) if path.suffix.lower() == ".xpt" else _read_csv(path, columns)
    frame.columns = [str(name).upper() for name in frame.columns]
    if columns is None:
        return frame
    absent = [name for name in columns if name not in frame.columns]
    if absent:
        raise SourceError(f"{path.name} has no column {', '.join(absent)}; it is another table or another release.")
    return frame[columns]


def _read_transport(path: Path) -> pd.DataFrame:
    with path.open("rb") as file:
        start = file.read(len(TRANSPORT_HEADER))
    if start != TRANSPORT_HEADER:
        what = "a web page" if start.lstrip()[:1] == b"<" else "something else"
        raise SourceError(
            f"{path.name} is not a SAS transport file: it does not begin with the header record but looks like {what}. "
            "Remove it and fetch it again."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return _zeros_mended(pd.read_sas(path, format="xport", encoding="latin-1"))
    except Exception:
        raise SourceError(
            f"{path.name} is a SAS transport file that breaks off or is damaged; fetch it again."
        ) from None


def _zeros_mended(frame: pd.DataFrame) -> pd.DataFrame:
    """Transport files hold zero as the smallest number of their float format; it is zero that was meant."""
    numbers = frame.select_dtypes("number")
    return frame.assign(**numbers.mask(numbers.abs() < TINY, 0.0))


def _read_csv(path: Path, columns: list[str] | None) -> pd.DataFrame:
    wanted = None if columns is None else (lambda name: name.upper() in columns)
    try:
        return pd.read_csv(path, encoding="latin-1", low_memory=False, usecols=wanted)
    except Exception:
        raise SourceError(f"{path.name} cannot be read as CSV; it is damaged or not what its name says.") from None
