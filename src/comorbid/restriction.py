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
DEEPEST = 50
"""Brackets and `not` within one another at most."""
LARGEST = 1e300
LONGEST = 120
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
class SharedGaps:
    """As many people of the domain before it as `least`, or more, lack the same of these variables' values.

    Unlike other restrictions it looks at who else is left, so that its place among restrictions matters.
    """

    variables: tuple[str, ...]
    least: int


@dataclass(frozen=True, slots=True)
class Combined:
    """Parts joined by "and" or "or"."""

    joiner: str
    parts: tuple[Restriction, ...]


@dataclass(frozen=True, slots=True)
class Negated:
    part: Restriction


Restriction: TypeAlias = Comparison | Known | Combined | Negated
Narrowing: TypeAlias = Restriction | SharedGaps
"""What a domain is made of, one after the other."""


def parse_restriction(text: str) -> Restriction:
    """Read a restriction.

    Accepted: names, numbers, quoted levels, `== != < <= > >= in`, lists, `and or not`, brackets; a condition alone
    stands for `condition == 'yes'`.

    Raises
    ------
    SpecError
        When the text holds anything else; nothing of it is ever run.
    """
    if not isinstance(text, str):
        raise SpecError(
            f"a restriction is a text such as \"age >= 20 and sex == 'female'\", not {type(text).__name__}."
        )
    try:
        return _read(ast.parse(text.strip(), mode="eval").body, text, 0)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise SpecError(
            f"restriction {_short(text)} cannot be read; write e.g. \"age >= 20 and sex == 'female'\"."
        ) from None


def names_in(restriction: Narrowing) -> Iterator[str]:
    """Variables that a restriction looks at."""
    if isinstance(restriction, Comparison):
        yield restriction.variable
    elif isinstance(restriction, Known | SharedGaps):
        yield from restriction.variables
    elif isinstance(restriction, Negated):
        yield from names_in(restriction.part)
    else:
        for part in restriction.parts:
            yield from names_in(part)


def _read(node: ast.AST, text: str, depth: int) -> Restriction:
    if depth > DEEPEST:
        raise SpecError(f"restriction {_short(text)} is nested more than {DEEPEST} deep; restrict in several steps.")
    if isinstance(node, ast.BoolOp):
        joiner = "and" if isinstance(node.op, ast.And) else "or"
        return Combined(joiner, tuple(_read(value, text, depth + 1) for value in node.values))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return Negated(_read(node.operand, text, depth + 1))
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
            parts.append(Comparison(left.id, symbol, _value(right, symbol, text)))
        elif isinstance(right, ast.Name) and symbol in _MIRRORED:
            parts.append(Comparison(right.id, _MIRRORED[symbol], _value(left, symbol, text)))
        else:
            raise _unreadable(node, text)
    return parts[0] if len(parts) == 1 else Combined("and", tuple(parts))


def _value(node: ast.AST, symbol: str, text: str) -> Any:
    """What a variable is compared with: a list after "in" and "not in", one number or level otherwise."""
    listed = isinstance(node, (ast.List, ast.Tuple, ast.Set))
    if listed != (symbol in ("in", "not in")):
        wanted = "a list, such as ['never', 'former']" if not listed else "one number or level; a list goes with 'in'"
        raise SpecError(f"restriction {_short(text)}: {symbol!r} takes {wanted}.")
    if not isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return _constant(node, text)
    if not node.elts:
        raise SpecError(f"restriction {_short(text)}: the list is empty; name one number or level at least.")
    return tuple(_constant(element, text) for element in node.elts)


def _constant(node: ast.AST, text: str) -> str | int | float:
    """A number or a level; True and False are the levels yes and no."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError):
        raise _unreadable(node, text) from None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)) and abs(value) > LARGEST:
        raise SpecError(f"restriction {_short(text)} holds a number beyond {LARGEST:g}.")
    if isinstance(value, (str, int, float)):
        return value
    raise _unreadable(node, text)


def _short(text: str) -> str:
    """A text for a message, cut when it is long."""
    return repr(text if len(text) <= LONGEST else f"{text[:LONGEST]} ...")


def _unreadable(node: ast.AST, text: str) -> SpecError:
    part = ast.unparse(node) if hasattr(node, "lineno") else text
    return SpecError(
        f"restriction {_short(text)}: {_short(part)} is not accepted. Use names of variables, numbers, quoted levels, "
        "== != < <= > >= in, and, or, not."
    )
