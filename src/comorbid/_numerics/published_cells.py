"""Estimates with intervals from the few counts that a publication prints; scalars in, (estimate, low, high) out."""

from __future__ import annotations

import math

from scipy.special import betaincinv, ndtri

Z = float(ndtri(0.975))
Interval = tuple[float, float, float]


def odds_ratio(a: float, b: float, c: float, d: float) -> Interval:
    """ad / bc with Woolf's interval: exp(log OR -/+ z sqrt(1/a + 1/b + 1/c + 1/d))."""
    return _on_log_scale(a * d / (b * c), math.sqrt(1 / a + 1 / b + 1 / c + 1 / d))


def prevalence_ratio(a: float, b: float, c: float, d: float) -> Interval:
    """(a / (a + b)) / (c / (c + d)), standard error of its logarithm sqrt(1/a - 1/(a+b) + 1/c - 1/(c+d))."""
    spread = 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)
    return _on_log_scale((a / (a + b)) / (c / (c + d)), math.sqrt(spread))


def prevalence_difference(a: float, b: float, c: float, d: float) -> Interval:
    """a / (a + b) - c / (c + d) with Newcombe's interval from two Wilson ones.

    Source: Newcombe, Stat Med 1998;17:873-90, method 10,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.
    """
    p, p_low, p_high = wilson(a, a + b)
    q, q_low, q_high = wilson(c, c + d)
    return p - q, p - q - math.hypot(p - p_low, q_high - q), p - q + math.hypot(p_high - p, q - q_low)


def wilson(events: float, n: float) -> Interval:
    """events / n with the score interval.

    Source: Wilson, J Am Stat Assoc 1927;22:209-12, doi:10.1080/01621459.1927.10502953.
    """
    p, grow = events / n, 1 + Z**2 / n
    centre, half = (p + Z**2 / (2 * n)) / grow, Z / grow * math.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
    return p, max(0.0, centre - half), min(1.0, centre + half)


def clopper_pearson(events: float, n: float) -> Interval:
    """events / n with the exact interval. Source: Biometrika 1934;26:404-13, doi:10.1093/biomet/26.4.404."""
    low = float(betaincinv(events, n - events + 1, 0.025)) if events else 0.0
    high = float(betaincinv(events + 1, n - events, 0.975)) if events < n else 1.0
    return events / n, low, high


def _on_log_scale(estimate: float, std_error: float) -> Interval:
    return estimate, estimate * math.exp(-Z * std_error), estimate * math.exp(Z * std_error)
