"""Figures for a report: drawn to PNG and SVG alike at every run, shown with caption and alt text."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from html import escape
from typing import Any

from comorbid.errors import AnalysisError

__all__ = ["Picture", "drawn"]

DPI = 150


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn figure that shows itself as an HTML `figure`.

    Parameters
    ----------
    png : bytes
        The picture.
    caption, alt : str
        What readers see below it, and hear in its place.
    name : str
        Identifier in the page.
    files : tuple of str
        Relative addresses of the PNG and SVG files; empty where none were written.
    """

    png: bytes
    caption: str
    alt: str
    name: str
    files: tuple[str, ...] = ()

    def html(self) -> str:
        """The figure as HTML, every text escaped."""
        encoded = base64.b64encode(self.png).decode("ascii")
        kinds = [(file, file.rpartition(".")[2].upper()) for file in self.files]
        links = [f'<a href="{escape(file)}" download>{kind}</a>' for file, kind in kinds]
        below = f'\n<p class="files">Download as {" or ".join(links)}</p>' if links else ""
        return (
            f'<figure class="comorbid-figure" id="{escape(self.name)}">\n'
            f'<img src="data:image/png;base64,{encoded}" alt="{escape(self.alt)}">\n'
            f"<figcaption>{escape(self.caption)}{below}</figcaption>\n</figure>"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": f"{self.caption}\n{self.alt}"}


def drawn(figure: Any) -> tuple[bytes, bytes]:
    """PNG and SVG of a figure, without date or version, so that equal figures are equal files; closes it.

    Parameters
    ----------
    figure : matplotlib Figure, Axes, or seaborn grid

    Raises
    ------
    AnalysisError
        When it is none of these.
    """
    import matplotlib as mpl
    from matplotlib import pyplot as plt
    from matplotlib.figure import Figure

    whole = figure if isinstance(figure, Figure) else getattr(figure, "figure", None)
    if not isinstance(whole, Figure):
        raise AnalysisError(f"report.figure wants a matplotlib figure or axes, found {type(figure).__name__}.")
    try:
        with mpl.rc_context({"svg.hashsalt": "comorbid", "svg.fonttype": "path"}):
            return _saved(whole, "png", {"Software": None}), _saved(whole, "svg", {"Date": None, "Creator": None})
    finally:
        plt.close(whole)


def _saved(figure: Any, kind: str, metadata: dict[str, None]) -> bytes:
    stream = io.BytesIO()
    figure.savefig(stream, format=kind, dpi=DPI, bbox_inches="tight", facecolor="white", metadata=metadata)
    return stream.getvalue()
