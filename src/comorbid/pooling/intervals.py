"""Standard errors from printed intervals, and whether an interval lies about its estimate as its kind should."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from comorbid._numerics.intervals import critical_value

MOST_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Intervals:
    """std_error : half the width over the normal critical value, on the additive scale, shape (k,)

    asymmetry : estimate minus midpoint, in standard errors, shape (k,)
    explained : whether rounding of the three printed numbers can explain the asymmetry, shape (k,)
    beyond : the part of the asymmetry that rounding cannot explain, in standard errors, shape (k,)
    uncertainty : share of the standard error by which rounding of the limits can change it, shape (k,)
    """

    std_error: np.ndarray
    asymmetry: np.ndarray
    explained: np.ndarray
    beyond: np.ndarray
    uncertainty: np.ndarray


def errors_of_intervals(
    estimate: np.ndarray, low: np.ndarray, high: np.ndarray, conf_level: np.ndarray, logged: bool
) -> Intervals:
    """Standard errors of estimates from intervals that are symmetric on the additive scale, the log scale of a ratio.

    SE = (high - low) / (2 z). An estimate printed with m decimals may be off by half a unit of the last; the number of
    decimals is the largest among estimate and limits.
    """
    values = np.stack([estimate, low, high])
    scaled = np.log(values) if logged else values
    z = np.array([float(critical_value(float(level), np.inf)) for level in conf_level])
    error = (scaled[2] - scaled[1]) / (2 * z)
    off = scaled[0] - (scaled[1] + scaled[2]) / 2
    half = 0.5 * 10.0 ** -np.array([_decimals(column) for column in values.T], dtype=float)
    slack = half / values if logged else np.broadcast_to(half, values.shape)
    reach = slack[0] + (slack[1] + slack[2]) / 2
    beyond = np.maximum(np.abs(off) - reach * (1 + 1e-9), 0.0)
    blurred = (slack[1] + slack[2]) / (2 * z)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Intervals(error, off / error, beyond == 0, beyond / error, blurred / error)


def _decimals(values: np.ndarray) -> int:
    """Decimals of the most precisely printed of some numbers, up to `MOST_DECIMALS`."""
    texts = (np.format_float_positional(value, precision=MOST_DECIMALS, trim="-") for value in values)
    return max(len(text.partition(".")[2]) for text in texts)
