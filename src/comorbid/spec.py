"""What a logistic model asks: outcome, exposure, covariates, interactions. Formulas name columns; they run no code."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations

from comorbid.errors import SpecError, names_given
from comorbid.formula import NAME, Piece, read_pieces, split_outside


@dataclass(frozen=True, slots=True)
class Term:
    """A main effect (one variable, as it is or transformed) or an interaction (several) of a model."""

    pieces: tuple[Piece, ...]

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(piece.variable for piece in self.pieces)

    @property
    def name(self) -> str:
        return ":".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class LogisticSpec:
    """One logistic model, by the names of its variables; what was asked, nothing that was learned.

    Parameters
    ----------
    outcome : str
        A condition, or a categorical variable with two levels; the second level is modelled.
    exposure : str
        The variable whose association with the outcome is studied.
    covariates : tuple of str
        Adjusted for. "a:b" is an interaction; its variables enter as main effects too. A continuous variable may be
        transformed: "ns(age, df=4)", "bs(age, df=5)", "poly(age, 2)", "log(age)"; splines take knots=[40, 60] too.
    offset : str, optional
        A continuous variable whose coefficient is fixed at 1.
    name : str
        Shown in the column `model`; "crude" without covariates, "adjusted" with them, unless given.

    Examples
    --------
    >>> LogisticSpec(outcome="migraine", exposure="neck_pain").adjust_for("age_band", "sex").formula
    'migraine ~ neck_pain + age_band + sex'
    """

    outcome: str
    exposure: str
    covariates: tuple[str, ...] = ()
    offset: str | None = None
    name: str = ""

    def __post_init__(self) -> None:
        for label in (self.outcome, self.exposure, *([] if self.offset is None else [self.offset])):
            if not isinstance(label, str) or not NAME.fullmatch(label):
                raise SpecError(f"{label!r} is not the name of a variable. Use letters, digits and underscores.")
        object.__setattr__(self, "covariates", _distinct(names_given(self.covariates, "covariates")))
        if self.outcome in self.predictors:
            raise SpecError(f"`{self.outcome}` is the outcome and stands among its own predictors; leave it out there.")

    def adjust_for(self, *covariates: str) -> LogisticSpec:
        """The same model with more covariates; one that is already there is not repeated."""
        new = _distinct([self.exposure, *self.covariates, *names_given(covariates, "adjust_for")])
        return replace(self, covariates=new[1:])

    def interact(self, *variables: str) -> LogisticSpec:
        """The same model with the product of the variables, for effect modification."""
        if len(variables) < 2:
            raise SpecError("an interaction needs two variables or more.")
        return self.adjust_for(":".join(variables))

    @property
    def terms(self) -> tuple[Term, ...]:
        """Terms in the order of the model; the main effects of an interaction stand before it.

        A variable that stands in the model in one form, `ns(age, df=4)`, does not enter in another for an `age:sex`.
        """
        return _terms((self.exposure, *self.covariates))

    @property
    def predictors(self) -> tuple[str, ...]:
        """Every variable but the outcome once, in the order of the terms, the offset last."""
        offset = [self.offset] if self.offset else []
        return tuple(dict.fromkeys([*(variable for term in self.terms for variable in term.variables), *offset]))

    @property
    def variables(self) -> tuple[str, ...]:
        """Outcome first, then every predictor once."""
        return (self.outcome, *self.predictors)

    @property
    def model(self) -> str:
        return self.name or ("adjusted" if self.covariates else "crude")

    @property
    def formula(self) -> str:
        offset = [f"offset({self.offset})"] if self.offset else []
        return f"{self.outcome} ~ {' + '.join([self.exposure, *self.covariates, *offset])}"

    @classmethod
    def from_formula(cls, formula: str, name: str = "") -> LogisticSpec:
        """Read "outcome ~ exposure + covariate + a:b + c*d + ns(age, df=4) + offset(e)".

        The first predictor is the exposure.

        Raises
        ------
        SpecError
            When the text is not of that form; formulas hold names, `+`, `:`, `*`, the transforms of a continuous
            variable (`ns`, `bs`, `poly`, `log`) and `offset()` only.
        """
        if not isinstance(formula, str):
            raise SpecError(
                f"a model is a formula such as 'migraine ~ neck_pain + sex', or a LogisticSpec, not "
                f"{type(formula).__name__}."
            )
        sides = formula.split("~")
        if len(sides) != 2 or not all(side.strip() for side in sides):
            raise SpecError(f"formula {formula!r} is not of the form 'outcome ~ exposure + covariate + ...'.")
        terms, offset = _read_terms(sides[1], formula)
        if not terms or not NAME.fullmatch(terms[0]):
            raise SpecError(f"formula {formula!r} needs an exposure, a variable as it is, as its first predictor.")
        return cls(sides[0].strip(), terms[0], tuple(terms[1:]), offset, name)


def as_spec(model: LogisticSpec | str) -> LogisticSpec:
    """A specification, whether it came as one or as a formula."""
    return model if isinstance(model, LogisticSpec) else LogisticSpec.from_formula(model)


@lru_cache(maxsize=256)  # read again by every step of a fit
def _terms(texts: tuple[str, ...]) -> tuple[Term, ...]:
    """Terms of a model in their order, the main effects of an interaction before it."""
    asked = [read_pieces(text) for text in texts]
    mains = {pieces[0] for pieces in asked if len(pieces) == 1}
    alone = {piece.variable for piece in mains}
    terms: dict[frozenset[Piece], tuple[Piece, ...]] = {}
    for pieces in asked:
        implied = [(piece,) for piece in pieces if piece in mains or piece.variable not in alone]
        for term in (*implied, pieces):
            terms.setdefault(frozenset(term), term)
    return tuple(Term(pieces) for pieces in terms.values())


def _written(text: str) -> str:
    """A term as it is always written, so that two spellings of one term are one."""
    return ":".join(piece.text for piece in read_pieces(text))


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    """Terms as they are always written, without repeats; x:sex and sex:x are one term."""
    terms: dict[frozenset[Piece], str] = {}
    for text in texts:
        terms.setdefault(frozenset(read_pieces(text)), _written(text))
    return tuple(terms.values())


def _read_terms(text: str, formula: str) -> tuple[list[str], str | None]:
    terms: list[str] = []
    offset = None
    for part in (piece.strip() for piece in split_outside(text, "+")):
        if part.startswith("offset(") and offset:
            raise SpecError(f"formula {formula!r} has two offsets; add them up in one variable.")
        inside = re.fullmatch(r"offset\(\s*([^\W\d][\w.]*)\s*\)", part)
        if inside:
            offset = inside.group(1)
            continue
        if part in ("", "0", "1", "-1"):
            raise SpecError(
                f"formula {formula!r} has {part!r} where a variable should stand; the intercept is implied."
            )
        terms += _expanded(part)
    return list(dict.fromkeys(terms)), offset


def _expanded(part: str) -> list[str]:
    """`a*b*c` as a, b, c, a:b, a:c, b:c, a:b:c; anything else as it stands, once it reads as a term."""
    factors = [_written(factor) for factor in split_outside(part, "*")]
    products = [chosen for size in range(1, len(factors) + 1) for chosen in combinations(factors, size)]
    return [_written(":".join(chosen)) for chosen in products]
