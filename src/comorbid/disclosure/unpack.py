"""Everything a file says, however it is packed: text, JSON, embedded pictures, PNG chunks, members of archives."""

from __future__ import annotations

import base64
import binascii
import csv
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

__all__ = ["ACCEPTED", "texts"]

ARCHIVES = ("zip", "docx", "xlsx")
ACCEPTED = ("html", "ipynb", "csv", "json", "png", "svg", "md", "txt", "tex", "pdf", "xml", "rels", "css", *ARCHIVES)
"""Kinds of files that a report may hold; what else there is cannot be read, so it is not let through."""
EMBEDDED = re.compile(r"base64,([A-Za-z0-9+/=\s]{40,})")
GLYPH = re.compile(r'(<use xlink:href="#[A-Za-z-]+-[0-9a-f]+" transform="translate\()\d{1,4}\.\d{1,6}(?= -?[\d.]+\)"/)')
"""Where a letter stands in a line of a figure: a distance in 64ths of the font's unit, no number of the data."""
PNG = b"\x89PNG\r\n\x1a\n"
DEEPEST = 5


def texts(name: str, content: bytes, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Name and text of each part of a file; pictures give what their text chunks say.

    Parameters
    ----------
    name : str
        Name of the file; its ending says what it is.
    content : bytes
    """
    kind = name.rpartition(".")[2].lower()
    if depth > DEEPEST:
        return
    if content.startswith(PNG):
        yield name, "\n".join(_png_texts(content))
    elif kind in ARCHIVES:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield name, "\n".join([archive.comment.decode("utf-8", "replace"), *archive.namelist()])
            for member in archive.namelist():
                yield from texts(f"{name}/{member}", archive.read(member), depth + 1)
    elif kind == "pdf":
        yield name, "\n".join(_pdf_texts(content))
    else:
        yield from _plain(name, content.decode("utf-8", "replace"), kind, depth)


def _plain(name: str, text: str, kind: str, depth: int) -> Iterator[tuple[str, str]]:
    """A text without the pictures inside it, which come as parts of their own; JSON as strings, CSV as cells."""
    if kind in ("ipynb", "json"):
        text = "\n".join(_strings(json.loads(text)))
    elif kind == "csv":
        text = "\n".join(_cells(text))
    yield name, GLYPH.sub(r"\1", EMBEDDED.sub("", text))
    for number, found in enumerate(EMBEDDED.finditer(text), start=1):
        yield from texts(f"{name}/picture {number}", _decoded(found[1]), depth + 1)
    if kind == "ipynb":
        for number, line in enumerate(text.split("\n"), start=1):
            if len(line) > 100 and (content := _decoded(line)).startswith(PNG):
                yield from texts(f"{name}/output {number}", content, depth + 1)


def _cells(text: str) -> Iterator[str]:
    """Cells of a table: numbers beside each other are not one with a comma for the thousands. A ragged row is whole."""
    rows = list(csv.reader(io.StringIO(text)))
    for row in rows:
        yield from row if len(row) == len(rows[0]) else [",".join(row)]


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError):
        return b""


def _strings(value: Any) -> Iterator[str]:
    """Every text and number of a JSON value; lists of lines as one text, as notebooks mean them."""
    if isinstance(value, dict):
        for key, entry in value.items():
            yield str(key)
            yield from _strings(entry)
    elif isinstance(value, list) and value and all(isinstance(line, str) for line in value):
        yield "".join(value) if value[0].endswith("\n") else "\n".join(value)
    elif isinstance(value, list):
        for entry in value:
            yield from _strings(entry)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _png_texts(content: bytes) -> Iterator[str]:
    """Texts of a PNG: its tEXt, zTXt, iTXt and eXIf chunks, and whatever follows its end."""
    at = len(PNG)
    while at + 8 <= len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        body = content[at + 8 : at + 8 + length]
        at += 12 + length
        if kind in (b"tEXt", b"zTXt", b"iTXt", b"eXIf"):
            yield from _inflated(body)
        if kind == b"IEND":
            break
    if content[at:]:
        yield from _inflated(content[at:])


def _inflated(body: bytes) -> Iterator[str]:
    """Bytes as text, and what they hold when a part of them is compressed."""
    yield body.decode("latin-1").replace("\0", " ")
    start = body.find(b"\x78")
    while start >= 0:
        with suppress(zlib.error):
            yield zlib.decompressobj().decompress(body[start:]).decode("utf-8", "replace")
        start = body.find(b"\x78", start + 1)


def _pdf_texts(content: bytes) -> Iterator[str]:
    """A PDF's objects and its streams, inflated where they are compressed."""
    yield content.decode("latin-1")
    for found in re.finditer(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        with suppress(zlib.error):
            yield zlib.decompress(found[1]).decode("latin-1")
