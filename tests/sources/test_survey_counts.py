"""Counts and figures of the further surveys that their documentation states."""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest

import comorbid as cm
from comorbid.cohort import Cohort
from comorbid.sources.registry import SURVEYS, Survey

ONE_DECIMAL = 0.05
"""Half a unit of the last printed digit."""


@cache
def cohort_of(name: str) -> Cohort:
    """A registered survey; the test is skipped where its files are not here."""
    here, wanted = Survey(name).files_here()
    if here < wanted:
        pytest.skip(f"{wanted - here} of {wanted} files of {name} are not here; `comorbid fetch {name}`")
    return cm.load_cohort(name)


def prevalences(name: str) -> dict[str, tuple[int, int, float]]:
    """People with a condition, people whose answer is known, weighted per cent."""
    rows = cm.prevalence(cohort_of(name)).to_dict("records")
    return {row["outcome"]: (row["events"], row["n"], 100 * row["estimate"]) for row in rows}


def total_weight(cohort: Cohort) -> float:
    weights = cohort.people.weights(cohort.design)
    return float(weights.sum() if cohort.mask is None else weights[cohort.mask].sum())


@pytest.mark.parametrize("name", SURVEYS)
def test_people_are_as_many_as_the_codebook_says(name: str) -> None:
    cohort = cohort_of(name)
    assert cohort.n == cohort.codebook.people


@pytest.mark.parametrize("name", SURVEYS)
def test_check_finds_nothing(name: str) -> None:
    cohort_of(name)
    assert cm.check_cohort(name).empty


def test_nhis_2017() -> None:
    """Rows, strata and weight as in the data notes; shares to the decimal they print."""
    cohort = cohort_of("nhis-2017")
    assert (cohort.clusters.n_strata, total_weight(cohort)) == (52, 246_657_271)
    found = prevalences("nhis-2017")
    for condition, per_cent in {"migraine": 15.0, "low_back_pain": 28.6, "neck_pain": 15.3}.items():
        assert found[condition][2] == pytest.approx(per_cent, abs=ONE_DECIMAL)


def test_nhis_2017_chronic_pain() -> None:
    people = cohort_of("nhis-2017").restrict("chronic_pain in ['no', 'yes']", "not known")
    chronic = people.restrict("chronic_pain == 'yes'", "no chronic pain")
    assert 100 * total_weight(chronic) / total_weight(people) == pytest.approx(20.0, abs=ONE_DECIMAL)


def test_nhis_nhpi_2014() -> None:
    cohort = cohort_of("nhis-nhpi-2014")
    assert (cohort.clusters.n_strata, cohort.clusters.n_units, total_weight(cohort)) == (27, 54, 689_085)
    found = prevalences("nhis-nhpi-2014")
    assert [found[name][0] for name in ("migraine", "low_back_pain", "neck_pain")] == [367, 744, 439]


def test_cohorts_are_listed() -> None:
    listed = cm.list_cohorts().set_index("cohort")
    assert {*SURVEYS} < {*listed.index}
    assert isinstance(listed, pd.DataFrame) and (listed.loc[[*SURVEYS], "data"] == "real").all()
