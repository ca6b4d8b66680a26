"""Firth's method against brglm2, 40-digit values and profiles written out in R; separation names the way out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid._numerics.firth import fit_firth_patterns
from tests.fitting.models_data import cohort, people
from tests.fitting.test_survey_cases import cohort as survey_cohort
from tests.references import records

CASES = list(dict.fromkeys((row["case"], row["formula"]) for row in records("models", set="firth")))
WEIGHTED = list(dict.fromkeys((row["case"], row["formula"]) for row in records("firth_design", set="firth_weighted")))


def survey(case: str) -> cm.Cohort:
    return survey_cohort(case) if case == "nhanes" else cohort(case)


@pytest.mark.parametrize(("case", "formula"), CASES, ids=[case for case, _ in CASES])
def test_estimates_and_profiles(case, formula):
    rows = records("models", set="firth", case=case)
    fit = cm.fit_logistic(cohort(case), formula, method="firth")
    wald, profile = fit.tidy(), fit.tidy(interval="profile")
    found = np.column_stack([wald["estimate"], wald["std_error"]])
    np.testing.assert_allclose(found, [[row["estimate"], row["se"]] for row in rows], rtol=1e-9)
    np.testing.assert_allclose(wald["estimate"], [row["brglm2"] for row in rows], rtol=1e-9)
    limits = [[row["profile_low"], row["profile_high"]] for row in rows]
    np.testing.assert_allclose(profile[["conf_low", "conf_high"]], limits, rtol=1e-8)
    np.testing.assert_allclose(profile["statistic"] ** 2, [row["penalised_lr"] for row in rows], rtol=1e-8)
    np.testing.assert_allclose(profile["p_value"], [row["penalised_lr_p"] for row in rows], rtol=1e-8)
    assert fit.result.log_likelihood == pytest.approx(rows[0]["log_likelihood"], rel=1e-11)
    assert fit.result.penalised_log_likelihood == pytest.approx(rows[0]["penalised_log_likelihood"], rel=1e-12)
    assert (fit.n, fit.events) == (rows[0]["n"], rows[0]["events"])


@pytest.mark.parametrize("case", ["R15", "R24"])
def test_certified_values(case):
    rows = records("certified", set="coefficient", case=case, method="firth")
    formula = next(formula for name, formula in CASES if name == case)
    frame = cm.fit_logistic(cohort(case), formula, method="firth").tidy()
    np.testing.assert_allclose(frame["estimate"], [row["estimate"] for row in rows], rtol=1e-11)
    np.testing.assert_allclose(frame["std_error"], [row["se"] for row in rows], rtol=1e-10)


def test_a_table_with_an_empty_cell_is_a_half_added_to_each():
    fit = cm.fit_logistic(cohort("R24"), "y ~ x", method="firth")
    assert fit.coefficients[1] == pytest.approx(np.log(12.5 * 30.5 / (20.5 * 0.5)), rel=1e-12)


@pytest.mark.parametrize(("case", "formula"), WEIGHTED, ids=[case for case, _ in WEIGHTED])
def test_under_a_design(case, formula):
    """R differentiates the estimate in every person's weight along the imaginary axis: the infinitesimal jackknife."""
    rows = records("firth_design", set="firth_weighted", case=case)
    fit = cm.fit_logistic(survey(case), formula, method="firth")
    frame = fit.tidy()
    np.testing.assert_allclose(frame["estimate"], [row["estimate"] for row in rows], rtol=1e-9)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.result.bread)), [row["se_model"] for row in rows], rtol=1e-9)
    np.testing.assert_allclose(frame["std_error"], [row["se_infinitesimal_jackknife"] for row in rows], rtol=1e-9)
    with pytest.raises(cm.ComorbidError, match=r"with_design\(None\)"):
        fit.tidy(interval="profile")


def test_no_gap_to_the_jackknife_is_the_penalty_s():
    """What is left at 31 PSUs is what maximum likelihood leaves too, to three digits; the penalty adds nothing."""
    case = "nhanes"
    rows = records("firth_design", set="firth_weighted", case=case)
    formula = rows[0]["formula"]
    firth = cm.fit_logistic(survey(case), formula, method="firth").tidy()["std_error"]
    plain = cm.fit_logistic(survey(case), formula).tidy()["std_error"]
    jackknifed = cm.fit_logistic(survey(case).with_replicates("jackknife"), formula)
    left = firth / [row["se_jackknife"] for row in rows]
    np.testing.assert_allclose(left, plain / np.sqrt(np.diag(jackknifed.covariance)), rtol=1e-3)


def test_influence_is_the_derivative_in_a_weight():
    rng = np.random.default_rng(0)
    rows = np.c_[np.ones(60), rng.normal(size=60), rng.random(60) < 0.2]
    event, weight = (rng.random(60) < 0.25).astype(float), rng.lognormal(size=60)
    fit = fit_firth_patterns(rows, event * weight, weight)
    influence = fit.influence(rows, event, fit.fitted)

    def moved(person: int, step: float) -> np.ndarray:
        changed = weight + step * (np.arange(60) == person)
        return fit_firth_patterns(rows, event * changed, changed).coefficients

    for person in range(0, 60, 7):
        near, far = (moved(person, step) - moved(person, -step) for step in (1e-3, 2e-3))
        np.testing.assert_allclose((8 * near - far) / 12e-3, influence[person], rtol=1e-7, atol=1e-9)


