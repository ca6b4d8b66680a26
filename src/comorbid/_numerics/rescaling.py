"""Columns of a design matrix centred and scaled for arithmetic, and results turned back to the columns as given.

A covariate far from zero (a year, an identifier-like number) is nearly a multiple of the intercept, and one on a large
scale dwarfs the others: normal equations would lose a digit for every power of ten. The model is the same in any basis,
so it is fitted in one where each column has mean 0 and spread 1, X = S T^-1 with b = T c.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CONSTANT = 1e-13
"""A column whose spread is a smaller share of its size than this is rounding about a constant."""


@dataclass(frozen=True, slots=True)
class Rescaling:
    """Centred and scaled columns, (x - centre) / scale.

    centre, scale : ndarray of shape (k,); a column that is constant keeps centre 0.
    constant : number of the column that the others are centred against, or None when no column is constant.
    level : value of that column.
    """

    centre: np.ndarray
    scale: np.ndarray
    constant: int | None
    level: float = 1.0

    def rows(self, design: np.ndarray) -> np.ndarray:
        """Rows of a design matrix, shape (..., k), in this basis."""
        return (design - self.centre) / self.scale

    def coefficients(self, scaled: np.ndarray) -> np.ndarray:
        """Coefficients, or influence on them, shape (..., k), as of the columns given: c T'."""
        turned = scaled / self.scale
        if self.constant is not None:
            turned[..., self.constant] -= turned @ self.centre / self.level
        return turned

    def scaled(self, coefficients: np.ndarray) -> np.ndarray:
        """The inverse: coefficients of the columns given, shape (..., k), in this basis."""
        back = coefficients.copy()
        if self.constant is not None:
            back[..., self.constant] += coefficients @ self.centre / self.level
        return back * self.scale

    def slopes(self, given: np.ndarray) -> np.ndarray:
        """Derivatives in the coefficients of the columns given, shape (..., k), as derivatives in those here: g T."""
        turned = given.copy()
        if self.constant is not None:
            turned -= given[..., [self.constant]] * self.centre / self.level
        return turned / self.scale

    def covariance(self, scaled: np.ndarray) -> np.ndarray:
        """Covariance of coefficients, shape (..., k, k), as of the columns given: T C T'."""
        half = self.coefficients(scaled)
        return self.coefficients(np.swapaxes(half, -1, -2))


def rescaling_of(design: np.ndarray, weight: np.ndarray) -> Rescaling:
    """Centre and scale by which each column gets weighted mean 0 and spread 1.

    Parameters
    ----------
    design : ndarray of shape (P, k)
    weight : ndarray of shape (P,)
        Weight of each pattern, not below zero.

    Returns
    -------
    Rescaling
        Without a constant column nothing is centred.
    """
    share = weight / weight.sum()
    low, high = design.min(axis=0), design.max(axis=0)
    fixed = np.flatnonzero((low == high) & (low != 0))
    constant = int(fixed[0]) if len(fixed) else None
    centre = share @ design if constant is not None else np.zeros(design.shape[1])
    size = np.maximum(np.abs(low), np.abs(high))
    widest = np.maximum(np.abs(low - centre), np.abs(high - centre))
    flat = widest <= CONSTANT * size
    centre[flat] = 0.0
    widest = np.where(flat, np.where(size > 0, size, 1.0), widest)
    spread = widest * np.sqrt(share @ np.square((design - centre) / widest))
    spread = np.where(spread > 0, spread, widest)
    return Rescaling(centre, spread, constant, float(low[constant]) if constant is not None else 1.0)
