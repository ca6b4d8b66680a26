"""Prevalence of conditions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from comorbid._numerics.intervals import korn_graubard_interval, logit_interval
from comorbid._numerics.presentation import presentation
from comorbid.cells import Cells, collapse_cohort
from comorbid.cohort import Cohort
from comorbid.columns import arrange
from comorbid.errors import SpecError
from comorbid.measures.arguments import check_conf_level, chosen_conditions, subgroups
from comorbid.measures.spread import shares_and_errors

INTERVALS = ("logit", "korn-graubard")


def prevalence(
    cohort: Cohort,
    conditions: Sequence[str] | None = None,
    *,
    by: str | Sequence[str] | None = None,
    conf_level: float = 0.95,
    interval: str = "logit",
) -> pd.DataFrame:
    """Weighted prevalence of each condition.

    p = sum w y / sum w over the people of the domain whose answer is known; the influence of a person is
    (y - p) / sum w, and the standard error comes from its sums by PSU.

    Parameters
    ----------
    cohort : Cohort
    conditions : sequence of str, optional
        Conditions of the codebook; all of them without it.
    by : str or sequence of str, optional
        Categorical variables; one set of rows for each combination of their levels that somebody is in.
    conf_level : float
        Between 0 and 1.
    interval : {"logit", "korn-graubard"}
        Symmetric on the logit scale with t on the design degrees of freedom (R `svyciprop` with degf), or
        Clopper-Pearson at the effective sample size, as NCHS presents proportions.

    Returns
    -------
    DataFrame
        [by,] outcome, measure ("prevalence"), estimate, std_error, conf_low, conf_high, n, events, presentation,
        presentation_reason. `n` and `events` are unweighted; people without an answer are left out condition by
        condition. `presentation` is "show", "review" or "suppress" by the NCHS standards for proportions, whatever the
        interval shown; the reason is empty where nothing stands against the estimate.

    Raises
    ------
    UnknownNameError, SpecError, EmptyDomainError, DesignError

    Notes
    -----
    With replicate weights the prevalence is estimated anew in each replicate.
    Binder, Int Stat Rev 1983;51:279-92, doi:10.2307/1402588; intervals: Korn & Graubard, Surv Methodol 1998;24:193;
    presentation: Parker et al., Vital Health Stat 2017;2(175).
    """
    names = chosen_conditions(cohort, conditions)
    groups = subgroups(cohort, by)
    check_conf_level(conf_level)
    if interval not in INTERVALS:
        raise SpecError(f"interval = {interval!r} is not a choice. Accepted: {', '.join(INTERVALS)}.")
    cells = collapse_cohort(cohort, [*names, *groups])
    frames = [_of_group(group, names, conf_level, interval).assign(**levels) for levels, group in cells.groups(groups)]
    frame = arrange(pd.concat(frames), groups)
    return cohort.labelled(frame, conf_level=conf_level)


def _of_group(cells: Cells, names: Sequence[str], conf_level: float, interval: str) -> pd.DataFrame:
    present = np.stack([cells.present(name) for name in names], axis=1)
    known = np.stack([cells.known([name]) for name in names], axis=1)
    p, std_error = shares_and_errors(cells, present, known)
    count, df = cells.table.count, cells.degrees_of_freedom_by(known)
    n = count @ known
    if interval == "logit":
        limits = logit_interval(p, std_error, conf_level, df)
    else:
        limits = korn_graubard_interval(p, std_error, n.astype(float), conf_level, df)
    shown, reason = presentation(p, std_error, n.astype(float), df)
    return pd.DataFrame(
        {
            "outcome": list(names),
            "measure": "prevalence",
            "estimate": p,
            "std_error": std_error,
            "conf_low": limits[:, 0],
            "conf_high": limits[:, 1],
            "n": n,
            "events": (count @ present).astype(np.int64),
            "presentation": shown,
            "presentation_reason": reason,
        }
    )
