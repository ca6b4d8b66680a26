"""Which rows of a frame of estimates are hidden: small counts, what would tell them, and what rests on them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from comorbid._numerics.suppression import complementary
from comorbid.columns.references import grouping_columns
from comorbid.disclosure.counts import (
    ESTIMATES,
    LEFT_OUT,
    are_small,
    as_numbers,
    count_columns,
    hidden_before,
    small_losses,
)
from comorbid.disclosure.families import Family, families, with_partners
from comorbid.disclosure.rules import Rules

__all__ = ["Hidden", "hidden_estimates"]

DESCRIBED = frozenset({"prevalence", "share", "mean"})
"""Measures that rest on `n` and `events` alone, where nothing is modelled."""
AT_LEAST = re.compile(r"^at_least_(\d+)$")
"""An outcome of `prevalence_of_at_least`, whose rows hold one another's people."""
Hidden = dict[str, np.ndarray]
"""Rows to hide, by column."""


def hidden_estimates(rows: pd.DataFrame, rules: Rules, keep_uncounted: bool) -> Hidden:
    """What to hide in a frame of estimates: estimates, counts, and the number of people where it is small itself."""
    none = np.zeros(len(rows), dtype=bool)
    hidden = _Marked(_without_counts(rows) | _steps(rows, rules), none.copy(), {"n_a": none.copy(), "n_b": none.copy()})
    tables = list(families(rows))
    before = -1
    while hidden.size > before:
        before = hidden.size
        for family in tables:
            _hide_family(family, rules, hidden)
    unsupported = none if keep_uncounted else _unsupported(rows, rules)
    estimates = with_partners(rows, hidden.cells | hidden_before(rows) | unsupported)
    found: Hidden = dict.fromkeys((name for name in ESTIMATES if name in rows), estimates)
    few_people = {name: unsupported & are_small(as_numbers(rows[name]), rules) for name in count_columns(rows)}
    found |= {name: few | hidden.cells for name, few in few_people.items() if name not in ("n", "n_least")}
    margins = {name: mask | hidden_before(rows) for name, mask in hidden.margins.items() if name in rows}
    found |= {name: mask | few_people[name] for name, mask in margins.items()}
    found |= {name: small_losses(rows[name], rules) for name in LEFT_OUT if name in rows}
    if "n" in rows:
        found["n"] = hidden.people | are_small(as_numbers(rows["n"]), rules)
    if "q_value" in rows:
        found["q_value"] = _same_adjustment(rows, estimates)
    return found


@dataclass(slots=True)
class _Marked:
    """Rows whose cells are hidden, those whose number of people is, and of pairs those with a hidden condition."""

    cells: np.ndarray
    people: np.ndarray
    margins: dict[str, np.ndarray]

    @property
    def size(self) -> int:
        return int(self.cells.sum() + self.people.sum() + sum(mask.sum() for mask in self.margins.values()))


def _without_counts(rows: pd.DataFrame) -> np.ndarray:
    """Rows of which counts were hidden before, and not the estimate alone."""
    names = [name for name in ("n", "events", "n_both") if name in rows]
    return hidden_before(rows) & rows[names].isna().any(axis=1).to_numpy() if names else hidden_before(rows)


def _steps(rows: pd.DataFrame, rules: Rules) -> np.ndarray:
    """Rows of "at least k conditions" that differ by few people from the next one shown, from nobody or from all."""
    hide = np.zeros(len(rows), dtype=bool)
    if not {"outcome", "n", "events"} <= set(rows):
        return hide
    least = rows["outcome"].astype(str).str.extract(AT_LEAST)[0].astype(float)
    steps = rows.assign(least=least)[least.notna() & rows["events"].notna()].sort_values("least", ascending=False)
    by = grouping_columns(rows)
    for _, group in steps.groupby([steps[name].astype(str) for name in by]) if by else [("", steps)]:
        last, lowest = 0, -1
        for position, events in zip(group.index, group["events"].astype(int), strict=True):
            hide[position] = bool(are_small(np.array(events - last), rules))
            last, lowest = (last, lowest) if hide[position] else (events, position)
        if lowest >= 0 and are_small(np.array(int(group["n"].iloc[0]) - last), rules):
            hide[lowest] = True
    return hide


