"""How two conditions occur together: every pair, every measure."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd

from comorbid._numerics.intervals import critical_value, false_discovery, two_sided_p, wald_statistic
from comorbid._numerics.pairs import DIRECTED, SWAP, SYMMETRIC, Measured
from comorbid._numerics.scales import SCALES, limits_on
from comorbid._numerics.tetrachoric import tetrachoric
from comorbid.cells import Cells, collapse_cohort
from comorbid.cohort import Cohort
from comorbid.columns import RATIO_MEASURES
from comorbid.errors import SpecError, names_given, require_known
from comorbid.measures.arguments import check_conf_level, chosen_conditions, subgroups
from comorbid.measures.overlap import labelled_pairs
from comorbid.measures.spread import errors_of

SYMMETRIC_MEASURES: dict[str, Callable[[np.ndarray], Measured]] = {**SYMMETRIC, "tetrachoric": tetrachoric}
MEASURES = (*SYMMETRIC_MEASURES, *DIRECTED)
WITHOUT_NULL = frozenset({"jaccard", "conditional_prevalence"})
"""Measures that have no fixed value under independence, hence no test."""
ROUNDING = 1e-12
"""Standard errors up to this, and distances from the end of a range, are zero but for rounding."""

Asked: TypeAlias = tuple[tuple[str, str], str, bool]
"""A row that is wanted: the pair in its direction, the measure, and whether it is swapped."""


def cooccurrence(
    cohort: Cohort,
    conditions: Sequence[str] | None = None,
    *,
    by: str | Sequence[str] | None = None,
    measures: Sequence[str] | None = None,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Every measure of co-occurrence for every pair of conditions.

    All are functions of the weighted cell proportions p11, p10, p01, p00 of a pair (both, a only, b only, neither):

    - odds_ratio: p11 p00 / (p10 p01), a prevalence odds ratio
    - observed_expected: P(a and b) / (P(a) P(b))
    - prevalence_ratio, prevalence_difference: prevalence of b in people with a against people without a
    - conditional_prevalence: P(b | a)
    - phi: correlation of the indicators; yule_q: (OR - 1) / (OR + 1); jaccard: P(a and b) / P(a or b)
    - tetrachoric: correlation of two normal variables cut at thresholds

    Parameters
    ----------
    cohort : Cohort
    conditions : sequence of str, optional
        Two or more conditions of the codebook; all without it.
    by : str or sequence of str, optional
        Categorical variables; one set of rows for each combination of their levels that somebody is in.
    measures : sequence of str, optional
        A choice of the measures above; all without it.
    conf_level : float
        Between 0 and 1.

    Returns
    -------
    DataFrame
        [by,] condition_a, condition_b, measure, estimate, std_error, statistic, p_value, conf_low, conf_high, n, n_a,
        n_b, n_both, q_value. Measures with a direction have two rows a pair. The standard error of a ratio is on the
        log scale; intervals of phi, Yule's Q and tetrachoric are symmetric on Fisher's z scale, of jaccard and
        conditional prevalence on the logit scale. `q_value` is the false discovery rate over the pairs of one measure
        and level of `by`. A measure that an empty cell leaves undefined is NaN; at the end of its range (phi or Yule's
        Q of -1 or 1), where linearisation gives no error, statistic, p-value and limits are NaN. Where the case
        definitions of a pair share survey items or body sites, a last column `note` says which ("shares site: low
        back"): such a pair is associated by construction, and `overlap_sensitivity` shows it without them.

    Raises
    ------
    UnknownNameError, SpecError, EmptyDomainError, DesignError

    Notes
    -----
    People with both answers known, pair by pair, as a domain of the whole sample, with its degrees of freedom.
    Standard errors by linearisation: the influence of a person is the gradient of the measure at the person's cell.
    With replicate weights every measure is estimated anew in each replicate. `statistic` is the estimate (the logarithm
    of a ratio) over its standard error, for phi, Yule's Q and tetrachoric too, while their limits are formed on
    Fisher's scale: where a p-value is close to 1 - conf_level, the interval may hold 0 or not.

    In simulated surveys (benchmarks/COVERAGE.md) 95% intervals cover 93.5% to 95.3%. A standard error on few degrees
    of freedom varies: with 5 it is on average 6% below the spread of the estimates, which t intervals allow for.
    """
    names = chosen_conditions(cohort, conditions, least=2)
    groups = subgroups(cohort, by)
    check_conf_level(conf_level)
    wanted = tuple(require_known(name, MEASURES, "measure") for name in _measures(measures))
    cells = collapse_cohort(cohort, [*names, *groups])
    frames = [_of_group(group, names, wanted, conf_level).assign(**levels) for levels, group in cells.groups(groups)]
    return labelled_pairs(cohort, pd.concat(frames), groups, conf_level)


def _measures(asked: Sequence[str] | None) -> Sequence[str]:
    names = MEASURES if asked is None else names_given(asked, "measures")
    if not names:
        raise SpecError(f"no measure was asked for. Accepted: {', '.join(MEASURES)}; leave the argument out for all.")
    return names


def _of_group(cells: Cells, names: Sequence[str], wanted: Sequence[str], conf_level: float) -> pd.DataFrame:
    pairs = list(itertools.combinations(names, 2))
    tables = [_fourfold(cells, a, b) for a, b in pairs]
    frames = [_rows(cells, pair, table, wanted) for pair, table in zip(pairs, tables, strict=True)]
    df = cells.degrees_of_freedom_by(np.stack([cells.known(pair) for pair in pairs], axis=1))
    by_row = np.repeat(df, [len(rows) for rows in frames])
    frame = _with_intervals(pd.concat(frames, ignore_index=True), conf_level, by_row)
    frame["q_value"] = frame.groupby("measure")["p_value"].transform(lambda p: false_discovery(p.to_numpy()))
    return frame


