"""Tests of terms against R `regTermTest`, Wald and Rao-Scott likelihood ratio, and against `glm` without a design."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2, f

import comorbid as cm
from comorbid._numerics.mixtures import sum_of_f_tail
from comorbid.fitting.term_tests import design_effects, wald_f
from tests.fitting.models_data import cohort
from tests.fitting.test_nhanes_reference import MODELS, fitted
from tests.fitting.test_survey_cases import cohort as survey_cohort
from tests.fitting.test_survey_cases import written_here
from tests.references import records

ROOT_OF_R = 1e-6
"""R ends its search for the saddlepoint at 1e-8, which shows in the seventh digit of p."""


def check(fit, row: dict, term: str) -> None:
    method = "wald" if row["method"] == "wald_f" else "lrt"
    found = fit.test_terms([term], method=method).iloc[0]
    assert found.statistic == pytest.approx(row["statistic"], rel=1e-8)
    assert (found.df_num, found.df_den) == (row["ndf"], row["ddf"])
    if method == "wald":
        assert found.p_value == pytest.approx(row["p_value"], rel=1e-7)
        return
    index = np.array([j for j, column in enumerate(fit.columns) if column.term == term])
    effects = design_effects(fit, index)
    np.testing.assert_allclose(effects, np.atleast_1d(row["lambda"]), rtol=1e-8)
    assert sum_of_f_tail(row["statistic"], effects, row["ddf"]) == pytest.approx(row["p_value"], rel=ROOT_OF_R)
    exact = f.sf(row["statistic"] / effects[0], 1, row["ddf"]) if len(effects) == 1 else row["p_value"]
    assert found.p_value == pytest.approx(exact, rel=ROOT_OF_R)


@pytest.mark.data
@pytest.mark.parametrize(("model", "kind"), MODELS, ids=["-".join(pair) for pair in MODELS])
def test_real_cohort(nhanes, model, kind):
    record, fit = fitted(nhanes, model, kind)
    residual = cm.fit_logistic(fit.cohort, fit.spec, df="residual")
    rows = records("nhanes_1999_2004", set="term_test", model=model, kind=kind)
    assert rows
    for row in rows:
        term = row["term"].replace("bmi_class", "bmi_band").replace("fibromyalgia_F", "fibromyalgia")
        check(fit if row["ddf"] == record["design_df"] else residual, row, term)


@pytest.mark.parametrize(
    "row", records("survey_cases", set="term_test"), ids=lambda row: f"{row['design']}-{row['ddf']}"
)
def test_public_cases(row):
    fit = cm.fit_logistic(survey_cohort(row["design"]), written_here(row["formula"]), df=row["ddf"])
    check(fit, row, written_here(row["term"]))


@pytest.mark.parametrize("row", records("models", set="term_test"), ids=lambda row: row["term"])
def test_without_a_design(row):
    fit = cm.fit_logistic(cohort(row["case"]), row["formula"])
    wald, ratio = (fit.test_terms([row["term"]], method=method).iloc[0] for method in ("wald", "lrt"))
    assert wald.statistic * wald.df_num == pytest.approx(row["wald_chi_square"], rel=1e-8)
    assert wald.p_value == pytest.approx(row["wald_p"], rel=1e-8)
    assert ratio.statistic == pytest.approx(row["lr_chi_square"], rel=1e-9)
    assert ratio.p_value == pytest.approx(row["lr_p"], rel=1e-8)


@pytest.mark.parametrize("row", records("models", set="firth", case="R15")[1:], ids=lambda row: row["coefficient"])
def test_penalised_likelihood_ratio(row):
    fit = cm.fit_logistic(cohort("R15"), row["formula"], method="firth")
    found = fit.test_terms([row["coefficient"]], method="lrt").iloc[0]
    assert found.statistic == pytest.approx(row["penalised_lr"], rel=1e-9)
    assert found.p_value == pytest.approx(row["penalised_lr_p"], rel=1e-9)


@pytest.mark.parametrize("df", [np.inf, 7.0])
def test_tail_of_a_sum(df):
    """Against a million draws, and against chi-square or F where weights are alike: right to some 5%."""
    rng = np.random.default_rng(1)
    weights = np.array([3.0, 1.0, 0.2])
    draws = rng.standard_normal((1_000_000, 3)) ** 2 @ weights
    draws = draws if np.isinf(df) else draws * df / rng.chisquare(df, len(draws))
    for x in (1.0, weights.sum(), 10.0, 25.0):
        assert sum_of_f_tail(x, weights, df) == pytest.approx((draws > x).mean(), rel=0.07)
    alike = sum_of_f_tail(12.0, np.full(5, 2.0), df)
    assert alike == pytest.approx(chi2.sf(6, 5) if np.isinf(df) else f.sf(6 / 5, 5, df), rel=0.02)
    around = [sum_of_f_tail(4.2 * (1 + shift), weights, df) for shift in np.linspace(-0.01, 0.01, 201)]
    assert np.diff(around).max() < 1e-4
    assert 0 < around[0] - around[-1] < 0.01
    assert sum_of_f_tail(0.0, weights, df) == 1


def test_more_coefficients_than_sampled_units():
    with pytest.raises(cm.ComorbidError, match=r"fewer sampled units.*Merge levels"):
        wald_f(np.ones(3), np.ones((3, 3)), 2.0)


def test_messages():
    fit = cm.fit_logistic(cohort("birthwt"), "low ~ smoke + race")
    with pytest.raises(cm.ComorbidError, match=r"no term 'rage'.*Did you mean 'race'"):
        fit.test_terms(["rage"])
    with pytest.raises(cm.ComorbidError, match="Accepted: wald, lrt"):
        fit.test_terms(method="score")
