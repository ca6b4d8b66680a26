"""The look of every figure: palette, type, sizes and where legends stand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import matplotlib as mpl

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

ABOVE: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0.0, 1.0), "borderpad": 0.2}
"""Place of a legend above the axes, from their left edge on."""


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
