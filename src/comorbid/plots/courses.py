"""What a profile plot draws, worked out before anything is drawn: panels, levels along the axis, groups."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from comorbid.columns.references import grouping_columns
from comorbid.columns.words import Words, value_text
from comorbid.errors import SpecError
from comorbid.plots.subjects import pair_label

SUBJECTS = ("condition_a", "combination", "outcome", "term")
"""Columns that give panels, the first that is there."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What is drawn: rows with a `panel` each, the columns along the axis and of the groups, the order of levels."""

    rows: pd.DataFrame
    measure: str
    by: str
    group: str | None
    levels: tuple[object, ...]
    groups: tuple[object, ...]


def arrange_profile(rows: pd.DataFrame, by: str | None, group: str | None, words: Words) -> Profile:
    """Sort out what stands along the axis, what gives colour and what gives panels."""
    several = [name for name in grouping_columns(rows) if rows[name].unique().size > 1]
    by = by or max(several, key=lambda name: _size(rows, name), default=None)
    group = group or next((name for name in several if name != by), None)
    absent = [name for name in (by, group) if name and name not in rows.columns]
    if by is None or absent:
        raise SpecError(
            f"profile_plot needs a column of subgroups; asked: by={by!r}, group={group!r}; found: "
            f"{', '.join(grouping_columns(rows)) or 'none'}.\n"
            '  Give a frame made with by=, such as cm.prevalence(cohort, by="age_band").'
        )
    panel = [_panel(record, words) for record in rows.to_dict("records")]
    rows = rows.assign(panel=panel)
    repeated = int(rows.duplicated([name for name in ("panel", by, group) if name]).sum())
    if repeated:
        raise SpecError(
            f"profile_plot has {repeated} rows that fall on the point of another; by={by!r}, group={group!r} do not "
            "tell them apart.\n  Select one model or subgroup first."
        )
    groups = tuple(rows[group].unique()) if group else (None,)
    return Profile(rows, str(rows["measure"].iloc[0]), by, group, _in_order(rows[by]), groups)


def _size(rows: pd.DataFrame, name: str) -> int:
    return int(rows[name].unique().size)


def _in_order(column: pd.Series) -> tuple[object, ...]:
    """Levels in the order of a categorical, else bands of numbers by their first number, else as they appear."""
    found = list(column.unique())
    if isinstance(column.dtype, pd.CategoricalDtype):
        return tuple(level for level in column.cat.categories if level in found)
    starts = [re.match(r"\d+(\.\d+)?", str(level)) for level in found]
    lowest = {level: float(start[0]) for level, start in zip(found, starts, strict=True) if start}
    return tuple(sorted(found, key=lowest.__getitem__)) if len(lowest) == len(found) else tuple(found)


def _panel(record: Mapping[Any, Any], words: Words) -> str:
    name = next((name for name in SUBJECTS if name in record), None)
    if name == "condition_a":
        return pair_label(record["condition_a"], record["condition_b"], str(record["measure"]), words)
    return value_text(name, record[name], words) if name else ""
