"""Standardised prevalence from a logistic model and average marginal effects, with the covariates sampled or fixed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import logit

from comorbid._numerics.intervals import logit_interval, two_sided_p, wald_interval, wald_statistic
from comorbid.errors import SpecError, require_known
from comorbid.fitting.averages import UNCERTAINTY, average_prevalence, average_slope, averages_spread
from comorbid.fitting.spread import Spread

if TYPE_CHECKING:
    from comorbid.fitting.fit import LogisticFit

Scale = Callable[[np.ndarray], np.ndarray]
SCALES: dict[str, tuple[Scale, Scale]] = {
    "prevalence_ratio": (np.log, np.reciprocal),
    "prevalence_difference": (np.asarray, np.ones_like),
    "odds_ratio": (logit, lambda m: 1 / (m * (1 - m))),
}
"""The scale on which two means are set apart, and its derivative."""
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
        require_known(contrast, SCALES, "contrast")
    require_known(variable, fit.spec.variables[1:], "variable", f"the model {fit.spec.formula}")
    if variable == fit.spec.offset:
        raise SpecError(f"`{variable}` is the offset: its coefficient is fixed, so it has no estimated effect.")
    compared = _compared(fit, variable, at)
    if not compared:
        return pd.DataFrame([_marginal_effect(fit, variable, uncertainty, conf_level)]).assign(term=variable)
    averages = average_prevalence(fit, [{variable: value} for _, value in compared])
    spread = averages_spread(fit, averages, uncertainty)
    names = [name for name, _ in compared]
    errors = np.sqrt(np.diag(spread.covariance))
    rows = [_prevalence_row(fit, name, averages.values[i], errors[i], conf_level) for i, name in enumerate(names)]
    for i in range(1, len(names)):
        labels = {"level": names[i], "reference": names[0]}
        rows += [{**labels, **_contrast(fit, measure, spread, i, conf_level)} for measure in contrasts]
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


def _prevalence_row(fit: LogisticFit, level: str, mean: float, std_error: float, conf_level: float) -> Row:
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


def _contrast(fit: LogisticFit, measure: str, spread: Spread, i: int, conf_level: float) -> Row:
    """Ratio, difference or odds ratio of mean i against the first."""
    scale, steep = SCALES[measure]
    means = spread.values
    slope = np.zeros(len(means))
    slope[i], slope[0] = steep(means[i]), -steep(means[0])

    def apart(values: np.ndarray) -> np.ndarray:
        return np.asarray(scale(values[..., i]) - scale(values[..., 0]))

    std_error = spread.std_error(apart, slope)
    on_log = measure != "prevalence_difference"
    return effect_row(fit, measure, float(apart(means)), std_error, conf_level, log_scale=on_log)


def _marginal_effect(fit: LogisticFit, variable: str, uncertainty: str, conf_level: float) -> Row:
    averages = average_slope(fit, variable)
    std_error = float(np.sqrt(averages_spread(fit, averages, uncertainty).covariance[0, 0]))
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
