"""A user's own file of people, read by declaration: text, Parquet, SAS, SPSS, Stata, a spreadsheet, fixed width."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from comorbid.datafile import DataFile
from comorbid.errors import SourceError, listed
from comorbid.sources.check_file import beginning, file_faults
from comorbid.sources.shapes import read_fixed_width, wide
from comorbid.sources.tables import read_table
from comorbid.sources.ticks import with_ticks
from comorbid.sources.unpacking import (
    DAMAGED,
    foreign_byte,
    require_same,
    require_unpackable,
)

TEXT = (".csv", ".csv.xz", ".csv.gz", ".tsv", ".txt", ".dat")
READABLE = (*TEXT, ".parquet", ".xpt", ".sas7bdat", ".sav", ".zsav", ".por", ".dta", ".xlsx")
NAMELESS = re.compile(r"Unnamed: \d+")
"""What pandas calls a column whose name is blank."""
LARGEST_WHOLE = 2**53
PLAIN = DataFile()
THOUSANDS = r"\s*[+-]?\d{1,3}\.\d{3}\s*"
"""A number that could be of thousands, or with three decimals."""


def read_people(path: Path, how: DataFile = PLAIN, *, strict: bool = True) -> pd.DataFrame:
    """People from a file, one row each.

    In a text file an empty field is missing and nothing else is: "NA", "None" or "nan" are text, which a codebook may
    declare.

    Parameters
    ----------
    path : Path
    how : DataFile
        Delimiter, encoding, sheet, layout or shape, as the codebook declares them; none of it is guessed.
    strict : bool
        Whether a text file whose header and rows do not fit together is refused; without it they are read as they
        come, for a check that lists every fault.

    Raises
    ------
    SourceError
        When the file is of another kind, empty, or not what its name says. Pickles are never opened.
    """
    if path.is_dir():
        raise SourceError(f"{path.name} is a folder, not a file. Name the file in it.")
    require_same(path, how.sha256)
    frame = _reader(path, how, strict)()
    if how.long:
        frame = wide(frame, how.long, path.name)
    if frame.empty:
        raise SourceError(f"{path.name} holds no people.")
    return with_ticks(frame, how.ticked, path.name)


def _reader(path: Path, how: DataFile, strict: bool) -> Callable[[], pd.DataFrame]:
    """What reads the file, by its ending."""
    name = path.name.lower()
    if how.layout:
        return lambda: read_fixed_width(path, how.layout, how.encoding, how.text)
    if name.endswith(TEXT):
        return lambda: _csv(path, how, strict)
    readers = {
        ".parquet": lambda: _parquet(path),
        ".xpt": lambda: read_table(path),
        ".xlsx": lambda: _sheet(path, how.sheet),
        **dict.fromkeys((".sav", ".zsav", ".por", ".dta", ".sas7bdat"), lambda: _labelled(path)),
    }
    if path.suffix.lower() not in readers:
        raise SourceError(f"{path.name} is of a kind that is not read. Accepted: {listed(READABLE, 20)}.")
    return readers[path.suffix.lower()]


def _labelled(path: Path) -> pd.DataFrame:
    from comorbid.sources import statistical

    kinds = {".dta": statistical.read_stata, ".sas7bdat": statistical.read_sas}
    frame, _ = kinds.get(path.suffix.lower(), statistical.read_spss)(path)
    return frame


def _sheet(path: Path, sheet: str) -> pd.DataFrame:
    from comorbid.sources.spreadsheet import read_sheet

    return read_sheet(path, sheet)


def _csv(path: Path, how: DataFile, strict: bool) -> pd.DataFrame:
    """A text file with its column names as they stand."""
    require_unpackable(path, how.delimiter)
    try:
        _require_text(path.name, beginning(path), how.encoding)
        faults = file_faults(path, how) if strict else []
    except DAMAGED:
        raise SourceError(f"{path.name} is damaged or not what its name says: it cannot be unpacked.") from None
    if faults:
        found = "; ".join(f"{fault.column} {fault.what}".strip() for fault in faults)
        remedies = " ".join(dict.fromkeys(fault.remedy for fault in faults))
        raise SourceError(f"{path.name} is not a table as it can be read: {found}. {remedies}")
    how_written = {
        "sep": how.delimiter,
        "encoding": how.encoding,
        "decimal": how.decimal,
        "dtype": dict.fromkeys(how.text, str),
    }
    try:
        frame = pd.read_csv(path, low_memory=False, keep_default_na=False, na_values=[""], **how_written)  # type: ignore[call-overload]
    except UnicodeError:
        raise SourceError(
            f"{path.name} is not {how.encoding.upper()} text{foreign_byte(path, how.encoding)}. "
            "Declare its encoding in the codebook, "
            '[file] encoding = "cp1252" for instance; letters are not guessed.'
        ) from None
    except Exception:
        raise SourceError(
            f"{path.name} cannot be read as CSV: it is empty, damaged or not what its name says."
        ) from None
    frame.columns = [str(column).strip() for column in frame.columns]
    blank = [bool(NAMELESS.fullmatch(name)) and bool(frame.iloc[:, at].isna().all()) for at, name in enumerate(frame)]
    frame = frame.loc[:, np.logical_not(blank)] if any(blank) else frame
    _require_decimal(frame, how, path.name)
    return frame.astype({name: "Int64" for name, column in frame.items() if _whole(column)})


def _require_decimal(frame: pd.DataFrame, how: DataFile, file: str) -> None:
    """Raise when a column of a file with decimal commas has points before three digits, thousands perhaps."""
    if how.decimal == ".":
        return
    texts = [name for name, column in frame.items() if column.dtype.kind not in "iufb" and name not in how.text]
    known = {name: frame[name].dropna().astype(str) for name in texts}
    wrong = [name for name, values in known.items() if len(values) and values.str.fullmatch(THOUSANDS).all()]
    if wrong:
        raise SourceError(
            f"{file}: the numbers of {listed(wrong)} have points before three digits, where the codebook says that "
            "decimals have commas. Write thousands without a sign; or, where they are codes, name the column under "
            "[file] text = [...]."
        )


def _whole(column: pd.Series) -> bool:
    """Whether a column is of floats only because some of its whole numbers are missing."""
    if column.dtype != np.float64 or not column.hasnans:
        return False
    values = column.to_numpy()
    known = values[~np.isnan(values)]
    return bool(len(known) and (np.abs(known) < LARGEST_WHOLE).all() and (known == np.floor(known)).all())


def _require_text(name: str, start: bytes, encoding: str) -> None:
    """Raise when the first bytes show another kind of file."""
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    kinds = (
        (not text, "is empty"),
        (text.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<table")), "is a web page, not CSV"),
        (text.startswith((b"<?xml", b"<!doctype")), "is an XML document or web page, not CSV"),
        (start.startswith((b"\x1f\x8b", b"\xfd7zXZ", b"PK", b"BZh")), "is compressed, which its name does not say"),
        (start.startswith(b"PAR1"), "is Parquet, not CSV"),
        (_is_wide(start) and not encoding.lower().startswith("utf"), f"is UTF-16 or binary, not {encoding} text"),
        (_is_wide(start) and encoding.lower() in ("utf-8", "utf8"), "is UTF-16 or binary, not UTF-8 text"),
    )
    for fits, what in kinds:
        if fits:
            raise SourceError(
                f"{name} {what}. Download or save the file itself, as CSV in UTF-8; another encoding, "
                "such as utf-16, is declared in a codebook: [file] encoding."
            )


def _is_wide(start: bytes) -> bool:
    """Whether letters take two bytes, or the file is no text at all."""
    return start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in start


def _parquet(path: Path) -> pd.DataFrame:
    try:
        from comorbid.sources.words import require_readable

        require_readable(path)
        return pd.read_parquet(path)
    except SourceError:
        raise
    except ImportError:
        raise SourceError(f"{path.name}: reading Parquet needs `pip install comorbid[parquet]`.") from None
    except Exception:
        raise SourceError(f"{path.name} cannot be read as Parquet: it is damaged or not what its name says.") from None
