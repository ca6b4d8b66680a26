"""Adjusted odds ratios of every pair of conditions, both directions and every subgroup, fitted as one batch."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd

from comorbid._numerics.batch import BatchResult, fit_batch
from comorbid._numerics.intervals import two_sided_p, wald_interval, wald_statistic
from comorbid._numerics.linearise import variance_of_sums
from comorbid._numerics.pair_tables import PairTables, least_cell
from comorbid._numerics.structure import Clusters
from comorbid.cohort import Cohort
from comorbid.columns import arrange, require_free
from comorbid.disclosure import CONFIDENTIAL
from comorbid.errors import EmptyDomainError, SpecError
from comorbid.fitting.groups import Groups, group_people
from comorbid.flow import require_shared_gaps
from comorbid.overlap import with_overlap_notes

LARGEST = 50_000_000
"""Numbers that the tables of all pairs by unit may hold at once."""


def fit_pairs(
    cohort: Cohort,
    adjust_for: Sequence[str] = (),
    conditions: Sequence[str] | None = None,
    *,
    by: str | None = None,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Odds ratio of every condition with every other, in both directions, adjusted for categorical covariates.

    Each is the coefficient of `fit_logistic(cohort, "outcome ~ exposure + covariates")` on the people with every
    condition and covariate known; all are fitted at once from counts by covariate pattern.

    Parameters
    ----------
    cohort : Cohort
    adjust_for : sequence of str
        Categorical covariates, entered as indicators against their first level.
    conditions : sequence of str, optional
        Two or more conditions; all of the cohort's without it.
    by : str, optional
        A categorical variable; one set of models for each level.
    conf_level : float

    Returns
    -------
    DataFrame
        [by,] outcome, exposure, model, measure ("odds_ratio"), estimate, std_error (log scale), statistic, p_value,
        conf_low, conf_high, n, events; of a confidential cohort n_least and df_residual, as `fit_logistic` has them;
        `note` where the case definitions of a pair share items. A model that separation leaves without a finite
        maximum is NaN.

    Raises
    ------
    SpecError
        For a continuous covariate, fewer than two conditions, replicate weights, or people sampled one by one with
        weights (fit those models with `fit_logistic`).
    UnknownNameError, EmptyDomainError, DesignError

    Notes
    -----
    Standard errors as in `fit_logistic`: linearised over sampled units, or from the information without a design.
    Degrees of freedom are those of the whole domain. People in a database are counted there by every combination of the
    conditions and covariates at once.
    """
    names = tuple(conditions) if conditions is not None else cohort.conditions
    _check(cohort, names, adjust_for, by)
    require_shared_gaps(cohort.people, cohort.codebook, [*names, *adjust_for, *([by] if by else [])])
    analytic = cohort.complete_cases([*names, *adjust_for, *([by] if by else [])])
    groups = group_people(analytic, names, adjust_for, by)
    if groups.n_units * groups.n_patterns * groups.n_levels * len(names) ** 2 > LARGEST:
        raise SpecError("the tables of all pairs do not fit in memory; name fewer conditions or covariates.")
    tables = groups.weighted.tables(groups.size)
    counts = tables if groups.people is groups.weighted else groups.people.tables(groups.size)
    frames = [
        _of_level(level, names, groups, tables, counts, analytic.clusters, conf_level)
        for level in range(groups.n_levels)
    ]
    leading = [by] if by else []
    labelled = [frame.assign(**{by: groups.levels[i]}) if by else frame for i, frame in enumerate(frames)]
    model = "adjusted" if adjust_for else "crude"
    frame = pd.concat(labelled, ignore_index=True).assign(model=model)
    if cohort.release != CONFIDENTIAL:
        frame = frame.drop(columns=["n_least", "df_residual"])
    frame = arrange(frame, leading)
    frame = cohort.labelled(frame, conf_level=conf_level)
    return with_overlap_notes(frame, cohort.codebook, ("outcome", "exposure"), leading)


