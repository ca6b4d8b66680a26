"""Drawing a synthetic survey: deterministic for a seed and a size, in blocks, so that memory need not hold it whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from numbers import Integral

import numpy as np
import pandas as pd

from comorbid.errors import SpecError
from comorbid.synthetic.build import build_truth, default_truth
from comorbid.synthetic.inputs import TruthInputs
from comorbid.synthetic.people import Plan, draw_people, make_plan, people_frame
from comorbid.synthetic.sampling import plan_sampling
from comorbid.synthetic.truth import Truth

__all__ = ["BLOCK", "DEFAULT_N", "DEFAULT_SEED", "generate", "generate_blocks", "simulate_people"]

BLOCK = 2**17
"""People a block, at most. Part of what a seed means: another value would give other people."""

DEFAULT_N = 20_000
DEFAULT_SEED = 1


def generate(
    n: int,
    seed: int = DEFAULT_SEED,
    truth: Truth | None = None,
    *,
    strata: int | None = None,
    psu_per_stratum: int | None = None,
    missing: bool = True,
) -> pd.DataFrame:
    """A synthetic survey of `n` people.

    Parameters
    ----------
    n : int
        People, 1 or more.
    seed : int
        0 or more. Same seed, size, truth and options: same people.
    truth : Truth, optional
        The superpopulation to sample; without it, the default one.
    strata, psu_per_stratum : int, optional
        Without them, those of the inputs, with fewer strata for fewer than 64 people a stratum.
    missing : bool
        False leaves every value observed; all other values stay the same.

    Returns
    -------
    DataFrame
        Categorical: age_band, sex, education, smoking, bmi_band, depression and the four conditions. Floats: age
        (whole years, top-coded), bmi (kg/m²), headache_days (0-30 a month), weight (people that one person stands
        for). Integers: stratum, and psu (numbered within strata).

    Raises
    ------
    SpecError
        When `n`, `seed`, `strata` or `psu_per_stratum` is out of range.

    Assumptions
    -----------
    Weighted estimates aim at the truth of the superpopulation; weights sum to its size on average, not to the digit.
    """
    plan = _plan(n, seed, truth or default_truth(), strata, psu_per_stratum, missing)
    whole: dict[str, np.ndarray] = {}
    for first, people in _blocks(plan, n, seed):
        whole = whole or {name: np.empty(n, values.dtype) for name, values in people.items()}
        for name, values in people.items():
            whole[name][first : first + len(values)] = values
    return people_frame(plan, whole)


def generate_blocks(
    n: int,
    seed: int = DEFAULT_SEED,
    truth: Truth | None = None,
    *,
    strata: int | None = None,
    psu_per_stratum: int | None = None,
    missing: bool = True,
) -> Iterator[pd.DataFrame]:
    """The frame of `generate`, the very same people, in pieces of at most 131,072.

    The arguments are checked at the call, not at the first piece.
    """
    plan = _plan(n, seed, truth or default_truth(), strata, psu_per_stratum, missing)
    return (_renumbered(people_frame(plan, people), first) for first, people in _blocks(plan, n, seed))


def simulate_people(n: int = DEFAULT_N, seed: int = DEFAULT_SEED, inputs: TruthInputs | None = None) -> pd.DataFrame:
    """The people of the embedded cohort: `generate` from the superpopulation of `inputs`, or of the defaults."""
    return generate(n, seed, build_truth(inputs) if inputs else default_truth())


def _plan(n: int, seed: int, truth: Truth, strata: int | None, psu_per_stratum: int | None, missing: bool) -> Plan:
    _require_whole("n", n, 1)
    _require_whole("seed", seed, 0)
    if strata is not None:
        _require_whole("strata", strata, 1)
    if psu_per_stratum is not None:
        _require_whole("psu_per_stratum", psu_per_stratum, 2)
    if strata is not None and strata * (psu_per_stratum or truth.inputs.design.psu_per_stratum) > n:
        raise SpecError(f"strata = {strata} leaves PSUs without people, of {n} people in all. Ask for fewer strata.")
    if not missing:
        truth = replace(truth, inputs=truth.inputs.without_missing())
    return make_plan(truth, plan_sampling(truth, n, _rng(seed, 0), strata, psu_per_stratum))


def _blocks(plan: Plan, n: int, seed: int) -> Iterator[tuple[int, dict[str, np.ndarray]]]:
    """Position of the first person, and the arrays, of each block."""
    for number, first in enumerate(range(0, n, BLOCK)):
        yield first, draw_people(plan, first, min(BLOCK, n - first), _rng(seed, 1, number))


def _rng(seed: int, *key: int) -> np.random.Generator:
    """A generator of its own for the design (key 0) and for each block (key 1, number)."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


def _renumbered(frame: pd.DataFrame, first: int) -> pd.DataFrame:
    frame.index = pd.RangeIndex(first, first + len(frame))
    return frame


def _require_whole(name: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise SpecError(f"{name} = {value!r} for a synthetic cohort. Accepted: a whole number, {least} or more.")
