"""Every frame with an interval says how wide it is meant to be, so that a table never has to print "CI" alone."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

import comorbid as cm

PAIR = ["migraine", "neck_pain"]


@pytest.fixture(scope="module")
def people() -> cm.Cohort:
    return cm.load_cohort("synthetic").restrict("age >= 60", reason="younger than 60")


@pytest.fixture(scope="module")
def fit(people: cm.Cohort) -> cm.LogisticFit:
    spec = cm.LogisticSpec("neck_pain", "migraine").interact("migraine", "low_back_pain").adjust_for("sex")
    return cm.fit_logistic(people, spec)


OF_A_FIT: dict[str, Callable[[cm.LogisticFit], pd.DataFrame]] = {
    "tidy": lambda fit: fit.tidy(conf_level=0.9),
    "margins": lambda fit: fit.margins("migraine", conf_level=0.9),
    "interaction": lambda fit: fit.interaction("migraine", "low_back_pain", conf_level=0.9),
    "attributable_fraction": lambda fit: fit.attributable_fraction("migraine", conf_level=0.9),
}
OF_A_COHORT: dict[str, Callable[[cm.Cohort], pd.DataFrame]] = {
    "prevalence": lambda c: cm.prevalence(c, conf_level=0.9),
    "standardised": lambda c: cm.standardised_prevalence(c, PAIR, standard="us-2000", conf_level=0.9),
    "graded": lambda c: cm.graded_exposure(c, "migraine", ["low_back_pain", "neck_pain"], ["sex"], conf_level=0.9),
    "stratified": lambda c: cm.stratified_odds_ratio(c, *PAIR, by="sex", conf_level=0.9),
}


@pytest.mark.parametrize("name", OF_A_FIT)
def test_a_frame_of_a_fit_says_its_level(name: str, fit: cm.LogisticFit) -> None:
    assert OF_A_FIT[name](fit).attrs["conf_level"] == 0.9


@pytest.mark.parametrize("name", OF_A_COHORT)
def test_a_frame_of_a_cohort_says_its_level(name: str, people: cm.Cohort) -> None:
    assert OF_A_COHORT[name](people).attrs["conf_level"] == 0.9


def test_published_intervals_are_of_95_percent() -> None:
    assert cm.published_estimates(outcome="low_back_pain").attrs["conf_level"] == 0.95
