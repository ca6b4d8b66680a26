"""Fourfold tables in strata: a common odds ratio, its errors, and whether the strata share it.

A table is a, b, c, d: exposed with and without the outcome, unexposed with and without it; n is their sum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc


@dataclass(frozen=True, slots=True)
class ChiSquare:
    """A statistic that is chi-square when its hypothesis holds, its degrees of freedom and p-value."""

    statistic: float
    df: int
    p_value: float


def _parts(tables: np.ndarray) -> tuple[np.ndarray, ...]:
    """a, b, c, d and their sum, each shape (..., K); an empty stratum has a sum of 1, so that it adds nothing."""
    total = tables.sum(axis=-1)
    return (*np.moveaxis(tables, -1, 0), np.where(total > 0, total, 1.0))


def log_mantel_haenszel(tables: np.ndarray) -> np.ndarray:
    """log of sum_k a d / n over sum_k b c / n, shape (...), from tables of shape (..., K, 4)."""
    a, b, c, d, n = _parts(tables)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log((a * d / n).sum(axis=-1)) - np.log((b * c / n).sum(axis=-1))


def mantel_haenszel_gradient(tables: np.ndarray) -> np.ndarray:
    """Derivatives of `log_mantel_haenszel` to the cells, shape (K, 4), from tables of shape (K, 4)."""
    a, b, c, d, n = _parts(tables)
    same, other = a * d / n, b * c / n
    with np.errstate(divide="ignore", invalid="ignore"):
        up, down = 1 / same.sum(), 1 / other.sum()
        shared = (-same * up + other * down) / n
        return np.stack([d / n * up, -c / n * down, -b / n * down, a / n * up], axis=-1) + shared[:, None]


def robins_breslow_greenland(tables: np.ndarray) -> float:
    """Variance of the log Mantel-Haenszel odds ratio of counts, right for few large and for many small strata.

    Source: Robins, Breslow & Greenland, Biometrics 1986;42:311-23, doi:10.2307/2531052.
    """
    a, b, c, d, n = _parts(tables)
    same, other, concordant, discordant = a * d / n, b * c / n, (a + d) / n, (b + c) / n
    r, s = same.sum(), other.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        mixed = (concordant * other + discordant * same).sum() / (2 * r * s)
        return float((concordant * same).sum() / (2 * r**2) + mixed + (discordant * other).sum() / (2 * s**2))


def cochran_mantel_haenszel(tables: np.ndarray) -> ChiSquare:
    """Whether the common odds ratio is 1: (sum a - E a)^2 / sum V a, without a continuity correction, 1 degree.

    Source: Mantel & Haenszel, J Natl Cancer Inst 1959;22:719-48.
    """
    a, b, c, d, n = _parts(tables)
    exposed, events = a + b, a + c
    spread = exposed * (c + d) * events * (b + d) / (n**2 * np.maximum(n - 1, 1))
    statistic = (a - exposed * events / n).sum() ** 2 / spread.sum()
    return ChiSquare(float(statistic), 1, float(chdtrc(1, statistic)))


def breslow_day(tables: np.ndarray) -> tuple[ChiSquare, ChiSquare]:
    """Whether strata share one odds ratio: Breslow and Day's test, and Tarone's correction of it.

    sum_k (a_k - e_k)^2 / v_k, with e_k the count that the Mantel-Haenszel odds ratio expects given the margins and
    1 / v_k the sum of one over the expected cells; Tarone takes (sum a - e)^2 / sum v away. K - 1 degrees of freedom
    for K strata without an empty margin.

    Source: Breslow & Day, Statistical Methods in Cancer Research I, 1980, section 4.4; Tarone, Biometrika 1985;72:91-5,
    doi:10.1093/biomet/72.1.91.
    """
    a, b, c, d, n = _parts(tables)
    kept = np.minimum.reduce([a + b, c + d, a + c, b + d]) > 0
    a, exposed, events, n = a[kept], (a + b)[kept], (a + c)[kept], n[kept]
    expected = _expected(float(np.exp(log_mantel_haenszel(tables))), exposed, events, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        cells = np.stack([expected, exposed - expected, events - expected, n - exposed - events + expected])
        spread = 1 / (1 / cells).sum(axis=0)
        plain = (np.square(a - expected) / spread).sum()
        tarone = plain - (a - expected).sum() ** 2 / spread.sum()
    df = max(int(kept.sum()) - 1, 0)
    tests = [ChiSquare(float(value), df, float(chdtrc(df, value)) if df else np.nan) for value in (plain, tarone)]
    return tests[0], tests[1]


def _expected(ratio: float, exposed: np.ndarray, events: np.ndarray, n: np.ndarray) -> np.ndarray:
    """First cell of tables with given margins and odds ratio: the admissible root of a quadratic, in stable form."""
    middle = ratio * (exposed + events) + n - exposed - events
    root = np.sqrt(np.maximum(middle**2 - 4 * (ratio - 1) * ratio * exposed * events, 0))
    return 2 * ratio * exposed * events / (middle + root)
