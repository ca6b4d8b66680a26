"""Where the rows of a forest plot stand, how their labels break, and which columns there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from comorbid.columns.words import NOT_ESTIMABLE, interval_name, measure_label
from comorbid.plots.lettering import text_width, wrapped
from comorbid.plots.margin import Column, columns_width
from comorbid.plots.rows import Forest, Row
from comorbid.plots.style import FONT_SIZE, GREY, INK

LINE = 0.2
"""Inches that one line of text or one estimate takes."""
BETWEEN = 0.45
"""Space between rows, in lines."""
LEAST_AXIS = 1.5
LEAST_SHARE = 0.33
"""Inches, and part of the width, that the axis keeps; counts and long labels give way before it."""
INDENT = "   "
WRAPS = (48, 40, 34, 28, 24, 20, 16)


@dataclass(frozen=True, slots=True)
class Line:
    """One row with its broken label, the height of its middle, and of each of its estimates."""

    row: Row
    label: str
    middle: float
    heights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A forest plot laid out for a width: lines from top (0) downwards, columns of text, points for labels."""

    lines: tuple[Line, ...]
    columns: tuple[Column, ...]
    label_width: float
    depth: float


def lay_out(forest: Forest, frame: pd.DataFrame, width: float, counts: bool) -> Page:
    """Break labels, and leave counts out, until the axis keeps its part of `width` inches."""
    least = 72 * max(LEAST_AXIS, LEAST_SHARE * width)
    tries = [(with_counts, wrap) for with_counts in (counts, False) for wrap in WRAPS if not with_counts or wrap >= 24]
    for with_counts, wrap in tries:
        page = _page(forest, frame, with_counts, wrap)
        if width * 72 - page.label_width - columns_width(page.columns) >= least:
            break
    return page


def _page(forest: Forest, frame: pd.DataFrame, counts: bool, wrap: int) -> Page:
    labels = [_label(row, wrap) for row in forest.rows]
    label_width = max(text_width(text, FONT_SIZE, row.bold) for text, row in zip(labels, forest.rows, strict=True))
    lines, depth = [], 0.0
    for row, label in zip(forest.rows, labels, strict=True):
        size = max(len(row.entries), 0.85 * (label.count("\n") + 1), 1.0)
        middle = -(depth + size / 2)
        shift = (len(row.entries) - 1) / 2
        lines.append(Line(row, label, middle, tuple(middle + shift - at for at in range(len(row.entries)))))
        depth += size + (BETWEEN if not row.heading else BETWEEN / 3)
    return Page(tuple(lines), tuple(_columns(lines, forest, frame, counts)), label_width, depth)


def _label(row: Row, wrap: int) -> str:
    text = wrapped(row.label + (" (reference)" if row.reference else ""), max(wrap - len(INDENT) * row.depth, 8))
    return "\n".join(INDENT * row.depth + line for line in text.split("\n"))


def _columns(lines: Sequence[Line], forest: Forest, frame: pd.DataFrame, counts: bool) -> list[Column]:
    pairs = [pair for line in lines for pair in zip(line.heights, line.row.entries, strict=True)]
    cells = [(height, entry.text, GREY if entry.text == NOT_ESTIMABLE else INK) for height, entry in pairs]
    columns = [Column(f"{measure_label(forest.measure).split(',')[0]} ({interval_name(frame)})", cells)]
    if any(entry.weight == entry.weight for entry in forest.entries):
        texts = [(height, f"{entry.weight:.1f}%" if entry.weight == entry.weight else "") for height, entry in pairs]
        columns.append(Column("Weight", [(height, text, INK) for height, text in texts]))
    if counts and not same_counts(forest):
        columns.append(Column(counts_header(frame), [(height, entry.counts, INK) for height, entry in pairs]))
    return columns


def same_counts(forest: Forest) -> bool:
    """Whether counts are absent, or the same for every estimate of a group, so that they need be said only once."""
    by_group: dict[str, set[str]] = {}
    for entry in forest.entries:
        by_group.setdefault(entry.group, set()).add(entry.counts)
    return all(len(found) == 1 for found in by_group.values()) and (len(forest.entries) > len(by_group))


def counts_header(frame: pd.DataFrame) -> str:
    """What the counts beside an estimate are: "Events/n", "n", "n with both"."""
    if "n_both" in frame.columns:
        return "n with both"
    return "/".join(name for name, column in (("Events", "events"), ("n", "n")) if column in frame.columns) or "n"
