"""One pair of conditions in several cohorts, each with its own design; pooled only where the same was asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from comorbid.cohort import Cohort
from comorbid.columns import arrange
from comorbid.comparison.wording import labelled, require_same_wording, titled
from comorbid.disclosure import SUPPRESSED, guarded
from comorbid.errors import ComorbidError, SpecError, listed, names_given
from comorbid.fitting import fit_logistic
from comorbid.measures import cooccurrence, prevalence
from comorbid.people import PeopleFrame
from comorbid.sources.load import load_cohort
from comorbid.sources.registry import SURVEYS, Survey, codebook_of
from comorbid.spec import LogisticSpec

__all__ = ["cohorts_with", "compare_cohorts", "estimates_to_pool"]

COVARIATES = ("age_band", "sex")
PAIR_MEASURES = ("observed_expected", "odds_ratio")


def cohorts_with(conditions: Iterable[str], also: Iterable[str] = ()) -> list[Cohort]:
    """Every registered survey that asked of all these conditions and whose files are here, each loaded.

    Synthetic data are no survey and are left out; so are years that stand in another survey with others, such as NHIS
    2012 beside NHIS 2007, 2008 and 2012, whose people would come twice.

    Parameters
    ----------
    conditions : sequence of str
    also : sequence of str, optional
        Definitions, such as "three-months"; a survey that has one for each of the conditions comes once more under it.
    """
    wanted = names_given(conditions, "cohorts_with")
    here = [
        name
        for name in SURVEYS
        if set(wanted) <= {*codebook_of(name).conditions} and len(set(Survey(name).files_here())) == 1
    ]
    found = []
    for name in here:
        if any(_tables(name) < _tables(other) for other in here):
            continue
        cohort = load_cohort(name)
        found.append(cohort)
        for definition in also:
            if all(definition in cohort.codebook[condition].definitions for condition in wanted):
                found.append(cohort.define(**dict.fromkeys(wanted, definition)))
    return found


def compare_cohorts(
    cohorts: Sequence[Cohort],
    condition_a: str,
    condition_b: str,
    *,
    covariates: Sequence[str] = COVARIATES,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """One pair of conditions in each cohort: prevalences, observed over expected, odds ratio crude and adjusted.

    Nothing is pooled and nobody is carried from one cohort to another; each row has its cohort's own design.

    Parameters
    ----------
    cohorts : sequence of Cohort
        All real, or all synthetic; each with both conditions.
    condition_a, condition_b : str
        The adjusted odds ratio is that of condition_b with condition_a.
    covariates : sequence of str
        For the adjusted odds ratio; those that a cohort lacks are left out there and named in `note`.
    conf_level : float
        Between 0 and 1.

    Returns
    -------
    DataFrame
        cohort, outcome (of a prevalence), condition_a, condition_b, model, level, measure, estimate, std_error,
        conf_low, conf_high, n, events, n_both, note. `conditional_prevalence` is that of condition_b in people whose
        condition_a is `level`. The standard error of a ratio is on the log scale. A model that cannot be fitted has a
        row without estimate, and `note` says why. Numbers of a confidential cohort are protected as they are set here,
        since the frame does not carry all counts that they rest on; `suppressed` says so.

    Raises
    ------
    UnknownNameError
        When a cohort has no such condition.
    SpecError
        When no cohort is given, one twice, or real and synthetic ones together; or a covariate is one of the pair.
    """
    pair = (condition_a, condition_b)
    if {*covariates} & {*pair}:
        raise SpecError(f"covariates hold {listed({*covariates} & {*pair})}, which is one of the pair. Leave it out.")
    frames = [
        _of_cohort(cohort, pair, covariates, conf_level).assign(cohort=title)
        for title, cohort in titled(cohorts, pair).items()
    ]
    frame = labelled(cohorts, arrange(pd.concat(frames, ignore_index=True), ["cohort"]), conf_level)
    frame.attrs["protected"] = True
    return frame.fillna({SUPPRESSED: ""}) if SUPPRESSED in frame else frame


def estimates_to_pool(
    cohorts: Sequence[Cohort],
    condition_a: str,
    condition_b: str,
    *,
    covariates: Sequence[str] = COVARIATES,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Adjusted odds ratios of a pair as rows for a meta-analysis, when every cohort asked the same of both conditions.

    Arguments are those of `compare_cohorts`.

    Returns
    -------
    DataFrame
        study, measure ("odds_ratio"), estimate, std_error, conf_low, conf_high, n.

    Raises
    ------
    WordingError
        When question or recall period differ, or are not stated; the message lists every difference.
    SpecError
        When two cohorts hold the same people.
    """
    pair = (condition_a, condition_b)
    named = titled(cohorts, pair)
    require_same_wording(named, pair)
    _require_other_people(named)
    frame = compare_cohorts(cohorts, *pair, covariates=covariates, conf_level=conf_level)
    adjusted = frame[frame["model"] == "adjusted"].rename(columns={"cohort": "study"})
    kept = adjusted[["study", "measure", "estimate", "std_error", "conf_low", "conf_high", "n"]].reset_index(drop=True)
    return labelled(cohorts, kept, conf_level)


