"""Whether small studies say something else than large ones."""

from __future__ import annotations

import numpy as np
import pandas as pd

from comorbid._numerics import pooling_bias
from comorbid._numerics.pooling_tau2 import ESTIMATORS
from comorbid.errors import SpecError, require_known
from comorbid.pooling.model import RANDOM, Asked, Model, fit_model
from comorbid.pooling.rows import Scale, wald_rows
from comorbid.pooling.studies import Studies

FEWEST, ENOUGH = 3, 10
SIDES = ("left", "right")


def small_study_tests(studies: Studies, asked: Asked) -> pd.DataFrame:
    """Egger's regression, Peters' regression where there are cells of odds ratios, and Begg's rank correlation.

    Returns
    -------
    DataFrame
        test, estimate (slope; Kendall's tau for Begg), std_error, statistic, df, p_value, limit and limit_std_error
        (estimate of a study without sampling error, additive scale), k, note.

    Raises
    ------
    SpecError
        With fewer than three estimates, or several of one study.

    Notes
    -----
    A small p-value says that small studies differ, not why: selective publication is one reason, true differences
    between small and large studies another. Egger's test of odds ratios is too ready to reject, since the standard
    error depends on the estimate; Peters' is not. Source: Egger and others, BMJ 1997, doi:10.1136/bmj.315.7109.629;
    Peters and others, JAMA 2006, doi:10.1001/jama.295.6.676; Sterne and others, BMJ 2011, doi:10.1136/bmj.d4002.
    """
    _check(studies, asked)
    rows = [_regression("egger", pooling_bias.egger(studies.y, studies.v))]
    if studies.cells is not None and studies.measure == "odds_ratio":
        rows.append(_regression("peters", pooling_bias.peters(studies.y, studies.cells)))
    tau, p_value = pooling_bias.begg(studies.y, studies.v)
    rows.append({"test": "begg", "estimate": tau, "p_value": p_value})
    note = "" if studies.k >= ENOUGH else f"fewer than {ENOUGH} estimates: the test can hardly tell"
    return pd.DataFrame(rows).assign(k=studies.k, note=note)


def _check(studies: Studies, asked: Asked) -> None:
    if asked.method == "multilevel":
        raise SpecError("tests of small studies take estimates as independent; keep one estimate a study.")
    if studies.k < FEWEST:
        raise SpecError(f"{studies.k} estimates: tests of small studies need at least {FEWEST}.")


def _regression(name: str, found: pooling_bias.AsymmetryTest) -> dict[str, object]:
    return {
        "test": name,
        "estimate": found.slope,
        "std_error": found.std_error,
        "statistic": found.statistic,
        "df": found.df,
        "p_value": found.p_value,
        "limit": found.limit,
        "limit_std_error": found.limit_error,
    }


def trim_and_fill(studies: Studies, asked: Asked, estimator: str, side: str | None, exponentiate: bool) -> pd.DataFrame:
    """The pooled result after adding the studies that a symmetric funnel would have.

    Parameters
    ----------
    estimator : {"L0", "R0"}
        How their number is estimated.
    side : {"left", "right"}, optional
        Where they are missing; by default where the regression on the standard error says.

    Returns
    -------
    DataFrame
        study, type ("study", "filled", "summary" as observed, "adjusted" with the filled ones), measure, estimate,
        std_error, statistic, p_value, conf_low, conf_high, tau2 (of the last two), and in every row missing (how many
        were added), missing_std_error, missing_p_value (of "R0": that none is missing) and side.

    Raises
    ------
    SpecError
        For methods that are no weighted least squares, or with fewer than three estimates.
    ConvergenceError

    Notes
    -----
    A way to see how much an asymmetry could matter; the filled studies are not data, and true differences between small
    and large studies look the same. Source: Duval & Tweedie, J Am Stat Assoc 2000;95:89-98, doi:10.2307/2669529.
    """
    _check(studies, asked)
    if asked.method not in ("common", *RANDOM):
        raise SpecError(f"trim and fill needs a weighted mean; method={asked.method!r} is none. Pool with 'reml'.")
    require_known(estimator, ("L0", "R0"), "estimator")
    if side is not None:
        require_known(side, SIDES, "side")
    found = pooling_bias.trim_and_fill(studies.y, studies.v, ESTIMATORS[asked.method], estimator, side)
    filled = _with_filled(studies, found)
    model = fit_model(filled, np.ones((filled.k, 1)), asked.method, asked.test)
    scale = Scale.of(studies, exponentiate)
    before = fit_model(studies, np.ones((studies.k, 1)), asked.method, asked.test)
    own = wald_rows(scale, filled.y, np.sqrt(filled.v), asked.conf_level, np.inf)
    own = own.assign(study=filled.names, type=filled.frame["type"])
    rows = [
        own,
        _summary(before, scale, asked.conf_level, "Pooled", "summary"),
        _summary(model, scale, asked.conf_level, "Pooled with filled studies", "adjusted"),
    ]
    whole = pd.concat(rows, ignore_index=True)
    counted = {"missing": found.missing, "missing_std_error": found.std_error, "missing_p_value": found.p_value}
    return whole.assign(**counted, side=found.side)


def _summary(model: Model, scale: Scale, conf_level: float, name: str, kind: str) -> pd.DataFrame:
    errors = np.sqrt(np.diag(model.covariance))
    row = wald_rows(scale, model.coefficients, errors, conf_level, model.df)
    return row.assign(study=name, type=kind, tau2=np.nan if model.tau2 is None else model.tau2)


def _with_filled(studies: Studies, found: pooling_bias.Filled) -> Studies:
    names = [*studies.labels, *(f"Filled {at + 1}" for at in range(found.missing))]
    kinds = ["study"] * studies.k + ["filled"] * found.missing
    frame = pd.DataFrame({"study": names, "type": kinds})
    y, v = np.concatenate([studies.y, found.y]), np.concatenate([studies.v, found.v])
    return Studies(frame, studies.measure, y, v)
