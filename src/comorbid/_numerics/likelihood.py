"""Binomial log likelihood of covariate patterns, plain or penalised by Firth, climbed to its peak and profiled.

The penalised value is l(b) + log det A(b) / 2 with A = X' diag(t m (1 - m)) X, Jeffreys' prior. Its gradient is
X'(e - t m + h (1/2 - m)), where h_p = t_p m_p (1 - m_p) x_p' A^-1 x_p sums the leverages of the people in a pattern.
Source: Firth, Biometrika 1993;80:27-38, doi:10.1093/biomet/80.1.27; Heinze & Schemper, Stat Med 2002;21:2409-19,
doi:10.1002/sim.1047.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import cho_factor, cho_solve, solve_triangular

from comorbid.errors import ConvergenceError

MAX_STEPS = 500
DECREMENT = 1e-28
"""Newton decrement per person at which the climb ends; the penalised climb gains digits one by one."""


@dataclass(frozen=True, slots=True)
class Point:
    """A likelihood at some coefficients.

    coefficients, gradient : shape (k,)
    information : shape (k, k), expected information
    fitted, leverage : shape (P,), probability of the outcome; m (1 - m) x' A^-1 x of a person of weight 1
    log_likelihood : without the penalty
    value : what is maximised
    n_steps : steps that led here
    """

    coefficients: np.ndarray
    gradient: np.ndarray
    information: np.ndarray
    fitted: np.ndarray
    leverage: np.ndarray
    log_likelihood: float
    value: float
    n_steps: int = 0


@dataclass(frozen=True, slots=True)
class Likelihood:
    """What a climb needs to know.

    design : shape (P, k); events, total, offset : shape (P,); penalised : with Firth's penalty or without.
    """

    design: np.ndarray
    events: np.ndarray
    total: np.ndarray
    offset: np.ndarray
    penalised: bool

    def at(self, coefficients: np.ndarray) -> Point:
        linear = self.design @ coefficients + self.offset
        small = np.exp(-np.abs(linear))
        fitted = np.where(linear >= 0, 1.0, small) / (1.0 + small)
        spread = small / (1.0 + small) ** 2
        softplus = np.maximum(linear, 0) + np.log1p(small)
        log_likelihood = float(self.events @ linear - self.total @ softplus)
        information = self.design.T @ (self.design * (self.total * spread)[:, None])
        try:
            factor = np.linalg.cholesky(information)
        except np.linalg.LinAlgError:
            raise ConvergenceError("the information matrix is singular along the way of the likelihood.") from None
        leverage = spread * np.square(solve_triangular(factor, self.design.T, lower=True)).sum(axis=0)
        residual = self.events - self.total * fitted
        value = log_likelihood
        if self.penalised:
            residual = residual + self.total * leverage * (0.5 - fitted)
            value = log_likelihood + float(np.log(np.diag(factor)).sum())
        gradient = self.design.T @ residual
        return Point(coefficients, gradient, information, fitted, leverage, log_likelihood, value)


def climb(likelihood: Likelihood, start: np.ndarray, free: np.ndarray | None = None) -> Point:
    """The peak over the free coefficients; the others stay where `start` puts them.

    Parameters
    ----------
    likelihood : Likelihood
    start : ndarray of shape (k,)
    free : ndarray of int, optional
        Numbers of the coefficients that move; all of them without it.

    Raises
    ------
    ConvergenceError
        When the gradient does not vanish.
    """
    free = np.arange(len(start)) if free is None else free
    scale = likelihood.total.sum()
    here = likelihood.at(start)
    for n_steps in range(MAX_STEPS):
        gradient = here.gradient[free]
        step = cho_solve(cho_factor(here.information[np.ix_(free, free)]), gradient) if len(free) else gradient
        if gradient @ step / scale < DECREMENT:
            return replace(here, n_steps=n_steps)
        after = _advance(likelihood, here, free, step)
        if after is None:
            return replace(here, n_steps=n_steps)
        here = after
    raise ConvergenceError(
        f"the model did not converge in {MAX_STEPS} steps. Look for rare levels and for covariates on very different "
        "scales."
    )


def _advance(likelihood: Likelihood, here: Point, free: np.ndarray, step: np.ndarray) -> Point | None:
    """One step of at most 2 in any coefficient's own scale, halved while the value falls; None when nothing rises."""
    slack = 1e-13 * abs(here.value)
    size = float(np.abs(likelihood.design[:, free] @ step).max())
    step = step * min(1.0, 5.0 / max(size, 1e-300))
    for _ in range(40):
        trial = here.coefficients.copy()
        trial[free] += step
        try:
            after = likelihood.at(trial)
        except ConvergenceError:
            after = None
        if after is not None and after.value >= here.value - slack:
            return after
        step = step / 2
    return None


def profile_limits(likelihood: Likelihood, peak: Point, j: int, drop: float, std_error: float) -> tuple[float, float]:
    """The two values of coefficient j at which the profiled value lies `drop` below its peak.

    Parameters
    ----------
    drop : float
        Half the critical value of chi-square on one degree of freedom.
    std_error : float
        Wald standard error of the coefficient, to start from.
    """
    low, high = (_profile_root(likelihood, peak, j, drop, sign * std_error) for sign in (-1.0, 1.0))
    return low, high


def profile_drop(likelihood: Likelihood, peak: Point, j: int, value: float = 0.0) -> float:
    """Twice the fall of the profiled value when coefficient j is held at `value`: the likelihood ratio statistic."""
    return 2 * (peak.value - _held(likelihood, peak, j, value).value)


def _held(likelihood: Likelihood, near: Point, j: int, value: float) -> Point:
    start = near.coefficients.copy()
    start[j] = value
    return climb(likelihood, start, np.delete(np.arange(len(start)), j))


def _profile_root(likelihood: Likelihood, peak: Point, j: int, drop: float, std_error: float) -> float:
    """Newton steps on the profile, whose slope is entry j of the gradient, kept inside a bracket."""
    centre = peak.coefficients[j]
    inside, outside = centre, np.inf * np.sign(std_error)
    value = centre + np.sqrt(2 * drop) * std_error
    here = peak
    for _ in range(100):
        here = _held(likelihood, here, j, value)
        gap = here.value - peak.value + drop
        inside, outside = (value, outside) if gap > 0 else (inside, value)
        new = value - gap / here.gradient[j]
        if abs(new - value) < 1e-13 * max(1.0, abs(value)) or abs(gap) < 1e-15 * max(1.0, abs(peak.value)):
            return float(new)
        if not min(inside, outside) < new < max(inside, outside):
            new = value + 2 * (value - centre) if np.isinf(outside) else (inside + outside) / 2
        value = new
    return float(value)
