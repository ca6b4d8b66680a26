"""Profile plot: a measure across the levels of one variable, such as prevalence by age and sex."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MplFigure
from matplotlib.lines import Line2D

from comorbid.columns import PROPORTION_MEASURES, null_value
from comorbid.columns.words import Words, interval_name, measure_label, unknown, value_text
from comorbid.disclosure import guarded
from comorbid.plots.canvas import figure_for
from comorbid.plots.courses import Profile, arrange_profile
from comorbid.plots.hidden import hidden_figure, why_hidden
from comorbid.plots.lettering import literal, wrapped
from comorbid.plots.scales import scale_to_rows
from comorbid.plots.style import FONT_SIZE, GREY, INK, PALE, SMALL, WIDTH, Look, looks
from comorbid.plots.subjects import one_measure

SPREAD = 0.22
"""Part of the distance between two levels over which the groups of one level spread."""
PANEL = 2.3
"""Height of a panel in inches."""


def profile_plot(
    frame: pd.DataFrame,
    by: str | None = None,
    *,
    group: str | None = None,
    measure: str | None = None,
    labels: Mapping[str, str] | None = None,
    share_axis: bool = False,
    width: float = WIDTH,
) -> MplFigure:
    """A measure with its intervals across the levels of `by`, one panel a condition.

    Levels stand in the order of the frame. Groups differ in colour and marker and stand side by side; thin
    lines join three levels or more. Prevalences start at 0; ratios have a log axis and a line at 1. Where disclosure
    control hid every number, words say so in place of the panels.

    Parameters
    ----------
    frame : DataFrame
        Tidy estimates by subgroup, such as `prevalence(cohort, by=["age_band", "sex"])`.
    by : str, optional
        Column along the axis; by default the one with the most levels.
    group : str, optional
        Column that gives colour and marker; by default the other column of subgroups, if there is one.
    measure : str, optional
        Which measure to draw, when the frame holds several.
    labels : mapping of name to label, optional
        Labels of variables, over those in `frame.attrs["labels"]`.
    share_axis : bool
        Whether all panels have the same scale.
    width : float
        Width in inches; below 5.5 the panels stand one above the other.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    SpecError
        When the frame has no subgroups, `by` or `group` is no column, or several rows fall on one point.
    """
    frame = guarded(frame)
    words = Words.of(frame, labels)
    profile = arrange_profile(one_measure(frame, measure, "profile_plot"), by, group, words)
    if why := why_hidden(profile.rows):
        return hidden_figure(frame, why, width)
    panels = list(dict.fromkeys(profile.rows["panel"]))
    across = 2 if len(panels) > 1 and width >= 5.5 else 1
    down = math.ceil(len(panels) / across)
    with figure_for(frame, width, PANEL * down + 0.7) as figure:
        axes = figure.subplots(down, across, squeeze=False, sharey=share_axis).ravel()
        styles = dict(zip(profile.groups, looks(len(profile.groups)), strict=True))
        for ax, panel in zip(axes, panels, strict=False):
            rows = profile.rows[profile.rows["panel"] == panel]
            title = wrapped(panel, min(int(48 * width / 7.2 / across) + 16, int(11 * width) - 6))
            _prepare(ax, profile, profile.rows if share_axis else rows, words, title)
            _draw(ax, rows, profile, styles)
        for ax in axes[len(panels) - across : len(panels)]:
            ax.set_xlabel(literal(words.name(profile.by)), fontsize=SMALL)
        for ax in axes[len(panels) :]:
            ax.remove()
        _legend(figure, profile, styles, words)
        figure.supylabel(f"{measure_label(profile.measure)} ({interval_name(frame)})", fontsize=FONT_SIZE)
    return figure


def _prepare(ax: Axes, profile: Profile, rows: pd.DataFrame, words: Words, title: str) -> None:
    scale_to_rows(ax.yaxis, profile.measure, rows, most=6)
    if rows["estimate"].isna().all():
        ax.set_yticks([])  # the scale would be that of no number
    names = [wrapped(value_text(profile.by, level, words), 12) for level in profile.levels]
    ax.set_xticks(range(len(names)), names)
    ax.set_xlim(-0.5, len(names) - 0.5)
    ax.set_title(title, loc="left", fontweight="bold")
    ax.grid(axis="y", color=PALE)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="both", length=0, labelsize=SMALL)
    if profile.measure not in PROPORTION_MEASURES and profile.measure != "mean":
        ax.axhline(null_value(profile.measure), color=INK, linewidth=0.9, zorder=1.5)


def _draw(ax: Axes, rows: pd.DataFrame, profile: Profile, styles: Mapping[object, Look]) -> None:
    for at, (group, look) in enumerate(styles.items()):
        own = rows if profile.group is None else rows[rows[profile.group] == group]
        shift = SPREAD * (at / (len(styles) - 1) - 0.5) if len(styles) > 1 else 0.0
        own = own.set_index(profile.by).reindex(pd.Index(profile.levels, dtype=own[profile.by].dtype))
        places = [level + shift for level in range(len(profile.levels))]
        values = own[["estimate", "conf_low", "conf_high"]].to_numpy(dtype=float).tolist()
        _draw_group(ax, places, values, [unknown(record) for record in own.to_dict("records")], look)


def _draw_group(
    ax: Axes, places: Sequence[float], values: Sequence[Sequence[float]], absent: Sequence[str], look: Look
) -> None:
    """Points with intervals; where there is no estimate, words at the foot of the panel."""
    points = [value[0] for value in values]
    if len(places) > 2:
        ax.plot(places, points, color=look.colour, linewidth=0.7, alpha=0.6)
    ax.plot(places, points, look.marker, color=look.colour, markersize=5, zorder=3)
    for place, (point, low, high), why in zip(places, values, absent, strict=True):
        if math.isnan(point):
            at, offset = (place, 0.0), (0, 3)
            ax.annotate(
                why, at, offset, xycoords=("data", "axes fraction"), textcoords="offset points",
                rotation=90, ha="center", va="bottom", fontsize=6.5, color=GREY,
            )  # fmt: skip
        elif not (math.isnan(low) or math.isnan(high)):
            bottom, top = ax.get_ylim()
            ax.vlines(place, max(low, bottom), min(high, top), color=look.colour, linewidth=1.5, zorder=2)
            for cut, end, marker in ((low < bottom, bottom, "v"), (high > top, top, "^")):
                if cut:
                    ax.plot(place, end, marker, color=look.colour, markersize=5, clip_on=False, zorder=3)


def _legend(figure: MplFigure, profile: Profile, styles: Mapping[object, Look], words: Words) -> None:
    if profile.group is None:
        return
    handles = [
        Line2D([], [], color=look.colour, marker=look.marker, markersize=5, linewidth=1.5,
               label=literal(value_text(profile.group, group, words)))
        for group, look in styles.items()
    ]  # fmt: skip
    figure.legend(handles=handles, loc="outside upper left", ncols=min(len(handles), 4))
