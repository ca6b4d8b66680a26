"""Population attributable fraction from a logistic model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from comorbid._numerics.intervals import two_sided_p, wald_interval, wald_statistic
from comorbid.errors import require_known
from comorbid.fitting.averages import UNCERTAINTY, average_prevalence, averages_spread

if TYPE_CHECKING:
    from comorbid.fitting.fit import LogisticFit


def attributable_of(fit: LogisticFit, variable: str, uncertainty: str, conf_level: float) -> pd.DataFrame:
    """One row; see `LogisticFit.attributable_fraction`."""
    require_known(uncertainty, UNCERTAINTY, "uncertainty")
    predictors = [name for name in fit.spec.variables[1:] if fit.cells.variable(name).is_categorical]
    require_known(variable, predictors, "categorical variable", f"the model {fit.spec.formula}")
    reference = int(fit.cells.codes(variable).min())
    averages = average_prevalence(fit, [{variable: reference}, {}])
    slope = np.array([1.0, -1.0]) / averages.values
    log_rest = float(_log_ratio(averages.values))
    std_error = averages_spread(fit, averages, uncertainty).std_error(_log_ratio, slope)
    limits = 1 - np.exp(wald_interval(np.array(log_rest), np.array(std_error), conf_level, fit.df))
    statistic = float(wald_statistic(-log_rest, std_error, 1e-12))
    row = {
        "term": variable,
        "level": None,
        "reference": fit.cells.variable(variable).level_names[reference],
        "measure": "attributable_fraction",
        "estimate": 1 - np.exp(log_rest),
        "std_error": np.exp(log_rest) * std_error,
        "statistic": statistic,
        "p_value": float(two_sided_p(np.array(statistic), fit.df)),
        "conf_low": limits[1],
        "conf_high": limits[0],
    }
    return pd.DataFrame([row])


def _log_ratio(values: np.ndarray) -> np.ndarray:
    return np.asarray(np.log(values[..., 0]) - np.log(values[..., 1]))
