"""What one column of a file is taken for, until a person has read and mended it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Proposal"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a column is taken for.

    role : "condition", "categorical", "continuous", "weights", "strata", "psu", "id" or "left out".
    why : what speaks for it, in words; no value of a person's.
    levels : level to code; missing : code to why.
    quasi : whether a neighbour could know it.
    adult : whether a number reaches 18, as the years of adults do.
    limits : smallest and largest possible number, where they are known.
    """

    column: str
    role: str
    why: str
    label: str = ""
    condition: str = ""
    levels: Mapping[str, Any] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    quasi: bool = False
    adult: bool = True
    limits: tuple[int, int] | None = None
