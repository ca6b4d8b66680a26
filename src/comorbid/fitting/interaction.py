"""Interaction of two exposures: additive (RERI, attributable proportion, synergy) and multiplicative."""

from __future__ import annotations

import numpy as np
import pandas as pd

from comorbid._numerics.interaction import MEASURES, attributable_proportion
from comorbid.errors import SpecError, require_known
from comorbid.fitting.fitted import LogisticModel
from comorbid.fitting.margins import Row, effect_row, rest_row
from comorbid.fitting.spread import Spread


def interaction_of(fit: LogisticModel, first: str, second: str, conf_level: float) -> pd.DataFrame:
    """Rows for each pair of levels; see `LogisticFit.interaction`."""
    predictors = [name for name in fit.spec.variables[1:] if fit.cells.variable(name).is_categorical]
    for name in (first, second):
        require_known(name, predictors, "categorical variable", f"the model {fit.spec.formula}")
    _check_terms(fit, first, second)
    rows: list[Row] = []
    for i in _levels(fit, first):
        for j in _levels(fit, second):
            rows += _pair_rows(fit, first, second, i, j, conf_level)
    return pd.DataFrame(rows).assign(term=f"{first}:{second}")


def _check_terms(fit: LogisticModel, first: str, second: str) -> None:
    sets = [{factor.variable for factor in column.factors} for column in fit.columns]
    if {first, second} not in sets:
        raise SpecError(
            f"the model {fit.spec.formula} has no product of `{first}` and `{second}`; "
            f"fit spec.interact({first!r}, {second!r}) or write {first} * {second} in the formula."
        )
    for variables in sets:
        if variables & {first, second} and variables - {first, second}:
            raise SpecError(
                f"`{first}` or `{second}` also interacts with {', '.join(sorted(variables - {first, second}))}: their "
                "joint effect differs from person to person. Leave that product out, or fit within its levels."
            )


def _levels(fit: LogisticModel, name: str) -> list[int]:
    """Levels that occur, the reference left out."""
    return [int(code) for code in np.unique(fit.cells.codes(name))[1:]]


def _place(fit: LogisticModel, **levels: int) -> int:
    """Number of the coefficient that indicates these levels and nothing else."""
    wanted = {(name, level) for name, level in levels.items()}
    return next(k for k, c in enumerate(fit.columns) if {(f.variable, f.level) for f in c.factors} == wanted)


def _pair_rows(fit: LogisticModel, first: str, second: str, i: int, j: int, conf_level: float) -> list[Row]:
    spread = _log_ratios(fit, first, second, i, j)
    names = [fit.cells.variable(name).level_names for name in (first, second)]
    zero = [names[0][fit.cells.codes(first).min()], names[1][fit.cells.codes(second).min()]]
    labels = [f"{names[0][i]}:{zero[1]}", f"{zero[0]}:{names[1][j]}", f"{names[0][i]}:{names[1][j]}"]
    rows = []
    for measure in MEASURES:
        std_error = spread.std_error(measure.value, measure.slope(spread.values))
        centre = float(measure.value(spread.values))
        if measure.scale == "rest":
            row = rest_row(fit, measure.name, centre, std_error, conf_level)
            row["estimate"] = float(attributable_proportion(spread.values))
        else:
            row = effect_row(fit, measure.name, centre, std_error, conf_level, log_scale=measure.scale == "log")
        rows.append({"level": labels[measure.place], "reference": ":".join(zero), **row})
    return rows


def _log_ratios(fit: LogisticModel, first: str, second: str, i: int, j: int) -> Spread:
    """Log odds ratios of the first exposure alone, the second alone, and both, against neither."""
    combine = np.zeros((3, len(fit.coefficients)))
    places = _place(fit, **{first: i}), _place(fit, **{second: j}), _place(fit, **{first: i, second: j})
    combine[0, places[0]] = combine[1, places[1]] = 1.0
    combine[2, list(places)] = 1.0
    return fit.spread.combined(combine)
