"""People who are not loaded: Parquet files through DuckDB, and tables of any engine that Ibis reaches."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from comorbid.errors import SourceError, listed
from comorbid.sources.unpacking import require_same

PARQUET_MAGIC = b"PAR1"
KEY_BITS = 18
"""Codes whose ranges take so many bits together are grouped by DuckDB in a plain table, without hashing."""


def is_relation(source: Any) -> bool:
    """Whether a source is an Ibis table, or names Parquet files: one, a folder of them, or a pattern."""
    if type(source).__module__.startswith("ibis."):
        return True
    if not isinstance(source, (str, Path)):
        return False
    text = str(source)
    return text.endswith((".parquet", ".pq")) or (Path(text).is_dir() and bool(_inside(Path(text))))


def open_relation(source: Any, sha256: str = "") -> Any:
    """An Ibis table of the people; nothing is read yet but the schema.

    Of several files it has the columns that all of them have, each in a type that holds the values of all: without
    `union_by_name`, DuckDB rounds the weights of the second file when those of the first are whole numbers. Without
    `can_have_nan` it takes missing values that Arrow or Polars wrote as NaN for numbers larger than any.

    Raises
    ------
    SourceError
        When there is no such file, a file is not Parquet or not the one that was declared, or Ibis or DuckDB is not
        installed.
    """
    if not isinstance(source, (str, Path)):
        return source
    files = _files(source)
    for file in files:
        _require_parquet(file)
        require_same(file, sha256)
    try:
        import ibis

        connection = ibis.duckdb.connect(perfect_ht_threshold=KEY_BITS)
    except ImportError:
        raise SourceError(
            "cohorts larger than memory need `pip install comorbid[parquet]` (DuckDB and Ibis)."
        ) from None
    import duckdb
    import pyarrow

    try:
        table = connection.read_parquet([str(file) for file in files], can_have_nan=True, union_by_name=True)
        return table.select(_common_columns(files)) if len(files) > 1 else table
    except (duckdb.Error, pyarrow.ArrowException, OSError):
        raise SourceError(
            f"{listed(file.name for file in files)} cannot be read as Parquet: damaged, or of different columns."
        ) from None


def _common_columns(files: Sequence[Path]) -> list[str]:
    """Columns that every file has, in the order of the first."""
    from pyarrow.parquet import read_schema

    first, *others = (read_schema(file).names for file in files)
    return [name for name in first if all(name in names for names in others)]


def _files(source: str | Path) -> list[Path]:
    path = Path(source)
    if path.is_dir():
        return _inside(path)
    found = [path] if path.is_file() else [Path(name) for name in sorted(glob.glob(str(source)))]
    if not found:
        raise SourceError(f"no Parquet file {source}. Give a file, a folder, or a pattern such as claims/*.parquet.")
    return found


def _inside(folder: Path) -> list[Path]:
    return sorted([*folder.glob("*.parquet"), *folder.glob("*.pq")])


def _require_parquet(path: Path) -> None:
    """A Parquet file begins and ends with its mark; anything else is refused before an engine sees it."""
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(0, 2)
        size = file.tell()
        file.seek(max(size - 4, 0))
        end = file.read(4)
    if start != PARQUET_MAGIC or end != PARQUET_MAGIC:
        raise SourceError(f"{path.name} is not a Parquet file, or breaks off: its first or last bytes are not PAR1.")
