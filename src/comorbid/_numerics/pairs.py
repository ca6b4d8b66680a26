"""Measures of a fourfold table, as functions of its four cell proportions, with their gradients.

Proportions stand in the order p11, p10, p01, p00: both conditions, a only, b only, neither. Each function takes an
array of shape (..., 4) and returns the measure, shape (...), and its gradient, shape (..., 4). The influence of a
person in cell c is then the gradient's entry c minus its mean over the table.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Measured = tuple[np.ndarray, np.ndarray]


def _split(p: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    return p[..., 0], p[..., 1], p[..., 2], p[..., 3]


def _stack(*parts: np.ndarray) -> np.ndarray:
    return np.stack(np.broadcast_arrays(*parts), axis=-1)


def log_odds_ratio(p: np.ndarray) -> Measured:
    """log(p11 p00 / (p10 p01))."""
    sign = np.array([1.0, -1.0, -1.0, 1.0])
    return np.log(p) @ sign, sign / p


def log_prevalence_ratio(p: np.ndarray) -> Measured:
    """log of P(b | a) / P(b | not a) = log p11 - log(p11 + p10) - log p01 + log(p01 + p00)."""
    p11, p10, p01, p00 = _split(p)
    a, rest = p11 + p10, p01 + p00
    value = np.log(p11 / a) - np.log(p01 / rest)
    return value, _stack(1 / p11 - 1 / a, -1 / a, 1 / rest - 1 / p01, 1 / rest)


def prevalence_difference(p: np.ndarray) -> Measured:
    """P(b | a) - P(b | not a)."""
    p11, p10, p01, p00 = _split(p)
    a, rest = p11 + p10, p01 + p00
    gradient = _stack(p10 / a**2, -p11 / a**2, -p00 / rest**2, p01 / rest**2)
    return p11 / a - p01 / rest, gradient


def conditional_prevalence(p: np.ndarray) -> Measured:
    """P(b | a) = p11 / (p11 + p10)."""
    p11, p10, _, _ = _split(p)
    a = p11 + p10
    zero = np.zeros_like(a)
    return p11 / a, _stack(p10 / a**2, -p11 / a**2, zero, zero)


def log_observed_expected(p: np.ndarray) -> Measured:
    """log of P(a and b) / (P(a) P(b))."""
    p11, p10, p01, p00 = _split(p)
    a, b, whole = p11 + p10, p11 + p01, p11 + p10 + p01 + p00
    value = np.log(p11 * whole / (a * b))
    both = 1 / whole
    return value, _stack(1 / p11 + both - 1 / a - 1 / b, both - 1 / a, both - 1 / b, both)


def phi(p: np.ndarray) -> Measured:
    """Correlation of the two indicators, (p11 p00 - p10 p01) / sqrt(P(a) P(not a) P(b) P(not b))."""
    p11, p10, p01, p00 = _split(p)
    a, not_a, b, not_b = p11 + p10, p01 + p00, p11 + p01, p10 + p00
    root = np.sqrt(a * not_a * b * not_b)
    value = (p11 * p00 - p10 * p01) / root
    half = value / 2
    gradient = _stack(
        p00 / root - half * (1 / a + 1 / b),
        -p01 / root - half * (1 / a + 1 / not_b),
        -p10 / root - half * (1 / not_a + 1 / b),
        p11 / root - half * (1 / not_a + 1 / not_b),
    )
    return value, gradient


def yule_q(p: np.ndarray) -> Measured:
    """(OR - 1) / (OR + 1) = (p11 p00 - p10 p01) / (p11 p00 + p10 p01)."""
    p11, p10, p01, p00 = _split(p)
    same, other = p11 * p00, p10 * p01
    total = same + other
    up, down = 2 * other / total**2, -2 * same / total**2
    return (same - other) / total, _stack(up * p00, down * p01, down * p10, up * p11)


def jaccard(p: np.ndarray) -> Measured:
    """P(a and b) / P(a or b)."""
    p11, p10, p01, p00 = _split(p)
    union = p11 + p10 + p01
    change = -p11 / union**2
    return p11 / union, _stack((p10 + p01) / union**2, change, change, np.zeros_like(p00))


SYMMETRIC: dict[str, Callable[[np.ndarray], Measured]] = {
    "odds_ratio": log_odds_ratio,
    "observed_expected": log_observed_expected,
    "phi": phi,
    "yule_q": yule_q,
    "jaccard": jaccard,
}
DIRECTED: dict[str, Callable[[np.ndarray], Measured]] = {
    "prevalence_ratio": log_prevalence_ratio,
    "prevalence_difference": prevalence_difference,
    "conditional_prevalence": conditional_prevalence,
}
SWAP = np.array([0, 2, 1, 3])
"""The same table with a and b exchanged."""
