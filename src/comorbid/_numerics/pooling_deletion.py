"""What each study does to the pooled result: the fit without it, and its influence; arrays as in `pooling`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from comorbid._numerics.pooling import WeightedFit, hat_values, weighted_fit

Refit = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[float, float]]
"""tau2 of some studies (y, v, x), and the factor of Knapp and Hartung by which their covariance is multiplied."""


@dataclass(frozen=True, slots=True)
class Deletions:
    """coefficients : shape (k, p), without each study

    covariances : shape (k, p, p)
    tau2, q, factor : shape (k,), without each study
    """

    coefficients: np.ndarray
    covariances: np.ndarray
    tau2: np.ndarray
    q: np.ndarray
    factor: np.ndarray


@dataclass(frozen=True, slots=True)
class Influence:
    """All of shape (k,) but dfbetas, shape (k, p)."""

    residuals: np.ndarray
    dffits: np.ndarray
    cook: np.ndarray
    covariance_ratio: np.ndarray
    hat: np.ndarray
    dfbetas: np.ndarray
    influential: np.ndarray


def delete_each(y: np.ndarray, v: np.ndarray, x: np.ndarray, refit: Refit) -> Deletions:
    """The model without each study in turn, tau2 estimated anew."""
    found = []
    for at in range(len(y)):
        kept = np.arange(len(y)) != at
        found.append(_without(y[kept], v[kept], x[kept], refit))
    return Deletions(*(np.array(part) for part in zip(*found, strict=True)))


def _without(
    y: np.ndarray, v: np.ndarray, x: np.ndarray, refit: Refit
) -> tuple[np.ndarray, np.ndarray, float, float, float]:
    size = x.shape[1]
    if np.linalg.matrix_rank(x) < size:
        return np.full(size, np.nan), np.full((size, size), np.nan), np.nan, np.nan, np.nan
    tau2, factor = refit(y, v, x)
    fit = weighted_fit(y, v, x, tau2)
    return fit.coefficients, factor * fit.covariance, tau2, weighted_fit(y, v, x).q, factor


def influence(
    y: np.ndarray, v: np.ndarray, x: np.ndarray, fit: WeightedFit, covariance: np.ndarray, deleted: Deletions
) -> Influence:
    """Residuals by deletion, DFFITS, Cook's distances, covariance ratios, leverages and DFBETAS.

    A study counts as influential when |DFFITS| > 3 sqrt(p / (k - p)), when the chi-square probability of its Cook's
    distance exceeds one half, when its leverage exceeds 3 p / k, or when a DFBETAS exceeds 1 in size.

    Parameters
    ----------
    fit, covariance : of all studies, the covariance with Knapp and Hartung's factor where it is used
    deleted : from `delete_each`

    Notes
    -----
    Source: Viechtbauer & Cheung, Res Synth Methods 2010;1:112-25, doi:10.1002/jrsm.11.
    """
    k, p = x.shape
    hat = hat_values(fit, x)
    moved = fit.coefficients - deleted.coefficients
    shift = np.einsum("ij,ij->i", x, moved)
    around = np.einsum("ij,ijk,ik->i", x, deleted.covariances, x)
    spread = v + deleted.tau2
    residuals = (y - np.einsum("ij,ij->i", x, deleted.coefficients)) / np.sqrt(deleted.factor * spread + around)
    dffits = shift / np.sqrt(deleted.factor * hat * spread)
    cook = np.einsum("ij,jk,ik->i", moved, np.linalg.inv(covariance), moved)
    ratio = np.linalg.det(deleted.covariances) / np.linalg.det(covariance)
    dfbetas = moved / np.sqrt(deleted.factor[:, None] * _own_variances(v, x, deleted.tau2))
    return Influence(residuals, dffits, cook, ratio, hat, dfbetas, _stands_out(dffits, cook, hat, dfbetas, k, p))


def _own_variances(v: np.ndarray, x: np.ndarray, tau2: np.ndarray) -> np.ndarray:
    """Variances of the coefficients with all studies, at the tau2 found without each, shape (k, p)."""
    information = np.einsum("ij,ki,il->kjl", x, 1 / (v + tau2[:, None]), x)
    known = np.isfinite(tau2)
    found = np.full((len(tau2), x.shape[1]), np.nan)
    found[known] = np.diagonal(np.linalg.inv(information[known]), axis1=1, axis2=2)
    return found


def _stands_out(
    dffits: np.ndarray, cook: np.ndarray, hat: np.ndarray, dfbetas: np.ndarray, k: int, p: int
) -> np.ndarray:
    far = np.abs(dffits) > 3 * np.sqrt(p / (k - p))
    return far | (1 - chdtrc(p, cook) > 0.5) | (hat > 3 * p / k) | (np.abs(dfbetas) > 1).any(axis=1)
