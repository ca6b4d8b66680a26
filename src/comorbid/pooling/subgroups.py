"""Each kind of study pooled alone, and a test that the kinds agree."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from comorbid._numerics.pooling import weighted_fit
from comorbid.errors import SpecError, require_known
from comorbid.pooling.design import levels_of
from comorbid.pooling.model import RANDOM, Asked, Model, fit_model
from comorbid.pooling.rows import Scale, wald_rows
from comorbid.pooling.studies import Studies

BETWEEN = "Between groups"


def pool_subgroups(
    studies: Studies, asked: Asked, by: str | None, exponentiate: bool, with_studies: bool
) -> pd.DataFrame:
    """Each kind of study pooled alone, with a tau2 of its own, and Cochran's test that the pooled estimates agree.

    Parameters
    ----------
    by : str
        Column of the frame that was pooled.
    exponentiate, with_studies : as in `tidy`

    Returns
    -------
    DataFrame
        The column `by`; study, type ("study", "summary", "test"), measure, estimate, std_error, statistic, p_value,
        conf_low, conf_high, weight, k, tau2, i2, q. The row of the test has chi-square in `statistic`, with
        `df_num`. A kind of one study stands as it is.

    Raises
    ------
    SpecError
        When `by` is not named, or has missing values or one kind.

    Notes
    -----
    For one tau2 over all kinds, give the column as a moderator. Source: Borenstein & Higgins, Prev Sci 2013;14:134-43,
    doi:10.1007/s11121-013-0377-7.
    """
    groups = _groups(studies, by)
    scale = Scale.of(studies, exponentiate)
    frames, models = [], []
    for group in levels_of(groups):
        chosen = studies.select(groups.astype(str).to_numpy() == group)
        model = _pooled_alone(chosen, asked)
        frames.append(_rows(chosen, model, scale, asked.conf_level, with_studies).assign(**{str(by): group}))
        models.append(model)
    frames.append(_test(models).assign(measure=scale.measure))
    whole = pd.concat(frames, ignore_index=True)
    return whole[[str(by), *(name for name in whole.columns if name != by)]]


def _groups(studies: Studies, by: str | None) -> pd.Series:
    if by is None:
        raise SpecError("name the column whose kinds are pooled apart: subgroups('population').")
    groups = studies.frame[require_known(by, map(str, studies.frame.columns), "column", "the frame")]
    if groups.isna().any() or groups.nunique() < 2:
        missing = int(groups.isna().sum())
        raise SpecError(f"`{by}` needs two kinds or more and no gap; {groups.nunique()} found, {missing} missing.")
    return groups


def _pooled_alone(chosen: Studies, asked: Asked) -> Model:
    """The model of one kind of study; a single study needs no spread, and a multilevel one only repeated studies."""
    method, test = asked.method, asked.test
    if chosen.k == 1 and method in RANDOM:
        method, test = "common", "z"
    return fit_model(chosen, np.ones((chosen.k, 1)), method, test)


def _rows(chosen: Studies, model: Model, scale: Scale, conf_level: float, with_studies: bool) -> pd.DataFrame:
    errors = np.sqrt(np.diag(model.covariance))
    summary = wald_rows(scale, model.coefficients, errors, conf_level, model.df)
    spread = {"tau2": model.tau2, "i2": model.spread.i2, "q": model.spread.q}
    summary = summary.assign(study="Pooled", type="summary", k=chosen.k, **spread)
    if not with_studies:
        return summary
    own = wald_rows(scale, chosen.y, np.sqrt(chosen.v), conf_level, np.inf)
    own = own.assign(study=chosen.labels, type="study", weight=model.weights, **chosen.counts)
    return pd.concat([own, summary], ignore_index=True)


def _test(models: list[Model]) -> pd.DataFrame:
    estimate = np.array([model.coefficients[0] for model in models])
    variance = np.array([model.covariance[0, 0] for model in models])
    q, df = weighted_fit(estimate, variance, np.ones((len(models), 1))).q, len(models) - 1
    row = {"study": BETWEEN, "type": "test", "statistic": q, "df_num": df, "p_value": float(chdtrc(df, q))}
    return pd.DataFrame([row])
