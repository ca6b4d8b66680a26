"""The columns of a design matrix: which term, level and reference each one is, and its values by pattern."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from comorbid.cells import Cells
from comorbid.errors import SpecError
from comorbid.spec import LogisticSpec, Term


@dataclass(frozen=True, slots=True)
class Factor:
    """One variable of a column: the level it indicates, by number, or None for the value of a continuous one."""

    variable: str
    level: int | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the product of its factors. The intercept has none."""

    term: str
    level: str | None
    reference: str | None
    factors: tuple[Factor, ...]


Getter = Callable[[str], np.ndarray]
"""Level numbers of a categorical variable, or values of a continuous one, by pattern, shape (P,)."""


def getter(cells: Cells) -> Getter:
    """How a design matrix reads the patterns of some cells."""

    def read(name: str) -> np.ndarray:
        return cells.codes(name) if cells.variable(name).is_categorical else cells.numeric(name)

    return read


def replaced(read: Getter, changes: Mapping[str, float]) -> Getter:
    """The same patterns with some variables set to one level or value for everybody."""

    def changed(name: str) -> np.ndarray:
        values = read(name)
        return np.full(len(values), changes[name]) if name in changes else values

    return changed


def model_columns(spec: LogisticSpec, cells: Cells) -> tuple[Column, ...]:
    """Columns of a model: the intercept, then each term's levels but the first that occurs.

    Raises
    ------
    SpecError
        When a categorical predictor has one level only in the people of the model.
    """
    used = {name: _levels_used(cells, name) for term in spec.terms for name in term.variables}
    columns = [Column("intercept", None, None, ())]
    for term in spec.terms:
        columns += _term_columns(term, cells, used)
    return tuple(columns)


def _levels_used(cells: Cells, name: str) -> list[int]:
    variable = cells.variable(name)
    if not variable.is_categorical:
        return []
    used = np.unique(cells.codes(name)).tolist()
    if len(used) < 2:
        raise SpecError(
            f"`{name}` is {variable.level_names[used[0]]!r} for all {cells.n:,} people of the model: "
            "it has no coefficient. Leave it out, or widen the domain."
        )
    return used


def _term_columns(term: Term, cells: Cells, used: Mapping[str, Sequence[int]]) -> list[Column]:
    choices = [[Factor(name, level) for level in used[name][1:]] or [Factor(name, None)] for name in term.variables]
    references = [_name(cells, Factor(name, used[name][0] if used[name] else None)) for name in term.variables]
    return [
        Column(
            term.name,
            _joined([_name(cells, factor) for factor in factors]),
            _joined(references),
            tuple(factors),
        )
        for factors in itertools.product(*choices)
    ]


def _name(cells: Cells, factor: Factor) -> str | None:
    return None if factor.level is None else cells.variable(factor.variable).level_names[factor.level]


def _joined(names: Sequence[str | None]) -> str | None:
    """Levels of an interaction joined by ":"; continuous variables are left out; None when nothing is left."""
    named = [name for name in names if name is not None]
    return ":".join(named) if named else None


def design_matrix(columns: Sequence[Column], read: Getter, n_patterns: int) -> np.ndarray:
    """Values of the columns, shape (P, k)."""
    matrix = np.ones((n_patterns, len(columns)))
    for j, column in enumerate(columns):
        for factor in column.factors:
            values = read(factor.variable)
            matrix[:, j] *= values if factor.level is None else values == factor.level
    return matrix
