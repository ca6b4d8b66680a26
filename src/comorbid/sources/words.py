"""How large the texts of a Parquet file are when every row has its own: in the file a word lies once for many rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow.compute as compute
import pyarrow.parquet as parquet

__all__ = ["letters_of", "pages_of"]


def pages_of(file: parquet.ParquetFile) -> int:
    """Bytes of all pages, unpacked, as the file says."""
    return sum(file.metadata.row_group(group).total_byte_size for group in range(file.metadata.num_row_groups))


def letters_of(path: Path, file: parquet.ParquetFile) -> int:
    """Bytes of the texts of all rows; those in lists and in parts of columns are not counted."""
    return sum(_letters(path, group, name) for group in range(file.metadata.num_row_groups) for name in _worded(file))


def _worded(file: parquet.ParquetFile) -> Iterator[str]:
    """Columns of texts, by the schema: what a damaged file says of a column's pages can end the process when asked."""
    flat = set(file.schema_arrow.names)
    for at in range(len(file.schema.names)):
        column = file.schema.column(at)
        if column.physical_type == "BYTE_ARRAY" and column.path in flat:
            yield column.path


def _letters(path: Path, group: int, name: str) -> int:
    """Bytes of the texts of a column, row by row; read as numbers of words, so that no text is repeated."""
    with parquet.ParquetFile(path, read_dictionary=[name]) as words:
        chunks = words.read_row_group(group, columns=[name]).column(0).chunks
    lengths = (compute.take(compute.binary_length(part.dictionary), part.indices) for part in chunks)
    return sum(compute.sum(length).as_py() or 0 for length in lengths)
