"""Bases of a continuous variable: natural and B-splines, orthogonal polynomials, logarithm; values and slopes.

Bases are those of R `splines::ns`, `splines::bs` and `poly`, so that coefficients agree and not the fit alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.linalg import qr

from comorbid.errors import SpecError


@dataclass(frozen=True, slots=True)
class Basis:
    """A basis with what it learned from the people of the model.

    kind : "ns", "bs", "poly" or "log".
    size : columns.
    knots : all knots of a spline, the boundary ones repeated degree + 1 times.
    degree : of the spline's pieces.
    turn : shape (b, q), what the B-splines are multiplied by.
    centre, norm : of a polynomial, its recurrence's constants.
    """

    kind: str
    size: int
    knots: np.ndarray = field(default_factory=lambda: np.zeros(0))
    degree: int = 3
    turn: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    centre: np.ndarray = field(default_factory=lambda: np.zeros(0))
    norm: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def values(self, x: np.ndarray, slope: bool = False) -> np.ndarray:
        """Columns at x, or their derivatives; shape (P, size).

        Beyond the people's range natural splines go on as straight lines.

        Raises
        ------
        SpecError
            For a B-spline beyond the people's range, or the logarithm of a value that is not above zero.
        """
        if self.kind == "log":
            if (x <= 0).any():
                raise SpecError("log() needs values above zero; some people of the model have others.")
            return (1 / x if slope else np.log(x))[:, None]
        if self.kind == "poly":
            return _polynomials(x, self.centre, self.norm, slope)
        return _splines(self, x, slope)


def natural_spline(x: np.ndarray, count: np.ndarray, df: int, inner: tuple[float, ...]) -> Basis:
    """Cubic spline, straight beyond the range of x: df columns, df - 1 inner knots at quantiles, or the knots given.

    Parameters
    ----------
    x, count : ndarray of shape (P,)
        Values, and how many people have each; weights play no part in the knots.
    df : int
        Columns; 0 when inner knots are given.
    inner : tuple of float
    """
    knots = _knots(x, count, df - 1 if df else 0, inner, 3)
    boundary = knots[[0, -1]]
    bend = _b_splines(boundary, knots, 3, 2)[:, 1:]
    q, _ = qr(bend.T)
    turn = np.vstack([np.zeros((1, q.shape[0] - 2)), q[:, 2:]])
    return Basis("ns", turn.shape[1], knots, 3, turn)


def b_spline(x: np.ndarray, count: np.ndarray, df: int, degree: int, inner: tuple[float, ...]) -> Basis:
    """Spline of a degree: df columns, df - degree inner knots at quantiles, or the knots given."""
    knots = _knots(x, count, df - degree if df else 0, inner, degree)
    size = len(knots) - degree - 2
    return Basis("bs", size, knots, degree, np.vstack([np.zeros((1, size)), np.eye(size)]))


def polynomial(x: np.ndarray, count: np.ndarray, degree: int) -> Basis:
    """Polynomials orthonormal over the people: p_(j+1) = (x - c_j) p_j - (s_j / s_(j-1)) p_(j-1), divided by sqrt(s).

    Source: Kennedy & Gentle, Statistical Computing, 1980, pp. 342-7.
    """
    if len(np.unique(x)) <= degree:
        raise SpecError(f"a polynomial of degree {degree} needs more than {degree} distinct values.")
    before, here = np.zeros(len(x)), np.ones(len(x))
    centre, norm = np.zeros(degree), np.ones(degree + 2)
    norm[1] = count.sum()
    for j in range(degree):
        centre[j] = count @ (x * here**2) / norm[j + 1]
        before, here = here, (x - centre[j]) * here - (norm[j + 1] / norm[j] if j else 0.0) * before
        norm[j + 2] = count @ here**2
    return Basis("poly", degree, centre=centre, norm=norm)


def _polynomials(x: np.ndarray, centre: np.ndarray, norm: np.ndarray, slope: bool) -> np.ndarray:
    before, here = np.zeros(len(x)), np.ones(len(x))
    slope_before, slope_here = np.zeros(len(x)), np.zeros(len(x))
    columns = []
    for j, shift in enumerate(centre):
        ratio = norm[j + 1] / norm[j] if j else 0.0
        slope_before, slope_here = slope_here, here + (x - shift) * slope_here - ratio * slope_before
        before, here = here, (x - shift) * here - ratio * before
        columns.append((slope_here if slope else here) / np.sqrt(norm[j + 2]))
    return np.column_stack(columns)


def _knots(x: np.ndarray, count: np.ndarray, n_inner: int, inner: tuple[float, ...], degree: int) -> np.ndarray:
    """All knots; quantiles are of type 7, over people."""
    low, high = float(x.min()), float(x.max())
    if not inner and n_inner > 0:
        inner = tuple(_quantiles(x, count, np.arange(1, n_inner + 1) / (n_inner + 1)))
    chosen = np.array(inner, dtype=float)
    if len(chosen) and not (low < chosen.min() and chosen.max() < high and (np.diff(chosen) > 0).all()):
        raise SpecError(
            f"knots {', '.join(f'{knot:g}' for knot in chosen)} must differ and lie inside the range of the people's "
            "values; take a smaller df, or give knots=[...]."
        )
    return np.r_[np.repeat(low, degree + 1), chosen, np.repeat(high, degree + 1)]


def _quantiles(x: np.ndarray, count: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Between the people below and above share (n - 1), in proportion."""
    order = np.argsort(x, kind="stable")
    values, upto = x[order], np.cumsum(count[order])
    place = shares * (upto[-1] - 1)
    below = np.floor(place + 4 * np.finfo(float).eps)
    left = values[np.searchsorted(upto, below, side="right")]
    right = values[np.searchsorted(upto, np.minimum(below + 1, upto[-1] - 1), side="right")]
    return left + (place - below) * (right - left)


def _splines(basis: Basis, x: np.ndarray, slope: bool) -> np.ndarray:
    low, high = basis.knots[0], basis.knots[-1]
    beyond = (x < low) | (x > high)
    if basis.kind == "bs" and beyond.any():
        raise SpecError(f"a B-spline ends at the people's range, {low:g} to {high:g}; take ns() to go beyond it.")
    inside = np.clip(x, low, high)
    found = _b_splines(inside, basis.knots, basis.degree, int(slope)) @ basis.turn
    if beyond.any() and not slope:
        tangent = _b_splines(inside[beyond], basis.knots, basis.degree, 1) @ basis.turn
        found[beyond] += (x - inside)[beyond, None] * tangent
    return found


def _b_splines(x: np.ndarray, knots: np.ndarray, degree: int, derivative: int) -> np.ndarray:
    """B-splines, or a derivative of theirs, at x inside the knots; shape (len(x), b)."""
    from scipy.interpolate import BSpline

    spline = BSpline(knots, np.eye(len(knots) - degree - 1), degree)
    return np.asarray(spline(x, nu=derivative))
