"""Figures for a report: the house style's PNG and SVG, shown with caption, alt text and links to their files."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from comorbid.errors import AnalysisError

if TYPE_CHECKING:
    from comorbid.plots import Figure

__all__ = ["Picture", "as_figure"]


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
        Relative addresses of its files; empty where none were written.
    """

    png: bytes
    caption: str
    alt: str
    name: str
    files: tuple[str, ...] = ()

    def html(self) -> str:
        """The figure as HTML, every text escaped."""
        encoded = base64.b64encode(self.png).decode("ascii")
        links = [f'<a href="{escape(file)}" download>{file.rpartition(".")[2].upper()}</a>' for file in self.files]
        below = f'\n<p class="files">Download as {", ".join(links)}</p>' if links else ""
        return (
            f'<figure class="comorbid-figure" id="{escape(self.name)}">\n'
            f'<div class="picture-scroll" role="region" aria-label="{escape(self.caption.split(".")[0])}" tabindex="0">'
            f'<img src="data:image/png;base64,{encoded}" alt="{escape(self.alt)}"></div>\n'
            f"<figcaption>{escape(self.caption)}{below}</figcaption>\n</figure>"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": f"{self.caption}\n{self.alt}"}


def as_figure(figure: Any, caption: str, alt: str, frame: Any = None) -> Figure:
    """The figure with caption, alt text and numbers, taken from pyplot.

    Parameters
    ----------
    figure : matplotlib Figure, Axes, or seaborn grid

    Raises
    ------
    AnalysisError
        When it is none of these.
    """
    from matplotlib.figure import Figure as Drawn

    from comorbid.plots import Figure

    whole = figure if isinstance(figure, Drawn) else getattr(figure, "figure", None)
    if not isinstance(whole, Drawn):
        raise AnalysisError(f"report.figure wants a matplotlib figure or axes, found {type(figure).__name__}.")
    return Figure(whole, caption, alt, frame=frame)
