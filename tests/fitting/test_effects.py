"""Marginal effects, marginal odds ratios, attributable fractions and additive interaction against R."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.fitting.matrix import design_matrix
from tests.fitting.models_data import cohort, people
from tests.fitting.test_nhanes_reference import fitted
from tests.references import records

AVERAGES = list(
    dict.fromkeys((r["outcome"], r["exposure"], r["covariates"]) for r in records("nhanes_effects", set="averages"))
)
ADDITIVE = list(
    dict.fromkeys(
        (r["outcome"], r["first"], r["second"]) for r in records("nhanes_effects", set="additive_interaction")
    )
)


@pytest.fixture(scope="module")
def adults(nhanes):
    return nhanes.restrict("age >= 20", "younger than 20")


def close(found, row: dict) -> None:
    """Estimate and error to 1e-8; the jackknife to three digits."""
    estimate = np.log(found.estimate) if row["measure"].startswith("log_") else found.estimate
    assert estimate == pytest.approx(row["estimate"], rel=1e-8)
    assert found.std_error == pytest.approx(row["se"], rel=1e-8)
    assert found.std_error == pytest.approx(row["se_jkn"], rel=7e-3)


@pytest.mark.data
@pytest.mark.parametrize(("outcome", "exposure", "covariates"), AVERAGES, ids=["-".join(key) for key in AVERAGES])
def test_attributable_fraction_and_marginal_effect(adults, outcome, exposure, covariates):
    where = {"outcome": outcome, "exposure": exposure, "covariates": covariates}
    rows = {row["measure"]: row for row in records("nhanes_effects", set="averages", **where)}
    fit = cm.fit_logistic(adults, f"{outcome} ~ {exposure} + {covariates}")
    found = fit.attributable_fraction().iloc[0]
    close(found, rows["paf"])
    log_rest = rows["log_complement_paf"]
    assert np.log(1 - found.estimate) == pytest.approx(log_rest["estimate"], rel=1e-8)
    half = (np.log(1 - found.conf_low) - np.log(1 - found.conf_high)) / 2
    assert half == pytest.approx(log_rest["se"] * 2.015367574443760, rel=1e-8)  # t on 44 degrees of freedom
    assert fit.n == rows["paf"]["n"]
    if "marginal_effect_of_age" in rows:
        row = rows["marginal_effect_of_age"]
        close(fit.margins("age").iloc[0], row)
        conditional = fit.margins("age", uncertainty="conditional").iloc[0]
        assert conditional.std_error == pytest.approx(row["se_conditional"], rel=1e-8)


@pytest.mark.data
@pytest.mark.parametrize("model", sorted({row["model"] for row in records("nhanes_1999_2004", set="standardised")}))
def test_marginal_odds_ratio(nhanes, model):
    (row,) = records("nhanes_1999_2004", set="standardised", model=model, measure="log_marginal_odds_ratio")
    _, fit = fitted(nhanes, model, "adjusted")
    full, fixed = (fit.margins(contrasts=["odds_ratio"], uncertainty=u) for u in ("unconditional", "conditional"))
    assert full["measure"].tolist() == ["prevalence", "prevalence", "odds_ratio"]
    close(full.iloc[2], row)
    assert fixed["std_error"][2] == pytest.approx(row["se_conditional"], rel=1e-8)


@pytest.mark.data
@pytest.mark.parametrize(("outcome", "first", "second"), ADDITIVE, ids=["-".join(key) for key in ADDITIVE])
def test_additive_interaction_under_the_design(adults, outcome, first, second):
    rows = records("nhanes_effects", set="additive_interaction", outcome=outcome, first=first, second=second)
    people = adults.define(fibromyalgia="F") if outcome == "fibromyalgia_F" else adults
    formula = f"{outcome.removesuffix('_F')} ~ {first} * {second} + {rows[0]['covariates']}"
    frame = cm.fit_logistic(people, formula).interaction(first, second).set_index("measure")
    for row in rows:
        close(frame.loc[row["measure"].removeprefix("log_")], row)
    assert frame["n"].unique().tolist() == [rows[0]["n"]]


def mouth_cancer() -> cm.Cohort:
    data = pd.DataFrame(records("models", set="additive_interaction_data"))
    long = pd.concat([data.assign(cancer=True, count=data["cases"]), data.assign(cancer=False, count=data["controls"])])
    rows = long.reset_index(drop=True)
    rows = rows.loc[rows.index.repeat(rows["count"])]
    return cm.load_cohort(rows.astype({"alcohol": bool, "smoking": bool})[["cancer", "alcohol", "smoking"]])


@pytest.mark.parametrize(
    "row", records("models", set="additive_interaction"), ids=lambda row: f"{row['measure']}-{row['param']}"
)
def test_additive_interaction_without_a_design(row):
    frame = cm.fit_logistic(mouth_cancer(), "cancer ~ alcohol * smoking").interaction("alcohol", "smoking")
    found = frame.set_index("measure").loc[row["measure"]]
    assert found["estimate"] == pytest.approx(row["estimate"], rel=1e-8)
    low, high = row["conf_low"], row["conf_high"]
    if row["measure"] == "attributable_proportion":
        # epiR adds and subtracts on the plain scale; from its standard error the limits on log(1 - AP) follow.
        z = 1.959963984540054
        std_error, rest = (high - low) / (2 * z), 1 - row["estimate"]
        assert found["std_error"] == pytest.approx(std_error, rel=1e-8)
        low, high = (1 - rest * np.exp(sign * z * std_error / rest) for sign in (1, -1))
    assert (found["conf_low"], found["conf_high"]) == pytest.approx((low, high), rel=1e-8)


def test_interaction_rows_and_order():
    fit = cm.fit_logistic(mouth_cancer(), "cancer ~ alcohol * smoking")
    frame, turned = fit.interaction("alcohol", "smoking"), fit.interaction("smoking", "alcohol")
    assert frame["level"].tolist() == ["yes:no", "no:yes"] + ["yes:yes"] * 5
    np.testing.assert_allclose(turned["estimate"].tail(5), frame["estimate"].tail(5), rtol=1e-12)
    product = fit.tidy(exponentiate=True).iloc[3]
    assert frame["estimate"][3] == pytest.approx(product.estimate, rel=1e-12)
    assert frame["conf_high"][3] == pytest.approx(product.conf_high, rel=1e-12)


def test_synergy_that_is_not_above_zero_is_missing():
    data = pd.DataFrame({"y": [True, False] * 4, "a": [False] * 4 + [True] * 4, "b": ([False] * 2 + [True] * 2) * 2})
    counts = np.array([50, 50, 30, 70, 30, 70, 40, 60])
    fit = cm.fit_logistic(cm.load_cohort(data.loc[data.index.repeat(counts)]), "y ~ a * b")
    frame = fit.interaction("a", "b").set_index("measure")
    assert frame.loc["synergy_index", "estimate"] == pytest.approx((1 - 2 / 3) / (2 - 6 / 7), rel=1e-9)
    counts[-2:] = [60, 40]
    frame = cm.fit_logistic(cm.load_cohort(data.loc[data.index.repeat(counts)]), "y ~ a * b").interaction("a", "b")
    numbers = frame.set_index("measure").loc["synergy_index", ["estimate", "std_error", "conf_low", "p_value"]]
    assert numbers.isna().all()


@pytest.mark.parametrize("design", [None, cm.SurveyDesign(weights="pw", psu="dnum")], ids=["none", "clusters"])
@pytest.mark.parametrize("term", ["meals", "ns(meals, df=3)", "poly(meals, 2)", "bs(meals, df=4)", "log(meals)"])
def test_marginal_effect_is_the_slope_of_the_prevalence(design, term):
    """Shifting everybody by a little, by numbers alone; and its error, by moving the coefficients a little."""
    data = people("apiclus1, clusters, no fpc").assign(meals=lambda d: d["meals"] + 1.0)
    fit = cm.fit_logistic(cm.load_cohort(data, design=design), f"y ~ ell + {term} + ell:meals")
    found = fit.margins("meals", uncertainty="conditional").iloc[0]
    read = {name: fit.cells.numeric(name) for name in ("ell", "meals")}
    share = fit.cells.table.weight / fit.cells.table.weight.sum()

    def mean_slope(coefficients: np.ndarray, step: float = 1e-4) -> float:
        inside = np.clip(read["meals"], read["meals"].min() + step, read["meals"].max() - step)
        up, down = (
            1 / (1 + np.exp(-design_matrix(fit.columns, {**read, "meals": inside + s}.get, len(share)) @ coefficients))
            for s in (step, -step)
        )
        return float(share @ (up - down) / (2 * step))

    assert found.estimate == pytest.approx(mean_slope(fit.coefficients), rel=2e-3)
    moved = np.eye(len(fit.coefficients)) * np.sqrt(np.diag(fit.covariance)) * 1e-4
    gradient = np.array([mean_slope(fit.coefficients + m) - mean_slope(fit.coefficients - m) for m in moved])
    gradient = gradient / (2 * np.diag(moved))
    assert found.std_error == pytest.approx(np.sqrt(gradient @ fit.covariance @ gradient), rel=5e-3)


def test_two_values_are_compared_and_values_can_be_chosen():
    fit = cm.fit_logistic(cohort("birthwt"), "low ~ smoke + ns(age, df=3) + race")
    two = fit.margins("smoke")
    assert two["measure"].tolist() == ["prevalence", "prevalence", "prevalence_ratio", "prevalence_difference"]
    assert two["level"].tolist() == ["0", "1", "1", "1"]
    data = people("birthwt").assign(smoke=people("birthwt")["smoke"] == 1)
    levels = cm.fit_logistic(cm.load_cohort(data), "low ~ smoke + ns(age, df=3) + race").margins("smoke")
    np.testing.assert_allclose(two["estimate"], levels["estimate"], rtol=1e-11)
    np.testing.assert_allclose(two["std_error"], levels["std_error"], rtol=1e-9)
    chosen = fit.margins("age", at=[20, 30, 50], contrasts=["prevalence_difference"])
    assert chosen["level"].tolist() == ["20", "30", "50", "30", "50"]
    assert fit.margins("age")["measure"].tolist() == ["marginal_effect"]


def test_messages():
    fit = cm.fit_logistic(cohort("birthwt"), "low ~ race + smoke + offset(by_weight)")
    for action, message in (
        (lambda: fit.margins("by_weight"), "is the offset"),
        (lambda: fit.margins("lwt"), "no variable 'lwt'"),
        (lambda: fit.margins("race", at=[1]), "has levels"),
        (lambda: fit.margins(contrasts=["hazard_ratio"]), "no contrast"),
        (lambda: fit.attributable_fraction("smoke"), "no categorical variable 'smoke'"),
        (lambda: fit.interaction("race", "smoke"), "no categorical variable 'smoke'"),
    ):
        with pytest.raises(cm.ComorbidError, match=message):
            action()
    plain = cm.fit_logistic(mouth_cancer(), "cancer ~ alcohol + smoking")
    with pytest.raises(cm.ComorbidError, match=r"no product of .* write alcohol \* smoking"):
        plain.interaction("alcohol", "smoking")
