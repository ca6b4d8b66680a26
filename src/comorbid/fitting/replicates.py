"""A logistic model fitted anew with each replicate's weights."""

from __future__ import annotations

import numpy as np

from comorbid._numerics.batch import fit_batch
from comorbid._numerics.firth import fit_firth_patterns
from comorbid._numerics.logistic import fit_logistic_patterns
from comorbid._numerics.refit import UnitTotals, refit
from comorbid._numerics.replicates import replicate_weights, unit_weights
from comorbid._numerics.rescaling import rescaling_of
from comorbid.errors import ComorbidError, ConvergenceError
from comorbid.fitting.prepare import Prepared, scale_to_mean_one
from comorbid.spec import LogisticSpec


def replicate_coefficients(
    people: Prepared, spec: LogisticSpec, coefficients: np.ndarray, method: str
) -> np.ndarray | None:
    """Coefficients of a model fitted anew with each replicate's weights, shape (R, k); None without replicates.

    Parameters
    ----------
    people : Prepared
    spec : LogisticSpec
    coefficients : ndarray of shape (k,)
        Of the full sample; they stand for replicates that do not count.
    method : {"ml", "firth"}
        Replicates of a Firth fit scale their weights by the constant of the full sample, as R would.

    Raises
    ------
    ConvergenceError
        When the model has no finite fit in a replicate; the message counts them.
    """
    replication = people.cells.clusters.replication
    if replication is None:
        return None
    counted = np.flatnonzero(replication.rscales > 0)
    units = _unit_totals(people, spec, counted)
    if method == "firth":
        scale, everyone = scale_to_mean_one(people.cells), np.arange(len(counted))
        events, total = units.with_outcome(everyone) * scale, units.totals(everyone) * scale
        estimates = _firth_one_by_one(people.design, events, total, people.offset(spec))
    else:
        estimates = _maximum_likelihood(people.design, units, people.offset(spec), coefficients)
    require_all_replicates(estimates, 'take method="firth", ' if method == "ml" else "")
    everything = np.tile(coefficients, (len(replication.rscales), 1))
    everything[counted] = estimates
    return everything


def require_all_replicates(estimates: np.ndarray, way_out: str = "") -> None:
    """Raise when a model has no finite fit, so NaN in its row of the estimates, in some replicates.

    Raises
    ------
    ConvergenceError
        The message counts them.
    """
    failed = int(np.isnan(estimates).any(axis=1).sum())
    if failed:
        raise ConvergenceError(
            f"the model has no finite fit in {failed} of {len(estimates)} replicates: a level is too rare to be left "
            f"partly out. Merge levels, {way_out}or load the cohort with its strata and PSUs and no replicates."
        )


def _unit_totals(people: Prepared, spec: LogisticSpec, replicates: np.ndarray) -> UnitTotals:
    """People and events by covariate pattern: by sampled unit, or by replicate where their weights were given."""
    table, clusters = people.cells.table, people.cells.clusters
    outcome = people.cells.present(spec.outcome)
    assert clusters.replication is not None
    if clusters.replication.factors is None:
        weights = replicate_weights(table, clusters)[:, replicates]
        events, total = (np.add.reduceat(sums, people.first, axis=0) for sums in (weights * outcome[:, None], weights))
        return UnitTotals(events, total)
    events = unit_weights(table, clusters.n_units, people.group, outcome)
    total = unit_weights(table, clusters.n_units, people.group)
    return UnitTotals(events, total, clusters.replication.factors[:, replicates])


def _maximum_likelihood(
    design: np.ndarray, units: UnitTotals, offset: np.ndarray | None, coefficients: np.ndarray
) -> np.ndarray:
    """Steps from the full-sample fit; replicates that they leave start anew, together and then one by one."""
    scaling = rescaling_of(design, units.total.sum(axis=1))
    scaled, start = scaling.rows(design), scaling.scaled(coefficients)
    estimates = scaling.coefficients(refit(scaled, units, start, offset))
    left = np.flatnonzero(np.isnan(estimates).any(axis=1))
    if len(left) and offset is None:
        together = fit_batch(scaled, units.with_outcome(left), units.totals(left), start)
        estimates[left] = scaling.coefficients(together.coefficients)
        left = left[~together.converged]
    estimates[left] = _one_by_one(design, units.with_outcome(left), units.totals(left), offset)
    return estimates


def _one_by_one(design: np.ndarray, events: np.ndarray, total: np.ndarray, offset: np.ndarray | None) -> np.ndarray:
    """Coefficients of each column of weights, shape (R, k); NaN where there is no finite fit."""
    estimates = np.full((events.shape[1], design.shape[1]), np.nan)
    for r in range(events.shape[1]):
        here = total[:, r] > 0
        try:
            within = None if offset is None else offset[here]
            estimates[r] = fit_logistic_patterns(design[here], events[here, r], total[here, r], within).coefficients
        except (ComorbidError, np.linalg.LinAlgError):
            continue
    return estimates


def _firth_one_by_one(
    design: np.ndarray, events: np.ndarray, total: np.ndarray, offset: np.ndarray | None
) -> np.ndarray:
    """Penalised coefficients of each column of scaled weights, shape (R, k); NaN where columns become dependent."""
    estimates = np.full((events.shape[1], design.shape[1]), np.nan)
    for r in range(events.shape[1]):
        try:
            estimates[r] = fit_firth_patterns(design, events[:, r], total[:, r], offset).coefficients
        except (ComorbidError, np.linalg.LinAlgError):
            continue
    return estimates
