"""Is a file the table that its name says? Readable, whole, with its columns and the counts that were published."""

from __future__ import annotations

import warnings
from pathlib import Path

from comorbid.errors import SourceError, few
from comorbid.sources.faults import Fault
from comorbid.sources.frequencies import Difference, Frequencies
from comorbid.sources.tables import read_table

__all__ = ["table_faults"]

RECORD = 80
"""A SAS transport file is a whole number of records of this many bytes."""

AGAIN = "Run `comorbid fetch`; a file in a folder of COMORBID_DATA has to be taken away there, since it is found first."


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
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame = read_table(path, published.columns(table))
    except SourceError as fault:
        return [Fault(table, "unreadable-table", str(fault), 1, AGAIN)]
    size = path.stat().st_size
    if path.suffix.lower() == ".xpt" and size % RECORD:
        what = f"{path.name} breaks off: {size:,} bytes are no whole number of records of {RECORD}"
        return [Fault(table, "cut-table", what, 1, AGAIN)]
    differences = published.differences(table, frame)
    other = published.recognise(frame) if differences else None
    if other:
        what = f"{path.name} has the counts of {other}, not of {table}"
        return [Fault(table, "wrong-table", what, 1, f"Give the file its own name, {other}. {AGAIN}")]
    return [_differing(path, table, difference) for difference in differences]


def _differing(path: Path, table: str, difference: Difference) -> Fault:
    name = f"{table}.{difference.variable}" if difference.variable else table
    what = f"{path.name}: {difference.what}: {few(difference.found)} found, {difference.published:,} published"
    away = abs(difference.found - difference.published)
    return Fault(name, "other-counts", what, away if away >= 10 else None, AGAIN)
