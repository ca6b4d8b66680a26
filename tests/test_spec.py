"""Model specifications and the formulas they are read from."""

from __future__ import annotations

import pytest

import comorbid as cm
from comorbid.errors import SpecError

EXPANDED = {
    "a ~ b": ["b"],
    "a ~ b + c": ["b", "c"],
    "a ~ b + b + c + c": ["b", "c"],
    "a ~ b * c": ["b", "c", "b:c"],
    "a ~ b * c * d": ["b", "c", "d", "b:c", "b:d", "c:d", "b:c:d"],
    "a ~ b + c:d": ["b", "c", "d", "c:d"],
    "a ~ b + c:d + d:c": ["b", "c", "d", "c:d"],
    "a ~ b + c*d + d:c": ["b", "c", "d", "c:d"],
    "a ~ b + c:b": ["b", "c", "c:b"],
    "a ~ b + b:c:d + d:c:b": ["b", "c", "d", "b:c:d"],
    "a~b+ c : d ": ["b", "c", "d", "c:d"],
}

REFUSED = {
    "no sides": "a",
    "three sides": "a ~ b ~ c",
    "no outcome": "~ b",
    "no predictor": "a ~ ",
    "an intercept": "a ~ 1 + b",
    "an offset alone": "a ~ offset(e)",
    "two offsets": "a ~ b + offset(e) + offset(f)",
    "an interaction first": "a ~ b:c",
    "a term missing": "a ~ b + + c",
    "a minus": "a ~ b - c",
    "a bar": "a ~ b | c",
    "two outcomes": "a + b ~ c",
    "a call": "a ~ b + exit(c)",
    "a variable by itself": "a ~ b + c:c",
    "a product with itself": "a ~ b * b",
    "the outcome alone": "a ~ a",
    "the outcome among covariates": "a ~ b + a",
    "the outcome in an interaction": "a ~ b + a:c",
    "the outcome in a product": "a ~ b * a",
    "the outcome as offset": "a ~ b + offset(a)",
}


@pytest.mark.parametrize("formula", EXPANDED)
def test_terms_of_a_formula(formula: str) -> None:
    assert [term.name for term in cm.LogisticSpec.from_formula(formula).terms] == EXPANDED[formula]


@pytest.mark.parametrize("formula", REFUSED.values(), ids=REFUSED)
def test_formulas_that_are_refused(formula: str) -> None:
    with pytest.raises(SpecError):
        cm.LogisticSpec.from_formula(formula)


@pytest.mark.parametrize("model", [3, None, ["a ~ b"]], ids=["number", "None", "list"])
def test_a_model_is_a_formula_or_a_specification(model: object) -> None:
    from comorbid.spec import as_spec

    with pytest.raises(SpecError, match="a model is a formula such as"):
        as_spec(model)  # type: ignore[arg-type]


def test_one_text_is_one_covariate() -> None:
    assert cm.LogisticSpec("a", "b", "sex").covariates == ("sex",)  # type: ignore[arg-type]
    assert cm.LogisticSpec("a", "b", ["sex", "sex"]).covariates == ("sex",)  # type: ignore[arg-type]


@pytest.mark.parametrize("covariates", [3, None, [3], ["sex", None]], ids=str)
def test_covariates_are_names(covariates: object) -> None:
    with pytest.raises(SpecError, match="covariates takes the name of a column"):
        cm.LogisticSpec("a", "b", covariates)  # type: ignore[arg-type]


@pytest.mark.parametrize("given", [(None, "b"), ("a", 3), ("a b", "b"), ("a", "b:c"), ("a", "b", (), "x + y")], ids=str)
def test_outcome_exposure_and_offset_are_names(given: tuple) -> None:
    with pytest.raises(SpecError, match="is not the name of a variable"):
        cm.LogisticSpec(*given)


def test_adjusting_adds_what_is_new_in_its_order() -> None:
    spec = cm.LogisticSpec("a", "b").adjust_for("x", "b", "x:sex").adjust_for("sex:x", "sex", "x")
    assert spec.covariates == ("x", "x:sex", "sex")
    assert spec.variables == ("a", "b", "x", "sex")
    assert (cm.LogisticSpec("a", "b").model, spec.model) == ("crude", "adjusted")


def test_adjusting_for_the_outcome_is_an_error() -> None:
    with pytest.raises(SpecError, match="stands among its own predictors"):
        cm.LogisticSpec("a", "b").adjust_for("a")


def test_an_interaction_needs_two_variables() -> None:
    with pytest.raises(SpecError, match="two variables or more"):
        cm.LogisticSpec("a", "b").interact("b")
    assert cm.LogisticSpec("a", "b").interact("b", "sex").terms[-1].name == "b:sex"


def test_the_formula_reads_back_as_the_same_model() -> None:
    spec = cm.LogisticSpec.from_formula("a ~ b*sex*x + offset(e)")
    assert cm.LogisticSpec.from_formula(spec.formula) == spec


@pytest.mark.parametrize(
    ("formula", "covariates"),
    [
        ("r\u00fcckenleiden ~ gr\u00f6\u00dfe", ()),
        (
            "r\u00fcckenleiden ~ gr\u00f6\u00dfe + \u00e2ge:sexe + ns(\u00e9tudes, df=3)",
            ("\u00e2ge:sexe", "ns(\u00e9tudes, df=3)"),
        ),
    ],
)
def test_names_may_have_the_letters_of_any_language(formula: str, covariates: tuple[str, ...]) -> None:
    """`codebook init` proposes such names from German and French files."""
    spec = cm.LogisticSpec.from_formula(formula)
    assert (spec.outcome, spec.exposure, spec.covariates) == ("r\u00fcckenleiden", "gr\u00f6\u00dfe", covariates)
    with pytest.raises(SpecError):
        cm.LogisticSpec.from_formula("migraine ~ 2nd")
