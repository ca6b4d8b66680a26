"""The look of every figure: palette, type, sizes, and the line that says where the numbers come from."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, NamedTuple

import matplotlib as mpl
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MplFigure
from matplotlib.figure import SubFigure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.layout_engine import ConstrainedLayoutEngine

from comorbid.columns.words import is_synthetic, source_line

# Okabe and Ito, "Color universal design" (2008): told apart with any common colour vision. Yellow is left
# out, being too pale for a point on white.
BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"
INK, GREY, PALE = "#222222", "#6B6B6B", "#E3E3E3"
PALETTE = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
MARKERS = ("o", "s", "D", "^", "v", "P")

WIDTH = 7.2
"""Width of a figure in inches: a column of a report."""
FONT_SIZE = 9.0
SMALL = 8.0
DPI = 200

HOUSE_STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": FONT_SIZE,
    "text.color": INK,
    "text.usetex": False,
    "axes.labelcolor": INK,
    "axes.labelsize": FONT_SIZE,
    "axes.titlesize": FONT_SIZE,
    "axes.titleweight": "normal",
    "axes.edgecolor": GREY,
    "axes.facecolor": "white",
    "axes.linewidth": 0.8,
    "axes.grid": False,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": FONT_SIZE,
    "grid.color": PALE,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": SMALL,
    "figure.facecolor": "white",
    "figure.dpi": 100,
    "savefig.facecolor": "white",
    "savefig.bbox": None,
    "svg.fonttype": "path",
    "svg.hashsalt": "comorbid",
}


class Look(NamedTuple):
    """Colour and marker of one group; never colour alone."""

    colour: str
    marker: str


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the house style; the user's own `rcParams` are as before afterwards."""
    with mpl.rc_context(HOUSE_STYLE):  # type: ignore[arg-type]  # keys are checked by matplotlib
        yield


def looks(count: int) -> list[Look]:
    """`count` pairs of colour and marker, told apart by both; the pairing shifts when the palette starts again."""
    size = len(PALETTE)
    return [Look(PALETTE[at % size], MARKERS[(at + at // size) % size]) for at in range(count)]


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


def literal(text: object) -> str:
    """Text that matplotlib shows as it stands: a dollar sign is no start of a formula."""
    return str(text).replace("$", r"\$")


def wrapped(text: object, width: int) -> str:
    """A label in lines of at most `width` characters, broken between words."""
    return literal("\n".join(textwrap.wrap(str(text), width, break_long_words=True)) or str(text))


def text_width(text: str, size: float = SMALL, bold: bool = False) -> float:
    """Width of the widest line of a text, in points, in the house's type."""
    return size * max((_relative_width(line, bold) for line in text.split("\n")), default=0.0)


@lru_cache(maxsize=4096)
def _relative_width(line: str, bold: bool) -> float:
    """Width of one line in type of one point."""
    found = findfont(FontProperties(family=HOUSE_STYLE["font.family"], weight="bold" if bold else "normal"))
    font = get_font(found)
    font.set_size(100.0, 72.0)
    font.set_text(line)
    return font.get_width_height()[0] / 64 / 100


def mark_source(target: MplFigure | SubFigure | Axes, frame: pd.DataFrame, pad: float = 6.0) -> None:
    """Say in the figure where its numbers come from: "Synthetic data" whenever they are synthetic, and the cohort.

    A figure of our own gets the line at its lower right; axes that the user brought get it above themselves,
    where nothing cuts it off.
    """
    line = source_line(frame)
    if not line:
        return
    colour = VERMILION if is_synthetic(frame) else GREY
    if isinstance(target, Axes):
        target.set_title(literal(line), loc="right", fontsize=SMALL, color=colour, pad=pad)
    else:
        target.supxlabel(literal(line), x=0.99, ha="right", fontsize=SMALL, color=colour)
