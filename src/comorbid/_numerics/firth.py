"""Firth's penalised logistic regression on patterns: finite where a level predicts the outcome perfectly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from comorbid._numerics.likelihood import Likelihood, Point, climb
from comorbid._numerics.logistic import LogisticResult, inverse_information
from comorbid._numerics.rescaling import rescaling_of


@dataclass(frozen=True, slots=True)
class FirthResult(LogisticResult):
    """Root of the penalised score equations; `bread` is the inverse of the expected information A there.

    penalised_log_likelihood : log likelihood plus log det A / 2.
    curvature : shape (k, k), inverse of H, minus the second derivative of the penalised likelihood; rescaled columns.
    third : shape (k, k, k), T = sum w m (1 - m) (1/2 - m) x x x, half the derivative of A; rescaled columns.
    """

    penalised_log_likelihood: float
    curvature: np.ndarray
    third: np.ndarray

    def influence(self, rows: np.ndarray, event: np.ndarray, fitted: np.ndarray) -> np.ndarray:
        """Influence of a person on the coefficients, per unit of the weight that was fitted with, shape (P, k).

        The score sum w x (y - m + g (1/2 - m)), g = m (1 - m) x' A^-1 x, moves with the weight of a person by that
        person's own term and, since A grows by m (1 - m) x x', by -m (1 - m) T(., z, z) with z = A^-1 x. H^-1 turns the
        sum of both to coefficients. Arguments as in `LogisticResult.influence`.
        """
        rows = self.rescaling.rows(rows)
        z, spread = rows @ self.inner, fitted * (1 - fitted)
        score = event - fitted + spread * (z * rows).sum(axis=1) * (0.5 - fitted)
        moved = np.stack([((z @ plane) * z).sum(axis=1) for plane in self.third], axis=1)
        return self.rescaling.coefficients((rows * score[:, None] - moved * spread[:, None]) @ self.curvature)


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
    third = _third(design, total, peak)
    return FirthResult(
        rescaling.coefficients(peak.coefficients),
        rescaling.covariance(inner),
        peak.fitted,
        peak.log_likelihood,
        peak.n_steps,
        peak.value + float(np.log(rescaling.scale).sum()),
        np.linalg.inv(_bend(design, total, peak, inner, third)),
        third,
        rescaling=rescaling,
        inner=inner,
    )


def _third(design: np.ndarray, total: np.ndarray, peak: Point) -> np.ndarray:
    """T, sum of w m (1 - m) (1/2 - m) x x x, shape (k, k, k)."""
    weight = total * peak.fitted * (1 - peak.fitted) * (0.5 - peak.fitted)
    return np.stack([design.T @ (design * (weight * column)[:, None]) for column in design.T])


def _bend(design: np.ndarray, total: np.ndarray, peak: Point, inner: np.ndarray, third: np.ndarray) -> np.ndarray:
    """H, minus the derivative of the penalised score in the coefficients, shape (k, k).

    With v = m (1 - m): H = A + sum w g (3 v - 1/2) x x' + 2 T(A^-1 ., A^-1 ., .) contracted with T.
    """
    spread = peak.fitted * (1 - peak.fitted)
    weight = total * (spread + peak.leverage * (3 * spread - 0.5))
    turned = np.einsum("rab,as,bu->rsu", third, inner, inner, optimize=True)
    bend = design.T @ (design * weight[:, None]) + 2 * np.einsum("rsu,sut->rt", turned, third)
    return (bend + bend.T) / 2
