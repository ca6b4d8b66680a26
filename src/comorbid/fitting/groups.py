"""People numbered by sampled unit, subgroup and covariate pattern: what batches of models count in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from comorbid._numerics.packing import BLOCK, CodedColumn, Packer
from comorbid._numerics.structure import Clusters
from comorbid.cohort import Cohort
from comorbid.people import PeopleFrame


@dataclass(frozen=True, slots=True)
class Groups:
    """number : group of each person, most significant first: unit, level of the subgroup, covariate pattern.

    rows : people of the domain, as a slice or an index.
    weights : of these people, or None when all count 1.
    radices : levels of each covariate.
    levels : names of the subgroups, ("all",) without any.
    """

    number: np.ndarray
    rows: slice | np.ndarray
    weights: np.ndarray | None
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

    def present(self, cohort: Cohort, conditions: Sequence[str]) -> list[np.ndarray]:
        """Who has each condition, shape (n,) each."""
        people = cohort.people
        assert isinstance(people, PeopleFrame)
        return [people.coded(cohort.codebook.condition(name)).values[self.rows] == 1 for name in conditions]

    def degrees_of_freedom(self, clusters: Clusters) -> float:
        """Sampled units with people of the domain, minus their strata; infinite without a design."""
        if clusters.sampling == "none":
            return float("inf")
        live = np.flatnonzero(self.split(np.bincount(self.number, minlength=self.size)).sum(axis=(1, 2)))
        return float(len(live) - len(np.unique(clusters.stratum[live])))


def group_people(cohort: Cohort, covariates: Sequence[str], by: str | None) -> Groups:
    """Number the people of a domain; no variable may be missing there."""
    people, design = cohort.people, cohort.design
    assert isinstance(people, PeopleFrame)
    coded = [people.coded(cohort.codebook[name]) for name in [*([by] if by else []), *covariates]]
    unit, clusters = people.units(design).unit, cohort.clusters
    units = [] if unit is None else [CodedColumn(unit, clusters.n_units, False)]
    columns = [*units, *(CodedColumn(column.values, column.n_levels, False) for column in coded)]
    mask = cohort.mask
    rows = slice(None) if mask is None or mask.all() else np.flatnonzero(mask)
    chosen = [CodedColumn(column.values[rows], column.n_levels, False) for column in columns]
    weights = people.weights(design)
    levels = cohort.codebook[by].level_names if by else ("all",)
    return Groups(
        _numbers(chosen, cohort.n),
        rows,
        None if weights is None else weights[rows],
        clusters.n_units if units else 1,
        levels,
        tuple(column.n_levels for column in coded[1 if by else 0 :]),
    )


def _numbers(columns: Sequence[CodedColumn], n: int) -> np.ndarray:
    packer = Packer(columns, min(BLOCK, max(n, 1)))
    number = np.empty(n, dtype=np.intp)
    for start in range(0, n, BLOCK):
        part = slice(start, min(start + BLOCK, n))
        number[part] = packer.pack(part)
    return number
