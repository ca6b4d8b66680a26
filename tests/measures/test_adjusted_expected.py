"""Covariate-adjusted observed/expected: against R and its jackknife, and against a jackknife made here."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from tests.references import records

RECORDS = records("nhanes_effects", set="adjusted_observed_expected")
DESIGN = cm.SurveyDesign(weights="weight", strata="stratum", psu="psu")


def people(seed: int = 7, n: int = 900) -> pd.DataFrame:
    """Three strata of four PSUs; two conditions that depend on age and on each other."""
    rng = np.random.default_rng(seed)
    unit = np.arange(n) % 12
    age = pd.Categorical.from_codes(rng.integers(0, 3, n), ["young", "middle", "old"])
    shift = rng.normal(0, 0.3, 12)[unit]
    first = rng.random(n) < 1 / (1 + np.exp(1.0 - 0.4 * age.codes - shift))
    second = rng.random(n) < 1 / (1 + np.exp(1.5 - 0.3 * age.codes - 0.8 * first - shift))
    columns = {"first": first, "second": second, "age": age, "group": pd.Categorical(np.where(unit % 2, "odd", "even"))}
    return pd.DataFrame({**columns, "weight": rng.uniform(1, 4, n), "stratum": unit // 4, "psu": unit % 4})


def estimates(frame: pd.DataFrame) -> np.ndarray:
    """O, E and log(O / E)."""
    found = cm.adjusted_observed_expected(cm.load_cohort(frame, design=DESIGN), ["age"])["estimate"].to_numpy()
    return np.r_[found[:2], np.log(found[2])]


@pytest.mark.data
@pytest.mark.parametrize("record", RECORDS, ids=lambda r: f"{r['a']}-{r['b']}-{r['covariates']}")
def test_equals_r_on_the_real_cohort(nhanes, record):
    frame = cm.adjusted_observed_expected(nhanes, record["covariates"].split(" + "), [record["a"], record["b"]])
    observed, expected, ratio = frame.itertuples()
    assert (observed.measure, expected.measure) == ("prevalence", "expected_prevalence")
    assert (observed.estimate, expected.estimate) == pytest.approx((record["observed"], record["expected"]), rel=1e-10)
    assert np.log(ratio.estimate) == pytest.approx(record["estimate"], rel=1e-10)
    assert ratio.std_error == pytest.approx(record["se"], rel=1e-10)
    assert ratio.std_error == pytest.approx(record["se_jkn"], rel=2e-3)
    assert ratio.n == record["n"]


def test_errors_agree_with_a_delete_one_psu_jackknife():
    frame = people()
    centre, total = estimates(frame), np.zeros(3)
    for stratum, psu in frame[["stratum", "psu"]].drop_duplicates().itertuples(index=False):
        inside = frame["stratum"] == stratum
        gone = inside & (frame["psu"] == psu)
        weight = frame["weight"] * np.where(inside, 4 / 3, 1) * ~gone
        total += 3 / 4 * (estimates(frame.assign(weight=weight)) - centre) ** 2
    found = cm.adjusted_observed_expected(cm.load_cohort(frame, design=DESIGN), ["age"])["std_error"]
    assert found.to_numpy() == pytest.approx(np.sqrt(total), rel=0.02)


@pytest.mark.data
@pytest.mark.parametrize("mse", [False, True])
@pytest.mark.parametrize("record", RECORDS[:3], ids=lambda r: f"{r['a']}-{r['b']}")
def test_the_jackknife_fits_both_models_anew_as_r_does(nhanes, record, mse):
    cohort = nhanes.with_replicates("jackknife", mse=mse)
    frame = cm.adjusted_observed_expected(cohort, record["covariates"].split(" + "), [record["a"], record["b"]])
    ratio = frame.iloc[-1]
    assert np.log(ratio.estimate) == pytest.approx(record["estimate"], rel=1e-10)
    assert ratio.std_error == pytest.approx(record["se_jkn_mse" if mse else "se_jkn"], rel=1e-8)


def test_a_replicate_in_which_nobody_has_both_leaves_the_error_missing():
    frame = people()
    frame["second"] &= frame["stratum"].eq(0) & frame["psu"].eq(0)
    cohort = cm.load_cohort(frame, design=DESIGN)
    assert cm.adjusted_observed_expected(cohort, ["age"])["std_error"].notna().all()
    again = cm.adjusted_observed_expected(cohort.with_replicates("jackknife"), ["age"]).iloc[-1]
    assert np.isnan(again.std_error) and np.isfinite(again.estimate)


def test_interactions_and_splines_are_terms_as_in_any_model():
    frame = people().assign(years=lambda f: np.random.default_rng(1).normal(50, 9, len(f)).round())
    cohort = cm.load_cohort(frame, design=DESIGN)
    crossed = cm.adjusted_observed_expected(cohort, ["age:group"])
    named = cm.adjusted_observed_expected(cohort, ["age", "group", "age:group"])
    pd.testing.assert_frame_equal(crossed, named, rtol=1e-9)
    curved = cm.adjusted_observed_expected(cohort, ["ns(years, df=3)", "age"])
    models = [cm.fit_logistic(cohort, f"{name} ~ age + ns(years, df=3)") for name in ("first", "second")]
    assert curved["n"].iloc[0] == models[0].n
    assert abs(curved["estimate"].iloc[1] - named["estimate"].iloc[1]) > 1e-6
    with pytest.raises(cm.ComorbidError, match="a variable as it is"):
        cm.adjusted_observed_expected(cohort, ["ns(years, df=3)"])


def test_without_a_design_people_count_as_sampled_one_by_one():
    """The design of one person a unit differs by the factor n / (n - 1) in variance alone."""
    frame = people().assign(one=1)
    plain, alone = (
        cm.adjusted_observed_expected(cm.load_cohort(frame, design=design, conditions=["first", "second"]), ["age"])
        for design in (None, cm.SurveyDesign(weights="one"))
    )
    n = len(frame)
    assert plain["estimate"].to_numpy() == pytest.approx(alone["estimate"].to_numpy(), rel=1e-12)
    assert plain["std_error"].to_numpy() * np.sqrt(n / (n - 1)) == pytest.approx(
        alone["std_error"].to_numpy(), rel=1e-10
    )


def test_saturated_models_give_the_standardised_ratio():
    """With one categorical covariate, E is the mean over its levels of the product of their prevalences."""
    frame = people()
    parts = {level: rows for level, rows in frame.groupby("age", observed=True)}
    mean = {
        level: [np.average(rows[name], weights=rows["weight"]) for name in ("first", "second")]
        for level, rows in parts.items()
    }
    share = {level: rows["weight"].sum() / frame["weight"].sum() for level, rows in parts.items()}
    expected = sum(share[level] * mean[level][0] * mean[level][1] for level in parts)
    assert estimates(frame)[1] == pytest.approx(expected, rel=1e-12)


def test_subgroups_are_fitted_on_their_own_as_domains():
    cohort = cm.load_cohort(people(), design=DESIGN)
    whole = cm.adjusted_observed_expected(cohort, ["age", "group"], by="group")
    odd = cm.adjusted_observed_expected(cohort.restrict("group == 'odd'", "even"), ["age"])
    pd.testing.assert_frame_equal(
        whole[whole["group"] == "odd"].drop(columns="group").reset_index(drop=True), odd, check_exact=False, rtol=1e-12
    )


def test_a_group_whose_model_cannot_be_fitted_keeps_its_rows():
    frame = people()
    frame.loc[frame["group"] == "odd", "second"] = False
    cohort = cm.load_cohort(frame, design=DESIGN)
    rows = cm.adjusted_observed_expected(cohort, ["age"], by="group").set_index(["group", "measure"])
    assert rows.loc["odd", "estimate"].isna().all() and rows.loc["odd", "n_b"].eq(0).all()
    assert rows.loc["even", "estimate"].notna().all()
    with pytest.raises(cm.ComorbidError):
        cm.adjusted_observed_expected(cohort.restrict("group == 'odd'", "even"), ["age"])


def test_a_pair_that_nobody_has_leaves_the_ratio_missing():
    frame = people()
    frame["second"] &= ~frame["first"]
    observed, _, ratio = cm.adjusted_observed_expected(cm.load_cohort(frame, design=DESIGN), ["age"]).itertuples()
    assert observed.estimate == 0 and np.isnan([ratio.estimate, ratio.std_error, ratio.conf_low]).all()


@pytest.mark.parametrize("covariates", [[], ["age", "first"], ["age:second"], ["group"]])
def test_covariates_must_be_there_and_be_no_conditions(covariates):
    by = "group" if covariates == ["group"] else None
    with pytest.raises(cm.ComorbidError, match="covaria"):
        cm.adjusted_observed_expected(cm.load_cohort(people(), design=DESIGN), covariates, by=by)
