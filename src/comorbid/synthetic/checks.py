"""What inputs of a superpopulation must satisfy before anything is solved."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from comorbid.errors import SpecError, listed, require_known
from comorbid.synthetic.inputs import CONDITIONS, PAIRS, TruthInputs

__all__ = ["check_inputs"]

_WHERE = "the inputs of the synthetic cohort"
_NEEDED = ("age_band", "bmi_band", "depression")


def check_inputs(inputs: TruthInputs) -> None:
    """Raise SpecError (UnknownNameError for a name) at the first input that cannot be meant."""
    _check_covariates(inputs)
    _check_conditions(inputs)
    _check_effects(inputs)
    _check_headache(inputs)
    _check_design(inputs)
    _check_missing(inputs)


def _require(holds: bool, name: str, asked: object, accepted: str) -> None:
    if not holds:
        raise SpecError(f"{name} = {asked} in {_WHERE}. Accepted: {accepted}.")


def _whole(asked: Iterable[object], accepted: Sequence[object], what: str) -> None:
    """The keys asked for are exactly those accepted."""
    lacking = [name for name in accepted if name not in set(asked)]
    extra = [name for name in asked if name not in set(accepted)]
    if lacking or extra:
        raise SpecError(
            f"{what} of {_WHERE}: lacks {listed(lacking) or 'nothing'}; not known {listed(extra) or 'none'}."
        )


def _check_missing(inputs: TruthInputs) -> None:
    """Bands are missing with their measurement alone, so `bmi` stands for `bmi_band`, and age is always known."""
    accepted = ["bmi", *(name for name in inputs.levels if name not in ("age_band", "bmi_band")), *CONDITIONS]
    for column, share in inputs.missing.items():
        require_known(column, accepted, "column", f"`missing` of {_WHERE}")
        _require(0 <= share < 1, f"missing.{column}", share, "a share from 0 up to, not including, 1")


def _check_covariates(inputs: TruthInputs) -> None:
    for name in _NEEDED:
        require_known(name, inputs.levels, "covariate", _WHERE)
    _lengths("ranges.age", inputs.ranges.age, inputs.levels["age_band"])
    _lengths("ranges.bmi", inputs.ranges.bmi, inputs.levels["bmi_band"])
    _whole(inputs.shares, list(inputs.levels), "`shares`")
    for name, shares in inputs.shares.items():
        _lengths(f"shares.{name}", shares, inputs.levels[name])
        sums = math.isclose(sum(shares), 1, abs_tol=1e-9) and min(shares) > 0
        _require(sums, f"shares.{name}", shares, "shares above 0 that sum to 1")
    for ends, value in inputs.associations.items():
        for variable, level in ends:
            require_known(variable, inputs.levels, "covariate", _WHERE)
            require_known(level, inputs.levels[variable], f"level of {variable}", _WHERE)
        _require(_positive(value), f"association of {ends}", value, "an odds ratio above 0")


def _check_conditions(inputs: TruthInputs) -> None:
    _whole(inputs.prevalences, CONDITIONS, "`prevalences`")
    _whole(inputs.odds_ratios, PAIRS, "`odds_ratios`")
    for name, value in inputs.prevalences.items():
        _require(_positive(value) and value < 1, f"prevalence of {name}", value, "a number above 0 and below 1")
    for (a, b), value in inputs.odds_ratios.items():
        _require(_positive(value), f"odds ratio of {a} & {b}", value, "a finite number above 0")


def _check_effects(inputs: TruthInputs) -> None:
    for condition, effects in inputs.effects.items():
        require_known(condition, CONDITIONS, "condition", _WHERE)
        _check_by_level(inputs, effects, f"effects.{condition}")


def _check_by_level(inputs: TruthInputs, table: Mapping[str, tuple[float, ...]], name: str) -> None:
    for variable, values in table.items():
        require_known(variable, inputs.levels, "covariate", f"`{name}` of {_WHERE}")
        _lengths(f"{name}.{variable}", values, inputs.levels[variable])
        _require(all(map(_positive, values)), f"{name}.{variable}", values, "numbers above 0")


def _lengths(name: str, values: Sequence[object], levels: Sequence[str]) -> None:
    if len(values) != len(levels):
        raise SpecError(f"{name} in {_WHERE} has {len(values)} values for {len(levels)} levels: {listed(levels)}.")


def _check_headache(inputs: TruthInputs) -> None:
    headache = inputs.headache
    for name in ("chronic_with_migraine", "chronic_without_migraine", "none_without_migraine"):
        share = getattr(headache, name)
        _require(0 <= share <= 1, f"headache_days.{name}", share, "a share from 0 to 1")
    ratio = headache.depression_ratio
    _require(_positive(ratio), "headache_days.depression_ratio", ratio, "a number above 0")
    for name, value in headache.decay.items():
        _require(_positive(value), f"headache_days.decay.{name}", value, "a number above 0")


def _check_design(inputs: TruthInputs) -> None:
    design = inputs.design
    _require(_positive(design.population), "design.population", design.population, "a number above 0")
    _require(design.strata >= 1, "design.strata", design.strata, "1 or more")
    _require(design.psu_per_stratum >= 2, "design.psu_per_stratum", design.psu_per_stratum, "2 or more")
    for name in ("psu_icc", "stratum_icc", "weight_sd"):
        value = getattr(design, name)
        _require(0 <= value < 1, f"design.{name}", value, "from 0 up to, not including, 1")
    _check_by_level(inputs, design.oversampling, "design.oversampling")


def _positive(value: object) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and bool(math.isfinite(value) and value > 0)
