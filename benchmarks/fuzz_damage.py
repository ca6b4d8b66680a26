"""Damage to sound files: the same for the same seed, reader and number."""

from __future__ import annotations

import gzip
import io
import lzma
import random
import struct
import zipfile
from functools import lru_cache

__all__ = ["damaged"]

ODD = (0, 1, 0x7F, 0x80, 0xFE, 0xFF, 0x2C, 0x22, 0x0A, 0x5B)
NUMBERS = (-1, 0, 1, 2**31 - 1, -(2**31), 2**16, 10**9)
WORDS = (*(struct.pack("<i", number) for number in NUMBERS), b"99999999", b"-1", b"1e400")
INSIDE = 0.7
"""Share of packed files that are damaged before they are packed, so that their checksums hold."""


def damaged(seeds: tuple[bytes, ...], ending: str, rng: random.Random) -> bytes:
    """A sound file, damaged in one to five places; of a packed one, mostly what is in it.

    Parameters
    ----------
    seeds : tuple of bytes
        Sound files.
    ending : str
        Of their names: .xlsx and .zip are archives, .gz and .xz one packed file.
    rng : Random
    """
    content = rng.choice(seeds)
    if ending.endswith((".xlsx", ".zip", ".gz", ".xz")) and rng.random() < INSIDE:
        return _repacked(content, ending, rng)
    return _mutated(content, rng, seeds)


def _repacked(content: bytes, ending: str, rng: random.Random) -> bytes:
    """What is packed, damaged and packed again; in an archive one of its members, and nothing is made smaller."""
    if ending.endswith(".gz"):
        text = gzip.decompress(content)
        return gzip.compress(_mutated(text, rng, (text,)), 1)
    if ending.endswith(".xz"):
        text = lzma.decompress(content)
        return lzma.compress(_mutated(text, rng, (text,)), preset=0)
    out, members = io.BytesIO(), _members(content)
    chosen = rng.choice(list(members))
    with zipfile.ZipFile(out, "w") as new:
        for name, text in members.items():
            new.writestr(name, _mutated(text, rng, (text,)) if name == chosen else text)
    return out.getvalue()


@lru_cache
def _members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _mutated(content: bytes, rng: random.Random, others: tuple[bytes, ...]) -> bytes:
    data = bytearray(content)
    for _ in range(rng.randint(1, 5)):
        if not data:
            break
        at, length = rng.randrange(len(data)), rng.choice((1, 2, 4, 8, 80, 512))
        # headers decide how the rest is read: half of all damage is there
        at = at % 2048 if rng.random() < 0.5 else at
        at = min(at, len(data) - 1)
        kind = rng.randrange(9)
        if kind == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            data[at] = rng.choice(ODD)
        elif kind == 2:
            del data[at : at + length]
        elif kind == 3:
            data[at:at] = data[at : at + length] * rng.choice((1, 2, 50))
        elif kind == 4:
            data[at:at] = rng.randbytes(length)
        elif kind == 5:
            word = rng.choice(WORDS)
            data[at : at + len(word)] = word
        elif kind == 6:
            other = rng.choice(others)
            place = rng.randrange(len(other))
            data[at : at + length] = other[place : place + length]
        elif kind == 7 and rng.random() < 0.3:
            del data[at:]
        else:
            data[at] = (data[at] + rng.choice((-1, 1))) % 256
    return bytes(data)
