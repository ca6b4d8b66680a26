"""Prevalence as it would be with the ages of a standard population."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from comorbid._numerics.intervals import logit_interval
from comorbid._numerics.presentation import presentation
from comorbid._numerics.standardised import Standardised
from comorbid.cells import Cells, collapse_cohort
from comorbid.cohort import Cohort
from comorbid.columns import arrange
from comorbid.disclosure import CONFIDENTIAL
from comorbid.errors import SpecError, listed
from comorbid.measures.arguments import check_conf_level, chosen_conditions, subgroups
from comorbid.measures.spread import errors_of
from comorbid.measures.standards import standard_people

Standard = str | Mapping[str, float]


def standardised_prevalence(
    cohort: Cohort,
    conditions: Sequence[str] | None = None,
    *,
    standard: Standard = "us-2000",
    age: str = "age_band",
    by: str | Sequence[str] | None = None,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Prevalence of each condition, directly standardised to the ages of a standard population.

    p = sum_k s_k p_k, with p_k the weighted prevalence in age band k and s_k the share of the band in the standard
    population, fixed. The influence of a person in band k is s_k (y - p_k) / W_k, W_k the weight of the band.

    Parameters
    ----------
    cohort : Cohort
    conditions : sequence of str, optional
        Conditions of the codebook; all of them without it.
    standard : {"us-2000", "who-world"} or mapping
        The projected US population of 2000, as NCHS uses it; WHO's world standard 2000-2025; or people by level of
        `age`. Bands that nobody of the domain is in do not count, so that adults are standardised to adults.
    age : str
        Variable whose levels are age bands.
    by : str or sequence of str, optional
        Categorical variables; one set of rows for each combination of their levels that somebody is in.
    conf_level : float
        Between 0 and 1.

    Returns
    -------
    DataFrame
        [by,] outcome, measure ("prevalence"), estimate, std_error, conf_low, conf_high (symmetric on the logit scale),
        n, events, presentation, presentation_reason, standard; of a confidential cohort n_least, the fewest people with
        or without the condition in an age band. NaN in a subgroup with an age band that is empty.

    Raises
    ------
    UnknownNameError, EmptyDomainError, DesignError
    SpecError
        When the levels of `age` cannot be read as bands of the standard population.

    Notes
    -----
    People with an answer and a known age, condition by condition. Equals R `svystandardize` in estimate and error.
    Source: Klein & Schoenborn, Healthy People 2010 Statistical Notes 2001;20; Korn & Graubard, Analysis of Health
    Surveys, 1999, section 3.2.
    """
    names, groups, cells = collapsed_by_age(cohort, conditions, age, by, 1)
    check_conf_level(conf_level)
    share = band_shares(cells, standard, age)
    frames = [
        _prevalence(group, name, age, share, conf_level).assign(**at)
        for at, group in cells.groups(groups)
        for name in names
    ]
    frame = with_least(pd.concat(frames), cohort).assign(standard=named(standard))
    return cohort.labelled(arrange(frame, groups), conf_level=conf_level)


def with_least(frame: pd.DataFrame, cohort: Cohort) -> pd.DataFrame:
    """The frame with n_least where the cohort is confidential, and without it elsewhere."""
    return frame if cohort.release == CONFIDENTIAL else frame.drop(columns="n_least")


def least_by_age(cells: Cells, parts: Sequence[np.ndarray], age: str, share: np.ndarray) -> int:
    """Fewest people, unweighted, of each part in each age band that counts: the average gives a small one away.

    parts : 1 or 0 by pattern, shape (P,); everybody who counts is in one of them.
    """
    bands = [cells.table.count * (cells.codes(age) == band) for band in np.flatnonzero(share > 0)]
    return int(min(band @ part for band in bands for part in parts))


def collapsed_by_age(
    cohort: Cohort, conditions: Sequence[str] | None, age: str, by: str | Sequence[str] | None, least: int
) -> tuple[tuple[str, ...], tuple[str, ...], Cells]:
    """Conditions, subgroups, and people of known age collapsed to them."""
    names = chosen_conditions(cohort, conditions, least=least)
    groups = subgroups(cohort, by)
    subgroups(cohort, age)
    if age in groups:
        raise SpecError(f"`{age}` makes the subgroups and is standardised over; leave it out of `by`.")
    cells = collapse_cohort(cohort, [*names, age, *groups])
    return names, groups, cells.select(cells.known([age]))


def named(standard: Standard) -> str:
    """What the column `standard` says."""
    return standard if isinstance(standard, str) else "given"


def band_shares(cells: Cells, standard: Standard, age: str) -> np.ndarray:
    """Share of each age band in the standard population, over the bands that somebody is in; shape (levels,)."""
    variable = cells.variable(age)
    people = standard_people(standard, variable)
    inside = np.isin(np.arange(len(people)), cells.codes(age))
    absent = [
        level for level, n, here in zip(variable.level_names, people, inside, strict=True) if here and np.isnan(n)
    ]
    if absent:
        raise SpecError(
            f"the standard population has no number for `{age}` = {listed(absent)}, where there are people."
        )
    return np.where(inside, people, 0.0) / people[inside].sum()


def proportions_by_age(
    cells: Cells, present: np.ndarray, known: np.ndarray, age: str, share: np.ndarray
) -> Standardised:
    used = np.flatnonzero(share > 0)
    band = (cells.codes(age)[:, None] == used).astype(float)
    return Standardised(present * known, known.astype(float), band, share[used])


def _prevalence(cells: Cells, name: str, age: str, share: np.ndarray, conf_level: float) -> pd.DataFrame:
    """One row: a condition in one subgroup, among the people whose answer is known."""
    cells = cells.select(cells.known([name]))
    present = cells.present(name)[:, None]
    proportions = proportions_by_age(cells, present, np.ones_like(present), age, share)
    p = proportions(cells.table.weight[None])[0]
    error = errors_of(cells, proportions, proportions.influence(cells.table.weight))
    error = np.where(np.isfinite(p), error, np.nan)
    df = cells.degrees_of_freedom
    limits = logit_interval(p, error, conf_level, df)
    status, reason = presentation(p, error, np.array([float(cells.n)]), df)
    return pd.DataFrame(
        {
            "outcome": name,
            "measure": "prevalence",
            "estimate": p,
            "std_error": error,
            "conf_low": limits[:, 0],
            "conf_high": limits[:, 1],
            "n": cells.n,
            "events": int(cells.table.count @ present[:, 0]),
            "n_least": least_by_age(cells, [present[:, 0], 1 - present[:, 0]], age, share),
            "presentation": status,
            "presentation_reason": reason,
        }
    )
