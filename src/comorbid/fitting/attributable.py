"""Population attributable fraction from a logistic model."""

from __future__ import annotations

import numpy as np
import pandas as pd

from comorbid.errors import require_known
from comorbid.fitting.averages import UNCERTAINTY, average_prevalence, averages_spread
from comorbid.fitting.fitted import LogisticModel
from comorbid.fitting.margins import rest_row


def attributable_of(fit: LogisticModel, variable: str, uncertainty: str, conf_level: float) -> pd.DataFrame:
    """One row; see `LogisticFit.attributable_fraction`."""
    require_known(uncertainty, UNCERTAINTY, "uncertainty")
    predictors = [name for name in fit.spec.variables[1:] if fit.cells.variable(name).is_categorical]
    require_known(variable, predictors, "categorical variable", f"the model {fit.spec.formula}")
    reference = int(fit.cells.codes(variable).min())
    averages = average_prevalence(fit, [{variable: reference}, {}])
    slope = np.array([1.0, -1.0]) / averages.values
    log_rest = float(_log_ratio(averages.values))
    std_error = averages_spread(fit, averages, uncertainty).std_error(_log_ratio, slope)
    row = rest_row(fit, "attributable_fraction", log_rest, std_error, conf_level)
    reference_level = fit.cells.variable(variable).level_names[reference]
    return pd.DataFrame([{"term": variable, "level": None, "reference": reference_level, **row}])


def _log_ratio(values: np.ndarray) -> np.ndarray:
    return np.asarray(np.log(values[..., 0]) - np.log(values[..., 1]))
