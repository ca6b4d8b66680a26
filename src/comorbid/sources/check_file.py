"""Faults of a CSV file that reading passes over: a column twice, rows of another length, a foreign delimiter."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from comorbid.datafile import DataFile
from comorbid.sources.faults import Fault, of_people
from comorbid.sources.unpacking import opener

__all__ = ["beginning", "file_faults"]

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
TEXT = (".csv", ".csv.gz", ".csv.xz", ".tsv", ".txt", ".dat")


def file_faults(path: Path, how: DataFile | None = None) -> list[Fault]:
    """Faults of the rows of a text file, packed or not; none for a file of another kind or of fixed width."""
    how = how or DataFile()
    if how.layout or not path.name.lower().endswith(TEXT):
        return []
    if _holds_nul(path, how.encoding):
        remedy = "It is binary, or UTF-16: declare its encoding in the codebook, or write the file again."
        return [Fault("", "nul-bytes", "NUL bytes, which no text has", 1, remedy)]
    with _opened(path, how.encoding) as file:
        rows = csv.reader(file, delimiter=how.delimiter)
        try:
            header = next(filter(None, rows))  # reading passes over blank lines too
            nameless = [at for at, name in enumerate(header) if not name.strip()]
            lengths, filled = _read_through(rows, nameless if len(nameless) > 1 else [])
        except (StopIteration, UnicodeError):
            return []  # empty, or without the byte order mark of its encoding: reading says so
        except csv.Error as fault:
            return [Fault("", "unreadable-rows", f"{path.name}: {fault}", 1, "Write the file again as plain CSV.")]
    if re.fullmatch("sep=.?", header[0], re.IGNORECASE):
        what = "the first line tells spreadsheets the delimiter: it is no header"
        return [Fault("", "no-header", what, 1, "Delete that line.")]
    return [*_header_faults(header, how.delimiter, filled), *_length_faults(len(header), lengths)]


def _read_through(rows: Iterator[list[str]], columns: Sequence[int]) -> tuple[Counter[int], int]:
    """How many rows have how many fields, and in how many of some columns any row has a value."""
    if not columns:
        return Counter(len(row) for row in rows if row), 0
    lengths: Counter[int] = Counter()
    filled: set[int] = set()
    for row in rows:
        if row:
            lengths[len(row)] += 1
            filled.update(at for at in columns if at < len(row) and row[at].strip())
    return lengths, len(filled)


def beginning(path: Path, size: int = 512) -> bytes:
    """The first bytes of a file, unpacked."""
    with opener(path)(path, "rb") as file:
        return bytes(file.read(size))


def _holds_nul(path: Path, encoding: str) -> bool:
    """Whether zeros stand between the letters of an encoding of single bytes or UTF-8."""
    if codecs.lookup(encoding).name.startswith(("utf-16", "utf-32")):
        return False
    with opener(path)(path, "rb") as file:
        return any(b"\0" in block for block in iter(lambda: file.read(2**20), b""))


def _opened(path: Path, encoding: str) -> TextIO:
    written = "utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding
    return opener(path)(path, "rt", encoding=written, errors="replace", newline="")


def _header_faults(header: Sequence[str], delimiter: str, nameless: int) -> Iterator[Fault]:
    """Faults of the names; `nameless` columns have values and no name."""
    if nameless:
        what = f"{nameless} columns with values have no name in the header"
        yield Fault("", "nameless-columns", what, nameless, "Name them; delete titles and notes above the header.")
    repeated = {name: times for name, times in Counter(header).items() if times > 1 and name.strip()}
    if any(map(_is_number, repeated)):
        what = "the first row has numbers where names of columns should be, some of them twice: it seems to be a person"
        yield Fault("", "no-header", what, 1, "Write the names of the columns above it.")
        return
    for name, times in repeated.items():
        what = f"stands in the header {times} times; the second would be read as {name + '.1'!r}"
        yield Fault(name, "repeated-column", what, times, "Rename or drop the others.")
    for sign, name in DELIMITERS.items():
        if len(header) == 1 and sign != delimiter and sign in header[0]:
            what = f"the file has one column, with {name} in its header"
            remedy = f"Declare it in a codebook: [file] delimiter = {sign!r}; or write commas between columns."
            yield Fault("", "foreign-delimiter", what, 1, remedy.replace("'", '"'))


def _is_number(name: str) -> bool:
    return bool(re.fullmatch(r"\s*-?\d+([.,]\d+)?\s*", name))


def _length_faults(width: int, lengths: Mapping[int, int]) -> Iterator[Fault]:
    longer = sum(count for length, count in lengths.items() if length > width)
    shorter = sum(count for length, count in lengths.items() if length < width)
    if longer:
        what = f"rows have more fields than the {width} of the header; values would stand under the wrong names"
        yield of_people("", "longer-rows", longer, what, "Name every column in the header; delete lines above it.")
    if shorter:
        what = f"rows have fewer fields than the {width} of the header; the file may have been cut"
        yield of_people("", "shorter-rows", shorter, what, "Write the file again, whole.")
