"""Covariates as a user writes them: variables, interactions, transforms; and models of them alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from comorbid.errors import SpecError, names_given
from comorbid.formula import NAME, read_pieces
from comorbid.spec import LogisticSpec


def variables_in(terms: Iterable[str]) -> tuple[str, ...]:
    """Variables that terms are made of, each once: "age_band:sex" and "ns(age, df=4)" give age_band, sex, age."""
    return tuple(dict.fromkeys(piece.variable for term in terms for piece in read_pieces(term)))


def terms_given(covariates: object, groups: Sequence[str] = ()) -> tuple[str, ...]:
    """Terms as a tuple, without those that hold a variable that makes subgroups."""
    return tuple(term for term in names_given(covariates, "covariates") if not set(variables_in([term])) & set(groups))


def model_of_covariates(outcome: str, terms: Sequence[str]) -> LogisticSpec:
    """A model of covariates alone; one of them takes the exposure's place, which changes nothing but the order.

    Raises
    ------
    SpecError
        When every covariate is a transform, so that none can take that place.
    """
    plain = [name for name in variables_in(terms) if _stands_alone(name, terms)]
    if not plain:
        raise SpecError(
            f"covariates {', '.join(terms)}: at least one must be a variable as it is, without a transform."
        )
    return LogisticSpec(outcome, plain[0], tuple(terms))


def _stands_alone(name: str, terms: Sequence[str]) -> bool:
    """Whether a variable enters as it is, in a term of its own or in an interaction, and never transformed."""
    pieces = [piece for term in terms for piece in read_pieces(term) if piece.variable == name]
    return bool(NAME.fullmatch(name)) and all(not piece.transform for piece in pieces)
