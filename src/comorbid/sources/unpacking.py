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

__all__ = [
    "DAMAGED",
    "NUMBER",
    "PLENTY",
    "UNSOUND",
    "foreign_byte",
    "opener",
    "require_in_proportion",
    "require_same",
    "require_sound_archive",
    "require_unpackable",
]

DAMAGED = (OSError, EOFError, lzma.LZMAError, zlib.error)
UNSOUND = (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, *DAMAGED)
"""What a bad archive raises; one packed in a way that Python does not know, or locked, the second and third."""
PLENTY = 32 * 2**20
"""Bytes, unpacked, that any file may have; text of nothing but commas takes thirty times as much memory."""
TREE = 8 * 2**20
"""The same for XML, whose elements of four letters take eighty times as much."""
NUMBER = 8
"""Bytes of a number in memory."""
ROOM = 256 * 2**20
"""Bytes that the people of any file may take in memory."""
RATIO = 100
"""A larger file may be this many times as large unpacked as packed; survey files are some thirty times."""
BLOCK = 2**20
DOCUMENT_TYPE = b"<!doctype"


def opener(path: Path) -> Any:
    """The function that opens a file, packed or not."""
    return {".gz": gzip.open, ".xz": lzma.open}.get(path.suffix.lower(), open)


def require_unpackable(path: Path) -> None:
    """Raise when a packed text file is damaged or grows out of all proportion; nothing of it is kept."""
    if opener(path) is open:
        return
    size = 0
    try:
        with opener(path)(path, "rb") as file:
            while block := file.read(BLOCK):
                size += len(block)
                require_in_proportion(path, size, PLENTY)
    except DAMAGED:
        raise SourceError(f"{path.name} is damaged or not what its name says: it cannot be unpacked.") from None


def require_in_proportion(path: Path, size: int, plenty: int = ROOM) -> None:
    """Raise when a file would be out of all proportion larger in memory than it lies on the disk."""
    if size > max(plenty, RATIO * path.stat().st_size):
        raise SourceError(_too_large(path))


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


def require_sound_archive(path: Path) -> None:
    """Raise when a spreadsheet's archive is damaged, out of proportion, or holds XML that declares entities.

    Nothing is unpacked to disk, so a member's name can lead nowhere.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            require_in_proportion(path, sum(member.file_size for member in members), TREE)
            for member in members:
                with archive.open(member) as file:
                    if DOCUMENT_TYPE in file.read(1024).lower():
                        raise SourceError(f"{path.name} holds XML with a document type, which no spreadsheet needs.")
    except UNSOUND:
        raise SourceError(
            f"{path.name} is not a spreadsheet, or is damaged or locked. Save it again as .xlsx."
        ) from None


def _too_large(path: Path) -> str:
    return (
        f"{path.name} is {path.stat().st_size:,} bytes packed and over {RATIO} times as large unpacked, "
        "which no survey file is. Unpack it yourself if you trust it."
    )
