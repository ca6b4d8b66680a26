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
    if cells.clusters.replication is not None:
        estimate = _estimator(present, known)
        return p, np.sqrt(reestimated_variances(estimate, cells.table, cells.clusters))
    return p, np.sqrt(variances(_influence(cells, present, known, p), cells.table, cells.clusters))


def shares_and_covariance(cells: Cells, present: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same with their covariance, shape (q, q)."""
    p = _shares(cells.table.weight, present, known)
    if cells.clusters.replication is not None:
        return p, reestimated_covariance(_estimator(present, known), cells.table, cells.clusters)
    return p, covariance(_influence(cells, present, known, p), cells.table, cells.clusters)


def _shares(weight: np.ndarray, present: np.ndarray, known: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return (weight @ present) / (weight @ known)


def _estimator(present: np.ndarray, known: np.ndarray) -> Estimator:
    return lambda weight: _shares(weight, present, known)


def _influence(cells: Cells, present: np.ndarray, known: np.ndarray, p: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(known, (present - p) / (cells.table.weight @ known), 0.0)
