"""People in memory: a data frame whose columns are coded by the codebook, lazily and once."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from comorbid._numerics.collapse import CodedColumn, collapse
from comorbid._numerics.gaps import sharing_gaps
from comorbid._numerics.structure import Clusters, PatternTable
from comorbid.codebook import Codebook, Variable
from comorbid.design import SurveyDesign
from comorbid.errors import CohortError, SpecError, few, require_known
from comorbid.gaps import ReportPeople, gap_variables
from comorbid.recode import coded_levels, coded_values, continuous_values, key
from comorbid.replication import (
    checked_replicate,
    replicate_columns,
    replicated_units,
    require_scale,
    with_replicate_totals,
)
from comorbid.restriction import Combined, Comparison, Known, Narrowing, Negated, Restriction, SharedGaps, names_in
from comorbid.sampling import SampledUnits, sampling_weights


class PeopleFrame:
    """A frame of people and what was derived from it; the frame itself is never changed, nor its values copied.

    The columns are shared with the frame that was given (copy on write), so that what its owner changes later does not
    reach the people here.

    Parameters
    ----------
    frame : DataFrame
        One row a person; columns as the codebook's variables name them.
    codebook : Codebook

    Attributes
    ----------
    reported : ReportPeople or None
        Whom the report on a confidential cohort that is being made is about (`Cohort.report_on`); None outside of one.
    """

    def __init__(self, frame: pd.DataFrame, codebook: Codebook) -> None:
        self.reported: ReportPeople | None = None
        self._frame = with_text_names(frame)
        self._codebook = codebook
        self._coded: dict[tuple[str, str], CodedColumn] = {}
        self._values: dict[tuple[str, str], np.ndarray] = {}
        self._masks: dict[tuple[Any, ...], np.ndarray | None] = {}
        self._units: dict[SurveyDesign | None, SampledUnits] = {}

    def __len__(self) -> int:
        return len(self._frame)

    def __repr__(self) -> str:
        return f"<{few(len(self))} people, {len(self._frame.columns)} columns; rows are not shown>"

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self._frame.columns)

    def same_data(self, other: PeopleFrame) -> bool:
        """Whether another has the same rows, in the same order, with the same columns."""
        return other is self or self._frame.equals(other._frame)

    def column(self, name: str) -> pd.Series:
        """A column as it came."""
        require_known(name, self._frame.columns, "column", "the data")
        return self._frame[name]

    def coded(self, variable: Variable) -> CodedColumn:
        """Levels of a variable as whole numbers; a continuous one has its distinct values as levels."""
        key = (variable.name, variable.column)
        if key not in self._coded:
            self._coded[key] = self._code(variable)
        return self._coded[key]

    def _code(self, variable: Variable) -> CodedColumn:
        if variable.kind == "continuous":
            return coded_values(self.numeric(variable), self.distinct(variable))
        if variable.source:
            return _banded(self.numeric(self._codebook[variable.source]), variable)
        return coded_levels(self.column(variable.column), variable)

    def numeric(self, variable: Variable) -> np.ndarray:
        """Values of a continuous variable, shape (n,); NaN is missing."""
        key = (variable.name, variable.column)
        if key not in self._values:
            self._values[key] = continuous_values(self.column(variable.column), variable)
        return self._values[key]

    def distinct(self, variable: Variable) -> np.ndarray:
        """Sorted distinct values of a continuous variable, missing left out."""
        values = np.unique(self.numeric(variable))
        return values[~np.isnan(values)]

    def weights(self, design: SurveyDesign | None) -> np.ndarray | None:
        """Sampling weights, checked; None when everybody counts alike."""
        if design is None or design.weights is None:
            return None
        key = ("sampling weights", design.weights)
        if key not in self._values:
            self._values[key] = sampling_weights(self.column(design.weights))
        return self._values[key]

    def units(self, design: SurveyDesign | None) -> SampledUnits:
        """Sampled unit of each person, and the structure of the whole sample."""
        if design not in self._units:
            columns = {name: self.column(name) for name in (design.columns if design else ())}
            self._units[design] = replicated_units(columns, design, len(self), self._frame.columns)
        return self._units[design]

    def clusters(self, design: SurveyDesign | None) -> Clusters:
        return self.units(design).clusters

    def mask(self, restrictions: tuple[Narrowing, ...], codebook: Codebook) -> np.ndarray | None:
        """People for whom every restriction is true, shape (n,); None when there is no restriction."""
        if not restrictions:
            return None
        key = (restrictions, _columns(restrictions, codebook))
        if key not in self._masks:
            before, last = self.mask(restrictions[:-1], codebook), restrictions[-1]
            if isinstance(last, SharedGaps):
                keep = self._sharing(last, codebook, before)
            else:
                keep = self.truth(last, codebook)[0]
            self._masks[key] = keep if before is None else keep & before
        return self._masks[key]

    def others(self, domain: tuple[Narrowing, ...], part: tuple[Narrowing, ...], codebook: Codebook) -> np.ndarray:
        """People of a domain who are not in a part of it, shape (n,)."""
        whole, inside = self.mask(domain, codebook), self.mask((*domain, *part), codebook)
        found = np.ones(len(self), dtype=bool) if whole is None else whole.copy()
        return found if inside is None else found & ~inside

    def _sharing(self, restriction: SharedGaps, codebook: Codebook, domain: np.ndarray | None) -> np.ndarray:
        """People of a domain who share their gaps."""
        variables = gap_variables(restriction, codebook, self.columns)
        missing = [~self._is_known(variable) for variable in variables if self.may_miss(variable)]
        return sharing_gaps(missing, np.ones(len(self), dtype=bool) if domain is None else domain, restriction.least)

    def truth(self, restriction: Restriction, codebook: Codebook) -> tuple[np.ndarray, np.ndarray]:
        """Where a restriction is true and where it is false; where it is neither, a value is missing."""
        if isinstance(restriction, Comparison):
            return self._compare(restriction, codebook)
        if isinstance(restriction, Known):
            known = np.ones(len(self), dtype=bool)
            for name in restriction.variables:
                if self.may_miss(codebook[name]):
                    known &= self._is_known(codebook[name])
            return known, ~known
        if isinstance(restriction, Negated):
            true, false = self.truth(restriction.part, codebook)
            return false, true
        return self._combine(restriction, codebook)

    def _combine(self, restriction: Combined, codebook: Codebook) -> tuple[np.ndarray, np.ndarray]:
        both = [self.truth(part, codebook) for part in restriction.parts]
        trues, falses = [pair[0] for pair in both], [pair[1] for pair in both]
        if restriction.joiner == "and":
            return np.logical_and.reduce(trues), np.logical_or.reduce(falses)
        return np.logical_or.reduce(trues), np.logical_and.reduce(falses)

    def count(self, domain: np.ndarray) -> int:
        """People in a domain."""
        return int(domain.sum())

    def count_missing(self, variable: Variable, domain: np.ndarray | None) -> int:
        """People of a domain without a value."""
        missing = ~self._is_known(variable)
        return int((missing if domain is None else domain & missing).sum())

    def check(self, variable: Variable) -> None:
        """Code a variable, so that a value the codebook does not declare is an error at once."""
        self.coded(variable) if variable.is_categorical else self.numeric(variable)

    def may_miss(self, variable: Variable) -> bool:
        """Whether anybody can lack a value; a column that is known to be complete is not looked at again."""
        return variable.kind == "continuous" or self.coded(variable).may_miss

    def _is_known(self, variable: Variable) -> np.ndarray:
        if variable.kind == "continuous":
            return ~np.isnan(self.numeric(variable))
        return self.coded(variable).values >= 0

    def _compare(self, comparison: Comparison, codebook: Codebook) -> tuple[np.ndarray, np.ndarray]:
        variable = codebook[comparison.variable]
        known = self._is_known(variable)
        if variable.kind == "continuous":
            true = compared(self.numeric(variable), comparison, variable)
        else:
            true = np.isin(self.coded(variable).values, matching_levels(comparison, variable))
        return true & known, ~true & known

    def collapse(
        self, variables: Sequence[Variable], design: SurveyDesign | None, domain: np.ndarray | None
    ) -> PatternTable:
        """People of the domain by pattern of the variables and sampled unit."""
        sampled, weights = self.units(design), self.weights(design)
        columns = [self.coded(variable) for variable in variables]
        squares = sampled.clusters.sampling == "person"
        table = collapse(columns, len(self), weights, sampled.unit, sampled.clusters.n_units, domain, squares)
        if design is None or weights is None or not design.replicates:
            return table
        replicates = [self._replicate(name, design, weights) for name in self._replicate_columns(design)]
        require_scale(replicates, weights, design)
        return with_replicate_totals(table, columns, weights, replicates, domain, rank=design.psu is None)

    def _replicate_columns(self, design: SurveyDesign) -> tuple[str, ...]:
        return replicate_columns(design, [str(name) for name in self._frame.columns])

    def _replicate(self, name: str, design: SurveyDesign, weights: np.ndarray) -> np.ndarray:
        key = (f"replicate weights times {'1' if design.combined else design.weights}", name)
        if key not in self._values:
            self._values[key] = checked_replicate(self.column(name), None if design.combined else weights)
        return self._values[key]


def matching_levels(comparison: Comparison, variable: Variable) -> list[int]:
    """Numbers of the levels for which a comparison with a level, or a list of levels, is true."""
    asked = comparison.value if isinstance(comparison.value, tuple) else (comparison.value,)
    names = {require_known(key(level), variable.level_names, "level", f"`{variable.name}`") for level in asked}
    inside = [i for i, level in enumerate(variable.level_names) if level in names]
    if comparison.operator in ("==", "in"):
        return inside
    if comparison.operator in ("!=", "not in"):
        return [i for i in range(len(variable.levels)) if i not in inside]
    raise SpecError(
        f"`{variable.name}` has levels, not numbers: {comparison.operator!r} cannot compare them. Use == or in."
    )


def compared(values: Any, comparison: Comparison, variable: Variable) -> Any:
    """A continuous variable compared with a number or a list of numbers, elementwise."""
    asked = comparison.value if isinstance(comparison.value, tuple) else (comparison.value,)
    if any(isinstance(value, str) for value in asked):
        raise SpecError(f"`{variable.name}` is continuous; compare it with a number, not with {comparison.value!r}.")
    if comparison.operator in ("in", "not in"):
        inside = np.isin(values, asked)
        return inside if comparison.operator == "in" else ~inside
    symbols = {
        "==": operator.eq,
        "!=": operator.ne,
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
    }
    return symbols[comparison.operator](values, comparison.value)


def _columns(restrictions: Sequence[Narrowing], codebook: Codebook) -> tuple[tuple[str, str], ...]:
    """Variables that restrictions look at, each with the column that carries it under the definitions in use."""
    names = dict.fromkeys(name for restriction in restrictions for name in names_in(restriction))
    return tuple((name, codebook[name].column) for name in names)


def with_text_names(frame: pd.DataFrame) -> pd.DataFrame:
    """The same columns, uncopied, with their names as text: a column 0 is called "0".

    Raises
    ------
    CohortError
        When two columns have one name.
    """
    shared = frame.copy(deep=False)
    if not all(isinstance(name, str) for name in frame.columns):
        shared.columns = pd.Index([str(name) for name in frame.columns])
    repeated = shared.columns[shared.columns.duplicated()]
    if len(repeated):
        raise CohortError(f"column {str(repeated[0])!r} stands in the data twice; rename or drop one of them.")
    return shared


def _banded(values: np.ndarray, variable: Variable) -> CodedColumn:
    """A continuous variable cut at its breaks, closed on the left; the last band is open."""
    band = np.searchsorted(np.asarray(variable.breaks, dtype=float), values, side="right") - 1
    missing = np.isnan(values)
    below = int((band[~missing] < 0).sum())
    band = np.where(missing | (band < 0), -1, band)
    if below == len(values) - missing.sum() and below:
        raise CohortError(
            f"`{variable.name}`: all {few(below)} values of `{variable.source}` lie below the first break, "
            f"{variable.breaks[0]:g}. Are they in the unit of the breaks? Mend `breaks`, or take the table "
            f"[variables.{variable.name}] out of the codebook."
        )
    return CodedColumn(band.astype(np.int16), len(variable.levels), bool((band < 0).any()))
