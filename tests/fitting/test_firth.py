"""Firth's method against brglm2, 40-digit values and profiles written out in R; separation names the way out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from tests.fitting.models_data import cohort, people
from tests.references import records

CASES = list(dict.fromkeys((row["case"], row["formula"]) for row in records("models", set="firth")))
WEIGHTED = list(dict.fromkeys((row["case"], row["formula"]) for row in records("models", set="firth_weighted")))


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
    """The jackknife keeps the scaling of the weights; it lies up to 11% higher in these 183 to 200 rows."""
    rows = records("models", set="firth_weighted", case=case)
    fit = cm.fit_logistic(cohort(case), formula, method="firth")
    frame = fit.tidy()
    np.testing.assert_allclose(frame["estimate"], [row["estimate"] for row in rows], rtol=1e-9)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.result.bread)), [row["se_model"] for row in rows], rtol=1e-9)
    np.testing.assert_allclose(frame["std_error"], [row["se_linearised_adjusted_score"] for row in rows], rtol=1e-9)
    jackknife = np.array([row["se_jackknife"] for row in rows])
    assert (frame["std_error"] / jackknife > 0.89).all()
    assert (frame["std_error"] < jackknife).all()
    with pytest.raises(cm.ComorbidError, match=r"with_design\(None\)"):
        fit.tidy(interval="profile")


@pytest.mark.parametrize(("case", "formula"), WEIGHTED, ids=[case for case, _ in WEIGHTED])
@pytest.mark.parametrize(("mse", "key"), [(False, "se_jackknife"), (True, "se_jackknife_mse")])
def test_jackknife_of_the_penalised_fit(case, formula, mse, key):
    rows = records("models", set="firth_weighted", case=case)
    replicates = cohort(case).with_replicates("jackknife", mse=mse)
    fit = cm.replicate_fit(cm.fit_logistic(replicates, formula, method="firth"))
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
