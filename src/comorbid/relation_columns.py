"""Columns of people who stay in a database or in Parquet files, as Ibis expressions: codes, numbers, gaps."""

# ruff: noqa: PD003, PD004 (`isnull` and `notnull` are the names that Ibis has)

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from comorbid.codebook import Codebook, Variable
from comorbid.errors import CodebookError, SourceError, require_known
from comorbid.recode import TINY, coded_groups, key, level_ranks, refuse_values

__all__ = ["MISSING", "UNDECLARED", "TableColumns", "answered", "fetched", "grouped_by_code"]

MISSING, UNDECLARED = -1, -2
FEW_CODES = 64
"""Source codes of a variable up to which people are grouped by code; with more, they are recoded first."""
MOST_VALUES = 100_000
"""Different undeclared values that are counted at most."""


class TableColumns:
    """Columns of an Ibis table as a codebook reads them.

    Parameters
    ----------
    table : ibis.Table
    codebook : Codebook
    """

    def __init__(self, table: Any, codebook: Codebook) -> None:
        self._table = table
        self._codebook = codebook
        self._distinct: dict[str, np.ndarray] = {}
        self._sound: set[tuple[str, str]] = set()

    def column(self, name: str) -> Any:
        """A column as an expression."""
        require_known(name, self._table.columns, "column", "the table")
        return self._table[name]

    def check(self, variable: Variable) -> None:
        """The variable's column exists and, where it must be a number, is one."""
        name = self._codebook[variable.source].column if variable.source else variable.column
        kind = self.column(name).type()
        if (variable.source or not variable.is_categorical) and not (kind.is_numeric() or kind.is_boolean()):
            raise CodebookError(f"`{variable.name}` (column {name!r}) is not a column of numbers.")

    def require_declared(self, variable: Variable) -> None:
        """Raise as people in memory do when somebody has a value that is not declared; asked once a variable.

        Raises
        ------
        CodebookError
            When a code is undeclared, or a number infinite or outside the limits; the message counts people.
        """
        if (variable.name, variable.column) in self._sound:
            return
        if variable.source:
            self.require_declared(self._codebook[variable.source])
        elif variable.is_categorical:
            self._refuse_codes(variable)
        else:
            self._refuse_numbers(variable)
        self._sound.add((variable.name, variable.column))

    def _refuse_codes(self, variable: Variable) -> None:
        """Raise when somebody has a code that is not declared, or one that only Python reads as a declared one."""
        coded = self._table.select(value=self._plain(variable.column), level=self.code(variable))
        wrong = coded.filter(coded["level"] == UNDECLARED)
        groups = fetched(wrong.group_by("value").aggregate(people=wrong.count()).limit(MOST_VALUES))
        if len(groups):
            people = groups["people"].to_numpy()
            coded_groups(groups["value"], variable, people)
            refuse_values(variable, int(people.sum()), "with blanks around them that a database keeps")

    def code(self, variable: Variable) -> Any:
        """Level of a categorical variable as a whole number: -1 where it is missing, -2 where it is not declared."""
        import ibis

        if variable.source:
            return self._band(variable)
        column = self._plain(variable.column)
        gone = column.isnull()
        if column.type().is_boolean():
            no, yes = (ibis.literal(int(rank), "int16") for rank in level_ranks((False, True), variable))
            return ibis.cases((gone, ibis.literal(MISSING, "int16")), (column, yes), else_=no)
        branches = [
            (column.isin(_literals(codes, column)), ibis.literal(number, "int16"))
            for number, codes in enumerate(variable.levels.values())
            if _literals(codes, column)
        ]
        missing = _literals(("", *variable.missing), column)
        gone = gone | column.isin(missing) if missing else gone
        return ibis.cases((gone, ibis.literal(MISSING, "int16")), *branches, else_=ibis.literal(UNDECLARED, "int16"))

    def _plain(self, name: str) -> Any:
        """A column of codes: text without blanks around it, fractions as `_real`, other kinds as they lie."""
        column = self.column(name)
        kind = column.type()
        if kind.is_string():
            return column.strip()
        return _real(column) if kind.is_floating() or kind.is_decimal() else column

    def _key(self, variable: Variable) -> Any:
        """What people are grouped by."""
        if not variable.is_categorical:
            return self.number(variable)
        return self._plain(variable.column) if grouped_by_code(variable) else self.code(variable)

    def _band(self, variable: Variable) -> Any:
        import ibis

        value = self.number(self._codebook[variable.source])
        limits = [*variable.breaks[1:], None]
        branches = [
            (value < upper, ibis.literal(number, "int16")) for number, upper in enumerate(limits) if upper is not None
        ]
        gone = value.isnull() | (value < variable.breaks[0])
        return ibis.cases(
            (gone, ibis.literal(MISSING, "int16")), *branches, else_=ibis.literal(len(limits) - 1, "int16")
        )

    def number(self, variable: Variable) -> Any:
        """Value of a continuous variable; null where it is missing."""
        column = _real(self.column(variable.column))
        for code in filter(_is_number, variable.missing):
            column = column.nullif(float(code))
        return column

    def distinct(self, variable: Variable) -> np.ndarray:
        """Sorted distinct values of a continuous variable, missing left out."""
        if variable.name not in self._distinct:
            values = fetched(self._table.select(value=self.number(variable)).distinct())["value"].dropna()
            self._distinct[variable.name] = np.unique(values.to_numpy(dtype=np.float64))
            self.require_declared(variable)
        return self._distinct[variable.name]

    def _refuse_numbers(self, variable: Variable) -> None:
        """Raise with the number of people whose value is infinite, or outside the variable's limits."""
        value, (low, high) = self.number(variable), variable.limits or (-np.inf, np.inf)
        wrong = {"infinite": value.isinf(), "outside": (value < low) | (value > high)}
        found = fetched(self._table.aggregate(**{what: rows.ifelse(1, 0).sum() for what, rows in wrong.items()})).sum()
        refuse_values(variable, int(found["infinite"]), "that are infinite")
        refuse_values(variable, int(found["outside"]), f"outside {low:g} to {high:g}")

    def _known(self, variable: Variable) -> Any:
        self.require_declared(variable)
        return self.code(variable) != MISSING if variable.is_categorical else self.number(variable).notnull()


