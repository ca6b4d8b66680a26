"""Reference numbers under tests/reference, as records; see the README there for where each comes from."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "reference"


@cache
def _document(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def records(name: str, **where: Any) -> list[dict[str, Any]]:
    """Records of a reference file whose fields have the values given."""
    rows = _document(name)["records"]
    return [row for row in rows if all(row.get(key) == value for key, value in where.items())]
