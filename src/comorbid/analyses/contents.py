"""What a report holds so far: the list of its tables and figures, and their files, in its folder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from comorbid.analyses.manifest import write_json
from comorbid.analyses.places import CONTENTS
from comorbid.errors import AnalysisError

__all__ = ["Contents"]

NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


class Contents:
    """Tables, figures and the headline of one report, numbered; written whenever something is added.

    Parameters
    ----------
    folder : Path or None
        Of the report; nothing is written without it.

    Attributes
    ----------
    listed : dict
        "headline", "tables", "figures" and "left_tolerance", as `contents.json` says them.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.listed: dict[str, Any] = {"headline": "", "tables": [], "figures": [], "left_tolerance": []}
        self._save()

    def add(
        self, kind: str, word: str, name: str, caption: str, files: Sequence[str], *, origin: str, **more: str
    ) -> tuple[str, str]:
        """Put an item on the list; its identifier in the page (`table-1`) and its numbered caption.

        Parameters
        ----------
        kind, word : str
            "tables" and "Table", or "figures" and "Figure".
        name : str
            Of its files: small letters, digits, `-` and `_`, not used before in this report.
        caption : str
            What it shows, without its number.
        files : sequence of str
            Below the folder.
        origin : str
            Last words of the caption: where the numbers come from.
        **more : str
            What else the list says of it.

        Raises
        ------
        AnalysisError
            When the name cannot be a file's or was used before, or the caption is empty.
        """
        _check_name(name, word, {item["name"] for item in [*self.listed["tables"], *self.listed["figures"]]})
        if not caption.strip():
            raise AnalysisError(f"{word.lower()} {name!r} has no caption.")
        items = self.listed[kind]
        full = f"{word} {len(items) + 1}. {_sentence(caption)} {origin}".rstrip()
        items.append({"name": name, "caption": full, "files": list(files), **more})
        self._save()
        return f"{word.lower()}-{len(items)}", full

    def say(self, headline: str) -> None:
        """The main result, for the index of reports."""
        self.listed["headline"] = headline
        self._save()

    def note_left_tolerance(self, found: Sequence[Any]) -> None:
        """Rebuilt numbers that left the tolerance recorded for them."""
        self.listed["left_tolerance"] += found

    def write(self, file: str, content: bytes) -> None:
        """A file of an item."""
        if self.folder is not None:
            path = self.folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def _save(self) -> None:
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_json(self.folder / CONTENTS, self.listed)


def _check_name(name: str, word: str, used: set[str]) -> None:
    if not NAME.fullmatch(name):
        raise AnalysisError(f"{word.lower()} name {name!r}: small letters, digits, `-` and `_` are accepted.")
    if name in used:
        raise AnalysisError(f"{word.lower()} name {name!r} is used twice in this report; its files would be lost.")


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "?", "!")) else text + "."
