"""What a reader sees of a figure: its texts, and whether any of them is cut off."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text


def figure_of(drawn: Figure | Axes) -> Figure:
    figure = drawn if isinstance(drawn, Figure) else drawn.get_figure(root=True)
    assert figure is not None
    return figure


def texts(drawn: Figure | Axes) -> list[str]:
    """Every text that shows, line ends as spaces, once the figure is drawn."""
    figure = figure_of(drawn)
    figure.draw_without_rendering()
    return [" ".join(text.get_text().split()) for text in _shown(figure)]


def _shown(figure: Figure) -> list[Text]:
    """Texts with letters in them, without the labels of ticks beyond the limits of their axis."""
    beyond = {id(text) for ax in figure.axes for axis in (ax.xaxis, ax.yaxis) for text in _beyond(axis)}
    found = [text for text in figure.findobj(Text) if isinstance(text, Text) and id(text) not in beyond]
    return [text for text in found if text.get_visible() and text.get_text().strip()]


def _beyond(axis: Axis) -> list[Text]:
    low, high = sorted(axis.get_view_interval())
    return [label for tick in axis.get_major_ticks() if not low <= tick.get_loc() <= high for label in _labels(tick)]


def _labels(tick) -> tuple[Text, Text]:
    return tick.label1, tick.label2


def cut_off(drawn: Figure | Axes, slack: float = 1.5) -> list[str]:
    """Texts that reach over the edge of the figure by more than `slack` pixels."""
    figure = figure_of(drawn)
    figure.draw_without_rendering()
    edge = figure.bbox
    boxes = [(text.get_text(), text.get_window_extent()) for text in _shown(figure)]
    return [
        text
        for text, box in boxes
        if min(box.x0 - edge.x0, edge.x1 - box.x1, box.y0 - edge.y0, edge.y1 - box.y1) < -slack
    ]
