"""Many logistic models that share a design matrix, fitted at once: replicates, resamples, pairs, subgroups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MAX_STEPS = 40
CLOSE = 1e-16
"""Newton decrement, as a share of the weight, at which one more step lands within rounding of the root."""
ENOUGH = 1e-7
"""Smallest eigenvalue, of the scaled cross-product of patterns with both outcomes, that rules separation out."""


@dataclass(frozen=True, slots=True)
class BatchResult:
    """Roots of B weighted score equations.

    coefficients : shape (B, k); NaN for a model that has no finite root or did not converge.
    bread : shape (B, k, k), inverse information at the coefficients.
    fitted : shape (P, B), probability of the outcome by pattern.
    converged : shape (B,), whether the gradient vanished.
    """

    coefficients: np.ndarray
    bread: np.ndarray
    fitted: np.ndarray
    converged: np.ndarray


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
    products, where = _products(design)
    estimable = _estimable(design, products, where, events, total)
    coefficients = _begin(design, events, total, start)
    active = estimable.copy()
    fitted = np.zeros_like(total)
    for _ in range(MAX_STEPS):
        if not active.any():
            break
        step, decrement, fitted[:, active] = _newton(
            design, products, where, events[:, active], total[:, active], coefficients[active]
        )
        coefficients[active] += step
        done = decrement < CLOSE * total[:, active].sum(axis=0)
        active[np.flatnonzero(active)[done]] = False
    return _result(design, products, where, total, coefficients, estimable & ~active)


def _products(design: np.ndarray) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Products of each pair of columns, shape (P, k (k + 1) / 2), and which pairs they are."""
    where = np.triu_indices(design.shape[1])
    return design[:, where[0]] * design[:, where[1]], where


def _matrices(products: np.ndarray, where: tuple[np.ndarray, np.ndarray], weight: np.ndarray) -> np.ndarray:
    """X' diag(w) X for each column of weights, shape (B, k, k)."""
    upper = weight.T @ products
    k = int(where[0][-1]) + 1
    full = np.empty((weight.shape[1], k, k))
    full[:, where[0], where[1]] = upper
    full[:, where[1], where[0]] = upper
    return full


def _estimable(
    design: np.ndarray,
    products: np.ndarray,
    where: tuple[np.ndarray, np.ndarray],
    events: np.ndarray,
    total: np.ndarray,
) -> np.ndarray:
    """Models whose patterns with both outcomes span the design: there is no separation."""
    both = ((events > 0) & (events < total)).astype(float)
    gram = _matrices(products, where, both)
    norm = np.sqrt(np.einsum("bii->bi", gram))
    scaled = gram / np.maximum(norm[:, :, None] * norm[:, None, :], 1e-300)
    return (norm.min(axis=1) > 0) & (np.linalg.eigvalsh(scaled)[:, 0] > ENOUGH)


def _begin(design: np.ndarray, events: np.ndarray, total: np.ndarray, start: np.ndarray | None) -> np.ndarray:
    if start is not None:
        return np.repeat(start[None, :], events.shape[1], axis=0)
    begin = np.zeros((events.shape[1], design.shape[1]))
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = np.log(events.sum(axis=0)) - np.log((total - events).sum(axis=0))
    begin[:, 0] = np.where(np.isfinite(odds), odds, 0.0)
    return begin


def _newton(
    design: np.ndarray,
    products: np.ndarray,
    where: tuple[np.ndarray, np.ndarray],
    events: np.ndarray,
    total: np.ndarray,
    coefficients: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One step of each model: the step, its Newton decrement, and the probabilities it was taken at."""
    fitted = 1 / (1 + np.exp(-np.clip(design @ coefficients.T, -40, 40)))
    expected = total * fitted
    gradient = (events - expected).T @ design
    information = _matrices(products, where, expected * (1 - fitted))
    step = np.linalg.solve(information, gradient[:, :, None])[:, :, 0]
    largest = np.abs(step).max(axis=1, keepdims=True)
    return step * np.minimum(1.0, 5.0 / np.maximum(largest, 1e-300)), np.einsum("bi,bi->b", gradient, step), fitted


def _result(
    design: np.ndarray,
    products: np.ndarray,
    where: tuple[np.ndarray, np.ndarray],
    total: np.ndarray,
    coefficients: np.ndarray,
    converged: np.ndarray,
) -> BatchResult:
    """Information at the final coefficients; models without a root are NaN throughout."""
    coefficients = np.where(converged[:, None], coefficients, np.nan)
    with np.errstate(over="ignore", invalid="ignore"):
        fitted = 1 / (1 + np.exp(-(design @ coefficients.T)))
    bread = np.full((len(converged), design.shape[1], design.shape[1]), np.nan)
    if converged.any():
        weight = (total * fitted * (1 - fitted))[:, converged]
        bread[converged] = np.linalg.inv(_matrices(products, where, weight))
    return BatchResult(coefficients, bread, fitted, converged)
