"""Directly standardised proportions, from weights by pattern, with their influence values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Standardised:
    """Indicators of q proportions, and who counts for them, by pattern, with the band of each pattern.

    p = sum_k share_k p_k, p_k the weighted share of `present` among `known` in band k.

    present, known : ndarray of float, shape (P, q); present only where known
    band : ndarray of float, shape (P, K), indicators
    share : ndarray of shape (K,), of each band in the standard population, summing to 1
    """

    present: np.ndarray
    known: np.ndarray
    band: np.ndarray
    share: np.ndarray

    def by_band(self, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Prevalence and weight of each band, shape (m, K, q), from weights of shape (m, P)."""
        within = weight[:, None, :] * self.band.T
        with np.errstate(invalid="ignore", divide="ignore"):
            base = within @ self.known
            return (within @ self.present) / base, base

    def __call__(self, weight: np.ndarray) -> np.ndarray:
        """Standardised proportions, shape (m, q)."""
        return np.tensordot(self.by_band(weight)[0], self.share, axes=([1], [0]))

    def influence(self, weight: np.ndarray) -> np.ndarray:
        """Shape (P, q)."""
        p, base = (part[0] for part in self.by_band(weight[None]))
        here = self.band.argmax(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            z = self.share[here, None] * (self.present - p[here]) / base[here]
        return np.where(self.known > 0, z, 0.0)
