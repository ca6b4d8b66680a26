"""Text in figures: shown as it stands, broken into lines, and measured."""

from __future__ import annotations

import textwrap
from functools import lru_cache

from matplotlib.font_manager import FontProperties, findfont, get_font

from comorbid.plots.style import HOUSE_STYLE, SMALL


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
