"""Measures of the interaction of two exposures, as functions of three log odds ratios with their derivatives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class InteractionMeasure:
    """One measure of l = (log r10, log r01, log r11): the first exposure alone, the second alone, both.

    name : as `measure` says it.
    place : which of the three combinations the row is about.
    value : of log odds ratios, shape (..., 3), to the measure on its scale, shape (...).
    slope : of log odds ratios, shape (3,), to the derivatives, shape (3,).
    scale : "plain"; "log" of a ratio; or "rest", the logarithm of 1 minus a proportion.
    """

    name: str
    place: int
    value: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]
    scale: str


def reri(log_ratios: np.ndarray) -> np.ndarray:
    """r11 - r10 - r01 + 1."""
    r10, r01, r11 = np.moveaxis(np.exp(log_ratios), -1, 0)
    return np.asarray(r11 - r10 - r01 + 1)


def attributable_proportion(log_ratios: np.ndarray) -> np.ndarray:
    """RERI / r11."""
    return reri(log_ratios) * np.exp(-log_ratios[..., 2])


def log_rest(log_ratios: np.ndarray) -> np.ndarray:
    """log(1 - RERI / r11) = log((r10 + r01 - 1) / r11); NaN where r10 + r01 is not above 1."""
    without = np.exp(log_ratios[..., 0]) + np.exp(log_ratios[..., 1]) - 1
    return np.asarray(np.log(np.where(without > 0, without, np.nan)) - log_ratios[..., 2])


def log_synergy(log_ratios: np.ndarray) -> np.ndarray:
    """log((r11 - 1) / (r10 + r01 - 2)); NaN where that is not above zero."""
    r10, r01, r11 = np.moveaxis(np.exp(log_ratios), -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        synergy = (r11 - 1) / (r10 + r01 - 2)
        return np.asarray(np.log(np.where(synergy > 0, synergy, np.nan)))


def _reri_slope(log_ratios: np.ndarray) -> np.ndarray:
    return np.exp(log_ratios) * np.array([-1.0, -1.0, 1.0])


def _rest_slope(log_ratios: np.ndarray) -> np.ndarray:
    r10, r01, _ = np.exp(log_ratios)
    without = r10 + r01 - 1 if r10 + r01 > 1 else np.nan
    return np.array([r10 / without, r01 / without, -1.0])


def _synergy_slope(log_ratios: np.ndarray) -> np.ndarray:
    r10, r01, r11 = np.exp(log_ratios)
    if np.isnan(log_synergy(log_ratios)):
        return np.full(3, np.nan)
    apart = r10 + r01 - 2
    return np.array([-r10 / apart, -r01 / apart, r11 / (r11 - 1)])


def _linear(name: str, place: int, weights: np.ndarray) -> InteractionMeasure:
    return InteractionMeasure(name, place, lambda log_ratios: log_ratios @ weights, lambda _: weights, "log")


MEASURES = (
    *(_linear("odds_ratio", place, np.eye(3)[place]) for place in range(3)),
    _linear("ratio_of_odds_ratios", 2, np.array([-1.0, -1.0, 1.0])),
    InteractionMeasure("reri", 2, reri, _reri_slope, "plain"),
    InteractionMeasure("attributable_proportion", 2, log_rest, _rest_slope, "rest"),
    InteractionMeasure("synergy_index", 2, log_synergy, _synergy_slope, "log"),
)
