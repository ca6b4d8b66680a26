"""Several coded columns packed into one whole number a person, in blocks and in the narrowest integers that hold them.

Arithmetic on one-byte integers runs through a processor's vector units thirty-two at a time; on eight-byte integers it
hardly does. So columns are multiplied together in groups of bytes first, groups in two bytes, and only then wider.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

WIDTHS = ((127, np.int8), (32_767, np.int16), (2_147_483_647, np.int32), (1 << 62, np.int64))
BLOCK = 1 << 15
"""People a block: what is worked on stays in the cache."""


@dataclass(frozen=True, slots=True)
class CodedColumn:
    """Levels of one variable as whole numbers.

    values : ndarray of int or bool, shape (n,); -1 is missing.
    n_levels : levels the variable can have, missing not counted.
    may_miss : whether -1 can occur; a column that is known to be complete needs a smaller table.
    """

    values: np.ndarray
    n_levels: int
    may_miss: bool = True

    @property
    def radix(self) -> int:
        return self.n_levels + self.may_miss

    @property
    def shift(self) -> int:
        return int(self.may_miss)


def narrowest(size: int) -> type[np.signedinteger]:
    """The narrowest integer type that counts to `size`."""
    return next(width for largest, width in WIDTHS if size <= largest)


def table_size(columns: Sequence[CodedColumn]) -> int | None:
    """Number of possible patterns; None when it does not fit a machine integer."""
    size = prod(column.radix for column in columns)
    return size if size <= 1 << 62 else None


class Packer:
    """Packs blocks of columns: the first column is the most significant digit, levels count from 0 with missing first.

    Parameters
    ----------
    columns : sequence of CodedColumn
    step : int
        Longest block that will be packed.
    """

    def __init__(self, columns: Sequence[CodedColumn], step: int) -> None:
        self._groups = [_Group(group, step) for group in _grouped(columns)]
        size = prod(group.size for group in self._groups)
        self._wide = np.empty(step, dtype=narrowest(size))
        self._code = np.empty(step, dtype=np.intp)

    def pack(self, part: slice) -> np.ndarray:
        """Codes of a block, shape (length,), in a buffer that the next call overwrites."""
        length = part.stop - part.start
        code, wide = self._code[:length], self._wide[:length]
        if not self._groups:
            code.fill(0)
            return code
        np.copyto(wide, self._groups[0].pack(part))
        for group in self._groups[1:]:
            np.multiply(wide, wide.dtype.type(group.size), out=wide)
            np.add(wide, group.pack(part), out=wide)
        np.copyto(code, wide)
        return code


class _Group:
    """Columns whose patterns fit one byte, or one column that does not."""

    def __init__(self, columns: Sequence[CodedColumn], step: int) -> None:
        self.columns = columns
        self.size = prod(column.radix for column in columns)
        self._code = np.empty(step, dtype=narrowest(self.size))
        constant = 0
        for column in columns:
            constant = constant * column.radix + column.shift
        self._constant = constant

    def pack(self, part: slice) -> np.ndarray:
        code = self._code[: part.stop - part.start]
        kind = code.dtype.type
        np.copyto(code, self.columns[0].values[part], casting="unsafe")
        for column in self.columns[1:]:
            np.multiply(code, kind(column.radix), out=code)
            np.add(code, _as_width(column.values[part], code.dtype), out=code)
        if self._constant:
            np.add(code, kind(self._constant), out=code)
        return code


def _as_width(values: np.ndarray, width: np.dtype) -> np.ndarray:
    return values if values.dtype == width else values.astype(width)


def _grouped(columns: Sequence[CodedColumn]) -> list[list[CodedColumn]]:
    """Neighbouring columns, as many to a group as fit one byte."""
    groups: list[list[CodedColumn]] = []
    size = 0
    for column in columns:
        if groups and size * column.radix <= WIDTHS[0][0]:
            groups[-1].append(column)
            size *= column.radix
        else:
            groups.append([column])
            size = column.radix
    return groups
