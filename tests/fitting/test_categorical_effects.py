"""Effects and tests of multinomial and ordinal models against influence values and jackknives written out in R."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid._numerics.category_shares import SHARE_MODELS
from comorbid.errors import ConvergenceError
from tests.fitting.models_data import cohort
from tests.fitting.test_categorical import FITS, cohort_of
from tests.references import records

CASES = list(dict.fromkeys((row["kind"], row["case"]) for row in records("categorical_effects")))
IDS = ["-".join(pair) for pair in CASES]


def effects(fit: cm.CategoricalFit, rows: list[dict], uncertainty: str = "unconditional") -> dict[tuple, tuple]:
    """Estimate and standard error by kind, outcome level and level, as the records name them."""
    at = [10.0, 40.0] if rows[0]["case"].startswith("apiclus1") else None
    frame = fit.margins(rows[0]["variable"], at=at, uncertainty=uncertainty)
    named = {"no": "0", "yes": "1"}
    return {
        (row.measure, row.outcome_level, named.get(row.level, row.level) if isinstance(row.level, str) else ""): (
            np.log(row.estimate) if row.measure == "prevalence_ratio" else row.estimate,
            row.std_error,
        )
        for row in frame.itertuples()
    }


def known(kind: str, case: str) -> list[dict]:
    return [row for row in records("categorical_effects", kind=kind, case=case) if row["set"] != "term_test"]


@pytest.mark.parametrize(("kind", "case"), CASES, ids=IDS)
def test_standardised_prevalences_and_marginal_effects(kind, case):
    rows = known(kind, case)
    fit = FITS[kind](cohort_of(case), rows[0]["formula"])
    free, fixed = effects(fit, rows), effects(fit, rows, "conditional")
    assert len(free) == len(rows)
    for row in rows:
        key = (row["set"], row["outcome_level"], row["level"])
        assert free[key] == pytest.approx((row["estimate"], row["se"]), rel=1e-8, abs=1e-12)
        assert fixed[key] == pytest.approx((row["estimate"], row["se_conditional"]), rel=1e-8, abs=1e-12)


@pytest.mark.parametrize(("kind", "case"), CASES, ids=IDS)
def test_replicates_are_fitted_anew(kind, case):
    rows = known(kind, case)
    replicated = cohort_of(case).with_replicates("jackknife")
    found = effects(FITS[kind](replicated, rows[0]["formula"]), rows)
    for row in rows:
        if row.get("se_jackknife") is not None:
            key = (row["set"], row["outcome_level"], row["level"])
            assert found[key][1] == pytest.approx(row["se_jackknife"], rel=1e-8)
    plain = records("models", set=kind, case=case)
    fit = FITS[kind](replicated, plain[0]["formula"])
    np.testing.assert_allclose(np.sqrt(np.diag(fit.covariance)), [row["se_jackknife"] for row in plain], rtol=1e-8)


@pytest.mark.parametrize(("kind", "case"), CASES, ids=IDS)
def test_wald_tests_of_terms(kind, case):
    rows = records("categorical_effects", set="term_test", kind=kind, case=case)
    fit = FITS[kind](cohort_of(case), rows[0]["formula"])
    tested = fit.test_terms().set_index("term")
    for row in rows:
        found = tested.loc[row["term"]]
        assert found["statistic"] == pytest.approx(row["statistic"], rel=1e-8)
        assert (found["df_num"], found["df_den"]) == (row["df_num"], row["df_den"])
        assert found["p_value"] == pytest.approx(row["p_value"], rel=1e-7)
    assert fit.test_terms([rows[0]["term"]])["term"].tolist() == [rows[0]["term"]]
    with pytest.raises(cm.ComorbidError, match="term"):
        fit.test_terms(["threshold"])


@pytest.mark.parametrize("kind", FITS)
def test_two_levels_have_the_margins_of_a_logistic_model(kind):
    whole = cohort("apiclus1, clusters, no fpc")
    for uncertainty in ("unconditional", "conditional"):
        binary = cm.fit_logistic(whole, "y ~ ell + meals").margins("ell", at=[0.0, 30.0], uncertainty=uncertainty)
        fit = FITS[kind](whole, "y ~ ell + meals")
        both = fit.margins("ell", at=[0.0, 30.0], uncertainty=uncertainty)
        upper = both[both["outcome_level"] == "yes"].reset_index(drop=True)
        columns = ["estimate", "std_error", "p_value", "conf_low", "conf_high"]
        np.testing.assert_allclose(upper[columns], binary[columns], rtol=1e-8)
        slope = cm.fit_logistic(whole, "y ~ ell + meals").margins("ell", uncertainty=uncertainty)
        turned = fit.margins("ell", uncertainty=uncertainty).query("outcome_level == 'yes'")
        np.testing.assert_allclose(turned[columns[:2]], slope[columns[:2]], rtol=1e-8)


@pytest.mark.parametrize("kind", FITS)
def test_prevalences_sum_to_one_and_without_a_design_too(kind):
    fit = FITS[kind](cohort_of("housing"), "Sat ~ Infl + Type + Cont")
    frame = fit.margins("Infl")
    shares = frame.query("measure == 'prevalence'")
    np.testing.assert_allclose(shares.groupby("level")["estimate"].sum(), 1, rtol=1e-12)
    assert shares["events"].tolist() == [567] * 3 + [446] * 3 + [668] * 3
    assert frame.columns[:2].tolist() == ["outcome", "outcome_level"]
    free, fixed = (fit.margins("Infl", uncertainty=u)["std_error"] for u in ("unconditional", "conditional"))
    assert (free >= fixed * (1 - 1e-12)).all()
    assert fit.test_terms()["df_den"].tolist() == [np.inf] * 3


@pytest.mark.parametrize("kind", FITS)
def test_derivatives(kind):
    rng = np.random.default_rng(0)
    rows, turned, weight = rng.normal(size=(30, 3)), rng.normal(size=(30, 3)), rng.random(30)
    b = rng.normal(size=9) if kind == "multinomial" else np.r_[rng.normal(size=3), -1, 0.2, 1.3]
    offset = 0.0 if kind == "multinomial" else rng.normal(size=30)
    model, step = SHARE_MODELS[kind], 1e-5 * np.eye(len(b))

    def numerical(f):
        return np.stack([f(b + s) - f(b - s) for s in step], axis=1) / 2e-5

    found = model.gradient(rows, b, offset, weight)
    np.testing.assert_allclose(numerical(lambda c: weight @ model.shares(rows, c, offset)), found, atol=1e-8)
    found = model.slope_gradient(rows, turned, b, offset, weight)
    np.testing.assert_allclose(numerical(lambda c: weight @ model.slopes(rows, turned, c, offset)), found, atol=1e-8)
    along = model.shares(rows + 1e-5 * turned, b, offset) - model.shares(rows - 1e-5 * turned, b, offset)
    np.testing.assert_allclose(along / 2e-5, model.slopes(rows, turned, b, offset), atol=1e-8)


@pytest.mark.parametrize("kind", FITS)
def test_a_replicate_without_an_outcome_level_is_counted(kind):
    rng = np.random.default_rng(3)
    psu = np.repeat(np.arange(10), 30)
    level = np.where(psu == 0, rng.integers(0, 3, 300), rng.integers(0, 2, 300))
    data = pd.DataFrame({"x": rng.random(300) < 0.5, "psu": psu})
    data["pain"] = pd.Categorical(np.array(["none", "some", "much"])[level], ["none", "some", "much"])
    whole = cm.load_cohort(data, design=cm.SurveyDesign(psu="psu")).with_replicates("jackknife")
    with pytest.raises(ConvergenceError, match="no finite fit in 1 of 10 replicates"):
        FITS[kind](whole, "pain ~ x")
