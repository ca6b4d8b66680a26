"""Pairs of conditions as a triangle of cells, worked out before anything is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from comorbid.columns.references import grouping_columns
from comorbid.columns.words import NOT_ESTIMABLE, interval, number, unknown
from comorbid.errors import SpecError
from comorbid.plots.subjects import DIRECTED, one_measure

MIN_COUNT = 10
"""Fewest people with both conditions for which a pair is shown, unless the caller says otherwise."""
TOO_FEW = "too few"
NO_ESTIMATE = "not\nestimable"


@dataclass(frozen=True, slots=True)
class Cell:
    """One pair: where it stands, its estimate (NaN when it is not shown), and the lines in print."""

    row: int
    column: int
    estimate: float
    shown: str
    interval: str


@dataclass(frozen=True, slots=True)
class Triangle:
    """Conditions in order, the measure, and a cell for each pair; row 0 is the second condition."""

    names: tuple[str, ...]
    measure: str
    cells: tuple[Cell, ...]


def triangle(frame: pd.DataFrame, measure: str, min_count: int = MIN_COUNT) -> Triangle:
    """Arrange the rows of one symmetric measure below the diagonal.

    Parameters
    ----------
    frame : DataFrame
        From `cooccurrence`, one subgroup at most.
    measure : str
        A measure without direction.
    min_count : int
        Pairs with fewer people who have both (`n_both`, where the frame has it) are marked, not shown.

    Returns
    -------
    Triangle

    Raises
    ------
    SpecError
        For a measure with direction, several subgroups, or a frame without pairs.
    """
    _check(frame, measure)
    rows = one_measure(frame, measure, "cooccurrence_heatmap")
    names = tuple(dict.fromkeys([*rows["condition_a"], *rows["condition_b"]]))
    found = {frozenset((row["condition_a"], row["condition_b"])): row for row in rows.to_dict("records")}
    cells = [
        _cell(row - 1, column, found.get(frozenset((names[row], names[column]))), min_count)
        for row in range(1, len(names))
        for column in range(row)
    ]
    return Triangle(names, measure, tuple(cells))


def _check(frame: pd.DataFrame, measure: str) -> None:
    if not {"condition_a", "condition_b"} <= set(frame.columns):
        raise SpecError(
            "cooccurrence_heatmap needs the columns condition_a and condition_b; found "
            f"{', '.join(map(str, frame.columns))}.\n  Give a frame of cm.cooccurrence."
        )
    if measure in DIRECTED:
        raise SpecError(
            f"`measure={measure!r}` differs with the direction of a pair, so a triangle cannot show it.\n"
            "  Choose odds_ratio, observed_expected, phi, yule_q, jaccard or tetrachoric, or use forest_plot."
        )
    several = [name for name in grouping_columns(frame) if frame[name].unique().size > 1]
    if several:
        raise SpecError(
            f"cooccurrence_heatmap draws one subgroup; `{several[0]}` has {frame[several[0]].unique().size} values.\n"
            "  Select one with frame[frame[...] == ...], or use forest_plot."
        )


def _cell(row: int, column: int, record: Mapping[Any, Any] | None, min_count: int) -> Cell:
    if record is None or pd.isna(record["estimate"]) or _is_few(record, min_count):
        return Cell(row, column, float("nan"), _why_none(record or {}, min_count), "")
    estimate, measure = float(record["estimate"]), str(record["measure"])
    limits = interval(estimate, record["conf_low"], record["conf_high"], measure).partition(" (")[2].rstrip(")")
    return Cell(row, column, estimate, number(estimate, measure), limits)


def _why_none(record: Mapping[Any, Any], min_count: int) -> str:
    """The mark of disclosure control, or words for too few people, or for no estimate at all."""
    why = unknown(record)
    if why != NOT_ESTIMABLE:
        return why
    return TOO_FEW if _is_few(record, min_count) else NO_ESTIMATE


def _is_few(record: Mapping[Any, Any], min_count: int) -> bool:
    if "n_both" not in record:
        return False
    return bool(pd.isna(record["n_both"]) or record["n_both"] < min_count)
