"""What stands in a formula: names, transformed continuous variables, products. Read by a small grammar, never run.

term   = piece {":" piece}
piece  = name | "log(" name ")" | "ns(" name {"," option} ")" | "bs(" ... ")" | "poly(" ... ")"
option = number | "df=" number | "degree=" number | "knots=[" number {"," number} "]"
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from comorbid.errors import SpecError

NAME = re.compile(r"[^\W\d][\w.]*")
TRANSFORMS = {"ns": "df", "bs": "df", "poly": "degree", "log": ""}
"""Transforms of a continuous variable, with what a bare number after the variable means."""

_CALL = re.compile(r"\s*([a-z]+)\(\s*([^\W\d][\w.]*)\s*(?:,(.*))?\)\s*")
_OPTION = re.compile(r"\s*(?:(df|degree|knots)\s*=)?\s*(\d+|\[[^\]]*\])\s*(?:,|$)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A variable of a term, as it is or transformed.

    variable : its name.
    transform : "", "log", "poly" (orthogonal polynomial), "bs" (B-spline) or "ns" (natural cubic spline).
    df : columns of a spline; with it the inner knots are quantiles. 0 when knots are given.
    degree : of the polynomial, or of the B-spline's pieces.
    knots : inner knots.
    """

    variable: str
    transform: str = ""
    df: int = 0
    degree: int = 0
    knots: tuple[float, ...] = ()

    @property
    def text(self) -> str:
        """As a formula has it, with what goes without saying left out."""
        if not self.transform:
            return self.variable
        options = [f"df={self.df}"] if self.df else []
        options += [f"knots=[{', '.join(f'{knot:g}' for knot in self.knots)}]"] if self.knots else []
        options += [f"degree={self.degree}"] if self.transform == "bs" and self.degree != 3 else []
        options += [str(self.degree)] if self.transform == "poly" else []
        return f"{self.transform}({', '.join([self.variable, *options])})"


@lru_cache(maxsize=1024)  # a model's terms are read again by every step of its fit
def read_pieces(text: str) -> tuple[Piece, ...]:
    """The pieces of a term, between its colons.

    Raises
    ------
    SpecError
        When a piece is neither a name nor a transform that is known, or a variable stands in the term twice.
    """
    pieces = tuple(read_piece(part, text) for part in split_outside(text, ":"))
    if len({piece.variable for piece in pieces}) < len(pieces):
        raise SpecError(f"{text!r} multiplies a variable by itself.")
    return pieces


def read_piece(part: str, whole: str) -> Piece:
    """One piece; see the top of this file."""
    part = part.strip()
    if NAME.fullmatch(part):
        return Piece(part)
    call = _CALL.fullmatch(part)
    if not call or call[1] not in TRANSFORMS:
        raise SpecError(
            f"{whole!r} cannot be read as a term: {part!r} is not the name of a variable, and of transforms there are "
            "log(x), poly(x, 2), ns(x, df=4) and bs(x, df=5). Terms are joined by ':' for an interaction; put another "
            "transformation into the codebook as a variable of its own."
        )
    return _checked(_with_options(Piece(call[2], call[1]), call[3] or "", part), part)


def split_outside(text: str, mark: str) -> list[str]:
    """A text cut at a mark, but not inside brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "([") - (letter in ")]")
        if letter == mark and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _with_options(piece: Piece, text: str, part: str) -> Piece:
    position = 0
    while position < len(text):
        option = _OPTION.match(text, position)
        name = option and (option[1] or TRANSFORMS[piece.transform])
        if not option or not name or getattr(piece, name) or (name == "knots") != option[2].startswith("["):
            raise SpecError(f"{part!r} has options that cannot be read; accepted: df=4, degree=3, knots=[30, 50].")
        value: Any = _knots(option[2], part) if name == "knots" else int(option[2])
        piece = replace(piece, **{name: value})
        position = option.end()
    return piece


def _knots(text: str, part: str) -> tuple[float, ...]:
    try:
        return tuple(sorted(float(knot) for knot in text[1:-1].split(",")))
    except ValueError:
        raise SpecError(f"{part!r} has knots that are no numbers; write them as knots=[30, 50].") from None


def _checked(piece: Piece, part: str) -> Piece:
    """The piece with its defaults, once its options go together."""
    if piece.transform == "bs":
        piece = replace(piece, degree=piece.degree or 3)
    if piece.transform in ("ns", "bs"):
        if bool(piece.df) == bool(piece.knots) or (piece.transform == "ns" and piece.degree):
            raise SpecError(f"{part!r} needs either df or knots; ns is cubic, bs takes a degree too.")
        if piece.df and piece.df < piece.degree:
            raise SpecError(f"{part!r} has fewer columns than its degree; take df={piece.degree} or more.")
    elif piece.df or piece.knots or bool(piece.degree) != (piece.transform == "poly"):
        raise SpecError(f"{part!r} cannot be read; write log(x), or poly(x, 2) for two columns.")
    return piece
