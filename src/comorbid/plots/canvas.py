"""Figures and axes to draw on, in the house style, and the line that says where the numbers come from."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MplFigure
from matplotlib.figure import SubFigure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from comorbid.columns.words import is_synthetic, source_line
from comorbid.plots.lettering import literal
from comorbid.plots.style import GREY, SMALL, VERMILION, house_style


@contextmanager
def figure_for(frame: pd.DataFrame, width: float, height: float) -> Iterator[MplFigure]:
    """A new figure to draw a frame on, in the house style; its source is marked once it is drawn."""
    with house_style():
        figure = new_figure(width, height)
        yield figure
        mark_source(figure, frame)


@contextmanager
def axes_for(frame: pd.DataFrame, ax: Axes | None, width: float, height: float, pad: float = 6.0) -> Iterator[Axes]:
    """The axes given, or those of a new figure, to draw a frame on; as `figure_for`.

    Parameters
    ----------
    frame : DataFrame
    ax : Axes, optional
        Axes that the user brought.
    width, height : float
        Inches of the figure that is made without them.
    pad : float
        Points between axes that the user brought and the line of the source.
    """
    with house_style():
        target = new_figure(width, height).subplots() if ax is None else roomy(ax)
        yield target
        mark_source(root_figure(target) if ax is None else target, frame, pad)


def new_figure(width: float, height: float) -> MplFigure:
    """A figure of `width` by `height` inches that makes room for its labels, known to pyplot so that it shows."""
    return plt.figure(figsize=(width, height), layout=ConstrainedLayoutEngine(w_pad=0.06, h_pad=0.06))


def root_figure(ax: Axes) -> MplFigure:
    """The whole figure that axes stand in, sub-figures or not."""
    figure = ax.get_figure(root=True)
    assert figure is not None, "axes of a figure"
    return figure


def roomy(ax: Axes) -> Axes:
    """Axes that the user brought, in a figure that makes room for long labels if it has no layout of its own."""
    figure = root_figure(ax)
    if figure.get_layout_engine() is None:
        figure.set_layout_engine("constrained")
    return ax


def room_of(ax: Axes) -> float:
    """Inches that axes and their labels have, for axes that the user brought."""
    return ax.get_position().width * root_figure(ax).get_figwidth() + 1.0


def mark_source(target: MplFigure | SubFigure | Axes, frame: pd.DataFrame, pad: float = 6.0) -> None:
    """Say in the figure where its numbers come from: "Synthetic data" whenever they are synthetic, and the cohort.

    A figure of our own gets the line at its lower right, with what a mark of hidden numbers means; axes that the user
    brought get it above themselves, where nothing cuts it off.
    """
    line = source_line(frame)
    if not isinstance(target, Axes):
        lines = textwrap.wrap(_mark_explained(frame), int(14 * target.bbox.width / target.dpi))
        line = "\n".join([*lines, *([line] if line else [])])
    if not line:
        return
    colour = VERMILION if is_synthetic(frame) else GREY
    if isinstance(target, Axes):
        target.set_title(literal(line), loc="right", fontsize=SMALL, color=colour, pad=pad)
    else:
        target.supxlabel(literal(line), x=0.99, ha="right", fontsize=SMALL, color=colour)


def _mark_explained(frame: pd.DataFrame) -> str:
    """What the mark of hidden numbers means, where a figure shows others beside them."""
    if "suppressed" not in frame or not frame["estimate"].notna().any():
        return ""
    marks = [str(mark) for mark in frame["suppressed"].dropna().unique() if mark]
    return f"{marks[0]}: hidden, since too few people stand behind it or it would tell of them" if marks else ""
