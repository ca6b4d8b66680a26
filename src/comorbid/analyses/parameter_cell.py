"""The parameters cell of a notebook, read without running anything.

One line a parameter: `name: type = default  # help`. The help may end in `choices: a, b, c`, or in
`choices: conditions` or `choices: variables`, which stand for those of the cohort.
"""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from comorbid.analyses.parameters import KINDS, Parameter
from comorbid.errors import AnalysisError, listed

__all__ = ["read_parameters"]

FROM_COHORT = ("conditions", "variables")
CHOICES = re.compile(r"[\s;,.(]*\bchoices:\s*(?P<names>[^)]*)\)?\s*$")


def read_parameters(notebook: str | Path) -> tuple[Parameter, ...]:
    """Parameters of a notebook, in the order of its tagged cell.

    Raises
    ------
    AnalysisError
        When the file is not a notebook, or a line of the cell is not `name: type = literal`.
    """
    path = Path(notebook)
    source = _tagged_source(path)
    try:
        tree = ast.parse(source)
    except SyntaxError as fault:
        raise AnalysisError(f"{path.name}: the parameters cell is not Python, line {fault.lineno}.") from None
    comments = _comments(source)
    lines = [node for node in tree.body if not _is_text(node)]
    parameters = tuple(_parameter(node, comments, path) for node in lines)
    for parameter in parameters:
        parameter.accept(parameter.default, f"{path.name}, default")
    return parameters


def _tagged_source(path: Path) -> str:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        tagged = [cell for cell in cells if "parameters" in cell.get("metadata", {}).get("tags", [])]
        sources = ["".join(cell["source"]) for cell in tagged]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise AnalysisError(f"{path.name} is not a notebook that can be read.") from None
    if len(sources) > 1:
        raise AnalysisError(f"{path.name} has {len(sources)} cells tagged `parameters`; one is accepted.")
    return sources[0] if sources else ""


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("#").strip() for t in tokens if t.type == tokenize.COMMENT}


def _parameter(node: ast.stmt, comments: Mapping[int, str], path: Path) -> Parameter:
    where = f"{path.name}, line {node.lineno} of the parameters cell"
    if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name) or node.value is None:
        raise AnalysisError(f"{where}: expected `name: type = value  # help`.")
    try:
        default = ast.literal_eval(node.value)
    except ValueError:
        raise AnalysisError(f"{where}: the default of `{node.target.id}` must be a literal.") from None
    parameter = _typed(node.annotation, Parameter(node.target.id, "str", default), where)
    return _with_help(parameter, comments.get(node.end_lineno or node.lineno, ""))


def _typed(node: ast.expr, parameter: Parameter, where: str) -> Parameter:
    match node:
        case ast.Name(id=kind) if kind in KINDS:
            return replace(parameter, kind=kind)
        case ast.BinOp(left=inner, op=ast.BitOr(), right=ast.Constant(value=None)):
            return _typed(inner, replace(parameter, optional=True), where)
        case ast.Subscript(value=ast.Name(id="Optional"), slice=inner):
            return _typed(inner, replace(parameter, optional=True), where)
        case ast.Subscript(value=ast.Name(id="list"), slice=inner) if not parameter.many:
            return _typed(inner, replace(parameter, many=True), where)
        case ast.Subscript(value=ast.Name(id="Literal"), slice=inner):
            values = ast.literal_eval(inner)
            values = values if isinstance(values, tuple) else (values,)
            if len({type(value) for value in values}) == 1 and type(values[0]).__name__ in KINDS:
                return replace(parameter, kind=type(values[0]).__name__, choices=values)
    kinds = listed([*KINDS, "list[...]", "Literal[...]", "... | None"])
    raise AnalysisError(f"{where}: the type of `{parameter.name}` is not one that can be checked. Accepted: {kinds}.")


def _with_help(parameter: Parameter, comment: str) -> Parameter:
    found = CHOICES.search(comment)
    if not found:
        return replace(parameter, help=comment)
    parameter = replace(parameter, help=comment[: found.start()])
    names = [name.strip() for name in found["names"].split(",") if name.strip()]
    if len(names) == 1 and names[0] in FROM_COHORT:
        return replace(parameter, choices_from=names[0])
    return replace(parameter, choices=tuple(parameter.parse_one(name) for name in names))
