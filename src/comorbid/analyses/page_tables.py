"""Tables of a report as its page shows them: each in a box that scrolls, notes below it, fit for a telephone too."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag

__all__ = ["frame_tables"]

INTERVAL = re.compile(r"([<>+-]?[\d∞]\S*(?: points)?|not estimable) (\([^()]+ to [^()]+\)|\(reference\))(.*)")
"""An estimate, its interval, and what may follow it."""

HEADER = re.compile(r"(.+) (\([^()]*CI\))")
"""What a column of estimates holds, and the words for its intervals."""

SIDE_BY_SIDE = 3
"""From so many columns of intervals on, an interval stands below its estimate."""

LONG = 24
"""Letters from which on a cell keeps a width at which its words can be read."""

ROLES = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "td": "cell"}


def frame_tables(soup: BeautifulSoup) -> None:
    """Arrange every table of the page's text, in place.

    Each table scrolls inside its own box and its notes stand below the box; a corner without words is no header; an
    interval is one piece that can stand below its estimate; a table of sentences can be read as a list, cell by cell.
    """
    for table in soup.select("main table:not(.provenance, .strobe)"):
        if table.find_parent(class_="table-scroll") is None:
            label = {"role": "region", "aria-label": "Table", "tabindex": "0"}
            table.wrap(soup.new_tag("div", attrs={"class": "table-scroll", **label}))
        _move_notes(soup, table)
        _part_intervals(soup, table)
        for cell in table.select("tbody th:not(.num), tbody td:not(.num)"):
            if len(cell.get_text()) > LONG:
                cell["class"] = " ".join([*(cell.get("class") or []), "long"])
        if "wordy" in (table.get("class") or []):
            _name_cells(table)
    for corner in soup.select("main th"):
        if not corner.get_text(strip=True):
            corner.name = "td"
            corner.attrs.pop("scope", None)


def _move_notes(soup: BeautifulSoup, table: Tag) -> None:
    """Notes at the foot of a table, below its box: a wide table would cut them on a narrow screen."""
    box, foot = table.find_parent(class_="table-scroll"), table.find("tfoot")
    if box is None or not isinstance(foot, Tag) or foot.select("td:not(.note), th"):
        return
    notes = soup.new_tag("div", attrs={"class": "table-notes"})
    for cell in foot.select("td.note"):
        line = soup.new_tag("p")
        line.extend(list(cell.contents))
        notes.append(line)
    box.insert_after(notes)
    foot.decompose()


def _part_intervals(soup: BeautifulSoup, table: Tag) -> None:
    """Make each interval one piece of its cell; where many stand side by side, let them stand below the estimates."""
    for place, pattern in (("tbody td", INTERVAL), ("thead th", HEADER)):
        for cell in table.select(place):
            found = pattern.fullmatch(cell.get_text())
            if found and cell.string is not None:
                interval = soup.new_tag("span", attrs={"class": "interval"})
                interval.string = found[2]
                cell.clear()
                cell.extend([text for text in (f"{found[1]} ", interval, *found.groups()[2:]) if text])
    rows = [len(row.select("span.interval")) for row in table.select("tbody tr")]
    if max(rows, default=0) >= SIDE_BY_SIDE:
        table["class"] = " ".join([*(table.get("class") or []), "stacked"])


def _name_cells(table: Tag) -> None:
    """Give cells the name of their column, and every part the role that it loses when it is shown as a list."""
    names = [header.get_text(" ", strip=True) for header in table.select("thead th")]
    for part in [table, *table.select("thead, tbody, tr, td")]:
        part["role"] = ROLES[part.name]
    for header in table.select("th"):
        header["role"] = "columnheader" if header.get("scope") == "col" else "rowheader"
    for row in table.select("tbody tr"):
        cells = row.find_all(["th", "td"])
        for name, cell in zip(reversed(names), reversed(cells), strict=False):
            cell["data-column"] = name
