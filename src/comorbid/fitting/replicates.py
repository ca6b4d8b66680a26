"""A logistic model fitted anew with each replicate's weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from comorbid._numerics.batch import fit_batch
from comorbid._numerics.firth import fit_firth_patterns
from comorbid._numerics.logistic import fit_logistic_patterns
from comorbid._numerics.refit import UnitTotals, refit
from comorbid._numerics.replicates import replicate_covariance, replicate_weights, unit_weights
from comorbid._numerics.rescaling import rescaling_of
from comorbid.errors import ComorbidError, ConvergenceError, DesignError
from comorbid.fitting.fit import LogisticFit
from comorbid.fitting.matrix import design_matrix, getter
from comorbid.fitting.prepare import scale_to_mean_one


def replicate_fit(fit: LogisticFit) -> LogisticFit:
    """The same fit, with the covariance of its coefficients fitted anew in each replicate.

    Parameters
    ----------
    fit : LogisticFit
        Of a cohort whose design has replicates, given or made.

    Returns
    -------
    LogisticFit
        The same but for `covariance`. Its `influence` stays linear, so that margins and other functions of the model
        take their replicate errors to first order.

    Raises
    ------
    DesignError
        When the cohort's design has no replicates.
    ConvergenceError
        When the model has no finite fit in a replicate; the message counts them.

    Notes
    -----
    V = scale * sum_r rscales_r (b_r - centre)(b_r - centre)', as R `svyglm` on a replicate design. The linear form that
    `fit_logistic` gives by itself differs in the third digit or later. Replicates of a Firth fit scale their weights by
    the constant of the whole fit, as R would; there the two errors lie further apart, see `fit_logistic`.
    """
    replication = fit.cells.clusters.replication
    if replication is None:
        raise DesignError("the model's design has no replicates; see `Cohort.with_replicates` and `SurveyDesign`.")
    estimates = _refitted(fit, np.flatnonzero(replication.rscales > 0))
    everything = np.tile(fit.coefficients, (len(replication.rscales), 1))
    everything[replication.rscales > 0] = estimates
    return replace(fit, covariance=replicate_covariance(everything, fit.coefficients, replication))


def _refitted(fit: LogisticFit, replicates: np.ndarray) -> np.ndarray:
    """Coefficients in each replicate, shape (R, k): all at once, then those that need a closer look."""
    read = getter(fit.cells)
    design = design_matrix(fit.columns, read, fit.cells.table.n_patterns)[fit.first]
    offset = read(fit.spec.offset)[fit.first] if fit.spec.offset else None
    units = _unit_totals(fit, replicates)
    if fit.method == "firth":
        scale = scale_to_mean_one(fit.cells)
        everyone = np.arange(len(replicates))
        events, total = units.with_outcome(everyone), units.totals(everyone)
        estimates = _firth_one_by_one(design, events * scale, total * scale, offset)
    else:
        estimates = _maximum_likelihood(fit, design, units, offset)
    failed = int(np.isnan(estimates).any(axis=1).sum())
    if failed:
        raise ConvergenceError(
            f"the model has no finite fit in {failed} of {len(replicates)} replicates: a level is too rare to be left "
            "partly out. Merge levels, or keep the linear replicate errors that fit_logistic gives."
        )
    return estimates


def _unit_totals(fit: LogisticFit, replicates: np.ndarray) -> UnitTotals:
    """People and events by covariate pattern: by sampled unit, or by replicate where their weights were given."""
    table, clusters = fit.cells.table, fit.cells.clusters
    outcome = fit.cells.present(fit.spec.outcome)
    assert clusters.replication is not None
    if clusters.replication.factors is None:
        weights = replicate_weights(table, clusters)[:, replicates]
        events, total = (np.add.reduceat(sums, fit.first, axis=0) for sums in (weights * outcome[:, None], weights))
        return UnitTotals(events, total)
    events = unit_weights(table, clusters.n_units, fit.group, outcome)
    total = unit_weights(table, clusters.n_units, fit.group)
    return UnitTotals(events, total, clusters.replication.factors[:, replicates])


def _maximum_likelihood(
    fit: LogisticFit, design: np.ndarray, units: UnitTotals, offset: np.ndarray | None
) -> np.ndarray:
    """Steps from the full-sample fit; replicates that they leave start anew, together and then one by one."""
    scaling = rescaling_of(design, units.total.sum(axis=1))
    scaled, start = scaling.rows(design), scaling.scaled(fit.coefficients)
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
