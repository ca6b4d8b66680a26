"""A small writer of SAS transport files, version 5: one table of numeric columns, as a publisher's file is built.

Layout after SAS technical note TS-140: records of 80 bytes; a header, one descriptor of 140 bytes a column, then rows
of 8-byte IBM floating-point numbers (base 16, excess 64), padded with blanks. A missing number is a full stop.
"""

from __future__ import annotations

import math
import struct
from pathlib import Path

import pandas as pd

STAMP = b"01JAN04:00:00:00"
MISSING = b".\0\0\0\0\0\0\0"
BLANK = b" "


def write_xpt(frame: pd.DataFrame, path: Path, name: str = "TABLE") -> None:
    """Write the numeric columns of a frame as the one table of a transport file."""
    rows = b"".join(ibm(value) for row in frame.to_numpy(dtype=float) for value in row)
    names = b"".join(_descriptor(at, str(column)) for at, column in enumerate(frame.columns))
    parts = [_header("LIBRARY"), _library(), _header("MEMBER", 1600000000140), _header("DSCRPTR"), _member(name)]
    parts += [_header_of_names(len(frame.columns)), _filled(names), _header("OBS"), _filled(rows)]
    path.write_bytes(b"".join(parts))


def ibm(value: float) -> bytes:
    """A number as 8 bytes: sign and exponent of 16 in the first, then a fraction of 56 bits."""
    if math.isnan(value):
        return MISSING
    if value == 0:
        return bytes(8)
    fraction, two = math.frexp(abs(value))
    sixteen = -(-two // 4)
    digits = int(math.ldexp(fraction, 56 - (4 * sixteen - two)))
    return struct.pack(">Q", (0x80 if value < 0 else 0) << 56 | (sixteen + 64) << 56 | digits)


def _header(kind: str, number: int = 0) -> bytes:
    return f"HEADER RECORD*******{kind:<8}HEADER RECORD!!!!!!!{number:030d}  ".encode()


def _header_of_names(columns: int) -> bytes:
    return f"HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!000000{columns:04d}{0:020d}  ".encode()


def _library() -> bytes:
    first = b"SAS     SAS     SASLIB  9.1     XP_PRO  " + BLANK * 24 + STAMP
    return first + STAMP.ljust(80)


def _member(name: str) -> bytes:
    first = b"SAS     " + name.encode().ljust(8) + b"SASDATA 9.1     XP_PRO  " + BLANK * 24 + STAMP
    return first + (STAMP + BLANK * 16).ljust(80)


def _descriptor(at: int, column: str) -> bytes:
    """Numeric, 8 bytes, its place in the row; no format."""
    text = column.encode()
    start = struct.pack(">hhhh8s40s8shhh2s8shhl", 1, 0, 8, at + 1, text.ljust(8), text.ljust(40), BLANK * 8, 0, 0, 0,
                        BLANK * 2, BLANK * 8, 0, 0, 8 * at)  # fmt: skip
    return start.ljust(140, b"\0")


def _filled(content: bytes) -> bytes:
    return content + BLANK * (-len(content) % 80)
