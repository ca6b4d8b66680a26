"""A user's own file of people: CSV, Parquet or SAS transport."""

from __future__ import annotations

import zlib
from lzma import LZMAError
from pathlib import Path

import numpy as np
import pandas as pd

from comorbid.errors import SourceError
from comorbid.sources.check_file import beginning, file_faults
from comorbid.sources.tables import read_table

READABLE = (".csv", ".csv.xz", ".csv.gz", ".parquet", ".xpt")
DAMAGED = (OSError, EOFError, LZMAError, zlib.error)
LARGEST_WHOLE = 2**53


def read_people(path: Path, *, strict: bool = True) -> pd.DataFrame:
    """People from a file, one row each.

    In CSV an empty field is missing and nothing else is: "NA", "None" or "nan" are text, which a codebook may declare.

    Parameters
    ----------
    path : Path
    strict : bool
        Whether a CSV file whose header and rows do not fit together is refused; without it they are read as they come,
        for a check that lists every fault.

    Raises
    ------
    SourceError
        When the file is of another kind, empty, or not what its name says. Pickles are never opened.
    """
    name = path.name.lower()
    if path.is_dir():
        raise SourceError(f"{path.name} is a folder, not a file. Name the file in it.")
    if not name.endswith(READABLE):
        raise SourceError(f"{path.name} is of a kind that is not read. Accepted: {', '.join(READABLE)}.")
    if name.endswith(".parquet"):
        frame = _parquet(path)
    else:
        frame = read_table(path) if name.endswith(".xpt") else _csv(path, strict)
    if frame.empty:
        raise SourceError(f"{path.name} holds no people.")
    return frame


def _csv(path: Path, strict: bool) -> pd.DataFrame:
    """CSV with its column names as they stand."""
    try:
        _require_text(path.name, beginning(path))
        faults = file_faults(path) if strict else []
    except DAMAGED:
        raise SourceError(f"{path.name} is damaged or not what its name says: it cannot be unpacked.") from None
    if faults:
        found = "; ".join(f"{fault.column} {fault.what}".strip() for fault in faults)
        remedies = " ".join(dict.fromkeys(fault.remedy for fault in faults))
        raise SourceError(f"{path.name} is not CSV as it can be read: {found}. {remedies}")
    try:
        frame = pd.read_csv(path, low_memory=False, keep_default_na=False, na_values=[""])
    except UnicodeDecodeError:
        raise SourceError(f"{path.name} is not UTF-8 text. Save it as UTF-8; its letters are not guessed.") from None
    except Exception:
        raise SourceError(
            f"{path.name} cannot be read as CSV: it is empty, damaged or not what its name says."
        ) from None
    frame.columns = [str(column).strip() for column in frame.columns]
    return frame.astype({name: "Int64" for name, column in frame.items() if _whole(column)})


def _whole(column: pd.Series) -> bool:
    """Whether a column is of floats only because some of its whole numbers are missing."""
    if column.dtype != np.float64 or not column.hasnans:
        return False
    values = column.to_numpy()
    known = values[~np.isnan(values)]
    return bool(len(known) and (np.abs(known) < LARGEST_WHOLE).all() and (known == np.floor(known)).all())


def _require_text(name: str, start: bytes) -> None:
    """Raise when the first bytes show another kind of file."""
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    kinds = (
        (not text, "is empty"),
        (text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")), "is a web page, not CSV"),
        (text.startswith((b"<?xml", b"<!doctype")), "is an XML document or web page, not CSV"),
        (start.startswith((b"\x1f\x8b", b"\xfd7zXZ", b"PK", b"BZh")), "is compressed, which its name does not say"),
        (start.startswith(b"PAR1"), "is Parquet, not CSV"),
        (start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in start, "is UTF-16 or binary, not UTF-8 text"),
    )
    for fits, what in kinds:
        if fits:
            raise SourceError(f"{name} {what}. Download or save the file itself, as CSV in UTF-8.")


def _parquet(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except ImportError:
        raise SourceError(f"{path.name}: reading Parquet needs `pip install comorbid[parquet]`.") from None
    except Exception:
        raise SourceError(f"{path.name} cannot be read as Parquet: it is damaged or not what its name says.") from None
