"""Cells of a spreadsheet that are merged over several people: only the first of them would have the value."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from comorbid.errors import SourceError, listed

__all__ = ["require_unmerged"]

BLOCK = 2**20
LONGEST = 400
"""Letters within which an element that names merged cells stands."""
MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^<>]*?\bref=[\"']\$?([A-Z]{1,3})\$?\d{1,7}:\$?[A-Z]{1,3}\$?(\d{1,7})[\"']")


def require_unmerged(path: Path, sheet: str, header: int) -> None:
    """Raise when cells below the header are merged.

    Parameters
    ----------
    path : Path
        An .xlsx file.
    sheet : str
        Where the sheet lies in it.
    header : int
        Row of the header.

    Raises
    ------
    SourceError
        The message names the columns by their letters.
    """
    columns = list(dict.fromkeys(first for first, last in _merged(path, sheet) if last > header))
    if columns:
        raise SourceError(
            f"{path.name} has merged cells below the header, beginning in column {listed(columns)}: only the first "
            "of them has the value, the others would be missing. Unmerge them and write the value into each."
        )


def _merged(path: Path, sheet: str) -> Iterator[tuple[str, int]]:
    """First column and last row of each group of merged cells."""
    with zipfile.ZipFile(path) as archive, archive.open(sheet.lstrip("/")) as file:
        rest = b""
        for block in iter(lambda: file.read(BLOCK), b""):
            text, end = rest + block, 0
            for found in MERGED.finditer(text):
                end = found.end()
                yield found[1].decode(), int(found[2])
            rest = text[max(end, len(text) - LONGEST) :]
