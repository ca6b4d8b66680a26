"""The manifest of a report: the only sign that a run succeeded, and the list of what it left."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from comorbid.analyses.fingerprint import file_hash, library_version, package_versions
from comorbid.analyses.places import MANIFEST
from comorbid.analyses.publish import write_bytes

__all__ = ["artefact_hashes", "build_manifest", "is_current", "read_json", "read_manifest", "write_json"]

COMPLETE = "complete"


def build_manifest(spec: Mapping[str, Any], contents: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """All that says how the report in `folder` was made; times are left to the log, so that a rebuild is equal."""
    return {
        "status": COMPLETE,
        "analysis": spec["analysis"],
        "cohort": spec["cohort"],
        "parameters": spec["parameters"],
        "headline": contents.get("headline", ""),
        "warnings": contents.get("warnings", 0),
        "left_tolerance": contents.get("left_tolerance", []),
        "figures": contents.get("figures", []),
        "tables": contents.get("tables", []),
        "inputs": spec["inputs"],
        "key": spec["key"],
        "library": library_version(),
        "packages": package_versions(),
        "artefacts": artefact_hashes(folder),
    }


def artefact_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a report but the manifest, by path relative to the report."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    return {path.relative_to(folder).as_posix(): file_hash(path) for path in files}


def read_manifest(folder: Path) -> dict[str, Any]:
    """Manifest of a report; empty where there is none that can be read."""
    return read_json(folder / MANIFEST)


def is_current(folder: Path, key: str) -> bool:
    """Whether a complete report with this key lies in `folder`, every file as it was written."""
    manifest = read_manifest(folder)
    if manifest.get("status") != COMPLETE or manifest.get("key") != key:
        return False
    return manifest.get("artefacts") == artefact_hashes(folder)


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object; empty when the file is absent or is not one."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """JSON that is equal when its content is equal, ending in a new line; written whole or not at all."""
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    write_bytes(path, (text + "\n").encode())
