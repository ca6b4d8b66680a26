"""Standardised prevalence from a model and average marginal effects, with the covariates sampled or fixed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import logit

from comorbid._numerics.intervals import logit_interval, two_sided_p, wald_interval, wald_statistic
from comorbid.errors import SpecError, require_known
from comorbid.fitting.averages import UNCERTAINTY, Averages, averages_spread
from comorbid.fitting.fitted import FittedModel
from comorbid.fitting.spread import Spread

Scale = Callable[[np.ndarray], np.ndarray]
SCALES: dict[str, tuple[Scale, Scale]] = {
    "prevalence_ratio": (np.log, np.reciprocal),
    "prevalence_difference": (np.asarray, np.ones_like),
    "odds_ratio": (logit, lambda m: 1 / (m * (1 - m))),
}
"""The scale on which two means are set apart, and its derivative."""
Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Averaging:
    """How a kind of model is averaged over its people.

    prevalence : of scenarios (what is set for everybody) to means, outcome by outcome within each scenario.
    slope : of a continuous variable to the means of the derivatives in it, outcome by outcome.
    outcomes : what tells the rows of each outcome apart; one empty mapping for an outcome of two levels.
    """

    prevalence: Callable[[Sequence[Mapping[str, float]]], Averages]
    slope: Callable[[str], Averages]
    outcomes: Sequence[Mapping[str, object]] = ({},)


def margins_of(
    fit: FittedModel,
    averaging: Averaging,
    variable: str,
    at: Sequence[float] | None,
    contrasts: Sequence[str],
    uncertainty: str,
    conf_level: float,
) -> pd.DataFrame:
    """Prevalences and contrasts, or marginal effects; see `LogisticFit.margins`."""
    require_known(uncertainty, UNCERTAINTY, "uncertainty")
    for contrast in contrasts:
        require_known(contrast, SCALES, "contrast")
    require_known(variable, fit.spec.variables[1:], "variable", f"the model {fit.spec.formula}")
    if variable == fit.spec.offset:
        raise SpecError(f"`{variable}` is the offset: its coefficient is fixed, so it has no estimated effect.")
    compared = _compared(fit, variable, at)
    if not compared:
        spread = averages_spread(fit, averaging.slope(variable), uncertainty)
        rows = _marginal_effects(fit, averaging, spread, conf_level)
    else:
        averages = averaging.prevalence([{variable: value} for _, value in compared])
        spread = averages_spread(fit, averages, uncertainty)
        rows = _compared_rows(fit, averaging, spread, [name for name, _ in compared], contrasts, conf_level)
    return pd.DataFrame(rows).assign(term=variable)


def _compared_rows(
    fit: FittedModel,
    averaging: Averaging,
    spread: Spread,
    names: Sequence[str],
    contrasts: Sequence[str],
    conf_level: float,
) -> list[Row]:
    """For each outcome the prevalences, then the contrasts of each level with the first."""
    n_outcomes, errors = len(averaging.outcomes), np.sqrt(np.diag(spread.covariance))
    rows: list[Row] = []
    for j, outcome in enumerate(averaging.outcomes):
        places = [i * n_outcomes + j for i in range(len(names))]
        for name, place in zip(names, places, strict=True):
            prevalence = _prevalence_row(fit, name, spread.values[place], errors[place], conf_level)
            rows.append({**outcome, **prevalence})
        for name, place in zip(names[1:], places[1:], strict=True):
            labels = {**outcome, "level": name, "reference": names[0]}
            rows += [{**labels, **_contrast(fit, m, spread, (place, places[0]), conf_level)} for m in contrasts]
    return rows


def _compared(fit: FittedModel, variable: str, at: Sequence[float] | None) -> list[tuple[str, float]]:
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


def _prevalence_row(fit: FittedModel, level: str, mean: float, std_error: float, conf_level: float) -> Row:
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


def _contrast(fit: FittedModel, measure: str, spread: Spread, pair: tuple[int, int], conf_level: float) -> Row:
    """Ratio, difference or odds ratio of the first mean of a pair against the second."""
    scale, steep = SCALES[measure]
    first, second = pair
    slope = np.zeros(len(spread.values))
    slope[first], slope[second] = steep(spread.values[first]), -steep(spread.values[second])

    def apart(values: np.ndarray) -> np.ndarray:
        return np.asarray(scale(values[..., first]) - scale(values[..., second]))

    std_error = spread.std_error(apart, slope)
    on_log = measure != "prevalence_difference"
    return effect_row(fit, measure, float(apart(spread.values)), std_error, conf_level, log_scale=on_log)


def _marginal_effects(fit: FittedModel, averaging: Averaging, spread: Spread, conf_level: float) -> list[Row]:
    errors = np.sqrt(np.diag(spread.covariance))
    return [
        {
            **outcome,
            "level": None,
            "reference": None,
            **effect_row(fit, "marginal_effect", float(value), float(error), conf_level, log_scale=False),
        }
        for outcome, value, error in zip(averaging.outcomes, spread.values, errors, strict=True)
    ]


def effect_row(
    fit: FittedModel, measure: str, centre: float, std_error: float, conf_level: float, *, log_scale: bool
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


def rest_row(fit: FittedModel, measure: str, log_rest: float, std_error: float, conf_level: float) -> Row:
    """A share of which log(1 - share) and its standard error are given: interval and test against 0 on that scale.

    The standard error of the row is that of the share itself, (1 - share) times the one given.
    """
    limits = 1 - np.exp(wald_interval(np.array(log_rest), np.array(std_error), conf_level, fit.df))
    statistic = float(wald_statistic(-log_rest, std_error, 1e-12))
    rest = float(np.exp(log_rest))
    return {
        "measure": measure,
        "estimate": 1 - rest,
        "std_error": rest * std_error,
        "statistic": statistic,
        "p_value": float(two_sided_p(np.array(statistic), fit.df)),
        "conf_low": float(limits[1]),
        "conf_high": float(limits[0]),
    }
