"""Bases of a continuous variable: slopes are derivatives, natural splines end straight, polynomials are orthonormal."""

from __future__ import annotations

import numpy as np
import pytest

from comorbid._numerics.bases import Basis, _quantiles, b_spline, natural_spline, polynomial
from comorbid.errors import SpecError

X = np.array([20.0, 25, 30, 41, 44, 52, 60, 71, 80])
COUNT = np.array([3.0, 1, 4, 1, 5, 9, 2, 6, 5])
BASES = {
    "ns": natural_spline(X, COUNT, 4, ()),
    "ns knots": natural_spline(X, COUNT, 0, (35.0, 60.0)),
    "bs": b_spline(X, COUNT, 5, 3, ()),
    "bs quadratic": b_spline(X, COUNT, 3, 2, ()),
    "poly": polynomial(X, COUNT, 3),
    "log": Basis("log", 1),
}


@pytest.mark.parametrize("name", BASES)
def test_slopes_are_derivatives(name):
    basis, at, step = BASES[name], np.array([23.0, 33, 47, 66, 77]), 1e-5
    numeric = (basis.values(at + step) - basis.values(at - step)) / (2 * step)
    np.testing.assert_allclose(basis.values(at, slope=True), numeric, rtol=1e-6, atol=1e-9)
    assert basis.values(at).shape == (5, basis.size)


@pytest.mark.parametrize("name", ["ns", "ns knots"])
def test_natural_splines_are_straight_beyond_the_range(name):
    basis = BASES[name]
    for at in (np.array([-10.0, 0, 10, 20]), np.array([80.0, 90, 100, 110])):
        np.testing.assert_allclose(np.diff(basis.values(at), 2, axis=0), 0, atol=1e-12)
        assert np.ptp(basis.values(at, slope=True), axis=0).max() < 1e-13


@pytest.mark.parametrize("name", ["bs", "bs quadratic"])
def test_b_splines_end_at_the_range(name):
    basis = BASES[name]
    inside = basis.values(np.linspace(20, 80, 31))
    assert (inside >= 0).all()
    assert (inside.sum(axis=1) <= 1 + 1e-12).all()
    np.testing.assert_array_equal(basis.values(np.array([20.0]))[0], 0)
    with pytest.raises(SpecError, match="20 to 80"):
        basis.values(np.array([81.0]))


def test_polynomials_are_orthonormal_over_people():
    values = BASES["poly"].values(X)
    np.testing.assert_allclose(values.T @ (values * COUNT[:, None]), np.eye(3), atol=1e-12)
    np.testing.assert_allclose(COUNT @ values, 0, atol=1e-12)


def test_knots_are_quantiles_of_people():
    """R's type 7, as if each person stood in a row of their own."""
    everybody = np.repeat(X, COUNT.astype(int))
    np.testing.assert_allclose(BASES["ns"].knots[4:-4], np.quantile(everybody, [0.25, 0.5, 0.75]), rtol=1e-14)
    shares = np.linspace(0.01, 0.99, 99)
    np.testing.assert_allclose(_quantiles(X, COUNT, shares), np.quantile(everybody, shares), rtol=1e-13)
    with pytest.raises(SpecError, match="smaller df"):
        natural_spline(X, COUNT, 5, ())
