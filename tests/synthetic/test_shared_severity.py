"""Two pains cut from one severity: margins, closed forms, simulation, and what no correlation gives."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

import comorbid as cm

FIRST = (0.4364, 0.5380, 0.0256)
MODEL = cm.SharedSeverity(FIRST, 0.1274, 0.28)


def test_classes_share_out_the_second_pain():
    assert MODEL.prevalences() @ FIRST == pytest.approx(0.1274, rel=1e-12)


def test_prevalences_are_those_of_the_bivariate_normal():
    """P(second | chronic), from scipy's own distribution function."""
    cut, line = norm.ppf(1 - FIRST[2]), norm.ppf(1 - 0.1274)
    both = multivariate_normal.cdf([-cut, -line], cov=[[1, 0.28], [0.28, 1]])
    assert MODEL.prevalences()[2] == pytest.approx(both / FIRST[2], rel=1e-6)


def test_without_correlation_no_class_differs():
    assert cm.SharedSeverity(FIRST, 0.1274, 0.0).odds_ratios() == pytest.approx(np.ones(3), rel=1e-9)


def test_two_medians_give_sheppards_formula():
    """Both cut in half: P(both) = 1/4 + asin(r) / (2 pi)."""
    both = 0.25 + np.arcsin(0.5) / (2 * np.pi)
    half = cm.SharedSeverity((0.5, 0.5), 0.5, 0.5)
    assert half.odds_ratios()[1] == pytest.approx((both / (0.5 - both)) ** 2, rel=1e-9)


def test_the_further_out_the_line_the_higher_the_odds_ratio():
    found = [cm.SharedSeverity((0.5, 0.5 - far, far), 0.1274, 0.28).odds_ratios()[2] for far in (0.3, 0.1, 0.03, 0.01)]
    assert np.all(np.diff(found) > 0)


def test_simulated_people_have_the_prevalences():
    groups, second = MODEL.simulate(400_000, seed=1)
    assert np.bincount(groups) / 400_000 == pytest.approx(FIRST, rel=0.03)
    assert [second[groups == at].mean() for at in range(3)] == pytest.approx(MODEL.prevalences(), rel=0.03)
    assert (MODEL.simulate(50, seed=1)[0] == MODEL.simulate(50, seed=1)[0]).all()


@pytest.mark.parametrize(("odds_ratio", "level"), [(2.3, 1), (14.5, 2), (0.5, 1), (1.0, 2)])
def test_calibration_meets_the_odds_ratio(odds_ratio, level):
    model = cm.calibrate_shared_severity(FIRST, 0.1274, odds_ratio, level=level)
    assert model.odds_ratios()[level] == pytest.approx(odds_ratio, rel=1e-9)


@pytest.mark.parametrize(
    "asked",
    [(FIRST, 0.1274, 1e6), (FIRST, 0.1274, -1.0), ((0.5, 0.6), 0.1, 2.0), (FIRST, 0.0, 2.0), ((1.0,), 0.1, 2.0)],
)
def test_what_cannot_be_is_refused(asked):
    with pytest.raises(cm.ComorbidError):
        cm.calibrate_shared_severity(*asked)


def test_a_class_that_is_not_there_is_refused():
    with pytest.raises(cm.ComorbidError, match="class 3 of 3"):
        cm.calibrate_shared_severity(FIRST, 0.1274, 2.0, level=3)
