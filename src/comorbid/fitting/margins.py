"""Standardised prevalence from a logistic model and average marginal effects, with the covariates sampled or fixed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from comorbid._numerics.intervals import logit_interval, two_sided_p, wald_interval, wald_statistic
from comorbid.errors import SpecError, require_known
from comorbid.fitting.averages import UNCERTAINTY, average_prevalence, average_slope, averages_covariance

if TYPE_CHECKING:
    from comorbid.fitting.fit import LogisticFit

CONTRASTS = ("prevalence_ratio", "prevalence_difference", "odds_ratio")
Row = dict[str, object]


def margins_of(
    fit: LogisticFit,
    variable: str,
    at: Sequence[float] | None,
    contrasts: Sequence[str],
    uncertainty: str,
    conf_level: float,
) -> pd.DataFrame:
    """Prevalence and contrasts, or the marginal effect; see `LogisticFit.margins`."""
    require_known(uncertainty, UNCERTAINTY, "uncertainty")
    for contrast in contrasts:
        require_known(contrast, CONTRASTS, "contrast")
    require_known(variable, fit.spec.variables[1:], "variable", f"the model {fit.spec.formula}")
    if variable == fit.spec.offset:
        raise SpecError(f"`{variable}` is the offset: its coefficient is fixed, so it has no estimated effect.")
    compared = _compared(fit, variable, at)
    if not compared:
        return pd.DataFrame([_marginal_effect(fit, variable, uncertainty, conf_level)]).assign(term=variable)
    averages = average_prevalence(fit, [{variable: value} for _, value in compared])
    spread, means = averages_covariance(fit, averages, uncertainty), averages.values
    names = [name for name, _ in compared]
    rows = [_prevalence_row(fit, name, means[i], spread[i, i], conf_level) for i, name in enumerate(names)]
    for i in range(1, len(names)):
        pair = np.array([i, 0])
        block = spread[np.ix_(pair, pair)]
        rows += [
            {"level": names[i], "reference": names[0], **_contrast(fit, measure, means[pair], block, conf_level)}
            for measure in contrasts
        ]
    return pd.DataFrame(rows).assign(term=variable)


def _compared(fit: LogisticFit, variable: str, at: Sequence[float] | None) -> list[tuple[str, float]]:
    """Levels or values to compare, by name; none when a continuous variable is to be differentiated."""
    cells = fit.cells
    if cells.variable(variable).is_categorical:
        if at is not None:
            raise SpecError(f"`{variable}` has levels, all of which are compared; at= is for a continuous variable.")
        names = cells.variable(variable).level_names
        return [(names[code], float(code)) for code in np.unique(cells.codes(variable))]
    values = np.unique(cells.numeric(variable))
    if at is None and len(values) > 2:
        return []
    return [(f"{value:g}", float(value)) for value in (values if at is None else at)]


def _prevalence_row(fit: LogisticFit, level: str, mean: float, variance: float, conf_level: float) -> Row:
    std_error = float(np.sqrt(variance))
    low, high = logit_interval(np.array(mean), np.array(std_error), conf_level, fit.df)
    return {
        "level": level,
        "reference": None,
        "measure": "prevalence",
        "estimate": mean,
        "std_error": std_error,
        "statistic": np.nan,
        "p_value": np.nan,
        "conf_low": float(low),
        "conf_high": float(high),
    }


def _contrast(fit: LogisticFit, measure: str, means: np.ndarray, spread: np.ndarray, conf_level: float) -> Row:
    """Ratio, difference or odds ratio of the first mean against the second."""
    sign = np.array([1.0, -1.0])
    if measure == "prevalence_ratio":
        centre, slope = np.log(means) @ sign, sign / means
    elif measure == "odds_ratio":
        centre, slope = np.log(means / (1 - means)) @ sign, sign / (means * (1 - means))
    else:
        centre, slope = means @ sign, sign
    std_error = float(np.sqrt(slope @ spread @ slope))
    return effect_row(fit, measure, float(centre), std_error, conf_level, log_scale=measure != "prevalence_difference")


def _marginal_effect(fit: LogisticFit, variable: str, uncertainty: str, conf_level: float) -> Row:
    averages = average_slope(fit, variable)
    std_error = float(np.sqrt(averages_covariance(fit, averages, uncertainty)[0, 0]))
    row = effect_row(fit, "marginal_effect", float(averages.values[0]), std_error, conf_level, log_scale=False)
    return {"level": None, "reference": None, **row}


def effect_row(
    fit: LogisticFit, measure: str, centre: float, std_error: float, conf_level: float, *, log_scale: bool
) -> Row:
    """Estimate, test against zero and interval of one effect; on the log scale estimate and limits are turned."""
    limits = wald_interval(np.array(centre), np.array(std_error), conf_level, fit.df)
    turn = np.exp if log_scale else float
    statistic = float(wald_statistic(centre, std_error, 1e-12))
    return {
        "measure": measure,
        "estimate": float(turn(centre)),
        "std_error": std_error,
        "statistic": statistic,
        "p_value": float(two_sided_p(np.array(statistic), fit.df)),
        "conf_low": float(turn(limits[0])),
        "conf_high": float(turn(limits[1])),
    }
