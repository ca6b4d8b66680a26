"""Headache days month by month: closed forms, the balance of crossings, simulation, and what is out of reach."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import betabinom

import comorbid as cm

BINOMIAL = cm.HeadacheDays(4.0, 3.5)
VARYING = cm.HeadacheDays(4.0, 4.4, 21.0)
A, B = 3.5 * 4 / 30, 3.5 * 26 / 30


def test_with_binomial_windows_days_are_beta_binomial():
    joint = BINOMIAL.counts().joint
    assert joint.sum(axis=1) == pytest.approx(betabinom.pmf(np.arange(31), 30, A, B), rel=1e-9, abs=1e-14)
    both = [np.trace(np.fliplr(joint), offset=30 - total) for total in range(61)]
    assert both == pytest.approx(betabinom.pmf(np.arange(61), 60, A, B), rel=1e-8, abs=1e-14)


def test_mean_and_covariance_of_two_windows_are_those_of_the_levels():
    """E = days m; covariance = days^2 m (1 - m) / (K + 1); variance adds what varies within, by the laws of totals."""
    joint, days, m, k, w = VARYING.counts().joint, np.arange(31), 4 / 30, 4.4, 21.0
    covariance = days @ joint @ days - 16
    between = m * (1 - m) / (k + 1)
    assert (joint @ days).sum() == pytest.approx(4.0, rel=1e-10)
    assert covariance == pytest.approx(900 * between, rel=1e-9)
    within = 30 * (m * (1 - m) - between) * (1 + 29 / (w + 1))
    assert joint.sum(axis=1) @ days**2 - 16 == pytest.approx(900 * between + within, rel=1e-9)


@pytest.mark.parametrize("model", [BINOMIAL, VARYING, cm.HeadacheDays(12.0, 4.1, 13.4, days=90, line=45)])
def test_as_many_cross_upwards_as_downwards(model):
    share, stays = model.chronic_share(), model.persistence()
    assert model.crossing() == pytest.approx(share * (1 - stays) / (1 - share), rel=1e-9)
    assert model.crossing() < model.crossing(4) < 4 * model.crossing()


def test_simulated_people_do_what_the_integrals_say_and_the_same_for_the_same_seed():
    days = VARYING.simulate(200_000, 5, seed=3)
    at_line = days >= 15
    below = ~at_line[:, 0]
    seen = [at_line[:, 0].mean(), at_line[below, 1].mean(), at_line[below, 1:].any(axis=1).mean(), days.mean()]
    expected = [VARYING.chronic_share(), VARYING.crossing(), VARYING.crossing(4), 4.0]
    assert seen == pytest.approx(expected, rel=0.02)
    assert (days == VARYING.simulate(200_000, 5, seed=3)).all()
    assert (days != VARYING.simulate(200_000, 5, seed=4)).any()


def test_bands_add_up_and_every_band_falls_back_towards_the_mean():
    bands = VARYING.next_window([0, 5, 10, 15, 20])
    assert bands["share"].sum() == pytest.approx(1, rel=1e-9)
    assert bands["share"] @ bands["mean_first"] == pytest.approx(4, rel=1e-9)
    assert bands["share"] @ bands["mean_next"] == pytest.approx(4, rel=1e-9)
    assert bands["share"] @ bands["chronic_next"] == pytest.approx(VARYING.chronic_share(), rel=1e-9)
    nearer = np.abs(bands["mean_next"] - 4) < np.abs(bands["mean_first"] - 4)
    assert nearer.all() and bands["chronic_next"].is_monotonic_increasing
    assert bands["days"].tolist() == ["0-4", "5-9", "10-14", "15-19", "20-30"]
    below = bands[bands["days"].isin(["0-4", "5-9", "10-14"])]
    low, high = below["chronic_next"].iloc[:2], below["chronic_next"].iloc[2]
    assert VARYING.risk_ratio(10) == pytest.approx(high / np.average(low, weights=below["share"].iloc[:2]), rel=1e-9)


@pytest.mark.parametrize(("mean", "days", "line"), [(3, 30, 15), (5, 30, 15), (12, 90, 45)])
def test_calibration_meets_share_and_persistence(mean, days, line):
    model = cm.calibrate_headache_days(mean, 0.055, 0.501, days=days, line=line)
    assert (model.chronic_share(), model.persistence()) == pytest.approx((0.055, 0.501), rel=1e-6)
    binomial = cm.calibrate_headache_days(mean, 0.055, days=days, line=line)
    assert np.isinf(binomial.within) and binomial.chronic_share() == pytest.approx(0.055, rel=1e-6)
    assert binomial.persistence() > model.persistence() and binomial.crossing() < model.crossing()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ((6, 0.055, 0.55), "between 0.055 and 0.533"),
        ((4, 0.055, 0.05), "out of reach"),
        ((2, 0.08), "out of reach with 2 days"),
        ((14, 0.055), "out of reach with 14 days"),
        ((31, 0.055), "between 0 and all days"),
    ],
)
def test_what_no_model_can_meet_is_refused(asked, message):
    with pytest.raises(cm.ComorbidError, match=message):
        cm.calibrate_headache_days(*asked)


@pytest.mark.parametrize("wrong", [{"line": 0}, {"line": 31}, {"between": 0.0}, {"within": -1.0}])
def test_a_model_that_cannot_be_meant_is_refused(wrong):
    with pytest.raises(cm.ComorbidError):
        cm.HeadacheDays(**{"mean": 4.0, "between": 3.5, **wrong})
