"""Files of fixed width, and files with a row an answer, as one row a person."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from comorbid.errors import SourceError, few
from comorbid.sources.unpacking import opener, require_unpackable

__all__ = ["read_fixed_width", "wide"]


def read_fixed_width(path: Path, layout: Mapping[str, tuple[int, int]], encoding: str = "utf-8") -> pd.DataFrame:
    """Columns cut from lines at declared positions; what is blank is missing.

    Parameters
    ----------
    path : Path
        Text file, packed (.gz, .xz) or not, one line a person.
    layout : mapping of str to (first, last)
        Positions of each column, counted from 1, both included.
    encoding : str

    Raises
    ------
    SourceError
        When the file cannot be read as text, or a line ends before the layout does.
    """
    require_unpackable(path)
    try:
        with opener(path)(path, "rt", encoding=encoding, newline=None) as file:
            lines = [line.rstrip("\n") for line in file]
    except UnicodeError:
        raise SourceError(
            f"{path.name} is not {encoding} text. Declare its encoding in the codebook: [file]."
        ) from None
    lines = [line for line in lines if line.strip("\x1a ")]
    last = max(end for _, end in layout.values())
    short = sum(len(line) < last for line in lines)
    if short:
        raise SourceError(
            f"{path.name}: {few(short)} of {len(lines):,} lines are shorter than the {last} positions of the layout. "
            "The file was cut, or the layout is another one's."
        )
    cut = {name: pd.Series([line[start - 1 : end].strip() for line in lines]) for name, (start, end) in layout.items()}
    return pd.DataFrame({name: _numbers_or_text(column) for name, column in cut.items()})


def _numbers_or_text(column: pd.Series) -> pd.Series:
    """Whole numbers where all filled fields are, numbers where they are numbers, text else; blank is missing."""
    known = column.mask(column == "")
    numbers = pd.to_numeric(known, errors="coerce")
    if (numbers.isna() & known.notna()).any():
        return known
    whole = (numbers.dropna() % 1 == 0).all()
    return numbers.astype("Int64") if whole else numbers


def wide(frame: pd.DataFrame, long: Mapping[str, str], file: str) -> pd.DataFrame:
    """A row a person from a row an answer.

    Parameters
    ----------
    frame : DataFrame
    long : mapping
        Columns that name the `person`, the `item` and its `value`.
    file : str
        Name of the file, for messages.

    Returns
    -------
    DataFrame
        A column an item, a row a person in the order in which people first appear, and the column of the person.

    Raises
    ------
    SourceError
        When a column is absent, a person or item has no name, or a person gave two values to an item.
    """
    absent = [name for name in long.values() if name not in frame.columns]
    if absent:
        raise SourceError(f"{file} has no column {', '.join(absent)}, which [file] long names in the codebook.")
    person, item, value = (long[part] for part in ("person", "item", "value"))
    unnamed = int(frame[[person, item]].isna().any(axis=1).sum())
    if unnamed:
        raise SourceError(f"{file}: {few(unnamed)} rows name no person or no item.")
    twice = int(frame.duplicated([person, item]).sum())
    if twice:
        raise SourceError(f"{file}: {few(twice)} rows give a person a second value of the same item. Keep one of them.")
    people = frame[person].drop_duplicates()
    table = frame.pivot(index=person, columns=item, values=value).reindex(people)  # noqa: PD010 (nothing to aggregate)
    columns = {str(name): column.infer_objects() for name, column in table.items()}
    return pd.DataFrame(columns).rename_axis(index=person).reset_index()