def grouped_by_code(variable: Variable) -> bool:
    """Whether people are grouped by the codes of a variable as they lie."""
    codes = sum(len(codes) for codes in variable.levels.values()) + len(variable.missing)
    return not variable.source and codes <= FEW_CODES


def _real(column: Any) -> Any:
    """A column as float64: what is not a number is missing, and the tiny number that SAS may write for zero is zero."""
    import ibis

    number = column.cast("float64")
    return ibis.cases((number.isnan(), ibis.null("float64")), (number.abs() < TINY, 0.0), else_=number)


def fetched(expression: Any) -> pd.DataFrame:
    """A small result, through Arrow."""
    return answered(expression).to_pandas()


def answered(expression: Any) -> Any:
    """What the engine answers; what it cannot read in Parquet files is an error of ours."""
    try:
        return expression.to_pyarrow()
    except Exception as fault:
        if type(fault).__module__.strip("_") != "duckdb":
            raise
        raise SourceError(
            f"DuckDB cannot read the people ({type(fault).__name__}): a file is damaged, or a column holds what is no "
            "number where the codebook says that it does."
        ) from None


def _literals(codes: Any, column: Any) -> list[Any]:
    """Source codes in the type of a column: numbers for numbers, text for text."""
    kind = column.type()
    if not kind.is_numeric():
        return [key(code) for code in codes]
    numbers = [float(code) for code in codes if _is_number(code) and key(float(code)) == key(code)]
    return numbers if kind.is_floating() else [int(number) for number in numbers if number.is_integer()]


def _is_number(code: Any) -> bool:
    try:
        float(code)
    except (TypeError, ValueError):
        return False
    return True
