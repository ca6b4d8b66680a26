"""What a forest plot draws, worked out before anything is drawn: headings, reference rows, estimates by group."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from comorbid.columns import RATIO_MEASURES
from comorbid.columns.references import drop_intercept, grouping_columns, with_references
from comorbid.columns.words import Words, interval, unknown, value_text
from comorbid.errors import SpecError
from comorbid.plots.subjects import one_measure, row_paths

MOST_GROUPS = 3
"""More subgroups than that become headings, not colours, unless the caller says otherwise."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One estimate with its interval, the text beside it, and the group that gives it colour and marker."""

    estimate: float
    low: float
    high: float
    group: str
    text: str
    counts: str
    kind: str = "study"
    weight: float = float("nan")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a forest plot; a heading has no entries, a reference row has text alone."""

    label: str
    depth: int
    entries: tuple[Entry, ...] = ()
    heading: bool = False
    reference: bool = False

    @property
    def bold(self) -> bool:
        """Whether the label stands out: of a heading, and of the estimate pooled over all."""
        return self.heading or (self.depth == 0 and any(entry.kind == "summary" for entry in self.entries))


@dataclass(frozen=True, slots=True)
class Forest:
    """All rows from top to bottom, with the measure and the groups in order of appearance."""

    rows: tuple[Row, ...]
    measure: str
    groups: tuple[str, ...]

    @property
    def entries(self) -> list[Entry]:
        """Every estimate of every row."""
        return [entry for row in self.rows for entry in row.entries]


def forest_rows(
    frame: pd.DataFrame, labels: Mapping[str, str] | None = None, measure: str | None = None, group: str | None = None
) -> Forest:
    """Arrange a tidy frame for a forest plot.

    Parameters
    ----------
    frame : DataFrame
        Tidy estimates of one or several measures.
    labels : mapping of name to label, optional
        Overrides the labels that the frame carries.
    measure : str, optional
        Which measure to draw; needed when the frame holds several.
    group : str, optional
        Column that gives colour and marker. By default `model` when there are several, else the column of
        subgroups with the fewest values, up to three.

    Returns
    -------
    Forest
    """
    drawn = _without_tests(one_measure(frame, measure, "forest_plot"))
    name = str(drawn["measure"].iloc[0])
    if name in RATIO_MEASURES:
        drawn = drop_intercept(drawn)
    drawn, words = with_references(drawn), Words.of(frame, labels)
    group = group or _group(drawn)
    if group and group not in drawn.columns:
        raise SpecError(f"`group={group!r}` is no column of the frame; it has {', '.join(map(str, drawn.columns))}.")
    lines: dict[tuple[str, ...], list[dict[Hashable, Any]]] = {}
    paths = row_paths(drawn, group, words)
    for path, record in zip(paths, drawn.to_dict("records"), strict=True):
        lines.setdefault(path, []).append(record)
    groups = tuple(dict.fromkeys(value_text(group, value, words) for value in drawn[group])) if group else ("",)
    first = {path[0]: at for at, path in reversed(list(enumerate(lines)))}
    together = dict(sorted(lines.items(), key=lambda item: first[item[0][0]]))
    return Forest(tuple(_with_headings(together, group, words)), name, groups)


def _without_tests(drawn: pd.DataFrame) -> pd.DataFrame:
    """Without the rows of a meta-analysis that are no estimates."""
    return drawn[drawn["type"] != "test"] if "type" in drawn.columns else drawn


def _group(drawn: pd.DataFrame) -> str | None:
    if "study" in drawn.columns:
        return None
    if "model" in drawn.columns and drawn["model"].unique().size > 1:
        return "model"
    sizes = {name: int(drawn[name].unique().size) for name in grouping_columns(drawn)}
    few = [name for name, size in sizes.items() if 1 < size <= MOST_GROUPS]
    return min(few, key=lambda name: sizes[name], default=None)


def _with_headings(
    lines: Mapping[tuple[str, ...], list[dict[Hashable, Any]]], group: str | None, words: Words
) -> list[Row]:
    rows: list[Row] = []
    previous: tuple[str, ...] = ()
    for path, records in lines.items():
        shared = 0
        while shared < min(len(path), len(previous)) - 1 and path[shared] == previous[shared]:
            shared += 1
        rows += [Row(path[depth], depth, heading=True) for depth in range(shared, len(path) - 1)]
        if records[0]["is_reference"]:
            rows.append(Row(path[-1], len(path) - 1, reference=True))
        else:
            entries = tuple(_entry(record, group, words) for record in records)
            rows.append(Row(path[-1], len(path) - 1, entries))
        previous = path
    return rows


def _entry(record: Mapping[Any, Any], group: str | None, words: Words) -> Entry:
    estimate, low, high = (float(record[name]) for name in ("estimate", "conf_low", "conf_high"))
    kind = str(record.get("type", "study"))
    text = unknown(record) if pd.isna(estimate) else interval(estimate, low, high, str(record["measure"]))
    return Entry(
        estimate,
        low,
        high,
        group=value_text(group, record[group], words) if group else "",
        text=text.partition(" ")[2].strip("()") if kind == "prediction" else text,
        counts=_counts(record),
        kind=kind,
        weight=float(record.get("weight", float("nan"))),
    )


def _counts(record: Mapping[Any, Any]) -> str:
    """ "1,234/7,412" (events of people), or either alone."""
    found = [record.get(name) for name in ("events", "n")] if "n_both" not in record else [record["n_both"]]
    return "/".join(f"{value:,.0f}" for value in found if value is not None and not pd.isna(value))
