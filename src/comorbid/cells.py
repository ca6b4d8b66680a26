"""A cohort's domain collapsed to patterns, with the names put back: what every measure and model computes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from comorbid._numerics.linearise import degrees_of_freedom, degrees_of_freedom_by
from comorbid._numerics.structure import Clusters, PatternTable
from comorbid.codebook import Variable
from comorbid.cohort import Cohort
from comorbid.errors import EmptyDomainError, few
from comorbid.flow import require_shared_gaps


@dataclass(frozen=True, slots=True, repr=False)
class Cells:
    """Patterns of some variables in a domain.

    variables : the variables, in the order of `table.codes`' columns.
    values : of a continuous variable, its distinct values by code; None for one with levels.
    table : PatternTable
    clusters : Clusters of the whole sample.
    """

    variables: tuple[Variable, ...]
    values: tuple[np.ndarray | None, ...]
    table: PatternTable
    clusters: Clusters

    def __repr__(self) -> str:
        names = ", ".join(variable.name for variable in self.variables)
        return f"<Cells of {names}: {few(self.n)} people; patterns are not shown>"

    def _place(self, name: str) -> int:
        return [variable.name for variable in self.variables].index(name)

    def variable(self, name: str) -> Variable:
        return self.variables[self._place(name)]

    def codes(self, name: str) -> np.ndarray:
        """Level of each pattern, shape (P,); -1 is missing."""
        return self.table.codes[:, self._place(name)]

    def numeric(self, name: str) -> np.ndarray:
        """Value of a continuous variable in each pattern, shape (P,); NaN is missing."""
        values = self.values[self._place(name)]
        assert values is not None
        codes = self.codes(name)
        return np.where(codes >= 0, np.r_[values, np.nan][codes], np.nan)

    def present(self, condition: str) -> np.ndarray:
        """1 where the last level holds ("yes"), 0 elsewhere, shape (P,)."""
        return (self.codes(condition) == len(self.variable(condition).levels) - 1).astype(float)

    def known(self, names: Iterable[str]) -> np.ndarray:
        """Patterns with none of the variables missing, shape (P,)."""
        known = np.ones(self.table.n_patterns, dtype=bool)
        for name in names:
            known &= self.codes(name) >= 0
        return known

    def select(self, keep: np.ndarray) -> Cells:
        """The patterns marked in `keep`, as a domain of the same sample."""
        return self if keep.all() else replace(self, table=self.table.select(keep))

    @property
    def n(self) -> int:
        """People, unweighted."""
        return int(self.table.count.sum())

    @property
    def degrees_of_freedom(self) -> float:
        return degrees_of_freedom(self.table, self.clusters)

    def degrees_of_freedom_by(self, known: np.ndarray) -> np.ndarray:
        """Degrees of freedom of each domain whose patterns are marked in `known`, shape (P, q); shape (q,)."""
        return degrees_of_freedom_by(known, self.table, self.clusters)

    def groups(self, by: Sequence[str]) -> Iterator[tuple[dict[str, str], Cells]]:
        """The cells of each combination of levels that somebody is in, in the codebook's order; {} and all without.

        Raises
        ------
        EmptyDomainError
            When nobody has a level of every one of them.
        """
        if by and not self.known(by).any():
            raise EmptyDomainError(
                f"nobody of {few(self.n)} people has a level of {' and '.join(by)}: there are no subgroups."
            )
        return self._groups(by)

    def _groups(self, by: Sequence[str]) -> Iterator[tuple[dict[str, str], Cells]]:
        if not by:
            yield {}, self
            return
        for number, level in enumerate(self.variable(by[0]).level_names):
            inside = self.codes(by[0]) == number
            if inside.any():
                for levels, cells in self.select(inside)._groups(by[1:]):
                    yield {by[0]: level, **levels}, cells


def collapse_cohort(cohort: Cohort, names: Iterable[str]) -> Cells:
    """Collapse the domain of a cohort to patterns of the named variables.

    Raises
    ------
    UnknownNameError
        When a name is no variable of the codebook.
    EmptyDomainError
        When nobody of the domain has a weight above zero.
    CohortError
        When a report on a confidential cohort would tell, by their missing answers, of fewer people than the threshold.
    """
    names = tuple(names)
    require_shared_gaps(cohort.people, cohort.codebook, names)
    variables = tuple(cohort.codebook[name] for name in dict.fromkeys(names))
    table = cohort.people.collapse(variables, cohort.design, cohort.mask)
    if not len(table.count):
        raise EmptyDomainError(f"nobody of the {cohort.n:,} people in the domain has a weight above zero.")
    values = tuple(None if v.is_categorical else cohort.people.distinct(v) for v in variables)
    return Cells(variables, values, table, cohort.clusters)
