"""How a file of people is to be read, as a codebook declares it: nothing about a file is guessed when it is loaded."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["FILE", "LONG", "DataFile", "datafile_faults"]

TEXT = (str,)
FILE: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("path", "delimiter", "encoding", "decimal", "sheet", "sha256"), TEXT),
    **dict.fromkeys(("text", "ticked"), (list, tuple)),
    **dict.fromkeys(("layout", "long"), (Mapping,)),
}
"""Keys of a codebook's [file] table, with the types that their values may have."""
LONG = ("person", "item", "value")
"""Columns of a long file: whose row it is, what it tells of, and what it tells."""


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of people.

    path : where it lies; relative to the codebook in a codebook.
    delimiter, encoding, decimal : of a text file.
    sheet : of a spreadsheet; its only sheet without it.
    layout : of a file of fixed width: column to its first and last position, counted from 1.
    long : of a file with a row an answer: which column names the person, the item and the value.
    text : columns of a text file that are never numbers, such as codes that begin with zero.
    ticked : columns of boxes that were ticked or left blank: a blank is read as the code 0.
    sha256 : of the file as it was when the codebook was written; another file of the name is refused.
    """

    path: str = ""
    delimiter: str = ","
    encoding: str = "utf-8"
    decimal: str = "."
    sheet: str = ""
    layout: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    long: Mapping[str, str] = field(default_factory=dict)
    text: tuple[str, ...] = ()
    ticked: tuple[str, ...] = ()
    sha256: str = ""


def datafile_faults(given: Mapping[str, Any]) -> list[str]:
    """Faults of a [file] table whose keys and types are right, one line of text each."""
    faults = []
    if len(given.get("delimiter", ",")) != 1:
        faults.append('[file]: delimiter is one character, such as ";" or "\\t"')
    if given.get("decimal", ".") not in (".", ","):
        faults.append('[file]: decimal is "." or ","')
    elif given.get("decimal", ".") == given.get("delimiter", ","):
        faults.append("[file]: decimal and delimiter are the same character")
    if not _known(given.get("encoding", "utf-8")):
        faults.append(f"[file]: encoding {given['encoding']!r} is unknown; utf-8, latin-1 and cp1252 are common")
    if given.get("sha256") and not re.fullmatch("[0-9a-fA-F]{64}", given["sha256"]):
        faults.append("[file]: sha256 is 64 hexadecimal digits")
    for lists in ("text", "ticked"):
        if not all(isinstance(name, str) for name in given.get(lists, ())):
            faults.append(f"[file]: {lists} is a list of columns")
    long = given.get("long", {})
    if long and (set(long) != set(LONG) or not all(isinstance(name, str) for name in long.values())):
        faults.append(f"[file]: long names three columns: {', '.join(LONG)}")
    places = given.get("layout", {})
    return faults + [f"[file]: layout of {name!r} is [first, last], counted from 1" for name in _misplaced(places)]


def _known(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding)._is_text_encoding
    except (LookupError, ValueError):
        return False


def _misplaced(layout: Mapping[str, Any]) -> list[str]:
    """Columns of a layout whose place is not two whole numbers from 1, the smaller first."""

    def fits(place: Any) -> bool:
        whole = isinstance(place, (list, tuple)) and all(type(number) is int for number in place)
        return whole and len(place) == 2 and 1 <= place[0] <= place[1]

    return [name for name, place in layout.items() if not fits(place)]
