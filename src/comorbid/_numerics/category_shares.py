"""Probabilities of each outcome level under a multinomial or an ordinal model, and their derivatives.

Rows are those of the model's own design matrix: with an intercept for a multinomial model, without for an ordinal one.
The derivative in a continuous variable v goes through t = d x / d v. With s_j = t b_j and s their mean weighted by p:

    multinomial: d p_j / d v = p_j (s_j - s)           ordinal: d p_j / d v = -t b (f(a_j) - f(a_(j-1))),

a_j = c_j - x b, f the logistic density, f' = f (1 - 2 F).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from comorbid._numerics.multinomial import multinomial_shares
from comorbid._numerics.ordinal import ordinal_shares

Offset = np.ndarray | float


@dataclass(frozen=True, slots=True)
class ShareModel:
    """A kind of model, by what it gives at rows (P, k), coefficients (q,) and offset (P,).

    shares : (rows, coefficients, offset) to P(y = j | x), shape (P, K).
    gradient : (rows, coefficients, offset, weight) to the derivatives of the weighted sums of shares, shape (K, q).
    slopes : (rows, turned, coefficients, offset) to d P(y = j | x) / d v, shape (P, K); turned is t, shape (P, k).
    slope_gradient : (rows, turned, coefficients, offset, weight) to the derivatives of their weighted sums, (K, q).
    first_column : 1 where the intercept of the design matrix is left out, else 0.
    """

    shares: Callable[[np.ndarray, np.ndarray, Offset], np.ndarray]
    gradient: Callable[[np.ndarray, np.ndarray, Offset, np.ndarray], np.ndarray]
    slopes: Callable[[np.ndarray, np.ndarray, np.ndarray, Offset], np.ndarray]
    slope_gradient: Callable[[np.ndarray, np.ndarray, np.ndarray, Offset, np.ndarray], np.ndarray]
    first_column: int


def _multinomial(rows: np.ndarray, coefficients: np.ndarray, offset: Offset) -> np.ndarray:
    return multinomial_shares(rows, coefficients)


def _steepness(shares: np.ndarray) -> np.ndarray:
    """d p_j / d (x b_m) = p_j (1[j = m] - p_m), m from the second level on; shape (P, K, K - 1)."""
    own = np.eye(shares.shape[1])[None] - shares[:, None, :]
    return (shares[:, :, None] * own)[:, :, 1:]


def _by_row(parts: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Sums over rows x of parts, shape (P, K, M), times x; shape (K, M k)."""
    return np.einsum("pjm,pk->jmk", parts, rows).reshape(parts.shape[1], -1)


def _multinomial_gradient(rows: np.ndarray, b: np.ndarray, offset: Offset, weight: np.ndarray) -> np.ndarray:
    return _by_row(weight[:, None, None] * _steepness(multinomial_shares(rows, b)), rows)


def _spread_of_slopes(rows: np.ndarray, turned: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shares, and s_j less their mean; shape (P, K) each."""
    shares = multinomial_shares(rows, b)
    steep = np.column_stack([np.zeros(len(rows)), turned @ b.reshape(-1, rows.shape[1]).T])
    return shares, steep - (shares * steep).sum(axis=1, keepdims=True)


def _multinomial_slopes(rows: np.ndarray, turned: np.ndarray, b: np.ndarray, offset: Offset) -> np.ndarray:
    shares, apart = _spread_of_slopes(rows, turned, b)
    return shares * apart


def _multinomial_slope_gradient(
    rows: np.ndarray, turned: np.ndarray, b: np.ndarray, offset: Offset, weight: np.ndarray
) -> np.ndarray:
    shares, apart = _spread_of_slopes(rows, turned, b)
    steep = weight[:, None, None] * _steepness(shares)
    moved = (weight[:, None] * shares)[:, :, None] * (shares * apart)[:, None, 1:]
    return _by_row(steep * apart[:, :, None] - moved, rows) + _by_row(steep, turned)


def _cut_by_cut(rows: np.ndarray, b: np.ndarray, offset: Offset) -> tuple[np.ndarray, np.ndarray]:
    """F(a_j), and its derivative f(a_j), at each cut; shape (P, K - 1) each."""
    k = rows.shape[1]
    cumulative = expit(b[k:] - (rows @ b[:k] + offset)[:, None])
    return cumulative, cumulative * (1 - cumulative)


def _by_level(at_cuts: np.ndarray) -> np.ndarray:
    """Differences between the cuts on either side of each level, shape (P, K)."""
    edge = np.zeros((len(at_cuts), 1))
    return np.diff(np.hstack([edge, at_cuts, edge]), axis=1)


def _cut_columns(at_cuts: np.ndarray) -> np.ndarray:
    """Sums by level and cut of what each cut adds to the level under it and takes from that above, (K, K - 1)."""
    total = at_cuts.sum(axis=0)
    n = len(total)
    return np.vstack([np.diag(total), np.zeros((1, n))]) - np.vstack([np.zeros((1, n)), np.diag(total)])


def _ordinal_gradient(rows: np.ndarray, b: np.ndarray, offset: Offset, weight: np.ndarray) -> np.ndarray:
    density = weight[:, None] * _cut_by_cut(rows, b, offset)[1]
    return np.hstack([-_by_level(density).T @ rows, _cut_columns(density)])


def _ordinal_slopes(rows: np.ndarray, turned: np.ndarray, b: np.ndarray, offset: Offset) -> np.ndarray:
    steep = turned @ b[: rows.shape[1]]
    return -steep[:, None] * _by_level(_cut_by_cut(rows, b, offset)[1])


def _ordinal_slope_gradient(
    rows: np.ndarray, turned: np.ndarray, b: np.ndarray, offset: Offset, weight: np.ndarray
) -> np.ndarray:
    cumulative, density = _cut_by_cut(rows, b, offset)
    bend = weight[:, None] * density * (1 - 2 * cumulative) * (turned @ b[: rows.shape[1]])[:, None]
    own = _by_level(bend).T @ rows - _by_level(weight[:, None] * density).T @ turned
    return np.hstack([own, -_cut_columns(bend)])


SHARE_MODELS: Mapping[str, ShareModel] = {
    "multinomial": ShareModel(
        _multinomial, _multinomial_gradient, _multinomial_slopes, _multinomial_slope_gradient, first_column=0
    ),
    "ordinal": ShareModel(ordinal_shares, _ordinal_gradient, _ordinal_slopes, _ordinal_slope_gradient, first_column=1),
}
