"""Moving a finished report into place whole, and setting right what an interrupted move left behind."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from comorbid.analyses.places import Places

__all__ = ["publish", "recover", "write_bytes"]


def publish(places: Places) -> None:
    """Put the draft in the report's place; the last good report stays whole until the draft has its name.

    Between the two renames the last good report is at `places.previous`, where `recover` finds it.
    """
    _flush_folder(places.draft)
    places.report.parent.mkdir(parents=True, exist_ok=True)
    if places.report.exists():
        os.replace(places.report, places.previous)
    try:
        os.replace(places.draft, places.report)
    except OSError:
        recover(places)
        raise
    _flush(places.report.parent)
    shutil.rmtree(places.previous, ignore_errors=True)
    places.failed.unlink(missing_ok=True)


def recover(places: Places) -> None:
    """Undo what a killed run left: bring the last good report back, remove working folders.

    Called with the report's lock held, so that no other run owns them.
    """
    if places.previous.exists() and not places.report.exists():
        places.report.parent.mkdir(parents=True, exist_ok=True)
        os.replace(places.previous, places.report)
    for leftover in (places.previous, places.work):
        shutil.rmtree(leftover, ignore_errors=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: to a neighbour first, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    neighbour = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        neighbour.write_bytes(content)
        os.replace(neighbour, path)
    finally:
        neighbour.unlink(missing_ok=True)


def _flush_folder(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        _flush(path)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
