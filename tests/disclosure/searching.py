"""Every way in which a planted value could be written, and every way in which a file could hold it."""

from __future__ import annotations

import base64
import gzip
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import cache
from html import unescape
from pathlib import Path
from urllib.parse import unquote_plus

import numpy as np
import pandas as pd

from tests.disclosure import canaries

FEWEST_DIGITS = 6
"""Digits of a number that are enough to know whose it is."""
WIDTH = 6
"""Bytes of the shortest mark."""
OWN = re.compile(r"[a-z]{7}ish")
LONGER = re.compile(rb"\d\.?$")
DEEPEST = 6
BASE64 = re.compile(rb"(?:[A-Za-z0-9+/]{4}){16,}")
PNG = b"\x89PNG\r\n\x1a\n"


@cache
def marks() -> frozenset[bytes]:
    """What must stand nowhere, in small letters: texts, and numbers and dates as texts and as binary."""
    return frozenset(mark for name in canaries.planted(0) for mark in marks_of(name))


@cache
def marks_of(column: str) -> frozenset[bytes]:
    """The marks of one column."""
    values = [canaries.planted(i)[column] for i in range(canaries.PLANTED)]
    found = {mark for value in values for mark in _forms(value)}
    if column == "seen":
        found |= {mark for i in range(canaries.PLANTED) for mark in _date_forms(canaries.seen(i))}
    return frozenset(mark.lower() for mark in found)


def _forms(value: str | float) -> Iterator[bytes]:
    """A text by its own word or digits, in one byte a letter and in two; a number as text and as binary."""
    if isinstance(value, str):
        own = OWN.search(value)
        for text in {own[0]} if own else {value, value.removeprefix("00")}:
            yield from (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"))
        return
    yield from (text.encode() for text in _written(float(value)))
    for order in "<>":
        yield struct.pack(f"{order}d", value)
        if isinstance(value, int):
            yield struct.pack(f"{order}q", value)


def _written(value: float) -> Iterator[str]:
    """A number at every precision that leaves it known, with a decimal point, a decimal comma and thousands apart."""
    whole = len(str(int(value)))
    for places in range(max(0, FEWEST_DIGITS - whole), 8):
        cut = f"{value:.7f}"[: whole + 1 + places].rstrip(".")
        for text in (f"{value:.{places}f}", f"{value:,.{places}f}", cut):
            yield from (text, text.replace(".", ","), text.replace(",", " "))
    yield from (f"{value:.{digits}e}" for digits in range(FEWEST_DIGITS - 1, 9))


def _date_forms(day: date) -> Iterator[bytes]:
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    for form in ("%Y%m%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d %b %Y", "%d %B %Y", "%B %d, %Y", "%d%b%Y"):
        yield day.strftime(form).encode()
    for unit in (1, 10**3, 10**6, 10**9):
        yield from (struct.pack(f"{order}q", int(moment) * unit) for order in "<>")


def hits(*contents: bytes) -> list[bytes]:
    """Marks that stand in some bytes; digits within a longer number are not counted."""
    whole, found = b"\n".join(contents).lower(), set[bytes]()
    starts = _starts()
    for at in _candidates(whole):
        for mark in starts.get(whole[at : at + WIDTH], ()):
            inside = mark[:1].isdigit() and LONGER.search(whole[max(0, at - 2) : at])
            if whole.startswith(mark, at) and not inside:
                found.add(mark)
    return sorted(found)


def _candidates(content: bytes) -> list[int]:
    """Places where three bytes stand with which some mark begins."""
    letters = np.frombuffer(content, dtype=np.uint8).astype(np.uint32)
    if len(letters) < WIDTH:
        return []
    threes = letters[:-2] << 16 | letters[1:-1] << 8 | letters[2:]
    found: list[int] = np.flatnonzero(_beginnings()[threes]).tolist()
    return found


@cache
def _beginnings() -> np.ndarray:
    table = np.zeros(2**24, dtype=bool)
    table[[int.from_bytes(mark[:3], "big") for mark in marks()]] = True
    return table


@cache
def _starts() -> Mapping[bytes, Sequence[bytes]]:
    """Marks by their first bytes."""
    starts: dict[bytes, list[bytes]] = {}
    for mark in marks():
        starts.setdefault(mark[:WIDTH], []).append(mark)
    return starts


def hits_below(folder: Path, *leave: Path) -> list[tuple[str, list[bytes]]]:
    """Files below a folder with a mark in their name or in anything that they hold, some left aside."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path not in leave)
    found = [(str(path.relative_to(folder)), hits(path.name.encode(), *held(path.read_bytes()))) for path in files]
    return [(name, there) for name, there in found if there]


def held(content: bytes, depth: int = 0) -> Iterator[bytes]:
    """Bytes as they lie, and all that is packed, compressed, encoded or escaped in them."""
    yield content
    if depth > DEEPEST:
        return
    for part in _parts(content):
        yield from held(part, depth + 1)
    with suppress(UnicodeDecodeError):
        text = content.decode()
        yield from (other.encode() for other in {unescape(text), unquote_plus(text)} if other != text)


def _parts(content: bytes) -> Iterator[bytes]:
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    elif content.startswith(b"\x1f\x8b"):
        yield gzip.decompress(content)
    elif content.startswith(b"PAR1"):
        yield pd.read_parquet(io.BytesIO(content)).to_csv().encode()
    elif content.startswith(PNG):
        yield from _chunks(content)
    else:
        yield from _streams(content)
        yield from (base64.b64decode(found[0]) for found in BASE64.finditer(content))


def _chunks(content: bytes) -> Iterator[bytes]:
    """What the chunks of a PNG hold besides the picture, with whatever follows its end."""
    at = len(PNG)
    while at + 8 <= len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        if kind != b"IDAT":
            yield from _streams(content[at + 8 : at + 8 + length])
        at += 12 + length
        if kind == b"IEND":
            break
    yield content[at:]


def _streams(content: bytes) -> Iterator[bytes]:
    """What is compressed somewhere in some bytes, as in the streams of a PDF."""
    for found in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", content):
        with suppress(zlib.error):
            yield zlib.decompressobj().decompress(content[found.start() :])
