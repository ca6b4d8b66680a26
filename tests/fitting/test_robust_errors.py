"""Errors without sampling weights against R `sandwich`: plain, robust, cluster-robust."""

from __future__ import annotations

import numpy as np
import pytest

import comorbid as cm
from tests.fitting.models_data import people
from tests.references import records

CASES = list(dict.fromkeys((row["case"], row["formula"]) for row in records("models", set="errors")))
IDS = [case for case, _ in CASES]


def expected(case: str, kind: str) -> np.ndarray:
    rows = records("models", set="errors", case=case, kind=kind)
    return np.array([[row["estimate"], row["se"]] for row in rows])


def found(case: str, formula: str, design: cm.SurveyDesign | None) -> np.ndarray:
    frame = cm.fit_logistic(cm.load_cohort(people(case).assign(one=1.0), design=design), formula).tidy()
    return frame[["estimate", "std_error"]].to_numpy()


@pytest.mark.parametrize(("case", "formula"), CASES, ids=IDS)
def test_without_a_design_errors_are_those_of_the_model(case, formula):
    np.testing.assert_allclose(found(case, formula, None), expected(case, "plain"), rtol=1e-9)


@pytest.mark.parametrize(("case", "formula"), CASES, ids=IDS)
def test_weights_of_one_give_robust_errors(case, formula):
    """HC0 times n / (n - 1): the divisor of a sample's variance; HC1 divides by n minus coefficients."""
    result = found(case, formula, cm.SurveyDesign(weights="one"))
    n, k = len(people(case)), len(result)
    hc0, hc1 = expected(case, "hc0"), expected(case, "hc1")
    np.testing.assert_allclose(result, hc0 * [1, np.sqrt(n / (n - 1))], rtol=1e-9)
    np.testing.assert_allclose(result, hc1 * [1, np.sqrt((n - k) / (n - 1))], rtol=1e-9)


def test_psus_without_weights_give_cluster_robust_errors():
    case, formula = "apiclus1", dict(CASES)["apiclus1"]
    result = found(case, formula, cm.SurveyDesign(psu="dnum"))
    np.testing.assert_allclose(result, expected(case, "cluster_g"), rtol=1e-9)
    n, k, clusters = 183, len(result), 15
    small = np.sqrt((n - k) / (n - 1))
    np.testing.assert_allclose(result, expected(case, "cluster_hc1") * [1, small], rtol=1e-9)
    np.testing.assert_allclose(result, expected(case, "cluster") * [1, np.sqrt(clusters / (clusters - 1))], rtol=1e-9)


def test_degrees_of_freedom_are_clusters_minus_one():
    cohort = cm.load_cohort(people("apiclus1"), design=cm.SurveyDesign(psu="dnum"))
    assert cm.fit_logistic(cohort, "y ~ ell").df == 14
    assert cm.fit_logistic(cohort, "y ~ ell", df=100).df == 100
