"""Units and origins of a covariate change nothing but its own coefficient and the intercept, however far they lie."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import chdtri

import comorbid as cm
from comorbid._numerics.likelihood import _held, climb
from comorbid._numerics.rescaling import rescaling_of
from comorbid.errors import CollinearityError, SeparationError, SpecError
from comorbid.fitting.profile import likelihood_of

N = 400
DESIGN = cm.SurveyDesign(weights="w", strata="s", psu="p")


def frame(**columns) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    people = {
        "a": rng.random(N) < 0.4,
        "b": rng.random(N) < 0.3,
        "x": rng.normal(size=N).round(3),
        "w": rng.uniform(1, 9, N),
        "s": rng.integers(0, 4, N),
        "p": rng.integers(0, 5, N),
    }
    return pd.DataFrame(people).assign(**columns)


def fit(design=DESIGN, method="ml", model="a ~ b + x", **columns) -> cm.LogisticFit:
    return cm.fit_logistic(cm.load_cohort(frame(**columns), design=design), model, method=method)


@pytest.mark.parametrize("method", ["ml", "firth"])
@pytest.mark.parametrize("design", [DESIGN, None], ids=["design", "plain"])
@pytest.mark.parametrize(("shift", "scale"), [(1e3, 1.0), (1e6, 1.0), (0.0, 1e-12), (0.0, 1e20), (-2e4, 1e-3)])
def test_origin_and_unit(design, method, shift, scale):
    moved = frame()["x"] * scale + shift
    near, far = fit(design, method, x=(moved - shift) / scale), fit(design, method, x=moved)
    unit = np.array([1.0, scale])
    np.testing.assert_allclose(far.coefficients[1:] * unit, near.coefficients[1:], rtol=1e-9)
    np.testing.assert_allclose(np.sqrt(np.diag(far.covariance))[1:] * unit, near.tidy()["std_error"][1:], rtol=1e-9)
    for uncertainty in ("conditional", "unconditional"):
        left, right = (one.margins(uncertainty=uncertainty)["std_error"] for one in (near, far))
        np.testing.assert_allclose(right, left, rtol=1e-7)
    for test in ("wald", "lrt"):
        left, right = (one.test_terms(method=test)["statistic"] for one in (near, far))
        np.testing.assert_allclose(right, left, rtol=1e-8)


def test_limits_of_the_profile_lie_where_the_likelihood_has_fallen():
    found = fit(None)
    table = found.tidy(interval="profile", conf_level=0.95)
    rescaling = found.result.rescaling
    likelihood = likelihood_of(found, rescaling)
    peak = climb(likelihood, rescaling.scaled(found.coefficients))
    for j in (1, 2):
        for limit in table.loc[j, ["conf_low", "conf_high"]]:
            fall = 2 * (peak.value - _held(likelihood, peak, j, limit * rescaling.scale[j]).value)
            assert fall == pytest.approx(chdtri(1, 0.05), rel=1e-10)


def test_profile_of_a_shifted_covariate():
    near, far = (fit(None, x=frame()["x"] + shift).tidy(interval="profile") for shift in (0.0, 2**20))
    np.testing.assert_allclose(far["conf_low"][1:], near["conf_low"][1:], rtol=1e-8)
    assert np.isnan(far["conf_low"][0]) and np.isfinite(near["conf_low"][0])


@pytest.mark.parametrize("noise", [0.0, 1e-12, 1e-7])
def test_nearly_the_same_covariate_twice(noise):
    other = frame()["x"] + noise * np.random.default_rng(2).normal(size=N)
    with pytest.raises(CollinearityError, match=r"`x2`.*`x`|`x`.*`x2`"):
        fit(model="a ~ b + x + x2", x2=other)


@pytest.mark.parametrize("noise", [1e-3, 1e-5])
def test_close_covariates_keep_their_digits(noise):
    """b x + c x2 = (b + c) x + c (x2 - x)."""
    other = frame()["x"] + noise * np.random.default_rng(2).normal(size=N)
    whole = fit(model="a ~ x + x2", x2=other)
    parts = fit(model="a ~ x + d", d=other - frame()["x"])
    assert whole.coefficients[2] == pytest.approx(parts.coefficients[2], rel=1e-8)
    assert whole.covariance[2, 2] == pytest.approx(parts.covariance[2, 2], rel=1e-8)


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12, 1e20])
def test_separation_at_any_scale(scale):
    with pytest.raises(SeparationError, match="`x`"):
        fit(model="a ~ x", x=frame()["x"] * scale, a=frame()["x"] > 0)


@pytest.mark.parametrize("df", [0, -3, float("nan"), None, True])
def test_degrees_of_freedom_above_zero(df):
    with pytest.raises(SpecError, match="above zero"):
        cm.fit_logistic(cm.load_cohort(frame(), design=DESIGN), "a ~ b", df=df)


def test_no_residual_degrees_of_freedom():
    people = frame(s=np.arange(N) % 2, p=np.arange(N) // 2 % 2)
    with pytest.raises(SpecError, match=r"4 PSUs of 2 strata.*3 coefficients"):
        cm.fit_logistic(cm.load_cohort(people, design=DESIGN), "a ~ b + x", df="residual")


def test_a_census_has_errors_of_zero_and_no_test():
    design = cm.SurveyDesign(weights="w", strata="s", psu="p", fpc="size")
    table = cm.fit_logistic(cm.load_cohort(frame(size=5), design=design), "a ~ b").tidy()
    assert (table["std_error"] == 0).all() and table["p_value"].isna().all()


@pytest.mark.parametrize("conf_level", [95, 0, 1, -1, float("nan"), "0.95", None])
def test_level_of_confidence(conf_level):
    found = fit(None)
    for asked in (found.tidy, found.margins, lambda conf_level: found.tidy(conf_level=conf_level, interval="profile")):
        with pytest.raises(SpecError, match="between 0 and 1"):
            asked(conf_level=conf_level)


def test_rescaling_turns_back():
    rng = np.random.default_rng(3)
    design = np.column_stack([np.full(50, 2.0), rng.normal(70, 3, 50), rng.random(50) < 0.2, np.full(50, 7.0)])
    rescaling, b = rescaling_of(design, rng.random(50)), rng.normal(size=4)
    np.testing.assert_allclose(rescaling.coefficients(rescaling.scaled(b)), b, rtol=1e-12)
    np.testing.assert_allclose(rescaling.rows(design) @ rescaling.scaled(b), design @ b, rtol=1e-12)
    assert rescaling.slopes(b) @ rescaling.scaled(b) == pytest.approx(b @ b, rel=1e-12)
