"""Profile-likelihood intervals and tests of the coefficients, plain or penalised, without a design."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import chdtrc, chdtri

from comorbid._numerics.firth import FirthResult
from comorbid._numerics.likelihood import Likelihood, climb, profile_drop, profile_limits
from comorbid._numerics.rescaling import Rescaling
from comorbid.errors import SpecError
from comorbid.fitting.fitted import LogisticModel
from comorbid.fitting.matrix import design_matrix, getter
from comorbid.fitting.prepare import scale_to_mean_one

FAR = 1e3
"""Spreads from zero at which a covariate makes the intercept an extrapolation that no profile can follow."""


def likelihood_of(fit: LogisticModel, rescaling: Rescaling) -> Likelihood:
    """The likelihood that a fit climbed, by covariate pattern, with weights scaled to mean 1 over its people.

    Its columns, hence its coefficients, are those of the rescaling.
    """
    cells, read = fit.cells, getter(fit.cells)
    weight, first = cells.table.weight * scale_to_mean_one(cells), fit.first
    design = design_matrix(fit.columns, read, cells.table.n_patterns)[first]
    total = np.bincount(fit.group, weights=weight)
    events = np.bincount(fit.group, weights=weight * cells.present(fit.spec.outcome))
    offset = read(fit.spec.offset)[first] if fit.spec.offset else np.zeros(len(first))
    design = rescaling.rows(design)
    return Likelihood(design, events, total, offset, isinstance(fit.result, FirthResult))


def profiled(fit: LogisticModel, conf_level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
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
    half = float(chdtri(1, 1 - conf_level)) / 2
    limits, drops = np.full((len(fit.columns), 2), np.nan), np.full(len(fit.columns), np.nan)
    centred = fit.result.rescaling
    _profile_into(limits, drops, fit, centred, _slopes(fit), half)
    plain = replace(centred, centre=np.zeros_like(centred.centre), scale=np.ones_like(centred.scale))
    if np.abs(centred.centre / centred.scale).max() < FAR:
        _profile_into(limits, drops, fit, plain, _intercepts(fit), half)
    return limits, np.sign(fit.coefficients) * np.sqrt(drops), chdtrc(1, drops)


def _profile_into(
    limits: np.ndarray, drops: np.ndarray, fit: LogisticModel, rescaling: Rescaling, numbers: list[int], half: float
) -> None:
    """Fill in the limits and drops of the numbered coefficients, found in terms of the rescaled columns."""
    likelihood, there = likelihood_of(fit, rescaling), rescaling.scaled(fit.coefficients)
    peak = climb(likelihood, there)
    for j in numbers:
        unit = rescaling.scale[j]
        error = float(np.sqrt(fit.covariance[j, j]) * unit)
        limits[j] = np.array(profile_limits(likelihood, peak, j, half, error)) / unit
        drops[j] = max(profile_drop(likelihood, peak, j), 0.0)


def _intercepts(fit: LogisticModel) -> list[int]:
    """Centring moves the intercept alone: it is profiled on the columns as they are, where it can be followed there."""
    return [j for j, column in enumerate(fit.columns) if not column.factors]


def _slopes(fit: LogisticModel) -> list[int]:
    return [j for j, column in enumerate(fit.columns) if column.factors]
