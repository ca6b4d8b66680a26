"""Several models on the same people: what differs between them is the model alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.errors import SpecError
from comorbid.synthetic import simulate_people

FORMULAS = ["migraine ~ low_back_pain", "migraine ~ low_back_pain + sex + education"]


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    """People whose education is missing for some."""
    rng = np.random.default_rng(3)
    frame = simulate_people(n=1500, seed=2)[["migraine", "low_back_pain", "sex", "education"]].copy()
    frame.loc[rng.random(len(frame)) < 0.2, "education"] = None
    return frame


@pytest.fixture(scope="module")
def people(answers: pd.DataFrame) -> cm.Cohort:
    return cm.load_cohort(answers, conditions=["migraine", "low_back_pain"])


def test_every_model_rests_on_the_people_known_in_all(people: cm.Cohort) -> None:
    crude, adjusted = cm.fit_all(people, FORMULAS)
    known = people.complete_cases(["migraine", "low_back_pain", "sex", "education"])
    assert crude.n == adjusted.n == known.n < people.n
    assert crude.cohort.flow()["n"].tolist() == known.flow()["n"].tolist()
    for fit, formula in zip((crude, adjusted), FORMULAS, strict=True):
        assert fit.coefficients == pytest.approx(cm.fit_logistic(known, formula).coefficients)
    assert crude.coefficients != pytest.approx(cm.fit_logistic(people, FORMULAS[0]).coefficients)


def test_a_crude_odds_ratio_is_that_of_the_table_of_these_people(people: cm.Cohort, answers: pd.DataFrame) -> None:
    crude, _ = cm.fit_all(people, FORMULAS)
    kept = answers.dropna(subset=["education"])
    cells = kept.groupby(["migraine", "low_back_pain"], observed=True).size()
    odds_ratio = cells["yes", "yes"] * cells["no", "no"] / (cells["yes", "no"] * cells["no", "yes"])
    assert np.exp(crude.coefficients[1]) == pytest.approx(odds_ratio, rel=1e-8)


@pytest.mark.parametrize("models", [[], FORMULAS[0]])
def test_no_model_or_a_single_one_is_refused(people: cm.Cohort, models: object) -> None:
    with pytest.raises(SpecError, match="a sequence of one or more models"):
        cm.fit_all(people, models)  # type: ignore[arg-type]
