"""Tables for a terminal and for Markdown."""

from __future__ import annotations

import re
import textwrap

import pandas as pd

from comorbid.tables.plain import notes, readable

GAP = 2
LONGEST_WORD = 17
LONGEST_NAME = 28
"""Of a first column, which names its rows: names are to be copied, and not to be broken."""


def to_text(frame: pd.DataFrame, *, width: int = 100, source_note: str | None = None) -> str:
    """A table for the terminal: aligned columns, long words wrapped, never wider than `width`.

    Text columns wrap; when that is not enough, the last columns of numbers are left out and named below the
    table, so nothing disappears silently. Leading columns are not repeated from row to row.

    Parameters
    ----------
    frame : DataFrame
        Tidy estimates, which are formatted first, or any table for readers.
    width : int
        Characters a line may have.
    source_note : str, optional
        A line below the table, after the frame's own source.

    Returns
    -------
    str
        Lines without trailing blanks and without a last newline.
    """
    shown = readable(frame)
    numeric = set(shown.attrs["numeric"])
    names, left_out = _columns_that_fit(shown, numeric, width)
    shown = shown[names].astype(object)
    widths = _widths(shown, numeric, width)
    lines = [*_row(names, names, widths, numeric), "  ".join("-" * widths[name] for name in names)]
    texts = sum(name not in numeric for name in names)
    previous: list[str] = []
    for row in shown.itertuples(index=False):
        cells = list(map(str, row))
        lines += _row(_without_repeats(cells, previous, texts - 1), names, widths, numeric)
        previous = cells
    below = notes(shown, source_note)
    if left_out:
        below.append(f"Not shown for want of room: {', '.join(left_out)}.")
    wrapped = [line for note in below for line in textwrap.wrap(note, width)]
    above = textwrap.wrap(str(shown.attrs.get("context", "")), width)
    return "\n".join([*above, *(line.rstrip() for line in lines), *wrapped])


def _without_repeats(cells: list[str], previous: list[str], leading: int) -> list[str]:
    """The cells with those of the `leading` columns blank that repeat the row above, from the left."""
    same = 0
    while same < min(leading, len(previous)) and cells[same] == previous[same]:
        same += 1
    return [""] * same + cells[same:]


def _columns_that_fit(shown: pd.DataFrame, numeric: set[str], width: int) -> tuple[list[str], list[str]]:
    """Names to print, and names of trailing figures that even the narrowest text columns leave no room for."""
    names = [str(name) for name in shown.columns]
    left_out: list[str] = []
    while len(names) > 1 and _least_width(shown[names], numeric) > width:
        figures = [name for name in names if name in numeric]
        dropped = figures[-1] if figures else names[-1]
        names.remove(dropped)
        left_out.insert(0, dropped)
    return names, left_out


def _least_width(shown: pd.DataFrame, numeric: set[str]) -> int:
    least = [_content(shown, name) if name in numeric else _floor(shown, name) for name in map(str, shown.columns)]
    return sum(least) + GAP * (len(least) - 1)


def _content(shown: pd.DataFrame, name: str) -> int:
    """Width of the widest cell and of the longest word of the header."""
    cells = [len(_flat(cell)) for cell in shown[name]]
    return max([*cells, *(len(word) for word in name.split()), 1])


def _floor(shown: pd.DataFrame, name: str) -> int:
    """The narrowest a text column becomes: its longest word, as long as that is no longer than words may be."""
    parts, most = (r"\s", LONGEST_NAME) if name == shown.columns[0] else (r"\s|(?<=-)", LONGEST_WORD)
    found = [len(word) for text in [name, *shown[name]] for word in re.split(parts, _flat(text))]
    return min(max(found, default=1), most)


def _widths(shown: pd.DataFrame, numeric: set[str], width: int) -> dict[str, int]:
    """Widths of the columns: numbers as wide as they are, the widest text column gives way first."""
    widths = {
        str(name): max(_content(shown, name), len(name) if name not in numeric else 0)
        for name in map(str, shown.columns)
    }
    floors = {name: _floor(shown, name) for name in widths if name not in numeric}
    room = width - GAP * (len(widths) - 1)
    while sum(widths.values()) > room:
        texts = [name for name in floors if widths[name] > floors[name]] or [n for n in floors if widths[n] > 1]
        if not texts:
            break
        widths[max(texts, key=lambda name: widths[name])] -= 1
    return widths


def _row(cells: list[str], names: list[str], widths: dict[str, int], numeric: set[str]) -> list[str]:
    """The lines of one row: cells wrapped to their widths, numbers to the right."""
    folded = [textwrap.wrap(_flat(cell), widths[name]) or [""] for name, cell in zip(names, cells, strict=True)]
    lines = []
    for at in range(max(map(len, folded))):
        parts = []
        for name, lines_of_cell in zip(names, folded, strict=True):
            text = lines_of_cell[at] if at < len(lines_of_cell) else ""
            parts.append(text.rjust(widths[name]) if name in numeric else text.ljust(widths[name]))
        lines.append((" " * GAP).join(parts))
    return lines


def _flat(cell: object) -> str:
    """One printable line: no line ends, no control characters, which would move a terminal's cursor."""
    return "".join(char if char.isprintable() else " " for char in str(cell))


def to_markdown(frame: pd.DataFrame, *, source_note: str | None = None) -> str:
    """A pipe table in Markdown, with pipes and markup in labels written so that they show as text."""
    shown = readable(frame)
    numeric = set(shown.attrs["numeric"])
    rule = ["---:" if name in numeric else "---" for name in shown.columns]
    rows = [list(shown.columns), rule, *shown.itertuples(index=False)]
    lines = [f"| {' | '.join(cells if cells is rule else map(_markdown_cell, cells))} |" for cells in rows]
    below = [f"\n{_markdown_cell(note)}" for note in notes(shown, source_note)]
    context = _markdown_cell(shown.attrs.get("context", ""))
    return "\n".join([*([context, ""] if context else []), *lines, *below])


def _markdown_cell(cell: object) -> str:
    text = _flat(cell).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for mark in "\\|*_`[]":
        text = text.replace(mark, "\\" + mark)
    return text
