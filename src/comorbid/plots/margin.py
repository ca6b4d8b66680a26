"""Columns of text at the right of a plot, aligned, at the height of what they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from comorbid.plots.lettering import literal, text_width
from comorbid.plots.style import INK, SMALL

GAP = 10.0
"""Points between the axes and the first column, and between columns."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of text: its header, and (height in data units, text, colour) for each cell."""

    header: str
    cells: Sequence[tuple[float, str, str]]

    @property
    def width(self) -> float:
        """Points that the widest line takes."""
        texts = [self.header, *(text for _, text, _ in self.cells)]
        return max(text_width(text, bold=text is self.header) for text in texts)


def columns_width(columns: Sequence[Column]) -> float:
    """Points that all columns take, gaps included."""
    return sum(column.width + GAP for column in columns)


def write_columns(ax: Axes, columns: Sequence[Column]) -> None:
    """Write columns right of the axes, each aligned right under its header, the first nearest."""
    right = 0.0
    for column in columns:
        right += column.width + GAP
        _write(ax, column.header, (1.0, 1.0), (right, 4.0), INK, "axes fraction", header=True)
        for height, text, colour in column.cells:
            _write(ax, text, (1.0, height), (right, 0.0), colour, ("axes fraction", "data"))


def _write(
    ax: Axes,
    text: str,
    at: tuple[float, float],
    offset: tuple[float, float],
    colour: str,
    within: str | tuple[str, str],
    header: bool = False,
) -> None:
    ax.annotate(
        literal(text),
        at,
        xytext=offset,
        xycoords=within,
        textcoords="offset points",
        ha="right",
        va="bottom" if header else "center",
        fontsize=SMALL,
        fontweight="bold" if header else "normal",
        color=colour,
        annotation_clip=False,
    )
