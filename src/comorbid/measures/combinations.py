"""Which combinations of conditions occur more often than independence would have it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from comorbid._numerics.intervals import critical_value, logit_interval, two_sided_p, wald_statistic
from comorbid.cells import Cells, collapse_cohort
from comorbid.cohort import Cohort
from comorbid.columns import arrange, require_free
from comorbid.errors import EmptyDomainError, SpecError, few
from comorbid.measures.arguments import check_conf_level, chosen_conditions, subgroups
from comorbid.measures.spread import errors_of

MOST_CONDITIONS = 12
ROUNDING = 1e-12
"""A standard error of log observed / expected up to this is zero but for rounding: both are equal by construction."""


def combinations(
    cohort: Cohort,
    conditions: Sequence[str] | None = None,
    *,
    by: str | Sequence[str] | None = None,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """All 2^k combinations of k conditions: observed prevalence, prevalence expected under independence, their ratio.

    With o the weighted share of people who have exactly the conditions of a combination, and p_j the prevalence of
    condition j, the expected share is e = prod_j p_j^{y_j} (1 - p_j)^{1 - y_j}. The influence of log(o / e) is that
    of log o less that of log e, so that both are uncertain, together.

    Parameters
    ----------
    cohort : Cohort
    conditions : sequence of str, optional
        Two to twelve conditions of the codebook; all without it.
    by : str or sequence of str, optional
        Categorical variables; one set of rows for each combination of their levels that somebody is in.
    conf_level : float
        Between 0 and 1.

    Returns
    -------
    DataFrame
        [by,] combination ("migraine & neck_pain", or "none"), size, one boolean column a condition, measure
        ("prevalence", "expected_prevalence", "observed_expected"), estimate, std_error, statistic, p_value, conf_low,
        conf_high, n, events. The standard error of the ratio is on the log scale; a combination that nobody has keeps
        its rows, with a missing ratio. Where observed equals expected by construction (a condition that everybody or
        nobody has), the ratio has neither test nor interval.

    Raises
    ------
    UnknownNameError, SpecError, EmptyDomainError, DesignError

    Notes
    -----
    Rests on people with every answer known, as a domain; logit and log intervals with t on the design degrees of
    freedom. With replicate weights everything is computed anew in each replicate; a ratio has no standard error where a
    replicate has nobody with the combination. In simulated surveys (benchmarks/COVERAGE.md) intervals cover 94% and
    more; where fewer than some 25 people are expected with a combination, the standard error of the log ratio is 3% to
    10% too small, and the ratio itself low.
    """
    names = chosen_conditions(cohort, conditions, least=2)
    if len(names) > MOST_CONDITIONS:
        raise SpecError(f"{len(names)} conditions have 2^{len(names)} combinations; name {MOST_CONDITIONS} or fewer.")
    groups = subgroups(cohort, by)
    _check_columns(names, groups)
    check_conf_level(conf_level)
    cells = collapse_cohort(cohort, [*names, *groups])
    complete = cells.select(cells.known(names))
    if not complete.n:
        raise EmptyDomainError(f"nobody of {few(cells.n)} people has an answer to all of {', '.join(names)}.")
    frames = [_of_group(group, names, conf_level).assign(**levels) for levels, group in complete.groups(groups)]
    frame = arrange(pd.concat(frames), [*groups, "combination", "size", *names])
    return cohort.labelled(frame, conf_level=conf_level)


def _check_columns(names: Sequence[str], groups: Sequence[str]) -> None:
    """Conditions and subgroups are columns of the frame: their names must differ from each other and from its own."""
    require_free(names, "condition")
    both = [name for name in groups if name in names]
    if both:
        raise SpecError(
            f"by = {both[0]!r} is one of the conditions that are combined; name the conditions without it, or leave "
            "`by` out."
        )


def _of_group(cells: Cells, names: Sequence[str], conf_level: float) -> pd.DataFrame:
    sets = np.array(list(itertools.product([0.0, 1.0], repeat=len(names))))
    sets = sets[np.lexsort((-sets @ 2.0 ** -np.arange(len(names)), sets.sum(axis=1)))]
    y = np.stack([cells.present(name) for name in names], axis=1)
    weight = cells.table.weight
    base = weight.sum()
    member = (y[:, None, :] == sets[None]).all(axis=2).astype(float)
    observed, p = weight @ member / base, weight @ y / base
    z_observed = (member - observed) / base
    z_p = (y - p) / base
    expected = np.prod(np.where(sets == 1, p, 1 - p), axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(sets == 1, 1 / p, -1 / (1 - p))
        z_log_expected = z_p @ np.where(np.isfinite(slope), slope, 0.0).T
        z_log_ratio = np.where(observed > 0, z_observed / observed, 0.0) - z_log_expected
    z = np.concatenate([z_observed, z_log_expected * expected, z_log_ratio], axis=1)
    std_error = errors_of(cells, partial(_estimates, y, member, sets), z).reshape(3, len(sets))
    events = (cells.table.count @ member).astype(np.int64)
    return _frame(names, sets, observed, expected, std_error, events, cells, conf_level)


def _estimates(y: np.ndarray, member: np.ndarray, sets: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Observed and expected shares and the log of their ratio, side by side, for each set of weights."""
    base = weights.sum(axis=1, keepdims=True)
    observed, p = weights @ member / base, (weights @ y / base)[:, None, :]
    expected = np.prod(np.where(sets == 1, p, 1 - p), axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_ratio = np.where(observed > 0, np.log(observed / expected), np.nan)
    return np.concatenate([observed, expected, log_ratio], axis=1)


def _frame(
    names: Sequence[str],
    sets: np.ndarray,
    observed: np.ndarray,
    expected: np.ndarray,
    std_error: np.ndarray,
    events: np.ndarray,
    cells: Cells,
    conf_level: float,
) -> pd.DataFrame:
    df = cells.degrees_of_freedom
    with np.errstate(divide="ignore", invalid="ignore"):
        log_ratio = np.where(observed > 0, np.log(observed / expected), np.nan)
    log_error = np.where(np.isfinite(log_ratio), std_error[2], np.nan)
    statistic = wald_statistic(log_ratio, log_error, ROUNDING)
    half = np.where(np.isnan(statistic), np.nan, critical_value(conf_level, df) * log_error)
    blank = np.full(len(sets), np.nan)
    of_ratio = np.exp(np.stack([log_ratio - half, log_ratio + half], axis=-1))
    rows = {
        "prevalence": (observed, std_error[0], blank, logit_interval(observed, std_error[0], conf_level, df)),
        "expected_prevalence": (expected, std_error[1], blank, logit_interval(expected, std_error[1], conf_level, df)),
        "observed_expected": (np.exp(log_ratio), log_error, statistic, of_ratio),
    }
    described, counts = _described(names, sets), {"n": cells.n, "events": events}
    return pd.concat(
        [pd.DataFrame(described | _columns(measure, *found, df) | counts) for measure, found in rows.items()],
        ignore_index=True,
    )


def _described(names: Sequence[str], sets: np.ndarray) -> dict[str, Any]:
    """Columns that say which conditions a combination has."""
    return {
        "combination": [" & ".join(np.array(names)[row == 1]) or "none" for row in sets],
        "size": sets.sum(axis=1).astype(np.int64),
        **{name: sets[:, j] == 1 for j, name in enumerate(names)},
    }


def _columns(
    measure: str, estimate: np.ndarray, std_error: np.ndarray, statistic: np.ndarray, limits: np.ndarray, df: float
) -> dict[str, Any]:
    return {
        "measure": measure,
        "estimate": estimate,
        "std_error": std_error,
        "statistic": statistic,
        "p_value": two_sided_p(statistic, df),
        "conf_low": limits[:, 0],
        "conf_high": limits[:, 1],
    }
