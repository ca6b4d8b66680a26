"""Headache days from month to month with nobody changing: how many people cross a line by chance alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from comorbid._numerics.repeated_counts import RepeatedCounts, crossing, persistence, repeated_counts
from comorbid.errors import SpecError

__all__ = ["HeadacheDays", "calibrate_headache_days"]

BETWEEN = (0.3, 300.0)
"""Range in which K is looked for."""
WITHIN = (0.3, 1e5)
"""Range in which M is looked for; at its upper end windows vary as binomial counts do."""


@dataclass(frozen=True, slots=True)
class HeadacheDays:
    """Headache days of people whose own level never changes, counted in successive windows.

    A person has a level p, the long-run share of days with headache; over people p ~ Beta(m K, (1 - m) K) with
    m = mean / days. In each window the share is drawn from Beta(p M, (1 - p) M), and the days are binomial. Windows are
    exchangeable: who is above the line in one window and below it in the next has not changed.

    Parameters
    ----------
    mean : float
        Mean number of headache days in a window.
    between : float
        K: the larger, the more alike people are.
    within : float
        M: the larger, the more alike the windows of one person; infinite leaves binomial variation alone, the least
        that days which are independent of each other can have.
    days : int
        Days in a window: 30 for a month, 90 for three months.
    line : int
        Days from which headache is called chronic: 15 of 30, 45 of 90.
    """

    mean: float
    between: float
    within: float = float("inf")
    days: int = 30
    line: int = 15

    def __post_init__(self) -> None:
        if not 0 < self.mean < self.days:
            raise SpecError(f"mean = {self.mean:g} days of {self.days}: a mean lies between 0 and all days.")
        if not 1 <= self.line <= self.days:
            raise SpecError(f"line = {self.line}: the line lies between 1 and {self.days} days.")
        if not (self.between > 0 and self.within > 0):
            raise SpecError("between and within are concentrations above zero.")

    def counts(self) -> RepeatedCounts:
        """Quadrature over people, with the distribution of days given a person's level."""
        return repeated_counts(self.mean / self.days, self.between, self.within, self.days)

    def chronic_share(self) -> float:
        """Share of people at the line or above in a window."""
        return float(self.counts().joint[self.line :].sum())

    def persistence(self) -> float:
        """Of those at the line or above in one window, the share that is so in another."""
        return persistence(self.counts(), self.line)

    def crossing(self, windows: int = 1) -> float:
        """Of those below the line in one window, the share at the line or above in one of the next `windows`."""
        return crossing(self.counts(), self.line, windows)

    def risk_ratio(self, from_days: int) -> float:
        """Risk of crossing for those with at least `from_days` below the line, over that of those with fewer."""
        joint = self.counts().joint
        more, fewer = joint[from_days : self.line], joint[:from_days]
        return float((more[:, self.line :].sum() / more.sum()) / (fewer[:, self.line :].sum() / fewer.sum()))

    def next_window(self, bands: Sequence[int]) -> pd.DataFrame:
        """What another window shows, by days in the first.

        Parameters
        ----------
        bands : sequence of int
            First day of each band, rising; the last band ends with the window.

        Returns
        -------
        DataFrame
            days (band, in order), share (of people), mean_first and mean_next (days), chronic_next (share at the line
            or above in the other window).
        """
        joint, at = self.counts().joint, np.arange(self.days + 1)
        ends = [*bands[1:], self.days + 1]
        slices = [joint[low:high] for low, high in zip(bands, ends, strict=True)]
        names = [f"{low}-{high - 1}" if high - low > 1 else f"{low}" for low, high in zip(bands, ends, strict=True)]
        whole = np.array([part.sum() for part in slices])
        first = [part.sum(axis=1) @ at[low:high] for part, low, high in zip(slices, bands, ends, strict=True)]
        return pd.DataFrame(
            {
                "days": pd.Categorical(names, names, ordered=True),
                "share": whole,
                "mean_first": first / whole,
                "mean_next": [part.sum(axis=0) @ at for part in slices] / whole,
                "chronic_next": [part[:, self.line :].sum() for part in slices] / whole,
            }
        )

    def simulate(self, people: int, windows: int, seed: int) -> np.ndarray:
        """Days of simulated people, shape (people, windows), the same for the same seed."""
        rng = np.random.default_rng(seed)
        share = self.mean / self.days
        level = rng.beta(share * self.between, (1 - share) * self.between, people)[:, None]
        level = np.broadcast_to(level, (people, windows)).clip(1e-12, 1 - 1e-12)
        if np.isfinite(self.within):
            level = rng.beta(level * self.within, (1 - level) * self.within)
        return rng.binomial(self.days, level)


def calibrate_headache_days(
    mean: float, chronic_share: float, persistence: float | None = None, *, days: int = 30, line: int = 15
) -> HeadacheDays:
    """The model that has this mean and share at the line or above, and, if given, this persistence.

    Parameters
    ----------
    mean : float
        Mean headache days in a window.
    chronic_share : float
        Share of people at `line` or above, between 0 and 1.
    persistence : float, optional
        Share of those at the line or above who are so in another window. Without it, variation between a person's
        windows is binomial alone.
    days, line : int
        As in `HeadacheDays`.

    Raises
    ------
    SpecError
        When no such model exists; the message says what the mean and the share allow.

    Notes
    -----
    As windows are exchangeable, as many people cross upwards as downwards, whatever K and M are:
    crossing = chronic_share (1 - persistence) / (1 - chronic_share).
    """
    start = HeadacheDays(mean, 1.0, days=days, line=line)
    binomial = _with_share(start, chronic_share)
    if persistence is None:
        return binomial
    if not chronic_share < persistence < binomial.persistence():
        raise SpecError(
            f"persistence = {persistence:g} is out of reach: with {mean:g} days on average and {chronic_share:.3g} at "
            f"the line or above it lies between {chronic_share:.3g} and {binomial.persistence():.3g}."
        )

    def beyond(log_within: float) -> float:
        model = _with_share(replace(start, within=float(np.exp(log_within))), chronic_share, lowest=True)
        return (chronic_share if model.between == BETWEEN[1] else model.persistence()) - persistence

    return _with_share(replace(start, within=float(np.exp(brentq(beyond, *np.log(WITHIN))))), chronic_share)


def _with_share(model: HeadacheDays, share: float, lowest: bool = False) -> HeadacheDays:
    """The model with K such that `share` is at the line or above; with `lowest`, the largest K where all give more."""

    def beyond(log_between: float) -> float:
        return replace(model, between=float(np.exp(log_between))).chronic_share() - share

    low, high = np.log(BETWEEN)
    at_low, at_high = beyond(low), beyond(high)
    if at_high > 0 and lowest:
        return replace(model, between=BETWEEN[1])
    if at_low < 0 or at_high > 0:
        raise SpecError(
            f"{share:.3g} at {model.line} days or above is out of reach with {model.mean:g} days on average: "
            f"{at_high + share:.3g} to {at_low + share:.3g} can be."
        )
    return replace(model, between=float(np.exp(brentq(beyond, low, high))))
