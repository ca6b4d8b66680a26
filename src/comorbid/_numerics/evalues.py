"""E-values of ratios, and what turns other ratios into risk ratios; arrays in, arrays out."""

from __future__ import annotations

import numpy as np


def e_value_of(ratio: np.ndarray) -> np.ndarray:
    """R + sqrt(R (R - 1)) with R = max(ratio, 1 / ratio), the E-value of a risk ratio; NaN stays NaN."""
    ratio = np.asarray(ratio, dtype=float)
    away = np.maximum(ratio, 1 / ratio)
    return away + np.sqrt(away * (away - 1))


def e_value_of_limit(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """E-value of the limit nearer to 1; exactly 1 where the interval holds 1."""
    low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    nearest = np.where(low > 1, low, np.where(high < 1, high, 1.0))
    return np.where(np.isnan(low) | np.isnan(high), np.nan, e_value_of(nearest))


def risk_ratio_of_odds_ratio(odds_ratio: np.ndarray) -> np.ndarray:
    """sqrt(OR): nearest to the risk ratio, at worst, when between 20% and 80% have the outcome."""
    return np.sqrt(np.asarray(odds_ratio, dtype=float))


def risk_ratio_of_hazard_ratio(hazard_ratio: np.ndarray) -> np.ndarray:
    """(1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1 / HR)), for a common outcome."""
    root = np.sqrt(np.asarray(hazard_ratio, dtype=float))
    return (1 - 0.5**root) / (1 - 0.5 ** (1 / root))
