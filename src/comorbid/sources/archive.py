"""A spreadsheet's archive of XML, looked through before it is read: damaged, filling memory, or declaring entities."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.parsers import expat

from comorbid.errors import SourceError
from comorbid.sources.room import require_room
from comorbid.sources.unpacking import BLOCK, UNSOUND

__all__ = ["require_sound_archive"]

ELEMENT, ATTRIBUTE = 100, 120
"""Bytes of an element of a tree in memory, and of an attribute."""
LONGEST_TAG = 4 * 2**20
CLEARED = {"xl/worksheets/": "row", "xl/sharedStrings.xml": "si"}
"""Elements that are given back when they have been read, and where; all others stay until the member has been read."""


def require_sound_archive(path: Path) -> None:
    """Raise when a spreadsheet's archive is damaged, would fill memory, or holds XML that declares entities.

    Nothing is unpacked to disk, so a member's name can lead nowhere.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                with archive.open(member) as file:
                    _require_tree(path, file, member.filename)
    except UNSOUND:
        raise SourceError(
            f"{path.name} is not a spreadsheet, or is damaged or locked. Save it again as .xlsx."
        ) from None


def _require_tree(path: Path, file: Any, member: str) -> None:
    """Raise when a member would fill memory as a tree; one that is no XML is looked at as far as it is."""
    tree, size = _Tree(path, next((name for place, name in CLEARED.items() if member.startswith(place)), "")), 0
    while block := file.read(BLOCK):
        size += len(block)
        try:
            tree.parser.Parse(block)
        except expat.ExpatError:
            return
        if size - tree.parser.CurrentByteIndex > LONGEST_TAG:
            raise SourceError(
                f"{path.name} holds XML with a tag of over {LONGEST_TAG:,} bytes, which no spreadsheet needs."
            )
        require_room(path, tree.held, "Or save it as CSV.")


class _Tree:
    """Bytes that the elements of XML hold while it is read; nothing of them is kept."""

    def __init__(self, path: Path, cleared: str) -> None:
        self.held = 0
        self._path, self._cleared = path, cleared
        self._before: list[int] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._letters
        self.parser.StartDoctypeDeclHandler = self._refuse

    def _begin(self, name: str, attributes: Mapping[str, str]) -> None:
        self.held += ELEMENT + sum(ATTRIBUTE + len(value) for value in attributes.values())
        if name.rpartition(":")[2] == self._cleared:
            self._before.append(self.held)

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] == self._cleared:
            self.held = self._before.pop()

    def _letters(self, text: str) -> None:
        self.held += len(text)

    def _refuse(self, *_: Any) -> None:
        raise SourceError(f"{self._path.name} holds XML with a document type, which no spreadsheet needs.")
