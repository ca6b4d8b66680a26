"""UpSet plot: combinations of conditions, how common each is, and how common it would be by chance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MplFigure

from comorbid.columns.words import Words, interval_name, number
from comorbid.disclosure import guarded
from comorbid.plots.canvas import figure_for
from comorbid.plots.hidden import hidden_figure, why_hidden
from comorbid.plots.lettering import literal, text_width, wrapped
from comorbid.plots.scales import scale_axis
from comorbid.plots.sets import MOST, Sets, arrange_sets
from comorbid.plots.style import ABOVE, BLUE, FONT_SIZE, GREY, INK, PALE, SMALL, VERMILION, WIDTH

BAR = "#A6C8E4"
"""A pale blue that its interval and expected value stand out on."""
FEWEST = 6
"""Bars that there is room for even when there are fewer."""
PRINTED = 6.5
"""Type of the numbers under the bars, in points; they are left out where bars are narrower than the numbers."""


def upset_plot(
    frame: pd.DataFrame,
    labels: Mapping[str, str] | None = None,
    *,
    marginals: pd.DataFrame | None = None,
    order: str = "prevalence",
    most: int = MOST,
    width: float = WIDTH,
) -> MplFigure:
    """Combinations of conditions: observed prevalence with interval, and the one expected under independence.

    Bars at the top are the prevalences of exactly these conditions and no others; a diamond on each is the
    prevalence expected if the conditions were independent. Filled dots below say which conditions a bar stands
    for. Bars at the left are the prevalences of each condition, alone or with others, where one of them is known. The
    share of people with none of the conditions is said in words, and so is how many combinations disclosure control
    hid; where it hid every number, words say so alone.

    Parameters
    ----------
    frame : DataFrame
        From `combinations`, of one subgroup.
    labels : mapping of name to label, optional
        Labels of conditions, over those in `frame.attrs["labels"]`.
    marginals : DataFrame, optional
        From `prevalence` of the same cohort, for the intervals of the bars at the left; without it they are sums
        over the combinations and have none.
    order : {"prevalence", "size"}
        Most common first, or by number of conditions and then most common first.
    most : int
        Combinations drawn; the figure says how many there are.
    width : float
        Width in inches.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    SpecError
        For an unknown order, several subgroups, or a frame without combinations.
    """
    frame = guarded(frame)
    sets, words = arrange_sets(frame, marginals, order, most), Words.of(frame, labels)
    if why := why_hidden(frame, marginals):
        return hidden_figure(frame, why, width)
    names = [wrapped(words.name(name), 24 if width > 6 else 14) for name in sets.conditions]
    lines = sum(max(text.count("\n") + 1, 1.6) for text in names)
    with figure_for(frame, width, 0.19 * lines + 3.3) as figure:
        grid = figure.add_gridspec(2, 2, width_ratios=(1, 4), height_ratios=(2.5, 0.19 * lines))
        matrix = figure.add_subplot(grid[1, 1])
        bars = figure.add_subplot(grid[0, 1], sharex=matrix)
        sizes = figure.add_subplot(grid[1, 0], sharey=matrix)
        room = 72 * width * 0.72 - max(text_width(text, FONT_SIZE) for text in names)
        _matrix(matrix, sets, names)
        _bars(bars, sets, frame, room, columns=2 if width > 6 else 1)
        if any(np.isfinite(value) for value, *_ in sets.marginals.values()):
            _sizes(sizes, sets)
        else:
            sizes.set_axis_off()  # one [n<10] a row would say no more than the words at the top
    return figure


def _matrix(ax: Axes, sets: Sets, names: list[str]) -> None:
    """Dots: filled where the condition is part of the combination, joined from the first to the last."""
    rows = range(len(sets.conditions))
    for row in rows:
        if row % 2 == 0:
            ax.axhspan(row - 0.5, row + 0.5, color="#F5F5F5", linewidth=0, zorder=0)
    for at, one in enumerate(sets.combinations):
        inside = [row for row in rows if sets.conditions[row] in one.members]
        outside = [row for row in rows if row not in inside]
        ax.plot([at] * len(outside), outside, "o", color=PALE, markersize=6, zorder=1)
        ax.plot([at] * len(inside), inside, "o-", color=INK, markersize=6, linewidth=1.5, zorder=2)
    ax.set_xlim(-0.6, max(len(sets.combinations), FEWEST) - 0.4)
    ax.set_ylim(len(sets.conditions) - 0.5, -0.5)
    ax.set_yticks(rows, names)
    ax.tick_params(axis="y", length=0)
    ax.set_xticks([])
    ax.spines[:].set_visible(False)


def _bars(ax: Axes, sets: Sets, frame: pd.DataFrame, room: float, columns: int) -> None:
    at = np.arange(len(sets.combinations))
    rows = [[one.observed, one.low, one.high, one.expected] for one in sets.combinations]
    table = np.array(rows, dtype=float).reshape(-1, 4)
    observed, low, high, expected = table.T
    ax.bar(at, np.nan_to_num(observed), width=0.7, color=BAR, label=f"Observed ({interval_name(frame)})")
    ax.vlines(at, low, high, color=INK, linewidth=1.2)
    style = {"color": VERMILION, "markeredgecolor": "white", "markeredgewidth": 0.6}
    ax.plot(at, expected, "D", markersize=5.5, label="Expected if independent", **style)  # type: ignore[arg-type]
    top = np.nanmax(np.vstack([table, np.full(4, 0.001)]))
    scale_axis(ax.yaxis, "prevalence", (0.0, min(1.12 * float(top), 1.0)), most=6)
    if not np.isfinite(table).any():
        ax.set_yticks([])  # the scale would be that of no number
    ax.set_ylabel("Prevalence of the combination")
    ax.grid(axis="y", color=PALE)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="x", length=0, labelbottom=False)
    ax.tick_params(axis="y", length=0, labelsize=SMALL)
    handles, said = ax.get_legend_handles_labels()[0][::-1], ax.get_legend_handles_labels()[1][::-1]
    ax.legend(handles, said, ncols=columns, **ABOVE)
    beside = _said(sets)
    lower = 0.07 * beside.count("\n")  # lines grow upwards, and the legend stands above the axes
    ax.set_title(beside, loc="right", fontsize=SMALL, color=GREY, y=0.9 - lower, backgroundcolor="white")
    _print_values(ax, sets, room / max(len(at), FEWEST))


def _print_values(ax: Axes, sets: Sets, room: float) -> None:
    """Percentages under the bars where they fit; a combination without an estimate says so in any case."""
    texts = [number(one.observed, "prevalence") for one in sets.combinations]
    fits = max((text_width(text, PRINTED) for text in texts), default=0.0) + 2 <= room
    for at, (text, one) in enumerate(zip(texts, sets.combinations, strict=True)):
        place: dict[str, Any] = {"textcoords": "offset points", "ha": "center"}
        if not text:
            ax.annotate(one.absent, (at, 0), (0, 3), rotation=90, va="bottom", fontsize=PRINTED, color=GREY, **place)
        elif fits:
            ax.annotate(text, (at, 0), (0, -3), va="top", fontsize=PRINTED, color=INK, **place)


def _said(sets: Sets) -> str:
    """Combinations and people that no bar shows."""
    said = []
    if sets.hidden:
        said.append(f"{sets.hidden:,} of {sets.total:,} combinations hidden: {sets.absent}")
    if len(sets.combinations) < sets.total - sets.hidden:
        said.append(f"{len(sets.combinations)} of {sets.total:,} combinations")
    if np.isfinite(sets.nobody):
        said.append(f"None of them: {number(sets.nobody, 'prevalence')}%")
    return literal("\n".join(said))


def _sizes(ax: Axes, sets: Sets) -> None:
    """Prevalence of each condition, growing to the left, with its value in print."""
    rows = np.arange(len(sets.conditions))
    values = np.array([sets.marginals[name] for name in sets.conditions], dtype=float)
    ax.barh(rows, np.nan_to_num(values[:, 0]), height=0.6, color=BLUE)
    ax.hlines(rows, values[:, 1], values[:, 2], color=INK, linewidth=1.2)
    furthest = float(np.nanmax(np.append(values, 0.001)))
    for row, (value, _, high) in zip(rows, values, strict=True):
        text = f"{number(value, 'prevalence')}%" if np.isfinite(value) else sets.absent
        end = np.nanmax([value, high, 0.0])
        ax.annotate(
            text, (end, row), (-3, 0), textcoords="offset points", ha="right", va="center", fontsize=PRINTED + 0.5
        )
    ax.set_xlim(1.75 * furthest, 0.0)
    ax.tick_params(axis="both", length=0, labelleft=False, labelbottom=False)
    ax.set_xticks([])
    ax.spines[:].set_visible(False)
    ax.set_xlabel("Prevalence", fontsize=SMALL)
