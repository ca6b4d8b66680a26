"""One block of people: arrays drawn by random generator, then a frame with meaning."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from comorbid.synthetic.alias import Alias, build_alias
from comorbid.synthetic.headache import DAYS
from comorbid.synthetic.inputs import CONDITIONS
from comorbid.synthetic.sampling import Sampling
from comorbid.synthetic.truth import Truth

__all__ = ["COLUMNS", "Plan", "draw_people", "make_plan", "people_frame"]

COLUMNS = (
    *("age", "age_band", "sex", "education", "smoking", "bmi", "bmi_band", "depression"),
    *CONDITIONS,
    *("headache_days", "weight", "stratum", "psu"),
)
"""Columns of a synthetic cohort with the default covariates, in order."""

_MEASURED = {"age_band": "age", "bmi_band": "bmi"}


@dataclass(frozen=True, slots=True)
class Plan:
    """All that drawing needs, made once.

    columns : ndarray of int8, shape (v, P), codes of the truth, variable by variable
    headache : distributions of headache days, and headache_group, shape (P,): which of them a pattern has
    age_low, age_width, bmi_low, bmi_width : by band; years, and hundredths of kg/m²
    """

    truth: Truth
    sampling: Sampling
    columns: np.ndarray
    headache: Alias
    headache_group: np.ndarray
    age_low: np.ndarray
    age_width: np.ndarray
    bmi_low: np.ndarray
    bmi_width: np.ndarray


def make_plan(truth: Truth, sampling: Sampling) -> Plan:
    """The plan for drawing people from `truth` by `sampling`."""
    age, bmi = np.array(truth.inputs.ranges.age, dtype=float), np.round(np.array(truth.inputs.ranges.bmi) * 100)
    return Plan(
        truth=truth,
        sampling=sampling,
        columns=np.ascontiguousarray(truth.codes.T),
        headache=build_alias([DAYS] * 4, list(truth.headache_days.reshape(4, -1))),
        headache_group=truth.column("migraine") * 2 + truth.column("depression"),
        age_low=age[:, 0],
        age_width=age[:, 1] - age[:, 0] + 1,
        bmi_low=bmi[:, 0],
        bmi_width=bmi[:, 1] - bmi[:, 0],
    )


def draw_people(plan: Plan, first: int, count: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """`count` people from number `first` on: int8 codes of each variable (-1 is missing), and measurements.

    People take the PSUs in turn, so that PSUs differ in size by one person at most.
    """
    sampling = plan.sampling
    unit = (np.arange(first, first + count) % len(sampling.unit_weight)).astype(np.intp)
    pattern = _draw_patterns(sampling, unit, rng)
    people = {name: plan.columns[position].take(pattern) for position, name in enumerate(plan.truth.levels)}
    people["headache_days"] = plan.headache.draw(plan.headache_group.take(pattern), rng.random(count)).astype(float)
    people["age"] = np.minimum(
        _uniform(plan.age_low, plan.age_width, people["age_band"], rng), plan.truth.inputs.ranges.age_top_code
    )
    people["bmi"] = _uniform(plan.bmi_low, plan.bmi_width, people["bmi_band"], rng) / 100
    sd = plan.truth.inputs.design.weight_sd
    noise = np.exp(sd * rng.standard_normal(count) - sd * sd / 2)
    people["weight"] = noise * sampling.unit_weight.take(unit) * sampling.pattern_weight.take(pattern)
    stratum, psu = np.divmod(np.arange(len(sampling.unit_weight)), sampling.psu_per_stratum)
    people["stratum"], people["psu"] = (stratum + 1).astype(np.int16).take(unit), (psu + 1).astype(np.int16).take(unit)
    _remove(people, plan, rng)
    return people


def people_frame(plan: Plan, people: dict[str, np.ndarray]) -> pd.DataFrame:
    """The arrays of `draw_people` as a frame: categorical codes become levels."""
    levels = plan.truth.levels
    columns = {
        name: pd.Categorical.from_codes(people[name], dtype=pd.CategoricalDtype(list(levels[name])), validate=False)
        if name in levels
        else people[name]
        for name in _order(levels)
    }
    frame = pd.DataFrame(columns, copy=False)
    frame.attrs["synthetic"] = True
    return frame


def _order(variables: Iterable[str]) -> list[str]:
    """Columns in order: measurements before their band, conditions, then the design."""
    order: list[str] = []
    for name in variables:
        order += [_MEASURED[name], name] if name in _MEASURED else [name]
    return [*order, "headache_days", "weight", "stratum", "psu"]


def _draw_patterns(sampling: Sampling, unit: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Pattern of each person: first its group, whose chance depends on the PSU, then one of the group."""
    chance = rng.random(len(unit))
    group = np.zeros(len(unit), dtype=np.intp)
    for below in sampling.cumulative.T:
        group += chance >= below.take(unit)
    return sampling.alias.draw(group, rng.random(len(unit)))


def _uniform(low: np.ndarray, width: np.ndarray, band: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Whole numbers, uniform from `low` of the band over its `width`."""
    return low.take(band) + np.floor(rng.random(len(band)) * width.take(band))


def _remove(people: dict[str, np.ndarray], plan: Plan, rng: np.random.Generator) -> None:
    """Values missing completely at random, in place; drawn last, so that all else stays as it is without them."""
    for name, share in plan.truth.inputs.missing.items():
        total = len(people[name])
        chosen = rng.choice(total, rng.binomial(total, share), replace=False, shuffle=False)
        if name == "bmi":
            people["bmi"][chosen] = np.nan
            people["bmi_band"][chosen] = -1
        else:
            people[name][chosen] = -1
