"""How a text file seems to be written: encoding, delimiter, decimal mark. For a proposal, never for loading."""

from __future__ import annotations

import csv
import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from comorbid.datafile import DataFile
from comorbid.errors import SourceError
from comorbid.sources.unpacking import opener, require_unpackable

__all__ = ["sniffed"]

SAMPLE = 2**18
"""Bytes that are looked at."""
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8"}
DELIMITERS = (",", ";", "\t", "|")
DECIMAL_COMMA = re.compile(r"-?\d+,\d+")
THOUSANDS = re.compile(r"-?[1-9]\d{0,2},\d{3}")
"""What could be thousands as well as a number with three decimals."""


def sniffed(path: Path) -> DataFile:
    """Delimiter, encoding and decimal mark of a text file, from its beginning.

    Raises
    ------
    SourceError
        When it cannot be unpacked or has no delimiter that is known.
    """
    require_unpackable(path)
    with opener(path)(path, "rb") as file:
        start = bytes(file.read(SAMPLE))
    encoding = _encoding(start)
    if b"\0" in start and encoding != "utf-16":
        raise SourceError(
            f"{path.name} is binary and no text: of another kind than its name says, or UTF-16 without a mark. "
            "Give it the ending of its kind (.dta, .sav, .xlsx), or save it as CSV in UTF-8."
        )
    lines = [line for line in start.decode(encoding, errors="replace").splitlines() if line.strip()]
    lines = lines[:-1] if len(start) == SAMPLE else lines
    delimiter = _delimiter(lines, path.name)
    how = DataFile(path=path.name, delimiter=delimiter, encoding=encoding, decimal=_decimal(lines, delimiter))
    return replace(how, text=_begun_with_zero(path, how))


def _decimal(lines: list[str], delimiter: str) -> str:
    """The comma where more numbers have it than the point, and not all of them could be thousands."""
    if delimiter == ",":
        return "."
    fields = [field.strip().strip('"') for line in lines[1:] for field in line.split(delimiter)]
    commas = [field for field in fields if DECIMAL_COMMA.fullmatch(field)]
    points = sum(bool(DECIMAL_COMMA.fullmatch(field.replace(".", ","))) for field in fields if "." in field)
    plainly = any(not THOUSANDS.fullmatch(field) for field in commas)
    return "," if plainly and len(commas) > points else "."


def _begun_with_zero(path: Path, how: DataFile) -> tuple[str, ...]:
    """Columns with a whole number that begins with zero in any row: codes such as 007, which a number would lose."""
    found: set[int] = set()
    encoding = "utf-8-sig" if how.encoding == "utf-8" else how.encoding
    with opener(path)(path, "rt", encoding=encoding, errors="replace", newline="") as file:
        rows = csv.reader(file, delimiter=how.delimiter)
        try:
            header = [name.strip() for name in next(filter(None, rows), [])]
            for row in rows:
                found.update(
                    at for at, field in enumerate(row) if field[:1] == "0" and field.isdigit() and field != "0"
                )
        except (csv.Error, UnicodeError):
            return ()  # reading says so
    return tuple(name for at, name in enumerate(header) if at in found)


def _encoding(start: bytes) -> str:
    """By its byte order mark, else UTF-8 where it can be, else the Western code page."""
    for mark, encoding in MARKS.items():
        if start.startswith(mark):
            return encoding
    try:
        start[: len(start) - 4].decode("utf-8") if len(start) == SAMPLE else start.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _fixed(lines: list[str]) -> bool:
    """Whether lines of some figures are all as long, the first like the others: no header stands above them."""
    return len(lines) > 1 and len({len(line) for line in lines}) == 1 and sum(map(str.isdigit, lines[0])) > 5


def _delimiter(lines: list[str], name: str) -> str:
    """The sign that cuts the most lines into as many fields as the header, and into more than one."""
    if not lines:
        raise SourceError(f"{name} is empty.")
    best, most = ",", (0.0, 0)
    for sign in DELIMITERS:
        widths: list[int] = []
        with suppress(csv.Error):  # a header of many columns is one too long field to another sign
            widths = [len(row) for row in csv.reader(lines[:500], delimiter=sign)]
        if not widths:
            continue
        fit = sum(width == widths[0] for width in widths) / len(widths)
        if widths[0] > 1 and (fit, widths[0]) > most:
            best, most = sign, (fit, widths[0])
    if most == (0.0, 0) and (len(lines[0]) > 60 or _fixed(lines)):
        raise SourceError(
            f"{name} has no delimiter: it seems to be of fixed width. Write its layout in a codebook: "
            "[file] layout = { AGE = [1, 2] }."
        )
    return best
