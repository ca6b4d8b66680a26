"""What a report follows from, as hashes: equal inputs, equal report, so nothing needs to run again."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

__all__ = ["file_hash", "input_hashes", "key_of", "library_version", "package_versions"]

PACKAGES = (
    "duckdb", "ipykernel", "matplotlib", "matplotlib-inline", "nbclient", "nbconvert", "nbformat", "numpy", "pandas",
    "papermill", "patsy", "pyarrow", "scipy", "seaborn", "statsmodels",
)  # fmt: skip
"""Packages whose version can move a number or a pixel."""


def input_hashes(notebook: Path, cohort_fingerprint: str) -> dict[str, str]:
    """Hashes of all that a report is made from, apart from its parameters.

    Parameters
    ----------
    notebook : Path
    cohort_fingerprint : str
        Hash of the data, given by the source of the cohort.

    Returns
    -------
    dict
        `notebook`, `library`, `data`, and `lock` where a lock file is at hand.
    """
    hashes = {"notebook": file_hash(notebook), "library": _library_hash(), "data": cohort_fingerprint}
    lock = _checkout() / "requirements.lock"
    return {**hashes, "lock": file_hash(lock)} if lock.is_file() else hashes


def key_of(analysis: str, cohort: str, parameters: Mapping[str, Any], inputs: Mapping[str, str]) -> str:
    """One hash over everything that the report follows from, package versions included."""
    parts = [analysis, cohort, dict(parameters), dict(inputs), package_versions()]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@cache
def package_versions() -> dict[str, str]:
    """Versions of Python and of the packages that can move a result, without importing them."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def library_version() -> str:
    """Version of the library."""
    return str(sys.modules["comorbid"].__version__)


def file_hash(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def _library_hash() -> str:
    """SHA-256 over the names and bytes of the library's source, codebooks and evidence."""
    package = Path(__file__).parents[1]
    resources = [_checkout() / "data" / name for name in ("codebooks", "evidence")]
    return _hash_files(path for root in [package, *resources] for path in root.rglob("*"))


def _hash_files(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    kept = [path for path in paths if path.is_file() and "__pycache__" not in path.parts]
    for path in sorted(kept):
        digest.update(path.name.encode() + b"\0" + bytes.fromhex(file_hash(path)))
    return digest.hexdigest()


def _checkout() -> Path:
    """Root of the source checkout; in an installed wheel, a folder that holds none of its files."""
    return Path(__file__).parents[3]
