"""The NCHS presentation rule on eleven cases with a known effective sample size, interval and verdict."""

from __future__ import annotations

import numpy as np
import pytest

from comorbid._numerics.intervals import effective_sample_size, korn_graubard_interval
from comorbid._numerics.presentation import presentation

# with the condition, people, design effect, df -> effective n, lower and upper limit, verdict, part of the reason
CASES = [
    (15, 29, 1, 28, 29.0, 0.3253, 0.7055, "suppress", "fewer than 30 people"),
    (15, 30, 1, 29, 30.0, 0.3130, 0.6870, "suppress", "0.30 or wider"),
    (25, 50, 1, 49, 50.0, 0.3553, 0.6447, "show", ""),
    (1, 100, 1, 99, 100.0, 0.0003, 0.0545, "suppress", "130% of the proportion"),
    (2, 400, 1, 399, 400.0, 0.0006, 0.0179, "show", ""),
    (12, 400, 1, 399, 400.0, 0.0156, 0.0518, "show", ""),
    (0, 200, 1, 199, 200.0, 0.0, 0.0183, "review", "0% or 100%"),
    (188, 200, 1, 199, 200.0, 0.8975, 0.9686, "show", ""),
    (60, 400, 4, 15, 85.1, 0.0818, 0.2439, "show", ""),
    (30, 200, 8, 15, 21.4, None, None, "suppress", "effective sample size below 30"),
    (60, 400, 1.5, 7, 184.3, 0.1018, 0.2099, "review", "fewer than 8 degrees"),
]


def estimate(x, n, deff):
    p = np.array([x / n])
    return p, np.sqrt(deff * p * (1 - p) / n), np.array([float(n)])


@pytest.mark.parametrize(("x", "n", "deff", "df", "effective", "low", "high", "verdict", "reason"), CASES)
def test_known_cases(x, n, deff, df, effective, low, high, verdict, reason):
    p, error, people = estimate(x, n, deff)
    assert effective_sample_size(p, error, people, 0.95, df)[0] == pytest.approx(effective, abs=0.051)
    if low is not None:
        assert korn_graubard_interval(p, error, people, 0.95, df)[0] == pytest.approx((low, high), abs=5.1e-5)
    status, why = presentation(p, error, people, df)
    assert status[0] == verdict
    assert (why[0] == "") == (reason == "")
    assert reason in why[0]


@pytest.mark.parametrize(
    ("x", "n", "deff", "df", "verdict", "reason"),
    [
        (98, 100, 1, 99, "show", "complement"),  # width 0.068, 341% of 2%
        (40, 40, 1, 39, "review", "0% or 100%"),
        (15, 29, 1, 5, "suppress", "fewer than 30 people"),  # suppression goes before review
        (25, 50, 1, np.inf, "show", ""),
    ],
)
def test_what_goes_first(x, n, deff, df, verdict, reason):
    status, why = presentation(*estimate(x, n, deff), df)
    assert (status[0], reason in why[0]) == (verdict, True)


def test_no_standard_error_is_never_shown():
    status, why = presentation(np.array([0.2, np.nan]), np.array([np.nan, 0.1]), np.array([100.0, 100.0]), 20.0)
    assert list(status) == ["suppress"] * 2
    assert set(why) == {"no estimate or no standard error"}
