"""People who stay in a database or in Parquet files: restricted and collapsed there, by one GROUP BY.

Codes are grouped as they lie, and the few groups recoded: recoding every person first takes three times as long.
Expressions are Ibis, so that the same code runs in DuckDB over files and on Spark, BigQuery, Snowflake or PostgreSQL.
"""

# ruff: noqa: PD003, PD004 (`isnull` and `notnull` are the names that Ibis has)

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from comorbid._numerics.assemble import assemble_patterns
from comorbid._numerics.structure import Clusters, PatternTable
from comorbid.codebook import Codebook, Variable
from comorbid.design import SurveyDesign
from comorbid.errors import CodebookError, CohortError, DesignError, SourceError, few, require_known
from comorbid.gaps import ReportPeople, gap_variables, sharing_in_table
from comorbid.people import compared, matching_levels
from comorbid.recode import TINY, coded_groups, key, level_ranks, refuse_values
from comorbid.replication import replicated_units
from comorbid.restriction import Combined, Comparison, Known, Narrowing, Negated, Restriction, SharedGaps
from comorbid.sampling import require_labels, require_weights, sampled_units

MISSING, UNDECLARED = -1, -2
MOST_CELLS = 20_000_000
"""Cells that are brought into memory at most; beyond it, continuous variables should be banded."""
FEW_CODES = 64
"""Source codes of a variable up to which people are grouped by code; with more, they are recoded first."""


