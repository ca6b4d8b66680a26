"""Forest plot: estimates with intervals, one line each, with the numbers in print beside them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation

from comorbid.columns import PROPORTION_MEASURES, RATIO_MEASURES, null_value
from comorbid.columns.words import measure_label
from comorbid.disclosure import guarded
from comorbid.plots.canvas import axes_for, room_of, root_figure
from comorbid.plots.hidden import hidden_axes, why_hidden
from comorbid.plots.lettering import literal, text_width
from comorbid.plots.lines import LINE, Line, Page, counts_header, lay_out, same_counts
from comorbid.plots.margin import columns_width, write_columns
from comorbid.plots.pooled import Drawable, as_frame, mark_pooled, write_spread
from comorbid.plots.rows import Entry, Forest, forest_rows
from comorbid.plots.scales import limits_of, scale_axis
from comorbid.plots.style import ABOVE, GREY, INK, PALE, WIDTH, Look, looks

TOP, BOTTOM = 0.45, 0.75
"""Inches above and below the rows: legend and headers, axis and source."""


def forest_plot(
    frame: pd.DataFrame | Drawable,
    ax: Axes | None = None,
    labels: Mapping[str, str] | None = None,
    *,
    measure: str | None = None,
    group: str | None = None,
    counts: bool = True,
    width: float = WIDTH,
) -> Axes:
    """Estimates with their intervals on one axis, and printed beside it.

    Ratios stand on a log axis with plain ticks and a line at 1, differences and correlations on a plain axis
    with a line at 0, prevalences on an axis of percentages. Levels that a model compares with are rows marked
    "(reference)". Groups differ in colour and marker. An interval that runs far beyond the estimates is cut at
    the edge with an arrow; its limits are in print. Rows of a meta-analysis (`study`, with `type` in "study",
    "summary", "prediction" and, if there is one, `weight` in percent) get squares by weight, diamonds and bars, a
    dashed line at the pooled estimate, and the spread between studies in words.

    Parameters
    ----------
    frame : DataFrame or PooledEstimates
        Tidy estimates: from `fit.tidy(exponentiate=True)`, stacked models, `prevalence`, rows of `cooccurrence`,
        pooled studies, or the pooled result itself. `measure`, `estimate`, `conf_low` and `conf_high` are needed.
    ax : Axes, optional
        Where to draw; a figure that fits the number of rows is made when absent.
    labels : mapping of name to label, optional
        Labels of variables, over those in `frame.attrs["labels"]`.
    measure : str, optional
        Which measure to draw, when the frame holds several.
    group : str, optional
        Column that gives colour and marker: by default `model`, else the subgroups of fewest values, up to three.
    counts : bool
        Whether counts of people are printed: beside the estimates where they differ, once where they do not.
    width : float
        Width of the figure in inches, when one is made.

    Returns
    -------
    Axes

    Raises
    ------
    SpecError
        When columns are absent, no row is left, or several measures are there and none was named.
    """
    frame = guarded(as_frame(frame))
    forest = forest_rows(frame, labels, measure, group)
    if why := why_hidden(frame):
        return hidden_axes(frame, why, ax, width)
    room = width if ax is None else room_of(ax)
    page = lay_out(forest, frame, room, counts)
    space = 72 * room - columns_width(page.columns)
    styles = dict(zip(forest.groups, looks(len(forest.groups)), strict=True))
    groups = _group_texts(_said(forest, frame, counts), space)
    with axes_for(frame, ax, width, LINE * page.depth + TOP + BOTTOM, pad=18 if any(groups) else 6) as target:
        _prepare(target, forest, page)
        for line in page.lines:
            _draw(target, line, styles, forest)
        mark_pooled(target, forest, page)
        if "pooled" in frame.attrs:
            write_spread(target, frame, page.label_width + 8, 72 * room - 16)
        write_columns(target, page.columns)
        _legend(target, page, styles, groups)
    return target


def _prepare(ax: Axes, forest: Forest, page: Page) -> None:
    """Axes with limits, grid, labels at the left and the line of no effect."""
    estimates, low, high = ([getattr(entry, name) for entry in forest.entries] for name in ("estimate", "low", "high"))
    scale_axis(ax.xaxis, forest.measure, limits_of(forest.measure, estimates, low, high))
    ax.set_ylim(-page.depth, 0.0)
    ax.set_yticks([line.middle for line in page.lines], [line.label for line in page.lines], ha="left")
    ax.tick_params(axis="y", length=0, pad=page.label_width + 8)
    for line, text in zip(page.lines, ax.get_yticklabels(), strict=True):
        text.set_fontweight("bold" if line.row.bold else "normal")
        text.set_color(GREY if line.row.reference else INK)
    ax.spines[["left", "top", "right"]].set_visible(False)
    ax.grid(axis="x", color=PALE, linewidth=0.6)
    ax.set_axisbelow(True)
    log = " (log scale)" if forest.measure in RATIO_MEASURES else ""
    ax.set_xlabel(measure_label(forest.measure) + log)
    if forest.measure not in PROPORTION_MEASURES and forest.measure != "mean":
        ax.axvline(null_value(forest.measure), color=INK, linewidth=0.9, zorder=1.5)


def _draw(ax: Axes, line: Line, styles: Mapping[str, Look], forest: Forest) -> None:
    if line.row.reference:
        ax.plot(null_value(forest.measure), line.middle, "o", color="white", mec=GREY, markersize=4.5, zorder=3)
    heaviest = max((entry.weight for entry in forest.entries if entry.weight == entry.weight), default=math.nan)
    for height, entry in zip(line.heights, line.row.entries, strict=True):
        if not math.isfinite(entry.estimate):
            continue
        if entry.kind == "summary":
            _diamond(ax, entry, height, styles[entry.group])
        else:
            _interval(ax, entry, height, styles[entry.group], entry.kind == "prediction")
            if entry.kind != "prediction":
                _point(ax, entry, height, styles[entry.group], heaviest)


def _interval(ax: Axes, entry: Entry, height: float, look: Look, bar: bool) -> None:
    """The interval as far as the axis goes, with an arrow at an end that is cut."""
    lower, upper = ax.get_xlim()
    if math.isnan(entry.low) or math.isnan(entry.high):
        return
    ends = max(entry.low, lower), min(entry.high, upper)
    thick = 3.5 if bar else 1.0 if entry.weight == entry.weight else 1.5
    colour = INK if thick == 1.0 else look.colour
    ax.plot(ends, [height, height], color=colour, linewidth=thick, solid_capstyle="butt", zorder=2)
    for cut, end, marker in ((entry.low < lower, lower, "<"), (entry.high > upper, upper, ">")):
        if cut:
            ax.plot(end, height, marker, color=look.colour, markersize=6, clip_on=False, zorder=3)


def _point(ax: Axes, entry: Entry, height: float, look: Look, heaviest: float) -> None:
    lower, upper = ax.get_xlim()
    weighted = entry.weight == entry.weight
    size = 3.0 + 7.0 * math.sqrt(entry.weight / heaviest) if weighted else 5.5
    if lower <= entry.estimate <= upper:
        marker = "s" if weighted else look.marker
        ax.plot(entry.estimate, height, marker, color=look.colour, markersize=size, zorder=3)


def _diamond(ax: Axes, entry: Entry, height: float, look: Look) -> None:
    lower, upper = ax.get_xlim()
    ends = [min(max(value, lower), upper) for value in (entry.low, entry.estimate, entry.high)]
    corners = [(ends[0], height), (ends[1], height + 0.38), (ends[2], height), (ends[1], height - 0.38)]
    ax.fill(*zip(*corners, strict=True), color=look.colour, zorder=3)


def _said(forest: Forest, frame: pd.DataFrame, counts: bool) -> dict[str, str]:
    """Counts that hold for every estimate of a group, by group: "events 2,911, n 14,102"."""
    if not counts or not same_counts(forest):
        return dict.fromkeys(forest.groups, "")
    names = counts_header(frame).split("/")
    pairs = {entry.group: zip(names, entry.counts.split("/"), strict=False) for entry in forest.entries if entry.counts}
    return {
        group: ", ".join(f"{name.lower()} {text}" for name, text in pairs.get(group, ())) for group in forest.groups
    }


def _group_texts(said: Mapping[str, str], space: float) -> list[str]:
    """Each group with its counts, or alone where that is wider than the points there are."""
    texts = [f"{name} ({counts})" if counts and name else name or counts for name, counts in said.items()]
    return list(said) if max(text_width(text) for text in texts) + 36 > space else texts


def _legend(ax: Axes, page: Page, styles: Mapping[str, Look], texts: Sequence[str]) -> None:
    """Groups and their counts above the rows, from the left edge on, if there is anything to say."""
    if not any(texts):
        return
    handles = [
        Line2D([], [], color=look.colour, marker=look.marker, markersize=5.5, linewidth=1.5, label=literal(text))
        for text, look in zip(texts, styles.values(), strict=True)
    ]
    edge = ax.transAxes + ScaledTranslation(-(page.label_width + 8) / 72, 0, root_figure(ax).dpi_scale_trans)
    ax.legend(handles=handles, bbox_transform=edge, borderaxespad=0.2, handlelength=1.6, **ABOVE)
