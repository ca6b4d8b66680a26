"""Intervals and p-values from estimates, standard errors and degrees of freedom; arrays in, arrays out."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, ndtr, ndtri, stdtr, stdtrit

from comorbid.errors import SpecError

NEGLIGIBLE = 1e-12
"""A standard error that is a smaller share of its estimate than this is rounding about zero."""


def check_conf_level(conf_level: float) -> None:
    """Raise unless a level of confidence is a number between 0 and 1.

    Raises
    ------
    SpecError
    """
    if isinstance(conf_level, bool) or not isinstance(conf_level, (int, float, np.number)) or not 0 < conf_level < 1:
        raise SpecError(f"conf_level = {conf_level!r} is not between 0 and 1; write 0.95 for 95%.")


def critical_value(conf_level: float, df: ArrayLike) -> np.ndarray:
    """Two-sided critical value of Student's t, or of the normal distribution when df is infinite; shape of `df`.

    NaN without degrees of freedom.

    Raises
    ------
    SpecError
        When the level of confidence is not between 0 and 1.
    """
    check_conf_level(conf_level)
    upper = 0.5 + conf_level / 2
    return np.where(np.isinf(df), ndtri(upper), stdtrit(df, upper))


def two_sided_p(statistic: np.ndarray, df: ArrayLike) -> np.ndarray:
    """P(|T| >= |statistic|), shape of `statistic`; NaN without degrees of freedom."""
    lower = -np.abs(statistic)
    return 2 * np.where(np.isinf(df), ndtr(lower), stdtr(df, lower))


def wald_statistic(estimate: ArrayLike, std_error: ArrayLike, least: float = 0.0) -> np.ndarray:
    """Estimate over its standard error; NaN where that is no more than rounding, so that there is nothing to test.

    Parameters
    ----------
    estimate, std_error : ndarray of the same shape
    least : float
        Standard errors up to this count as zero too, for estimates whose scale is known.
    """
    estimate, std_error = np.asarray(estimate, dtype=float), np.asarray(std_error, dtype=float)
    stands = std_error > np.maximum(NEGLIGIBLE * np.abs(estimate), least)
    return np.divide(estimate, std_error, out=np.full(estimate.shape, np.nan), where=stands)


def wald_interval(estimate: np.ndarray, std_error: np.ndarray, conf_level: float, df: ArrayLike) -> np.ndarray:
    """Estimate -/+ t * std_error, shape (..., 2)."""
    half = critical_value(conf_level, df) * std_error
    return np.stack([estimate - half, estimate + half], axis=-1)


def logit_interval(proportion: np.ndarray, std_error: np.ndarray, conf_level: float, df: ArrayLike) -> np.ndarray:
    """Interval of a proportion, symmetric on the logit scale, shape (..., 2); it never leaves 0 to 1.

    A proportion of exactly 0 or 1 has no logit interval: both limits are NaN.
    """
    inside = (proportion > 0) & (proportion < 1)
    safe = np.where(inside, proportion, 0.5)
    centre = np.log(safe / (1 - safe))
    limits = wald_interval(centre, std_error / (safe * (1 - safe)), conf_level, df)
    return np.where(inside[..., None], 1 / (1 + np.exp(-limits)), np.nan)


def effective_sample_size(
    proportion: np.ndarray, std_error: np.ndarray, n: np.ndarray, conf_level: float, df: ArrayLike
) -> np.ndarray:
    """People of a simple random sample that would tell as much: p (1 - p) / se^2 * (t_{n-1} / t_df)^2, at most n.

    Where p is 0 or 1 or has no standard error, n itself. Source: Korn & Graubard, Survey Methodology 1998;24:193-201.
    """
    tail = (1 - conf_level) / 2
    inside = (std_error > 0) & (proportion > 0) & (proportion < 1)
    raw = np.where(inside, proportion * (1 - proportion) / np.where(inside, std_error, 1) ** 2, n)
    t_sample = stdtrit(np.maximum(n - 1, 1), 1 - tail)
    shrink = np.where(np.isfinite(df), (t_sample / critical_value(conf_level, df)) ** 2, 1.0)
    return np.where(inside, np.minimum(raw * shrink, n), n)


def korn_graubard_interval(
    proportion: np.ndarray, std_error: np.ndarray, n: np.ndarray, conf_level: float, df: ArrayLike
) -> np.ndarray:
    """Clopper-Pearson interval at the effective sample size, adjusted for degrees of freedom, shape (..., 2).

    n_eff = p (1 - p) / se^2 * (t_{n-1} / t_df)^2, at most n. Where p is 0 or 1, n_eff = n.
    Source: Korn & Graubard, Survey Methodology 1998;24:193-201.
    """
    tail = (1 - conf_level) / 2
    effective = effective_sample_size(proportion, std_error, n, conf_level, df)
    x = proportion * effective
    low = np.where(x > 0, betaincinv(np.maximum(x, 1e-300), effective - x + 1, tail), 0.0)
    high = np.where(x < effective, betaincinv(x + 1, np.maximum(effective - x, 1e-300), 1 - tail), 1.0)
    return np.stack([low, high], axis=-1)


def false_discovery(p: np.ndarray) -> np.ndarray:
    """Benjamini-Hochberg q-values of a family of p-values, shape (m,); NaN stays NaN and does not count.

    q_(i) = min over j >= i of m p_(j) / j. Source: J R Stat Soc B 1995;57:289-300.
    """
    q = np.full(p.shape, np.nan)
    given = np.flatnonzero(~np.isnan(p))
    order = given[np.argsort(p[given])]
    m = len(order)
    scaled = p[order] * m / np.arange(1, m + 1)
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0) if m else scaled
    return q
