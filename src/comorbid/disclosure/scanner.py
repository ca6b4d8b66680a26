"""The last look at a finished report: every byte, for people's own values, row-level tables and small counts."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from comorbid.disclosure.counts import LEFT_OUT, is_count
from comorbid.disclosure.identity import Identity
from comorbid.disclosure.rules import Rules
from comorbid.disclosure.unpack import ACCEPTED, texts

__all__ = ["Finding", "scan_folder"]

HEADERS = {
    "events": "events",
    "n (a)": "n_a",
    "n (b)": "n_b",
    "n (both)": "n_both",
    "people": "n",
    "left out": "n_excluded",
    "without a value": "n_missing",
}
"""Columns of counts as readers see them."""
SPOKEN = re.compile(
    r"(?<!than )(?<![\d.,])(\d{1,3}) (?:people|persons|women|men|patients|participants|respondents|cases|events)\b"
)
MOST_MARKS = 150
"""Marks of one kind in a figure; more are people, not estimates."""
MOST_LINES = 40
"""Lines that a cell may print."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What stands against a release: file and reason; never the value itself."""

    file: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.reason}"


def scan_folder(folder: Path, rules: Rules, identity: Identity | None = None) -> list[Finding]:
    """Look at every byte of a finished report on a confidential cohort.

    Parameters
    ----------
    folder : Path
        The report: notebook, page, tables, figures, whatever else.
    rules : Rules
    identity : Identity, optional
        What belongs to single people (`identity_of`).

    Returns
    -------
    list of Finding
        Empty when nothing stands against a release.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    known = identity or Identity()
    return [Finding(str(path.relative_to(folder)), reason) for path in files for reason in _reasons(path, rules, known)]


def _reasons(path: Path, rules: Rules, identity: Identity) -> Iterator[str]:
    kind, content = path.suffix.lstrip(".").lower(), path.read_bytes()
    if kind not in ACCEPTED:
        yield f"files of this kind ({path.suffix or 'no ending'}) cannot be checked"
        return
    if found := sum(identity.found_in(unescape(text)) for _, text in texts(path.name, content)):
        yield f"{found:,} texts or numbers that belong to single people"
    text = "" if kind in ("png", "pdf", "docx", "xlsx", "zip") else content.decode("utf-8", "replace")
    if kind == "csv":
        yield from _table(list(csv.reader(io.StringIO(text))), rules, identity)
    elif kind == "ipynb":
        yield from _notebook(json.loads(text), rules, identity)
    elif kind == "html":
        yield from _page(text, rules, identity)
    elif kind == "svg" and _marks(text) > MOST_MARKS:
        yield f"more than {MOST_MARKS} marks of one kind in a figure"


def _table(rows: Sequence[Sequence[str]], rules: Rules, identity: Identity) -> Iterator[str]:
    """Faults of a table whose first row names the columns; short rows belong to the last of them."""
    if not rows:
        return
    names = [name.strip().lower() for name in rows[0]]
    last = len(names)
    columns = [(name, [row[i - last] for row in rows[1:] if len(row) >= last - i]) for i, name in enumerate(names)]
    if own := [name for name, cells in columns if identity.owns(name, cells)]:
        yield f"column {own[0]!r}, which belongs to the people and not to results"
    if len(rows) - 1 > rules.most_rows:
        yield f"a table of {len(rows) - 1:,} lines (most accepted: {rules.most_rows:,})"
    small = {name for name, cells in columns for cell in cells if _is_small(HEADERS.get(name, name), cell, rules)}
    for name in sorted(small):
        yield f"counts under {rules.threshold} in column {name!r}"


def _is_small(name: str, cell: str, rules: Rules) -> bool:
    text = cell.strip().replace(",", "").removesuffix(".0")
    if not is_count(name) or not text.isdigit():
        return False
    least = 0 if rules.hide_zeros and name not in LEFT_OUT else 1
    return least <= int(text) < rules.threshold


def _page(text: str, rules: Rules, identity: Identity) -> Iterator[str]:
    reader = _Tables()
    reader.feed(text)
    for table in reader.tables:
        yield from _table(table, rules, identity)
    if "dataframe" in reader.classes:
        yield "a data frame shown as it is; show results through `report.table`"
    spoken = [int(found[1]) for found in SPOKEN.finditer(" ".join(reader.said))]
    if any(0 < count < rules.threshold for count in spoken):
        yield f"a sentence with a number of people under {rules.threshold}"


class _Tables(HTMLParser):
    """Tables of a page as rows of texts, the text outside them, and the classes of tables."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.said: list[str] = []
        self.classes: set[str] = set()
        self._depth = 0
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("style", "script", "pre"):
            self._skipped += 1
        elif tag == "table":
            self._depth += 1
            self.tables.append([])
            self.classes |= set((dict(attrs).get("class") or "").split())
        elif tag == "tr" and self._depth:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self._depth and self.tables[-1]:
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script", "pre"):
            self._skipped -= 1
        elif tag == "table":
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if self._depth and self.tables[-1] and self.tables[-1][-1]:
            self.tables[-1][-1][-1] += data
        elif not self._skipped:
            self.said.append(data)


def _notebook(notebook: dict[str, Any], rules: Rules, identity: Identity) -> Iterator[str]:
    """Faults of what the cells of a notebook put out."""
    for cell in notebook.get("cells", []):
        for output in cell.get("outputs", []):
            data = output.get("data", {"text/plain": output.get("text", "")})
            page, plain = (_joined(data.get(kind, "")) for kind in ("text/html", "text/plain"))
            yield from _page(f"{page} {_joined(data.get('text/markdown', ''))}", rules, identity)
            if not page and plain.count("\n") > MOST_LINES:
                yield f"a cell that prints more than {MOST_LINES} lines"


def _joined(text: str | Sequence[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def _marks(svg: str) -> int:
    """Most marks in one group of a figure."""
    return max((part.count("<use ") for part in re.split(r"<g\b[^>]*id=", svg)), default=0)
