"""Firth's penalised logistic regression on patterns: finite where a level predicts the outcome perfectly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from comorbid._numerics.likelihood import Likelihood, climb
from comorbid._numerics.logistic import LogisticResult, inverse_information
from comorbid._numerics.rescaling import rescaling_of


@dataclass(frozen=True, slots=True)
class FirthResult(LogisticResult):
    """Root of the penalised score equations; `bread` is the inverse of the expected information there.

    leverage : shape (P,), m (1 - m) x' A^-1 x of a person whose scaled weight is 1.
    penalised_log_likelihood : log likelihood plus log det A / 2.
    """

    leverage: np.ndarray
    penalised_log_likelihood: float


def fit_firth_patterns(
    design: np.ndarray, events: np.ndarray, total: np.ndarray, offset: np.ndarray | None = None
) -> FirthResult:
    """Maximise the penalised likelihood over covariate patterns.

    Parameters
    ----------
    design : ndarray of shape (P, k), of full column rank
    events, total : ndarray of shape (P,)
        Weight of people with the outcome, and of all people. The penalty does not grow with the weights, so that their
        scale matters: give weights whose mean over people is 1.
    offset : ndarray of shape (P,), optional

    Returns
    -------
    FirthResult

    Raises
    ------
    ConvergenceError

    Notes
    -----
    Standard errors from `bread` are those of Heinze & Schemper, and of brglm2 with type "AS_mean"; software that
    inverts the augmented information, weights m (1 - m) (1 + h), gives smaller ones.
    """
    offset = np.zeros(len(total)) if offset is None else offset
    rescaling = rescaling_of(design, total)
    design = rescaling.rows(design)
    peak = climb(Likelihood(design, events, total, offset, penalised=True), np.zeros(design.shape[1]))
    inner = inverse_information(design, total * peak.fitted * (1 - peak.fitted))
    return FirthResult(
        rescaling.coefficients(peak.coefficients),
        rescaling.covariance(inner),
        peak.fitted,
        peak.log_likelihood,
        peak.n_steps,
        peak.leverage,
        peak.value + float(np.log(rescaling.scale).sum()),
        rescaling=rescaling,
        inner=inner,
    )