class PeopleRelation:
    """An Ibis table of people; only counts ever leave it.

    Parameters
    ----------
    table : ibis.Table
    codebook : Codebook

    Attributes
    ----------
    reported : ReportPeople or None
        As of `PeopleFrame`.
    """

    def __init__(self, table: Any, codebook: Codebook) -> None:
        self.reported: ReportPeople | None = None
        self._table = table
        self._codebook = codebook
        self._counts: dict[Any, int] = {}
        self._gaps: dict[Any, Any] = {}
        self._clusters: dict[SurveyDesign | None, tuple[Clusters, pd.DataFrame]] = {}
        self._distinct: dict[str, np.ndarray] = {}

    def __len__(self) -> int:
        return self.count(None)

    def __repr__(self) -> str:
        return f"<people in a database table of {len(self._table.columns)} columns; rows are not shown>"

    def count(self, domain: Any) -> int:
        """People in a domain."""
        name = None if domain is None else repr(domain)
        if name not in self._counts:
            table = self._table if domain is None else self._table.filter(domain)
            self._counts[name] = int(_answered(table.count()).as_py())
        return self._counts[name]

    def count_missing(self, variable: Variable, domain: Any) -> int:
        """People of a domain without a value."""
        missing = ~self._known(variable)
        return self.count(missing if domain is None else domain & missing)

    def may_miss(self, variable: Variable) -> bool:
        """Whether anybody can lack a value; it is not known before the table is asked."""
        return True

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
        """A column of codes: text without blanks around it, other kinds as they lie."""
        column = self.column(name)
        kind = column.type()
        return column.strip() if kind.is_string() else column.cast("float64") if kind.is_decimal() else column

    def _key(self, variable: Variable) -> Any:
        """What people are grouped by."""
        if not variable.is_categorical:
            return self.number(variable)
        return self._plain(variable.column) if _grouped_by_code(variable) else self.code(variable)

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
        column = self.column(variable.column).cast("float64")
        column = column.isnan().ifelse(None, column)
        for code in filter(_is_number, variable.missing):
            column = column.nullif(float(code))
        return column

    def distinct(self, variable: Variable) -> np.ndarray:
        """Sorted distinct values of a continuous variable, missing left out."""
        if variable.name not in self._distinct:
            values = _fetched(self._table.select(value=self.number(variable)).distinct())["value"].dropna()
            numbers = np.unique(_without_tiny(values.to_numpy(dtype=np.float64)))
            low, high = variable.limits or (-np.inf, np.inf)
            if len(numbers) and (numbers[0] < low or numbers[-1] > high or not np.isfinite(numbers).all()):
                self._refuse_numbers(variable, low, high)
            self._distinct[variable.name] = numbers
        return self._distinct[variable.name]

    def _refuse_numbers(self, variable: Variable, low: float, high: float) -> None:
        """Raise with the number of people whose value is infinite, or outside the variable's limits."""
        value = self.number(variable)
        outside = {"that are infinite": value.isinf(), f"outside {low:g} to {high:g}": (value < low) | (value > high)}
        for what, wrong in outside.items():
            found = _fetched(self._table.aggregate(people=wrong.ifelse(1, 0).sum()))["people"]
            refuse_values(variable, int(found.sum()), what)

    def _known(self, variable: Variable) -> Any:
        return self.code(variable) != MISSING if variable.is_categorical else self.number(variable).notnull()

    def mask(self, restrictions: tuple[Narrowing, ...], codebook: Codebook) -> Any:
        """People for whom every restriction is true, as an expression; None when there is no restriction."""
        domain = None
        for restriction in restrictions:
            if isinstance(restriction, SharedGaps):
                condition = self._sharing(restriction, codebook, domain)
            else:
                condition = self.truth(restriction, codebook)
            domain = condition if domain is None else domain & condition
        return domain

    def _sharing(self, restriction: SharedGaps, codebook: Codebook, domain: Any) -> Any:
        """People of a domain who share their gaps; looked for once."""
        name = (restriction, repr(domain))
        if name not in self._gaps:
            known = [self._known(v) for v in gap_variables(restriction, codebook, self._table.columns)]
            table = self._table if domain is None else self._table.filter(domain)
            self._gaps[name] = sharing_in_table(table, known, restriction.least)
        return self._gaps[name]

    def truth(self, restriction: Restriction, codebook: Codebook) -> Any:
        """A restriction in three-valued logic: null where a value is missing."""
        if isinstance(restriction, Comparison):
            return self._compare(restriction, codebook)
        if isinstance(restriction, Negated):
            return ~self.truth(restriction.part, codebook)
        if isinstance(restriction, Known):
            parts = [self._known(codebook[name]) for name in restriction.variables]
        else:
            parts = [self.truth(part, codebook) for part in restriction.parts]
        joined = parts[0]
        for part in parts[1:]:
            either = isinstance(restriction, Combined) and restriction.joiner == "or"
            joined = joined | part if either else joined & part
        return joined

    def _compare(self, comparison: Comparison, codebook: Codebook) -> Any:
        variable = codebook[comparison.variable]
        if variable.is_categorical:
            return self.code(variable).nullif(MISSING).isin(matching_levels(comparison, variable) or [UNDECLARED - 1])
        value = self.number(variable)
        if comparison.operator in ("in", "not in"):
            inside = value.isin([float(number) for number in comparison.value])
            return inside if comparison.operator == "in" else ~inside
        return compared(value, comparison, variable)

    def weights(self, design: SurveyDesign | None) -> None:
        """Check the sampling weights in the table; they stay there.

        Raises
        ------
        DesignError
            When a weight is missing, infinite or below zero, or none is above zero.
        """
        if design is None or design.weights is None:
            return
        weight = self.column(design.weights).cast("float64")
        faults = {
            "missing or not numbers": weight.isnull() | weight.isnan(),
            "infinite": weight.isinf(),
            "below zero": weight < 0,
            "positive": weight > 0,
        }
        counts = {name: fault.ifelse(1, 0).sum() for name, fault in faults.items()}
        found = _fetched(self._table.aggregate(**counts)).sum()
        wrong = {name: int(found[name]) for name in faults if name != "positive"}
        require_weights(design.weights, len(self), wrong, int(found["positive"]))

    def clusters(self, design: SurveyDesign | None) -> Clusters:
        """Strata and sampled units of the whole table."""
        return self._sampled(design)[0]

    def _sampled(self, design: SurveyDesign | None) -> tuple[Clusters, pd.DataFrame]:
        """The sample's structure, and the number of the unit that each combination of design columns is."""
        if design not in self._clusters:
            self._clusters[design] = self._count_units(design)
        return self._clusters[design]

    def _count_units(self, design: SurveyDesign | None) -> tuple[Clusters, pd.DataFrame]:
        if design is None:
            return sampled_units({}, None, len(self)).clusters, pd.DataFrame(index=range(1))
        if design.replicates or (design.makes_replicates and not design.psu):
            raise DesignError(
                "replicates of people in a database table are made from its PSUs: name psu, and call with_replicates. "
                "Given replicate weights, and replicates of single people, are for data in memory."
            )
        names = [name for name in (design.strata, design.psu, design.fpc) if name]
        for name in names:
            self.column(name)
        groups = _fetched(self._table.group_by(names).aggregate(people=self._table.count())) if names else None
        if groups is None:
            groups = pd.DataFrame({"people": [len(self)]})
        for name in names:
            require_labels(name, int(groups.loc[groups[name].isna(), "people"].sum()), len(self))
        groups = groups.sort_values(names, ignore_index=True) if names else groups
        # Each combination stands once a PSU, or as often as it has people where these are the sampled units.
        repeats = np.ones(len(groups), dtype=int) if design.psu else groups["people"].to_numpy()
        rows = np.repeat(np.arange(len(groups)), np.minimum(repeats, 2) if design.psu is None else repeats)
        sampled = replicated_units(
            {name: groups[name].iloc[rows] for name in design.columns if name in names}, design, len(rows)
        )
        clusters, unit = sampled.clusters, sampled.unit
        first = np.r_[True, rows[1:] != rows[:-1]]
        groups["unit"] = np.zeros(len(groups), dtype=int) if unit is None else np.asarray(unit)[first]
        return (clusters if design.psu else _sized(clusters, groups)), groups

    def collapse(self, variables: Sequence[Variable], design: SurveyDesign | None, domain: Any) -> PatternTable:
        """People of the domain by pattern of the variables and sampled unit, counted where they lie.

        Raises
        ------
        CodebookError
            When a value is not declared; the message counts them.
        CohortError
            When there are more cells than fit in memory.
        """
        clusters, groups = self._sampled(design)
        cells = self._group_by(variables, design, domain)
        if len(cells) > MOST_CELLS:
            raise CohortError(
                f"more than {MOST_CELLS:,} cells of strata, PSUs and codes. Band the continuous variables, and declare "
                "the codes of the others: a column of free text is no variable."
            )
        codes = np.empty((len(cells), len(variables)), dtype=np.int64)
        for j, variable in enumerate(variables):
            codes[:, j] = self._codes(variable, cells, f"v{j}")
        names = [name for name in (design.strata, design.psu) if name] if design else []
        unit = np.zeros(len(cells), dtype=np.intp)
        if names:
            unit = cells[names].merge(groups, on=names, how="left")["unit"].to_numpy(dtype=np.intp)
        squares = cells["weight_sq"].to_numpy(dtype=np.float64) if clusters.sampling == "person" else np.empty(0)
        people, weight = cells["people"].to_numpy(), cells["weight"].to_numpy(dtype=np.float64)
        return assemble_patterns(codes, unit, people, weight, squares)

    def _group_by(self, variables: Sequence[Variable], design: SurveyDesign | None, domain: Any) -> pd.DataFrame:
        table = self._table if domain is None else self._table.filter(domain)
        keys = {f"v{j}": self._key(variable) for j, variable in enumerate(variables)}
        names = [name for name in (design.strata, design.psu) if name] if design else []
        columns = {**{name: self.column(name) for name in names}, **keys}
        if not (design and design.weights):
            return _counted(table.select(**columns) if columns else table, [*columns])
        table = table.select(**columns, weight_of_one=self.column(design.weights).cast("float64"))
        one = table["weight_of_one"]
        return _counted(table.filter(one > 0), [*columns], weight=one.sum(), weight_sq=(one * one).sum())

    def _codes(self, variable: Variable, cells: pd.DataFrame, name: str) -> np.ndarray:
        people = cells["people"].to_numpy()
        if variable.is_categorical:
            if _grouped_by_code(variable):
                return coded_groups(cells[name], variable, people)
            values = cells[name].to_numpy()
            wrong = int(people[values == UNDECLARED].sum())
            if wrong:
                raise CodebookError(
                    f"`{variable.name}` (column {variable.column!r}) has {few(wrong)} values outside its declared "
                    "codes. Declare them in the codebook, as levels or as `missing`."
                )
            return values
        numbers = _without_tiny(cells[name].to_numpy(dtype=np.float64))
        return np.where(np.isnan(numbers), MISSING, np.searchsorted(self.distinct(variable), numbers))


