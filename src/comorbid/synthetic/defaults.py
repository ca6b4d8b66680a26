"""The default inputs, read from `synthetic_truth.toml`, which names the evidence behind each."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from comorbid.errors import SpecError
from comorbid.paths import resource_dir
from comorbid.synthetic.inputs import Citation, DesignInputs, HeadacheInputs, Pair, Ranges, TruthInputs

__all__ = ["default_inputs", "read_inputs"]

_HEADACHE = ("chronic_with_migraine", "chronic_without_migraine", "none_without_migraine", "depression_ratio")


@cache
def default_inputs() -> TruthInputs:
    """The inputs that ship with the library: published and survey figures, each with its row of the evidence."""
    return read_inputs(resource_dir("codebooks") / "synthetic_truth.toml")


def read_inputs(path: Path) -> TruthInputs:
    """Inputs from a TOML file that is laid out as `synthetic_truth.toml`.

    Raises
    ------
    SpecError
        When the file is not TOML, or a table of it is absent.
    """
    try:
        return _inputs(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"{path.name} cannot be read as TOML: {error}.") from error
    except KeyError as error:
        raise SpecError(f"{path.name} has no entry {error}. Lay it out as synthetic_truth.toml.") from error


def _inputs(table: Mapping[str, Any]) -> TruthInputs:
    covariates = table["covariates"]
    return TruthInputs(
        levels={name: tuple(entry["levels"]) for name, entry in covariates.items()},
        shares={name: tuple(entry["shares"]) for name, entry in covariates.items()},
        associations={_association(key): value for key, value in table["associations"].items()},
        prevalences={name: entry["value"] for name, entry in table["prevalences"].items()},
        odds_ratios={(entry["pair"][0], entry["pair"][1]): entry["value"] for entry in table["odds_ratios"]},
        effects={name: _tuples(effects) for name, effects in table["effects"].items()},
        headache=_headache(table["headache_days"]),
        design=DesignInputs(**{**table["design"], "oversampling": _tuples(table["design"]["oversampling"])}),
        ranges=_ranges(table["ranges"]),
        missing=dict(table["missing"]),
        citations=tuple(_citations(table)),
    )


def _tuples(table: Mapping[str, list[float]]) -> dict[str, tuple[float, ...]]:
    return {name: tuple(values) for name, values in table.items()}


def _association(key: str) -> tuple[Pair, Pair]:
    """`age_band.65+ & sex.female` as ((age_band, 65+), (sex, female)); a level may hold dots."""
    first, _, second = key.partition(" & ")
    (variable_a, _, level_a), (variable_b, _, level_b) = first.partition("."), second.partition(".")
    return (variable_a, level_a), (variable_b, level_b)


def _headache(table: Mapping[str, Any]) -> HeadacheInputs:
    return HeadacheInputs(**{name: table[name]["value"] for name in _HEADACHE}, decay=dict(table["decay"]))


def _ranges(table: Mapping[str, Any]) -> Ranges:
    return Ranges(
        age=tuple((low, high) for low, high in table["age"]),
        age_top_code=table["age_top_code"],
        bmi=tuple((low, high) for low, high in table["bmi"]),
    )


def _citations(table: Mapping[str, Any]) -> Iterator[Citation]:
    for name, entry in table["prevalences"].items():
        yield _citation(f"prevalences.{name}", entry)
    for entry in table["odds_ratios"]:
        yield _citation(".".join(["odds_ratios", *entry["pair"]]), entry)
    for key, entry in table["effect_rows"].items():
        yield _citation(f"effects.{key}", {**entry, "value": _effect(table, key)})
    for name in _HEADACHE:
        yield _citation(f"headache_days.{name}", table["headache_days"][name])


def _citation(name: str, entry: Mapping[str, Any]) -> Citation:
    return Citation(name, entry["value"], tuple(entry["rows"]), entry["taken"], entry["note"])


def _effect(table: Mapping[str, Any], key: str) -> float:
    condition, variable, level = key.split(".", 2)
    return table["effects"][condition][variable][table["covariates"][variable]["levels"].index(level)]
