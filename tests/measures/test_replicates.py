"""Replicate weights: given and made, against R `survey` to a relative error of 1e-8, and against linearised errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid._numerics.linearise import covariance
from comorbid.cells import collapse_cohort
from tests.fitting.test_survey_cases import DESIGNS, near, people
from tests.measures.test_nhanes_reference import cohort_of
from tests.references import FOLDER, records

MADE = {"dclus1_no_fpc": "JK1", "dclus1": "JK1", "dstrat_no_fpc": "JKn", "dstrat": "JKn", "nhanes": "JKn"}
PAIRED = "nhanes strata with two PSUs"
GIVEN = {
    "BRR": ("factors_brr.csv", {"method": "brr"}),
    "Fay": ("factors_fay.csv", {"method": "fay", "rho": 0.3}),
    "bootstrap": ("factors_bootstrap.csv", {"method": "bootstrap"}),
    "successive-difference": ("factors_fay.csv", {"method": "sdr"}),
}


def sampled(name: str) -> cm.Cohort:
    data, columns = DESIGNS[name]
    return cm.load_cohort(people(data), design=cm.SurveyDesign(**columns))


def with_factors(file: str) -> pd.DataFrame:
    """The strata of two PSUs, with a factor of each replicate for each person."""
    factors = pd.read_csv(FOLDER / "data" / file)
    return people("nhanes_2009_2010").merge(factors, on=["SDMVSTRA", "SDMVPSU"], how="inner", validate="many_to_one")


def given(kind: str, frame: pd.DataFrame | None = None, **more: object) -> cm.Cohort:
    file, options = GIVEN[kind]
    options = {"replicates": "r[0-9]+", "combined": False, **options, **more}
    frame = with_factors(file) if frame is None else frame
    return cm.load_cohort(frame, design=cm.SurveyDesign(weights="WTMEC2YR", **options))


def check(cohort: cm.Cohort, rows: list[dict], field: str) -> None:
    """A mean and the coefficients of a model, each with its replicate error, against the records."""
    formula = rows[0]["formula"]
    fit = cm.fit_logistic(cohort, formula)
    complete = cohort.complete_cases(fit.spec.variables)
    share = cm.prevalence(complete, [fit.spec.outcome]).iloc[0]
    near(share.estimate, rows[0]["estimate"])
    near(share.std_error, rows[0][field])
    for row, estimate, variance in zip(rows[1:], fit.coefficients, np.diag(fit.covariance), strict=True):
        near(estimate, row["estimate"])
        near(np.sqrt(variance), row[field])
    assert (fit.n, fit.df) == (rows[0]["n"], rows[0]["degf"])


@pytest.mark.parametrize("mse", [False, True])
@pytest.mark.parametrize("design", MADE)
def test_delete_one_jackknife_made_here(design, mse):
    rows = records("survey_cases", set="replicates", design=design, kind=MADE[design])
    check(sampled(design).with_replicates("jackknife", mse=mse), rows, "se_mse" if mse else "se")


@pytest.mark.parametrize("mse", [False, True])
@pytest.mark.parametrize("kind", GIVEN)
def test_given_replicate_weights(kind, mse):
    rows = records("survey_cases", set="replicates", design=PAIRED, kind=kind)
    check(given(kind, mse=mse), rows, "se_mse" if mse else "se")


def test_whole_replicate_weights_named_one_by_one_equal_factors():
    frame = with_factors("factors_fay.csv")
    names = [name for name in frame if name.startswith("r") and name[1:].isdigit()]
    whole = frame.assign(**{name: frame[name] * frame["WTMEC2YR"] for name in names})
    one = cm.prevalence(given("Fay", whole, replicates=names[::-1], combined=True), by="RIAGENDR")
    other = cm.prevalence(given("Fay", frame), by="RIAGENDR")
    pd.testing.assert_frame_equal(one, other, rtol=1e-12)


def test_scale_and_rscales_are_taken_as_given():
    plain = cm.prevalence(given("BRR")).loc[0, "std_error"]
    assert cm.prevalence(given("BRR", scale=0.25)).loc[0, "std_error"] == pytest.approx(2 * plain)
    doubled = given("BRR", rscales=[2.0] * 16)
    assert cm.prevalence(doubled).loc[0, "std_error"] == pytest.approx(np.sqrt(2) * plain)


def combined(cohort: cm.Cohort) -> np.ndarray:
    return cm.combinations(cohort, ["y", "high"])["std_error"].to_numpy()


def of_totals(cohort: cm.Cohort) -> np.ndarray:
    """Covariance of weighted totals of three arbitrary values of the patterns."""
    cells = collapse_cohort(cohort, ["y", "high"])
    values = np.random.default_rng(0).normal(size=(cells.table.n_patterns, 3))
    return covariance(values, cells.table, cells.clusters)


def test_a_jackknife_of_totals_is_the_linearised_variance():
    """With JKn it is the Taylor formula itself."""
    jackknife = sampled("dstrat").with_replicates("jackknife", mse=True)
    np.testing.assert_allclose(of_totals(jackknife), of_totals(sampled("dstrat")), rtol=1e-10)


def test_combinations_are_estimated_anew():
    """Shares of the whole sample under fixed stratum weights are totals; products and ratios of them are not."""
    linear = combined(sampled("dstrat")).reshape(3, 4)
    anew = combined(sampled("dstrat").with_replicates("jackknife", mse=True)).reshape(3, 4)
    np.testing.assert_allclose(anew[0], linear[0], rtol=1e-10)
    np.testing.assert_allclose(anew[1:], linear[1:], rtol=0.03)
    assert (np.abs(anew[1:] / linear[1:] - 1) > 1e-6).all()


def test_rescaled_bootstrap_nears_the_linearised_error_and_repeats_itself():
    first, again = (sampled("dclus1").with_replicates("bootstrap", n_replicates=4000, seed=7) for _ in range(2))
    np.testing.assert_allclose(np.diag(of_totals(first)), np.diag(of_totals(sampled("dclus1"))), rtol=0.1)
    np.testing.assert_array_equal(combined(first), combined(again))


@pytest.mark.parametrize("method", ["jackknife", "bootstrap"])
def test_every_pair_measure_is_estimated_anew(method):
    """Close to linearised, and not equal to it."""
    linear = cm.cooccurrence(sampled("nhanes"), ["HI_CHOL", "older"])["std_error"]
    options = {"n_replicates": 3000} if method == "bootstrap" else {}
    anew = cm.cooccurrence(sampled("nhanes").with_replicates(method, **options), ["HI_CHOL", "older"])["std_error"]
    np.testing.assert_allclose(anew, linear, rtol=0.01 if method == "jackknife" else 0.06)
    assert (np.abs(anew / linear - 1) > 1e-6).all()


@pytest.mark.data
def test_jackknifed_tetrachoric_correlations_of_the_real_cohort(nhanes):
    rows = [
        row for row in records("nhanes_1999_2004", set="cooccurrence", measure="tetrachoric") if row["by"] == "none"
    ]
    assert len(rows) >= 6
    for mse, field in ((False, "se_jkn"), (True, "se_jkn_mse")):
        whole = nhanes.with_replicates(mse=mse)
        for row in rows:
            pair = [row["a"], row["b"].removesuffix("_F")]
            frame = cm.cooccurrence(cohort_of(whole, row), pair, measures=["tetrachoric"])
            near(frame["std_error"].item(), row[field])


def test_bootstrap_factors_keep_the_weight_of_each_stratum_and_leave_one_out():
    design = sampled("nhanes").with_replicates("bootstrap", n_replicates=50, seed=3).clusters
    factors = design.replication.factors
    for h in range(design.n_strata):
        np.testing.assert_allclose(factors[design.stratum == h].mean(axis=0), 1.0)
        assert factors[design.stratum == h].min() == 0


def test_degrees_of_freedom_are_the_publishers_or_those_of_the_psus():
    assert cm.fit_logistic(given("Fay", df=99), "HI_CHOL ~ RIAGENDR").df == 99
    named = cm.SurveyDesign(
        weights="WTMEC2YR", strata="SDMVSTRA", psu="SDMVPSU", replicates="r[0-9]+", method="brr", combined=False
    )
    cohort = cm.load_cohort(with_factors("factors_brr.csv"), design=named)
    assert cm.fit_logistic(cohort, "HI_CHOL ~ RIAGENDR").df == 14


def test_a_lonely_psu_is_certain_or_an_error():
    data, columns = DESIGNS["apistrat_unit_moved"]
    plain = {lonely: cm.SurveyDesign(**columns, lonely=lonely) for lonely in ("error", "adjust", "certainty")}
    made = {lonely: design.replicated("jackknife") for lonely, design in plain.items()}
    with pytest.raises(cm.ComorbidError, match="stratum 'Z' holds one PSU"):
        cm.prevalence(cm.load_cohort(people(data), design=made["error"]))
    with pytest.raises(cm.ComorbidError, match="can only be certain"):
        cm.prevalence(cm.load_cohort(people(data), design=made["adjust"]))
    certain = cm.load_cohort(people(data), design=plain["certainty"])
    np.testing.assert_allclose(of_totals(certain.with_replicates(mse=True)), of_totals(certain), rtol=1e-10)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": "w", "replicates": ["a", "b"]}, "method = None is not a choice"),
        ({"weights": "w", "replicates": ["a", "b"], "method": "fay"}, "rho belongs to method 'fay'"),
        ({"weights": "w", "replicates": ["a", "b"], "method": "brr", "rho": 0.5}, "rho belongs to method 'fay'"),
        ({"weights": "w", "replicates": ["a", "b"], "method": "fay", "rho": 1.5}, r"not in \[0, 1\)"),
        ({"psu": "p", "replicates": ["a", "b"], "method": "brr"}, "need the full-sample weights"),
        ({"weights": "w", "fpc": "f", "replicates": ["a"], "method": "brr"}, "leave fpc out"),
        ({"weights": "w", "psu": "p", "method": "brr"}, "taken as given.*jackknife, bootstrap"),
        ({"weights": "w", "psu": "p", "method": "jackknife", "scale": 1.0}, "leave them out"),
        ({"weights": "w", "psu": "p", "method": "bootstrap", "n_replicates": 1}, "two or more"),
    ],
)
def test_designs_that_do_not_fit_together(arguments, message):
    with pytest.raises(cm.ComorbidError, match=message):
        cm.SurveyDesign(**arguments)


def test_faults_of_replicate_columns_are_named():
    with pytest.raises(cm.ComorbidError, match=r"'q\[0-9\]\+' matches 0 of \d+ columns"):
        given("BRR", replicates="q[0-9]+")
    with pytest.raises(cm.ComorbidError, match="rscales has 3 numbers for 16 replicates"):
        given("BRR", rscales=[1, 1, 1]).clusters  # noqa: B018
    frame = with_factors("factors_brr.csv")
    frame["r2"] = frame["r2"].where(frame.index > 20)
    with pytest.raises(cm.ComorbidError, match=r"'r2': 21 of .* are missing, infinite or not numbers"):
        cm.prevalence(given("BRR", frame))


def test_replicate_weights_are_no_variables():
    assert not [name for name in given("BRR").codebook.variables if name.startswith("r") and name != "race"]


def test_no_design_no_replicates():
    with pytest.raises(cm.ComorbidError, match="no survey design"):
        cm.load_cohort(people("apistrat")).with_replicates()


@pytest.mark.parametrize("n_continuous", [1, 12])
def test_totals_of_replicate_weights_by_pattern(n_continuous):
    """Twelve continuous variables have more possible patterns than a machine integer counts."""
    draw = np.random.default_rng(1)
    names = [f"x{j}" for j in range(n_continuous)]
    data = pd.DataFrame({name: np.where(draw.random(60) < 0.1, np.nan, draw.normal(size=60)) for name in names})
    data = data.assign(sick=draw.random(60) < 0.3, w=draw.random(60) * (np.arange(60) > 3), r1=draw.random(60))
    data["r2"] = 2 * data["r1"]
    design = cm.SurveyDesign(weights="w", replicates=["r1", "r2"], method="brr")
    cohort = cm.load_cohort(data, design=design).restrict("sick == 'no'", "sick")
    cells = collapse_cohort(cohort, names)
    inside = data[~data["sick"] & (data["w"] > 0)]
    expected = inside.groupby(names, dropna=False)[["w", "r1", "r2"]].sum().to_numpy()
    totals = np.column_stack([cells.table.weight, cells.table.replicates])
    order = np.argsort(totals[:, 0])
    np.testing.assert_allclose(totals[order], expected[np.argsort(expected[:, 0])], rtol=1e-12)
    assert cells.degrees_of_freedom == 0  # two proportional columns have rank 1
