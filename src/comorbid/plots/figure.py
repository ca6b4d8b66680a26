"""A figure that shows itself with caption and alt text, and gives the same bytes each time it is saved."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from io import BytesIO
from typing import Any

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as MplFigure

from comorbid.columns.csv import csv_text
from comorbid.columns.words import slug
from comorbid.errors import SpecError
from comorbid.plots.style import DPI, house_style


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A drawn figure with its caption, what it shows in words, and the numbers behind it.

    The figure is taken from pyplot, so that a notebook shows it once, with its caption.

    Parameters
    ----------
    fig : matplotlib.figure.Figure or Axes
        What a plot function of this package returned.
    caption : str
        What the figure shows.
    alt : str
        The estimates in words, as `alt_text` gives them; not empty.
    name : str
        Name of its files and its place in the page: small letters, digits, hyphens.
    frame : DataFrame, optional
        The numbers that the figure was drawn from.

    Raises
    ------
    SpecError
        Without an alt text.
    """

    fig: MplFigure
    caption: str
    alt: str
    name: str = ""
    frame: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise SpecError(
                f"Figure {self.caption!r} has no alt text.\n  Give the estimates in words: alt_text(frame, kind=...)."
            )
        figure = self.fig.get_figure(root=True) if isinstance(self.fig, Axes) else self.fig
        object.__setattr__(self, "fig", figure)
        object.__setattr__(self, "name", slug(self.name or self.caption))
        plt.close(figure)

    def png(self, dpi: int = DPI) -> bytes:
        """The figure as PNG, without date or version."""
        return self._saved("png", FigureCanvasAgg, dpi, dpi=dpi, metadata={"Software": None})

    def svg(self) -> bytes:
        """The figure as SVG, letters as outlines, without date or version."""
        metadata = {"Date": None, "Creator": None, "Title": self.caption}
        return self._saved("svg", FigureCanvasSVG, FigureCanvasSVG.fixed_dpi, metadata=metadata)

    def _saved(self, kind: str, canvas: type[FigureCanvasBase], layout_dpi: int, **options: Any) -> bytes:
        stream = BytesIO()
        with house_style(), _laid_out(self.fig, canvas, layout_dpi):
            self.fig.savefig(stream, format=kind, **options)
        return stream.getvalue()

    def csv(self) -> str | None:
        """The numbers behind the figure, one row a line; nothing when the figure does not carry them."""
        return None if self.frame is None else csv_text(self.frame)

    def html(self) -> str:
        """A `figure` element with the picture inside, its alt text and its caption."""
        width, height = (round(96 * side) for side in self.fig.get_size_inches())
        picture = b64encode(self.png()).decode("ascii")
        return (
            f'<figure class="comorbid-figure" id="{self.name}">\n'
            f'<img src="data:image/png;base64,{picture}" alt="{escape(self.alt)}" width="{width}" height="{height}" '
            'style="max-width:100%;height:auto">\n'
            f"<figcaption>{escape(self.caption)}</figcaption>\n</figure>"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": f"{self.caption}\n{self.alt}"}


@contextmanager
def _laid_out(figure: MplFigure, canvas: type[FigureCanvasBase], dpi: int) -> Iterator[None]:
    """Lay a figure out as its file needs it, and have nothing lay it out meanwhile.

    `savefig` by itself would draw everything twice, the first time for the layout alone.
    """
    engine, before, own_dpi = figure.get_layout_engine(), figure.canvas, figure.dpi
    if engine is None:
        yield
        return
    try:
        canvas(figure)
        figure.dpi = dpi
        engine.execute(figure)
        figure.dpi = own_dpi
        figure.set_layout_engine(None)
        figure.canvas = before
        yield
    finally:
        figure.canvas, figure.dpi = before, own_dpi
        figure.set_layout_engine(engine)
