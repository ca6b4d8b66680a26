"""Combinations of conditions in the order of an UpSet plot, worked out before anything is drawn."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from comorbid.columns.references import grouping_columns
from comorbid.columns.words import NOT_ESTIMABLE, unknown
from comorbid.errors import SpecError

ORDERS = ("prevalence", "size")
MOST = 25
"""Combinations drawn unless the caller says otherwise."""


@dataclass(frozen=True, slots=True)
class Combination:
    """One combination: its conditions, observed prevalence with interval, and the one expected (NaN if unknown).

    `absent` says why there is no observed prevalence, where there is none.
    """

    members: frozenset[str]
    observed: float
    low: float
    high: float
    expected: float
    absent: str

    @property
    def hidden(self) -> bool:
        """Whether disclosure control hid the observed prevalence."""
        return bool(np.isnan(self.observed)) and self.absent != NOT_ESTIMABLE


@dataclass(frozen=True, slots=True)
class Sets:
    """Combinations from left to right, conditions from top to bottom, and what was left out.

    `marginals` holds (prevalence, lower, upper) of each condition; `nobody` is the prevalence of none of them, and
    `absent` says why some of these are not known. `total` counts combinations, drawn or not, and `hidden` those that
    disclosure control hid, which are not drawn.
    """

    combinations: tuple[Combination, ...]
    conditions: tuple[str, ...]
    marginals: Mapping[str, tuple[float, float, float]]
    nobody: float
    total: int
    absent: str
    hidden: int = 0


def arrange_sets(
    frame: pd.DataFrame, marginals: pd.DataFrame | None = None, order: str = "prevalence", most: int = MOST
) -> Sets:
    """Order the combinations of a frame, the most common first, and find the prevalence of each condition.

    Parameters
    ----------
    frame : DataFrame
        From `combinations`, of one subgroup: `combination`, `measure`, estimates, one boolean column a condition.
    marginals : DataFrame or None
        From `prevalence`; without it a condition's prevalence is the sum over its combinations, with no interval.
    order : {"prevalence", "size"}
        By observed prevalence alone, or by number of conditions first.
    most : int
        Combinations kept.

    Returns
    -------
    Sets

    Raises
    ------
    SpecError
        For an unknown order, several subgroups, or a frame that lacks a column or the measure "prevalence".
    """
    names = _check(frame, order)
    parts = {
        name: _by_members(frame[frame["measure"] == name], names) for name in ("prevalence", "expected_prevalence")
    }
    found = [_combination(members, row, parts) for members, row in parts["prevalence"].items()]
    of_each = _given(marginals, names) or {name: _summed(name, found) for name in names}
    every = [one for one in found if one.members]
    kept = sorted((one for one in every if not one.hidden), key=lambda one: _rank(one, order, names))
    conditions = sorted(names, key=lambda name: -np.nan_to_num(of_each[name][0]))
    nobody = next((one.observed for one in found if not one.members), float("nan"))
    marks = [frame] if marginals is None else [frame, marginals]
    absent = next((why for one in marks for why in map(unknown, one.to_dict("records")) if why != NOT_ESTIMABLE), "")
    counted = {"total": len(every), "hidden": len(every) - len(kept)}
    return Sets(tuple(kept[:most]), tuple(conditions), of_each, nobody, absent=absent or NOT_ESTIMABLE, **counted)


def _check(frame: pd.DataFrame, order: str) -> list[str]:
    """Names of the conditions, once the frame is known to hold what is needed."""
    if order not in ORDERS:
        raise SpecError(f"`order={order!r}` is not known; it is one of {', '.join(ORDERS)}.")
    needed = ("combination", "measure", "estimate", "conf_low", "conf_high")
    absent = [name for name in needed if name not in frame.columns]
    names = [str(name) for name in frame.columns if pd.api.types.is_bool_dtype(frame[name])]
    if absent or not names or "prevalence" not in set(frame["measure"]):
        raise SpecError(
            f"upset_plot needs the columns {', '.join(needed)}, a boolean column for each condition and rows of "
            f"the measure prevalence; found {', '.join(map(str, frame.columns))}.\n  Give a frame of cm.combinations."
        )
    several = [name for name in grouping_columns(frame) if frame[name].unique().size > 1]
    if several:
        raise SpecError(
            f"upset_plot draws one subgroup; `{several[0]}` has {frame[several[0]].unique().size} values.\n"
            "  Select one with frame[frame[...] == ...]."
        )
    return names


def _by_members(rows: pd.DataFrame, names: list[str]) -> dict[frozenset[str], dict[Hashable, Any]]:
    return {frozenset(name for name in names if row[name]): row for row in rows.to_dict("records")}


def _combination(
    members: frozenset[str], row: Mapping[Any, Any], parts: Mapping[str, Mapping[frozenset[str], Mapping[Any, Any]]]
) -> Combination:
    expected = parts["expected_prevalence"].get(members, {}).get("estimate", float("nan"))
    observed, low, high = (float(row[name]) for name in ("estimate", "conf_low", "conf_high"))
    return Combination(members, observed, low, high, float(expected), unknown(row))


def _given(marginals: pd.DataFrame | None, names: list[str]) -> dict[str, tuple[float, float, float]] | None:
    if marginals is None:
        return None
    rows = marginals[marginals["measure"] == "prevalence"].drop_duplicates("outcome", keep=False)
    found = {
        str(row["outcome"]): (float(row["estimate"]), float(row["conf_low"]), float(row["conf_high"]))
        for row in rows.to_dict("records")
    }
    absent = [name for name in names if name not in found]
    if absent:
        raise SpecError(
            f"`marginals` has no single prevalence of {', '.join(absent)}.\n"
            "  Give cm.prevalence of the same cohort, not by subgroup."
        )
    return found


def _summed(name: str, found: list[Combination]) -> tuple[float, float, float]:
    return float(sum(one.observed for one in found if name in one.members)), float("nan"), float("nan")


def _rank(one: Combination, order: str, names: list[str]) -> tuple[Any, ...]:
    """Unknown prevalences last; ties in the order of the conditions, so that a figure is always the same."""
    unknown = bool(np.isnan(one.observed))
    first = len(one.members) if order == "size" else 0
    return first, unknown, 0.0 if unknown else -one.observed, [name not in one.members for name in names]
