"""Faults of columns: undeclared codes, values outside limits, columns that say nothing or say the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from comorbid.codebook import Codebook, Variable
from comorbid.errors import CodebookError, few
from comorbid.recode import SHORT_CODE, coded_levels, continuous_values, declared_codes, key
from comorbid.sources.faults import Fault, of_people

__all__ = ["column_faults", "variable_faults"]

DECLARE = "Declare it in the codebook, as a level or as missing; or mend the column."


def column_faults(people: pd.DataFrame, columns: Sequence[str]) -> list[Fault]:
    """Columns that are empty, constant, infinite somewhere, or equal to another."""
    faults = [fault for name in columns for fault in _plain_faults(name, people[name])]
    silent = {fault.column for fault in faults if fault.fault in ("empty-column", "constant-column")}
    return [*faults, *_same_values(people, [name for name in columns if name not in silent])]


def variable_faults(people: pd.DataFrame, codebook: Codebook) -> list[Fault]:
    """Faults of the columns that a codebook names, each definition of a condition included."""
    faults: list[Fault] = []
    for variable in _every_variable(codebook):
        if variable.column not in people.columns:
            what = f"variable `{variable.name}` needs this column, and the data have none of the name"
            faults.append(Fault(variable.column, "missing-column", what, 1, "Mend its name, in the data or codebook."))
        else:
            faults += _coding_faults(people[variable.column], variable)
    named = dict.fromkeys(v.column for v in codebook.variables.values() if not v.source)
    plain = column_faults(people, [column for column in named if column in people.columns])
    return [*faults, *(fault for fault in plain if fault.fault != "infinite")]


def _every_variable(codebook: Codebook) -> Iterator[Variable]:
    """Variables with a column of their own, conditions under each definition."""
    for variable in codebook.variables.values():
        if variable.definitions:
            yield from (variable.defined_as(name) for name in variable.definitions)
        elif not variable.source:
            yield variable


def _coding_faults(column: pd.Series, variable: Variable) -> list[Fault]:
    """Faults that loading the variable would meet; the loader itself says whether there are any."""
    try:
        coded_levels(column, variable) if variable.is_categorical else continuous_values(column, variable)
    except CodebookError:
        return _code_faults(column, variable) if variable.is_categorical else _value_faults(column, variable)
    return []


def _code_faults(column: pd.Series, variable: Variable) -> list[Fault]:
    """One row for each undeclared code, and one for all other undeclared values."""
    declared = {key(code) for codes in variable.levels.values() for code in codes} | {*variable.missing, ""}
    counts: dict[str, int] = {}
    for value, count in column.value_counts(sort=False).items():
        if key(value) not in declared:
            code = key(value) if _is_code(key(value)) else ""
            counts[code] = counts.get(code, 0) + int(count)
    return [
        of_people(
            variable.column,
            "undeclared-code",
            count,
            f"with {f'code {code}' if code else 'values that are no codes'}, outside {{{declared_codes(variable)}}}",
            DECLARE,
        )
        for code, count in sorted(counts.items())
    ]


def _is_code(text: str) -> bool:
    return bool(SHORT_CODE.fullmatch(text))


def _value_faults(column: pd.Series, variable: Variable) -> list[Fault]:
    numbers, unreadable = _numbers(column, list(variable.missing))
    low, high = variable.limits or (-np.inf, np.inf)
    outside = np.isfinite(numbers) & ((numbers < low) | (numbers > high))
    found = [
        ("not-a-number", unreadable, "values are no numbers"),
        ("infinite", int(np.isinf(numbers).sum()), "values are infinite"),
        ("outside-limits", int(outside.sum()), f"values are outside {low:g} to {high:g}"),
    ]
    remedy = "Declare missing codes in the codebook, correct its limits, or mend the column."
    return [of_people(variable.column, fault, count, what, remedy) for fault, count, what in found if count]


def _numbers(column: pd.Series, missing: Sequence[str] = ()) -> tuple[np.ndarray, int]:
    """Values as numbers with missing codes as NaN, and how many values are no numbers."""
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    texts = column.map(key, na_action="ignore")
    blank = (texts.isna() | texts.isin(["", *missing])).to_numpy(dtype=bool)
    return np.where(blank, np.nan, values), int((np.isnan(values) & ~blank).sum())


def _plain_faults(name: str, column: pd.Series) -> Iterator[Fault]:
    known = column.dropna()
    known = _as_text(known)
    distinct = known.nunique()
    if not len(known):
        yield Fault(name, "empty-column", "no value in any row", 1, "Leave it out, or fill it.")
    elif distinct == 1 and len(column) > 1:
        what = f"the same value in all {few(len(known))} rows that have one: nothing can be estimated from it"
        yield Fault(name, "constant-column", what, 1, "Leave it out, or look for what was lost in making the file.")
    if column.dtype.kind == "f" and (infinite := int(np.isinf(known.to_numpy(dtype=np.float64)).sum())):
        yield of_people(name, "infinite", infinite, "values are infinite", "Mend the column.")


def _as_text(column: pd.Series) -> pd.Series:
    """A column of objects, lists perhaps, as text; another one as it is."""
    return column.map(str, na_action="ignore") if column.dtype == object else column


def _same_values(people: pd.DataFrame, columns: Sequence[str]) -> Iterator[Fault]:
    """Columns that equal an earlier one in every row, missing values included."""
    first: dict[bytes, str] = {}
    for name in columns:
        rows = pd.util.hash_pandas_object(_as_text(people[name]), index=False, categorize=False).to_numpy()
        digest = hashlib.sha256(rows.tobytes()).digest()
        earlier = first.setdefault(digest, name)
        if earlier != name and people[name].equals(people[earlier]):
            what = f"the same values as {earlier!r} in all {few(len(people))} rows"
            yield Fault(name, "same-values", what, 1, "Drop one of the two, or look for an error of copying.")
