"""Batches of models against the same models one by one: to rounding."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import comorbid as cm

COVARIATES = ("age_band", "smoking")


@pytest.fixture(scope="module")
def cohort() -> cm.Cohort:
    return cm.load_cohort("synthetic", n=15_000, seed=5)


@pytest.mark.parametrize("with_design", [True, False])
def test_pairs_equal_single_models(cohort, with_design):
    chosen = cohort if with_design else cohort.with_design(None)
    pairs = cm.fit_pairs(chosen, COVARIATES, by="sex")
    analytic = chosen.complete_cases([*chosen.conditions, *COVARIATES, "sex"])
    assert len(pairs) == 4 * 3 * 2
    for row in pairs.itertuples():
        domain = analytic.restrict(f"sex == {row.sex!r}", "the other sex")
        spec = cm.LogisticSpec(row.outcome, row.exposure).adjust_for(*COVARIATES)
        single = cm.fit_logistic(domain, spec).tidy(exponentiate=True).iloc[1]
        assert row.estimate == pytest.approx(single.estimate, rel=1e-10)
        assert row.std_error == pytest.approx(single.std_error, rel=1e-10)
        assert (row.conf_low, row.conf_high) == pytest.approx((single.conf_low, single.conf_high), rel=1e-9)
        assert (row.n, row.events) == (single.n, single.events)


def test_a_separated_pair_is_missing_and_the_others_are_not():
    rng = np.random.default_rng(3)
    a = rng.random(400) < 0.4
    frame = pd.DataFrame({"a": a, "b": rng.random(400) < 0.4, "c": a & (rng.random(400) < 0.5)})
    pairs = cm.fit_pairs(cm.load_cohort(frame)).set_index(["outcome", "exposure"])["estimate"]
    assert np.isnan(pairs["c", "a"]) and np.isnan(pairs["a", "c"])
    assert np.isfinite([pairs["a", "b"], pairs["b", "a"]]).all()


def test_a_continuous_covariate_is_refused(cohort):
    with pytest.raises(cm.ComorbidError, match="continuous; use a banded form"):
        cm.fit_pairs(cohort, ["age"])


def test_replicates_are_refused(cohort):
    with pytest.raises(cm.ComorbidError, match="PSUs without replicates"):
        cm.fit_pairs(cohort.with_replicates("bootstrap", n_replicates=10))
