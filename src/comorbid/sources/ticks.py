"""Boxes that were ticked or left blank, as lists of "tick all that apply" are stored: a blank is the code 0."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from comorbid.errors import SourceError, listed
from comorbid.variables import key

__all__ = ["with_ticks"]


def with_ticks(frame: pd.DataFrame, ticked: Sequence[str], file: str) -> pd.DataFrame:
    """The same people with 0 where a column that is declared so has no value.

    Parameters
    ----------
    frame : DataFrame
    ticked : sequence of str
        Columns in which a blank says no, by declaration; whoever was not asked has to have another code there.
    file : str
        Name of the file, for messages.

    Raises
    ------
    SourceError
        When there is no such column, or it has 0 beside blanks, which would become the same.
    """
    absent = [name for name in ticked if name not in frame.columns]
    if absent:
        raise SourceError(f"{file} has no column {listed(absent)}, which [file] ticked names in the codebook.")
    return frame.assign(**{name: _filled(frame[name], file) for name in ticked}) if ticked else frame


def _filled(column: pd.Series, file: str) -> pd.Series:
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    is_text = column.dtype == object or pd.api.types.is_string_dtype(column)
    blank = column.isna() | (column.astype(str).str.strip() == "") if is_text else column.isna()
    if blank.any() and (column[~blank].map(key) == "0").any():
        raise SourceError(
            f"{file}: column {column.name!r} has 0 and blanks, so that blanks mean something else. Take it from [file] "
            "ticked in the codebook, and declare 0 as a code."
        )
    return column.mask(blank, "0" if is_text else 0)
