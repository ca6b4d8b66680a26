"""Figures without a number: where disclosure control hid every one, words say so and why."""

from __future__ import annotations

import textwrap

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MplFigure

from comorbid.plots.canvas import axes_for, figure_for, room_of
from comorbid.plots.lettering import literal
from comorbid.plots.style import FONT_SIZE, INK

__all__ = ["hidden_axes", "hidden_figure", "why_hidden"]


def why_hidden(*frames: pd.DataFrame | None) -> str:
    """A sentence on why frames show no number, when all of theirs were hidden; empty when one is left, or none was."""
    given = [frame for frame in frames if frame is not None]
    if any(frame["estimate"].notna().any() for frame in given):
        return ""
    marks = (str(mark) for frame in given if "suppressed" in frame for mark in frame["suppressed"].dropna() if mark)
    mark = next(marks, "")
    return mark and (
        f"All numbers of this figure are hidden ({mark}): each rests on fewer people than may be shown, or would give "
        "such a number away."
    )


def hidden_figure(frame: pd.DataFrame, why: str, width: float) -> MplFigure:
    """A figure of words, in place of axes with nothing in them."""
    with figure_for(frame, width, 1.1) as figure:
        lines = textwrap.wrap(why, int(12 * width))
        figure.set_layout_engine("none")  # without axes there is nothing to lay out
        figure.text(0.5, 0.6, literal("\n".join(lines)), ha="center", va="center", color=INK, fontsize=FONT_SIZE)
    return figure


def hidden_axes(frame: pd.DataFrame, why: str, ax: Axes | None, width: float) -> Axes:
    """Axes of words, in place of a scale with nothing on it."""
    with axes_for(frame, ax, width, 1.1) as target:
        lines = textwrap.wrap(why, int(12 * (width if ax is None else room_of(ax))))
        target.set_axis_off()
        target.text(
            0.5, 0.5, literal("\n".join(lines)), transform=target.transAxes, ha="center", va="center",
            color=INK, fontsize=FONT_SIZE,
        )  # fmt: skip
    return target
