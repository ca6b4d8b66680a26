"""Weighted logistic regression on patterns: Newton steps on the gradient.

All of it happens on centred and scaled columns, so that units and origins of covariates do not matter.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.linalg import cho_factor, cho_solve, solve_triangular

from comorbid._numerics.rescaling import Rescaling, rescaling_of
from comorbid.errors import ConvergenceError

MAX_STEPS = 50
WELL_CONDITIONED = 1e-4
"""Smallest eigenvalue of a scaled information matrix whose inverse by Cholesky is good to some twelve digits."""


@dataclass(frozen=True, slots=True)
class LogisticResult:
    """Root of the weighted score equations.

    coefficients : shape (k,), log odds.
    bread : shape (k, k), inverse of the weighted information at the coefficients.
    fitted : shape (P,), probability of the outcome in each pattern.
    log_likelihood : weighted log likelihood at the root (a pseudo-likelihood when weights are sampling weights).
    n_steps : Newton steps taken.
    rescaling : of the columns, for the arithmetic.
    inner : shape (k, k), the bread in terms of the rescaled columns.
    """

    coefficients: np.ndarray
    bread: np.ndarray
    fitted: np.ndarray
    log_likelihood: float
    n_steps: int
    rescaling: Rescaling = field(kw_only=True)
    inner: np.ndarray = field(kw_only=True)

    def influence(self, rows: np.ndarray, event: np.ndarray, fitted: np.ndarray) -> np.ndarray:
        """Influence on the coefficients, A^-1 x (y - m), per unit of the weight that was fitted with, shape (P, k).

        Parameters
        ----------
        rows : ndarray of shape (P, k)
            Design rows x of some people.
        event, fitted : ndarray of shape (P,)
            Their outcome y, 0 or 1, and its probability m.
        """
        return self.rescaling.coefficients((self.rescaling.rows(rows) @ self.inner) * (event - fitted)[:, None])


def fit_logistic_patterns(
    design: np.ndarray, events: np.ndarray, total: np.ndarray, offset: np.ndarray | None = None
) -> LogisticResult:
    """Maximise the weighted binomial likelihood over covariate patterns.

    Solves sum_p x_p (e_p - t_p m_p) = 0 with m = 1 / (1 + exp(-(x b + o))).

    Parameters
    ----------
    design : ndarray of shape (P, k)
        Row of the design matrix of each covariate pattern.
    events, total : ndarray of shape (P,)
        Weight of people with the outcome, and of all people, in each pattern; total above zero.
    offset : ndarray of shape (P,), optional

    Returns
    -------
    LogisticResult
        The information is computed at the final coefficients, not one step before them.

    Raises
    ------
    ConvergenceError
        When the gradient does not vanish, which separation or collinearity would cause; look for both beforehand.
    """
    offset = np.zeros(len(total)) if offset is None else offset
    rescaling = rescaling_of(design, total)
    design = rescaling.rows(design)
    scale = total.sum()
    coefficients = np.zeros(design.shape[1])
    fitted, value = _evaluate(design, events, total, offset, coefficients)
    for n_steps in range(1, MAX_STEPS + 1):
        gradient = design.T @ (events - total * fitted)
        step = _newton_step(design, total, fitted, gradient)
        decrement = gradient @ step / scale
        coefficients, fitted, value = _advance(design, events, total, offset, coefficients, step, value)
        if decrement < 1e-20:
            inner = inverse_information(design, total * fitted * (1 - fitted))
            outer = rescaling.coefficients(coefficients), rescaling.covariance(inner)
            return LogisticResult(*outer, fitted, value, n_steps, rescaling=rescaling, inner=inner)
    raise ConvergenceError(
        f"the model did not converge in {MAX_STEPS} Newton steps (Newton decrement {decrement:.2g}). "
        "Look for rare levels and for covariates on very different scales."
    )


def _evaluate(
    design: np.ndarray, events: np.ndarray, total: np.ndarray, offset: np.ndarray, coefficients: np.ndarray
) -> tuple[np.ndarray, float]:
    """Fitted probabilities and log likelihood; stable for large linear predictors of either sign."""
    linear = design @ coefficients + offset
    small = np.exp(-np.abs(linear))
    fitted = np.where(linear >= 0, 1.0, small) / (1.0 + small)
    softplus = np.maximum(linear, 0) + np.log1p(small)
    return fitted, float(events @ linear - total @ softplus)


def _newton_step(design: np.ndarray, total: np.ndarray, fitted: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    information = design.T @ (design * (total * fitted * (1 - fitted))[:, None])
    try:
        return cho_solve(cho_factor(information), gradient)
    except np.linalg.LinAlgError:
        raise ConvergenceError(
            "the information matrix is singular along the way; look for separation, and for terms that carry nearly "
            "the same information."
        ) from None


def inverse_information(design: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """(X' diag(w) X)^-1, shape (k, k); by QR decomposition of the rows where columns are close to dependent.

    Raises
    ------
    ConvergenceError
        When it is singular.
    """
    root = design * np.sqrt(weight)[:, None]
    gram = root.T @ root
    norm = np.sqrt(np.diag(gram))
    if not norm.min() > 0:
        raise ConvergenceError("the information matrix is singular at the root; look for separation.")
    if np.linalg.eigvalsh(gram / np.outer(norm, norm))[0] > WELL_CONDITIONED:
        return np.asarray(cho_solve(cho_factor(gram), np.eye(len(gram))))
    try:
        inverse = solve_triangular(np.linalg.qr(root / norm, mode="r"), np.eye(len(gram))) / norm[:, None]
    except np.linalg.LinAlgError:
        raise ConvergenceError("the information matrix is singular at the root; look for separation.") from None
    return np.asarray(inverse @ inverse.T)


def _advance(
    design: np.ndarray,
    events: np.ndarray,
    total: np.ndarray,
    offset: np.ndarray,
    coefficients: np.ndarray,
    step: np.ndarray,
    value: float,
) -> tuple[np.ndarray, np.ndarray, float]:
    """One Newton step, halved while it lowers the likelihood by more than rounding does."""
    slack = 1e-12 * abs(value)
    for _ in range(30):
        trial = coefficients + step
        fitted, new = _evaluate(design, events, total, offset, trial)
        if new >= value - slack:
            return trial, fitted, new
        step = step / 2
    raise ConvergenceError("the likelihood does not rise along the Newton direction; look for separation.")
