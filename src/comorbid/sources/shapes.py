"""Files of fixed width, and files with a row an answer, as one row a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import pandas as pd

from comorbid.errors import SourceError, few
from comorbid.sources.unpacking import opener, require_unpackable
from comorbid.variables import key

__all__ = ["read_fixed_width", "wide"]


def read_fixed_width(
    path: Path, layout: Mapping[str, tuple[int, int]], encoding: str = "utf-8", text: Collection[str] = ()
) -> pd.DataFrame:
    """Columns cut from lines at declared positions; what is blank is missing.

    Parameters
    ----------
    path : Path
        Text file, packed (.gz, .xz) or not, one line a person.
    layout : mapping of str to (first, last)
        Positions of each column, counted from 1, both included.
    encoding : str
    text : collection of str
        Columns that are never numbers, such as codes that begin with zero.

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
    return pd.DataFrame({name: _numbers_or_text(column, name in text) for name, column in cut.items()})


def _numbers_or_text(column: pd.Series, is_text: bool) -> pd.Series:
    """Whole numbers where all filled fields are, numbers where they are numbers, text else; blank is missing."""
    known = column.mask(column == "")
    if is_text:
        return known
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
        When a column is absent, a person or item has no name, an item has two spellings or the name of the column of
        persons, or a person gave two values to an item.
    """
    absent = [name for name in long.values() if name not in frame.columns]
    if absent:
        raise SourceError(f"{file} has no column {', '.join(absent)}, which [file] long names in the codebook.")
    person, item, value = (long[part] for part in ("person", "item", "value"))
    named = {part: _one_spelling(frame[part]) for part in (person, item)}
    rows = frame.assign(**named)
    unnamed = int(rows[[person, item]].isna().any(axis=1).sum())
    if unnamed:
        raise SourceError(f"{file}: {few(unnamed)} rows name no person or no item.")
    _require_items(rows[item].unique(), person, file)
    twice = int(rows.duplicated([person, item]).sum())
    if twice:
        raise SourceError(f"{file}: {few(twice)} rows give a person a second value of the same item. Keep one of them.")
    people = rows[person].drop_duplicates()
    table = rows.pivot(index=person, columns=item, values=value).reindex(people)  # noqa: PD010 (nothing to aggregate)
    columns = {str(name): column.infer_objects() for name, column in table.items()}
    return pd.DataFrame(columns).rename_axis(index=person).reset_index()


def _one_spelling(column: pd.Series) -> pd.Series:
    """Persons or items as they are told apart: 1, 1.0 and "1" are one, blanks around text do not count."""
    if column.dtype.kind in "iu":
        return column
    texts = column.astype(object).map(key, na_action="ignore")
    return texts.mask(texts == "")


def _require_items(items: Iterable[object], person: str, file: str) -> None:
    """Raise when an item has the name of the column of persons, or of another item but for the case of letters."""
    names = [str(name) for name in items]
    if person in names:
        raise SourceError(f"{file} has an item with the name of the column of persons, {person!r}. Rename one of them.")
    again = [name for name, times in Counter(map(str.casefold, names)).items() if times > 1]
    if again:
        raise SourceError(
            f"{file} writes {len(again)} of its items in capital and small letters both, which makes two of one. Write "
            "each one way."
        )
