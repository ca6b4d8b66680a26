"""Curves of a number along another number, such as a predictive value along prevalence."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullLocator

from comorbid.columns.words import sentence_case
from comorbid.disclosure import guarded
from comorbid.plots.canvas import axes_for, room_of
from comorbid.plots.lettering import literal, text_width
from comorbid.plots.scales import plain
from comorbid.plots.style import ABOVE, GREY, PALE, SMALL, WIDTH, looks
from comorbid.plots.subjects import require_rows

HEIGHT = 3.9
LINES = ("-", "--", "-.", ":")


def curve_plot(
    frame: pd.DataFrame,
    x: str,
    y: str,
    *,
    group: str | None = None,
    ax: Axes | None = None,
    marks: Mapping[str, float] | None = None,
    level: float | None = None,
    log: bool = False,
    percent: bool = True,
    labels: Mapping[str, str] | None = None,
    width: float = WIDTH,
) -> Axes:
    """One line a group: `y` along `x`, with named values of `x` marked.

    Parameters
    ----------
    frame : DataFrame
        One row a point, in any order.
    x, y : str
        Numeric columns.
    group : str, optional
        Column that gives a line its colour and its pattern.
    ax : Axes, optional
        Where to draw; a figure is made when absent.
    marks : mapping of text to value of x, optional
        Marked by a grey upright line, with the text above it.
    level : float, optional
        A value of y marked by a grey level line.
    log : bool
        Whether the axis of x is logarithmic.
    percent : bool
        Whether both are shares, printed as percentages.
    labels : mapping of name to label, optional
        Of the columns.
    width : float
        In inches, when a figure is made.

    Returns
    -------
    Axes

    Raises
    ------
    SpecError
        When a column is absent or no row is left.
    """
    frame = guarded(frame)
    columns = [name for name in (x, y, group) if name]
    found = ", ".join(map(str, frame.columns))
    require_rows(frame, columns, "curve_plot", f"the frame has {len(frame)} rows: {found}.")
    with axes_for(frame, ax, width, HEIGHT) as target:
        _lines(target, frame, x, y, group)
        _axes(target, frame, x, y, log, percent, labels or {})
        if level is not None:
            target.axhline(level, color=GREY, linewidth=0.8, linestyle=(0, (1, 2)), zorder=1)
        above = _marks(target, marks or {}, 72 * (width if ax is None else room_of(ax)))
        if group:
            title = literal((labels or {}).get(group, sentence_case(group)))
            target.legend(title=title, title_fontsize=SMALL, ncols=4, borderaxespad=0.5 + 1.4 * above, **ABOVE)
    return target


def _lines(ax: Axes, frame: pd.DataFrame, x: str, y: str, group: str | None) -> None:
    groups = list(dict.fromkeys(frame[group])) if group else [None]
    for at, (value, look) in enumerate(zip(groups, looks(len(groups)), strict=True)):
        own = (frame if group is None else frame[frame[group] == value]).sort_values(x)
        said = "" if group is None else literal(value)
        ax.plot(own[x], own[y], color=look.colour, linestyle=LINES[at % len(LINES)], linewidth=1.8, label=said)


def _axes(ax: Axes, frame: pd.DataFrame, x: str, y: str, log: bool, percent: bool, labels: Mapping[str, str]) -> None:
    if log:
        ax.set_xscale("log")
        ax.xaxis.set_minor_locator(NullLocator())
    if percent:
        text = FuncFormatter(lambda value, _: plain(round(100 * value, 6)) + "%")
        ax.xaxis.set_major_formatter(text)
        ax.yaxis.set_major_formatter(text)
        ax.set_ylim(0, min(1.0, 1.05 * float(frame[y].max())) or 1.0)
    ax.set_xlim(float(frame[x].min()), float(frame[x].max()))
    ax.set_xlabel(literal(labels.get(x, sentence_case(x))) + (" (log scale)" if log else ""))
    ax.set_ylabel(literal(labels.get(y, sentence_case(y))))
    ax.grid(color=PALE)


def _marks(ax: Axes, marks: Mapping[str, float], room: float) -> int:
    """Upright lines with their texts above the axes, `room` points wide; returns how many lines the texts take."""
    ends: list[float] = []
    for text, value in sorted(marks.items(), key=lambda mark: mark[1]):
        centre = room * ax.transAxes.inverted().transform(ax.transData.transform((value, 0.0)))[0]
        half = text_width(text) / 2 + 3
        line = next((at for at, end in enumerate(ends) if end <= centre - half), len(ends))
        ends[line : line + 1] = [centre + half]
        ax.axvline(value, color=GREY, linewidth=0.8, zorder=1)
        ax.annotate(
            literal(text), (value, 1.0), (0, 3 + 11 * line), xycoords=("data", "axes fraction"),
            textcoords="offset points", ha="center", va="bottom", fontsize=SMALL, color=GREY,
        )  # fmt: skip
    return len(ends)
