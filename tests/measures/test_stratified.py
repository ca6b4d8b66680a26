"""Odds ratios in strata: counts against R `mantelhaen.test` and metafor, designs against R `svycontrast`, to 1e-8."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid._numerics.stratified import log_mantel_haenszel, mantel_haenszel_gradient
from tests.fitting.test_survey_cases import cohort, near, written_here
from tests.references import records

CASES = ["R10", "R13 tolbutamide", "R13 spermicide", "R14"]


def counted(case: str) -> cm.Cohort:
    """The people of the strata's tables, one by one."""
    rows = records("models", set="stratum_table", case=case)
    counts = [row[cell] for row in rows for cell in "abcd"]
    cells = np.repeat(np.arange(len(counts)), counts)
    strata = pd.Categorical.from_codes(cells // 4, [f"s{row['stratum']}" for row in rows])
    return cm.load_cohort(pd.DataFrame({"exposed": cells % 4 < 2, "outcome": cells % 2 == 0, "stratum": strata}))


def expected(case: str, method: str) -> dict:
    (row,) = records("models", set="mantel_haenszel", case=case, method=method)
    return row


@pytest.mark.parametrize("case", CASES)
def test_counts(case):
    frame = cm.stratified_odds_ratio(counted(case), "outcome", "exposed", "stratum").set_index(["model", "measure"])
    pooled, crude = frame.loc[("mantel_haenszel", "odds_ratio")], frame.loc[("crude", "odds_ratio")]
    near(np.log(pooled.estimate), expected(case, "metafor")["log_estimate"])
    near(pooled.std_error, expected(case, "metafor")["log_se"])
    near(pooled.conf_low, expected(case, "mantel_haenszel")["conf_low"])
    near(pooled.conf_high, expected(case, "mantel_haenszel")["conf_high"])
    near(crude.estimate, expected(case, "crude")["estimate"])
    near(crude.std_error, expected(case, "crude")["log_se"])
    tests = frame.loc["test"]
    near(tests.loc["cochran_mantel_haenszel", "statistic"], expected(case, "mantel_haenszel")["chi_square"])
    near(tests.loc["cochran_mantel_haenszel", "p_value"], expected(case, "mantel_haenszel")["p_value"])
    near(tests.loc["breslow_day", "statistic"], expected(case, "homogeneity")["breslow_day"])
    near(tests.loc["breslow_day", "p_value"], expected(case, "homogeneity")["p_value"])
    near(tests.loc["tarone", "statistic"], expected(case, "homogeneity")["tarone"])
    assert tests.loc["breslow_day", "ndf"] == expected(case, "homogeneity")["df"]
    strata = [row["odds_ratio"] for row in records("models", set="stratum_table", case=case)]
    for found, ratio in zip(frame.loc[("stratum", "odds_ratio"), "estimate"], strata, strict=True):
        assert found == np.inf if ratio == "inf" else found == pytest.approx(ratio, rel=1e-12)


def test_a_stratum_without_a_finite_odds_ratio_has_no_error_and_still_counts():
    frame = cm.stratified_odds_ratio(counted("R10"), "outcome", "exposed", "stratum")
    first = frame[frame["model"] == "stratum"].iloc[0]
    assert np.isinf(first.estimate)
    assert np.isnan(first.std_error)
    assert first.n == 116
    assert frame.loc[frame["model"] == "mantel_haenszel", "n"].item() == 975


DESIGNED = sorted({(row["design"], row["by"]) for row in records("stratified", set="homogeneity")})


@pytest.mark.parametrize(("design", "by"), DESIGNED)
def test_designs(design, by):
    rows = records("stratified", set="stratified_odds_ratio", design=design, by=by)
    by = written_here(by)
    frame = cm.stratified_odds_ratio(cohort(design), rows[0]["outcome"], rows[0]["exposure"], by)
    for row in rows:
        found = frame[(frame["model"] == row["model"]) & (frame[by].isna() | (frame[by] == row["stratum"]))].iloc[0]
        near(np.log(found.estimate), row["estimate"])
        near(found.std_error, row["se"])
    assert frame.loc[frame["model"] == "crude", "n"].item() == rows[0]["n"]
    (test,) = records("stratified", set="homogeneity", design=design, by=rows[0]["by"])
    found = frame[frame["measure"] == "wald_homogeneity"].iloc[0]
    for name in ("statistic", "ndf", "ddf", "p_value"):
        near(found[name], test[name])


def test_the_pooled_odds_ratio_keeps_its_value_under_replicates():
    whole = cohort("nhanes")
    linear = cm.stratified_odds_ratio(whole, "HI_CHOL", "RIAGENDR", "agecat").query("measure == 'odds_ratio'")
    jackknife = cm.stratified_odds_ratio(whole.with_replicates(), "HI_CHOL", "RIAGENDR", "agecat")
    jackknife = jackknife.query("measure == 'odds_ratio'")
    np.testing.assert_allclose(jackknife["estimate"], linear["estimate"], rtol=1e-12)
    pooled = linear["model"] == "mantel_haenszel"
    np.testing.assert_allclose(jackknife.loc[pooled, "std_error"], linear.loc[pooled, "std_error"], rtol=0.01)


def test_gradient_against_differences():
    tables = np.array([[8.0, 98, 5, 115], [22, 76, 16, 69], [0, 0, 0, 0]])
    gradient = mantel_haenszel_gradient(tables)
    for cell in np.ndindex(2, 4):
        step = np.zeros_like(tables)
        step[cell] = 1e-4
        slope = (log_mantel_haenszel(tables + step) - log_mantel_haenszel(tables - step)) / 2e-4
        assert gradient[cell] == pytest.approx(slope, rel=1e-6)


def test_strata_of_two_variables_name_both():
    frame = cm.stratified_odds_ratio(cohort("nhanes"), "HI_CHOL", "older", ["RIAGENDR", "race"])
    assert list(frame.columns[:2]) == ["RIAGENDR", "race"]
    assert (frame["model"] == "stratum").sum() == 8


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("y", "high", "high"), "name different variables"),
        (("y", "type", "met"), "`type` does not have two levels"),
        (("y", "high", "meals"), "continuous"),
        (("y", "high", []), "name different variables"),
    ],
)
def test_what_cannot_be_stratified(arguments, message):
    with pytest.raises(cm.ComorbidError, match=message):
        cm.stratified_odds_ratio(cohort("dstrat"), *arguments)
