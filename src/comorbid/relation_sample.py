"""The sample of people who stay in a table: checked weights, strata and sampled units."""

# ruff: noqa: PD003 (`isnull` is the name that Ibis has)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from comorbid._numerics.structure import Clusters
from comorbid.design import SurveyDesign
from comorbid.errors import DesignError
from comorbid.relation_columns import fetched
from comorbid.replication import replicated_units
from comorbid.sampling import no_labels, require_weights, sampled_units

__all__ = ["check_weights", "design_keys", "sample_of_table"]


def design_keys(design: SurveyDesign | None, *, correction: bool = False) -> dict[str, str]:
    """Columns of strata and PSUs by the name that groups give them, which no column of theirs has: "unit" may be one.

    Parameters
    ----------
    design : SurveyDesign, optional
    correction : bool
        Whether the finite population correction comes along.
    """
    named = (design.strata, design.psu, design.fpc if correction else None) if design else ()
    return {f"design_{name}": name for name in named if name}


def check_weights(table: Any, name: str, n: int) -> None:
    """Raise `DesignError` when a weight is missing, infinite or below zero, or none is above zero."""
    kind = table[name].type()
    if not (kind.is_numeric() or kind.is_boolean() or kind.is_string()):
        require_weights(name, n, {"missing or not numbers": n}, 0)
    weight = table[name].try_cast("float64") if kind.is_string() else table[name].cast("float64")
    faults = {
        "missing or not numbers": weight.isnull() | weight.isnan(),
        "infinite": weight.isinf(),
        "below zero": weight < 0,
        "positive": weight > 0,
    }
    counts = {fault: people.ifelse(1, 0).sum() for fault, people in faults.items()}
    found = fetched(table.aggregate(**counts)).sum()
    wrong = {fault: int(found[fault]) for fault in faults if fault != "positive"}
    require_weights(name, n, wrong, int(found["positive"]))


def sample_of_table(table: Any, n: int, design: SurveyDesign | None) -> tuple[Clusters, pd.DataFrame]:
    """Strata and sampled units of a whole table.

    Parameters
    ----------
    table : ibis.Table
        Has the columns of the design.
    n : int
        Its people.
    design : SurveyDesign, optional

    Returns
    -------
    Clusters
    DataFrame
        One row a combination of design columns, with the number of the `unit` that it is.

    Raises
    ------
    DesignError
        For replicates that are not made from PSUs, and for people without a stratum or PSU.
    """
    if design is None:
        return sampled_units({}, None, n).clusters, pd.DataFrame(index=range(1))
    if design.replicates or (design.makes_replicates and not design.psu):
        raise DesignError(
            "replicates of people in a database table are made from its PSUs: name psu, and call with_replicates. "
            "Given replicate weights, and replicates of single people, are for data in memory."
        )
    keys = design_keys(design, correction=True)
    groups = _combinations(table, n, keys)
    # Each combination stands once a PSU, or, where people are the sampled units, once or twice: as one or as several.
    repeats = np.ones(len(groups), dtype=int) if design.psu else np.minimum(groups["people"].to_numpy(), 2)
    rows = np.repeat(np.arange(len(groups)), repeats)
    columns = {name: groups[key].iloc[rows].rename(name) for key, name in keys.items()}
    sampled = replicated_units(columns, design, len(rows), people=(groups["people"].to_numpy() / repeats)[rows])
    first = np.r_[True, rows[1:] != rows[:-1]]
    groups["unit"] = 0 if sampled.unit is None else np.asarray(sampled.unit)[first]
    return (sampled.clusters if design.psu else _sized(sampled.clusters, groups)), groups


def _combinations(table: Any, n: int, keys: Mapping[str, str]) -> pd.DataFrame:
    """People of each combination of the design's columns."""
    if not keys:
        return pd.DataFrame({"people": [n]})
    for name in keys.values():
        if table[name].type().is_nested():
            raise no_labels(name)
    plain = table.select(**{key: table[name] for key, name in keys.items()})
    groups = fetched(plain.group_by([*keys]).aggregate(people=plain.count()))
    return groups.sort_values([*keys], ignore_index=True)


def _sized(clusters: Clusters, groups: pd.DataFrame) -> Clusters:
    """People sampled one by one: strata hold as many units as they have people."""
    size = np.bincount(groups["unit"], weights=groups["people"], minlength=clusters.n_strata)
    return replace(clusters, size=size.astype(float))
