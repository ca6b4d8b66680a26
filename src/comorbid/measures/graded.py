"""Number of co-occurring conditions as a graded exposure: odds of another condition by how many there are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from comorbid.cells import Cells, collapse_cohort
from comorbid.codebook import Variable
from comorbid.cohort import Cohort
from comorbid.columns import arrange
from comorbid.errors import EmptyDomainError, SpecError, few
from comorbid.fitting import fit_logistic
from comorbid.measures.arguments import check_conf_level, chosen_conditions, subgroups
from comorbid.measures.derived import cohort_of_cells, with_variable
from comorbid.measures.terms import terms_given, variables_in
from comorbid.overlap import overlaps
from comorbid.spec import LogisticSpec

NUMBER = "number_of_conditions"
TREND = "each_further_condition"


def graded_exposure(
    cohort: Cohort,
    outcome: str,
    conditions: Sequence[str] | None = None,
    covariates: Sequence[str] = (),
    *,
    by: str | Sequence[str] | None = None,
    most: int | None = None,
    df: str | float = "design",
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Odds ratio of a condition by the number of other conditions, against none, and the trend over that number.

    With k the number of `conditions` a person has: logit P(outcome) = a_k + x'c gives exp(a_k - a_0), one row a number;
    logit P(outcome) = a + b k + x'c gives exp(b), the odds ratio of each further condition, whose test is the test for
    trend. Both models rest on the same people.

    Parameters
    ----------
    cohort : Cohort
    outcome : str
        A condition, or a categorical variable with two levels.
    conditions : sequence of str, optional
        Two or more conditions that are counted; all of the cohort's but the outcome without it.
    covariates : sequence of str
        Terms of both models, such as "age_band", "sex", "age_band:sex" or "ns(age, df=4)".
    by : str or sequence of str, optional
        Categorical variables; one set of rows for each combination of their levels that somebody is in.
    most : int, optional
        People with this many conditions or more form the last level ("3+"); the trend counts as many as there are.
    df : {"design", "residual"} or float
        As in `fit_logistic`.
    conf_level : float
        Between 0 and 1.

    Returns
    -------
    DataFrame
        [by,] outcome, exposure ("number_of_conditions"), model, term ("number_of_conditions", then
        "each_further_condition"), level, reference ("0"), measure ("odds_ratio"), estimate, std_error (log scale),
        statistic, p_value, conf_low, conf_high, n, events (of the whole model); `note` where case definitions share
        items, since such conditions are counted together, or predicted, by construction.

    Raises
    ------
    UnknownNameError, SpecError, EmptyDomainError, SeparationError, CollinearityError, DesignError
        SpecError too when a condition is counted and is outcome or covariate, or everybody has the same number.

    Notes
    -----
    People with an answer to every condition and a value in every covariate, as a domain; errors, intervals and sources
    are those of `fit_logistic`. The trend assumes that each further condition multiplies the odds alike, whichever it
    is and however many there are; the rows by level show whether it does. In simulated surveys (benchmarks/COVERAGE.md)
    intervals cover 94.3% to 95.1%; with some 60 people at a number, its standard error is 3% to 5% too small.
    """
    counted = _counted(cohort, outcome, conditions, covariates)
    check_conf_level(conf_level)
    if most is not None and not 1 <= most <= len(counted):
        raise SpecError(f"most = {most} does not lie between 1 and the {len(counted)} conditions that are counted.")
    groups = subgroups(cohort, by)
    terms = terms_given(covariates, groups)
    needed = variables_in(terms)
    cells = collapse_cohort(cohort, [*groups, *needed, *counted, outcome])
    known = cells.select(cells.known([*groups, *needed, *counted, outcome]))
    if not known.n:
        raise EmptyDomainError(f"nobody of {few(cells.n)} people has an answer to {', '.join([*counted, outcome])}.")
    frames = []
    for levels, group in known.groups(groups):
        people = cohort_of_cells(_with_number(group, counted, most or len(counted)), cohort)
        frames.append(_rows(people, outcome, terms, df, conf_level).assign(**levels))
    frame = _noted(pd.concat(frames, ignore_index=True), cohort, [outcome, *counted])
    return cohort.labelled(arrange(frame, groups), people.codebook.variables, conf_level)


def _counted(
    cohort: Cohort, outcome: str, conditions: Sequence[str] | None, covariates: Sequence[str]
) -> tuple[str, ...]:
    cohort.codebook[outcome]
    if conditions is None:
        conditions = [name for name in cohort.conditions if name != outcome]
    counted = chosen_conditions(cohort, conditions, least=2)
    twice = [name for name in counted if name in (outcome, *variables_in(terms_given(covariates)))]
    if twice:
        raise SpecError(f"{', '.join(twice)}: counted among the conditions, and outcome or covariate too. Choose one.")
    return counted


def _with_number(cells: Cells, counted: Sequence[str], most: int) -> Cells:
    """The patterns with the number of conditions, as levels up to `most` and as it is."""
    number = np.sum([cells.present(name) for name in counted], axis=0).astype(np.int32)
    names = [*map(str, range(most)), f"{most}+" if most < len(counted) else f"{most}"]
    label = f"Number of conditions ({'; '.join(cells.variable(name).label for name in counted)})"
    graded = Variable(NUMBER, "categorical", label, levels={name: (name,) for name in names})
    cells = with_variable(cells, graded, np.minimum(number, most))
    trend = Variable(TREND, "continuous", "Each further condition")
    return with_variable(cells, trend, number, np.arange(len(counted) + 1.0))


def _noted(frame: pd.DataFrame, cohort: Cohort, names: Sequence[str]) -> pd.DataFrame:
    """The frame with `note` where definitions of the outcome or of counted conditions overlap."""
    known = [name for name in names if name in cohort.conditions]
    found = overlaps(cohort.codebook, known).items()
    notes = [f"{' & '.join(pair)} share {', '.join(shared)}" for pair, shared in found]
    return frame.assign(note="; ".join(notes)) if notes else frame


def _rows(people: Cohort, outcome: str, terms: tuple[str, ...], df: str | float, conf_level: float) -> pd.DataFrame:
    """Rows of the number by level, then of its trend; the covariates' rows are left out."""
    frames = []
    for exposure in (NUMBER, TREND):
        fit = fit_logistic(people, LogisticSpec(outcome, exposure, terms), df=df)
        rows = fit.tidy(exponentiate=True, conf_level=conf_level)
        frames.append(rows[rows["term"] == exposure])
    return pd.concat(frames, ignore_index=True).assign(exposure=NUMBER)
