"""Number of conditions as a graded exposure: against R, and against models of a variable made by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from tests.references import records

ROWS = ["n_others_level1", "n_others_level2", "n_others_level3", "n_others"]
DESIGN = cm.SurveyDesign(weights="weight", strata="stratum", psu="psu")


@pytest.mark.data
def test_equals_r_on_the_real_cohort(nhanes):
    frame = cm.graded_exposure(nhanes, "migraine", covariates=["age_band", "sex"])
    found = {row["coefficient"]: row for row in records("nhanes_effects", set="graded_exposure")}
    assert frame["level"].fillna("").tolist() == ["1", "2", "3", ""]
    for row, name in zip(frame.itertuples(), ROWS, strict=True):
        assert np.log(row.estimate) == pytest.approx(found[name]["estimate"], rel=1e-10)
        assert row.std_error == pytest.approx(found[name]["se"], rel=1e-10)
        assert row.n == found[name]["n"]


@pytest.mark.data
def test_the_trend_test_equals_r(nhanes):
    tests = records("nhanes_effects", set="graded_test", exposure="n_others", method="wald_f")
    assert {test["ddf"] for test in tests} == {44, 39}
    for test in tests:
        df = "design" if test["ddf"] == 44 else "residual"
        trend = cm.graded_exposure(nhanes, "migraine", covariates=["age_band", "sex"], df=df).iloc[-1]
        assert trend.statistic**2 == pytest.approx(test["statistic"], rel=1e-10)
        assert trend.p_value == pytest.approx(test["p_value"], rel=1e-8)


@pytest.mark.data
def test_overlap_among_the_counted_conditions_is_noted(nhanes):
    frame = cm.graded_exposure(nhanes, "migraine")
    assert frame["note"].str.contains("low_back_pain & fibromyalgia share site: low back").all()
    assert "note" not in cm.graded_exposure(nhanes.define(fibromyalgia="F"), "migraine").columns


def people(n: int = 1500) -> pd.DataFrame:
    rng = np.random.default_rng(11)
    unit = np.arange(n) % 10
    sick = {name: rng.random(n) < share for name, share in (("a", 0.4), ("b", 0.3), ("c", 0.3))}
    number = sum(values.astype(int) for values in sick.values())
    outcome = rng.random(n) < 1 / (1 + np.exp(2 - 0.6 * number))
    frame = pd.DataFrame({**sick, "outcome": outcome, "number": pd.Categorical(number), "amount": number.astype(float)})
    sex = pd.Categorical(np.where(rng.random(n) < 0.5, "male", "female"), ["male", "female"])
    return frame.assign(sex=sex, weight=rng.uniform(1, 3, n), stratum=unit // 2, psu=unit % 2)


def load(frame: pd.DataFrame) -> cm.Cohort:
    return cm.load_cohort(frame, design=DESIGN, conditions=["a", "b", "c", "outcome"])


def same(found: pd.DataFrame, fit: cm.LogisticFit, exposure: str) -> None:
    rows = fit.tidy(exponentiate=True)
    rows = rows[rows["term"] == exposure]
    numbers = ["estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high", "n", "events"]
    np.testing.assert_allclose(found[numbers].to_numpy(float), rows[numbers].to_numpy(float), rtol=1e-9)


@pytest.mark.parametrize("covariates", [[], ["sex"]])
def test_it_is_the_model_of_a_variable_made_by_hand(covariates):
    cohort = load(people())
    frame = cm.graded_exposure(cohort, "outcome", covariates=covariates)
    right = " + ".join(["", *covariates])
    same(frame.iloc[:-1], cm.fit_logistic(cohort, f"outcome ~ number{right}"), "number")
    same(frame.iloc[-1:], cm.fit_logistic(cohort, f"outcome ~ amount{right}"), "amount")
    assert frame["model"].eq("adjusted" if covariates else "crude").all()
    assert frame["term"].tolist() == ["number_of_conditions"] * 3 + ["each_further_condition"]


def test_people_with_an_unknown_condition_are_left_out_as_a_domain():
    frame = people()
    frame["a"] = frame["a"].astype(object)
    frame.loc[::7, "a"] = None
    frame["a"] = pd.Categorical(frame["a"].map({True: "yes", False: "no"}), ["no", "yes"])
    frame.loc[::7, ["number", "amount"]] = np.nan
    cohort = load(frame)
    found = cm.graded_exposure(cohort, "outcome")
    same(found.iloc[-1:], cm.fit_logistic(cohort, "outcome ~ amount"), "amount")
    assert found["n"].iloc[0] == frame["amount"].notna().sum() < len(frame)


def test_the_last_level_may_be_open_and_the_trend_counts_on():
    cohort = load(people())
    whole, open_ended = cm.graded_exposure(cohort, "outcome"), cm.graded_exposure(cohort, "outcome", most=2)
    assert open_ended["level"].fillna("").tolist() == ["1", "2+", ""]
    assert open_ended["estimate"].iloc[0] == pytest.approx(whole["estimate"].iloc[0], rel=1e-9)
    pd.testing.assert_frame_equal(open_ended.tail(1).reset_index(drop=True), whole.tail(1).reset_index(drop=True))


def test_subgroups_are_fitted_on_their_own():
    cohort = load(people())
    frame = cm.graded_exposure(cohort, "outcome", covariates=["sex"], by="sex")
    women = cm.graded_exposure(cohort.restrict("sex == 'female'", "men"), "outcome")
    rows = frame[frame["sex"] == "female"].drop(columns="sex").reset_index(drop=True)
    pd.testing.assert_frame_equal(rows, women, rtol=1e-10)
    assert frame.attrs["labels"]["number_of_conditions"] == "Number of conditions (a; b; c)"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"conditions": ["a", "outcome"]}, "outcome: counted among the conditions"),
        ({"covariates": ["a:sex"]}, "a: counted among the conditions"),
        ({"conditions": ["a"]}, "needs 2 conditions or more"),
        ({"most": 4}, "does not lie between 1 and the 3"),
        ({"conditions": ["a", "nothing"]}, "no condition 'nothing'"),
    ],
)
def test_what_cannot_be_counted_is_refused(asked, message):
    with pytest.raises(cm.ComorbidError, match=message):
        cm.graded_exposure(load(people()), "outcome", **asked)


def test_nobody_with_every_answer():
    frame = people()
    frame["a"] = pd.Categorical([None] * len(frame), ["no", "yes"])
    with pytest.raises(cm.ComorbidError, match="answer to a, b, c, outcome"):
        cm.graded_exposure(load(frame), "outcome")
