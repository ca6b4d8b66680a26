"""Multinomial and ordinal models against VGAM and Newton's method written out in R; polr and svyolr roughly."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.fitting import fit_multinomial, fit_ordinal
from tests.fitting.models_data import cohort
from tests.fitting.test_survey_cases import people as survey_people
from tests.references import FOLDER, records

FITS = {"multinomial": fit_multinomial, "ordinal": fit_ordinal}
CASES = list(dict.fromkeys((kind, row["case"]) for kind in FITS for row in records("models", set=kind)))
ORDERED = {
    "Infl": ["Low", "Medium", "High"],
    "Type": ["Tower", "Apartment", "Atrium", "Terrace"],
    "Cont": ["Low", "High"],
}


def frame(case: str) -> pd.DataFrame:
    if case == "housing":
        data = pd.read_csv(FOLDER / "data" / "housing.csv")
        levels = {**ORDERED, "Sat": ["Low", "Medium", "High"]}
        return data.assign(yes=True, **{name: pd.Categorical(data[name], found) for name, found in levels.items()})
    data = pd.read_csv(FOLDER / "data" / "pneumo.csv")
    names = [name for name in ("normal", "mild", "severe")]
    long = data.melt("exposure.time", names, var_name="stage", value_name="Freq")
    stage = pd.Categorical(long["stage"], names)
    return long.assign(yes=True, stage=stage, log_time=np.log(long["exposure.time"]))


def cohort_of(case: str) -> cm.Cohort:
    if case in ("housing", "pneumo"):
        data = frame(case)
        return cm.load_cohort(data.loc[data.index.repeat(data["Freq"])].drop(columns="Freq").reset_index(drop=True))
    if case.startswith("nhanes"):
        data = survey_people("nhanes_2009_2010").query("agecat != '0-19' and HI_CHOL.notna()")
        age = pd.Categorical(data["agecat"].astype(str), ["20-39", "40-59", "60+"])
        data = data.assign(age=age, high=data["HI_CHOL"].astype(bool), female=data["RIAGENDR"] == "2")
        return cm.load_cohort(data, design=cm.SurveyDesign(strata="SDMVSTRA", psu="SDMVPSU", weights="WTMEC2YR"))
    return cohort(case)


def coefficient(row) -> str:
    if row.term == "intercept":
        return "(Intercept)"
    if row.term == "threshold":
        return row.outcome_level
    return row.term + (row.level if isinstance(row.level, str) and row.level != "yes" else "")


@pytest.mark.parametrize(("kind", "case"), CASES, ids=["-".join(pair) for pair in CASES])
def test_coefficients(kind, case):
    rows = {(row["coefficient"], row["outcome_level"]): row for row in records("models", set=kind, case=case)}
    first = next(iter(rows.values()))
    fit = FITS[kind](cohort_of(case), first["formula"])
    tidy = fit.tidy()
    assert len(tidy) == len(rows)
    for found in tidy.itertuples():
        row = rows[coefficient(found), found.outcome_level if kind == "multinomial" else ""]
        assert found.estimate == pytest.approx(row["estimate"], rel=1e-9)
        assert found.std_error == pytest.approx(row["se"], rel=1e-9)
        others(row, found.estimate, found.std_error)
    assert fit.n == first["n"]
    if first["design"] == "none":
        assert fit.log_likelihood == pytest.approx(first["log_likelihood"], rel=1e-12)
    else:
        assert fit.df == first["df"]


def others(row: dict, estimate: float, std_error: float) -> None:
    """VGAM agrees to 1e-8; polr and svyolr stop their numerical search early."""
    if row.get("vgam") is not None:
        assert estimate == pytest.approx(row["vgam"], rel=1e-8)
        assert std_error == pytest.approx(row["vgam_se"], rel=1e-8 if row["set"] == "multinomial" else 0.02)
    if row.get("polr_se") is not None:
        assert std_error == pytest.approx(row["polr_se"], rel=1e-5)
    if row.get("svyolr") is not None:
        assert estimate == pytest.approx(row["svyolr"], rel=3e-3)
        assert std_error == pytest.approx(row["svyolr_se"], rel=1e-3)


@pytest.mark.parametrize("kind", FITS)
def test_the_jackknife_agrees_in_a_large_survey(kind):
    rows = records("models", set=kind, case="nhanes, agecat not 0-19")
    fit = FITS[kind](cohort_of("nhanes, agecat not 0-19"), rows[0]["formula"])
    np.testing.assert_allclose(fit.tidy()["std_error"], [row["se_jackknife"] for row in rows], rtol=2.5e-3)


@pytest.mark.parametrize("kind", FITS)
def test_two_levels_are_a_logistic_model(kind):
    case = "apiclus1, clusters, no fpc"
    logistic = cm.fit_logistic(cohort(case), "y ~ ell + meals")
    fit = FITS[kind](cohort(case), "y ~ ell + meals")
    order, sign = ([0, 1, 2], 1) if kind == "multinomial" else ([2, 0, 1], np.array([-1, 1, 1]))
    np.testing.assert_allclose(fit.coefficients[order] * sign, logistic.coefficients, rtol=1e-11)
    found = fit.covariance[np.ix_(order, order)] * np.multiply.outer(sign, sign)
    np.testing.assert_allclose(found, logistic.covariance, rtol=1e-9)


@pytest.mark.parametrize("kind", FITS)
def test_influence_sums_to_zero(kind):
    fit = FITS[kind](cohort("apistrat, strata, no fpc"), "grade ~ ell + mobility")
    total = fit.cells.table.weight @ fit.influence
    np.testing.assert_allclose(total, 0, atol=1e-9 * np.abs(fit.influence).max() * fit.cells.table.weight.sum())


def test_frames():
    fit = fit_multinomial(cohort_of("housing"), "Sat ~ Infl + Type + Cont")
    ratios = fit.tidy(exponentiate=True)
    assert ratios.columns[:2].tolist() == ["outcome", "outcome_level"]
    np.testing.assert_allclose(ratios["estimate"], np.exp(fit.coefficients))
    assert ratios["events"].unique().tolist() == [446, 668]
    ordinal = fit_ordinal(cohort_of("housing"), "Sat ~ Infl + Type + Cont")
    turned = ordinal.tidy(exponentiate=True)
    assert turned["measure"].tolist() == ["odds_ratio"] * 6 + ["threshold"] * 2
    np.testing.assert_allclose(turned["estimate"].tail(2), ordinal.coefficients[-2:])
    assert ordinal.glance()["levels"][0] == "Low, Medium, High"


@pytest.mark.parametrize("kind", FITS)
def test_separation_is_found(kind):
    outcome = pd.Categorical(["a"] * 20 + ["b", "c"] * 20, ["a", "b", "c"])
    data = pd.DataFrame({"outcome": outcome, "apart": [False] * 20 + [True] * 40, "x": np.arange(60.0) % 7})
    with pytest.raises(cm.ComorbidError, match="`outcome` is told apart perfectly by `apart`"):
        FITS[kind](cm.load_cohort(data), "outcome ~ apart")
    assert FITS[kind](cm.load_cohort(data), "outcome ~ x").n == 60


def test_messages():
    with pytest.raises(cm.ComorbidError, match="fit_multinomial and fit_ordinal take more"):
        cm.fit_logistic(cohort("apistrat, strata, no fpc"), "grade ~ ell")
    with pytest.raises(cm.ComorbidError, match="leave offset"):
        fit_multinomial(cohort("apistrat, strata, no fpc"), "grade ~ ell + offset(by_meals)")
    with pytest.raises(cm.ComorbidError, match="continuous values; the model needs levels"):
        fit_ordinal(cohort("apistrat, strata, no fpc"), "api00 ~ ell")


def test_ordinal_offset_is_a_coefficient_of_one():
    """An offset of 0.01 meals takes that much from the coefficient of meals, and nothing else changes."""
    case = "apiclus1, clusters, no fpc"
    plain = fit_ordinal(cohort(case), "grade ~ ell + meals")
    shifted = fit_ordinal(cohort(case), "grade ~ ell + meals + offset(by_meals)")
    np.testing.assert_allclose(shifted.coefficients - plain.coefficients, [0, -0.01, 0, 0], atol=1e-9)
    np.testing.assert_allclose(shifted.covariance, plain.covariance, rtol=1e-8)
