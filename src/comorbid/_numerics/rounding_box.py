"""What printed numbers can have been before rounding: interval arithmetic over half a unit of the last digit."""

from __future__ import annotations

import math
from collections.abc import Sequence

from scipy.special import ndtri

Z = float(ndtri(0.975))
TINY = 1e-12


def log_bounds(value: float, half: float) -> tuple[float, float]:
    """Logarithms of the least and the greatest number that rounds to a printed one."""
    return math.log(max(value - half, TINY)), math.log(value + half)


def log_asymmetry(values: Sequence[float], halves: Sequence[float]) -> tuple[float, float, float]:
    """How far the middle of the log limits lies from the log estimate: as printed, and the least and greatest possible.

    Parameters
    ----------
    values, halves : sequence of three float
        Estimate, lower and upper limit as printed, and half a unit of the last digit of each.
    """
    (x_low, x_high), (l_low, l_high), (u_low, u_high) = map(log_bounds, values, halves)
    estimate, low, high = map(math.log, values)
    return (low + high) / 2 - estimate, (l_low + u_low) / 2 - x_high, (l_high + u_high) / 2 - x_low


def std_error_bounds(values: Sequence[float], halves: Sequence[float]) -> tuple[float, float]:
    """Least and greatest standard error of the log estimate that rounds to the printed 95% limits."""
    (l_low, l_high), (u_low, u_high) = map(log_bounds, values[1:3], halves[1:3])
    return max(u_low - l_high, 0.0) / (2 * Z), (u_high - l_low) / (2 * Z)


def least_std_error(n: float, outcome: float | None = None) -> float:
    """Least standard error that a log odds ratio of a yes-or-no exposure can have in n people.

    The variance is 1/a + 1/b + 1/c + 1/d. As 1/a + 1/c is at least 4 / (a + c), it is at least 4/(n p) + 4/(n (1 - p))
    when a share p has the outcome, and at least 16/n whatever p is. Adjustment for covariates only widens the interval.
    Source: Robinson & Jewell, Int Stat Rev 1991;58:227-40, doi:10.2307/1403444.
    """
    return 4 / math.sqrt(n) if outcome is None else 2 / math.sqrt(n * outcome * (1 - outcome))


def odds_ratio_bounds(a: float, b: float, c: float, d: float, half: float = 0.5) -> tuple[float, float]:
    """Least and greatest odds ratio of counts that were rounded to whole people."""
    low = max(a - half, 0) * max(d - half, 0) / ((b + half) * (c + half))
    high = (a + half) * (d + half) / (max(b - half, TINY) * max(c - half, TINY))
    return low, high
