"""Faults of a CSV file that reading passes over: a column twice, rows of another length, a foreign delimiter."""

from __future__ import annotations

import csv
import gzip
import lzma
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from comorbid.sources.faults import Fault, of_people

__all__ = ["beginning", "file_faults"]

DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def file_faults(path: Path) -> list[Fault]:
    """Faults of the rows of a CSV file, compressed or not; none for a file of another kind."""
    if not path.name.lower().endswith((".csv", ".csv.gz", ".csv.xz")):
        return []
    with _opened(path) as file:
        rows = csv.reader(file)
        try:
            header = next(rows)
            lengths = Counter(len(row) for row in rows if row)
        except csv.Error as fault:
            return [Fault("", "unreadable-rows", f"{path.name}: {fault}", 1, "Write the file again as plain CSV.")]
    return [*_header_faults(header), *_length_faults(len(header), lengths)]


def beginning(path: Path, size: int = 512) -> bytes:
    """The first bytes of a file, unpacked."""
    with _reader(path)(path, "rb") as file:
        return bytes(file.read(size))


def _opened(path: Path) -> TextIO:
    return _reader(path)(path, "rt", encoding="utf-8-sig", errors="replace", newline="")


def _reader(path: Path) -> Any:
    return {".gz": gzip.open, ".xz": lzma.open}.get(path.suffix.lower(), open)


def _header_faults(header: Sequence[str]) -> Iterator[Fault]:
    for name, times in Counter(header).items():
        if times > 1:
            what = f"stands in the header {times} times; the second would be read as {name + '.1'!r}"
            yield Fault(name, "repeated-column", what, times, "Rename or drop the others.")
    for sign, name in DELIMITERS.items():
        if len(header) == 1 and sign in header[0]:
            what = f"the file has one column, with {name} in its header"
            yield Fault("", "foreign-delimiter", what, 1, "Write the file with commas between columns.")


def _length_faults(width: int, lengths: Mapping[int, int]) -> Iterator[Fault]:
    longer = sum(count for length, count in lengths.items() if length > width)
    shorter = sum(count for length, count in lengths.items() if length < width)
    if longer:
        what = f"rows have more fields than the {width} of the header; values would stand under the wrong names"
        yield of_people("", "longer-rows", longer, what, "Name every column in the header.")
    if shorter:
        what = f"rows have fewer fields than the {width} of the header; the file may have been cut"
        yield of_people("", "shorter-rows", shorter, what, "Write the file again, whole.")