def test_three_digits_of_the_delete_one_jackknife():
    """30,000 people of eight covariate patterns: leaving out one of a kind stands for all of that kind."""
    rng = np.random.default_rng(1)
    cells = np.array([[1, a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)], dtype=float)
    count = rng.multinomial(30_000, [0.3, 0.2, 0.15, 0.1, 0.1, 0.07, 0.05, 0.03])
    events = rng.binomial(count, 1 / (1 + np.exp(-cells @ [-2.0, 0.5, 0.8, -0.4])))
    fit = fit_firth_patterns(cells, events.astype(float), count.astype(float))
    spread, jackknifed = np.zeros(4), np.zeros(4)
    for cell in range(8):
        for event, people_there in ((1.0, events[cell]), (0.0, count[cell] - events[cell])):
            out = (np.arange(8) == cell).astype(float)
            left = fit_firth_patterns(cells, events - event * out, count - out).coefficients
            jackknifed += people_there * (left - fit.coefficients) ** 2
            spread += people_there * fit.influence(cells[[cell]], np.array([event]), fit.fitted[[cell]])[0] ** 2
    np.testing.assert_allclose(np.sqrt(spread / jackknifed), 1, rtol=1e-3)


@pytest.mark.parametrize(("case", "formula"), WEIGHTED, ids=[case for case, _ in WEIGHTED])
@pytest.mark.parametrize(("mse", "key"), [(False, "se_jackknife"), (True, "se_jackknife_mse")])
def test_jackknife_of_the_penalised_fit(case, formula, mse, key):
    rows = records("firth_design", set="firth_weighted", case=case)
    replicates = survey(case).with_replicates("jackknife", mse=mse)
    fit = cm.fit_logistic(replicates, formula, method="firth")
    np.testing.assert_allclose(np.sqrt(np.diag(fit.covariance)), [row[key] for row in rows], rtol=1e-8)


def test_the_scale_of_the_weights_changes_nothing():
    case, formula = WEIGHTED[0]
    data = people(case)
    other = cm.load_cohort(data.assign(pw=data["pw"] * 977), design=cohort(case).design)
    left = cm.fit_logistic(cohort(case), formula, method="firth")
    right = cm.fit_logistic(other, formula, method="firth")
    np.testing.assert_allclose(right.coefficients, left.coefficients, rtol=1e-10)
    np.testing.assert_allclose(right.covariance, left.covariance, rtol=1e-9)


def test_the_penalty_vanishes_in_large_samples():
    data = pd.concat([people("birthwt")] * 400)
    plain = cm.fit_logistic(cm.load_cohort(data), "low ~ smoke + race + lwt")
    firth = cm.fit_logistic(cm.load_cohort(data), "low ~ smoke + race + lwt", method="firth")
    apart = np.abs(firth.coefficients - plain.coefficients) / np.sqrt(np.diag(plain.covariance))
    assert 0 < apart.max() < 0.02


def test_profile_of_maximum_likelihood():
    """At the limits the deviance has risen by the critical value; with the constant alone held it is a closed form."""
    fit = cm.fit_logistic(cohort("birthwt"), "low ~ smoke + lwt")
    narrow, wide = (fit.tidy(interval="profile", conf_level=level) for level in (0.9, 0.99))
    assert ((wide["conf_low"] < narrow["conf_low"]) & (narrow["conf_high"] < wide["conf_high"])).all()
    reduced = cm.fit_logistic(cohort("birthwt"), "low ~ lwt")
    drop = 2 * (fit.result.log_likelihood - reduced.result.log_likelihood)
    assert narrow["statistic"][1] ** 2 == pytest.approx(drop, rel=1e-9)
    data = people("birthwt").assign(at_limit=lambda d: narrow["conf_low"][1] * d["smoke"])
    held = cm.fit_logistic(cm.load_cohort(data), "low ~ lwt + offset(at_limit)")
    rise = 2 * (fit.result.log_likelihood - held.result.log_likelihood)
    assert rise == pytest.approx(2.705543454095404, rel=1e-9)


def test_separation_says_that_firth_is_the_way_out():
    with pytest.raises(cm.ComorbidError, match='method="firth"'):
        cm.fit_logistic(cohort("R15"), "HG ~ NV + PI + EH")
    with pytest.raises(cm.ComorbidError, match="Accepted: ml, firth"):
        cm.fit_logistic(cohort("R15"), "HG ~ NV", method="bayes")
    with pytest.raises(cm.ComorbidError, match="Accepted: wald, profile"):
        cm.fit_logistic(cohort("R15"), "HG ~ PI").tidy(interval="score")
