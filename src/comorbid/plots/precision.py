"""Standard errors of published ratios along the size of their samples, with the least that a sample can give."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullFormatter

from comorbid.plots.canvas import axes_for
from comorbid.plots.lettering import literal
from comorbid.plots.style import ABOVE, BLUE, GREY, PALE, SMALL, VERMILION, WIDTH
from comorbid.plots.subjects import require_rows

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
    require_rows(frame, NEEDED, "precision_plot", "pass `published_precision()`.")
    with axes_for(frame, ax, width, HEIGHT) as target:
        n = np.geomspace(frame["n"].min() / 1.5, frame["n"].max() * 1.5, 50)
        target.plot(n, 4 / np.sqrt(n), color=GREY, linewidth=1.4, label="4 / √n, the least there can be")
        _points(target, frame[~frame["too_narrow"]], BLUE, "o", "printed interval")
        _points(target, frame[frame["too_narrow"]], VERMILION, "D", "too narrow for its sample")
        _names(target, frame[frame["too_narrow"]])
        _axes(target)
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
    ax.legend(ncols=3, **ABOVE)
