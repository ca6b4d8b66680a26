"""Packed files measured before they are read: what would fill memory is refused after the first megabytes."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import lzma
import zipfile
import zlib
from pathlib import Path
from typing import Any

from comorbid.errors import SourceError
from comorbid.sources.room import EMPTY, FIELD, LETTERS, WORKED, require_room

__all__ = [
    "DAMAGED",
    "UNSOUND",
    "foreign_byte",
    "opener",
    "require_same",
    "require_unpackable",
]

DAMAGED = (OSError, EOFError, lzma.LZMAError, zlib.error)
UNSOUND = (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, *DAMAGED)
"""What a bad archive raises; one packed in a way that Python does not know, or locked, the second and third."""
BLOCK = 2**20
OF_NUMBERS = b'0123456789.,;|+- \t\r\n"\0'
"""Bytes of numbers and of what stands between them; others are letters of texts."""
LONGEST = 24
"""Bytes of a number; what is longer is a text."""


def opener(path: Path) -> Any:
    """The function that opens a file, packed or not."""
    return {".gz": gzip.open, ".xz": lzma.open}.get(path.suffix.lower(), open)


def require_unpackable(path: Path, delimiter: str = "") -> None:
    """Raise when a packed text file is damaged or would take too much memory; nothing of it is kept.

    Parameters
    ----------
    path : Path
    delimiter : str
        Sign between its fields, which are counted; a line is one field without it.
    """
    if opener(path) is open:
        return
    size = lines = fields = empty = letters = 0
    sign = delimiter.encode()
    try:
        with opener(path)(path, "rb") as file:
            while block := file.read(BLOCK):
                size, lines = size + len(block), lines + block.count(b"\n")
                fields += block.count(b"\n") + (block.count(sign) if sign else 0)
                empty += block.count(sign * 2) if sign else 0
                letters += len(block.translate(None, OF_NUMBERS))
                column = _of_texts(lines, max(letters, size - LONGEST * (fields + 1)))
                require_room(
                    path, size + fields * FIELD + empty * EMPTY + column, "Or unpack it: then it is read at any size."
                )
    except DAMAGED:
        raise SourceError(f"{path.name} is damaged or not what its name says: it cannot be unpacked.") from None


def _of_texts(lines: int, letters: int) -> int:
    """Bytes while the largest column of texts is looked at: not more texts than lines, nor than letters."""
    return min(lines, letters) * WORKED + letters * LETTERS


def require_same(path: Path, sha256: str) -> None:
    """Raise when a file is not the one whose SHA-256 was declared; nothing is asked without one."""
    if not sha256:
        return
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256.lower():
        raise SourceError(
            f"{path.name} is another file than the one that the codebook was written for: damaged, cut or changed. "
            f'If you changed it, look at the codebook again and write under [file] sha256 = "{found}", or '
            "delete that line."
        )


def foreign_byte(path: Path, encoding: str) -> str:
    """Where the first byte is that the encoding does not have, for a message; empty when it is not found."""
    decoder, before = codecs.getincrementaldecoder(encoding)(), 0
    with opener(path)(path, "rb") as file:
        while block := file.read(BLOCK):
            held = len(decoder.getstate()[0])
            try:
                decoder.decode(block)
            except UnicodeDecodeError as fault:
                return f" (byte {before - held + fault.start:,})"
            except UnicodeError:
                return " (it has no byte order mark)"
            before += len(block)
    return ""
