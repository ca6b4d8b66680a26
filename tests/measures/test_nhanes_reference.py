"""Prevalences and pairs of the real cohort against R `survey`, to a relative error of 1e-8."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from tests.references import records

pytestmark = pytest.mark.data
RELATIVE = 1e-8
BY = {"none": None, "sex": "sex", "age_band": "age_band", "domain": None}
WOMEN_50 = "sex == 'female' and age >= 50"

# R's name of a pair measure -> ours, and whether a and b trade places
MEASURES = {
    "log_odds_ratio": ("odds_ratio", False),
    "log_observed_expected": ("observed_expected", False),
    "log_prevalence_ratio_b_given_a": ("prevalence_ratio", False),
    "log_prevalence_ratio_a_given_b": ("prevalence_ratio", True),
    "prevalence_difference_b_given_a": ("prevalence_difference", False),
    "prevalence_difference_a_given_b": ("prevalence_difference", True),
    "p_b_given_a": ("conditional_prevalence", False),
    "p_a_given_b": ("conditional_prevalence", True),
    "phi": ("phi", False),
    "yule_q": ("yule_q", False),
    "jaccard": ("jaccard", False),
}


def domain(cohort, record):
    return cohort.restrict(WOMEN_50, "not a woman of 50 or over") if record["by"] == "domain" else cohort


def cohort_of(cohort, record):
    """The domain of a pair's record, with rule F for widespread pain where the record has it."""
    return domain(cohort.define(fibromyalgia="F") if record["b"].endswith("_F") else cohort, record)


def row(frame: pd.DataFrame, record: dict, **where) -> pd.Series:
    if BY[record["by"]]:
        where[record["by"]] = record["level"]
    for name, value in where.items():
        frame = frame[frame[name] == value]
    assert len(frame) == 1, where
    return frame.iloc[0]


@pytest.mark.parametrize("weight", ["interview", "examination"])
def test_prevalence(nhanes, weight):
    rows = records("nhanes_1999_2004", set="prevalence", weight=weight)
    assert len(rows) >= 4
    for record in rows:
        cohort = domain(nhanes.with_design(weight), record)
        condition = record["condition"].removesuffix("_F")
        cohort = cohort.define(fibromyalgia="F") if record["condition"].endswith("_F") else cohort
        if weight == "examination":
            cohort = cohort.restrict("examined", "not examined")
        found = row(cm.prevalence(cohort, by=BY[record["by"]]), record, outcome=condition)
        korn = row(cm.prevalence(cohort, by=BY[record["by"]], interval="korn-graubard"), record, outcome=condition)
        assert found.estimate == pytest.approx(record["estimate"], rel=RELATIVE)
        assert found.std_error == pytest.approx(record["se"], rel=RELATIVE)
        assert (found.n, found.events) == (record["n"], record["events"])
        assert (found.conf_low, found.conf_high) == pytest.approx(
            (record["logit_low"], record["logit_high"]), rel=RELATIVE
        )
        if record["deff"] >= 1:
            assert (korn.conf_low, korn.conf_high) == pytest.approx(
                (record["beta_low"], record["beta_high"]), rel=RELATIVE
            )
        else:  # NCHS never counts more people than there are; R does
            assert korn.conf_low < record["beta_low"] < record["beta_high"] < korn.conf_high


@pytest.mark.parametrize("name", MEASURES)
def test_pair_measures(nhanes, name):
    ours, swap = MEASURES[name]
    rows = records("nhanes_1999_2004", set="cooccurrence", measure=name)
    assert len(rows) == 6 * 4 + 3
    for record in rows:
        frame = cm.cooccurrence(cohort_of(nhanes, record), by=BY[record["by"]], measures=[ours])
        a, b = (name.removesuffix("_F") for name in (record["a"], record["b"]))
        a, b = (b, a) if swap else (a, b)
        found = row(frame, record, measure=ours, condition_a=a, condition_b=b)
        estimate = np.log(found.estimate) if name.startswith("log_") else found.estimate
        assert estimate == pytest.approx(record["estimate"], rel=RELATIVE)
        assert found.std_error == pytest.approx(record["se"], rel=RELATIVE)
        assert found.n == record["n"]


def test_tetrachoric_estimate_and_error(nhanes):
    """R has no linearised error for it: the estimate is pinned to 1e-8, the error to the jackknife's three digits."""
    rows = records("nhanes_1999_2004", set="cooccurrence", measure="tetrachoric")
    assert rows
    for record in rows:
        frame = cm.cooccurrence(cohort_of(nhanes, record), by=BY[record["by"]], measures=["tetrachoric"])
        found = row(frame, record, condition_a=record["a"], condition_b=record["b"].removesuffix("_F"))
        assert found.estimate == pytest.approx(record["estimate"], rel=RELATIVE)
        assert found.std_error == pytest.approx(record["se"], rel=5e-3)


def test_combinations(nhanes):
    rows = records("nhanes_1999_2004", set="combinations")
    assert len(rows) == 240
    for record in rows:
        frame = cm.combinations(nhanes, record["members"].split(", "), by=BY[record["by"]])
        measure = record["measure"].removeprefix("log_")
        found = row(frame, record, measure=measure, combination=record["combination"])
        estimate = np.log(found.estimate) if record["measure"].startswith("log_") else found.estimate
        assert estimate == pytest.approx(record["estimate"], rel=RELATIVE, abs=1e-12)
        assert found.std_error == pytest.approx(record["se"], rel=RELATIVE)
        assert found.events == record["events"]
