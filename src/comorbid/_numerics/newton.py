"""Newton's method on a concave likelihood, and the test that its maximum is finite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from comorbid.errors import ConvergenceError

MAX_STEPS = 100
SAMPLE = 1000


@dataclass(frozen=True, slots=True)
class Pieces:
    """A log likelihood at some coefficients, with its gradient, shape (k,), and observed information, shape (k, k)."""

    value: float
    gradient: np.ndarray
    information: np.ndarray


def ascend(pieces: Callable[[np.ndarray], Pieces], start: np.ndarray, scale: float) -> tuple[np.ndarray, Pieces]:
    """Where the gradient vanishes, and the likelihood there.

    Parameters
    ----------
    pieces : callable
        The likelihood at coefficients; its value is -inf where they are not allowed.
    start : ndarray of shape (k,)
    scale : float
        Sum of weights, against which the Newton decrement is measured.

    Raises
    ------
    ConvergenceError
    """
    here, now = start, pieces(start)
    for _ in range(MAX_STEPS):
        step = cho_solve(cho_factor(now.information), now.gradient)
        decrement = now.gradient @ step / scale
        slack = 1e-12 * abs(now.value)
        for _ in range(40):
            after = pieces(here + step)
            if after.value >= now.value - slack:
                break
            step = step / 2
        else:
            raise ConvergenceError("the likelihood does not rise along the Newton direction; look for separation.")
        here, now = here + step, after
        if decrement < 1e-20:
            return here, now
    raise ConvergenceError(f"the model did not converge in {MAX_STEPS} Newton steps; look for rare levels.")


def unbounded_direction(rows: np.ndarray) -> np.ndarray | None:
    """A change d of coefficients with rows @ d >= 0, not all zero, along which a likelihood rises for ever; or None.

    Of many rows a sample is tried first: what it rules out, where it leaves only d = 0 with rows @ d = 0, all rule out.
    Source: Albert & Anderson, Biometrika 1984;71:1-10, doi:10.1093/biomet/71.1.1.
    """
    some = rows[:: len(rows) // SAMPLE] if len(rows) > 2 * SAMPLE else rows
    found = _rising(some)
    if len(some) == len(rows) or (found is None and np.linalg.matrix_rank(some) == rows.shape[1]):
        return found
    return _rising(rows)


def _rising(rows: np.ndarray) -> np.ndarray | None:
    from scipy.optimize import linprog

    answer = linprog(-rows.sum(axis=0), A_ub=-rows, b_ub=np.zeros(len(rows)), bounds=(-1, 1), method="highs")
    return answer.x if answer.status == 0 and -answer.fun > 1e-7 else None
