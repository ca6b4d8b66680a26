"""Heatmap of co-occurrence: each pair of conditions once, colour and number in the same cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, Normalize, to_rgb
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from comorbid.columns import RATIO_MEASURES
from comorbid.columns.words import Words, measure_label
from comorbid.disclosure import guarded
from comorbid.plots.canvas import axes_for, room_of
from comorbid.plots.hidden import hidden_axes, why_hidden
from comorbid.plots.lettering import text_width, wrapped
from comorbid.plots.pairs import MIN_COUNT, Cell, Triangle, triangle
from comorbid.plots.scales import plain_ticks, tick_text
from comorbid.plots.style import FONT_SIZE, GREY, INK, PALE, SMALL, WIDTH

COLOURS = "RdBu_r"
LEAST_RANGE = {True: float(np.log(3.0)), False: 0.3}
"""Narrowest half of the colour scale, for ratios (log) and for others: small differences stay pale."""
EVEN = 0.179
"""Luminance on which white and black are equally legible, at a contrast of 4.6."""
SMALLEST_TYPE = 5.0
NARROW = 400.0
"""Points of width below which labels break earlier and the colour bar has fewer ticks."""
CELL = 0.7
"""Inches that a cell needs for its interval."""


def cooccurrence_heatmap(
    frame: pd.DataFrame,
    measure: str = "observed_expected",
    ax: Axes | None = None,
    labels: Mapping[str, str] | None = None,
    *,
    min_count: int = MIN_COUNT,
    width: float | None = None,
) -> Axes:
    """Every pair of conditions in a lower triangle, coloured by one measure.

    Colours diverge from white at no association: 1 on a log scale for ratios, 0 for the others; red is more
    than expected, blue less. Each cell prints the estimate over its interval; pairs with too few people, or
    without an estimate, are hatched and say so.

    Parameters
    ----------
    frame : DataFrame
        From `cooccurrence`, of one subgroup.
    measure : str
        One of odds_ratio, observed_expected, phi, yule_q, jaccard, tetrachoric.
    ax : Axes, optional
        Where to draw; a figure that fits the number of conditions is made when absent.
    labels : mapping of name to label, optional
        Labels of conditions, over those in `frame.attrs["labels"]`.
    min_count : int
        Fewest people with both conditions (`n_both`) for which a pair is shown.
    width : float, optional
        Width of the figure in inches, when one is made; enough for the intervals when absent.

    Returns
    -------
    Axes

    Raises
    ------
    SpecError
        For a measure with direction, several subgroups, or a frame without pairs.
    """
    frame = guarded(frame)
    pairs, words = triangle(frame, measure, min_count), Words.of(frame, labels)
    if why := why_hidden(frame):
        return hidden_axes(frame, why, ax, width or WIDTH)
    size = len(pairs.names) - 1
    wide = room_of(ax) if ax is not None else width or max(WIDTH, 2.4 + CELL * size)
    height = min(max(0.62, 3.0 / size), 1.0) * size + 1.4
    with axes_for(frame, ax, wide, height, pad=30) as target:
        norm, colours = _scale(pairs), mpl.colormaps[COLOURS]
        room = _name(target, [words.name(name) for name in pairs.names], 72 * wide)
        _draw(target, pairs, norm, colours, room)
        _colour_bar(target, norm, colours, measure, 7 if 72 * wide > NARROW else 4)
    return target


def _scale(pairs: Triangle) -> Normalize:
    """A scale of the same length to both sides of no association."""
    ratio = pairs.measure in RATIO_MEASURES
    values = np.array([_position(cell.estimate, ratio) for cell in pairs.cells])
    furthest = np.abs(values[np.isfinite(values)]).max(initial=LEAST_RANGE[ratio])
    return Normalize(-furthest, furthest)


def _position(estimate: float, ratio: bool) -> float:
    if not ratio:
        return estimate
    return float(np.log(estimate)) if estimate > 0 else float("nan")


def _name(ax: Axes, names: Sequence[str], width: float) -> float:
    """Write the conditions left of the rows and on the steps of the triangle; points that remain for a cell."""
    size = len(names) - 1
    rows, steps = ([wrapped(name, 22 if width > NARROW else 14) for name in part] for part in (names[1:], names[:-1]))
    ax.set_xlim(-0.5, size - 0.5)
    ax.set_ylim(size - 0.5, -0.5)
    ax.set_xticks([])
    ax.set_yticks(range(size), rows, fontsize=FONT_SIZE)
    ax.tick_params(axis="y", length=0, pad=4)
    ax.spines[:].set_visible(False)
    for at, text in enumerate(steps):
        corner = (at - 0.5, at - 0.5)
        ax.annotate(text, corner, (2, 3), textcoords="offset points", va="bottom", fontsize=FONT_SIZE, color=INK)
    room = width - 20 - max(text_width(text, FONT_SIZE) for text in rows)
    return min([room / size, *((room - text_width(text, FONT_SIZE)) / at for at, text in enumerate(steps) if at)])


def _draw(ax: Axes, pairs: Triangle, norm: Normalize, colours: Colormap, room: float) -> None:
    widest = max((text_width(cell.interval, 1.0) for cell in pairs.cells), default=0.0)
    small = min(SMALL, 0.84 * room / widest) if widest else SMALL
    for cell in pairs.cells:
        position = _position(cell.estimate, pairs.measure in RATIO_MEASURES)
        known = bool(np.isfinite(position))
        colour = to_rgb(colours(norm(position))) if known else (1.0, 1.0, 1.0)
        hatch = {} if known else {"hatch": "////", "edgecolor": PALE}
        corner = (cell.column - 0.5, cell.row - 0.5)
        ax.add_patch(Rectangle(corner, 1, 1, facecolor=colour, linewidth=0, **hatch))  # type: ignore[arg-type]
        ax.add_patch(Rectangle(corner, 1, 1, facecolor="none", edgecolor="white", linewidth=2))
        _write(ax, cell, "white" if _luminance(colour) < EVEN else "black", small)


def _write(ax: Axes, cell: Cell, ink: str, small: float) -> None:
    """Estimate over interval; the interval is left out where it would be too small to read."""
    two = bool(cell.interval) and small >= SMALLEST_TYPE
    large = min(small * 1.3, 10.5) if cell.interval else min(SMALL, small)
    offset = (0, 0.62 * small) if two else (0, 0)
    place: dict[str, Any] = {"ha": "center", "va": "center", "textcoords": "offset points"}
    at = (cell.column, cell.row)
    backing = None if cell.interval else {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    text = ax.annotate(cell.shown, at, offset, fontsize=large, color=ink if cell.interval else GREY, **place)
    text.set_bbox(backing)
    if two:
        ax.annotate(cell.interval, at, (0, -0.72 * small), fontsize=small, color=ink, **place)


def _luminance(colour: Sequence[float]) -> float:
    """Relative luminance of sRGB (WCAG 2): black 0, white 1."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def _colour_bar(ax: Axes, norm: Normalize, colours: Colormap, measure: str, most: int) -> None:
    ratio = measure in RATIO_MEASURES
    bar = ax.figure.colorbar(
        ScalarMappable(norm, colours), ax=ax, orientation="horizontal", shrink=0.6, aspect=35, pad=0.03
    )
    edge = float(norm.vmax or 1.0)
    ticks = plain_ticks(np.exp(-edge), np.exp(edge), most) if ratio else list(np.linspace(-edge, edge, 5).round(2))
    bar.ax.xaxis.set_major_locator(FixedLocator([_position(tick, ratio) for tick in ticks]))
    bar.ax.xaxis.set_minor_locator(NullLocator())
    shown = np.exp if ratio else float
    bar.ax.xaxis.set_major_formatter(FuncFormatter(lambda at, _: tick_text(float(shown(at)), measure)))
    bar.outline.set_visible(False)
    bar.set_label(measure_label(measure) + (" (log scale)" if ratio else ""), fontsize=SMALL)
