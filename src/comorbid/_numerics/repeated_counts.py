"""Counts of days in repeated windows, nobody changing: levels beta between people, beta-binomial counts within them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, roots_jacobi

NODES = 100
"""Exact for five windows of 30 days: given a level, counts are polynomials of its degree of days."""


@dataclass(frozen=True, slots=True)
class RepeatedCounts:
    """Levels of people and what a window shows given a level.

    level, weight : ndarray of shape (q,), quadrature over people; weights sum to 1
    counts : ndarray of shape (q, days + 1), P(days in a window | level)
    """

    level: np.ndarray
    weight: np.ndarray
    counts: np.ndarray

    @property
    def joint(self) -> np.ndarray:
        """P(days in one window, days in another), shape (days + 1, days + 1); symmetric."""
        return (self.counts.T * self.weight) @ self.counts


def repeated_counts(mean: float, between: float, within: float, days: int) -> RepeatedCounts:
    """Quadrature over levels p ~ Beta(mean K, (1 - mean) K), and counts given p.

    In a window the share of days is drawn anew from Beta(p M, (1 - p) M), or is p itself when M is infinite; the days
    are then binomial. Windows are independent given p. Gauss-Jacobi quadrature, so that with M infinite, where all is
    a polynomial in p, results are exact to rounding.

    Parameters
    ----------
    mean : float
        Mean share of days, above 0 and below 1.
    between, within : float
        K and M, above 0; `within` may be infinite.
    days : int
        Days in a window.
    """
    a, b = mean * between, (1 - mean) * between
    root, weight = roots_jacobi(NODES, b - 1, a - 1)
    level = (1 + root) / 2
    return RepeatedCounts(level, weight / weight.sum(), _counts_given(level[:, None], within, days))


def _counts_given(level: np.ndarray, within: float, days: int) -> np.ndarray:
    """P(days in a window | level), binomial or beta-binomial; `level` has shape (q, 1)."""
    at = np.arange(days + 1)
    if np.isinf(within):
        from scipy.stats import binom  # loads slowly; the other branch, more often taken, does without

        return np.asarray(binom.pmf(at, days, level))
    a, b = level * within, (1 - level) * within
    ways = -np.log(days + 1) - betaln(days - at + 1, at + 1)
    return np.asarray(np.exp(ways + betaln(at + a, days - at + b) - betaln(a, b)))


def crossing(counts: RepeatedCounts, line: int, windows: int = 1) -> float:
    """P(at `line` or above in at least one of the next windows | below it in the first)."""
    below = counts.counts[:, :line].sum(axis=1)
    return float(1 - counts.weight @ below ** (windows + 1) / (counts.weight @ below))


def persistence(counts: RepeatedCounts, line: int) -> float:
    """P(at `line` or above in another window | at `line` or above in the first)."""
    joint = counts.joint
    return float(joint[line:, line:].sum() / joint[line:].sum())
