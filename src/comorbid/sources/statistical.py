"""Files of SPSS, Stata and SAS, with the labels that they carry."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.io.stata import StataReader

from comorbid.errors import SourceError
from comorbid.sources.room import LETTERS, WAY_OUT, WORKED, require_room
from comorbid.sources.spss_apart import PORTABLE, NotReadError, StoppedError, read_apart

DATE_FORMAT = re.compile(r"%?-?t[cCdwmqh]|%-?d|(A|E|J|S)?DATE|DATETIME|(MMDDYY|DDMMYY|YYMMDD|MONYY|MOYR|YMDHMS)", re.I)
LONG_TEXT = "Q"
"""What pandas calls Stata's type strL."""
NO_CODE = 2_147_483_621
"""The number from which on value labels of Stata are those of missing values: ".", ".a" and the others."""
UNPACKED = 4
"""Bytes in memory for one of a SAS data set, unpacked."""
__all__ = ["Labels", "read_sas", "read_spss", "read_stata"]


@dataclass(frozen=True, slots=True)
class Labels:
    """What a file says of its columns.

    columns : column to its label, such as the question asked.
    values : column to the label of each code.
    missing : column to the codes that its maker declared missing.
    dates : columns whose numbers are days or moments.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[Any, str]] = field(default_factory=dict)
    missing: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    dates: frozenset[str] = frozenset()


def read_spss(path: Path) -> tuple[pd.DataFrame, Labels]:
    """Codes of an SPSS file as they lie, and its labels.

    User-defined missing values are among the codes of .sav and .zsav; in a portable file (.por) they are missing.
    """
    _require_spss(path)
    try:
        frame, facts = read_apart(path)
    except ImportError:
        raise SourceError(f"{path.name}: reading SPSS files needs `pip install comorbid[files]`.") from None
    except StoppedError as limit:
        raise SourceError(
            f"{path.name} ({path.stat().st_size:,} bytes) was stopped while it was read: it takes {limit}, which is "
            "accepted for a file of its size. It is packed as few surveys are, or damaged. Save it without packing "
            f"(in SPSS: SAVE OUTFILE='mine.sav' /UNCOMPRESSED), or as CSV. {WAY_OUT}"
        ) from None
    except NotReadError:
        raise _damaged(path, "SPSS") from None
    if frame.columns.has_duplicates:
        raise _damaged(path, "SPSS")
    values = {name: {code: text for code, text in pairs} for name, pairs in facts["values"].items()}
    return frame, Labels(
        facts["labels"], values, _missing_codes(facts["missing"], values, frame), _dates(facts["formats"])
    )


def _dates(formats: Mapping[str, Any]) -> frozenset[str]:
    """Columns with a format of days or moments, as SPSS (DATE11), Stata (%td) and SAS (MMDDYY10.) write it."""
    return frozenset(str(name) for name, how in formats.items() if DATE_FORMAT.match(str(how)))


def _missing_codes(
    ranges: Mapping[str, Any], values: Mapping[str, Mapping[Any, str]], frame: pd.DataFrame
) -> dict[str, tuple[Any, ...]]:
    """Declared missing codes; of a range, such as LOWEST THRU -1, those that are labelled or that somebody has."""
    found: dict[str, tuple[Any, ...]] = {}
    for name, parts in ranges.items():
        single = [low for low, high in parts if low == high]
        wide = [part for part in parts if part[0] != part[1]]
        codes = [*values.get(name, {}), *(sorted(frame[name].dropna().unique()) if wide and name in frame else [])]
        inside = [code for code in codes for low, high in wide if low <= code <= high]
        found[name] = tuple(dict.fromkeys([*single, *inside]))
    return found


def read_stata(path: Path) -> tuple[pd.DataFrame, Labels]:
    """Codes of a Stata file as they lie (its extended missing values are missing), and its labels."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            opened: Any = _StataReader(path, convert_categoricals=False, convert_dates=False)
            with opened as reader:
                reader._ensure_open()
                # A file that says that it holds more people than it has bytes for would fill memory first.
                if reader._nobs * reader._dtype.itemsize > path.stat().st_size:
                    raise _damaged(path, "Stata")
                frame = reader.read()
                return frame, _stata_labels(reader, frame)
    except SourceError:
        raise
    except Exception:
        raise _damaged(path, "Stata") from None


class _StataReader(StataReader):
    """Long texts (strL) lie in the file once for many rows: they are counted before every row has its own."""

    def __init__(self, path: Path, **how: Any) -> None:
        self._file = path
        super().__init__(path, **how)

    def _insert_strls(self, data: pd.DataFrame) -> pd.DataFrame:
        reader: Any = super()
        texts = getattr(self, "GSO", {})
        lengths = {key: len(text) for key, text in texts.items()}
        kinds: list[Any] = getattr(self, "_typlist", [])
        columns = [data.iloc[:, at] for at, kind in enumerate(kinds) if kind == LONG_TEXT]
        letters = [sum(lengths.get(str(key), 0) for key in column) for column in columns]
        worked = WORKED * len(data) + LETTERS * max(letters, default=0)
        require_room(self._file, sum(letters) + worked * bool(letters), "Or save it as CSV.")
        inserted: pd.DataFrame = reader._insert_strls(data)
        return inserted


def _stata_labels(reader: Any, frame: pd.DataFrame) -> Labels:
    sets = reader.value_labels()
    named = {column: _of_codes(sets[name]) for column, name in _label_sets(reader, frame).items() if name in sets}
    formats = dict(zip(frame.columns, reader._fmtlist, strict=False))
    texts = {name: text for name, text in reader.variable_labels().items() if text}
    return Labels(texts, named, dates=_dates(formats))


def _of_codes(labels: Mapping[Any, str]) -> dict[Any, str]:
    """Labels without those of the extended missing values .a to .z, whose people have no code."""
    return {code: text for code, text in labels.items() if code < NO_CODE}


def _label_sets(reader: Any, frame: pd.DataFrame) -> dict[str, str]:
    """Which set of value labels each column uses; columns share sets."""
    return dict(zip(frame.columns, reader._lbllist, strict=False))


def read_sas(path: Path) -> tuple[pd.DataFrame, Labels]:
    """Codes of a SAS data set; its formats lie in another file, so it has labels of columns alone."""
    try:
        # pandas prints what it finds odd
        with redirect_stdout(io.StringIO()):
            opened: Any = pd.read_sas(path, format="sas7bdat", encoding="latin-1", iterator=True)
            with opened as reader:
                require_room(path, reader.row_count * reader.row_length * UNPACKED, "Or save it as CSV.")
                frame = reader.read()
                labels = {str(column.name): str(column.label) for column in reader.columns if column.label}
                formats = {str(column.name): column.format for column in reader.columns}
    except SourceError:
        raise
    except Exception:
        raise _damaged(path, "SAS") from None
    labels = {name: text for name, text in labels.items() if text not in ("", name)}
    return frame, Labels(labels, dates=_dates(formats))


def _require_spss(path: Path) -> None:
    """Raise when a file does not begin as its ending says; a portable one does after 40 bytes of other alphabets."""
    with path.open("rb") as file:
        start = file.read(400)
    portable = path.suffix.lower() == PORTABLE
    if not (b"SPSS PORT FILE" in start if portable else start.startswith((b"$FL2", b"$FL3"))):
        raise _damaged(path, "SPSS")


def _damaged(path: Path, kind: str) -> SourceError:
    return SourceError(f"{path.name} cannot be read as a {kind} file: it is damaged or not what its name says.")
