"""Restrictions such as "age >= 20 and sex == 'female'", read without running them as code.

A comparison with a missing value is neither true nor false (three-valued logic); a restriction keeps the people for
whom it is true.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from comorbid.errors import SpecError

_OPERATORS: dict[type, str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True, slots=True)
class Comparison:
    """`variable operator value`; the value of "in" and "not in" is a tuple."""

    variable: str
    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class Known:
    """None of the variables is missing."""

    variables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Combined:
    """Parts joined by "and" or "or"."""

    joiner: str
    parts: tuple[Restriction, ...]


@dataclass(frozen=True, slots=True)
class Negated:
    part: Restriction


Restriction: TypeAlias = Comparison | Known | Combined | Negated


def parse_restriction(text: str) -> Restriction:
    """Read a restriction.

    Accepted: names, numbers, quoted levels, `== != < <= > >= in`, lists, `and or not`, brackets; a condition alone
    stands for `condition == 'yes'`.

    Raises
    ------
    SpecError
        When the text holds anything else; nothing of it is ever run.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        raise SpecError(f"restriction {text!r} cannot be read; write e.g. \"age >= 20 and sex == 'female'\".") from None
    return _read(tree, text)


def names_in(restriction: Restriction) -> Iterator[str]:
    """Variables that a restriction looks at."""
    if isinstance(restriction, Comparison):
        yield restriction.variable
    elif isinstance(restriction, Known):
        yield from restriction.variables
    elif isinstance(restriction, Negated):
        yield from names_in(restriction.part)
    else:
        for part in restriction.parts:
            yield from names_in(part)


def _read(node: ast.AST, text: str) -> Restriction:
    if isinstance(node, ast.BoolOp):
        joiner = "and" if isinstance(node.op, ast.And) else "or"
        return Combined(joiner, tuple(_read(value, text) for value in node.values))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return Negated(_read(node.operand, text))
    if isinstance(node, ast.Compare):
        return _comparisons(node, text)
    if isinstance(node, ast.Name):
        return Comparison(node.id, "==", "yes")
    raise _unreadable(node, text)


def _comparisons(node: ast.Compare, text: str) -> Restriction:
    """One comparison, or a chain such as 20 <= age < 65 as its parts joined by "and"."""
    sides = [node.left, *node.comparators]
    parts: list[Restriction] = []
    for left, operator, right in zip(sides, node.ops, sides[1:], strict=False):
        symbol = _OPERATORS.get(type(operator))
        if symbol is None:
            raise _unreadable(node, text)
        if isinstance(left, ast.Name):
            parts.append(Comparison(left.id, symbol, _constant(right, text)))
        elif isinstance(right, ast.Name) and symbol in _MIRRORED:
            parts.append(Comparison(right.id, _MIRRORED[symbol], _constant(left, text)))
        else:
            raise _unreadable(node, text)
    return parts[0] if len(parts) == 1 else Combined("and", tuple(parts))


def _constant(node: ast.AST, text: str) -> Any:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        raise _unreadable(node, text) from None
    if isinstance(value, (list, tuple, set)):
        return tuple(value)
    if isinstance(value, (str, int, float, bool)):
        return value
    raise _unreadable(node, text)


def _unreadable(node: ast.AST, text: str) -> SpecError:
    part = ast.unparse(node) if hasattr(node, "lineno") else text
    return SpecError(
        f"restriction {text!r}: {part!r} is not accepted. Use names of variables, numbers, quoted levels, "
        "== != < <= > >= in, and, or, not."
    )
