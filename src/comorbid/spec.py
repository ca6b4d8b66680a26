"""What a logistic model asks: outcome, exposure, covariates, interactions. Formulas name columns; they run no code."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from comorbid.errors import SpecError

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")


@dataclass(frozen=True, slots=True)
class Term:
    """A main effect (one variable) or an interaction (several) of a model."""

    variables: tuple[str, ...]

    @property
    def name(self) -> str:
        return ":".join(self.variables)


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
        Adjusted for. "a:b" is an interaction; its variables enter as main effects too.
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
        object.__setattr__(self, "covariates", tuple(self.covariates))
        for label in (self.outcome, self.exposure):
            if not _NAME.fullmatch(label):
                raise SpecError(f"{label!r} is not the name of a variable. Use letters, digits and underscores.")
        if self.outcome in self.variables[1:]:
            raise SpecError(f"`{self.outcome}` is the outcome and stands among its own predictors; leave it out there.")

    def adjust_for(self, *covariates: str) -> LogisticSpec:
        """The same model with more covariates; one that is already there is not repeated."""
        new = tuple(name for name in covariates if name not in (self.exposure, *self.covariates))
        return replace(self, covariates=(*self.covariates, *new))

    def interact(self, *variables: str) -> LogisticSpec:
        """The same model with the product of the variables, for effect modification."""
        if len(variables) < 2:
            raise SpecError("an interaction needs two variables or more.")
        return self.adjust_for(":".join(variables))

    @property
    def terms(self) -> tuple[Term, ...]:
        """Terms in the order of the model; the main effects of an interaction stand before it."""
        terms: dict[tuple[str, ...], None] = {}
        for text in (self.exposure, *self.covariates):
            variables = _factors(text)
            for variable in variables:
                terms.setdefault((variable,))
            terms.setdefault(variables)
        return tuple(Term(variables) for variables in terms)

    @property
    def variables(self) -> tuple[str, ...]:
        """Outcome first, then every predictor once."""
        predictors = [variable for term in self.terms for variable in term.variables]
        offset = [self.offset] if self.offset else []
        return tuple(dict.fromkeys([self.outcome, *predictors, *offset]))

    @property
    def model(self) -> str:
        return self.name or ("adjusted" if self.covariates else "crude")

    @property
    def formula(self) -> str:
        offset = [f"offset({self.offset})"] if self.offset else []
        return f"{self.outcome} ~ {' + '.join([self.exposure, *self.covariates, *offset])}"

    @classmethod
    def from_formula(cls, formula: str, name: str = "") -> LogisticSpec:
        """Read "outcome ~ exposure + covariate + a:b + c*d + offset(e)"; the first predictor is the exposure.

        Raises
        ------
        SpecError
            When the text is not of that form; formulas hold names, `+`, `:`, `*` and `offset()` only.
        """
        sides = formula.split("~")
        if len(sides) != 2 or not all(side.strip() for side in sides):
            raise SpecError(f"formula {formula!r} is not of the form 'outcome ~ exposure + covariate + ...'.")
        terms, offset = _read_terms(sides[1], formula)
        if not terms or ":" in terms[0]:
            raise SpecError(f"formula {formula!r} needs an exposure as its first predictor.")
        return cls(sides[0].strip(), terms[0], tuple(terms[1:]), offset, name)


def as_spec(model: LogisticSpec | str) -> LogisticSpec:
    """A specification, whether it came as one or as a formula."""
    return model if isinstance(model, LogisticSpec) else LogisticSpec.from_formula(model)


def _factors(text: str) -> tuple[str, ...]:
    factors = tuple(part.strip() for part in text.split(":"))
    wrong = [part for part in factors if not _NAME.fullmatch(part)]
    if wrong:
        raise SpecError(
            f"{text!r} cannot be read as a term: {wrong[0]!r} is not the name of a variable. Terms are names, "
            "joined by ':' for an interaction; put a transformation into the codebook as a variable of its own."
        )
    if len(set(factors)) < len(factors):
        raise SpecError(f"{text!r} multiplies a variable by itself.")
    return factors


def _read_terms(text: str, formula: str) -> tuple[list[str], str | None]:
    terms: list[str] = []
    offset = None
    for part in (piece.strip() for piece in text.split("+")):
        inside = re.fullmatch(r"offset\(\s*([A-Za-z_][A-Za-z0-9_.]*)\s*\)", part)
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
    """`a*b` as a, b, a:b; anything else as it stands, once it reads as a term."""
    factors = [factor.strip() for factor in part.split("*")]
    for factor in factors:
        _factors(factor)
    return factors if len(factors) == 1 else [*factors, ":".join(factors)]
