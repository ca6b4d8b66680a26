"""Multinomial logistic regression on covariate patterns: log odds of each outcome level against the first."""

from __future__ import annotations

import numpy as np

from comorbid._numerics.newton import Pieces, ascend


def multinomial_shares(design: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
    """P(y = j | x) = exp(x b_j) / sum_l exp(x b_l), b of the first level zero; shape (G, K).

    `coefficients` has shape (k (K - 1),), level after level.
    """
    slopes = coefficients.reshape(-1, design.shape[1])
    linear = np.column_stack([np.zeros(len(design)), design @ slopes.T])
    odds = np.exp(linear - linear.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


def fit_multinomial_patterns(design: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, Pieces]:
    """Maximise sum_g sum_j c_gj log P(y = j | x_g).

    Parameters
    ----------
    design : ndarray of shape (G, k)
    counts : ndarray of shape (G, K)
        Weight of people with each outcome level in each covariate pattern.

    Returns
    -------
    coefficients : ndarray of shape (k (K - 1),)
    pieces : Pieces
        Log likelihood, gradient and information there.
    """
    total = counts.sum(axis=1)

    def pieces(coefficients: np.ndarray) -> Pieces:
        shares = multinomial_shares(design, coefficients)
        seen = counts > 0
        value = float(counts[seen] @ np.log(np.maximum(shares[seen], 1e-300)))
        gradient = (design.T @ (counts - total[:, None] * shares)[:, 1:]).T.ravel()
        return Pieces(value, gradient, _information(design, total, shares[:, 1:]))

    start = np.zeros(design.shape[1] * (counts.shape[1] - 1))
    return ascend(pieces, start, float(total.sum()))


def _information(design: np.ndarray, total: np.ndarray, shares: np.ndarray) -> np.ndarray:
    n_levels = shares.shape[1]
    blocks = [
        [design.T @ (design * (total * shares[:, i] * ((i == j) - shares[:, j]))[:, None]) for j in range(n_levels)]
        for i in range(n_levels)
    ]
    return np.block(blocks)


def multinomial_scores(rows: np.ndarray, shares: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Score of a person of weight 1 with each pattern, x (1[y = j] - P(y = j | x)) for each j; shape (P, k (K - 1)).

    Parameters
    ----------
    rows : ndarray of shape (P, k)
    shares : ndarray of shape (P, K)
    level : ndarray of int, shape (P,)
        Outcome level of each pattern, 0 to K - 1.
    """
    residual = np.eye(shares.shape[1])[level] - shares
    return np.concatenate([rows * residual[:, [j]] for j in range(1, shares.shape[1])], axis=1)


def multinomial_bounds(design: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Rows r with r'd >= 0 along directions in which no term of the likelihood falls: x'(d_y - d_j) for y seen at x."""
    n_levels, k = counts.shape[1], design.shape[1]
    place = np.vstack([np.zeros((1, n_levels - 1)), np.eye(n_levels - 1)])
    parts = [np.zeros((0, k * (n_levels - 1)))]
    for y in range(n_levels):
        seen = design[counts[:, y] > 0]
        parts += [np.kron(place[y] - place[j], seen) for j in range(n_levels) if j != y]
    return np.vstack(parts)
