"""Two pains cut from one severity: what lines drawn through days do to an odds ratio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtri

from comorbid._numerics.tetrachoric import bivariate_normal
from comorbid.errors import SpecError

__all__ = ["SharedSeverity", "calibrate_shared_severity"]

EDGE = 1e-9
STRONGEST = 0.9
"""Correlations are looked for up to this; beyond it the rarest of two cells is lost in rounding."""


@dataclass(frozen=True, slots=True)
class SharedSeverity:
    """Two normal severities with one correlation, each cut into classes of frequency.

    Nothing but the correlation ties the two pains: no class is special, and no type of pain counts for more than
    another of the same frequency.

    Parameters
    ----------
    first : tuple of float
        Shares of people in the classes of the first pain, rarest days first (none, episodic, chronic); they sum to 1.
    second : float
        Share of people with the second pain at its line or above.
    correlation : float
        Between the two severities, above -1 and below 1.
    """

    first: tuple[float, ...]
    second: float
    correlation: float

    def __post_init__(self) -> None:
        if len(self.first) < 2 or min(self.first) <= 0 or abs(sum(self.first) - 1) > EDGE:
            raise SpecError("first: two or more shares above zero that sum to 1.")
        if not 0 < self.second < 1 or not -1 < self.correlation < 1:
            raise SpecError("second lies between 0 and 1, and correlation between -1 and 1.")

    def prevalences(self) -> np.ndarray:
        """Share with the second pain in each class of the first, shape (classes,)."""
        cuts = ndtri(np.cumsum(self.first)[:-1])
        above = bivariate_normal(cuts, ndtri(1 - self.second), np.array(self.correlation))
        return -np.diff([self.second, *above, 0.0]) / np.array(self.first)

    def odds_ratios(self) -> np.ndarray:
        """Odds ratio of the second pain in each class of the first, against its first class, shape (classes,)."""
        odds = self.prevalences() / (1 - self.prevalences())
        return odds / odds[0]

    def simulate(self, people: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Class of the first pain, and whether the second is at its line, of simulated people."""
        rng = np.random.default_rng(seed)
        one, other = rng.standard_normal((2, people))
        other = self.correlation * one + np.sqrt(1 - self.correlation**2) * other
        return np.searchsorted(ndtri(np.cumsum(self.first)[:-1]), one), other >= ndtri(1 - self.second)


def calibrate_shared_severity(
    first: Sequence[float], second: float, odds_ratio: float, *, level: int = 1
) -> SharedSeverity:
    """The model in which class `level` of the first pain has this odds ratio against its first class.

    Parameters
    ----------
    first, second : sequence of float, float
        As in `SharedSeverity`.
    odds_ratio : float
        Above zero.
    level : int
        Class, counted from 0; 1 is the one after the reference.

    Raises
    ------
    SpecError
        When no correlation gives this odds ratio.
    """

    def beyond(correlation: float) -> float:
        return float(np.log(SharedSeverity(tuple(first), second, correlation).odds_ratios()[level] / odds_ratio))

    low, high = -STRONGEST, STRONGEST
    if not odds_ratio > 0 or not 0 < level < len(first) or beyond(low) > 0 or beyond(high) < 0:
        raise SpecError(f"no correlation gives an odds ratio of {odds_ratio:g} to class {level} of {len(first)}.")
    return SharedSeverity(tuple(first), second, float(brentq(beyond, low, high)))
