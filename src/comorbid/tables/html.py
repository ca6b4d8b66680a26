"""Tables for a report: readable aloud, scrollable on a telephone, every label shown as text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from itertools import groupby
from urllib.parse import quote

import pandas as pd

from comorbid.columns.words import slug
from comorbid.tables.plain import notes, readable

FIGURE = re.compile(r"[<>+-]?\d[\d,]*(\.\d+)?%?( \([^()]+\))?")
"""A number as readers see it, alone or with its interval."""


def to_html(
    frame: pd.DataFrame,
    caption: str | None = None,
    source_note: str | None = None,
    csv_name: str | None = None,
    name: str | None = None,
    links: Mapping[str, str] | None = None,
) -> str:
    """A table in HTML with caption, scoped headers and a note that says where its numbers come from.

    Numbers carry the class `num` (aligned right by the report's style sheet and, for want of one, by the
    table itself). Runs of the same value in the first column become one header that spans them. The table
    stands in a scrollable region, so that a narrow window does not cut it.

    Parameters
    ----------
    frame : DataFrame
        Tidy estimates, which are formatted first, or any table for readers.
    caption : str, optional
        What the table shows.
    source_note : str, optional
        A line below the table, after "Synthetic data", the cohort and the frame's own note.
    csv_name : str, optional
        Relative address of the same numbers as CSV; a link under the table leads there.
    name : str, optional
        Identifier of the table in the page; made from the caption when absent.
    links : mapping of str to str, optional
        Cells that lead somewhere: their whole text, and the address.

    Returns
    -------
    str
        HTML in which every text of the frame, the caption and the notes is escaped.
    """
    shown = readable(frame)
    numeric = set(shown.attrs["numeric"])
    wordy = _wordy(shown, numeric)
    numeric |= set() if wordy else _figures(shown)
    identifier = slug(name or caption or "table")
    parts = [
        f'<table class="comorbid-table{wordy}" id="{identifier}">',
        _caption(caption, str(shown.attrs.get("context", "")), identifier),
        f"<thead>\n<tr>{_header(shown, numeric)}</tr>\n</thead>",
        f"<tbody>\n{_body(shown, numeric, links or {})}\n</tbody>",
        _foot(notes(shown, source_note), csv_name, len(shown.columns)),
        "</table>",
    ]
    label = f'aria-labelledby="{identifier}-caption"' if parts[1] else 'aria-label="Table"'
    region = f'<div class="table-scroll" role="region" {label} tabindex="0" style="overflow-x:auto">'
    return "\n".join([region, *filter(None, parts), "</div>"])


def _caption(caption: str | None, context: str, identifier: str) -> str:
    """The caption, followed by what holds for every row."""
    said = f'<span class="context">{escape(context)}</span>' if context else ""
    texts = [text for text in (escape(caption or ""), said) if text]
    return f'<caption id="{identifier}-caption">{" ".join(texts)}</caption>' if texts else ""


def _header(shown: pd.DataFrame, numeric: set[str]) -> str:
    return "".join(f'<th scope="col"{_number(name, numeric)}>{escape(str(name))}</th>' for name in shown.columns)


def _number(name: str, numeric: set[str]) -> str:
    return ' class="num" style="text-align:right"' if name in numeric else ""


def _body(shown: pd.DataFrame, numeric: set[str], links: Mapping[str, str]) -> str:
    names = [str(name) for name in shown.columns]
    rows = [[str(cell) for cell in cells] for cells in shown.itertuples(index=False)]
    lines = []
    for _, run in groupby(rows, key=lambda cells: cells[0]):
        block = list(run)
        spans = len(block) > 1 and len(names) > 1 and names[0] not in numeric
        for at, cells in enumerate(block):
            head = _row_head(cells, names, numeric, len(block) if spans else 1, at)
            first = 2 if spans and names[1] not in numeric else 1
            data = "".join(
                f"<td{_number(name, numeric)}>{_linked(cell, links)}</td>"
                for name, cell in zip(names[first:], cells[first:], strict=True)
            )
            lines.append(f"<tr>{head}{data}</tr>")
    return "\n".join(lines)


def _wordy(shown: pd.DataFrame, numeric: set[str]) -> str:
    """A class for tables of sentences: they keep a width at which words can be read, and scroll."""
    longest = max((len(str(cell)) for name in shown.columns for cell in shown[name]), default=0)
    return " wordy" if not numeric and len(shown.columns) > 3 and longest > 80 else ""


def _figures(shown: pd.DataFrame) -> set[str]:
    """Columns after the first whose texts are all figures, such as "0.17%" or "2.10 (1.70 to 2.70)"."""
    rest = [str(name) for name in shown.columns[1:]]
    cells = {name: [str(cell) for cell in shown[name] if str(cell)] for name in rest}
    return {name for name, texts in cells.items() if texts and all(map(FIGURE.fullmatch, texts))}


def _linked(cell: str, links: Mapping[str, str]) -> str:
    return f'<a href="{escape(quote(links[cell], safe="/#"))}">{escape(cell)}</a>' if cell in links else escape(cell)


def _row_head(cells: list[str], names: list[str], numeric: set[str], span: int, at: int) -> str:
    """Header cells of one row: the first column, spanning its run, and the second where that one spans."""
    if span == 1:
        return f'<th scope="row"{_number(names[0], numeric)}>{escape(cells[0])}</th>'
    over = f'<th scope="rowgroup" rowspan="{span}">{escape(cells[0])}</th>' if at == 0 else ""
    second = "" if names[1] in numeric else f'<th scope="row">{escape(cells[1])}</th>'
    return over + second


def _foot(lines: list[str], csv_name: str | None, columns: int) -> str:
    texts = [escape(line) for line in lines]
    if csv_name:
        texts.append(f'<a href="{escape(quote(csv_name))}" download>Download as CSV</a>')
    rows = [f'<tr><td class="note" colspan="{columns}">{text}</td></tr>' for text in texts]
    return "<tfoot>\n" + "\n".join(rows) + "\n</tfoot>" if rows else ""
