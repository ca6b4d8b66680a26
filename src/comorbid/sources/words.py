"""How large the texts of a Parquet file are when every row has its own: in the file a word lies once for many rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.compute as compute
import pyarrow.parquet as parquet

__all__ = ["letters_of", "pages_of"]


def pages_of(file: parquet.ParquetFile) -> int:
    """Bytes of all pages, unpacked, as the file says."""
    groups = [file.metadata.row_group(group) for group in range(file.metadata.num_row_groups)]
    return sum(group.column(at).total_uncompressed_size for group in groups for at in range(group.num_columns))


def letters_of(path: Path, file: parquet.ParquetFile) -> int:
    """Bytes of the texts of all rows; those in lists and in parts of columns are not counted."""
    groups = range(file.metadata.num_row_groups)
    return sum(
        _letters(path, group, name) for group in groups for name in _worded(file, file.metadata.row_group(group))
    )


def _worded(file: parquet.ParquetFile, chunks: Any) -> Iterator[str]:
    """Columns of texts whose words are listed apart from the rows."""
    flat = set(file.schema_arrow.names)
    for at in range(chunks.num_columns):
        chunk = chunks.column(at)
        if chunk.physical_type == "BYTE_ARRAY" and chunk.has_dictionary_page and chunk.path_in_schema in flat:
            yield chunk.path_in_schema


def _letters(path: Path, group: int, name: str) -> int:
    """Bytes of the texts of a column, row by row; read as numbers of words, so that no text is repeated."""
    with parquet.ParquetFile(path, read_dictionary=[name]) as words:
        chunks = words.read_row_group(group, columns=[name]).column(0).chunks
    lengths = (compute.take(compute.binary_length(part.dictionary), part.indices) for part in chunks)
    return sum(compute.sum(length).as_py() or 0 for length in lengths)
