"""Do small studies say something else? Regression and rank tests, and trim and fill; arrays as in `pooling`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from comorbid._numerics.intervals import two_sided_p
from comorbid._numerics.pooling import weighted_fit
from comorbid.errors import ConvergenceError

MOST_ROUNDS = 100


@dataclass(frozen=True, slots=True)
class AsymmetryTest:
    """slope with its standard error; statistic slope / std_error on df degrees of freedom, and its p_value.

    limit, limit_error : estimate of a study of infinite size, and its standard error
    """

    slope: float
    std_error: float
    statistic: float
    df: float
    p_value: float
    limit: float
    limit_error: float


@dataclass(frozen=True, slots=True)
class Filled:
    """missing : number of studies that the funnel lacks, with its standard error; side : "left" or "right"

    y, v : estimates and variances added, shape (missing,)
    p_value : that none is missing; of R0 only
    """

    missing: int
    std_error: float
    side: str
    y: np.ndarray
    v: np.ndarray
    p_value: float


def regression_test(y: np.ndarray, predictor: np.ndarray, weights: np.ndarray) -> AsymmetryTest:
    """Weighted regression of estimates on a measure of size, with the residual variance estimated; t on k - 2."""
    x = np.column_stack([np.ones(len(y)), predictor])
    fit = weighted_fit(y, 1 / weights, x)
    df = len(y) - 2
    error = np.sqrt(np.diag(fit.covariance) * fit.q / df)
    statistic = fit.coefficients[1] / error[1]
    p_value = float(two_sided_p(np.array(statistic), df))
    return AsymmetryTest(fit.coefficients[1], error[1], statistic, df, p_value, fit.coefficients[0], error[0])


def egger(y: np.ndarray, v: np.ndarray) -> AsymmetryTest:
    """Estimates on their standard errors, weights 1 / v.

    Source: Egger and others, BMJ 1997;315:629-34, doi:10.1136/bmj.315.7109.629.
    """
    return regression_test(y, np.sqrt(v), 1 / v)


def peters(y: np.ndarray, cells: np.ndarray) -> AsymmetryTest:
    """Log odds ratios on 1 / n, weights 1 / (1 / events + 1 / non-events).

    Source: Peters and others, JAMA 2006;295:676-80, doi:10.1001/jama.295.6.676.
    """
    events, others = cells[:, [0, 2]].sum(axis=1), cells[:, [1, 3]].sum(axis=1)
    return regression_test(y, 1 / cells.sum(axis=1), 1 / (1 / events + 1 / others))


def begg(y: np.ndarray, v: np.ndarray) -> tuple[float, float]:
    """Kendall's tau of estimates, standardised about the common effect, with their variances, and its p-value.

    Source: Begg & Mazumdar, Biometrics 1994;50:1088-101, doi:10.2307/2533446.
    """
    from scipy.stats import kendalltau  # loads slowly, and is wanted seldom

    common = weighted_fit(y, v, np.ones((len(y), 1)))
    standardised = common.residuals / np.sqrt(v - 1 / common.weights.sum())
    ties = len(np.unique(standardised)) < len(y) or len(np.unique(v)) < len(y)
    found = kendalltau(standardised, v, method="asymptotic" if ties or len(y) >= 50 else "exact")
    return float(found.statistic), float(found.pvalue)


def trim_and_fill(
    y: np.ndarray,
    v: np.ndarray,
    tau2_of: Callable[[np.ndarray, np.ndarray, np.ndarray], float],
    estimator: str,
    side: str | None = None,
) -> Filled:
    """Studies that a symmetric funnel would have and this one lacks.

    Parameters
    ----------
    tau2_of : callable
        Between-study variance of estimates y, v, x.
    estimator : {"L0", "R0"}
    side : {"left", "right"}, optional
        Where studies are missing; by default where a regression on the standard error says.

    Raises
    ------
    ConvergenceError

    Notes
    -----
    Source: Duval & Tweedie, J Am Stat Assoc 2000;95:89-98, doi:10.2307/2669529.
    """

    def mean(some_y: np.ndarray, some_v: np.ndarray) -> float:
        ones = np.ones((len(some_y), 1))
        return float(weighted_fit(some_y, some_v, ones, tau2_of(some_y, some_v, ones)).coefficients[0])

    side = side or _lacking_side(y, v, tau2_of)
    sign = -1.0 if side == "right" else 1.0
    order = np.argsort(sign * y, kind="stable")
    sorted_y, sorted_v = sign * y[order], v[order]
    missing, error, centre = _settle(sorted_y, sorted_v, mean, estimator)
    last = slice(len(y) - missing, len(y))
    p_value = 0.5 ** (missing + 1) if estimator == "R0" else float("nan")
    return Filled(missing, error, side, sign * (2 * centre - sorted_y[last]), sorted_v[last], p_value)


def _lacking_side(y: np.ndarray, v: np.ndarray, tau2_of: Callable[..., float]) -> str:
    x = np.column_stack([np.ones(len(y)), np.sqrt(v)])
    return "right" if weighted_fit(y, v, x, tau2_of(y, v, x)).coefficients[1] < 0 else "left"


def _settle(
    y: np.ndarray, v: np.ndarray, mean: Callable[[np.ndarray, np.ndarray], float], estimator: str
) -> tuple[int, float, float]:
    """Number trimmed from the right end, its standard error, and the centre of the rest, once they stand still."""
    k, missing = len(y), 0
    for _ in range(MOST_ROUNDS):
        before = missing
        centre = mean(y[: k - before], v[: k - before])
        count, error = _count(y - centre, estimator)
        missing = max(0, round(count))
        if missing == before:
            return missing, error, centre
    raise ConvergenceError("trim and fill goes to and fro; name the side, or take the other estimator.")


def _count(centred: np.ndarray, estimator: str) -> tuple[float, float]:
    """Unrounded number of missing studies by R0 or L0, and its standard error."""
    k = len(centred)
    ranks = np.empty(k)
    ranks[np.argsort(np.abs(centred), kind="stable")] = np.arange(1, k + 1)
    if estimator == "R0":
        count = float(k - max(ranks[centred < 0], default=0.0) - 1)
        return count, float(np.sqrt(2 * max(0.0, count) + 2))
    count = (4 * ranks[centred > 0].sum() - k * (k + 1)) / (2 * k - 1)
    return count, float(4 * np.sqrt(_rank_sum_variance(k, count)) / (2 * k - 1))


def _rank_sum_variance(k: int, n: float) -> float:
    own = k * (k + 1) * (2 * k + 1) + 10 * n**3 + 27 * n**2 + 17 * n
    return float((own - 18 * k * n**2 - 18 * k * n + 6 * k**2 * n) / 24)
