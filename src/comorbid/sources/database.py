"""People who are not loaded: Parquet files through DuckDB, and tables of any engine that Ibis reaches."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import Any

from comorbid.errors import SourceError, listed

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


def open_relation(source: Any) -> Any:
    """An Ibis table of the people; nothing is read yet but the schema.

    Raises
    ------
    SourceError
        When there is no such file, a file is not Parquet, or Ibis or DuckDB is not installed.
    """
    if not isinstance(source, (str, Path)):
        return source
    files = _files(source)
    for file in files:
        _require_parquet(file)
    try:
        import ibis

        connection = ibis.duckdb.connect(perfect_ht_threshold=KEY_BITS)
    except ImportError:
        raise SourceError(
            "cohorts larger than memory need `pip install comorbid[parquet]` (DuckDB and Ibis)."
        ) from None
    import duckdb

    try:
        return connection.read_parquet([str(file) for file in files])
    except duckdb.Error:
        raise SourceError(
            f"{listed(file.name for file in files)} cannot be read as Parquet: damaged, or of different columns."
        ) from None


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
