"""Many logistic models that share a design matrix, fitted at once: replicates, resamples, pairs, subgroups.

Models go through the processor's cache some dozens at a time. Steps are taken in single precision until they no longer
move, then the gradient is brought to zero in double precision with the information that is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from comorbid._numerics.threads import on_one_thread

MAX_STEPS = 40
CLOSE = 1e-16
"""Newton decrement, as a share of the weight, at which one more step lands within rounding of the root."""
ROUGH = 1e-9
"""The same, at which single precision has nothing more to give."""
ENOUGH = 1e-7
"""Smallest eigenvalue, of the scaled cross-product of patterns with both outcomes, that rules separation out."""
PLAINLY = 1e-3
"""A bound on the same that single precision can tell, since it exceeds its rounding a hundred times."""
AT_ONCE = 1 << 17
"""Numbers, patterns times models, that are worked on at once."""


@dataclass(frozen=True, slots=True)
class BatchResult:
    """Roots of B weighted score equations.

    design : shape (P, k).
    total : shape (P, B), weight of people by pattern and model.
    coefficients : shape (B, k); NaN for a model that has no finite root or did not converge.
    converged : shape (B,), whether the gradient vanished.
    """

    design: np.ndarray
    total: np.ndarray
    coefficients: np.ndarray
    converged: np.ndarray

    @property
    def fitted(self) -> np.ndarray:
        """Probability of the outcome by pattern, shape (P, B); computed when asked for."""
        return probabilities(self.design, self.coefficients)

    @property
    def bread(self) -> np.ndarray:
        """Inverse information at the coefficients, shape (B, k, k); computed when asked for."""
        products, k = column_products(self.design), self.design.shape[1]
        bread = np.full((len(self.converged), *2 * self.design.shape[1:]), np.nan)
        for models in blocks(np.flatnonzero(self.converged), len(self.design)):
            fitted = probabilities(self.design, self.coefficients[models])
            spread = self.total[:, models] * fitted * (1 - fitted)
            bread[models] = np.linalg.inv(symmetric(spread.T @ products, k))
        return bread


@on_one_thread
def fit_batch(
    design: np.ndarray, events: np.ndarray, total: np.ndarray, start: np.ndarray | None = None
) -> BatchResult:
    """Newton steps for B models over the same P patterns, to convergence of each gradient.

    Parameters
    ----------
    design : ndarray of shape (P, k)
    events, total : ndarray of shape (P, B)
        Weight of people with the outcome, and of all people, in each pattern and model; a total may be zero.
    start : ndarray of shape (k,), optional
        Where to begin, such as the fit of the full sample; the log odds of each outcome without it.

    Returns
    -------
    BatchResult

    Notes
    -----
    Information matrices of all models are one matrix product, of the products of the columns with the weights. A model
    whose patterns with both outcomes do not span the design may be separated: it is not iterated, and comes back NaN.
    """
    problem = _Problem(design, column_products(design))
    single = _Problem(design.astype(np.float32), problem.products.astype(np.float32))
    coefficients = np.full((events.shape[1], design.shape[1]), np.nan)
    for models in blocks(np.arange(events.shape[1]), len(design)):
        of_events, of_total = events[:, models], total[:, models]
        models = models[_estimable(problem, single, of_events, of_total)]
        if len(models) < of_events.shape[1]:
            of_events, of_total = events[:, models], total[:, models]
        if len(models):
            begin = _begin(problem, of_events, of_total, start)
            coefficients[models] = _solve(problem, single, of_events, of_total, begin)
    return BatchResult(design, total, coefficients, ~np.isnan(coefficients).any(axis=1))


@dataclass(frozen=True, slots=True)
class _Problem:
    """The design, shape (P, k), and the products of each pair of its columns, in one precision."""

    design: np.ndarray
    products: np.ndarray

    def matrices(self, weight: np.ndarray) -> np.ndarray:
        """X' diag(w) X for each column of weights, shape (B, k, k)."""
        return symmetric(weight.T @ self.products, self.design.shape[1])


