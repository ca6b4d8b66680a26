"""Replicates fitted all at once against the same replicates one by one: to rounding."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid._numerics.logistic import fit_logistic_patterns
from comorbid._numerics.refit import UnitTotals, refit
from comorbid._numerics.rescaling import rescaling_of
from comorbid.errors import ConvergenceError
from comorbid.fitting import replicates

FORMULA = "migraine ~ neck_pain + sex + age_band"


@pytest.fixture(scope="module")
def cohort() -> cm.Cohort:
    return cm.load_cohort("synthetic", n=15_000, seed=5)


@pytest.mark.parametrize("method", ["bootstrap", "jackknife"])
def test_replicates_all_at_once_equal_one_by_one(cohort, monkeypatch, method):
    replicated = cohort.with_replicates(method, **({"n_replicates": 40} if method == "bootstrap" else {}))
    together = cm.fit_logistic(replicated, FORMULA).covariance
    monkeypatch.setattr(replicates, "refit", _nothing)
    in_batches = cm.fit_logistic(replicated, FORMULA).covariance
    monkeypatch.setattr(replicates, "fit_batch", _NothingInBatches)
    one_by_one = cm.fit_logistic(replicated, FORMULA).covariance
    assert together == pytest.approx(one_by_one, rel=1e-9, abs=1e-15)
    assert in_batches == pytest.approx(one_by_one, rel=1e-9, abs=1e-15)


def test_replicates_with_an_offset_equal_one_by_one(monkeypatch):
    rng = np.random.default_rng(8)
    frame = pd.DataFrame({"x": rng.random(900) < 0.5, "risk": rng.integers(-4, 5, 900) / 4, "psu": np.arange(900) % 30})
    frame["y"] = rng.random(900) < 1 / (1 + np.exp(-0.5 * frame["x"] - frame["risk"]))
    cohort = cm.load_cohort(frame, design=cm.SurveyDesign(psu="psu")).with_replicates("jackknife")
    spec = cm.LogisticSpec("y", "x", offset="risk")
    together = cm.fit_logistic(cohort, spec).covariance
    monkeypatch.setattr(replicates, "refit", _nothing)
    assert together == pytest.approx(cm.fit_logistic(cohort, spec).covariance, rel=1e-9, abs=1e-15)


def _nothing(design: np.ndarray, units: UnitTotals, *_: object) -> np.ndarray:
    """Replicates none of which was fitted."""
    return np.full((units.n_replicates, design.shape[1]), np.nan)


class _NothingInBatches:
    """A batch in which no model was fitted."""

    def __init__(self, design: np.ndarray, events: np.ndarray, *_: np.ndarray) -> None:
        self.coefficients = np.full((events.shape[1], design.shape[1]), np.nan)
        self.converged = np.zeros(events.shape[1], dtype=bool)


@pytest.fixture
def few_units() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Design, people and events of 2 x 3 patterns in 12 units; the last pattern has its events in the first unit."""
    rng = np.random.default_rng(4)
    design = np.array([[1, x, z == 1, z == 2] for x in (0, 1) for z in (0, 1, 2)], dtype=float)
    total = rng.uniform(20, 60, (6, 12))
    events = total * rng.uniform(0.2, 0.5, (6, 12))
    events[[2, 5], 1:] = 0.0
    return design, total, events


def test_each_replicate_is_its_own_fit(few_units):
    design, total, events = few_units
    factors = np.random.default_rng(1).multinomial(12, np.full(12, 1 / 12), size=200).T.astype(float)
    factors[0] = np.maximum(factors[0], 1)
    scaling = rescaling_of(design, total.sum(axis=1))
    start = scaling.scaled(fit_logistic_patterns(design, events.sum(axis=1), total.sum(axis=1)).coefficients)
    found = scaling.coefficients(refit(scaling.rows(design), UnitTotals(events, total, factors), start))
    given = UnitTotals(events @ factors, total @ factors)
    assert scaling.coefficients(refit(scaling.rows(design), given, start)) == pytest.approx(found, rel=1e-10)
    for r in range(200):
        single = fit_logistic_patterns(design, events @ factors[:, r], total @ factors[:, r]).coefficients
        assert found[r] == pytest.approx(single, rel=1e-10)


def test_a_separated_replicate_is_left_and_the_others_are_not(few_units):
    design, total, events = few_units
    factors = np.ones((12, 3))
    factors[0, 1] = 0.0  # nobody of the third level has the outcome then
    scaling = rescaling_of(design, total.sum(axis=1))
    start = scaling.scaled(fit_logistic_patterns(design, events.sum(axis=1), total.sum(axis=1)).coefficients)
    found = refit(scaling.rows(design), UnitTotals(events, total, factors), start)
    assert np.isnan(found).any(axis=1).tolist() == [False, True, False]
    assert found[0] == pytest.approx(start, rel=1e-10)


def test_a_replicate_without_a_finite_fit_is_counted():
    rng = np.random.default_rng(2)
    n = 600
    frame = pd.DataFrame({"x": rng.random(n) < 0.5, "y": rng.random(n) < 0.4, "psu": np.arange(n) % 12})
    frame["y"] &= ~frame["x"] | (frame["psu"] == 0)
    cohort = cm.load_cohort(frame, design=cm.SurveyDesign(psu="psu")).with_replicates("jackknife")
    with pytest.raises(ConvergenceError, match="no finite fit in 1 of 12 replicates"):
        cm.fit_logistic(cohort, "y ~ x")
