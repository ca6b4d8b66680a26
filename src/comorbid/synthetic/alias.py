"""Drawing from many discrete distributions in constant time a draw, without a loop over draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Alias", "build_alias"]


@dataclass(frozen=True, slots=True)
class Alias:
    """Alias tables of several distributions, laid end to end.

    start, size : ndarray, shape (S,), where each distribution begins and how many outcomes it has
    accept : ndarray of float, shape (m,), probability of staying at a place of the table
    here, there : ndarray of int, shape (m,), outcome when one stays, and when one does not
    """

    start: np.ndarray
    size: np.ndarray
    accept: np.ndarray
    here: np.ndarray
    there: np.ndarray

    def draw(self, which: np.ndarray, uniform: np.ndarray) -> np.ndarray:
        """One outcome from distribution `which[i]` for each `uniform[i]` in [0, 1)."""
        place = uniform * self.size.take(which)
        whole = place.astype(np.intp)
        place -= whole
        whole += self.start.take(which)
        return np.where(place < self.accept.take(whole), self.here.take(whole), self.there.take(whole))


def build_alias(outcomes: Sequence[np.ndarray], weights: Sequence[np.ndarray]) -> Alias:
    """Alias tables for several distributions.

    Parameters
    ----------
    outcomes : sequence of ndarray of int, what each distribution draws
    weights : sequence of ndarray of float, not negative, in proportion to the probabilities

    Notes
    -----
    Source: Walker 1977, doi 10.1145/355744.355749; set up in linear time after Vose 1991, doi 10.1109/32.92917.
    """
    size = np.array([len(part) for part in outcomes])
    tables = [_table(part) for part in weights]
    start = np.cumsum(size) - size
    here = np.concatenate(outcomes).astype(np.intp)
    places = np.concatenate([there + first for (_, there), first in zip(tables, start, strict=True)])
    return Alias(start, size.astype(float), np.concatenate([accept for accept, _ in tables]), here, here[places])


def _table(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Acceptance probability and alias of each place of one distribution."""
    scaled = (weights * (len(weights) / weights.sum())).tolist()
    accept, there = [1.0] * len(scaled), list(range(len(scaled)))
    low = [place for place, value in enumerate(scaled) if value < 1]
    high = [place for place, value in enumerate(scaled) if value >= 1]
    while low and high:
        poor, rich = low.pop(), high.pop()
        accept[poor], there[poor] = scaled[poor], rich
        scaled[rich] -= 1 - scaled[poor]
        (low if scaled[rich] < 1 else high).append(rich)
    return np.array(accept), np.array(there, dtype=np.intp)
