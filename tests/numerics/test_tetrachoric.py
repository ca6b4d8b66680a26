"""Bivariate normal probabilities and tetrachoric correlation against scipy, numeric slopes and closed forms."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr, ndtri
from scipy.stats import multivariate_normal

from comorbid._numerics.tetrachoric import bivariate_normal, tetrachoric

TABLES = [
    (0.1, 0.1, 0.05, 0.75),
    (0.02, 0.18, 0.13, 0.67),
    (0.095, 0.005, 0.155, 0.745),
    (0.499, 0.001, 0.001, 0.499),
    (1e-6, 0.1, 0.1, 0.8),
    (0.3, 1e-5, 0.2, 0.5),
    (0.001, 0.049, 0.049, 0.901),
    (50.0, 30.0, 20.0, 100.0),
]


def upper_quadrant(h: float, k: float, rho: float) -> float:
    """P(X > h, Y > k) by integrating the conditional probability of Y over X, where it bends in small steps."""
    spread = np.sqrt((1 - rho) * (1 + rho))
    near = k / rho + spread * np.linspace(-8, 8, 33) if rho else np.array([])
    edges = np.unique(np.r_[np.linspace(h, h + 12, 25), near[near > h]])

    def slice_at(x: float) -> float:
        return np.exp(-x * x / 2) / np.sqrt(2 * np.pi) * ndtr((rho * x - k) / spread)

    return sum(quad(slice_at, a, b, epsabs=0, epsrel=1e-13)[0] for a, b in itertools.pairwise(edges))


@pytest.mark.parametrize("rho", [-0.999, -0.9, -0.5, 0.0, 0.1, 0.5, 0.8, 0.95, 0.99, 0.999])
@pytest.mark.parametrize(("h", "k"), [(0, 0), (0.5, -0.5), (1, 2), (2.5, 2.5), (-3, 3), (3, 2.9), (-1.2, -0.3)])
def test_upper_quadrant(h, k, rho):
    found = float(bivariate_normal(h, k, rho))
    assert found == pytest.approx(upper_quadrant(h, k, rho), abs=1e-14, rel=1e-10)


@pytest.mark.parametrize("rho", [-0.7, 0.2, 0.6])
def test_upper_quadrant_is_scipy_s(rho):
    for h, k in [(0.3, -1.1), (1.0, 1.5), (-0.4, -0.2)]:
        expected = multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf([-h, -k])
        assert float(bivariate_normal(h, k, rho)) == pytest.approx(expected, abs=1e-7)


def test_quadrant_at_the_centre_is_an_arc():
    """Sheppard: P(X > 0, Y > 0) = 1/4 + asin(rho) / (2 pi)."""
    rho = np.linspace(-0.9999, 0.9999, 41)
    np.testing.assert_allclose(bivariate_normal(0.0, 0.0, rho), 0.25 + np.arcsin(rho) / (2 * np.pi), atol=1e-15)


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_correlation_gives_the_table_back(table):
    p = np.array(table)
    rho, _ = tetrachoric(p)
    p = p / p.sum()
    assert upper_quadrant(-ndtri(p[0] + p[1]), -ndtri(p[0] + p[2]), float(rho)) == pytest.approx(p[0], abs=1e-13)


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_gradient(table):
    p = np.array(table)
    _, gradient = tetrachoric(p)
    for i, cell in enumerate(p):
        step = np.eye(4)[i] * cell * 1e-4
        slope = (tetrachoric(p + step)[0] - tetrachoric(p - step)[0]) / (2e-4 * cell)
        assert gradient[i] == pytest.approx(float(slope), rel=1e-4, abs=1e-7)
    assert gradient @ p == pytest.approx(0, abs=1e-9)


def test_medians_have_a_closed_form():
    """Both prevalences one half: rho = sin(2 pi (p11 - 1/4)). Independence: 0."""
    p11 = np.linspace(0.01, 0.49, 25)
    tables = np.stack([p11, 0.5 - p11, 0.5 - p11, p11], axis=-1)
    np.testing.assert_allclose(tetrachoric(tables)[0], np.sin(2 * np.pi * (p11 - 0.25)), atol=1e-13)
    assert float(tetrachoric(np.array([0.06, 0.14, 0.24, 0.56]))[0]) == pytest.approx(0, abs=1e-15)


def test_symmetries():
    """Exchanged conditions give the same; one condition turned round gives the negative."""
    p = np.array([0.1, 0.2, 0.05, 0.65])
    rho = float(tetrachoric(p)[0])
    assert float(tetrachoric(p[[0, 2, 1, 3]])[0]) == pytest.approx(rho, abs=1e-14)
    assert float(tetrachoric(p[[1, 0, 3, 2]])[0]) == pytest.approx(-rho, abs=1e-14)
    assert float(tetrachoric(1e6 * p)[0]) == pytest.approx(rho, abs=1e-14)


@pytest.mark.parametrize("rho", [-0.99999, -0.9999, 0.9999, 0.99995, 0.99999])
@pytest.mark.parametrize(("h", "k"), [(0, 0), (0.5, 0.501), (1, 1.2), (2, 0.3), (-1, 1.01)])
def test_correlation_close_to_one(h, k, rho):
    assert bivariate_normal(h, k, rho) == pytest.approx(upper_quadrant(h, k, rho), abs=3e-9)


@pytest.mark.parametrize(("h", "k"), [(0.5, 0.7), (-0.2, 0.4), (1.0, -1.5)])
def test_correlation_of_one(h, k):
    assert bivariate_normal(h, k, 1.0) == pytest.approx(ndtr(-max(h, k)), rel=1e-14)
    assert bivariate_normal(h, k, -1.0) == pytest.approx(max(0.0, ndtr(-h) - ndtr(k)), abs=1e-15)
