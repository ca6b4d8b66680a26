"""Tails of weighted sums of chi-square variables, to which likelihood ratios of weighted data refer."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

NEAR_MEAN = 1e-4


def sum_of_f_tail(statistic: float, weights: np.ndarray, df: float) -> float:
    """P(sum_i a_i Z_i^2 > x C / df) with Z_i standard normal and C chi-square on df degrees of freedom, independent.

    With one weight a this is the tail of F(1, df) at x / a; with df infinite that of a sum of chi-squares.

    Parameters
    ----------
    statistic : float
        x, not below zero.
    weights : ndarray of shape (q,)
        a, above zero.
    df : float
        Degrees of freedom of the denominator; infinite for none.

    Returns
    -------
    float
        By saddlepoint approximation, whose relative error stays small far in the tail.

    Notes
    -----
    Kuonen, Biometrika 1999;86:929-35, doi:10.1093/biomet/86.4.929; Lumley & Scott, Aust N Z J Stat 2014;56:1-14,
    doi:10.1111/anzs.12065.
    """
    if statistic <= 0:
        return 1.0
    if np.isinf(df):
        return _saddlepoint(statistic, weights, np.ones(len(weights)))
    return _saddlepoint(0.0, np.r_[weights, -statistic / df], np.r_[np.ones(len(weights)), df])


def _saddlepoint(x: float, a: np.ndarray, n: np.ndarray) -> float:
    """P(sum_i a_i C_i > x) with C_i chi-square on n_i degrees of freedom."""
    scale = float(np.abs(a).max())
    a, x = a / scale, x / scale
    zeta = _root(x, a, n)
    rest = 1 - 2 * a * zeta
    cumulant = -0.5 * n @ np.log(rest)
    variance = 2 * n @ np.square(a / rest)
    if abs(zeta) * np.sqrt(variance) < NEAR_MEAN:
        third = 8 * n @ (a / rest) ** 3
        return float(ndtr(-third / (6 * variance**1.5)))
    w = np.sign(zeta) * np.sqrt(2 * np.maximum(zeta * x - cumulant, 0.0))
    v = zeta * np.sqrt(variance)
    return float(ndtr(-(w + np.log(v / w) / w)))


def _root(x: float, a: np.ndarray, n: np.ndarray) -> float:
    """Where the slope of the cumulant generating function equals x, between its poles."""
    from scipy.optimize import brentq  # 80 ms that only a test of terms needs

    def gap(zeta: float) -> float:
        return float(n @ (a / (1 - 2 * a * zeta)) - x)

    largest, smallest = float(a.max()), float(a.min())
    upper = (1 - 1e-14) / (2 * largest)
    lower = (1 - 1e-14) / (2 * smallest) if smallest < 0 else -n.sum() / (2 * x)
    return float(brentq(gap, lower, upper, xtol=1e-300, rtol=1e-14, maxiter=500))
