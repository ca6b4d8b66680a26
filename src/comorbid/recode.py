"""Source codes to levels, by declaration: what the codebook does not declare is an error, never a guess."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from comorbid._numerics.collapse import CodedColumn
from comorbid._numerics.numbering import extremes
from comorbid.errors import CodebookError, few, listed
from comorbid.variables import TINY, Variable, key

SHORT_CODE = re.compile(r"-?[0-9]{1,3}")
"""A code that a message may name; any other value could be a person's."""
LONGEST, MOST_CODES = 6, 6
"""Letters of a declared code that a message names, and how many of a level."""
__all__ = [
    "TINY",
    "coded_groups",
    "coded_levels",
    "coded_values",
    "continuous_values",
    "declared_codes",
    "key",
    "level_ranks",
]


def coded_levels(column: pd.Series, variable: Variable) -> CodedColumn:
    """Levels of a categorical variable or condition as 0, 1, ... in the codebook's order; -1 is missing.

    Columns that are coded so already (booleans under no 0 and yes 1, matching categoricals, 0 to L - 1) are used as
    they lie, uncopied.

    Raises
    ------
    CodebookError
        When a value is neither a declared level nor a declared missing code; the message counts them.
    """
    if _counts_from_zero(column, variable):
        return CodedColumn(column.to_numpy(), len(variable.levels), False)
    codes, values, as_it_lies = _distinct(column, variable)
    ranks = level_ranks(values, variable, named=isinstance(column.dtype, pd.CategoricalDtype))
    _require_declared(ranks, values, codes, variable)
    if as_it_lies and np.array_equal(ranks, np.arange(len(ranks))):
        return CodedColumn(codes, len(variable.levels), bool(len(codes)) and int(codes.min()) < 0)
    lookup = np.append(ranks, -1).astype(np.int8 if len(variable.levels) < 127 else np.int16)
    coded = lookup[codes]
    return CodedColumn(coded, len(variable.levels), bool((coded < 0).any()))


def coded_groups(column: pd.Series, variable: Variable, people: np.ndarray) -> np.ndarray:
    """Levels of groups of people who share a source code, shape (m,); -1 is missing.

    Parameters
    ----------
    column : Series of shape (m,)
        Source code of each group; a code may come more than once.
    variable : Variable
    people : ndarray of int, shape (m,)
        People in each group.

    Raises
    ------
    CodebookError
        When a code is neither a declared level nor a declared missing code; the message counts people.
    """
    codes, values, _ = _distinct(column, variable)
    ranks = level_ranks(values, variable)
    _require_declared(ranks, values, codes, variable, people)
    return np.append(ranks, -1)[codes]


def _counts_from_zero(column: pd.Series, variable: Variable) -> bool:
    """Whether whole numbers are the numbers of the levels already."""
    if not isinstance(column.dtype, np.dtype) or column.dtype.kind not in "iu" or not len(column):
        return False
    wanted = tuple((str(number),) for number in range(len(variable.levels)))
    if tuple(tuple(map(key, codes)) for codes in variable.levels.values()) != wanted:
        return False
    values = column.to_numpy()
    return bool(values.min() >= 0 and values.max() < len(variable.levels))


def _distinct(column: pd.Series, variable: Variable) -> tuple[np.ndarray, Sequence[Any], bool]:
    """Number of each person's value (-1 is missing), the values, and whether the numbers are a view of the column."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        values = column.array
        assert isinstance(values, pd.Categorical)
        return values.codes, list(values.categories), True  # `column.cat.codes` would be a copy
    if column.dtype == np.bool_:
        return column.to_numpy().view(np.int8), (False, True), True
    try:
        codes, values = pd.factorize(column)
    except TypeError:
        raise CodebookError(
            f"`{variable.name}` (column {variable.column!r}) holds lists or other objects, not codes. Nothing was "
            "loaded. Give each person one code, or leave the variable out of the codebook."
        ) from None
    return np.asarray(codes), list(values), False


def level_ranks(values: Sequence[Any], variable: Variable, named: bool = False) -> np.ndarray:
    """Level of each value: its number, -1 for missing, -2 where it is not declared.

    Categories may go by the name of a level (`named`) and truth values by "no" and "yes", unless that text is declared
    as a code of another level.
    """
    levels = {name: i for i, name in enumerate(variable.level_names)} if named else {}
    levels |= {key(code): i for i, codes in enumerate(variable.levels.values()) for code in codes}
    gone = {*variable.missing, ""}
    ranks = []
    for value in values:
        texts = [key(value), *(["yes" if value else "no"] if isinstance(value, (bool, np.bool_)) else [])]
        found = [levels[text] for text in texts if text in levels]
        ranks.append(-1 if texts[0] in gone else found[0] if found else -2)
    return np.array(ranks, dtype=np.int64)


def _require_declared(
    ranks: np.ndarray,
    values: Sequence[Any],
    codes: np.ndarray,
    variable: Variable,
    people: np.ndarray | None = None,
) -> None:
    """Raise when somebody has a value that is not declared; a category that nobody is in may be anything."""
    if not (ranks == -2).any():
        return
    known = codes >= 0
    counts = np.bincount(codes[known], None if people is None else people[known], minlength=len(values))
    wrong = np.flatnonzero((ranks == -2) & (counts > 0)).tolist()
    found = [(values[j], int(counts[j])) for j in wrong]
    if found:
        raise _undeclared(variable, found)


def _undeclared(variable: Variable, found: list[tuple[Any, int]]) -> CodebookError:
    """Short whole-number codes are named, since they are codes; any other value could be a person's, and is not."""
    named = [(key(value), count) for value, count in found if SHORT_CODE.fullmatch(key(value))]
    hidden = len(found) - len(named)
    parts = [f"{code} ({few(count)})" for code, count in sorted(named, key=lambda pair: int(pair[0]))[:12]]
    if hidden:
        parts.append(f"{hidden} other value{'s that are' if hidden > 1 else ' that is'} not repeated here")
    total = sum(count for _, count in found)
    masked = total >= 10 and any(count < 10 for _, count in found)  # the sum less the others would tell them
    number = "" if masked else f"{few(total)} "
    accepted = declared_codes(variable)
    return CodebookError(
        f"`{variable.name}` (column {variable.column!r}) has {number}values outside {{{accepted}}}: "
        f"{', '.join(parts)}. Nothing was loaded. Declare them in the codebook, as levels or as `missing`."
    )