def _tables(name: str) -> set[str]:
    """Tables of a registered survey; none of a cohort that is not registered."""
    return {table for table, _ in Survey(name).tables()} if name in SURVEYS else set()


def _require_other_people(cohorts: Mapping[str, Cohort]) -> None:
    """Raise when two cohorts are made from the same tables, or share rows: their estimates are not independent."""
    for (one, first), (other, second) in combinations(cohorts.items(), 2):
        tables = _tables(first.codebook.name), _tables(second.codebook.name)
        if tables[0] & tables[1] if all(tables) else _share_rows(first, second):
            raise SpecError(f"{one} and {other} hold the same people and are not pooled. Leave one of them out.")


def _share_rows(first: Cohort, second: Cohort) -> bool:
    """Whether two cohorts in memory are of the same data, and of some people in common."""
    one, other = first.people, second.people
    if not (isinstance(one, PeopleFrame) and isinstance(other, PeopleFrame) and one.same_data(other)):
        return False
    inside = [np.ones(len(one), dtype=bool) if cohort.mask is None else cohort.mask for cohort in (first, second)]
    return bool((inside[0] & inside[1]).any())


def _of_cohort(cohort: Cohort, pair: tuple[str, str], covariates: Sequence[str], conf_level: float) -> pd.DataFrame:
    """All rows of one cohort, protected while each part is whole."""
    a, b = pair
    shares = guarded(prevalence(cohort, pair, conf_level=conf_level))
    given = guarded(prevalence(cohort, [b], by=a, conf_level=conf_level)).rename(columns={a: "level"})
    given = given.assign(measure="conditional_prevalence", outcome=None, condition_a=a, condition_b=b)
    pairs = guarded(cooccurrence(cohort, pair, measures=PAIR_MEASURES, conf_level=conf_level))
    pairs = pairs[pairs["condition_a"] == a].assign(model="crude")
    frame = pd.concat([shares, given, pairs, _adjusted(cohort, pair, covariates, conf_level)], ignore_index=True)
    wanted = ["outcome", "condition_a", "condition_b", "model", "level", "measure", "estimate", "std_error", "conf_low"]
    wanted += ["conf_high", "n", "events", "n_both", *({SUPPRESSED} & set(frame)), "note"]
    return frame[wanted].fillna({"note": ""})


def _adjusted(cohort: Cohort, pair: tuple[str, str], covariates: Sequence[str], conf_level: float) -> pd.DataFrame:
    """The adjusted odds ratio as one row; without an estimate when the model cannot be fitted."""
    a, b = pair
    known = [name for name in covariates if name in cohort.codebook.variables]
    without = [name for name in covariates if name not in known]
    row = {"condition_a": a, "condition_b": b, "model": "adjusted", "measure": "odds_ratio"}
    row["note"] = f"not adjusted for {', '.join(without)}, which the cohort lacks" if without else ""
    try:
        fit = fit_logistic(cohort, LogisticSpec(outcome=b, exposure=a).adjust_for(*known))
    except ComorbidError as fault:
        return pd.DataFrame([{**row, "note": str(fault)}])
    found = guarded(fit.tidy(exponentiate=True, conf_level=conf_level))
    numbers = ["estimate", "std_error", "conf_low", "conf_high", "n", "events", *({SUPPRESSED} & set(found))]
    return found.loc[found["term"] == a, numbers].assign(**row)
