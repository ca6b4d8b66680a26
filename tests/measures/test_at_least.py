"""At least so many conditions: the same as a column made by hand, and the sum of the combinations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import comorbid as cm

NAMES = ["migraine", "low_back_pain", "neck_pain"]


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(8)
    n = 3_000
    ill = rng.random(n) < 0.3
    people = {name: rng.random(n) < np.where(ill, 0.5, 0.1) for name in NAMES}
    design = {"w": rng.lognormal(size=n), "s": rng.integers(0, 8, n), "p": rng.integers(0, 2, n)}
    return pd.DataFrame(people | design)


def cohort(frame: pd.DataFrame) -> cm.Cohort:
    return cm.load_cohort(frame, design=cm.SurveyDesign(weights="w", strata="s", psu="p"))


def test_it_is_the_prevalence_of_a_column_made_by_hand(frame: pd.DataFrame) -> None:
    found = cm.prevalence_of_at_least(cohort(frame), NAMES)
    number = frame[NAMES].sum(axis=1)
    by_hand = frame.assign(**{f"at_least_{k}": number >= k for k in (1, 2, 3)})
    expected = cm.prevalence(cohort(by_hand), ["at_least_1", "at_least_2", "at_least_3"])
    columns = ["estimate", "std_error", "conf_low", "conf_high", "n", "events"]
    assert found["outcome"].tolist() == expected["outcome"].tolist()
    np.testing.assert_allclose(found[columns].to_numpy(float), expected[columns].to_numpy(float), rtol=1e-12)


def test_it_is_the_sum_of_the_combinations_in_a_domain(frame: pd.DataFrame) -> None:
    ill = cohort(frame).restrict("migraine == 'yes'", reason="without migraine")
    found = cm.prevalence_of_at_least(ill, ["low_back_pain", "neck_pain"])
    sets = cm.combinations(ill, ["low_back_pain", "neck_pain"])
    sets = sets[sets["measure"] == "prevalence"]
    for k, row in enumerate(found.itertuples(), start=1):
        assert row.estimate == pytest.approx(sets.loc[sets["size"] >= k, "estimate"].sum(), abs=1e-12)
        assert row.n == ill.n
    none = sets[sets["size"] == 0].iloc[0]
    assert found["std_error"].iloc[0] == pytest.approx(none["std_error"], rel=1e-9)


def test_people_with_an_answer_missing_are_left_out(frame: pd.DataFrame) -> None:
    holes = frame.assign(neck_pain=frame["neck_pain"].astype("boolean").where(frame.index % 10 > 0))
    found = cm.prevalence_of_at_least(cohort(holes), NAMES)
    assert (found["n"] == 2_700).all()


def test_one_condition_is_too_few(frame: pd.DataFrame) -> None:
    with pytest.raises(cm.ComorbidError, match="2 conditions or more"):
        cm.prevalence_of_at_least(cohort(frame), ["migraine"])
    with pytest.raises(cm.ComorbidError, match="no condition"):
        cm.prevalence_of_at_least(cohort(frame), ["migraine", "sex"])
