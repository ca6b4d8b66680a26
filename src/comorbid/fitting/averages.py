"""Averages of a model over its people: prevalence were everybody alike in something, and its slope; with covariance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from comorbid._numerics.linearise import covariance
from comorbid._numerics.replicates import replicate_weights
from comorbid.cells import Cells
from comorbid.fitting.fitted import FittedModel, LogisticModel
from comorbid.fitting.matrix import Getter, design_matrix, getter, replaced, slope_matrix
from comorbid.fitting.spread import Spread

UNCERTAINTY = ("unconditional", "conditional")


@dataclass(frozen=True, slots=True)
class Averages:
    """Weighted means over the people of a model.

    values : shape (L,)
    slopes : shape (L, k), derivatives in the coefficients
    each : function of coefficients, shape (k,), to what is averaged, shape (P, L)
    apart : shape (P, L), how far each pattern lies from the means
    """

    values: np.ndarray
    slopes: np.ndarray
    each: Callable[[np.ndarray], np.ndarray]
    apart: np.ndarray


def average_prevalence(fit: LogisticModel, scenarios: Sequence[Mapping[str, float]]) -> Averages:
    """Mean of P(y = 1 | x) with some variables set to a level, or value, for everybody; an empty mapping sets none."""
    read, share = getter(fit.cells), weight_share(fit.cells)
    matrices = [_design(fit, replaced(read, changes)) for changes in scenarios]

    def each(coefficients: np.ndarray) -> np.ndarray:
        return np.stack([expit(rows @ coefficients + offset) for rows, offset in matrices], axis=1)

    p = each(fit.coefficients)
    steep = share[:, None] * p * (1 - p)
    slopes = np.stack([steep[:, i] @ rows for i, (rows, _) in enumerate(matrices)])
    return Averages(share @ p, slopes, each, p - share @ p)


def average_slope(fit: LogisticModel, variable: str) -> Averages:
    """Mean of dP(y = 1 | x) / dv = p (1 - p) d(x b) / dv for a continuous variable v."""
    read, share = getter(fit.cells), weight_share(fit.cells)
    rows, offset = _design(fit, read)
    turned = slope_matrix(fit.columns, read, fit.cells.table.n_patterns, variable)

    def each(coefficients: np.ndarray) -> np.ndarray:
        p = expit(rows @ coefficients + offset)
        return np.asarray(p * (1 - p) * (turned @ coefficients))[:, None]

    p, steep = expit(rows @ fit.coefficients + offset), turned @ fit.coefficients
    spread = share * p * (1 - p)
    slopes = (spread * (1 - 2 * p) * steep) @ rows + spread @ turned
    found = each(fit.coefficients)
    return Averages(share @ found, slopes[None, :], each, found - share @ found)


def averages_spread(fit: FittedModel, averages: Averages, uncertainty: str) -> Spread:
    """Uncertainty of the means: by the delta method alone, or with the people as a sample and the covariance of both.

    With replicates they are computed anew: with each replicate's coefficients, and its weights unless people are fixed.
    """
    replication = fit.cells.clusters.replication
    if fit.replicates is None or replication is None:
        return Spread(averages.values, _linear_covariance(fit, averages, uncertainty))
    return Spread.of_replicates(averages.values, _replicated(fit, averages, uncertainty), replication)


def _replicated(fit: FittedModel, averages: Averages, uncertainty: str) -> np.ndarray:
    """The means in each replicate, shape (R, L)."""
    table, clusters = fit.cells.table, fit.cells.clusters
    assert fit.replicates is not None
    if uncertainty == "conditional":
        return np.array([weight_share(fit.cells) @ averages.each(b) for b in fit.replicates])
    weights = replicate_weights(table, clusters)
    shares = (weights / weights.sum(axis=0)).T
    return np.array([share @ averages.each(b) for share, b in zip(shares, fit.replicates, strict=True)])


def _linear_covariance(fit: FittedModel, averages: Averages, uncertainty: str) -> np.ndarray:
    table, clusters = fit.cells.table, fit.cells.clusters
    slopes = averages.slopes
    if uncertainty == "conditional":
        return fit.carried(slopes)
    sampled = averages.apart / table.weight.sum()
    if clusters.sampling == "none":
        return fit.carried(slopes) + covariance(sampled, table, clusters)
    return covariance(fit.influence @ slopes.T + sampled, table, clusters)


def weight_share(cells: Cells) -> np.ndarray:
    """Share of the weight that is in each pattern, shape (P,)."""
    return cells.table.weight / cells.table.weight.sum()


def _design(fit: LogisticModel, read: Getter) -> tuple[np.ndarray, np.ndarray | float]:
    """Rows of the design matrix and the offset by pattern."""
    rows = design_matrix(fit.columns, read, fit.cells.table.n_patterns)
    return rows, read(fit.spec.offset) if fit.spec.offset else 0.0
