"""A logistic model fitted anew with each replicate's weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from comorbid._numerics.logistic import fit_logistic_patterns
from comorbid._numerics.replicates import replicate_covariance, replicate_weights
from comorbid.errors import ComorbidError, ConvergenceError, DesignError
from comorbid.fitting.fit import LogisticFit
from comorbid.fitting.matrix import design_matrix, getter


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
    `fit_logistic` gives by itself differs in the third digit or later.
    """
    replication = fit.cells.clusters.replication
    if replication is None:
        raise DesignError("the model's design has no replicates; see `Cohort.with_replicates` and `SurveyDesign`.")
    estimates = _refitted(fit, np.flatnonzero(replication.rscales > 0))
    everything = np.tile(fit.coefficients, (len(replication.rscales), 1))
    everything[replication.rscales > 0] = estimates
    return replace(fit, covariance=replicate_covariance(everything, fit.coefficients, replication))


def _refitted(fit: LogisticFit, replicates: np.ndarray) -> np.ndarray:
    """Coefficients in each replicate, shape (R, k)."""
    read = getter(fit.cells)
    design = design_matrix(fit.columns, read, fit.cells.table.n_patterns)[fit.first]
    offset = read(fit.spec.offset)[fit.first] if fit.spec.offset else None
    weights = replicate_weights(fit.cells.table, fit.cells.clusters)[:, replicates]
    outcome = fit.cells.present(fit.spec.outcome)
    estimates, failed = np.empty((len(replicates), design.shape[1])), 0
    for r, weight in enumerate(weights.T):
        total = np.bincount(fit.group, weights=weight, minlength=len(design))
        events = np.bincount(fit.group, weights=weight * outcome, minlength=len(design))
        try:
            estimates[r] = fit_logistic_patterns(design, events, total, offset).coefficients
        except (ComorbidError, np.linalg.LinAlgError):
            failed += 1
    if failed:
        raise ConvergenceError(
            f"the model has no finite fit in {failed} of {len(replicates)} replicates: a level is too rare to be left "
            "partly out. Merge levels, or keep the linear replicate errors that fit_logistic gives."
        )
    return estimates
