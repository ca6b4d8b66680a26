"""Imports run one way: from a layer to those above it in the table, and leftwards within a line."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "comorbid"

LAYERS = """
errors paths
columns design variables datafile codebook_checks codebook overlap restriction formula spec evidence
_numerics
disclosure
definitions sampling replication recode gaps people relation_columns relation_sample relation flow cohort
synthetic sources drafting anonymity
cells fitting measures pooling comparison rebuilding audit
tables plots
analyses cli __main__
__init__
"""
ORDER = {name: rank for rank, name in enumerate(LAYERS.split())}

# Layers that know less than their place would allow.
NARROW = {
    "_numerics": {"errors"},
    "disclosure": {"errors", "paths", "columns", "_numerics"},
    "tables": {"errors", "columns", "disclosure"},
    "plots": {"errors", "columns", "disclosure"},
}


def top_level(path: Path) -> str:
    """Top-level module that a file of the package belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def modules() -> set[str]:
    return {top_level(path) for path in PACKAGE.rglob("*.py")}


def absolute(node: ast.ImportFrom, package: tuple[str, ...]) -> str:
    """Dotted name a `from ... import` refers to; `package` is the package that holds the file."""
    if not node.level:
        return node.module or ""
    base = package[: len(package) - node.level + 1]
    return ".".join([*base, *([node.module] if node.module else [])])


def imported(source: str, package: tuple[str, ...], known: set[str]) -> list[tuple[int, str]]:
    """Line and top-level module of each import from comorbid; `__init__` stands for the package itself."""
    names: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = absolute(node, package)
            # `from comorbid import errors` is an import of the module, not of the package
            full = {f"{module}.{alias.name}" if module == "comorbid" else module: None for alias in node.names}
            names += [(node.lineno, name) for name in full]
    names = [(line, name) for line, name in names if name != "comorbid.__version__"]  # a plain fact, free to all
    inside = [(line, name.split(".")) for line, name in names if name.split(".")[0] == "comorbid"]
    return [(line, parts[1] if len(parts) > 1 and parts[1] in known else "__init__") for line, parts in inside]


def allowed(importer: str, target: str) -> bool:
    if importer == target:
        return True
    if importer in NARROW:
        return target in NARROW[importer]
    return target in ORDER and importer in ORDER and ORDER[target] < ORDER[importer]


def test_every_module_has_a_place_in_the_table() -> None:
    unknown = sorted(modules() - set(ORDER))
    assert not unknown, f"give {unknown} a place in LAYERS, at the top of this file"


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    package = ("comorbid", *path.relative_to(PACKAGE).parts[:-1])
    importer = top_level(path)
    found = imported(path.read_text(encoding="utf-8"), package, modules() | set(ORDER))
    wrong = [f"line {line}: {importer} imports {name}" for line, name in found if not allowed(importer, name)]
    assert not wrong, "\n".join(wrong)


def files_imported(path: Path) -> set[Path]:
    """Files of the package that a file takes names from, wherever in it; packages that only pass names on stay out."""
    package, found = ("comorbid", *path.relative_to(PACKAGE).parts[:-1]), set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            module = absolute(node, package)
            names = [module, *(f"{module}.{alias.name}" for alias in node.names)]
        else:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        places = [PACKAGE.parent.joinpath(*name.split(".")).with_suffix(".py") for name in names]
        found |= {place for place in places if place.is_file()}
    return found


def circles(edges: dict[Path, set[Path]]) -> set[Path]:
    """Files that can come back to themselves, or lead to some that can: what is left when the lowest are taken away."""
    left = {path: targets & edges.keys() for path, targets in edges.items()}
    while lowest := {path for path, targets in left.items() if not targets}:
        left = {path: targets - lowest for path, targets in left.items() if path not in lowest}
    return set(left)


def test_no_files_import_each_other() -> None:
    edges = {path: files_imported(path) for path in PACKAGE.rglob("*.py")}
    assert not {str(path.relative_to(PACKAGE)) for path in circles(edges)}


def test_a_circle_of_files_is_seen() -> None:
    a, b, c, d = (Path(name) for name in "abcd")
    assert circles({a: {b}, b: {c}, c: set()}) == set()
    assert circles({a: {b}, b: {c}, c: {b}, d: set()}) == {a, b, c}


@pytest.mark.parametrize(
    ("source", "package", "expected"),
    [
        ("import comorbid.errors", "comorbid", ["errors"]),
        ("import numpy, comorbid", "comorbid", ["__init__"]),
        ("from comorbid import errors, cohort", "comorbid", ["errors", "cohort"]),
        ("from comorbid import prevalence", "comorbid", ["__init__"]),
        ("from comorbid import __version__, cells", "comorbid", ["cells"]),
        ("from comorbid.tables.html import page", "comorbid", ["tables"]),
        ("from . import codebook", "comorbid", ["codebook"]),
        ("from .row import Row", "comorbid.tables", ["tables"]),
        ("from ..errors import SourceError", "comorbid.tables", ["errors"]),
        ("from .. import cli", "comorbid.tables", ["cli"]),
        ("def late():\n    from comorbid.cli import main", "comorbid", ["cli"]),
        ("import comorbidity", "comorbid", []),
    ],
)
def test_each_way_to_write_an_import_is_read(source: str, package: str, expected: list[str]) -> None:
    found = imported(source, tuple(package.split(".")), set(ORDER))
    assert [name for _, name in found] == expected


@pytest.mark.parametrize(
    ("importer", "target", "answer"),
    [
        ("cli", "measures", True),
        ("measures", "cli", False),
        ("spec", "codebook", True),
        ("codebook", "spec", False),
        ("cohort", "_numerics", True),
        ("_numerics", "columns", False),
        ("cohort", "unheard_of", False),
        ("plots", "tables", False),
        ("tables", "columns", True),
        ("cli", "__init__", False),
    ],
)
def test_the_table_is_read_as_it_is_meant(importer: str, target: str, answer: bool) -> None:
    assert allowed(importer, target) is answer


def test_a_model_loads_none_of_what_it_rarely_needs() -> None:
    code = "import sys, comorbid as cm; cm.fit_logistic; print(*{'scipy.optimize', 'scipy.stats'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
