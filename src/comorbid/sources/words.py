"""What a Parquet file would take in memory: in the file a word lies once for many rows, and so does a number.

What the file says of the size of its pages is believed: one that says too little takes more memory than is reckoned.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow.compute as compute
import pyarrow.parquet as parquet

from comorbid.sources.room import LETTERS, NUMBER, WORKED, require_room

__all__ = ["require_readable"]

COPIES, PAGES = 2, 4
"""Of a code of fixed length, and of an unpacked page, while a column is made of it."""
OFFSET = 8
TEXTS = "BYTE_ARRAY"
BY_DATABASE = (
    "Or name a codebook: with one, Parquet is counted where it lies, in little memory; to propose one, write the first "
    "rows to a file of their own."
)


def require_readable(path: Path) -> None:
    """Raise when a Parquet file would take too much memory as a table.

    Columns of lists and of parts are reckoned as if they had one number a row: a list that a few bytes repeat without
    end is not seen.
    """
    with parquet.ParquetFile(path) as file:
        rows = file.metadata.num_rows
        require_room(path, rows * sum(_widths(file)), BY_DATABASE)
        require_room(path, PAGES * _pages(file), BY_DATABASE)
        letters = [_letters_of_all(path, file, name) for name in _worded(file)]
        worked = rows * WORKED + LETTERS * max(letters, default=0)
        require_room(path, rows * sum(_widths(file)) + sum(letters) + worked * bool(letters), BY_DATABASE)


def _widths(file: parquet.ParquetFile) -> Iterator[int]:
    """Bytes of a row in each column; of texts, those that say where they begin."""
    for at in range(len(file.schema.names)):
        column = file.schema.column(at)
        yield OFFSET if column.physical_type == TEXTS else NUMBER + COPIES * max(column.length, 0)


def _pages(file: parquet.ParquetFile) -> int:
    """Bytes of all pages, unpacked, as the file says."""
    return sum(file.metadata.row_group(group).total_byte_size for group in range(file.metadata.num_row_groups))


def _letters_of_all(path: Path, file: parquet.ParquetFile, name: str) -> int:
    """Bytes of the texts of all rows of a column."""
    return sum(_letters(path, group, name) for group in range(file.metadata.num_row_groups))


def _worded(file: parquet.ParquetFile) -> Iterator[str]:
    """Columns of texts, by the schema: what a damaged file says of a column's pages can end the process when asked."""
    flat = set(file.schema_arrow.names)
    for at in range(len(file.schema.names)):
        column = file.schema.column(at)
        if column.physical_type == TEXTS and column.path in flat:
            yield column.path


def _letters(path: Path, group: int, name: str) -> int:
    """Bytes of the texts of a column, row by row; read as numbers of words, so that no text is repeated."""
    with parquet.ParquetFile(path, read_dictionary=[name]) as words:
        chunks = words.read_row_group(group, columns=[name]).column(0).chunks
    lengths = (compute.take(compute.binary_length(part.dictionary), part.indices) for part in chunks)
    return sum(compute.sum(length).as_py() or 0 for length in lengths)
