"""Result frames as tables of counts: which people stand behind each row, and in which table they add up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from comorbid.columns.references import grouping_columns

__all__ = ["Family", "families", "with_partners"]

SHARE = "share"
ABSENT = -1
Row: TypeAlias = Mapping[Any, Any]
Index: TypeAlias = tuple[int, ...]
Place: TypeAlias = tuple[int, Index, Index]
"""Position of a row, index of its group, index of its cell."""
TOTAL = ("number_of_conditions", "all")
"""Column and value of a row that stands for the total over the other rows."""
CONTEXT = ("outcome", "outcome_level", "exposure", "model", "study")


@dataclass(frozen=True, slots=True)
class Family:
    """Rows whose counts add up: cells by group.

    counts : shape (*cells, *groups), people unweighted; -1 where there is no row.
    people : shape (*groups), people of each group; -1 where there is no row.
    rows : positions in the frame, with the index of each row's group and, in `single`, of its cell.
    single : whether a row shows one cell, and not all of its group.
    moves : axes along which sums are known elsewhere; all of them when empty.
    shows : of a condition of a pair, the column with its people by row; the others show what depends on the whole pair.
    margins : of a pair, for each of its conditions, that column.
    """

    counts: np.ndarray
    people: np.ndarray
    rows: list[Place]
    single: bool = False
    moves: tuple[tuple[int, ...], ...] = ()
    shows: tuple[str, ...] = ()
    margins: tuple[tuple[str, ...], ...] = ()


def families(frame: pd.DataFrame) -> Iterator[Family]:
    """The tables of counts behind the rows of a frame; rows without counts are in none."""
    records = frame.reset_index(drop=True)
    by = grouping_columns(records)
    kinds = pd.Series([_kind(row) for row in records.to_dict("records")], index=records.index)
    makers = {"pair": _pairs, "combination": _combinations, "share": _shares, "count": _counts}
    for kind, make in makers.items():
        rows = records[kinds == kind]
        if len(rows):
            yield from make(rows, by)


def _kind(row: Row) -> str:
    """What the counts of a row are; empty for a row without the counts that its kind has."""
    if _has(row, "condition_a", "condition_b"):
        return "pair" if _has(row, "n", "n_a", "n_b", "n_both") else ""
    if _has(row, "combination"):
        return "combination" if _has(row, "n", "events") else ""
    if row.get("measure") == SHARE:
        return "share" if _has(row, "term", "level", "n", "events") else ""
    return "count" if _has(row, "n") else ""


def _has(row: Row, *names: str) -> bool:
    return all(name in row and not pd.isna(row[name]) for name in names)


class _Groups:
    """Levels of the grouping columns as axes."""

    def __init__(self, rows: pd.DataFrame, by: Sequence[str]) -> None:
        self.by = [name for name in by if rows[name].notna().any()]
        self.levels = [list(dict.fromkeys(rows[name])) for name in self.by]
        self.shape = tuple(map(len, self.levels))

    def place(self, row: Row) -> tuple[int, ...]:
        return tuple(levels.index(row[name]) for name, levels in zip(self.by, self.levels, strict=True))


def _of_groups(rows: pd.DataFrame, by: Sequence[str], cells: Index, count: Callable[[Row], np.ndarray]) -> Family:
    """A family whose rows show all cells of their group, which `count` gives; of several rows the least counts."""
    groups = _Groups(rows, by)
    counts = np.full((*cells, *groups.shape), ABSENT, dtype=np.int64)
    people = np.full(groups.shape, ABSENT, dtype=np.int64)
    places: list[Place] = []
    for position, row in zip(rows.index, rows.to_dict("records"), strict=True):
        at, found = groups.place(row), count(row)
        first, cell = people[at] == ABSENT, tuple([slice(None)] * len(cells)) + at
        counts[cell] = found if first else np.minimum(counts[cell], found)
        people[at] = int(row["n"]) if first else min(people[at], int(row["n"]))
        places.append((int(position), at, ()))
    return Family(counts, people, places)


def _of_cells(
    rows: pd.DataFrame,
    by: Sequence[str],
    cells: Index,
    places: Sequence[Index],
) -> Family:
    """A family whose rows show one cell each, at `places`."""
    groups = _Groups(rows, by)
    counts = np.full((*cells, *groups.shape), ABSENT, dtype=np.int64)
    people = np.full(groups.shape, ABSENT, dtype=np.int64)
    found: list[Place] = []
    for position, row, cell in zip(rows.index, rows.to_dict("records"), places, strict=True):
        at = groups.place(row)
        counts[(*cell, *at)], people[at] = int(row["events"]), int(row["n"])
        found.append((int(position), at, cell))
    return Family(counts, people, found, single=True)


def _pairs(rows: pd.DataFrame, by: Sequence[str]) -> Iterator[Family]:
    """The fourfold table of each pair, and the two-way tables of its conditions."""
    keys = [" & ".join(sorted(pair)) for pair in zip(rows["condition_a"], rows["condition_b"], strict=True)]
    for _, pair in rows.groupby(pd.Series(keys, index=rows.index), sort=False):
        first, second = str(pair["condition_a"].iloc[0]), str(pair["condition_b"].iloc[0])
        margins = []
        for condition in (first, second):
            margins.append(tuple("n_a" if a == condition else "n_b" for a in pair["condition_a"]))
            yield replace(_of_groups(pair, by, (2,), partial(_with_and_without, condition)), shows=margins[-1])
        yield replace(_of_groups(pair, by, (2, 2), partial(_fourfold, first)), margins=tuple(margins))


def _fourfold(first: str, row: Row) -> np.ndarray:
    n, both = int(row["n"]), int(row["n_both"])
    ours, other = _ordered(row, first)
    return np.array([[both, ours - both], [other - both, n - ours - other + both]])


def _with_and_without(name: str, row: Row) -> np.ndarray:
    ours, _ = _ordered(row, name)
    return np.array([ours, int(row["n"]) - ours])


def _ordered(row: Row, first: str) -> tuple[int, int]:
    a, b = int(row["n_a"]), int(row["n_b"])
    return (a, b) if str(row["condition_a"]) == first else (b, a)


def _combinations(rows: pd.DataFrame, by: Sequence[str]) -> Iterator[Family]:
    """All combinations, an axis a condition; sums over three of the axes, and over groups, are known from pairs."""
    present = [set(str(text).split(" & ")) for text in rows["combination"]]
    names = sorted(set().union(*present) - {"none"})
    places = [tuple(int(name in conditions) for name in names) for conditions in present]
    family = _of_cells(rows, by, (2,) * len(names), places)
    longer = tuple(len(names) + i for i, size in enumerate(family.people.shape) if size > 1)
    moves = tuple((*axes, *longer) for axes in combinations(range(len(names)), min(len(names), 3)))
    yield replace(family, single=not longer, moves=moves)


def _shares(rows: pd.DataFrame, by: Sequence[str]) -> Iterator[Family]:
    """Levels of a variable by group; the rows of the total are a table of their own."""
    column, value = TOTAL
    total = rows[column].eq(value) if column in rows else pd.Series(False, index=rows.index)
    for part in (rows[total], rows[~total]):
        for _, variable in part.groupby("term", sort=False):
            yield _levels(variable, by)


def _levels(rows: pd.DataFrame, by: Sequence[str]) -> Family:
    levels = list(dict.fromkeys(rows["level"]))
    return _of_cells(rows, by, (len(levels),), [(levels.index(level),) for level in rows["level"]])


def _counts(rows: pd.DataFrame, by: Sequence[str]) -> Iterator[Family]:
    """People with and without the outcome by group, or people alone where no outcome is counted."""
    column, value = TOTAL
    total = rows[column].eq(value) if column in rows else pd.Series(False, index=rows.index)
    context = [name for name in CONTEXT if name in rows and rows[name].notna().any()]
    context += ["term"] if rows.get("measure", pd.Series(dtype=object)).eq("mean").any() else []
    for part in (rows[total], rows[~total]):
        keys = part[context].map(str).agg(" ".join, axis=1) if context else pd.Series("", index=part.index)
        for _, family in part.groupby(keys, sort=False) if len(part) else ():
            has_events = "events" in family and family["events"].notna().all()
            yield _of_groups(family, by, (2,) if has_events else (1,), _with_outcome if has_events else _everybody)


def _with_outcome(row: Row) -> np.ndarray:
    return np.array([int(row["events"]), int(row["n"]) - int(row["events"])])


def _everybody(row: Row) -> np.ndarray:
    return np.array([int(row["n"])])


def with_partners(rows: pd.DataFrame, hidden: np.ndarray) -> np.ndarray:
    """Of models by group that rest on small cells, never one alone is hidden: the model of all less those of the other
    groups would be its table."""
    by = grouping_columns(rows)
    if "n_least" not in rows or "estimate" not in rows or not by:
        return hidden
    hidden = hidden | rows["estimate"].isna().to_numpy()
    size = pd.to_numeric(rows["n"]).to_numpy(dtype=float, na_value=np.inf)
    same = [name for name in (*CONTEXT, "term", "level", "reference", "measure", *by) if name in rows]
    before = -1
    while hidden.sum() > before:
        before = int(hidden.sum())
        for axis in by:
            keys = [rows[name].map(str) for name in same if name != axis]
            line_of = pd.Series(0, index=rows.index) if not keys else rows.groupby(keys).ngroup()
            for line in (np.flatnonzero(line_of == number) for number in line_of.unique()):
                if len(line) > 1 and hidden[line].sum() == 1:
                    hidden[min(line[~hidden[line]].tolist(), key=lambda row: size[row])] = True
    return hidden