def _grouped_by_code(variable: Variable) -> bool:
    """Whether people are grouped by the codes of a variable as they lie."""
    codes = sum(len(codes) for codes in variable.levels.values()) + len(variable.missing)
    return not variable.source and codes <= FEW_CODES


def _counted(table: Any, by: list[str], **sums: Any) -> pd.DataFrame:
    """Groups with their people and sums of weights; without weights everybody counts 1."""
    sums = {"people": table.count(), **sums}
    grouped = table.group_by(by).aggregate(**sums).limit(MOST_CELLS + 1) if by else table.aggregate(**sums)
    found = _fetched(grouped)
    return found if "weight" in found else found.assign(weight=found["people"], weight_sq=found["people"])


def _without_tiny(numbers: np.ndarray) -> np.ndarray:
    return np.where(np.abs(numbers) < TINY, 0.0, numbers)


def _sized(clusters: Clusters, groups: pd.DataFrame) -> Clusters:
    """People sampled one by one: strata hold as many units as they have people."""
    from dataclasses import replace

    size = np.bincount(groups["unit"], weights=groups["people"], minlength=clusters.n_strata)
    return replace(clusters, size=size.astype(float))


def _fetched(expression: Any) -> pd.DataFrame:
    """A small result, through Arrow."""
    return _answered(expression).to_pandas()


def _answered(expression: Any) -> Any:
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
    numbers = [float(code) for code in codes if _is_number(code)]
    return numbers if kind.is_floating() else [int(number) for number in numbers if number.is_integer()]


def _is_number(code: Any) -> bool:
    try:
        float(code)
    except (TypeError, ValueError):
        return False
    return True


__all__ = ["PeopleRelation"]
