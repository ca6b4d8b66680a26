"""Source codes to levels, by declaration: what the codebook does not declare is an error, never a guess."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from comorbid._numerics.collapse import CodedColumn
from comorbid.codebook import Variable
from comorbid.errors import CodebookError, few

TINY = 1e-70
"""SAS transport files write zero as a tiny number now and then; below this a value is zero."""


def coded_levels(column: pd.Series, variable: Variable) -> CodedColumn:
    """Levels of a categorical variable or condition as 0, 1, ... in the codebook's order; -1 is missing.

    Columns that are coded so already (booleans, matching categoricals, 0 to L - 1) are used as they lie, uncopied.

    Raises
    ------
    CodebookError
        When a value is neither a declared level nor a declared missing code; the message counts them.
    """
    lying = _as_it_lies(column, variable)
    if lying is not None:
        return lying
    codes, values = pd.factorize(column)
    lookup = np.full(len(values) + 1, -1, dtype=np.int16)
    levels = {key(code): i for i, given in enumerate(variable.levels.values()) for code in given}
    undeclared = []
    for j, value in enumerate(values):
        name = key(value)
        if name in levels:
            lookup[j] = levels[name]
        elif name not in variable.missing and name != "":
            undeclared.append(j)
    if undeclared:
        given = np.asarray(codes)
        counts = np.bincount(given[given >= 0], minlength=len(values))
        raise _undeclared(variable, [(values[j], int(counts[j])) for j in undeclared])
    ranks = lookup[codes].astype(np.int8 if len(variable.levels) < 127 else np.int16)
    return CodedColumn(ranks, len(variable.levels), bool((ranks < 0).any()))


def _as_it_lies(column: pd.Series, variable: Variable) -> CodedColumn | None:
    n_levels = len(variable.levels)
    if isinstance(column.dtype, pd.CategoricalDtype):
        if tuple(map(str, column.cat.categories)) != variable.level_names:
            return None
        codes = np.asarray(column.cat.codes)
        return CodedColumn(codes, n_levels, bool(len(codes)) and int(codes.min()) < 0)
    if column.dtype == np.bool_ and n_levels == 2:
        return CodedColumn(column.to_numpy().view(np.int8), 2, False)
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iu" and not variable.missing and len(column):
        values = column.to_numpy()
        plain = tuple(variable.levels.values()) == tuple((i,) for i in range(n_levels))
        if plain and values.min() >= 0 and values.max() < n_levels:
            return CodedColumn(values, n_levels, False)
    return None


def key(value: Any) -> str:
    """A source code as text: 1, 1.0 and "1" are one code; a tiny float is zero; blanks around text do not count."""
    if isinstance(value, (bool, np.bool_)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        if abs(float(value)) < TINY:
            return "0"
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    return str(value).strip()


def _undeclared(variable: Variable, found: list[tuple[Any, int]]) -> CodebookError:
    """Short whole-number codes are named, since they are codes; any other value could be a person's, and is not."""
    named = [(key(value), count) for value, count in found if key(value).lstrip("-").isdigit() and len(key(value)) <= 3]
    hidden = len(found) - len(named)
    parts = [f"{code} ({few(count)})" for code, count in sorted(named, key=lambda pair: int(pair[0]))[:12]]
    if hidden:
        parts.append(f"{hidden} other value{'s' if hidden > 1 else ''} that are not repeated here")
    total = sum(count for _, count in found)
    accepted = ", ".join(f"{'/'.join(map(str, codes))}: {level}" for level, codes in variable.levels.items())
    return CodebookError(
        f"`{variable.name}` (column {variable.column!r}) has {few(total)} values outside {{{accepted}}}: "
        f"{', '.join(parts)}. Nothing was loaded. Declare them in the codebook, as levels or as `missing`."
    )


def continuous_values(column: pd.Series, variable: Variable) -> np.ndarray:
    """Values of a continuous variable as float64; declared missing codes and blanks become NaN.

    Raises
    ------
    CodebookError
        When a value is no number, is infinite or lies outside the variable's limits.
    """
    text = not pd.api.types.is_numeric_dtype(column.dtype)
    values = pd.to_numeric(column, errors="coerce") if text else column
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    if text:
        blank = column.isna() | column.astype(str).str.strip().isin(["", *variable.missing])
        _refuse(variable, int((np.isnan(numbers) & ~blank.to_numpy()).sum()), "that are not numbers")
    codes = [float(code) for code in variable.missing if _is_number(code)]
    tiny = (np.abs(numbers) < TINY) & (numbers != 0)
    if tiny.any():
        numbers = np.where(tiny, 0.0, numbers)
    if codes:
        numbers = np.where(np.isin(numbers, codes), np.nan, numbers)
    _refuse(variable, int(np.isinf(numbers).sum()), "that are infinite")
    if variable.limits:
        low, high = variable.limits
        _refuse(variable, int(((numbers < low) | (numbers > high)).sum()), f"outside {low:g} to {high:g}")
    return numbers


def coded_values(values: np.ndarray, distinct: np.ndarray) -> CodedColumn:
    """A continuous variable with each distinct value as a level."""
    missing = np.isnan(values)
    codes = np.searchsorted(distinct, values)
    if missing.any():
        codes = np.where(missing, -1, codes)
    return CodedColumn(codes.astype(np.int32), len(distinct), bool(missing.any()))


def _refuse(variable: Variable, count: int, what: str) -> None:
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