def declared_codes(variable: Variable) -> str:
    """The first levels with their codes, as a message says them: a level's only code, or of several the short ones."""
    return listed(f"{_spoken(tuple(map(key, codes)))}: {level}" for level, codes in variable.levels.items())


def _spoken(codes: Sequence[str]) -> str:
    said = codes if len(codes) == 1 else [code for code in codes if len(code) <= LONGEST][:MOST_CODES]
    return "/".join([*said, *(["..."] if len(said) < len(codes) else [])])


def continuous_values(column: pd.Series, variable: Variable) -> np.ndarray:
    """Values of a continuous variable as float64; declared missing codes and blanks become NaN.

    Raises
    ------
    CodebookError
        When a value is no number, is infinite or lies outside the variable's limits, or the column holds dates.
    """
    numbers = _numbers(column, variable)
    least, largest = _ends(numbers)
    if least < TINY:
        tiny = (np.abs(numbers) < TINY) & (numbers != 0)
        numbers = np.where(tiny, 0.0, numbers) if tiny.any() else numbers
    codes = [float(code) for code in variable.missing if _is_number(code)]
    if codes:
        numbers = np.where(np.isin(numbers, codes), np.nan, numbers)
        least, largest = _ends(numbers)
    if np.isinf(least) or np.isinf(largest):
        refuse_values(variable, int(np.isinf(numbers).sum()), "that are infinite")
    low, high = variable.limits or (-np.inf, np.inf)
    if least < low or largest > high:
        refuse_values(variable, int(((numbers < low) | (numbers > high)).sum()), f"outside {low:g} to {high:g}")
    return numbers


def _ends(numbers: np.ndarray) -> tuple[float, float]:
    """Smallest and largest value, missing ones left out: what all checks of a sound column need."""
    least, largest = extremes(numbers) if len(numbers) else (np.inf, -np.inf)
    if not np.isnan(least):
        return float(least), float(largest)
    known = numbers[~np.isnan(numbers)]
    return float(known.min(initial=np.inf)), float(known.max(initial=-np.inf))


def _numbers(column: pd.Series, variable: Variable) -> np.ndarray:
    """A column as float64, uncopied where it can be; text is read as numbers, and what is none is an error."""
    if column.dtype == np.float64:
        return column.to_numpy()
    if pd.api.types.is_numeric_dtype(column.dtype) and column.dtype.kind != "c":
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    if column.dtype.kind in "mMc" or isinstance(column.dtype, pd.PeriodDtype):
        refuse_values(variable, len(column), "that are dates, times or complex, not numbers")
    column = column.astype(object)
    texts = column.map(key, na_action="ignore")
    plain = column.map(lambda value: isinstance(value, (str, Real, Decimal)))
    numbers = pd.to_numeric(column.where(plain), errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    blank = (texts.isna() | texts.isin(["", *variable.missing])).to_numpy(dtype=bool)
    refuse_values(variable, int((np.isnan(numbers) & ~blank).sum()), "that are not numbers")
    return numbers


def coded_values(values: np.ndarray, distinct: np.ndarray) -> CodedColumn:
    """A continuous variable with each distinct value as a level."""
    missing = np.isnan(values)
    codes = np.searchsorted(distinct, values)
    if missing.any():
        codes = np.where(missing, -1, codes)
    return CodedColumn(codes.astype(np.int32), len(distinct), bool(missing.any()))


def refuse_values(variable: Variable, count: int, what: str) -> None:
    """Raise when a count of people have values that are wrong."""
    if count:
        raise CodebookError(
            f"`{variable.name}` (column {variable.column!r}) has {few(count)} values {what}. Nothing was loaded. "
            "Declare missing codes in the codebook, or mend the column."
        )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
