"""Observed over expected prevalence of pairs as it would be with the ages of a standard population."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd

from comorbid._numerics.intervals import false_discovery, logit_interval, two_sided_p, wald_interval
from comorbid.cells import Cells
from comorbid.cohort import Cohort
from comorbid.columns import arrange
from comorbid.measures.arguments import check_conf_level
from comorbid.measures.spread import errors_of
from comorbid.measures.standardisation import (
    Standard,
    band_shares,
    collapsed_by_age,
    least_by_age,
    named,
    proportions_by_age,
    with_least,
)


def standardised_observed_expected(
    cohort: Cohort,
    conditions: Sequence[str] | None = None,
    *,
    standard: Standard = "us-2000",
    age: str = "age_band",
    by: str | Sequence[str] | None = None,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Observed over expected prevalence of each pair of conditions, each directly age-standardised.

    O / E = P(a and b) / (P(a) P(b)) with every prevalence standardised as in `standardised_prevalence`, over the people
    whose answers to both are known. The influence of a person on its logarithm is that of log P(a and b) less those of
    log P(a) and log P(b).

    Parameters
    ----------
    cohort, conditions, standard, age, by, conf_level
        As in `standardised_prevalence`; two conditions or more.

    Returns
    -------
    DataFrame
        [by,] condition_a, condition_b, measure ("prevalence" of both together, "observed_expected"), estimate,
        std_error (log scale for the ratio), statistic, p_value, conf_low, conf_high, n, n_a, n_b, n_both, q_value,
        standard; of a confidential cohort n_least, the fewest people of the pair's table in an age band.

    Raises
    ------
    UnknownNameError, SpecError, EmptyDomainError, DesignError

    Notes
    -----
    Standardising makes cohorts of different ages comparable; that both conditions rise with age still raises O / E.
    `adjusted_observed_expected` takes that away. Source: Valderas et al., Ann Fam Med 2009;7:357-63,
    doi:10.1370/afm.983, for the measure.
    """
    names, groups, cells = collapsed_by_age(cohort, conditions, age, by, 2)
    check_conf_level(conf_level)
    share = band_shares(cells, standard, age)
    frames = []
    for at, group in cells.groups(groups):
        pairs = itertools.combinations(names, 2)
        frame = pd.concat([_pair(group, a, b, age, share, conf_level) for a, b in pairs], ignore_index=True)
        q_value = frame.groupby("measure")["p_value"].transform(lambda p: false_discovery(p.to_numpy()))
        frames.append(frame.assign(q_value=q_value, **at))
    frame = with_least(pd.concat(frames), cohort).assign(standard=named(standard))
    return cohort.labelled(arrange(frame, groups), conf_level=conf_level)


def _pair(cells: Cells, a: str, b: str, age: str, share: np.ndarray, conf_level: float) -> pd.DataFrame:
    """Standardised prevalence of both conditions, and observed over expected."""
    with_a, with_b, known = cells.present(a), cells.present(b), cells.known([a, b])
    present = np.stack([with_a, with_b, with_a * with_b], axis=1)
    proportions = proportions_by_age(cells, present, np.repeat(known[:, None], 3, axis=1), age, share)

    def joint_and_ratio(weight: np.ndarray) -> np.ndarray:
        p = proportions(weight)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.stack([p[:, 2], np.log(p[:, 2]) - np.log(p[:, 0]) - np.log(p[:, 1])], axis=1)

    weight = cells.table.weight
    p = proportions(weight[None])[0]
    estimate = joint_and_ratio(weight[None])[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.array([[0, -1 / p[0]], [0, -1 / p[1]], [1, 1 / p[2]]])
    z = proportions.influence(weight) @ np.where(np.isfinite(slope), slope, 0.0)
    error = np.where(np.isfinite(estimate), errors_of(cells, joint_and_ratio, z), np.nan)
    n_a, n_b, n_both = (cells.table.count @ (present * known[:, None])).astype(np.int64)
    fourfold = [known * x * y for x in (with_a, 1 - with_a) for y in (with_b, 1 - with_b)]
    df = cells.select(known).degrees_of_freedom
    return _pair_frame(estimate, error, df, conf_level).assign(
        condition_a=a,
        condition_b=b,
        n=int(cells.table.count @ known),
        n_a=n_a,
        n_b=n_b,
        n_both=n_both,
        n_least=least_by_age(cells, fourfold, age, share),
    )


def _pair_frame(estimate: np.ndarray, error: np.ndarray, df: float, conf_level: float) -> pd.DataFrame:
    limits = np.stack(
        [
            logit_interval(estimate[:1], error[:1], conf_level, df)[0],
            np.exp(wald_interval(estimate[1], error[1], conf_level, df)),
        ]
    )
    statistic = np.array([np.nan, estimate[1] / error[1] if error[1] > 0 else np.nan])
    return pd.DataFrame(
        {
            "measure": ["prevalence", "observed_expected"],
            "estimate": [estimate[0], np.exp(estimate[1])],
            "std_error": error,
            "statistic": statistic,
            "p_value": two_sided_p(statistic, df),
            "conf_low": limits[:, 0],
            "conf_high": limits[:, 1],
        }
    )
