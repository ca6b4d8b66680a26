"""Intervals and p-values against scipy and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from comorbid._numerics.intervals import (
    critical_value,
    false_discovery,
    korn_graubard_interval,
    logit_interval,
    two_sided_p,
    wald_interval,
)


@pytest.mark.parametrize("df", [1, 2.5, 15, 1000, np.inf])
@pytest.mark.parametrize("conf_level", [0.5, 0.9, 0.95, 0.999])
def test_critical_value(conf_level, df):
    law = stats.norm() if np.isinf(df) else stats.t(df)
    assert critical_value(conf_level, df) == pytest.approx(law.ppf((1 + conf_level) / 2), rel=1e-12)


@pytest.mark.parametrize("df", [1, 15, np.inf])
def test_two_sided_p(df):
    statistic = np.array([-40.0, -2.0, 0.0, 1e-9, 3.0, 37.0])
    law = stats.norm() if np.isinf(df) else stats.t(df)
    np.testing.assert_allclose(two_sided_p(statistic, df), 2 * law.sf(np.abs(statistic)), rtol=1e-10)


def test_wald_interval_is_centred():
    low, high = wald_interval(np.array([1.0]), np.array([0.5]), 0.95, 15)[0]
    assert (low + high) / 2 == pytest.approx(1.0)
    assert high - low == pytest.approx(2 * 0.5 * stats.t(15).ppf(0.975))


def test_logit_interval_stays_inside_and_has_no_limits_at_the_ends():
    limits = logit_interval(np.array([0.0, 0.01, 0.5, 0.99, 1.0]), np.array([0.0, 0.02, 0.1, 0.02, 0.0]), 0.95, 10)
    assert np.isnan(limits[[0, 4]]).all()
    inside = limits[1:4]
    assert ((inside > 0) & (inside < 1)).all()
    np.testing.assert_allclose(inside[0], 1 - inside[2][::-1], rtol=1e-9)


@settings(max_examples=100)
@given(
    st.floats(0.001, 0.999), st.floats(0.2, 20), st.integers(2, 5000), st.integers(1, 60), st.sampled_from([0.9, 0.95])
)
def test_korn_graubard_is_clopper_pearson_at_the_effective_size(p, design_effect, n, df, conf_level):
    std_error = np.sqrt(design_effect * p * (1 - p) / n)
    tail = (1 - conf_level) / 2
    effective = min(n / design_effect * (stats.t(n - 1).ppf(tail) / stats.t(df).ppf(tail)) ** 2, n)
    found = korn_graubard_interval(np.array([p]), np.array([std_error]), np.array([float(n)]), conf_level, df)[0]
    x = p * effective
    expected = stats.beta(x, effective - x + 1).ppf(tail), stats.beta(x + 1, effective - x).ppf(1 - tail)
    np.testing.assert_allclose(found, expected, rtol=1e-8)


def test_korn_graubard_of_nobody_and_everybody():
    """0 of 200: upper limit 1 - 0.025^(1/200), the note of NCHS gives 0.0183."""
    found = korn_graubard_interval(np.array([0.0, 1.0]), np.zeros(2), np.array([200.0, 200.0]), 0.95, 199)
    assert found[0].tolist() == pytest.approx([0, 1 - 0.025 ** (1 / 200)])
    assert found[1].tolist() == pytest.approx([0.025 ** (1 / 200), 1])


@settings(max_examples=100)
# p times the number of tests keeps no twelve digits where p is subnormal, in whichever order it is computed
@given(st.lists(st.one_of(st.floats(0, 1, allow_subnormal=False), st.just(float("nan"))), max_size=30))
def test_false_discovery_is_benjamini_hochberg(values):
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    p = np.array(values, dtype=float)
    found, known = false_discovery(p), ~np.isnan(p)
    assert np.isnan(found[~known]).all()
    if known.any():
        np.testing.assert_allclose(found[known], multitest.multipletests(p[known], method="fdr_bh")[1], rtol=1e-12)
