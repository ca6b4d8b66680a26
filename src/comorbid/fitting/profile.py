"""Profile-likelihood intervals and tests of the coefficients, plain or penalised, without a design."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc, chdtri

from comorbid._numerics.firth import FirthResult
from comorbid._numerics.likelihood import Likelihood, climb, profile_drop, profile_limits
from comorbid.errors import SpecError
from comorbid.fitting.matrix import design_matrix, getter
from comorbid.fitting.prepare import scale_to_mean_one

if TYPE_CHECKING:
    from comorbid.fitting.fit import LogisticFit


def likelihood_of(fit: LogisticFit) -> Likelihood:
    """The likelihood that a fit climbed, by covariate pattern, with weights scaled to mean 1 over its people."""
    cells, read = fit.cells, getter(fit.cells)
    weight, first = cells.table.weight * scale_to_mean_one(cells), fit.first
    design = design_matrix(fit.columns, read, cells.table.n_patterns)[first]
    total = np.bincount(fit.group, weights=weight)
    events = np.bincount(fit.group, weights=weight * cells.present(fit.spec.outcome))
    offset = read(fit.spec.offset)[first] if fit.spec.offset else np.zeros(len(first))
    return Likelihood(design, events, total, offset, isinstance(fit.result, FirthResult))


def profiled(fit: LogisticFit, conf_level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Limits, shape (k, 2), signed root of the likelihood ratio against 0 and its p-value, shape (k,).

    Raises
    ------
    SpecError
        When the cohort has a design: its weights make no likelihood.
    """
    if fit.cells.clusters.sampling != "none":
        raise SpecError(
            "interval = 'profile' needs a likelihood, which a survey design does not give; take interval = 'wald', "
            "or the cohort without its design: cohort.with_design(None)."
        )
    likelihood = likelihood_of(fit)
    peak = climb(likelihood, fit.coefficients)
    errors = np.sqrt(np.diag(fit.covariance))
    half = float(chdtri(1, 1 - conf_level)) / 2
    limits = [profile_limits(likelihood, peak, j, half, error) for j, error in enumerate(errors)]
    drops = np.array([profile_drop(likelihood, peak, j) for j in range(len(errors))])
    drops = np.maximum(drops, 0.0)
    return np.array(limits), np.sign(fit.coefficients) * np.sqrt(drops), chdtrc(1, drops)
