"""Columns of days and months in whatever form: types of days, texts, packed numbers, counts from an epoch."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from comorbid.drafting.looks import MANY, is_whole, look_like_dates, mostly, numbers_as_text
from comorbid.drafting.names import DATES

__all__ = ["days_told", "on_calendar"]

EXACT, MONTHS = "values are exact dates", "values are months of a year"
MAY_BE = "values may be dates, counted in days from 1900 as spreadsheets do"
SOME = 5
"""Different numbers that are days of a calendar by chance hardly ever."""
SECONDS = 86_400
EARLIEST, LATEST = 1850, 2100
SPREADSHEET = (14_000, 55_000)
"""Days from 1900 that stand for 1938 to 2050."""
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
WORDED = re.compile(rf"(\d{{1,2}}[ ./-]*{_MONTH}|{_MONTH}[ ./-]*\d{{1,2}})[ .,/-]*\d{{2,4}}.*", re.IGNORECASE)
MONTHLY = re.compile(r"(1[89]|20)\d\d[-/.](0?[1-9]|1[0-2])|(0?[1-9]|1[0-2])[-/.](1[89]|20)\d\d")


def days_told(known: pd.Series, texts: pd.Series, told: str) -> str | None:
    """What days or months a column tells; None when it tells none.

    Parameters
    ----------
    known : Series
        Values that are answers, of any type.
    texts : Series of str
        The same as text, without blanks around it.
    told : str
        Name and label of the column, in plain words.
    """
    if isinstance(known.dtype, pd.PeriodDtype) or pd.api.types.is_datetime64_any_dtype(known):
        return EXACT
    called = bool(re.search(DATES, told)) and texts.nunique() > MANY
    if pd.api.types.is_numeric_dtype(known):
        return EXACT if called else _packed(known)
    if called or look_like_dates(texts) or mostly(texts, WORDED):
        return EXACT
    if mostly(texts, MONTHLY):
        return MONTHS
    return _packed(pd.to_numeric(texts, errors="coerce").dropna()) if numbers_as_text(texts) else None


def _packed(known: pd.Series) -> str | None:
    """Numbers that are days: 19991231, 31121999, seconds at midnight; or months: 199912; or days from 1900."""
    if pd.api.types.is_bool_dtype(known) or not is_whole(known):
        return None
    numbers = known.to_numpy(dtype=np.float64, na_value=np.nan)
    numbers = numbers[~np.isnan(numbers)].astype(np.int64)
    if _are_days(numbers // 10_000, numbers // 100 % 100, numbers % 100):
        return EXACT
    distinct = len(np.unique(numbers))
    if distinct < SOME:
        return None
    first, second, year = numbers // 1_000_000, numbers // 10_000 % 100, numbers % 10_000
    if _are_days(year, second, first) or _are_days(year, first, second):
        return EXACT
    if (numbers % SECONDS == 0).all() and np.abs(numbers).max() > 1_000 * SECONDS:
        return EXACT
    if _are_days(numbers // 100, numbers % 100, np.ones_like(numbers)):
        return MONTHS
    low, high = SPREADSHEET
    return MAY_BE if distinct > MANY and numbers.min() >= low and numbers.max() <= high else None


def _are_days(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> bool:
    """Whether all three parts are those of a calendar."""
    return bool(on_calendar(year, month, day).all())


def on_calendar(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Whether each three parts are those of a calendar; a missing part is none."""
    return (year >= EARLIEST) & (year <= LATEST) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