def _check(cohort: Cohort, names: Sequence[str], adjust_for: Sequence[str], by: str | None) -> None:
    require_free([by] if by else [], "by =")
    for name in names:
        cohort.codebook.condition(name)
    if len(names) < 2:
        raise SpecError(f"pairs need two conditions or more; {len(names)} asked for.")
    for name in [*adjust_for, *([by] if by else [])]:
        if not cohort.codebook[name].is_categorical:
            raise SpecError(f"`{name}` is continuous; use a banded form of it, or fit_logistic.")
    if cohort.clusters.sampling not in ("none", "psu") or cohort.clusters.replication is not None:
        raise SpecError(
            "pairs are fitted at once for PSUs without replicates, or without a design; use fit_logistic for each pair."
        )


def _of_level(
    level: int,
    names: Sequence[str],
    groups: Groups,
    tables: PairTables,
    counts: PairTables,
    clusters: Clusters,
    conf_level: float,
) -> pd.DataFrame:
    """All ordered pairs within one subgroup."""
    ordered = list(itertools.permutations(range(len(names)), 2))
    whole = groups.split(tables.whole)[:, level]
    one = groups.split(tables.one)[:, :, level]
    both = groups.split(tables.both)[:, :, :, level]
    if not whole.sum():
        raise EmptyDomainError(f"nobody is in level {groups.levels[level]!r}.")
    totals = np.stack([_halves(whole, one[x]) for _, x in ordered])
    events = np.stack([_halves(one[y], both[y, x]) for y, x in ordered])
    design = groups.design()
    result = fit_batch(design, events.sum(axis=1).T, totals.sum(axis=1).T)
    std_error = np.sqrt(_variances(design, events, totals, result, clusters))
    everybody, having, having_both = (
        groups.split(part)[..., level, :].sum(axis=-2) for part in (counts.whole, counts.one, counts.both)
    )
    n, cases = everybody.sum(), having.sum(axis=1)
    least = [
        least_cell(_fourfold(everybody, having[y], having[x], having_both[y, x]), groups.radices, design.shape[1])
        for y, x in ordered
    ]
    df = groups.degrees_of_freedom(clusters)
    return _frame(names, ordered, result.coefficients[:, 1], std_error, df, conf_level).assign(
        n=int(n),
        events=[int(cases[y]) for y, _ in ordered],
        n_least=least,
        df_residual=int(n) - design.shape[1],
    )


def _fourfold(whole: np.ndarray, outcome: np.ndarray, exposed: np.ndarray, both: np.ndarray) -> np.ndarray:
    """People without and with the outcome, unexposed and exposed, by covariate pattern: shape (2, 2, G)."""
    return np.array([[whole - outcome - exposed + both, exposed - both], [outcome - both, both]])


def _halves(whole: np.ndarray, exposed: np.ndarray) -> np.ndarray:
    """Unexposed patterns, then exposed ones, by unit: shape (C, 2G)."""
    return np.concatenate([whole - exposed, exposed], axis=1)


def _variances(
    design: np.ndarray, events: np.ndarray, totals: np.ndarray, result: BatchResult, clusters: Clusters
) -> np.ndarray:
    """Variance of the exposure's coefficient in each model, shape (B,)."""
    if clusters.sampling == "none":
        return result.bread[:, 1, 1]
    direction = result.bread[:, 1, :] @ design.T
    residual = events - totals * result.fitted.T[:, None, :]
    sums = np.einsum("bcp,bp->cb", residual, direction)
    return variance_of_sums(sums, clusters)


def _frame(
    names: Sequence[str],
    ordered: Sequence[tuple[int, int]],
    estimate: np.ndarray,
    std_error: np.ndarray,
    df: float,
    conf_level: float,
) -> pd.DataFrame:
    limits = wald_interval(estimate, std_error, conf_level, df)
    statistic = wald_statistic(estimate, std_error)
    return pd.DataFrame(
        {
            "outcome": [names[y] for y, _ in ordered],
            "exposure": [names[x] for _, x in ordered],
            "measure": "odds_ratio",
            "estimate": np.exp(estimate),
            "std_error": std_error,
            "statistic": statistic,
            "p_value": two_sided_p(statistic, df),
            "conf_low": np.exp(limits[:, 0]),
            "conf_high": np.exp(limits[:, 1]),
        }
    )


__all__ = ["fit_pairs"]
