"""Whether two conditions together add more to the prevalence of a third than each adds by itself."""

from __future__ import annotations

import numpy as np
import pandas as pd

from comorbid._numerics.intervals import two_sided_p, wald_interval, wald_statistic
from comorbid.cohort import Cohort
from comorbid.columns import arrange
from comorbid.disclosure import CONFIDENTIAL
from comorbid.errors import SpecError
from comorbid.fitting import fit_logistic
from comorbid.fitting.support import least_cell
from comorbid.measures.arguments import check_conf_level
from comorbid.measures.prevalence import prevalence
from comorbid.spec import LogisticSpec

PRESENT = np.array([[1, 0, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [1, 1, 1, 1]], dtype=float)
"""Coefficients of the saturated model (none, first, second, both) in each of the four groups."""
SIGNS = np.array([1.0, -1.0, -1.0, 1.0])


def interaction_contrast(
    cohort: Cohort, outcome: str, first: str, second: str, *, conf_level: float = 0.95
) -> pd.DataFrame:
    """Prevalence of an outcome with neither, one and both of two conditions, and the interaction contrast.

    IC = p11 - p10 - p01 + p00: what both add over what each adds, in prevalence. Zero when effects add up; it is not
    enlarged by a common outcome, as an excess of odds ratios (RERI) is. p = expit(L b) of the saturated logistic model,
    which reproduces the four prevalences; the variance of IC is g' V g with g = L' diag(p (1 - p)) s, on the design's
    degrees of freedom.

    Parameters
    ----------
    cohort : Cohort
    outcome, first, second : str
        Conditions of the codebook, each another one.
    conf_level : float
        Between 0 and 1.

    Returns
    -------
    DataFrame
        first and second (columns of these names, "no" or "yes"; missing in the last row), outcome, measure
        ("prevalence" four times, then "interaction_contrast"), estimate, std_error, statistic, p_value, conf_low,
        conf_high, n, events; of a confidential cohort also n_least, the fewest people of a group with or without the
        outcome, of the contrast.

    Raises
    ------
    UnknownNameError, SpecError
        When a name is no condition, or the same one comes twice.
    SeparationError
        When in one of the four groups nobody or everybody has the outcome.

    Notes
    -----
    No covariates: the people of the four groups may differ in age and sex. Rothman, Greenland & Walker, Am J Epidemiol
    1980;112:467-70, doi:10.1093/oxfordjournals.aje.a113015. Pinned to R `svyby` and `svycontrast`.
    """
    names = (outcome, first, second)
    for name in names:
        cohort.codebook.condition(name)
    if len(set(names)) < 3:
        raise SpecError(f"the contrast needs three conditions; {', '.join(names)} are not all different.")
    check_conf_level(conf_level)
    people = cohort.complete_cases(names)
    groups = prevalence(people, [outcome], by=[first, second], conf_level=conf_level)
    frame = pd.concat([groups.drop(columns="source", errors="ignore"), _contrast(people, names, conf_level)])
    return cohort.labelled(arrange(frame, [first, second]), conf_level=conf_level)


def _contrast(people: Cohort, names: tuple[str, str, str], conf_level: float) -> pd.DataFrame:
    outcome, first, second = names
    fit = fit_logistic(people, LogisticSpec(outcome, first).adjust_for(second).interact(first, second))
    shares = 1 / (1 + np.exp(-PRESENT @ fit.coefficients))
    slope = (SIGNS * shares * (1 - shares)) @ PRESENT
    estimate, std_error = np.array([SIGNS @ shares]), np.array([np.sqrt(slope @ fit.covariance @ slope)])
    statistic = wald_statistic(estimate, std_error)
    limits = wald_interval(estimate, std_error, conf_level, fit.df)
    least = {"n_least": least_cell(fit.cells, outcome, [first, second])} if people.release == CONFIDENTIAL else {}
    return pd.DataFrame(
        {
            "outcome": outcome,
            "measure": "interaction_contrast",
            "estimate": estimate,
            "std_error": std_error,
            "statistic": statistic,
            "p_value": two_sided_p(statistic, fit.df),
            "conf_low": limits[:, 0],
            "conf_high": limits[:, 1],
            "n": fit.n,
            "events": fit.events,
            **least,
        }
    )
