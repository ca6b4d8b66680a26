"""The pooled result without each study, and the influence of each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from comorbid._numerics.pooling import weighted_fit
from comorbid._numerics.pooling_deletion import delete_each, influence
from comorbid.errors import SpecError
from comorbid.pooling.design import Design
from comorbid.pooling.model import RANDOM, Asked, Model, fit_model, refit
from comorbid.pooling.rows import Scale, wald_rows
from comorbid.pooling.studies import Studies


def leave_one_out(studies: Studies, asked: Asked, exponentiate: bool) -> pd.DataFrame:
    """The pooled result without each study in turn; a multilevel model leaves out all estimates of a study.

    Returns
    -------
    DataFrame
        study (left out), measure, estimate, std_error, statistic, p_value, conf_low, conf_high, tau2, i2, h2, q.

    Raises
    ------
    SpecError
        When fewer than three studies are there.
    """
    names = np.array(studies.names)
    omitted = list(dict.fromkeys(studies.names))
    if len(omitted) < 3:
        raise SpecError(f"{len(omitted)} studies: leaving one out needs at least three.")
    rows = []
    for name in omitted:
        rest = studies.select(names != name)
        model = fit_model(rest, np.ones((rest.k, 1)), asked.method, asked.test)
        errors = np.sqrt(np.diag(model.covariance))
        row = wald_rows(Scale.of(studies, exponentiate), model.coefficients, errors, asked.conf_level, model.df)
        spread = model.spread
        tau2 = np.nan if model.tau2 is None else model.tau2
        rows.append(row.assign(study=name, tau2=tau2, i2=spread.i2, h2=spread.h2, q=spread.q))
    return pd.concat(rows, ignore_index=True)


def influence_of_each(studies: Studies, design: Design, model: Model, asked: Asked) -> pd.DataFrame:
    """Influence of each estimate on the result, by leaving it out and estimating all anew.

    Returns
    -------
    DataFrame
        study, studentised_residual (externally), dffits, cook_distance, covariance_ratio, tau2 and q (without it), hat,
        weight (percent), dfbeta_<coefficient> (in standard errors), influential.

    Raises
    ------
    SpecError
        For methods that are no weighted least squares, and when studies are too few to leave one out.

    Notes
    -----
    Source: Viechtbauer & Cheung, Res Synth Methods 2010;1:112-25, doi:10.1002/jrsm.11.
    """
    if asked.method not in ("common", *RANDOM):
        raise SpecError(f"influence is not defined for method={asked.method!r}; `leave_one_out` is.")
    if studies.k < len(design.term) + 2:
        raise SpecError(f"{studies.k} estimates are too few to leave one out of this model.")
    y, v, x = studies.y, studies.v, design.x
    deleted = delete_each(y, v, x, lambda y, v, x: refit(y, v, x, asked.method, asked.test))
    found = influence(y, v, x, weighted_fit(y, v, x, model.tau2 or 0.0), model.covariance, deleted)
    columns = {
        "study": studies.labels,
        "studentised_residual": found.residuals,
        "dffits": found.dffits,
        "cook_distance": found.cook,
        "covariance_ratio": found.covariance_ratio,
        "tau2": deleted.tau2,
        "q": deleted.q,
        "hat": found.hat,
        "weight": model.weights,
    }
    names = [
        term if level is None else f"{term}_{level}" for term, level in zip(design.term, design.level, strict=True)
    ]
    columns |= {f"dfbeta_{name}": found.dfbetas[:, at] for at, name in enumerate(names)}
    return pd.DataFrame({**columns, "influential": found.influential})
