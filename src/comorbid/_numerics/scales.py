"""Scales on which estimates are close to normal: forward, slope and back, for intervals that respect a range."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Transform = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, slots=True)
class Scale:
    """forward : to the scale; slope : its derivative; back : its inverse."""

    forward: Transform
    slope: Transform
    back: Transform


def _same(x: np.ndarray) -> np.ndarray:
    return x


def _expit(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


SCALES: dict[str, Scale] = {
    "plain": Scale(_same, np.ones_like, _same),
    "log": Scale(_same, np.ones_like, np.exp),
    "fisher": Scale(np.arctanh, lambda r: 1 / (1 - r**2), np.tanh),
    "logit": Scale(lambda p: np.log(p / (1 - p)), lambda p: 1 / (p * (1 - p)), _expit),
}
"""On "log" the estimate is a logarithm already and only the limits are turned."""


def limits_on(
    scale: str, estimate: np.ndarray, std_error: np.ndarray, critical: float
) -> tuple[np.ndarray, np.ndarray]:
    """Limits estimate -/+ critical * std_error, formed on a scale and turned back; NaN where they are undefined."""
    chosen = SCALES[scale]
    with np.errstate(invalid="ignore", divide="ignore"):
        centre, half = chosen.forward(estimate), critical * std_error * chosen.slope(estimate)
        return chosen.back(centre - half), chosen.back(centre + half)
