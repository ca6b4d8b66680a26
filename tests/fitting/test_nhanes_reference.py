"""Logistic models of the real cohort against R `svyglm`, to a relative error of 1e-8."""

from __future__ import annotations

import numpy as np
import pytest

import comorbid as cm
from tests.references import records

pytestmark = pytest.mark.data
RELATIVE = 1e-8
DOMAINS = {
    "male": "sex == 'male'",
    "female": "sex == 'female'",
    "women aged 50 and over": "sex == 'female' and age >= 50",
}
MODELS = [(row["model"], row["kind"]) for row in records("nhanes_1999_2004", set="model")]


def spec_of(record: dict) -> cm.LogisticSpec:
    formula = record["formula"].replace("bmi_class", "bmi_band").replace("fibromyalgia_F", "fibromyalgia")
    return cm.LogisticSpec.from_formula(formula)


def fitted(nhanes, model: str, kind: str):
    """The model on the people of the adjusted one, as R fitted both."""
    (adjusted,) = records("nhanes_1999_2004", set="model", model=model, kind="adjusted")
    (record,) = records("nhanes_1999_2004", set="model", model=model, kind=kind)
    cohort = nhanes.define(fibromyalgia="F") if "fibromyalgia_F" in record["formula"] else nhanes
    if record["design"] == "examined":
        cohort = cohort.with_design("examination")
    if record["level"] != "all":
        cohort = cohort.restrict(DOMAINS[record["level"]], "outside the domain")
    return record, cm.fit_logistic(cohort.complete_cases(spec_of(adjusted).variables), spec_of(record))


@pytest.mark.parametrize(("model", "kind"), MODELS, ids=["-".join(pair) for pair in MODELS])
def test_coefficients(nhanes, model, kind):
    record, fit = fitted(nhanes, model, kind)
    rows = records("nhanes_1999_2004", set="coefficient", model=model, kind=kind)
    frame = fit.tidy()
    assert len(frame) == len(rows)
    order = {c: i for i, c in enumerate(frame["estimate"])}
    assert len(order) == len(rows)
    for expected, (_, found) in zip(rows, frame.iterrows(), strict=True):
        assert found.estimate == pytest.approx(expected["estimate"], rel=RELATIVE), expected["coefficient"]
        assert found.std_error == pytest.approx(expected["se"], rel=RELATIVE), expected["coefficient"]
    glance = fit.glance().iloc[0]
    assert (fit.n, fit.events, glance.df) == (record["n"], record["events"], record["design_df"])
    assert cm.fit_logistic(fit.cohort, fit.spec, df="residual").df == record["residual_df"]


@pytest.mark.parametrize("model", ["m01", "m10"])
def test_covariance(nhanes, model):
    """m10 holds an interaction."""
    rows = records("nhanes_1999_2004", set="vcov", model=model, kind="adjusted")
    _, fit = fitted(nhanes, model, "adjusted")
    names = list(dict.fromkeys(row["row"] for row in rows))
    assert len(names) == len(fit.columns)
    for row in rows:
        found = fit.covariance[names.index(row["row"]), names.index(row["column"])]
        assert found == pytest.approx(row["value"], rel=1e-7, abs=1e-10)


@pytest.mark.parametrize("model", sorted({row["model"] for row in records("nhanes_1999_2004", set="standardised")}))
def test_standardised_effects(nhanes, model):
    """Unconditional errors against R's full linearisation (1e-8) and its jackknife (three digits)."""
    _, fit = fitted(nhanes, model, "adjusted")
    rows = {row["measure"]: row for row in records("nhanes_1999_2004", set="standardised", model=model)}
    margins, fixed = fit.margins(), fit.margins(uncertainty="conditional")
    names = {
        ("prevalence", "yes"): "prevalence_yes",
        ("prevalence", "no"): "prevalence_no",
        ("prevalence_difference", "yes"): "prevalence_difference",
        ("prevalence_ratio", "yes"): "log_prevalence_ratio",
    }
    for (_, found), (_, conditional) in zip(margins.iterrows(), fixed.iterrows(), strict=True):
        expected = rows[names[found.measure, found.level]]
        estimate = np.log(found.estimate) if found.measure == "prevalence_ratio" else found.estimate
        assert estimate == pytest.approx(expected["estimate"], rel=RELATIVE)
        assert found.std_error == pytest.approx(expected["se"], rel=RELATIVE)
        assert found.std_error == pytest.approx(expected["se_jkn"], rel=5e-3)
        assert conditional.std_error == pytest.approx(expected["se_conditional"], rel=RELATIVE)
