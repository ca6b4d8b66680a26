"""Pairwise odds ratios of binary conditions: the joint prevalence they imply, and which of them can hold together."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import product

import numpy as np

from comorbid.errors import SpecError
from comorbid.synthetic.inputs import CONDITIONS, PAIRS

__all__ = ["PAIR_INDEX", "check_feasible", "joint_prevalence", "odds_ratio_of"]

PAIR_INDEX = np.array([[CONDITIONS.index(name) for name in pair] for pair in PAIRS])
"""Position of both conditions of each pair, shape (6, 2)."""

_EDGE = 1e-12
_N = len(CONDITIONS)


def joint_prevalence(p: np.ndarray, q: np.ndarray, odds_ratio: np.ndarray) -> np.ndarray:
    """Share of people with both conditions, given the prevalences `p` and `q` and the odds ratio ψ.

    The root of ψ = x(1 - p - q + x) / ((p - x)(q - x)) that lies between the Fréchet bounds:
    x = 2ψpq / (S + √(S² - 4ψ(ψ - 1)pq)), S = 1 + (p + q)(ψ - 1), written in the form that loses no digits.
    Source: Plackett 1965, doi 10.1080/01621459.1965.10480807.
    """
    s = 1 + (p + q) * (odds_ratio - 1)
    root = np.sqrt(np.maximum(s * s - 4 * odds_ratio * (odds_ratio - 1) * p * q, 0))
    away = np.where(s >= 0, s + root, s - root)
    near = 2 * odds_ratio * p * q / away
    with np.errstate(divide="ignore", invalid="ignore"):
        far = away / (2 * (odds_ratio - 1))
    return np.where(s >= 0, near, far)


def odds_ratio_of(p: float, q: float, both: float) -> float:
    """Odds ratio of two conditions with prevalences `p` and `q` that share `both`; infinite at the upper bound."""
    discordant = (p - both) * (q - both)
    return float(both * (1 - p - q + both) / discordant) if discordant > 0 else float("inf")


def check_feasible(prevalences: np.ndarray, odds_ratios: np.ndarray) -> None:
    """Raise SpecError when no distribution of four conditions has these prevalences and pairwise odds ratios.

    Parameters
    ----------
    prevalences : ndarray of shape (4,)
    odds_ratios : ndarray of shape (6,)

    Notes
    -----
    For whole numbers b and c the product (Σ b_j y_j + c)(Σ b_j y_j + c - 1) is never negative, so neither is its mean,
    which is linear in the prevalences of conditions and pairs. With b_j in {-1, 0, 1} these are all the facets of the
    correlation polytope of four binary variables: Deza & Laurent 1997, doi 10.1007/978-3-642-04295-9.
    """
    p, q = prevalences[PAIR_INDEX].T
    both = joint_prevalence(p, q, odds_ratios)
    slack = _facets() @ np.concatenate([[1.0], prevalences, both])
    if slack.min() > _EDGE:
        return
    remedies = list(_remedies(prevalences, odds_ratios, both))
    asked = ", ".join(f"{a} & {b} {value:g}" for (a, b), value in zip(PAIRS, odds_ratios, strict=True))
    advice = "Change one pair: " + "; ".join(remedies) if remedies else "No change of a single pair is enough"
    raise SpecError(f"these odds ratios cannot hold together with the prevalences asked for: {asked}. {advice}.")


@cache
def _facets() -> np.ndarray:
    """Rows a with a·(1, prevalences, joint prevalences) ≥ 0, shape (m, 11)."""
    rows = []
    for b in product((-1, 0, 1), repeat=_N):
        for c in range(-_N, _N + 2):
            single = [bj * bj + (2 * c - 1) * bj for bj in b]
            rows.append([c * (c - 1), *single, *(2 * b[j] * b[k] for j, k in PAIR_INDEX)])
    facets = np.array(rows, dtype=float)
    return facets[np.abs(facets).sum(axis=1) > 0]


def _remedies(prevalences: np.ndarray, odds_ratios: np.ndarray, both: np.ndarray) -> Iterator[str]:
    """For each pair that can mend the clash alone, its name, what was asked and what is possible."""
    for index, (a, b) in enumerate(PAIRS):
        low, high = _range_of_pair(prevalences, both, index)
        if low < high:
            p, q = prevalences[PAIR_INDEX[index]]
            bounds = _between(odds_ratio_of(p, q, low), odds_ratio_of(p, q, high))
            yield f"{a} & {b} from {odds_ratios[index]:g} to {bounds}"


def _range_of_pair(prevalences: np.ndarray, both: np.ndarray, index: int) -> tuple[float, float]:
    """Joint prevalences of one pair that fit the nine other inputs; an empty range when none does."""
    facets = _facets()
    slope = facets[:, 1 + _N + index]
    others = both.copy()
    others[index] = 0.0
    rest = facets @ np.concatenate([[1.0], prevalences, others])
    if (rest[slope == 0] <= _EDGE).any():
        return 1.0, 0.0
    low = (-rest[slope > 0] / slope[slope > 0]).max()
    high = (-rest[slope < 0] / slope[slope < 0]).min()
    return float(low), float(high)


def _between(low: float, high: float) -> str:
    if low <= 1e-9:
        return f"below {high:.4g}"
    return f"above {low:.4g}" if np.isinf(high) or high > 1e9 else f"between {low:.4g} and {high:.4g}"
