"""Weighted shares with their covariance: linearised, or estimated anew in each replicate where there are replicates."""

from __future__ import annotations

import numpy as np

from comorbid._numerics.linearise import covariance, variances
from comorbid._numerics.replicates import Estimator, reestimated_covariance, reestimated_variances
from comorbid.cells import Cells


def shares_and_errors(cells: Cells, present: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weighted shares of q indicators and their standard errors, each shape (q,).

    Parameters
    ----------
    cells : Cells
    present, known : ndarray of shape (P, q)
        Whether an indicator holds in a pattern, and whether it is known; a share is among those for whom it is known.

    Notes
    -----
    p = sum w y / sum w, influence (y - p) / sum w.
    """
    p = _shares(cells.table.weight, present, known)
    std_error = errors_of(cells, _estimator(present, known), _influence(cells, present, known, p))
    return p, np.where(np.isnan(p), np.nan, std_error)


def shares_and_covariance(cells: Cells, present: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same with their covariance, shape (q, q)."""
    p = _shares(cells.table.weight, present, known)
    if cells.clusters.replication is not None:
        return p, reestimated_covariance(_estimator(present, known), cells.table, cells.clusters)
    return p, covariance(_influence(cells, present, known, p), cells.table, cells.clusters)


def errors_of(cells: Cells, estimate: Estimator, influence: np.ndarray) -> np.ndarray:
    """Standard errors of q estimates, shape (q,).

    Parameters
    ----------
    cells : Cells
    estimate : function of weights by pattern, shape (m, P), to estimates, shape (m, q)
        Computed anew in each replicate, where the design has replicates.
    influence : ndarray of shape (P, q)
        Influence of a person with each pattern, per unit of weight; used where it has none.
    """
    if cells.clusters.replication is not None:
        return np.sqrt(reestimated_variances(estimate, cells.table, cells.clusters))
    return np.sqrt(variances(influence, cells.table, cells.clusters))


def _shares(weight: np.ndarray, present: np.ndarray, known: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return (weight @ present) / (weight @ known)


def _estimator(present: np.ndarray, known: np.ndarray) -> Estimator:
    return lambda weight: _shares(weight, present, known)


def _influence(cells: Cells, present: np.ndarray, known: np.ndarray, p: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(known, (present - p) / (cells.table.weight @ known), 0.0)
