"""Sheets of a spreadsheet: values as they were last computed, the first row naming the columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd

from comorbid.errors import SourceError, listed, require_known
from comorbid.sources.archive import require_sound_archive
from comorbid.sources.merged_cells import require_unmerged
from comorbid.sources.room import TEXT, require_room

__all__ = ["read_sheet", "sheets_of"]

LOOKED_AT = 20
"""Rows among which a header is looked for."""
MOST_ROWS = 2**20
"""Rows that a sheet can have."""
ROW, CELL = 250, 50
"""Bytes of a row, and of a number in it, while a table is made of them."""

Numbered: TypeAlias = tuple[int, tuple[Any, ...]]
"""A row and its number in the sheet."""


def read_sheet(path: Path, sheet: str = "") -> pd.DataFrame:
    """One sheet of an .xlsx file; an empty cell is missing, and no formula is computed or followed.

    Raises
    ------
    SourceError
        When the file is no spreadsheet, is damaged, or has several sheets and none was named.
    UnknownNameError
        When it has no sheet of the name.
    """
    book = _book(path)
    try:
        chosen = book[_chosen(book.sheetnames, sheet, path.name)]
        rows = _rows(chosen, path)
        if rows:
            require_unmerged(path, chosen._worksheet_path, rows[0][0])
    except SourceError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError, SyntaxError):
        raise _damaged(path) from None
    finally:
        book.close()
    return _frame(rows, path)


def sheets_of(path: Path) -> list[str]:
    """Names of the sheets of a file."""
    book = _book(path)
    try:
        return list(book.sheetnames)
    finally:
        book.close()


def _book(path: Path) -> Any:
    require_sound_archive(path)
    try:
        import openpyxl
    except ImportError:
        raise SourceError(f"{path.name}: reading spreadsheets needs `pip install comorbid[files]`.") from None
    try:
        return openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except Exception:
        raise _damaged(path) from None


def _chosen(names: list[str], sheet: str, file: str) -> str:
    if sheet:
        return require_known(sheet, names, "sheet", file)
    if len(names) != 1:
        raise SourceError(
            f"{file} has {len(names)} sheets: {listed(names)}. Name one in the codebook: [file] sheet; or, to begin, "
            "with `comorbid codebook init --sheet`."
        )
    return names[0]


def _rows(sheet: Any, path: Path) -> list[Numbered]:
    """Rows that hold something, each up to its last value: a few bytes can say that a sheet is endless."""
    rows: list[Numbered] = []
    size = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        if number > MOST_ROWS:
            raise _damaged(path)
        width = len(row)
        while width and row[width - 1] is None:
            width -= 1
        if width:
            rows.append((number, row[:width]))
            size += ROW + CELL * width + sum(TEXT + len(value) for value in row[:width] if isinstance(value, str))
            require_room(path, size, "Or save it as CSV.")
    return rows


def _frame(numbered: list[Numbered], path: Path) -> pd.DataFrame:
    """Rows under their header; columns without a name and without a value do not count."""
    if not numbered:
        raise SourceError(f"{path.name}: the sheet is empty.")
    numbered = _without_blank_columns(numbered)
    used = max(len(row) for _, row in numbered)
    header = _names(numbered[0][1], used)
    if "" in header or len(set(header)) < len(header):
        raise SourceError(
            f"{path.name}: the first row of the sheet must name every column, once each. {_advice(numbered, used)}"
        )
    require_room(path, len(numbered) * (ROW + CELL * used), "Or save it as CSV.")
    return pd.DataFrame([_filled(row, used) for _, row in numbered[1:]], columns=header).infer_objects()


def _without_blank_columns(numbered: list[Numbered]) -> list[Numbered]:
    """Rows without the columns that have neither name nor value, which people leave between two tables."""
    used = sorted({at for _, row in numbered for at, value in enumerate(row) if value is not None})
    if len(used) == max(len(row) for _, row in numbered):
        return numbered
    return [(number, tuple(row[at] for at in used if at < len(row))) for number, row in numbered]


def _filled(row: tuple[Any, ...], width: int) -> tuple[Any, ...]:
    return (*row, *(None,) * (width - len(row)))


def _names(row: tuple[Any, ...], width: int) -> list[str]:
    return [str(name).strip() if name is not None else "" for name in _filled(row, width)]


def _advice(numbered: list[Numbered], width: int) -> str:
    """Where the header seems to be: the first row that names every column."""
    for number, row in numbered[:LOOKED_AT]:
        names = _names(row, width)
        if all(isinstance(name, str) for name in row) and "" not in names and len(set(names)) == width:
            return f"Row {number} does: delete the rows above it."
    named = sum(bool(name) for name in _names(numbered[0][1], width))
    return f"It names {named} of {width}. Write the missing names, or delete titles and notes above the header."


def _damaged(path: Path) -> SourceError:
    return SourceError(f"{path.name} cannot be read as a spreadsheet: it is damaged or not what its name says.")
