"""Effects of fourfold tables, and their pooling by Mantel and Haenszel and by Peto.

Throughout: cells, shape (k, 4): a exposed with the outcome, b exposed without, c unexposed with, d unexposed without.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SIGN = np.array([1.0, -1.0, -1.0, 1.0])
ADDED = 0.5


@dataclass(frozen=True, slots=True)
class TablesFit:
    """Pooled estimate (log scale for ratios), its variance, and the studies' share of it, shape (k,), summing to 1."""

    estimate: float
    variance: float
    weights: np.ndarray
    q: float | None = None


def empty_side(cells: np.ndarray) -> np.ndarray:
    """Tables in which nobody, or everybody, has the outcome: they say nothing about a ratio. Shape (k,)."""
    return (cells[:, [0, 2]].sum(axis=1) == 0) | (cells[:, [1, 3]].sum(axis=1) == 0)


def table_effects(cells: np.ndarray, measure: str) -> tuple[np.ndarray, np.ndarray]:
    """Log odds ratio, log risk ratio or risk difference of each table, and its variance.

    A half is added to every cell of a table in which one is zero.
    """
    filled = cells + ADDED * (cells == 0).any(axis=1)[:, None]
    a, b, c, d = filled.T
    exposed, unexposed = a + b, c + d
    if measure == "odds_ratio":
        return np.log(filled) @ SIGN, (1 / filled).sum(axis=1)
    if measure == "risk_ratio":
        return np.log(a / exposed) - np.log(c / unexposed), 1 / a - 1 / exposed + 1 / c - 1 / unexposed
    return a / exposed - c / unexposed, a * b / exposed**3 + c * d / unexposed**3


def mantel_haenszel(cells: np.ndarray, measure: str) -> TablesFit:
    """Mantel-Haenszel log odds ratio, log risk ratio or risk difference; no cell is changed.

    Variances: Robins, Breslow & Greenland, Biometrics 1986;42:311-23, doi:10.2307/2531052 (odds ratio); Greenland &
    Robins, Biometrics 1985;41:55-68, doi:10.2307/2530643 (risk ratio); Sato, Greenland & Robins, Biometrics
    1989;45:1323-4 (risk difference).
    """
    return {"odds_ratio": _odds_ratio, "risk_ratio": _risk_ratio, "risk_difference": _risk_difference}[measure](cells)


def _odds_ratio(cells: np.ndarray) -> TablesFit:
    a, b, c, d = cells.T
    n = cells.sum(axis=1)
    with_sum, without_sum = (a + d) / n, (b + c) / n
    above, below = a * d / n, b * c / n
    r, s = above.sum(), below.sum()
    mixed = with_sum @ below + without_sum @ above
    variance = (with_sum @ above / r**2 + mixed / (r * s) + without_sum @ below / s**2) / 2
    return TablesFit(float(np.log(r / s)), float(variance), below / s)


def _risk_ratio(cells: np.ndarray) -> TablesFit:
    a, b, c, d = cells.T
    exposed, unexposed, n = a + b, c + d, cells.sum(axis=1)
    r, s = np.sum(a * unexposed / n), np.sum(c * exposed / n)
    variance = np.sum(exposed * unexposed * (a + c) / n**2 - a * c / n) / (r * s)
    return TablesFit(float(np.log(r / s)), float(variance), (c * exposed / n) / s)


def _risk_difference(cells: np.ndarray) -> TablesFit:
    a, b, c, d = cells.T
    exposed, unexposed, n = a + b, c + d, cells.sum(axis=1)
    share = exposed * unexposed / n
    difference = np.sum((a * unexposed - c * exposed) / n) / share.sum()
    slope = c * exposed**2 - a * unexposed**2 + exposed * unexposed * (unexposed - exposed) / 2
    level = (a * d + c * b) / (2 * n)
    variance = (difference * np.sum(slope / n**2) + level.sum()) / share.sum() ** 2
    return TablesFit(float(difference), float(variance), share / share.sum())


def peto(cells: np.ndarray) -> TablesFit:
    """Peto's log odds ratio, sum (a - E) / sum V with the hypergeometric mean E and variance V of a.

    Source: Yusuf and others, Prog Cardiovasc Dis 1985;27:335-71, doi:10.1016/S0033-0620(85)80003-7.
    """
    excess, variance = _hypergeometric(cells)
    total = variance.sum()
    known = variance > 0
    q = np.sum(excess[known] ** 2 / variance[known]) - excess.sum() ** 2 / total
    return TablesFit(float(excess.sum() / total), float(1 / total), variance / total, max(0.0, float(q)))


def _hypergeometric(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    a, b, c, d = cells.T
    exposed, unexposed, n = a + b, c + d, cells.sum(axis=1)
    variance = (a + c) * (b + d) * exposed * unexposed / (n**2 * (n - 1))
    return a - (a + c) * exposed / n, variance


def peto_effects(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(a - E) / V and 1 / V of each table."""
    excess, variance = _hypergeometric(cells)
    return excess / variance, 1 / variance
