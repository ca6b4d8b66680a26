"""An executed notebook without times, process numbers, addresses and paths of the machine: equal runs, equal bytes."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

__all__ = ["scrub", "scrub_text"]

KEPT_METADATA = ("kernelspec", "language_info")
KEPT_CELL_METADATA = ("tags", "jupyter", "editable", "slideshow")
MARKERS = {"papermill-error-cell-tag"}
"""Cells that Papermill adds around an error; ours says it in one place instead."""

ENCODED = re.compile(r"(base64,[A-Za-z0-9+/=\s]+)")
"""Pictures inside HTML, which stay as they are."""

PATTERNS = (
    (re.compile(r"\S*ipykernel_\d+[/\\]\d+\.py"), "notebook cell"),
    (re.compile(r"\b0x[0-9a-f]{6,16}\b"), "0x…"),
)


def scrub(notebook: NotebookNode, folders: Iterable[str] = ()) -> NotebookNode:
    """The same notebook with metadata cut to an allow-list, fixed cell names and no path of this machine.

    Parameters
    ----------
    notebook : NotebookNode
        Changed in place.
    folders : iterable of str
        Folders of this run whose names must not stay, besides those of Python, the library and the user.
    """
    notebook.metadata = NotebookNode({k: notebook.metadata[k] for k in KEPT_METADATA if k in notebook.metadata})
    notebook.cells = [cell for cell in notebook.cells if not MARKERS & set(cell.metadata.get("tags", []))]
    paths = _paths(folders)
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = f"cell-{number}"
        cell.metadata = NotebookNode({k: cell.metadata[k] for k in KEPT_CELL_METADATA if k in cell.metadata})
        for output in cell.get("outputs", []):
            _scrub_output(output, paths)
    return notebook


def scrub_text(text: str, folders: Iterable[str] = ()) -> str:
    """Text without paths of this machine, process numbers and addresses."""
    return _scrub(text, _paths(folders))


def _paths(folders: Iterable[str]) -> list[tuple[str, str]]:
    """Folder names and what stands for them, longest first so that inner folders go before outer ones."""
    known = {
        str(Path(__file__).parents[2]): "…",
        sys.prefix: "<python>",
        sys.base_prefix: "<python>",
        str(Path.home()): "~",
        **{folder: "…" for folder in folders},
    }
    return sorted(known.items(), key=lambda pair: -len(pair[0]))


def _scrub(text: str, paths: list[tuple[str, str]]) -> str:
    parts = ENCODED.split(text)
    parts[::2] = [_scrub_part(part, paths) for part in parts[::2]]
    return "".join(parts)


def _scrub_part(text: str, paths: list[tuple[str, str]]) -> str:
    for folder, stand_in in paths:
        if len(folder) > 3:
            text = re.sub(re.escape(folder) + r"(?![\w-])", stand_in, text)
    for pattern, stand_in in PATTERNS:
        text = pattern.sub(stand_in, text)
    return text


def _scrub_output(output: NotebookNode, paths: list[tuple[str, str]]) -> None:
    if "text" in output:
        output.text = _scrub(output.text, paths)
    if "traceback" in output:
        output.traceback = [_scrub(line, paths) for line in output.traceback]
        output.evalue = _scrub(output.evalue, paths)
    output.get("metadata", {}).pop("papermill", None)
    data: dict[str, Any] = output.get("data", {})
    for kind in [kind for kind in data if kind.startswith("text/") and isinstance(data[kind], str)]:
        data[kind] = _scrub(data[kind], paths)