def _fourfold(cells: Cells, a: str, b: str) -> np.ndarray:
    """Indicators of the four cells of a pair by pattern, shape (P, 4); all zero where an answer is missing."""
    with_a, with_b = cells.present(a), cells.present(b)
    known = cells.known([a, b]).astype(float)
    without_a, without_b = known - with_a, known - with_b
    return (
        np.stack([with_a * with_b, with_a * without_b, without_a * with_b, without_a * without_b], axis=1)
        * known[:, None]
    )


def _rows(cells: Cells, pair: tuple[str, str], member: np.ndarray, wanted: Sequence[str]) -> pd.DataFrame:
    """All measures of one pair: estimate and standard error, log scale for ratios."""
    asked = _asked(pair, wanted)
    values, std_error = _estimated(cells, member, asked)
    n11, n10, n01, n00 = (cells.table.count @ member).astype(np.int64)
    return pd.DataFrame(
        {
            "condition_a": [ab[0] for ab, _, _ in asked],
            "condition_b": [ab[1] for ab, _, _ in asked],
            "measure": [measure for _, measure, _ in asked],
            "estimate": values,
            "std_error": std_error,
            "n": n11 + n10 + n01 + n00,
            "n_a": [n11 + (n01 if swap else n10) for _, _, swap in asked],
            "n_b": [n11 + (n10 if swap else n01) for _, _, swap in asked],
            "n_both": n11,
        }
    )


def _estimated(cells: Cells, member: np.ndarray, asked: Sequence[Asked]) -> tuple[list[float], np.ndarray]:
    """Measures of one pair, and their standard errors by influence values (or the cells' replicates)."""
    base = cells.table.weight @ member.sum(axis=1) or np.nan
    p = cells.table.weight @ member / base
    values, gradients = [], []
    for _, measure, swap in asked:
        value, gradient = _measured(measure, p[SWAP] if swap else p)
        values.append(value)
        gradients.append(gradient[SWAP] if swap else gradient)
    slope = np.stack(gradients, axis=1)
    known = np.where(np.isfinite(slope), slope, 0.0)
    z = member @ known / base
    z -= (member.sum(axis=1)[:, None] / base) * (p @ known)
    std_error = errors_of(cells, lambda weight: _all_measured(asked, weight @ member), z)
    std_error[~np.isfinite(slope).all(axis=0)] = np.nan
    return values, std_error


def _asked(pair: tuple[str, str], wanted: Sequence[str]) -> list[Asked]:
    rows: list[Asked] = []
    for measure in wanted:
        rows.append((pair, measure, False))
        if measure in DIRECTED:
            rows.append((pair[::-1], measure, True))
    return rows


def _measured(measure: str, p: np.ndarray) -> tuple[float, np.ndarray]:
    """A measure and its gradient; NaN where an empty cell leaves it undefined."""
    function = SYMMETRIC_MEASURES.get(measure) or DIRECTED[measure]
    if not np.isfinite(p).all() or (measure == "tetrachoric" and p.min() <= 0):
        return np.nan, np.full(4, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        value, gradient = function(p)
    defined = np.isfinite(value) and np.isfinite(gradient).all()
    return (float(value), gradient) if defined else (np.nan, np.full(4, np.nan))


def _all_measured(asked: Sequence[Asked], totals: np.ndarray) -> np.ndarray:
    """Every measure asked for, shape (m, rows), from totals of the four cells in m replicates, shape (m, 4)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        p = totals / totals.sum(axis=1, keepdims=True)
        functions = {**SYMMETRIC_MEASURES, **DIRECTED}
        return np.stack([functions[measure](p[:, SWAP] if swap else p)[0] for _, measure, swap in asked], axis=1)


def _with_intervals(frame: pd.DataFrame, conf_level: float, df: np.ndarray) -> pd.DataFrame:
    """Statistic, p-value and limits, each measure on the scale where its sampling distribution is most symmetric."""
    estimate, std_error = frame["estimate"].to_numpy(), frame["std_error"].to_numpy()
    scales = frame["measure"].map(_scale).to_numpy()
    low, high = np.full(len(frame), np.nan), np.full(len(frame), np.nan)
    critical = critical_value(conf_level, df)
    statistic = wald_statistic(estimate, std_error, ROUNDING)
    statistic[(scales == "fisher") & (np.abs(estimate) >= 1 - ROUNDING)] = np.nan
    for scale in SCALES:
        here = (scales == scale) & np.isfinite(statistic)
        low[here], high[here] = limits_on(scale, estimate[here], std_error[here], critical[here])
    statistic[frame["measure"].isin(WITHOUT_NULL)] = np.nan
    shown = np.where(scales == "log", np.exp(estimate), estimate)
    return frame.assign(
        estimate=shown, statistic=statistic, p_value=two_sided_p(statistic, df), conf_low=low, conf_high=high
    )


def _scale(measure: str) -> str:
    if measure in RATIO_MEASURES:
        return "log"
    if measure in ("phi", "yule_q", "tetrachoric"):
        return "fisher"
    return "logit" if measure in WITHOUT_NULL else "plain"