def _unsupported(rows: pd.DataFrame, rules: Rules) -> np.ndarray:
    """Rows of models and associations whose smallest cell is are_small, or is not known; rows without any count."""
    none = pd.Series(np.nan, index=rows.index)
    n, both = rows.get("n", none), rows.get("n_both", none)
    described = rows.get("measure", none).isin(DESCRIBED) & rows.get("exposure", none).isna()
    combined = rows.get("combination", none).notna() & rows.get("events", none).notna()
    least = rows.get("n_least", none)
    left = rows.get("df_residual", pd.Series(np.inf, index=rows.index))
    paired = both.notna() & rows.get("n_a", none).notna() & rows.get("n_b", none).notna()
    counted = n.notna() & (paired | described | combined) & ~(least < rules.threshold)
    modelled = n.notna() & (least >= rules.threshold) & (left >= rules.residual_df)
    estimated = rows[[name for name in ESTIMATES if name in rows]].notna().any(axis=1)
    return (estimated & ~counted & ~modelled).to_numpy(dtype=bool)


def _hide_family(family: Family, rules: Rules, hidden: _Marked) -> None:
    """Mark the rows of a family that must be hidden, and those whose number of people must be."""
    few_people: np.ndarray = complementary(
        family.people, are_small(family.people, rules), rules.threshold, absent=family.people < 0
    )
    primary = (are_small(family.counts, rules) | few_people) & (family.counts >= 0)
    for i, (position, group, cell) in enumerate(family.rows):
        known = hidden.margins[family.shows[i]] if family.shows else hidden.cells
        primary[(*cell, *group) if family.single else (..., *group)] |= known[position]
    units = None if family.single else _by_group(np.arange(few_people.size).reshape(few_people.shape), family)
    unknown = _unknown(family, few_people, hidden)
    mask = complementary(
        family.counts, primary, rules.threshold, family.moves or None, family.counts < 0, unknown, units
    )
    by_group = np.asarray(mask.any(axis=tuple(range(family.counts.ndim - family.people.ndim))))
    for i, (position, group, cell) in enumerate(family.rows):
        found = bool(mask[(*cell, *group)] if family.single else by_group[group])
        hidden.cells[position] |= found
        hidden.people[position] |= bool(few_people[group])
        if family.shows:
            hidden.margins[family.shows[i]][position] |= found


def _by_group(values: np.ndarray, family: Family) -> np.ndarray:
    """Values of the groups, for each cell of these."""
    return np.broadcast_to(values, family.counts.shape)


def _unknown(family: Family, few_people: np.ndarray, hidden: _Marked) -> dict[frozenset[int], np.ndarray]:
    """Sums within groups that are hidden: all those of groups of few people; of a pair, those of a hidden condition."""
    cells = family.counts.ndim - few_people.ndim
    groups = range(cells, family.counts.ndim)
    within = [chosen for size in range(cells) for chosen in combinations(range(cells), size)]
    found = {
        frozenset((*chosen, *groups)): np.broadcast_to(few_people, [family.counts.shape[i] for i in (*chosen, *groups)])
        for chosen in within
    }
    for axis, columns in enumerate(family.margins):
        known = few_people.copy()
        for column, (position, group, _) in zip(columns, family.rows, strict=True):
            known[group] |= hidden.margins[column][position]
        found[frozenset((axis, *groups))] = np.broadcast_to(known, (2, *few_people.shape))
    return found


def _same_adjustment(rows: pd.DataFrame, row: np.ndarray) -> np.ndarray:
    """Rows whose q-value was computed together with that of a hidden row: it can equal the hidden p times a number."""
    keys = [name for name in ("measure", *grouping_columns(rows)) if name in rows]
    mark = pd.Series(row & rows["p_value"].notna().to_numpy() if "p_value" in rows else row, index=rows.index)
    return mark.groupby([rows[name].map(str) for name in keys]).transform("any").to_numpy() | row
