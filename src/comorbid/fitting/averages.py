"""Averages of a model over its people: prevalence were everybody alike in something, and its slope; with covariance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from comorbid._numerics.linearise import covariance
from comorbid.fitting.matrix import Getter, design_matrix, getter, replaced, slope_matrix

if TYPE_CHECKING:
    from comorbid.fitting.fit import LogisticFit

UNCERTAINTY = ("unconditional", "conditional")


@dataclass(frozen=True, slots=True)
class Averages:
    """Weighted means over the people of a model.

    values : shape (L,)
    slopes : shape (L, k), derivatives in the coefficients
    apart : shape (P, L), how far each pattern lies from the means
    """

    values: np.ndarray
    slopes: np.ndarray
    apart: np.ndarray


def average_prevalence(fit: LogisticFit, scenarios: Sequence[Mapping[str, float]]) -> Averages:
    """Mean of P(y = 1 | x) with some variables set to a level, or value, for everybody; an empty mapping sets none."""
    read, share = getter(fit.cells), _share(fit)
    parts = []
    for changes in scenarios:
        rows, p = _predicted(fit, replaced(read, changes))
        parts.append((share @ p, (share * p * (1 - p)) @ rows, p - share @ p))
    values, slopes, apart = zip(*parts, strict=True)
    return Averages(np.array(values), np.array(slopes), np.stack(apart, axis=1))


def average_slope(fit: LogisticFit, variable: str) -> Averages:
    """Mean of dP(y = 1 | x) / dv = p (1 - p) d(x b) / dv for a continuous variable v."""
    read, share = getter(fit.cells), _share(fit)
    rows, p = _predicted(fit, read)
    turned = slope_matrix(fit.columns, read, fit.cells.table.n_patterns, variable)
    steep, spread = turned @ fit.coefficients, p * (1 - p)
    each = spread * steep
    slopes = (share * spread * (1 - 2 * p) * steep) @ rows + (share * spread) @ turned
    value = share @ each
    return Averages(np.array([value]), slopes[None, :], (each - value)[:, None])


def averages_covariance(fit: LogisticFit, averages: Averages, uncertainty: str) -> np.ndarray:
    """Covariance of the means: delta method alone, or with the people as a sample and the covariance of both."""
    table, clusters = fit.cells.table, fit.cells.clusters
    slopes = averages.slopes
    if uncertainty == "conditional":
        return _through_coefficients(fit, slopes)
    sampled = averages.apart / table.weight.sum()
    if clusters.sampling == "none":
        return _through_coefficients(fit, slopes) + covariance(sampled, table, clusters)
    return covariance(fit.influence @ slopes.T + sampled, table, clusters)


def _through_coefficients(fit: LogisticFit, slopes: np.ndarray) -> np.ndarray:
    """Delta method, g V g', by a way that keeps its digits when a covariate lies far from zero."""
    clusters = fit.cells.clusters
    if clusters.replication is not None:
        return slopes @ fit.covariance @ slopes.T
    if clusters.sampling == "none":
        turned = fit.result.rescaling.slopes(slopes)
        return turned @ fit.result.inner @ turned.T
    return covariance(fit.influence @ slopes.T, fit.cells.table, clusters)


def _share(fit: LogisticFit) -> np.ndarray:
    weight = fit.cells.table.weight
    return weight / weight.sum()


def _predicted(fit: LogisticFit, read: Getter) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the design matrix and predicted probabilities by pattern."""
    rows = design_matrix(fit.columns, read, fit.cells.table.n_patterns)
    linear = rows @ fit.coefficients + (read(fit.spec.offset) if fit.spec.offset else 0.0)
    return rows, 1 / (1 + np.exp(-linear))
