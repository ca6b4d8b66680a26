"""Widths of odds ratio intervals that a published design would give, by simulation; arrays in, arrays out."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

Z = float(ndtri(0.975))


def table_of_margins(exposed: float, outcome: float, odds_ratio: float) -> np.ndarray:
    """Probabilities of the cells a, b, c, d of a 2 x 2 table with these margins and this odds ratio.

    Parameters
    ----------
    exposed, outcome : float
        Shares of people exposed and with the outcome, between 0 and 1.
    odds_ratio : float
        Above 0.

    Returns
    -------
    ndarray of shape (4,)
        a: exposed with outcome, b: exposed without, c: unexposed with, d: unexposed without.

    Notes
    -----
    a solves a (1 - e - o + a) = OR (e - a) (o - a). Source: Plackett, J Am Stat Assoc 1965;60:516-22,
    doi:10.1080/01621459.1965.10480807.
    """
    excess = odds_ratio - 1
    sums = 1 + (exposed + outcome) * excess
    root = np.sqrt(sums**2 - 4 * odds_ratio * excess * exposed * outcome)
    a = exposed * outcome if abs(excess) < 1e-9 else (sums - root) / (2 * excess)
    return np.array([a, exposed - a, outcome - a, 1 - exposed - outcome + a])


def table_of_groups(exposed: float, unexposed: float, prevalence: float, odds_ratio: float) -> np.ndarray:
    """The same for two groups of given sizes, with the prevalence of the outcome among the unexposed."""
    odds = odds_ratio * prevalence / (1 - prevalence)
    share, risk = exposed / (exposed + unexposed), odds / (1 + odds)
    return np.array([
        share * risk, share * (1 - risk), (1 - share) * prevalence, (1 - share) * (1 - prevalence),
    ])  # fmt: skip


def log_widths(probabilities: np.ndarray, n: int, repeats: int, seed: int, design_effect: float = 1.0) -> np.ndarray:
    """Widths of the 95% intervals of log odds ratios in simulated samples, shape (repeats,).

    Each sample draws n people into four cells; the width is 2 z sqrt(deff (1/a + 1/b + 1/c + 1/d)), with 1/2 added to
    each cell of a sample that has an empty one.
    """
    counts = np.random.default_rng(seed).multinomial(n, probabilities, size=repeats).astype(float)
    counts += 0.5 * (counts == 0).any(axis=1, keepdims=True)
    return 2 * Z * np.sqrt(design_effect * (1 / counts).sum(axis=1))