def blocks(models: np.ndarray, n_patterns: int) -> list[np.ndarray]:
    """Models in parts that are worked on at once."""
    size = max(16, AT_ONCE // max(n_patterns, 1))
    return [models[a : a + size] for a in range(0, len(models), size)]


def column_products(design: np.ndarray) -> np.ndarray:
    """Products of each pair of columns, shape (P, k (k + 1) / 2)."""
    first, second = np.triu_indices(design.shape[1])
    return design[:, first] * design[:, second]


def symmetric(upper: np.ndarray, k: int) -> np.ndarray:
    """Symmetric matrices, shape (B, k, k), from their upper halves in the order of `column_products`."""
    return upper.astype(float)[:, _places(k)]


@lru_cache(maxsize=64)
def _places(k: int) -> np.ndarray:
    """Where each entry of a symmetric matrix stands in its upper half, shape (k, k)."""
    places = np.zeros((k, k), dtype=np.intp)
    places[np.triu_indices(k)] = np.arange(k * (k + 1) // 2)
    return np.maximum(places, places.T)


def probabilities(design: np.ndarray, coefficients: np.ndarray, offset: np.ndarray | None = None) -> np.ndarray:
    """1 / (1 + exp(-(Xb + o))), shape (P, B), in the precision of the design."""
    fitted = design @ coefficients.T.astype(design.dtype)
    if offset is not None:
        fitted += offset[:, None]
    np.negative(fitted, out=fitted)
    np.clip(fitted, -40, 40, out=fitted)
    np.exp(fitted, out=fitted)
    fitted += 1
    return np.reciprocal(fitted, out=fitted)


def _estimable(problem: _Problem, single: _Problem, events: np.ndarray, total: np.ndarray) -> np.ndarray:
    """Models whose patterns with both outcomes span the design, shape (B,): there is no separation."""
    both = (events > 0) & (events < total)
    try:
        np.linalg.cholesky(_scaled(single, both) - PLAINLY * np.eye(single.design.shape[1]))
        return np.ones(events.shape[1], dtype=bool)
    except np.linalg.LinAlgError:
        return np.linalg.eigvalsh(_scaled(problem, both))[:, 0] > ENOUGH


def _scaled(problem: _Problem, both: np.ndarray) -> np.ndarray:
    """Cross-products of the patterns marked, shape (B, k, k), scaled to ones on the diagonal, or zeros."""
    gram = problem.matrices(both.astype(problem.design.dtype))
    norm = np.sqrt(np.einsum("bii->bi", gram))
    return gram / np.maximum(norm[:, :, None] * norm[:, None, :], 1e-300)


def _begin(problem: _Problem, events: np.ndarray, total: np.ndarray, start: np.ndarray | None) -> np.ndarray:
    if start is not None:
        return np.repeat(start[None, :], events.shape[1], axis=0)
    begin = np.zeros((events.shape[1], problem.design.shape[1]))
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = np.log(events.sum(axis=0)) - np.log((total - events).sum(axis=0))
    begin[:, 0] = np.where(np.isfinite(odds), odds, 0.0)
    return begin


def _solve(problem: _Problem, single: _Problem, events: np.ndarray, total: np.ndarray, begin: np.ndarray) -> np.ndarray:
    """Coefficients of each model, shape (B, k); NaN where the gradient did not vanish."""
    scale = total.sum(axis=0)
    rough, inverse = _roughly(single, events, total, begin, scale)
    with np.errstate(all="ignore"):
        coefficients, done = _polished(problem, events, total, rough, inverse, scale)
    left = np.flatnonzero(~done)
    if len(left):
        coefficients[left] = _newton(problem, events[:, left], total[:, left], begin[left], scale[left])
    return coefficients


def _roughly(
    single: _Problem, events: np.ndarray, total: np.ndarray, begin: np.ndarray, scale: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Newton steps in single precision, weights as shares: coefficients, and the inverse information at the last."""
    yes, people = (events / scale).astype(np.float32), (total / scale).astype(np.float32)
    coefficients = begin.copy()
    try:
        for _ in range(MAX_STEPS):
            gradient, information = _slopes(single, yes, people, coefficients)
            step = np.linalg.solve(information, gradient[:, :, None])[:, :, 0]
            coefficients += shortened(step)
            if not (np.einsum("bi,bi->b", gradient, step) > ROUGH).any():
                break
        return coefficients, np.linalg.inv(information) / scale[:, None, None]
    except np.linalg.LinAlgError:
        return np.full_like(begin, np.nan), np.full_like(information, np.nan)


def _polished(
    problem: _Problem,
    events: np.ndarray,
    total: np.ndarray,
    coefficients: np.ndarray,
    inverse: np.ndarray,
    scale: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Steps by the exact gradient and a nearly exact information, and whether each model's gradient vanished."""
    done = np.zeros(len(coefficients), dtype=bool)
    for _ in range(4):
        gradient = (events - total * probabilities(problem.design, coefficients)).T @ problem.design
        step = np.einsum("bij,bj->bi", inverse, gradient)
        coefficients = coefficients + step
        done = np.einsum("bi,bi->b", gradient, step) < CLOSE * scale
        if done.all():
            break
    return coefficients, done


def _newton(
    problem: _Problem, events: np.ndarray, total: np.ndarray, coefficients: np.ndarray, scale: np.ndarray
) -> np.ndarray:
    """Newton steps in double precision throughout, for models that the quick way leaves; NaN without convergence."""
    found = np.full_like(coefficients, np.nan)
    active = np.arange(len(coefficients))
    for _ in range(MAX_STEPS):
        gradient, information = _slopes(problem, events[:, active], total[:, active], coefficients[active])
        step = np.linalg.solve(information, gradient[:, :, None])[:, :, 0]
        coefficients[active] += shortened(step)
        done = np.einsum("bi,bi->b", gradient, step) < CLOSE * scale[active]
        found[active[done]] = coefficients[active[done]]
        active = active[~done]
        if not len(active):
            break
    return found


def _slopes(
    problem: _Problem, events: np.ndarray, total: np.ndarray, coefficients: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Gradient, shape (B, k), and information, shape (B, k, k), of each model."""
    fitted = probabilities(problem.design, coefficients)
    expected = total * fitted
    gradient = ((events - expected).T @ problem.design).astype(float)
    np.subtract(1, fitted, out=fitted)
    expected *= fitted
    return gradient, problem.matrices(expected)


def shortened(step: np.ndarray) -> np.ndarray:
    """Steps, none of whose parts is longer than 5."""
    return step * np.minimum(1.0, 5.0 / np.maximum(np.abs(step).max(axis=1, keepdims=True), 1e-300))
