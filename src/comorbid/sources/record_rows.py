"""Rows of coded health records, read and checked: person, day, code and vocabulary of each, within a window of days."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from comorbid.errors import CodebookError, CohortError, ComorbidWarning, SpecError, few, listed, require_known
from comorbid.sources.code_forms import EXAMPLES, family, well_formed
from comorbid.sources.codelists import CodeList
from comorbid.variables import key

__all__ = ["as_text", "checked_records", "day_count", "within_window"]

EXACT = 2**53
"""Whole numbers from here on are not held exactly by floats; SNOMED CT codes may be longer."""
ZONE = r"([T ]\d\d:?\d\d.*?)(?:Z|[+-]\d\d(?::?\d\d)?)$"
"""A time of day, and the zone after it: the day is the one that is written."""
WHOLE_DAY = r"\d{8}$|\d{8}[T ]|\d{4}([-/])\d{1,2}\1\d"
"""How a date begins that names a day; 2015 and 2015-03 name none, and would be read as the first of them."""


def checked_records(
    records: pd.DataFrame, codelist: CodeList, *, person: str, date: str, code: str, vocabulary: str | None
) -> pd.DataFrame:
    """Person and code as text, the day without its time, and the vocabulary of every record.

    Parameters
    ----------
    records : DataFrame
        One row a code.
    codelist : CodeList
        Whose vocabularies are accepted.
    person, date, code : str
        Columns of the records.
    vocabulary : str or None
        Column with the vocabulary of each code, or the one vocabulary of all; that of the list when it has only one.

    Returns
    -------
    DataFrame
        person, code, date, vocabulary.

    Raises
    ------
    CohortError
        When there are no records, a column is absent, a value is missing or unreadable (a year or month alone is no
        day), codes were read as floats, or no record holds a code as its vocabulary writes them.
    CodebookError, UnknownNameError
        When it is not known whose the codes are, or the list has none of their vocabularies.
    """
    named = (person, date, code)
    absent = [name for name in named if name not in records.columns]
    if absent:
        raise CohortError(f"the records have no column {listed(absent)}. Name the columns with person=, date=, code=.")
    if records.empty:
        raise CohortError("there are no records: nobody could have a condition. Give the table with the codes.")
    whose = _vocabularies(records, codelist, vocabulary)
    rows = pd.DataFrame({"person": as_text(records[person]), "code": as_text(records[code])})
    rows["date"] = _days(records[date])
    rows["vocabulary"] = whose
    for name, what in zip(("person", "code", "date", "vocabulary"), (person, code, date, vocabulary), strict=True):
        missing = int(rows[name].isna().sum())
        if missing:
            how = " A day is written YYYY-MM-DD." if name == "date" else ""
            raise CohortError(
                f"{few(missing)} records have no {what}, or one that cannot be read. Mend or drop them.{how}"
            )
    return _of_the_list(rows, codelist)


def within_window(rows: pd.DataFrame, since: str | None, until: str | None) -> pd.DataFrame:
    """Rows of the days from `since` to `until`, both of them with it.

    Raises
    ------
    SpecError
        When one is no day, or the window ends before it begins.
    CohortError
        When no record lies in it.
    """
    first, last = _day(since, "since"), _day(until, "until")
    if first is not None and last is not None and first > last:
        raise SpecError(f"since={since} is later than until={until}: no day lies between them. Exchange the two.")
    kept = rows
    if first is not None:
        kept = kept[kept["date"] >= first]
    if last is not None:
        kept = kept[kept["date"] <= last]
    if kept.empty:
        raise CohortError(
            f"none of {few(len(rows))} records is of the days that count ({since or 'first'} to {until or 'last'}). "
            "Widen since= and until=, or give the records of those days."
        )
    return kept


def day_count(at_least: object) -> int:
    """The number of different days that make a case.

    Raises
    ------
    SpecError
        When it is no whole number from 1.
    """
    if isinstance(at_least, bool) or not isinstance(at_least, int) or at_least < 1:
        raise SpecError(f"at_least={at_least!r} is no number of days; a whole number from 1 is accepted.")
    return at_least


def as_text(column: pd.Series) -> pd.Series:
    """Values as text, whole numbers without a decimal point; missing ones stay missing.

    Raises
    ------
    CohortError
        When numbers have fractions, or are too long for floats to hold.
    """
    whole = column
    if column.dtype.kind == "f":
        _require_whole(column, column)
        whole = column.astype("Int64")
    elif column.dtype == object or isinstance(column.dtype, pd.CategoricalDtype):
        whole = column.astype(object)
        _require_whole(whole[whole.map(lambda value: isinstance(value, float))].astype(float), column)
        whole = whole.map(key, na_action="ignore")
    texts: pd.Series = whole.astype("str").str.strip().mask(whole.isna())
    return texts.replace("", np.nan)


def _require_whole(floats: pd.Series, column: pd.Series) -> None:
    """Raise when codes or persons that are floats are not held exactly, or are no whole numbers."""
    if bool((floats.abs() >= EXACT).any()):
        raise CohortError(
            f"{column.name} was read as floats, which do not hold long codes exactly; read the column as text."
        )
    if bool((floats.dropna() % 1 != 0).any()):
        raise CohortError(f"{column.name} has numbers with fractions; read the column as text.")


def _vocabularies(records: pd.DataFrame, codelist: CodeList, named: str | None) -> pd.Series | str:
    """The vocabulary of every record, or the one of all."""
    if named is not None and named in records.columns:
        return as_text(records[named])
    if named is not None:
        return require_known(named, codelist.vocabularies, "vocabulary", "the code list, nor column of the records")
    if len(codelist.vocabularies) > 1:
        raise CodebookError(
            f"the code list has codes of {listed(codelist.vocabularies)}, and the records do not say whose theirs are. "
            "Name the column, or the vocabulary, with vocabulary=."
        )
    return codelist.vocabularies[0]


def _of_the_list(rows: pd.DataFrame, codelist: CodeList) -> pd.DataFrame:
    """The rows, when the list has their vocabularies; a warning when it has some of them."""
    foreign = int((~rows["vocabulary"].isin(codelist.vocabularies)).sum())
    if foreign == len(rows):
        raise CodebookError(
            f"none of {few(len(rows))} records is of a vocabulary of the code list ({listed(codelist.vocabularies)}). "
            "Write the vocabularies as the list does, or give the list of theirs."
        )
    if foreign:
        warnings.warn(
            f"{few(foreign)} of {few(len(rows))} records are of vocabularies that the code list does not have "
            f"({listed(codelist.vocabularies)}); they make no case.",
            ComorbidWarning,
            stacklevel=4,
        )
    return _well_formed(rows[rows["vocabulary"].isin(codelist.vocabularies)])


def _well_formed(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with one code of their vocabulary; a warning counts the others.

    A field with two codes is not taken for the first of them, nor words, codes of another vocabulary or letters of
    another alphabet for a code that nobody looks for.
    """
    good = pd.Series(False, index=rows.index)
    for vocabulary, codes in rows.groupby("vocabulary")["code"]:
        good.loc[codes.index] = well_formed(str(vocabulary), codes)
    wrong = int((~good).sum())
    names = listed(f"{name} ({EXAMPLES[family(name)]})" for name in rows["vocabulary"].unique() if family(name))
    what = f"{few(wrong)} of {few(len(rows))} records hold no single code as it is written in {names}"
    if wrong == len(rows):
        raise CohortError(f"{what}. Name the column of the codes with code=, or their vocabulary with vocabulary=.")
    if wrong:
        warnings.warn(
            f"{what}, but several, words, or codes of another vocabulary; they make no case. Split or mend them.",
            ComorbidWarning,
            stacklevel=5,
        )
    return rows[good]


def _days(column: pd.Series) -> pd.Series:
    """The day of each record as it is written, without time and zone; missing where it cannot be read."""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_localize(None)
    elif not pd.api.types.is_datetime64_dtype(column):
        column = as_text(column).str.replace(ZONE, r"\1", regex=True)
        column = column.where(column.str.match(WHOLE_DAY, na=False))
    days: pd.Series = pd.to_datetime(column, errors="coerce", format="ISO8601")
    return days.dt.normalize()


def _day(text: str | None, name: str) -> pd.Timestamp | None:
    if text is None:
        return None
    found = _days(pd.Series([str(text)]))[0]
    if pd.isna(found):
        raise SpecError(f"{name}={text!r} is no day; it is written YYYY-MM-DD.")
    return pd.Timestamp(found)
