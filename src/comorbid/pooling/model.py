"""One fitted model of study estimates, by whichever method: what the frames of `PooledEstimates` are made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from comorbid._numerics.pooling import (
    Heterogeneity,
    cochran,
    inconsistency,
    knapp_hartung_factor,
    typical_variance,
    weighted_fit,
)
from comorbid._numerics.pooling_multilevel import fit_multilevel
from comorbid._numerics.pooling_tables import mantel_haenszel, peto
from comorbid._numerics.pooling_tau2 import ESTIMATORS
from comorbid.errors import SpecError
from comorbid.pooling.studies import Studies

RANDOM = ("dersimonian-laird", "paule-mandel", "reml", "ml")
METHODS = ("common", *RANDOM, "mantel-haenszel", "peto", "multilevel")
TESTS = ("z", "t", "knapp-hartung", "knapp-hartung-adhoc")


@dataclass(frozen=True, slots=True)
class Asked:
    """How estimates are pooled: one of `METHODS`, one of `TESTS`, level of the intervals."""

    method: str
    test: str
    conf_level: float


@dataclass(frozen=True, slots=True)
class Model:
    """coefficients, covariance : shapes (p,) and (p, p); the covariance holds the factor of Knapp and Hartung

    weights : share of each estimate, in percent, shape (k,)
    tau2 : variance of true effects; the two parts are summed for a multilevel model, None where it is taken as absent
    parts : variance between studies and within them, of a multilevel model
    df : degrees of freedom of the tests; infinite for the normal distribution
    spread : Cochran's q and what follows from it
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    weights: np.ndarray
    tau2: float | None
    df: float
    spread: Heterogeneity
    parts: tuple[float, float] | None = None


def fit_model(studies: Studies, x: np.ndarray, method: str, test: str) -> Model:
    """The model of the studies with design matrix x by one of `METHODS`, tested by one of `TESTS`."""
    _check_test(method, test)
    if method in ("mantel-haenszel", "peto"):
        return _tables(studies, x, method)
    if method == "multilevel":
        return _multilevel(studies, x, test)
    return _univariate(studies.y, studies.v, x, method, test)


def _check_test(method: str, test: str) -> None:
    knapp = test.startswith("knapp-hartung")
    if knapp and method not in RANDOM:
        raise SpecError(
            f"test={test!r} widens the interval of a random-effects model; method={method!r} is none of them.\n"
            f"  Take test='z'{', or test=' + repr('t') if method == 'multilevel' else ''}."
        )
    if test == "t" and method != "multilevel":
        raise SpecError("test='t' belongs to method='multilevel'; others take 'z' or 'knapp-hartung'.")


def refit(y: np.ndarray, v: np.ndarray, x: np.ndarray, method: str, test: str) -> tuple[float, float]:
    """tau2 of some estimates, and the factor of Knapp and Hartung (1 where it is not used)."""
    tau2 = ESTIMATORS[method](y, v, x)
    if not test.startswith("knapp-hartung"):
        return tau2, 1.0
    return tau2, knapp_hartung_factor(weighted_fit(y, v, x, tau2), test == "knapp-hartung-adhoc")


def _univariate(y: np.ndarray, v: np.ndarray, x: np.ndarray, method: str, test: str) -> Model:
    k, p = x.shape
    if k <= p and method != "common":
        raise SpecError(f"{k} estimate is too few for method={method!r}: spread needs at least {p + 1}.")
    tau2, factor = refit(y, v, x, method, test)
    fit, common = weighted_fit(y, v, x, tau2), weighted_fit(y, v, x)
    spread = cochran(common.q, k - p)
    if method != "common":
        i2, h2 = inconsistency(tau2, typical_variance(v, x))
        spread = Heterogeneity(spread.q, spread.df, spread.p_value, float(i2), float(h2))
    df = np.inf if test == "z" else float(k - p)
    share = 100 * fit.weights / fit.weights.sum()
    return Model(fit.coefficients, factor * fit.covariance, share, None if method == "common" else tau2, df, spread)


def _tables(studies: Studies, x: np.ndarray, method: str) -> Model:
    if x.shape[1] > 1:
        raise SpecError(f"method={method!r} takes no moderators; meta-regression needs 'reml' or another.")
    assert studies.cells is not None, "read from cells"
    pooled = peto(studies.cells) if method == "peto" else mantel_haenszel(studies.cells, studies.measure)
    if not np.isfinite(pooled.estimate) or not pooled.variance > 0:
        raise SpecError("the tables have no finite pooled ratio: one kind of person has no event in any study.")
    q = pooled.q if pooled.q is not None else float(np.sum((studies.y - pooled.estimate) ** 2 / studies.v))
    covariance = np.array([[pooled.variance]])
    spread = cochran(q, studies.k - 1)
    return Model(np.array([pooled.estimate]), covariance, 100 * pooled.weights, None, np.inf, spread)


def _multilevel(studies: Studies, x: np.ndarray, test: str) -> Model:
    _, number = np.unique(np.array(studies.names), return_inverse=True)
    n_studies = int(number.max()) + 1
    if n_studies == studies.k or n_studies <= x.shape[1]:
        raise SpecError(
            f"method='multilevel' needs studies with several estimates, and more studies than coefficients; found "
            f"{n_studies} studies with {studies.k} estimates.\n  Take method='reml'."
        )
    fit = fit_multilevel(studies.y, studies.v, x, number)
    tau2 = fit.between + fit.within
    i2, h2 = inconsistency(tau2, typical_variance(studies.v, x))
    plain = cochran(fit.q, studies.k - x.shape[1])
    spread = Heterogeneity(plain.q, plain.df, plain.p_value, float(i2), float(h2))
    df = np.inf if test == "z" else float(n_studies - x.shape[1])
    parts = (fit.between, fit.within)
    return Model(fit.coefficients, fit.covariance, 100 * fit.weights, tau2, df, spread, parts)
