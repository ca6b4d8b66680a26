"""Curves of a number along another number, such as a predictive value along prevalence."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullLocator

from comorbid.columns.words import sentence_case
from comorbid.disclosure import guarded
from comorbid.plots.canvas import axes_for
from comorbid.plots.lettering import literal
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
        Marked by a grey upright line, with the text along it.
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
        _lines(target, frame, x, y, group, labels or {})
        _axes(target, frame, x, y, log, percent, labels or {})
        if level is not None:
            target.axhline(level, color=GREY, linewidth=0.8, linestyle=(0, (1, 2)), zorder=1)
        for text, value in (marks or {}).items():
            _mark(target, text, value)
    return target


def _lines(ax: Axes, frame: pd.DataFrame, x: str, y: str, group: str | None, labels: Mapping[str, str]) -> None:
    groups = list(dict.fromkeys(frame[group])) if group else [None]
    for at, (value, look) in enumerate(zip(groups, looks(len(groups)), strict=True)):
        own = (frame if group is None else frame[frame[group] == value]).sort_values(x)
        said = "" if group is None else literal(value)
        ax.plot(own[x], own[y], color=look.colour, linestyle=LINES[at % len(LINES)], linewidth=1.8, label=said)
    if group is not None:
        title = literal(labels.get(group, sentence_case(group)))
        ax.legend(title=title, title_fontsize=SMALL, ncols=4, **ABOVE)


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


def _mark(ax: Axes, text: str, value: float) -> None:
    ax.axvline(value, color=GREY, linewidth=0.8, zorder=1)
    ax.annotate(
        literal(text), (value, 0.98), (-2, 0), xycoords=("data", "axes fraction"), textcoords="offset points",
        rotation=90, ha="right", va="top", fontsize=SMALL - 1, color=GREY,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
    )  # fmt: skip
