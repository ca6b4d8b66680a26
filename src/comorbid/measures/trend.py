"""Trend of published ratios over the grades of an exposure, all against one reference."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from comorbid._numerics.intervals import critical_value, two_sided_p
from comorbid.columns import RATIO_MEASURES
from comorbid.errors import SpecError

COLUMNS = ["term", "measure", "estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high"]
PRINTED_LEVEL = 0.95


def trend_of_ratios(
    frame: pd.DataFrame, scores: Sequence[float], *, shared_variance: float = 0.0, conf_level: float = 0.95
) -> pd.DataFrame:
    """Ratio of each step of an exposure, from published ratios of its grades against one reference group.

    With y the logarithms of the ratios, x the scores (0 for the reference) and V their covariance, the slope is that of
    generalised least squares. `each_step` goes through the reference: y = b x. `each_step_among_grades` leaves it out:
    y = a + b x, which asks whether the grades differ from each other. Intervals are normal.

    Parameters
    ----------
    frame : DataFrame
        One row a grade, with measure (one ratio), estimate, conf_low, conf_high (95% intervals, as printed).
    scores : sequence of float
        Score of each grade, above the reference's 0; two or more different ones.
    shared_variance : float
        Variance of the log odds (or log risk) of the reference group, which is the covariance of any two ratios:
        1 / events + 1 / people without, for odds. Usually not published; at most the smallest variance of a ratio.
    conf_level : float
        Between 0 and 1.

    Returns
    -------
    DataFrame
        Two rows: term, measure, estimate (ratio of a step), std_error (log scale), statistic, p_value, conf_low,
        conf_high.

    Raises
    ------
    SpecError
        When the rows are not ratios of one kind with intervals, scores do not fit them, or `shared_variance` exceeds
        the variance of a ratio.

    Notes
    -----
    Standard errors come from the printed limits: log(high / low) / 2 / 1.96. Source of the method: Greenland &
    Longnecker, Am J Epidemiol 1992;135:1301-9, doi:10.1093/oxfordjournals.aje.a116237, who rebuild the covariance
    from the counts; without counts it is an argument here.
    """
    y, variance, x = _checked(frame, scores)
    if not 0 <= shared_variance <= variance.min():
        raise SpecError(f"shared_variance = {shared_variance!r} lies outside 0 to {variance.min():.3g}.")
    covariance = np.diag(variance - shared_variance) + shared_variance
    designs = {"each_step": x[:, None], "each_step_among_grades": np.column_stack([x, np.ones_like(x)])}
    slopes = np.array([_slope(design, y, covariance) for design in designs.values()])
    estimate, error = slopes.T
    half = critical_value(conf_level, np.inf) * error
    values = [np.exp(estimate), error, estimate / error, two_sided_p(estimate / error, np.inf)]
    rows = [*values, np.exp(estimate - half), np.exp(estimate + half)]
    found = pd.DataFrame(dict(zip(COLUMNS[2:], rows, strict=True)))
    found = found.assign(term=list(designs), measure=str(frame["measure"].iloc[0]))[COLUMNS]
    found.attrs["conf_level"] = conf_level
    return found


def _checked(frame: pd.DataFrame, scores: Sequence[float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    lacking = [name for name in ("measure", "estimate", "conf_low", "conf_high") if name not in frame.columns]
    if lacking:
        raise SpecError(f"the frame has no column {', '.join(lacking)}; give published ratios with their intervals.")
    x = np.asarray(scores, dtype=float)
    if len(x) != len(frame) or len(np.unique(x)) < 2 or not (x > 0).all():
        raise SpecError(f"{len(frame)} grades need {len(frame)} scores above 0, two of them different; got {len(x)}.")
    measures = frame["measure"].unique()
    numbers = frame[["estimate", "conf_low", "conf_high"]].to_numpy(float)
    if len(measures) != 1 or measures[0] not in RATIO_MEASURES or not (numbers > 0).all():
        raise SpecError("a trend needs ratios of one kind, above zero, each with its interval.")
    error = np.log(numbers[:, 2] / numbers[:, 1]) / (2 * critical_value(PRINTED_LEVEL, np.inf))
    return np.log(numbers[:, 0]), error**2, x


def _slope(design: np.ndarray, y: np.ndarray, covariance: np.ndarray) -> tuple[float, float]:
    """First coefficient of generalised least squares and its standard error."""
    weighted = np.linalg.solve(covariance, design)
    spread = np.linalg.inv(design.T @ weighted)
    return float((spread @ (weighted.T @ y))[0]), float(np.sqrt(spread[0, 0]))
