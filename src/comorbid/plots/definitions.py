"""How an answer changes with the case definition: prevalence and odds ratios, one line a definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MplFigure
from matplotlib.lines import Line2D

from comorbid.columns.words import Words, interval_name, unknown
from comorbid.disclosure import guarded
from comorbid.plots.canvas import figure_for
from comorbid.plots.hidden import hidden_figure, why_hidden
from comorbid.plots.lettering import literal, wrapped
from comorbid.plots.scales import scale_to_rows
from comorbid.plots.style import INK, PALE, SMALL, WIDTH, Look, looks
from comorbid.plots.subjects import require_rows

NEEDED = ("condition_a", "condition_b", "definition_label", "measure", "estimate", "conf_low", "conf_high", "shared")
LINE = 0.13
"""Inches for each odds ratio of a line."""
SPREAD = 0.7
"""Part of a line over which its odds ratios spread."""
PRINTED = 6.5
"""Type of what stands for a missing number, in points."""


def definition_plot(frame: pd.DataFrame, labels: Mapping[str, str] | None = None, *, width: float = WIDTH) -> MplFigure:
    """Prevalence of each definition of each condition, and its odds ratios with the other conditions.

    Colour and marker say which other condition. A hollow marker is a pair whose definitions share an item or a body
    site, so that part of its odds ratio is construction. A missing number reads "[n<10]" or "not estimable" in
    the colour of its pair. Conditions are parted by a line.

    Parameters
    ----------
    frame : DataFrame
        From `every_definition`.
    labels : mapping of name to label, optional
        Labels of conditions, over those in `frame.attrs["labels"]`.
    width : float
        Width in inches.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    SpecError
        When columns are absent or there is no row.
    """
    frame = guarded(frame)
    require_rows(frame, NEEDED, "definition_plot", "give what `every_definition(cohort)` gave.")
    if why := why_hidden(frame):
        return hidden_figure(frame, why, width)
    words = Words.of(frame, labels)
    lines = list(dict.fromkeys(zip(frame["condition_a"], frame["definition_label"], strict=True)))
    others = [name for name in dict.fromkeys(frame["condition_a"]) if name in set(frame["condition_b"].dropna())]
    styles = dict(zip(others, looks(len(others)), strict=True))
    with figure_for(frame, width, len(lines) * max(LINE * len(others), 0.36) + 1.3) as figure:
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=(2, 3))
        _axis(left, frame[frame["measure"] == "prevalence"], "prevalence", frame)
        _axis(right, frame[frame["measure"] == "odds_ratio"], "odds_ratio", frame)
        for at, (condition, label) in enumerate(lines):
            own = frame[(frame["condition_a"] == condition) & (frame["definition_label"] == label)]
            _draw_line(left, right, own, -float(at), styles)
        _labels(left, lines)
        _part(left, right, lines)
        _legend(figure, styles, words, bool(frame["shared"].fillna("").ne("").any()))
    return figure


def _axis(ax: Axes, rows: pd.DataFrame, measure: str, frame: pd.DataFrame) -> None:
    scale_to_rows(ax.xaxis, measure, rows, most=6)
    name = "Prevalence" if measure == "prevalence" else "Odds ratio with another condition, log scale"
    ax.set_xlabel(f"{name}\n({interval_name(frame)})")
    ax.grid(axis="x", color=PALE)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    if measure == "odds_ratio":
        ax.axvline(1.0, color=INK, linewidth=0.9, zorder=1.5)


def _draw_line(left: Axes, right: Axes, own: pd.DataFrame, height: float, styles: Mapping[str, Look]) -> None:
    alone = own[own["measure"] == "prevalence"].iloc[0]
    left.plot([alone["conf_low"], alone["conf_high"]], [height] * 2, color=INK, linewidth=1.5)
    left.plot(alone["estimate"], height, "o", color=INK, markersize=4.5)
    _say_absent(left, alone.to_dict(), height, INK)
    pairs = own[own["measure"] == "odds_ratio"].to_dict("records")
    shifts = np.linspace(SPREAD / 2, -SPREAD / 2, len(pairs)) if len(pairs) > 1 else [0.0]
    for row, shift in zip(pairs, shifts, strict=True):
        look = styles[row["condition_b"]]
        lower, upper = right.get_xlim()
        ends = [max(row["conf_low"], lower), min(row["conf_high"], upper)]
        right.plot(ends, [height + shift] * 2, color=look.colour, linewidth=1.3)
        face = "white" if row["shared"] else look.colour
        right.plot(row["estimate"], height + shift, look.marker, color=look.colour, mfc=face, markersize=4.5)
        _say_absent(right, row, height + shift, look.colour)


def _say_absent(ax: Axes, row: Mapping[Any, Any], height: float, colour: str) -> None:
    """Why a number is not there, at the left end of its place, in the colour that it would have."""
    if pd.isna(row["estimate"]):
        where: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "va": "center", "fontsize": PRINTED}
        ax.annotate(unknown(row), (0.01, height), color=colour, **where)


def _labels(ax: Axes, lines: list[tuple[str, str]]) -> None:
    ax.set_yticks([-at for at in range(len(lines))], [wrapped(label, 34) for _, label in lines], fontsize=SMALL)
    ax.set_ylim(-len(lines) + 0.45, 0.55)


def _part(left: Axes, right: Axes, lines: list[tuple[str, str]]) -> None:
    """A thin line between conditions."""
    for at in range(1, len(lines)):
        if lines[at][0] != lines[at - 1][0]:
            for ax in (left, right):
                ax.axhline(0.5 - at, color=PALE, linewidth=1.0)


def _legend(figure: MplFigure, styles: Mapping[str, Look], words: Words, hollow: bool) -> None:
    handles = [
        Line2D(
            [], [], color=look.colour, marker=look.marker, markersize=4.5, label=literal(f"with: {words.name(name)}")
        )
        for name, look in styles.items()
    ]
    if hollow:
        text = "hollow: both definitions use the same site or item"
        handles.append(Line2D([], [], color=INK, marker="o", mfc="white", linestyle="none", markersize=4.5, label=text))
    figure.legend(handles=handles, loc="outside upper left", ncols=2, borderpad=0.2)
