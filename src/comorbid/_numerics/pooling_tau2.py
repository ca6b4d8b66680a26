"""Between-study variance: estimators and its Q-profile interval; arrays as in `pooling`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtri

from comorbid._numerics.pooling import WeightedFit, orthonormal, trace_p, trace_pp, weighted_fit
from comorbid.errors import ConvergenceError

MAX_STEPS = 2000
TINY = 4 * np.finfo(float).eps


def dersimonian_laird(y: np.ndarray, v: np.ndarray, x: np.ndarray) -> float:
    """(Q - (k - p)) / trace(P), at least 0.

    Source: DerSimonian & Laird, Control Clin Trials 1986;7:177-88, doi:10.1016/0197-2456(86)90046-2.
    """
    x = orthonormal(x)
    common = weighted_fit(y, v, x)
    return max(0.0, (common.q - (len(y) - x.shape[1])) / trace_p(common, x))


def paule_mandel(y: np.ndarray, v: np.ndarray, x: np.ndarray) -> float:
    """The tau2 at which Q(tau2) equals its expectation, k - p; 0 when Q is below it from the start.

    Source: Paule & Mandel, J Res Natl Bur Stand 1982;87:377-85, doi:10.6028/jres.087.022.
    """
    return _where_q_is(len(y) - x.shape[1], y, v, x)


def q_profile(y: np.ndarray, v: np.ndarray, x: np.ndarray, conf_level: float) -> tuple[float, float]:
    """The tau2 at which Q(tau2) equals the upper and lower chi-square quantiles on k - p degrees of freedom.

    A limit that would lie below 0 is 0. Source: Viechtbauer, Stat Med 2007;26:37-52, doi:10.1002/sim.2514.
    """
    df, tail = len(y) - x.shape[1], (1 - conf_level) / 2
    if df < 1:
        return float("nan"), float("nan")
    return _where_q_is(float(chdtri(df, tail)), y, v, x), _where_q_is(float(chdtri(df, 1 - tail)), y, v, x)


def _where_q_is(target: float, y: np.ndarray, v: np.ndarray, x: np.ndarray) -> float:
    """Root of the decreasing Q(tau2) - target; 0 when Q(0) lies below it."""

    def excess(tau2: float) -> float:
        return weighted_fit(y, v, x, tau2).q - target

    if excess(0.0) <= 0:
        return 0.0
    upper = float(np.var(y) + v.max())
    while excess(upper) > 0:
        upper *= 4
    return float(brentq(excess, 0.0, upper, xtol=TINY * upper * 1e-8, rtol=TINY, maxiter=MAX_STEPS))


def restricted_likelihood(y: np.ndarray, v: np.ndarray, x: np.ndarray) -> float:
    """tau2 that maximises the restricted likelihood (REML), at least 0.

    Source: Viechtbauer, J Educ Behav Stat 2005;30:261-93, doi:10.3102/10769986030003261.
    """
    return _scored(y, v, x, restricted=True)


def maximum_likelihood(y: np.ndarray, v: np.ndarray, x: np.ndarray) -> float:
    """tau2 that maximises the likelihood, at least 0; biased downwards when studies are few."""
    return _scored(y, v, x, restricted=False)


def log_likelihood(y: np.ndarray, v: np.ndarray, x: np.ndarray, tau2: float, restricted: bool = True) -> float:
    """Log likelihood up to a constant: -1/2 (sum log(v + tau2) + log |X' W X| + Q), without the middle for ML."""
    fit = weighted_fit(y, v, x, tau2)
    middle = -np.linalg.slogdet(fit.covariance)[1] if restricted else 0.0
    return float(-0.5 * (np.log(v + tau2).sum() + middle + fit.q))


def _scored(y: np.ndarray, v: np.ndarray, x: np.ndarray, restricted: bool) -> float:
    """Fisher scoring from the Paule-Mandel value, kept at or above 0; 0 itself where the likelihood is higher there."""

    def likelihood(tau2: float) -> float:
        return log_likelihood(y, v, x, tau2, restricted)

    x = orthonormal(x)
    tau2 = paule_mandel(y, v, x) or float(np.mean(v)) / 10
    for _ in range(MAX_STEPS):
        step = _step(weighted_fit(y, v, x, tau2), x, restricted)
        after = _risen(likelihood, tau2, step)
        if abs(after - tau2) <= 1e-14 * (after + float(v.min())):
            return after if likelihood(after) >= likelihood(0.0) else 0.0
        tau2 = after
    raise ConvergenceError(f"tau2 did not converge in {MAX_STEPS} steps; try method='paule-mandel'.")


def _step(fit: WeightedFit, x: np.ndarray, restricted: bool) -> float:
    """Score over expected information, the factor one half cancelled."""
    squares = float(np.sum((fit.weights * fit.residuals) ** 2))
    if restricted:
        return (squares - trace_p(fit, x)) / trace_pp(fit, x)
    return (squares - float(fit.weights.sum())) / float(np.sum(fit.weights**2))


def _risen(likelihood: Callable[[float], float], tau2: float, step: float) -> float:
    """The end of the step, halved until the likelihood does not fall by more than rounding."""
    before = likelihood(tau2)
    for _ in range(50):
        after = max(tau2 + step, 0.0)
        if likelihood(after) >= before - 1e-13 * max(1.0, abs(before)):
            return after
        step /= 2
    return tau2


ESTIMATORS: dict[str, Callable[[np.ndarray, np.ndarray, np.ndarray], float]] = {
    "common": lambda y, v, x: 0.0,
    "dersimonian-laird": dersimonian_laird,
    "paule-mandel": paule_mandel,
    "reml": restricted_likelihood,
    "ml": maximum_likelihood,
}
