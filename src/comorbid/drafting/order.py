"""The order of codes as levels: by size where they are numbers or begin with one, else by letter."""

from __future__ import annotations

import re

__all__ = ["order"]

BEGINS = re.compile(r"\s*([<>]?)=?\s*(\d{1,9}(?:\.\d+)?)")


def order(code: str) -> tuple[int, float, str]:
    """Numbers by size; texts that begin with one too, such as <9 years, 9-11 years and >11 years; others by letter."""
    try:
        return 0, float(code), ""
    except ValueError:
        found = BEGINS.match(code)
        return (1, float(found[2]) + {"<": -0.5, ">": 0.5}.get(found[1], 0), code) if found else (2, 0.0, code)
