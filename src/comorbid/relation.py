"""People who stay in a database or in Parquet files: restricted and collapsed there, by one GROUP BY.

Codes are grouped as they lie, and the few groups recoded: recoding every person first takes three times as long.
Expressions are Ibis, so that the same code runs in DuckDB over files and on Spark, BigQuery, Snowflake or PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from comorbid._numerics.assemble import assemble_patterns
from comorbid._numerics.structure import Clusters, PatternTable
from comorbid.codebook import Codebook, Variable
from comorbid.design import SurveyDesign
from comorbid.errors import CohortError
from comorbid.gaps import ReportPeople, gap_variables, sharing_in_table
from comorbid.people import compared, matching_levels
from comorbid.recode import coded_groups
from comorbid.relation_columns import (
    MISSING,
    UNDECLARED,
    TableColumns,
    answered,
    fetched,
    grouped_by_code,
)
from comorbid.relation_sample import check_weights, design_keys, sample_of_table
from comorbid.restriction import Combined, Comparison, Known, Narrowing, Negated, Restriction, SharedGaps

__all__ = ["PeopleRelation"]

MOST_CELLS = 20_000_000
"""Cells that are brought into memory at most; beyond it, continuous variables should be banded."""


class PeopleRelation(TableColumns):
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
        super().__init__(table, codebook)
        self._counts: dict[Any, int] = {}
        self._gaps: dict[Any, Any] = {}
        self._clusters: dict[SurveyDesign | None, tuple[Clusters, pd.DataFrame]] = {}

    def __len__(self) -> int:
        return self.count(None)

    def __repr__(self) -> str:
        return f"<people in a database table of {len(self._table.columns)} columns; rows are not shown>"

    def count(self, domain: Any) -> int:
        """People in a domain."""
        name = None if domain is None else repr(domain)
        if name not in self._counts:
            table = self._table if domain is None else self._table.filter(domain)
            self._counts[name] = int(answered(table.count()).as_py())
        return self._counts[name]

    def count_missing(self, variable: Variable, domain: Any) -> int:
        """People of a domain without a value."""
        missing = ~self._known(variable)
        return self.count(missing if domain is None else domain & missing)

    def may_miss(self, variable: Variable) -> bool:
        """Whether anybody can lack a value; it is not known before the table is asked."""
        return True

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

    def others(self, domain: tuple[Narrowing, ...], part: tuple[Narrowing, ...], codebook: Codebook) -> Any:
        """People of a domain who are not in a part of it, as an expression."""
        whole, inside = self.mask(domain, codebook), self.mask(part, codebook).fill_null(False)
        return ~inside if whole is None else whole & ~inside

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
        self.require_declared(variable)
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
        self.column(design.weights)
        check_weights(self._table, design.weights, len(self))

    def clusters(self, design: SurveyDesign | None) -> Clusters:
        """Strata and sampled units of the whole table."""
        return self._sampled(design)[0]

    def _sampled(self, design: SurveyDesign | None) -> tuple[Clusters, pd.DataFrame]:
        """The sample's structure, and the number of the unit that each combination of design columns is."""
        if design not in self._clusters:
            for name in (design.strata, design.psu, design.fpc) if design else ():
                if name:
                    self.column(name)
            self._clusters[design] = sample_of_table(self._table, len(self), design)
        return self._clusters[design]

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
        keys = [*design_keys(design)]
        unit = np.zeros(len(cells), dtype=np.intp)
        if keys:
            unit = cells[keys].merge(groups, on=keys, how="left")["unit"].to_numpy(dtype=np.intp)
        squares = cells["weight_sq"].to_numpy(dtype=np.float64) if clusters.sampling == "person" else np.empty(0)
        people, weight = cells["people"].to_numpy(), cells["weight"].to_numpy(dtype=np.float64)
        return assemble_patterns(codes, unit, people, weight, squares)

    def _group_by(self, variables: Sequence[Variable], design: SurveyDesign | None, domain: Any) -> pd.DataFrame:
        table = self._table if domain is None else self._table.filter(domain)
        keys = {f"v{j}": self._key(variable) for j, variable in enumerate(variables)}
        columns = {**{key: self.column(name) for key, name in design_keys(design).items()}, **keys}
        if not (design and design.weights):
            return _counted(table.select(**columns) if columns else table, [*columns])
        table = table.select(**columns, weight_of_one=self.column(design.weights).cast("float64"))
        one = table["weight_of_one"]
        return _counted(table.filter(one > 0), [*columns], weight=one.sum(), weight_sq=(one * one).sum())

    def _codes(self, variable: Variable, cells: pd.DataFrame, name: str) -> np.ndarray:
        people = cells["people"].to_numpy()
        if variable.is_categorical:
            if grouped_by_code(variable):
                return coded_groups(cells[name], variable, people)
            values = cells[name].to_numpy()
            if variable.source or (values == UNDECLARED).any():
                self.require_declared(variable)
            return values
        numbers = cells[name].to_numpy(dtype=np.float64)
        return np.where(np.isnan(numbers), MISSING, np.searchsorted(self.distinct(variable), numbers))


def _counted(table: Any, by: list[str], **sums: Any) -> pd.DataFrame:
    """Groups with their people and sums of weights; without weights everybody counts 1."""
    sums = {"people": table.count(), **sums}
    grouped = table.group_by(by).aggregate(**sums).limit(MOST_CELLS + 1) if by else table.aggregate(**sums)
    found = fetched(grouped)
    return found if "weight" in found else found.assign(weight=found["people"], weight_sq=found["people"])
