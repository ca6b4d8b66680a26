"""One logistic model fitted anew in every replicate of a sample, from totals by sampled unit.

The first step from the full-sample fit is linear in the totals of the units, so all replicates take it together from
sums by unit. The steps after it need each replicate's own fitted values: one or two in single precision, then steps by
the exact gradient in double precision, until it vanishes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from comorbid._numerics.batch import CLOSE, blocks, column_products, probabilities, shortened, symmetric
from comorbid._numerics.threads import on_one_thread

NEAR = 1e-7
"""Newton decrement, as a share of the weight, from which steps by the exact gradient alone converge quickly."""
FEW_STEPS = 6
"""Steps in each precision; a replicate that needs more gets a closer look elsewhere."""
SMALL = 0.01
"""Change of a linear predictor that proves a finite root close by: along a separated direction it stays near 1."""


@dataclass(frozen=True, slots=True)
class UnitTotals:
    """What each of C sampled units adds to G covariate patterns, and how often it counts in each of R replicates.

    events, total : shape (G, C), weight of people with the outcome, and of all people.
    factors : shape (C, R); None when the columns are the replicates themselves, and C is R.
    """

    events: np.ndarray
    total: np.ndarray
    factors: np.ndarray | None = None

    @property
    def n_replicates(self) -> int:
        return (self.total if self.factors is None else self.factors).shape[1]

    def summed(self, of_units: np.ndarray) -> np.ndarray:
        """Sums by replicate, shape (R, ...), of what each unit has, shape (C, ...)."""
        return of_units if self.factors is None else self.factors.T @ of_units

    def totals(self, replicates: np.ndarray) -> np.ndarray:
        """Weight of people by pattern in some replicates, shape (G, r)."""
        return self._columns(self.total, replicates)

    def with_outcome(self, replicates: np.ndarray) -> np.ndarray:
        """Weight of people with the outcome, by pattern, in some replicates, shape (G, r)."""
        return self._columns(self.events, replicates)

    def _columns(self, of_units: np.ndarray, replicates: np.ndarray) -> np.ndarray:
        return of_units[:, replicates] if self.factors is None else of_units @ self.factors[:, replicates]


@on_one_thread
def refit(design: np.ndarray, units: UnitTotals, start: np.ndarray, offset: np.ndarray | None = None) -> np.ndarray:
    """Roots of the weighted score equations of every replicate.

    Parameters
    ----------
    design : ndarray of shape (G, k)
        Centred and scaled columns.
    units : UnitTotals
    start : ndarray of shape (k,)
        Coefficients of the full sample.
    offset : ndarray of shape (G,), optional

    Returns
    -------
    ndarray of shape (R, k)
        NaN for a replicate whose gradient did not vanish in a few steps, or whose last step does not prove that a
        finite root is there.
    """
    shift = np.zeros(len(design)) if offset is None else offset
    problem = _Problem.of(design, shift)
    observed, size = units.summed(units.events.T @ design), units.summed(units.total.sum(axis=0))
    with np.errstate(all="ignore"):
        found = _first_step(problem, units, observed, start)
        for some in blocks(np.arange(units.n_replicates), len(design)):
            total = units.totals(some)
            rough, inverse = _roughly(problem, observed[some], total, size[some], found[some])
            found[some] = _exactly(problem, observed[some], total, size[some], rough, inverse)
    return found


@dataclass(frozen=True, slots=True)
class _Problem:
    """Design, shape (G, k), and offset in double and single precision; products of pairs of columns; widest row."""

    design: np.ndarray
    offset: np.ndarray
    design32: np.ndarray
    offset32: np.ndarray
    products: np.ndarray
    products32: np.ndarray
    reach: float

    @classmethod
    def of(cls, design: np.ndarray, offset: np.ndarray) -> _Problem:
        products = column_products(design)
        reach = float(np.abs(design).sum(axis=1).max())
        single = (design.astype(np.float32), offset.astype(np.float32))
        return cls(design, offset, *single, products, products.astype(np.float32), reach)


def _first_step(problem: _Problem, units: UnitTotals, observed: np.ndarray, start: np.ndarray) -> np.ndarray:
    """One Newton step of every replicate from the same coefficients, shape (R, k)."""
    design = problem.design
    fitted = probabilities(design, start[None], problem.offset)
    gradient = observed - units.summed(units.total.T @ (design * fitted))
    information = units.summed(units.total.T @ (problem.products * (fitted * (1 - fitted))))
    step = shortened(_solved(symmetric(information, design.shape[1]), gradient))
    return start + np.where(np.isnan(step), 0.0, step)


def _roughly(
    problem: _Problem, observed: np.ndarray, total: np.ndarray, size: np.ndarray, coefficients: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Newton steps in single precision, weights as shares: coefficients, and the inverse information at the last."""
    people, seen = (total / size).astype(np.float32), observed / size[:, None]
    for _ in range(FEW_STEPS):
        expected = probabilities(problem.design32, coefficients, problem.offset32)
        slope = 1 - expected
        expected *= people
        gradient = seen - expected.T @ problem.design32
        expected *= slope
        information = symmetric(expected.T @ problem.products32, seen.shape[1])
        step = _solved(information, gradient)
        coefficients = coefficients + shortened(step)
        if not (np.einsum("rk,rk->r", gradient, step) > NEAR).any():
            break
    return coefficients, _inverted(information) / size[:, None, None]


def _exactly(
    problem: _Problem,
    observed: np.ndarray,
    total: np.ndarray,
    size: np.ndarray,
    coefficients: np.ndarray,
    inverse: np.ndarray,
) -> np.ndarray:
    """Steps by the exact gradient and a nearly exact information; NaN where the gradient did not vanish."""
    for _ in range(FEW_STEPS):
        expected = probabilities(problem.design, coefficients, problem.offset)
        expected *= total
        gradient = observed - expected.T @ problem.design
        step = np.matmul(inverse, gradient[:, :, None])[:, :, 0]
        coefficients = coefficients + step
        left = ~(np.einsum("rk,rk->r", gradient, step) < CLOSE * size)
        if not left.any():
            break
    coefficients[left | ~(np.abs(step).max(axis=1) * problem.reach < SMALL)] = np.nan
    return coefficients


def _solved(information: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    try:
        return np.linalg.solve(information, gradient[:, :, None])[:, :, 0]
    except np.linalg.LinAlgError:
        return np.full_like(gradient, np.nan)


def _inverted(information: np.ndarray) -> np.ndarray:
    try:
        return np.linalg.inv(information)
    except np.linalg.LinAlgError:
        return np.full_like(information, np.nan)
