"""Proportional odds regression on covariate patterns: P(y <= j) = 1 / (1 + exp(-(c_j - x b))).

With a = c_j - x b and z = c_(j-1) - x b, log P(y = j) = log(1 - exp(-(a - z))) + log F(a) + log(1 - F(z)), F logistic:
each part is stable and concave, and the first holds no covariates.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, log_expit, logit

from comorbid._numerics.newton import Pieces, ascend


def fit_ordinal_patterns(
    design: np.ndarray, counts: np.ndarray, offset: np.ndarray | None = None
) -> tuple[np.ndarray, Pieces]:
    """Maximise sum_g sum_j c_gj log P(y = j | x_g).

    Parameters
    ----------
    design : ndarray of shape (G, k)
        Without an intercept: the thresholds take its place.
    counts : ndarray of shape (G, K)
        Weight of people with each outcome level in each covariate pattern; every level somewhere above zero.
    offset : ndarray of shape (G,), optional
        Added to x b.

    Returns
    -------
    coefficients : ndarray of shape (k + K - 1,)
        Slopes b, then thresholds c, increasing.
    pieces : Pieces
        Log likelihood, gradient and observed information there.
    """
    offset = np.zeros(len(design)) if offset is None else offset
    k, n_cuts = design.shape[1], counts.shape[1] - 1
    level_total = counts.sum(axis=0)
    rows = [np.column_stack([-design, np.tile(np.eye(n_cuts)[m], (len(design), 1))]) for m in range(n_cuts)]

    def pieces(coefficients: np.ndarray) -> Pieces:
        cuts = coefficients[k:]
        gaps = np.diff(cuts)
        if (gaps <= 0).any():
            return Pieces(-np.inf, coefficients, np.eye(len(coefficients)))
        at = cuts - (design @ coefficients[:k] + offset)[:, None]
        below, above = counts[:, :-1], counts[:, 1:]
        value = (below * log_expit(at)).sum() + (above * log_expit(-at)).sum()
        value += level_total[1:-1] @ np.log(-np.expm1(-gaps))
        pull = below * expit(-at) - above * expit(at)
        weight = (below + above) * expit(at) * expit(-at)
        gradient = sum((rows[m].T @ pull[:, m] for m in range(n_cuts)), np.zeros(k + n_cuts))
        information = sum((rows[m].T @ (rows[m] * weight[:, [m]]) for m in range(n_cuts)), np.zeros((k + n_cuts,) * 2))
        _add_gaps(gradient, information, gaps, level_total[1:-1], k)
        return Pieces(float(value), gradient, information)

    start = np.r_[np.zeros(k), logit(np.cumsum(level_total)[:-1] / level_total.sum())]
    return ascend(pieces, start, float(level_total.sum()))


def _add_gaps(gradient: np.ndarray, information: np.ndarray, gaps: np.ndarray, total: np.ndarray, k: int) -> None:
    """The part of log(1 - exp(-gap)) of each inner level, added in place."""
    for m, gap in enumerate(gaps):
        pair = [k + m, k + m + 1]
        gradient[pair] += total[m] / np.expm1(gap) * np.array([-1.0, 1.0])
        bend = total[m] / (np.expm1(gap) * -np.expm1(-gap))
        information[np.ix_(pair, pair)] += bend * np.array([[1.0, -1.0], [-1.0, 1.0]])


def ordinal_scores(
    rows: np.ndarray, coefficients: np.ndarray, level: np.ndarray, n_levels: int, offset: np.ndarray | float = 0.0
) -> np.ndarray:
    """Score of a person of weight 1 with each pattern, shape (P, k + K - 1).

    Parameters
    ----------
    rows : ndarray of shape (P, k)
    coefficients : ndarray of shape (k + K - 1,)
    level : ndarray of int, shape (P,)
        Outcome level of each pattern, 0 to K - 1.
    """
    k = rows.shape[1]
    cuts = coefficients[k:]
    at = cuts - (rows @ coefficients[:k] + offset)[:, None]
    cut = np.arange(n_levels - 1)
    is_upper, is_lower = level[:, None] == cut, level[:, None] == cut + 1
    pull = is_upper * expit(-at) - is_lower * expit(at)
    by_gap = np.r_[0.0, 1 / np.expm1(np.diff(cuts)), 0.0][level][:, None]
    return np.column_stack(
        [-rows * pull.sum(axis=1, keepdims=True), pull + by_gap * (is_upper.astype(float) - is_lower)]
    )


def ordinal_shares(rows: np.ndarray, coefficients: np.ndarray, offset: np.ndarray | float = 0.0) -> np.ndarray:
    """P(y = j | x), shape (P, K)."""
    k = rows.shape[1]
    at = coefficients[k:] - (rows @ coefficients[:k] + offset)[:, None]
    edge = np.ones((len(rows), 1))
    return np.diff(np.hstack([0 * edge, expit(at), edge]), axis=1)


def ordinal_bounds(design: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Rows r with r'd >= 0 along directions in which no term of the likelihood falls."""
    n_cuts = counts.shape[1] - 1
    parts = []
    for m in range(n_cuts):
        row = np.column_stack([-design, np.tile(np.eye(n_cuts)[m], (len(design), 1))])
        parts += [row[counts[:, m] > 0], -row[counts[:, m + 1] > 0]]
    return np.vstack(parts)
