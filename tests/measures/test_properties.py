"""What must not change prevalence and co-occurrence, and how it must change: on random surveys with missing answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comorbid as cm
from comorbid.errors import DesignError, EmptyDomainError, SpecError

DESIGN = cm.SurveyDesign(weights="w", strata="stratum", psu="psu")
NUMBERS = ["estimate", "std_error", "conf_low", "conf_high", "n"]
examples = settings(max_examples=8)
seeds = st.integers(0, 2**32 - 1)


def survey(seed: int, missing: float = 0.1) -> pd.DataFrame:
    """Three conditions, some answers missing, in 4 strata of 3 PSUs of 20 people."""
    rng = np.random.default_rng(seed)
    n = 240
    liability = rng.normal(size=n)
    frame = pd.DataFrame({"stratum": np.repeat(np.arange(4), 60), "psu": np.tile(np.repeat(np.arange(3), 20), 4)})
    for name in ("a", "b", "c"):
        answer = pd.array(liability + rng.normal(size=n) > 0.4, dtype="boolean")
        answer[rng.random(n) < missing] = pd.NA
        frame[name] = answer
    sex = pd.Categorical(rng.choice(["male", "female"], n), ["male", "female"])
    return frame.assign(sex=sex, w=rng.lognormal(sigma=0.6, size=n))


def load(frame: pd.DataFrame, design: cm.SurveyDesign | None = DESIGN) -> cm.Cohort:
    return cm.load_cohort(frame, design=design, conditions=["a", "b", "c"])


def same(left: pd.DataFrame, right: pd.DataFrame, columns: list[str] = NUMBERS) -> None:
    assert len(left) == len(right)
    np.testing.assert_allclose(
        right[columns].to_numpy(float), left[columns].to_numpy(float), rtol=1e-9, atol=1e-12, equal_nan=True
    )


def everything(cohort: cm.Cohort) -> list[pd.DataFrame]:
    return [cm.prevalence(cohort, by="sex"), cm.cooccurrence(cohort), cm.combinations(cohort)]


def unchanged(before: cm.Cohort, after: cm.Cohort) -> None:
    for left, right in zip(everything(before), everything(after), strict=True):
        same(left, right)


@examples
@given(seeds, st.sampled_from([1e-3, 7.0, 1e6]))
def test_scale_of_the_weights(seed, factor):
    frame = survey(seed)
    unchanged(load(frame), load(frame.assign(w=frame["w"] * factor)))


@examples
@given(seeds)
def test_order_of_the_rows_and_names_of_the_design(seed):
    frame = survey(seed)
    renamed = frame.assign(stratum="s" + (9 - frame["stratum"]).astype(str), psu=frame["psu"] * 7 - 100)
    unchanged(load(frame), load(renamed.sample(frac=1, random_state=seed)))


@examples
@given(seeds)
def test_rows_of_weight_zero(seed):
    frame = survey(seed)
    unchanged(load(frame), load(pd.concat([frame, frame.assign(w=0.0, a=True, b=False)], ignore_index=True)))


@examples
@given(seeds)
def test_narrow_and_wide_labels_of_strata(seed):
    frame = survey(seed).assign(stratum=lambda f: f["stratum"] * 60 - 100)
    unchanged(load(frame), load(frame.astype({"stratum": "int8", "psu": "uint8"})))


@examples
@given(seeds)
def test_one_stratum_or_weights_of_one_are_the_same_sample(seed):
    """People sampled one by one: by a constant stratum, by constant weights, or by both."""
    frame = survey(seed).assign(one=1)
    designs = [cm.SurveyDesign(strata="one"), cm.SurveyDesign(weights="one")]
    first, second, third = (load(frame, design) for design in [*designs, cm.SurveyDesign(weights="one", strata="one")])
    unchanged(first, second)
    unchanged(first, third)


@examples
@given(seeds)
def test_a_domain_of_everybody(seed):
    cohort = load(survey(seed))
    unchanged(cohort, cohort.restrict("sex in ('male', 'female')", "nobody leaves"))


@examples
@given(seeds)
def test_subgroups_are_domains(seed):
    cohort = load(survey(seed))
    for measure in (cm.prevalence, cm.cooccurrence, cm.combinations):
        whole = measure(cohort, by="sex")
        for sex in ("male", "female"):
            same(whole[whole["sex"] == sex], measure(cohort.restrict(f"sex == '{sex}'", "the other sex")))


@examples
@given(seeds)
def test_a_pair_rests_on_those_with_both_answers(seed):
    """Degrees of freedom too, when a whole stratum left a question out."""
    frame = survey(seed)
    frame.loc[frame["stratum"] == 2, "a"] = pd.NA
    cohort = load(frame)
    pairs = cm.cooccurrence(cohort)
    answered = cohort.complete_cases(["a", "b"])
    inside = pairs["condition_a"].isin(["a", "b"]) & pairs["condition_b"].isin(["a", "b"])
    same(cm.cooccurrence(answered, ["a", "b"]), pairs[inside], [*NUMBERS, "p_value"])
    same(cm.prevalence(cohort.complete_cases(["a"]), ["a"]), cm.prevalence(cohort, ["a"]))


@examples
@given(seeds)
def test_order_of_a_pair(seed):
    cohort = load(survey(seed))
    left, right = (cm.cooccurrence(cohort, list(pair)).set_index(["condition_a", "measure"]) for pair in ("ab", "ba"))
    for measure in ("odds_ratio", "observed_expected", "phi", "yule_q", "jaccard", "tetrachoric"):
        found, turned = left.loc[("a", measure), NUMBERS], right.loc[("b", measure), NUMBERS]
        np.testing.assert_allclose(found.to_numpy(float), turned.to_numpy(float), rtol=1e-9, atol=1e-12)
    directed = ["prevalence_ratio", "prevalence_difference", "conditional_prevalence"]
    for measure in directed:
        found, turned = left.loc[("b", measure), NUMBERS], right.loc[("b", measure), NUMBERS]
        np.testing.assert_allclose(found.to_numpy(float), turned.to_numpy(float), rtol=1e-9, atol=1e-12)


@examples
@given(seeds)
def test_a_condition_turned_round(seed):
    """Its complement: the odds ratio inverts, signed measures change sign, the errors stay."""
    frame = survey(seed)
    wanted = ["odds_ratio", "phi", "yule_q", "tetrachoric", "prevalence_difference"]
    left, right = (
        cm.cooccurrence(load(data), ["a", "b"], measures=wanted) for data in (frame, frame.assign(b=~frame["b"]))
    )
    ratio = (left["measure"] == "odds_ratio").to_numpy()
    np.testing.assert_allclose(right["estimate"][ratio], 1 / left["estimate"][ratio], rtol=1e-9)
    np.testing.assert_allclose(right["estimate"][~ratio], -left["estimate"][~ratio], rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(right["std_error"], left["std_error"], rtol=1e-8)


@pytest.mark.parametrize("lonely", ["remove", "certainty", "average", "adjust"])
def test_a_sample_of_one_psu_has_no_variance(lonely):
    cohort = load(survey(1).assign(psu=1), cm.SurveyDesign(weights="w", psu="psu", lonely=lonely))
    with pytest.raises(DesignError, match="every stratum holds one PSU"):
        cm.prevalence(cohort)


def test_a_question_that_nobody_answered():
    cohort = load(survey(1).assign(c=pd.array([None] * 240, dtype="boolean")))
    shares = cm.prevalence(cohort).set_index("outcome")
    assert shares.loc["c", ["estimate", "std_error", "conf_low"]].isna().all() and shares.loc["c", "n"] == 0
    pairs = cm.cooccurrence(cohort)
    without = pairs[(pairs["condition_a"] == "c") | (pairs["condition_b"] == "c")]
    assert without[["estimate", "std_error", "p_value"]].isna().all(axis=None) and (without["n"] == 0).all()


@pytest.mark.parametrize("measure", [cm.prevalence, cm.cooccurrence, cm.combinations])
def test_subgroups_that_nobody_is_in(measure):
    empty = pd.Categorical([None] * 240, ["u", "v"])
    with pytest.raises(EmptyDomainError, match="has a level of sex"):
        measure(load(survey(1).assign(sex=empty)), by="sex")


@pytest.mark.parametrize("name", ["n", "estimate", "measure", "source"])
def test_subgroups_named_as_a_result_column(name):
    frame = survey(1).rename(columns={"sex": name})
    for measure in (cm.prevalence, cm.cooccurrence, cm.combinations):
        with pytest.raises(SpecError, match=f"'{name}': result frames have a column"):
            measure(load(frame), by=name)


def test_conditions_of_combinations_are_columns():
    with pytest.raises(SpecError, match="'n': result frames have a column"):
        cm.combinations(cm.load_cohort(survey(1).rename(columns={"b": "n"}), design=DESIGN, conditions=["a", "n"]))
    with pytest.raises(SpecError, match="one of the conditions that are combined"):
        cm.combinations(load(survey(1)), by="a")


@pytest.mark.parametrize("arguments", [{"measures": []}, {"measures": 3}, {"by": 3}, {"conditions": 3}], ids=str)
def test_arguments_of_the_wrong_kind(arguments):
    with pytest.raises(SpecError):
        cm.cooccurrence(load(survey(1)), **arguments)


def test_more_data_means_smaller_errors():
    """Every PSU in two copies: half the variance, but for m / (m - 1) with m = 3 PSUs a stratum."""
    frame = survey(2)
    twice = pd.concat([frame, frame.assign(psu=frame["psu"] + 10)], ignore_index=True)
    left, right = cm.prevalence(load(frame)), cm.prevalence(load(twice))
    np.testing.assert_allclose(right["estimate"], left["estimate"], rtol=1e-12)
    factor = np.sqrt(0.5 * (6 / 5) / (3 / 2))
    np.testing.assert_allclose(right["std_error"], left["std_error"] * factor, rtol=1e-10)
