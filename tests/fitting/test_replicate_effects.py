"""Effects of a model and combinations of conditions, estimated anew in each replicate as R's `withReplicates` does."""

from __future__ import annotations

import numpy as np
import pytest

import comorbid as cm
from tests.fitting.test_survey_cases import DESIGNS, near, people
from tests.measures.test_replicates import given, sampled
from tests.references import records

CASES = [(case, mse) for case in ("nhanes", "BRR") for mse in (False, True)]


def cohort_of(case: str, mse: bool) -> cm.Cohort:
    whole = given(case, mse=mse) if case == "BRR" else sampled(case).with_replicates("jackknife", mse=mse)
    return whole.complete_cases(["HI_CHOL", "older"])


def expected(kind: str, case: str, mse: bool) -> dict[str, tuple[float, float]]:
    rows = records("replicate_effects", set=kind, case=case)
    return {row["measure"]: (row["estimate"], row["se_mse" if mse else "se"]) for row in rows}


@pytest.mark.parametrize(("case", "mse"), CASES)
def test_margins_attributable_fraction_and_interaction(case, mse):
    known = expected("effects", case, mse)
    fit = cm.fit_logistic(cohort_of(case, mse), "HI_CHOL ~ RIAGENDR * older + race")
    contrasts = ("prevalence_ratio", "prevalence_difference", "odds_ratio")
    for row in fit.margins("RIAGENDR", contrasts=contrasts).itertuples():
        estimate, error = known[f"prevalence_{row.level}" if row.measure == "prevalence" else row.measure]
        near(np.log(row.estimate) if row.measure.endswith("ratio") else row.estimate, estimate)
        near(row.std_error, error)
    fraction = fit.attributable_fraction("RIAGENDR").iloc[0]
    near(np.log(1 - fraction.estimate), known["log_rest"][0])
    near(fraction.std_error / (1 - fraction.estimate), known["log_rest"][1])
    for row in fit.interaction("RIAGENDR", "older").itertuples():
        if row.measure == "attributable_proportion":
            near(np.log(1 - row.estimate), known["log_rest_of_both"][0])
            near(row.std_error / (1 - row.estimate), known["log_rest_of_both"][1])
        elif row.measure in ("ratio_of_odds_ratios", "reri"):
            near(np.log(row.estimate) if row.measure.startswith("ratio") else row.estimate, known[row.measure][0])
            near(row.std_error, known[row.measure][1])


def test_with_people_fixed_only_the_coefficients_vary():
    fit = cm.fit_logistic(cohort_of("nhanes", mse=True), "HI_CHOL ~ RIAGENDR")
    free, fixed = (fit.margins("RIAGENDR", uncertainty=u)["std_error"] for u in ("unconditional", "conditional"))
    np.testing.assert_allclose(free, fixed, rtol=1e-10)  # one predictor: nobody's covariates are averaged over
    adjusted = cm.fit_logistic(cohort_of("nhanes", mse=True), "HI_CHOL ~ RIAGENDR + race + agecat")
    free, fixed = (adjusted.margins("RIAGENDR", uncertainty=u)["std_error"] for u in ("unconditional", "conditional"))
    assert (np.abs(free / fixed - 1) > 1e-3).any()


@pytest.mark.parametrize("mse", [False, True])
def test_marginal_effect_of_a_continuous_variable(mse):
    cohort = sampled("dclus1_no_fpc").with_replicates("jackknife", mse=mse)
    row = cm.fit_logistic(cohort, "y ~ ell + meals").margins("ell").iloc[0]
    estimate, error = expected("marginal_effect", "dclus1_no_fpc", mse)["ell"]
    near(row.estimate, estimate)
    near(row.std_error, error)


@pytest.mark.parametrize(("case", "mse"), CASES)
def test_combinations(case, mse):
    known = expected("combinations", case, mse)
    frame = cm.combinations(cohort_of(case, mse), ["HI_CHOL", "older"])
    for row in frame.itertuples():
        name = "both" if row.size == 2 else row.combination
        estimate, error = known[f"{row.measure} {name}"]
        near(np.log(row.estimate) if row.measure == "observed_expected" else row.estimate, estimate)
        near(row.std_error, error)


def test_joint_models_have_the_covariance_of_their_replicates():
    """The block of one model is its own covariance; the blocks between are those of differences fitted anew."""
    cohort = sampled("nhanes").with_replicates("jackknife")
    joint = cm.fit_joint(cohort, ["HI_CHOL ~ RIAGENDR", "HI_CHOL ~ RIAGENDR + race"])
    alone = joint.fits[1].covariance
    np.testing.assert_allclose(joint.covariance[2:, 2:], alone, rtol=1e-12)
    apart = joint.fits[1].replicates[:, 1] - joint.fits[0].replicates[:, 1]
    replication = cohort.clusters.replication
    spread = replication.scale * (replication.rscales * (apart - apart.mean()) ** 2).sum()
    names = {joint.names[3]: 1.0, joint.names[1]: -1.0}
    assert joint.contrast(names).loc[0, "std_error"] == pytest.approx(np.sqrt(spread), rel=1e-12)


def test_a_combination_absent_from_a_replicate_has_no_error_of_its_ratio():
    data = people("apistrat").assign(rare=lambda frame: frame.index == 3)
    cohort = cm.load_cohort(data, design=cm.SurveyDesign(**DESIGNS["dstrat"][1])).with_replicates("jackknife")
    frame = cm.combinations(cohort, ["y", "rare"]).query("measure == 'observed_expected' and rare")
    assert frame["std_error"].isna().all()
    assert frame["estimate"].notna().any()
