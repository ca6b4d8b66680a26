"""Texts of a column that are one answer written in several ways: Yes, yes and YES."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["codes_of", "one_spelling"]


def one_spelling(levels: Mapping[str, Any]) -> dict[str, Any]:
    """Levels with their codes; those that differ by capital letters and blanks alone are one, under the first name."""
    found: dict[str, list[Any]] = {}
    names: dict[str, str] = {}
    for level, code in levels.items():
        name = names.setdefault(" ".join(level.casefold().split()), level)
        found.setdefault(name, []).append(code)
    return {name: codes[0] if len(codes) == 1 else codes for name, codes in found.items()}


def codes_of(given: Any) -> list[Any]:
    """The codes of a level, of which a level of several spellings has several."""
    return given if isinstance(given, list) else [given]
