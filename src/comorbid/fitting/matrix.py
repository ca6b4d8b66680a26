"""The columns of a design matrix: which term, level and reference each one is, and its values by pattern."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from comorbid._numerics.bases import Basis, b_spline, natural_spline, polynomial
from comorbid.cells import Cells
from comorbid.errors import CollinearityError, SpecError
from comorbid.formula import Piece
from comorbid.spec import LogisticSpec, Term

Getter = Callable[[str], np.ndarray]
"""Level numbers of a categorical variable, or values of a continuous one, by pattern, shape (P,)."""


@dataclass(frozen=True, slots=True)
class Factor:
    """One variable of a column.

    level : the level it indicates, by number; None for a continuous variable.
    basis, index : of a transformed variable, its basis and which of its columns.
    """

    variable: str
    level: int | None
    basis: Basis | None = None
    index: int = 0

    def values(self, read: Getter, slope: bool = False) -> np.ndarray:
        """Values by pattern of a variable as it is, or their derivatives in a continuous one; shape (P,)."""
        values = read(self.variable)
        if self.level is not None:
            return (values == self.level).astype(float)
        return np.ones(len(values)) if slope else values


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the product of its factors. The intercept has none."""

    term: str
    level: str | None
    reference: str | None
    factors: tuple[Factor, ...]


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
    SpecError, CollinearityError
        When a categorical predictor has one level only in the people of the model, or a continuous one a single value,
        as the intercept has.
    """
    used = {name: _levels_used(cells, name) for term in spec.terms for name in term.variables}
    bases = {piece: _basis(piece, cells) for term in spec.terms for piece in term.pieces if piece.transform}
    columns = [Column("intercept", None, None, ())]
    for term in spec.terms:
        columns += _term_columns(term, cells, used, bases)
    return tuple(columns)


def _levels_used(cells: Cells, name: str) -> list[int]:
    variable = cells.variable(name)
    used = np.flatnonzero(np.bincount(cells.codes(name))).tolist()
    if len(used) < 2:
        alike = f"is {variable.level_names[used[0]]!r}" if variable.is_categorical else "has the same value"
        fault = SpecError if variable.is_categorical else CollinearityError
        raise fault(
            f"`{name}` {alike} for all {cells.n:,} people of the model: it has no coefficient. Leave it out, or widen "
            "the domain."
        )
    return used if variable.is_categorical else []


def _basis(piece: Piece, cells: Cells) -> Basis:
    """The basis that a transform learns from the people of the model, each counting once."""
    if cells.variable(piece.variable).is_categorical:
        raise SpecError(f"`{piece.variable}` has levels: {piece.text} needs a continuous variable.")
    x, count = cells.numeric(piece.variable), cells.table.count.astype(float)
    if piece.transform == "ns":
        return natural_spline(x, count, piece.df, piece.knots)
    if piece.transform == "bs":
        return b_spline(x, count, piece.df, piece.degree, piece.knots)
    return polynomial(x, count, piece.degree) if piece.transform == "poly" else Basis("log", 1)


def _term_columns(
    term: Term, cells: Cells, used: Mapping[str, Sequence[int]], bases: Mapping[Piece, Basis]
) -> list[Column]:
    choices = [_factors(piece, used[piece.variable], bases.get(piece)) for piece in term.pieces]
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


def _factors(piece: Piece, levels: Sequence[int], basis: Basis | None) -> list[Factor]:
    if basis is not None:
        return [Factor(piece.variable, None, basis, index) for index in range(basis.size)]
    return [Factor(piece.variable, level) for level in levels[1:]] or [Factor(piece.variable, None)]


def _name(cells: Cells, factor: Factor) -> str | None:
    """The level's name, the number of a basis' column, or None for a continuous variable as it is."""
    if factor.basis is not None:
        return str(factor.index + 1) if factor.basis.size > 1 else None
    return None if factor.level is None else cells.variable(factor.variable).level_names[factor.level]


def _joined(names: Sequence[str | None]) -> str | None:
    """Levels of an interaction joined by ":"; continuous variables are left out; None when nothing is left."""
    named = [name for name in names if name is not None]
    return ":".join(named) if named else None


def design_matrix(columns: Sequence[Column], read: Getter, n_patterns: int) -> np.ndarray:
    """Values of the columns, shape (P, k)."""
    matrix = np.ones((n_patterns, len(columns)))
    values = _remembering(read)
    for j, column in enumerate(columns):
        for factor in column.factors:
            matrix[:, j] *= values(factor, False)
    return matrix


def slope_matrix(columns: Sequence[Column], read: Getter, n_patterns: int, variable: str) -> np.ndarray:
    """Derivatives of the columns in a continuous variable, shape (P, k); a term holds a variable once at most."""
    matrix = np.zeros((n_patterns, len(columns)))
    values = _remembering(read)
    for j, column in enumerate(columns):
        if any(factor.variable == variable for factor in column.factors):
            matrix[:, j] = 1.0
            for factor in column.factors:
                matrix[:, j] *= values(factor, factor.variable == variable)
    return matrix


def _remembering(read: Getter) -> Callable[[Factor, bool], np.ndarray]:
    """Values of factors, with each basis evaluated once."""
    seen: dict[tuple[int, bool], np.ndarray] = {}

    def values(factor: Factor, slope: bool) -> np.ndarray:
        if factor.basis is None:
            return factor.values(read, slope)
        key = (id(factor.basis), slope)
        if key not in seen:
            seen[key] = factor.basis.values(read(factor.variable), slope)
        return seen[key][:, factor.index]

    return values
