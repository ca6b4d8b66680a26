"""People, or cells of people, numbered by sampled unit, subgroup and covariate pattern, for batches of models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from comorbid._numerics.packing import BLOCK, CodedColumn, Packer
from comorbid._numerics.pair_tables import PairTables, pair_tables
from comorbid._numerics.structure import Clusters
from comorbid.cells import Cells, collapse_cohort
from comorbid.cohort import Cohort
from comorbid.people import PeopleFrame


@dataclass(frozen=True, slots=True)
class Tally:
    """What is counted: people, or cells of people who are alike.

    number : group of each, shape (m,), most significant first: unit, level of the subgroup, covariate pattern.
    weights : of each, or None when all count 1.
    present : who has each condition, shape (m,) each.
    """

    number: np.ndarray
    weights: np.ndarray | None
    present: list[np.ndarray]

    def tables(self, size: int) -> PairTables:
        return pair_tables(self.number, size, self.present, self.weights)


@dataclass(frozen=True, slots=True)
class Groups:
    """weighted : people with their weights. people : the same, each counting 1; in a database all are in unit 0.

    levels : names of the subgroups, ("all",) without any.
    radices : levels of each covariate.
    """

    weighted: Tally
    people: Tally
    n_units: int
    levels: tuple[str, ...]
    radices: tuple[int, ...]

    @property
    def n_levels(self) -> int:
        return len(self.levels)

    @property
    def n_patterns(self) -> int:
        return prod(self.radices)

    @property
    def size(self) -> int:
        return self.n_units * self.n_levels * self.n_patterns

    def split(self, counted: np.ndarray) -> np.ndarray:
        """Counts by group, shape (..., size), as (..., unit, level, pattern)."""
        return counted.reshape(*counted.shape[:-1], self.n_units, self.n_levels, self.n_patterns)

    def design(self) -> np.ndarray:
        """Intercept, exposure, then indicators of the covariates' levels but the first; unexposed patterns first."""
        digits = np.indices(self.radices).reshape(len(self.radices), -1) if self.radices else np.zeros((0, 1), int)
        indicators = [digits[j] == level for j, radix in enumerate(self.radices) for level in range(1, radix)]
        covariates = np.stack(indicators, axis=1).astype(float) if indicators else np.zeros((self.n_patterns, 0))
        both = np.tile(covariates, (2, 1))
        exposure = np.repeat([0.0, 1.0], self.n_patterns)
        return np.column_stack([np.ones(len(both)), exposure, both])

    def degrees_of_freedom(self, clusters: Clusters) -> float:
        """Sampled units with people of the domain, minus their strata; infinite without a design."""
        if clusters.sampling == "none":
            return float("inf")
        live = np.flatnonzero(self.split(np.bincount(self.weighted.number, minlength=self.size)).sum(axis=(1, 2)))
        return float(len(live) - len(np.unique(clusters.stratum[live])))


def group_people(cohort: Cohort, conditions: Sequence[str], covariates: Sequence[str], by: str | None) -> Groups:
    """Number the people of a domain, or their cells where the people stay in a database; no variable may be missing."""
    if isinstance(cohort.people, PeopleFrame):
        return _from_frame(cohort, cohort.people, conditions, covariates, by)
    return _from_cells(
        collapse_cohort(cohort, [*([by] if by else []), *covariates, *conditions]), conditions, covariates, by
    )


def _from_frame(
    cohort: Cohort, people: PeopleFrame, conditions: Sequence[str], covariates: Sequence[str], by: str | None
) -> Groups:
    design, clusters, mask = cohort.design, cohort.clusters, cohort.mask
    unit, weights = people.units(design).unit, people.weights(design)
    coded = [people.coded(cohort.codebook[name]) for name in [*([by] if by else []), *covariates]]
    units = [] if unit is None else [CodedColumn(unit, clusters.n_units, False)]
    rows = slice(None) if mask is None or mask.all() else np.flatnonzero(mask)
    chosen = [CodedColumn(column.values[rows], column.n_levels, False) for column in [*units, *coded]]
    number = _numbers(chosen, cohort.n)
    present = [people.coded(cohort.codebook.condition(name)).values[rows] == 1 for name in conditions]
    alike = Tally(number, None, present)
    return Groups(
        alike if weights is None else Tally(number, weights[rows], present),
        alike,
        clusters.n_units if units else 1,
        cohort.codebook[by].level_names if by else ("all",),
        tuple(column.n_levels for column in coded[1 if by else 0 :]),
    )


def _from_cells(cells: Cells, conditions: Sequence[str], covariates: Sequence[str], by: str | None) -> Groups:
    levels = cells.variable(by).level_names if by else ("all",)
    radices = tuple(len(cells.variable(name).levels) for name in covariates)
    codes = [cells.codes(name) for name in [*([by] if by else []), *covariates]]
    number = np.zeros(cells.table.n_patterns, dtype=np.intp)
    for code, radix in zip(codes, [*([len(levels)] if by else []), *radices], strict=True):
        number = number * radix + code
    present = [cells.present(name) == 1 for name in conditions]
    of, unit = cells.table.cell_pattern, cells.table.cell_unit
    inner = len(levels) * prod(radices)
    weighted = Tally(unit * inner + number[of], cells.table.cell_weight, [has[of] for has in present])
    people = Tally(number, cells.table.count, present)
    return Groups(weighted, people, cells.clusters.n_units, levels, radices)


def _numbers(columns: Sequence[CodedColumn], n: int) -> np.ndarray:
    packer = Packer(columns, min(BLOCK, max(n, 1)))
    number = np.empty(n, dtype=np.intp)
    for start in range(0, n, BLOCK):
        part = slice(start, min(start + BLOCK, n))
        number[part] = packer.pack(part)
    return number
