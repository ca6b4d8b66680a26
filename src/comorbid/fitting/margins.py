"""Standardised prevalence from a logistic model, with the covariates sampled or fixed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from comorbid._numerics.intervals import logit_interval, two_sided_p, wald_interval
from comorbid._numerics.linearise import covariance
from comorbid.errors import SpecError, require_known
from comorbid.fitting.matrix import design_matrix, getter, replaced

if TYPE_CHECKING:
    from comorbid.fitting.fit import LogisticFit

UNCERTAINTY = ("unconditional", "conditional")


def standardised(fit: LogisticFit, variable: str, uncertainty: str, conf_level: float) -> pd.DataFrame:
    """Prevalence, ratio and difference at each level; see `LogisticFit.margins`."""
    levels = _levels(fit, variable)
    names = fit.cells.variable(variable).level_names
    means, slopes, spread_about = _at_levels(fit, variable, levels)
    spread = _covariance(fit, slopes, spread_about, uncertainty)
    rows = [_prevalence_row(fit, names[a], means[i], spread[i, i], conf_level) for i, a in enumerate(levels)]
    for i in range(1, len(levels)):
        rows += _contrast_rows(fit, names[levels[i]], names[levels[0]], means, spread, i, conf_level)
    return pd.DataFrame(rows).assign(term=variable)


def _levels(fit: LogisticFit, variable: str) -> list[int]:
    predictors = [name for name in fit.spec.variables[1:] if fit.cells.variable(name).is_categorical]
    require_known(variable, predictors, "categorical variable", f"the model {fit.spec.formula}")
    levels = np.unique(fit.cells.codes(variable)).tolist()
    if len(levels) < 2:
        raise SpecError(f"`{variable}` has one level only in the model; there is nothing to compare.")
    return levels


def _at_levels(fit: LogisticFit, variable: str, levels: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Means, shape (L,); their slopes in the coefficients, (L, k); and each pattern's distance from them, (P, L)."""
    cells, read = fit.cells, getter(fit.cells)
    share = cells.table.weight / cells.table.weight.sum()
    means, slopes, apart = [], [], []
    for level in levels:
        rows = design_matrix(fit.columns, replaced(read, {variable: level}), cells.table.n_patterns)
        linear = rows @ fit.coefficients + (read(fit.spec.offset) if fit.spec.offset else 0.0)
        p = 1 / (1 + np.exp(-linear))
        means.append(share @ p)
        slopes.append((share * p * (1 - p)) @ rows)
        apart.append(p - share @ p)
    return np.array(means), np.array(slopes), np.stack(apart, axis=1)


def _covariance(fit: LogisticFit, slopes: np.ndarray, apart: np.ndarray, uncertainty: str) -> np.ndarray:
    """Covariance of the means: delta method alone, or with the people as a sample and the covariance of both."""
    table, clusters = fit.cells.table, fit.cells.clusters
    if uncertainty == "conditional":
        return slopes @ fit.covariance @ slopes.T
    sampled = apart / table.weight.sum()
    if clusters.sampling == "none":
        return slopes @ fit.covariance @ slopes.T + covariance(sampled, table, clusters)
    return covariance(fit.influence @ slopes.T + sampled, table, clusters)


def _prevalence_row(fit: LogisticFit, level: str, mean: float, variance: float, conf_level: float) -> dict[str, object]:
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


def _contrast_rows(
    fit: LogisticFit, level: str, reference: str, means: np.ndarray, spread: np.ndarray, i: int, conf_level: float
) -> list[dict[str, object]]:
    """Prevalence ratio and difference of level i against the reference."""
    pair = np.array([i, 0])
    slopes = {
        "prevalence_ratio": np.array([1 / means[i], -1 / means[0]]),
        "prevalence_difference": np.array([1.0, -1.0]),
    }
    centres = {"prevalence_ratio": np.log(means[i] / means[0]), "prevalence_difference": means[i] - means[0]}
    rows: list[dict[str, object]] = []
    for measure, slope in slopes.items():
        std_error = np.sqrt(slope @ spread[np.ix_(pair, pair)] @ slope)
        limits = wald_interval(centres[measure], std_error, conf_level, fit.df)
        turn = np.exp if measure == "prevalence_ratio" else float
        statistic = centres[measure] / std_error
        rows.append(
            {
                "level": level,
                "reference": reference,
                "measure": measure,
                "estimate": float(turn(centres[measure])),
                "std_error": float(std_error),
                "statistic": float(statistic),
                "p_value": float(two_sided_p(statistic, fit.df)),
                "conf_low": float(turn(limits[0])),
                "conf_high": float(turn(limits[1])),
            }
        )
    return rows


__all__ = ["UNCERTAINTY", "standardised"]
