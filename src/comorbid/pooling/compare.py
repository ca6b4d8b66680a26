"""An estimate of one's own set among published ones."""

from __future__ import annotations

import numpy as np
import pandas as pd

from comorbid._numerics.intervals import critical_value, two_sided_p
from comorbid.columns import RATIO_MEASURES
from comorbid.errors import SpecError, listed
from comorbid.pooling.pooled import PooledEstimates

NAMES = ("outcome", "exposure", "model", "term", "level")


def compare_with_published(own: pd.DataFrame | pd.Series, pooled: PooledEstimates) -> pd.DataFrame:
    """Where estimates of one's own lie among those pooled.

    Parameters
    ----------
    own : DataFrame or Series
        Rows of `fit.tidy()` or of another result frame: `measure`, `estimate` and `std_error` (of a ratio on the log
        scale), or conf_low and conf_high at 95%. Of the same measure; log odds and odds ratios are the same.
    pooled : PooledEstimates
        Without moderators. The own estimate is not among the studies pooled.

    Returns
    -------
    DataFrame
        What names the row (outcome, exposure, model, term, level); measure; own, own_low, own_high; pooled, pooled_low,
        pooled_high; prediction_low, prediction_high; in_prediction_interval; difference (own minus pooled, of
        logarithms for ratios), std_error, statistic, p_value (of no difference from the pooled mean); p_value_new_study
        (that the own study is one more of the same kind, its own error and the spread between studies counted).
        Ratios are given as ratios, the difference and its error on the log scale.

    Raises
    ------
    SpecError
        When measures differ, a column is absent, or the pooled result has moderators.

    Notes
    -----
    difference / sqrt(se_own^2 + se_pooled^2) is normal, or t on Satterthwaite's degrees of freedom when the pooled test
    is t; for a new study tau2 is added under the root and the degrees of freedom are those of the prediction interval.
    The p-value of the mean grows small with many studies however wide they scatter; the prediction interval and
    p_value_new_study say whether an estimate is out of the ordinary.
    """
    frame = own.to_frame().T if isinstance(own, pd.Series) else own
    if pooled.has_moderators:
        raise SpecError("a meta-regression has no one estimate to compare with; pool without moderators.")
    lacking = [name for name in ("measure", "estimate") if name not in frame.columns]
    if lacking or not ({"std_error"} <= set(frame.columns) or {"conf_low", "conf_high"} <= set(frame.columns)):
        raise SpecError(
            f"the own estimate needs measure, estimate and std_error, or conf_low and conf_high; found "
            f"{listed(frame.columns, 20)}. Pass for example rows of fit.tidy()."
        )
    return pd.DataFrame([_compared(frame.iloc[at], pooled) for at in range(len(frame))])


def _compared(row: pd.Series, pooled: PooledEstimates) -> dict[str, object]:
    estimate, error = _additive(row, pooled.studies.measure)
    center, variance = float(pooled.model.coefficients[0]), float(pooled.model.covariance[0, 0])
    turn = np.exp if pooled.studies.is_ratio else np.asarray
    z = float(critical_value(pooled.conf_level, np.inf))
    t = float(critical_value(pooled.conf_level, pooled.model.df))
    low, high = pooled.prediction_limits()
    difference, spread = estimate - center, error**2 + variance
    statistic = difference / np.sqrt(spread)
    return {
        **{name: row[name] for name in NAMES if name in row.index},
        "measure": pooled.studies.measure,
        **_limits("own", turn, estimate, z * error),
        **_limits("pooled", turn, center, t * np.sqrt(variance)),
        "prediction_low": float(turn(low)),
        "prediction_high": float(turn(high)),
        "in_prediction_interval": bool(low <= estimate <= high) if np.isfinite(low) else None,
        "difference": difference,
        "std_error": float(np.sqrt(spread)),
        "statistic": float(statistic),
        "p_value": float(two_sided_p(np.array(statistic), _satterthwaite(spread, variance, pooled.model.df))),
        "p_value_new_study": _p_of_new_study(difference, spread, pooled),
    }


def _satterthwaite(whole: float, variance: float, df: float) -> float:
    """Degrees of freedom of a sum of variances of which one part has `df` and the rest is known."""
    return (whole / variance) ** 2 * df


def _limits(name: str, turn: object, estimate: float, half: float) -> dict[str, float]:
    values = turn(np.array([estimate, estimate - half, estimate + half]))  # type: ignore[operator]
    return dict(zip((name, f"{name}_low", f"{name}_high"), map(float, values), strict=True))


def _p_of_new_study(difference: float, variance: float, pooled: PooledEstimates) -> float:
    tau2, df = pooled.model.tau2, pooled.prediction_df
    if tau2 is None or not df >= 1:
        return float("nan")
    return float(two_sided_p(np.array(difference / np.sqrt(variance + tau2)), df))


def _additive(row: pd.Series, wanted: str) -> tuple[float, float]:
    """Estimate and standard error of a row on the additive scale of the pooled measure."""
    measure = str(row["measure"])
    logged = measure == "log_odds" or measure == f"log_{wanted}"
    name = "odds_ratio" if measure == "log_odds" else measure.removeprefix("log_") if logged else measure
    if name != wanted:
        raise SpecError(f"the own estimate is a {measure}, the pooled one a {wanted}; they have no common scale.")
    turn = np.log if wanted in RATIO_MEASURES and not logged else np.asarray
    estimate = float(turn(float(row["estimate"])))
    if "std_error" in row.index and pd.notna(row["std_error"]):
        return estimate, float(row["std_error"])
    low, high = float(turn(float(row["conf_low"]))), float(turn(float(row["conf_high"])))
    return estimate, (high - low) / (2 * float(critical_value(0.95, np.inf)))
