"""Prevalence tells which proportions are too imprecise to be shown."""

from __future__ import annotations

import numpy as np
import pandas as pd

import comorbid as cm
from tests.fitting.test_survey_cases import cohort


def test_r21_two_percent_of_183_schools_in_15_districts_is_suppressed():
    found = cm.prevalence(cohort("dclus1"), ["no_ell"]).iloc[0]
    assert (found.presentation, found.presentation_reason) == (
        "suppress",
        "95% interval wider than 130% of the proportion",
    )


def test_each_subgroup_is_judged_by_itself():
    frame = cm.prevalence(cohort("nhanes"), ["HI_CHOL"], by=["agecat", "race"])
    assert set(frame["presentation"]) == {"show", "suppress"}
    young = frame[(frame["agecat"] == "0-19") & (frame["race"] == "4")].iloc[0]
    assert young.presentation == "suppress"


def test_the_interval_asked_for_does_not_change_the_verdict():
    columns = ["presentation", "presentation_reason"]
    logit, korn = (cm.prevalence(cohort("dclus1"), interval=name)[columns] for name in ("logit", "korn-graubard"))
    pd.testing.assert_frame_equal(logit, korn)
    pd.testing.assert_frame_equal(logit, cm.prevalence(cohort("dclus1"), conf_level=0.5)[columns])


def test_people_without_a_design():
    people = pd.DataFrame({"migraine": np.arange(100) < 20})
    assert cm.prevalence(cm.load_cohort(people)).loc[0, "presentation"] == "show"
    assert cm.prevalence(cm.load_cohort(people.head(29))).loc[0, "presentation_reason"] == "fewer than 30 people"
