"""Standard errors of published ratios along the size of their samples, with the least that a sample can give."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullFormatter

from comorbid.errors import SpecError
from comorbid.plots.style import (
    BLUE,
    GREY,
    PALE,
    SMALL,
    VERMILION,
    WIDTH,
    house_style,
    literal,
    mark_source,
    new_figure,
    roomy,
)

HEIGHT = 4.4
NEEDED = ("study", "n", "std_error", "std_error_low", "std_error_high", "too_narrow")


def precision_plot(frame: pd.DataFrame, *, ax: Axes | None = None, width: float = WIDTH) -> Axes:
    """One point a published ratio: its standard error on the log scale against the number of people.

    The line is 4 / sqrt(n), the least that a yes-or-no exposure in n people can give. Ratios whose interval is too
    narrow for their own sample are named, with another colour and marker.

    Parameters
    ----------
    frame : DataFrame
        study, n, std_error, std_error_low, std_error_high, too_narrow, as `published_precision` gives them.
    ax : Axes, optional
        Where to draw; a figure is made when absent.
    width : float
        In inches, when a figure is made.

    Returns
    -------
    Axes

    Raises
    ------
    SpecError
        When a column is absent or the frame has no row.
    """
    absent = [name for name in NEEDED if name not in frame.columns]
    if absent or frame.empty:
        raise SpecError(f"precision_plot: {', '.join(absent) or 'rows'} not found; pass `published_precision()`.")
    with house_style():
        target = new_figure(width, HEIGHT).subplots() if ax is None else roomy(ax)
        n = np.geomspace(frame["n"].min() / 1.5, frame["n"].max() * 1.5, 50)
        target.plot(n, 4 / np.sqrt(n), color=GREY, linewidth=1.4, label="4 / √n, the least there can be")
        _points(target, frame[~frame["too_narrow"]], BLUE, "o", "printed interval")
        _points(target, frame[frame["too_narrow"]], VERMILION, "D", "too narrow for its sample")
        _names(target, frame[frame["too_narrow"]])
        _axes(target)
        mark_source(target if ax is not None else target.figure, frame)
    return target


def _points(ax: Axes, frame: pd.DataFrame, colour: str, marker: str, label: str) -> None:
    if len(frame):
        low = frame["std_error"] - frame["std_error_low"].clip(lower=frame["std_error"] / 5)
        spread = [low, frame["std_error_high"] - frame["std_error"]]
        ax.errorbar(
            frame["n"], frame["std_error"], yerr=spread, fmt=marker, color=colour, markersize=4.5, elinewidth=0.9,
            alpha=0.85, label=label,
        )  # fmt: skip


def _names(ax: Axes, frame: pd.DataFrame) -> None:
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.8}
    for row in frame.to_dict("records"):
        ax.annotate(
            literal(row["study"]), (row["n"], row["std_error"]), (-8, 0), textcoords="offset points", ha="right",
            va="center", fontsize=SMALL, color=VERMILION, bbox=box,
        )  # fmt: skip


def _axes(ax: Axes) -> None:
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_xlabel("People (log scale)")
    ax.set_ylabel("Standard error of the log ratio (log scale)")
    ax.grid(color=PALE)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderpad=0.2)
