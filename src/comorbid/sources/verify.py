"""Is a file the table that its name says? Readable, whole, with its columns and the counts that were published."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from comorbid.errors import SourceError, few
from comorbid.sources.faults import Fault
from comorbid.sources.frequencies import Difference, Frequencies, published_frequencies
from comorbid.sources.tables import find_table, read_table

__all__ = ["checked_table", "table_faults"]

RECORD = 80
"""A SAS transport file is a whole number of records of this many bytes."""

AGAIN = "Run `comorbid fetch`; a file in a folder of COMORBID_DATA has to be taken away there, since it is found first."


def checked_table(table: str, cohort: str, columns: Iterable[str], folders: list[Path] | None = None) -> pd.DataFrame:
    """A table of a registered survey, found, read and checked against its published counts.

    Parameters
    ----------
    table, cohort : str
        Names of the table and of the survey that it belongs to.
    columns : iterable of str
        Those to keep.
    folders : list of Path, optional
        Where to look; as `find_table` does without it.

    Raises
    ------
    SourceError
        When there is no such file, or it is not the table; the message says in what it differs first.
    """
    path = find_table(table, cohort, folders)
    frame, faults = _read(path, table, published_frequencies(cohort), columns)
    if faults:
        more = f" (and {len(faults) - 1} more differences: `comorbid check {cohort}`)" if faults[1:] else ""
        what = faults[0].what.rstrip(".")
        raise SourceError(f"{path} is not table {table} of {cohort}: {what}{more}. {faults[0].remedy}")
    return frame[list(columns)]


def table_faults(path: Path, table: str, published: Frequencies) -> list[Fault]:
    """Everything in which a file is not the table; none when it is.

    Parameters
    ----------
    path : Path
        SAS transport, or CSV, compressed or not.
    table : str
        Name of the table, e.g. "MPQ_C".
    published : Frequencies
        Counts that the publisher gives.
    """
    return _read(path, table, published)[1]


def _read(
    path: Path, table: str, published: Frequencies, columns: Iterable[str] = ()
) -> tuple[pd.DataFrame, list[Fault]]:
    """The columns of a table that have published counts, those asked for besides, and the faults of the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame = read_table(path, list(dict.fromkeys([*published.columns(table), *columns])))
    except SourceError as fault:
        return pd.DataFrame(), [Fault(table, "unreadable-table", str(fault), 1, AGAIN)]
    size = path.stat().st_size
    if path.suffix.lower() == ".xpt" and size % RECORD:
        what = f"{path.name} breaks off: {size:,} bytes are no whole number of records of {RECORD}"
        return frame, [Fault(table, "cut-table", what, 1, AGAIN)]
    return frame, _counting_faults(frame, path.name, table, published)


def _counting_faults(frame: pd.DataFrame, file: str, table: str, published: Frequencies) -> list[Fault]:
    differences = published.differences(table, frame)
    other = published.recognise(frame) if differences else None
    if other:
        what = f"{file} has the counts of {other}, not of {table}"
        return [Fault(table, "wrong-table", what, 1, f"Give the file its own name, {other}. {AGAIN}")]
    return [_differing(file, table, difference, published.basis) for difference in differences]


def _differing(file: str, table: str, difference: Difference, basis: str) -> Fault:
    name = f"{table}.{difference.variable}" if difference.variable else table
    what = f"{file}: {difference.what}: {few(difference.found)} found, {difference.published:,} {basis}"
    away = abs(difference.found - difference.published)
    return Fault(name, "other-counts", what, away if away >= 10 else None, AGAIN)
