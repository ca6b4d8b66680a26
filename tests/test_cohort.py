"""Cohorts: what loading checks, what restricting and redefining count, and whose columns they hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.codebook import parse_codebook
from comorbid.errors import CodebookError, CohortError, DesignError, EmptyDomainError, SpecError, UnknownNameError

N = 400
DESIGN = cm.SurveyDesign(weights="w", strata="s", psu="p")
B = {"A": {"label": "once", "column": "b1"}, "B": {"label": "ever", "column": "b2"}}


def people(**more: Any) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "a": rng.random(N) < 0.4,
            "b": rng.random(N) < 0.3,
            "x": rng.normal(size=N),
            "sex": pd.Categorical(rng.choice(["male", "female"], N), ["male", "female"]),
            "w": rng.uniform(1, 9, N),
            "s": rng.integers(0, 4, N),
            "p": rng.integers(0, 5, N),
        }
    )
    return frame.assign(**more)


def defined(conditions: list[str] | None = None) -> cm.Cohort:
    """Four people; b is seen in one of them by definition A, in three by B, and unknown for nobody or one."""
    variables = {
        "a": {"kind": "condition"},
        "b": {"kind": "condition", "definitions": B, "definition": "A"},
    }
    book = parse_codebook({"variables": variables, **({"conditions": conditions} if conditions else {})})
    frame = pd.DataFrame({"a": [0, 1, 0, 1], "b1": [1, 0, 0, np.nan], "b2": [1, 1, 1, 0]})
    return cm.load_cohort(frame, codebook=book)


def test_what_its_owner_changes_later_does_not_reach_a_cohort() -> None:
    frame = people()
    cohort = cm.load_cohort(frame, design=DESIGN)
    before = cm.prevalence(cohort)
    frame.loc[:200, "a"] = True
    frame["b"] = False
    frame.loc[:, "w"] = 1.0
    del frame["x"]
    pd.testing.assert_frame_equal(cm.prevalence(cohort), before)
    again = cm.prevalence(cm.load_cohort(people(), design=DESIGN))
    pd.testing.assert_frame_equal(again, before)


def test_a_cohort_does_not_change_the_frame() -> None:
    frame = people()
    cm.fit_logistic(cm.load_cohort(frame, design=DESIGN).restrict("x > 0", "above"), "a ~ b + x + sex")
    pd.testing.assert_frame_equal(frame, people())


def test_columns_are_shared_and_not_copied() -> None:
    frame = people()
    cohort = cm.load_cohort(frame, design=DESIGN)
    for name in ("a", "x"):
        held = cohort.people.column(name).to_numpy()
        assert np.shares_memory(held, frame[name].to_numpy())
    assert np.shares_memory(cohort.people.numeric(cohort.codebook["x"]), frame["x"].to_numpy())


def test_flow_is_counted_anew_under_another_definition() -> None:
    cohort = defined().restrict("b", "without b").complete_cases(["a", "b"])
    assert cohort.flow()["n"].tolist() == [4, 1, 1]
    again = cohort.define(b="B")
    assert again.flow()["n"].tolist() == [4, 3, 3]
    assert again.flow()["n_excluded"].tolist() == [0, 1, 0]
    assert again.n == 3 and cohort.n == 1
    pd.testing.assert_frame_equal(again.define(b="A").flow(), cohort.flow())


def test_the_flow_says_when_people_leave_for_want_of_a_value() -> None:
    """Three people are younger than 20, and seven have no age: ten leave, not all of them for being young."""
    ages = np.where(np.arange(60) < 3, 18.0, np.where(np.arange(60) < 10, np.nan, 40.0))
    cohort = cm.load_cohort(pd.DataFrame({"migraine": np.arange(60) % 2 == 0, "age": ages}))
    flow = cohort.restrict("age >= 20", reason="younger than 20").flow()
    assert list(flow["reason"])[-1] == "younger than 20, or unknown" and list(flow["n_excluded"])[-1] == 10
    known = cohort.complete_cases(["age"]).restrict("age >= 20", reason="younger than 20").flow()
    assert list(known["reason"])[-1] == "younger than 20" and list(known["n_excluded"])[-1] == 3
    everybody = cohort.restrict("migraine == 'yes'", reason="no migraine").flow()
    assert list(everybody["reason"])[-1] == "no migraine"


def test_reasons_of_complete_cases_are_those_of_the_new_definition() -> None:
    cohort = defined().complete_cases(["b"])
    assert cohort.flow()["reason"].tolist() == ["", "missing: b 1"]
    assert cohort.define(b="B").flow()["reason"].tolist() == ["", "nothing missing"]


def test_a_domain_that_a_definition_empties_is_an_error() -> None:
    with pytest.raises(EmptyDomainError, match="leaves nobody"):
        defined().restrict("not b and a != 'yes'", "b").define(b="B")


def test_a_condition_outside_the_list_is_redefined_too() -> None:
    cohort = defined(conditions=["a"])
    assert (cohort.restrict("b", "r").n, cohort.define(b="B").restrict("b", "r").n) == (1, 3)
    assert cohort.restrict("b", "r").n == 1


def test_two_variables_of_one_column_keep_their_own_missing_codes() -> None:
    variables = {
        "a": {"kind": "condition"},
        "age": {"kind": "continuous"},
        "exact_age": {"kind": "continuous", "column": "age", "missing": {"80": "80 and over"}},
    }
    frame = pd.DataFrame({"a": [0, 1, 0], "age": [20.0, 80.0, 80.0]})
    cohort = cm.load_cohort(frame, codebook=parse_codebook({"variables": variables}))
    assert cohort.n_missing(["age", "exact_age"]) == {"age": 0, "exact_age": 2}
    assert cohort.n_missing("exact_age") == {"exact_age": 2}


def test_one_text_is_one_name() -> None:
    cohort = cm.load_cohort(people(ab=people()["a"]), conditions="ab")  # type: ignore[arg-type]
    assert cohort.conditions == ("ab",)
    assert cohort.complete_cases("sex").n == N
    with pytest.raises(SpecError, match="conditions takes the name of a column"):
        cm.load_cohort(people(), conditions=[0])  # type: ignore[list-item]


def test_numbered_columns_go_by_their_numbers_as_text() -> None:
    cohort = cm.load_cohort(pd.DataFrame({0: [True, False], 1: [True, False]}))
    assert cohort.conditions == ("0", "1")
    with pytest.raises(CohortError, match="'0' stands in the data twice"):
        cm.load_cohort(pd.DataFrame([[True, False]], columns=[0, "0"]))


@pytest.mark.parametrize(
    ("values", "yes"),
    [
        (pd.Categorical(["Yes", "No", "No"], ["Yes", "No"]), [1]),
        (pd.Categorical([" YES ", "no", None]), [1]),
        (pd.Categorical([True, False, False]), [1]),
        (pd.Categorical([1, 0, 0], [1, 0]), [1]),
        (np.array([1, 0, 0]), [1]),
        (pd.array([1, None, 0], dtype="Int64"), [1]),
        (np.array([1.0, np.nan, 0.0]), [1]),
        (np.array([True, None, False], dtype=object), [1]),
    ],
    ids=["Yes and No", "blanks and capitals", "truth", "1 and 0", "integers", "nullable", "floats", "objects"],
)
def test_conditions_are_no_and_yes_in_this_order(values: Any, yes: list[int]) -> None:
    cohort = cm.load_cohort(pd.DataFrame({"a": values}), conditions=["a"])
    assert cohort.codebook["a"].level_names == ("no", "yes")
    assert cm.prevalence(cohort)["events"].tolist() == yes


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (pd.Categorical(["1", "2", "3"]), "has 3 categories; a condition has two"),
        (pd.Categorical(["ill", "well", "well"]), "has 2 categories; a condition has two, no and yes"),
        (pd.Categorical(["no", "no", "no"]), "has 1 categories"),
        (pd.Categorical(["no", "No", "yes"]), "has 3 categories"),
        (np.array(["Yes", "No", "No"]), "holds text"),
        (pd.to_datetime(["2020-01-01"] * 3), "holds neither numbers nor categories"),
        (pd.Series([[1], [1], [2]]), "holds text or other objects"),
    ],
    ids=["three", "other words", "one", "two spellings of no", "text", "dates", "lists"],
)
def test_what_cannot_be_a_condition_says_what_to_do(values: Any, message: str) -> None:
    with pytest.raises(CohortError, match=message):
        cm.load_cohort(pd.DataFrame({"a": values}), conditions=["a"])


def test_codes_one_and_two_are_no_condition() -> None:
    with pytest.raises(CodebookError, match=r"outside \{0: no, 1: yes\}: 2"):
        cm.load_cohort(pd.DataFrame({"a": [1, 2, 1]}), conditions=["a"])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["80+"] * N, "holds text.*make it categorical"),
        (pd.Timestamp("2020-01-01"), "holds neither numbers nor categories"),
        (np.arange(N) % 12, "whole numbers with at most 12 distinct values.*codebook"),
        (pd.array([1, None] * (N // 2), dtype="Int64"), "whole numbers with at most 12"),
        (pd.Categorical([f"Jane Doe {i}" for i in range(N)]), "400 categories for 400 people, as an identifier"),
    ],
    ids=["text", "dates", "codes", "codes with missing", "identifier"],
)
def test_a_column_that_does_not_say_what_it_is_says_so_when_asked_for(values: Any, message: str) -> None:
    cohort = cm.load_cohort(people(left=values), design=DESIGN)
    assert "left" not in cohort.codebook.variables
    for use in (
        lambda: cm.fit_logistic(cohort, "a ~ b + left"),
        lambda: cm.prevalence(cohort, by="left"),
        lambda: cm.prevalence(cohort, ["left"]),
        lambda: cohort.restrict("left == 1", "why"),
    ):
        with pytest.raises(CodebookError, match=f"`left` cannot be used as it is: it .*{message}") as found:
            use()
        assert "Jane" not in str(found.value)


def test_thirteen_distinct_whole_numbers_are_a_quantity() -> None:
    assert cm.load_cohort(people(k=np.arange(N) % 13)).codebook["k"].kind == "continuous"
    assert cm.load_cohort(people(k=np.arange(N) % 2 * 1.0)).codebook["k"].kind == "continuous"


def test_design_columns_are_no_variables_and_say_so() -> None:
    with pytest.raises(CodebookError, match="`w` cannot be used as it is: it is a column of the survey design"):
        cm.fit_logistic(cm.load_cohort(people(), design=DESIGN), "a ~ b + w")


def test_categories_that_differ_by_blanks_are_an_error() -> None:
    with pytest.raises(CohortError, match="1 of 2 categories of `g` stand there twice"):
        cm.load_cohort(people(g=pd.Categorical(["yes", " yes"] * (N // 2))))


DESIGNS = {
    "no such column": ({}, {"psu": "zz"}, UnknownNameError, "no column 'zz'"),
    "no such weights": ({}, {"weights": "zz"}, UnknownNameError, "no column 'zz'"),
    "a stratum missing": (
        {"s": [np.nan, *[1.0] * (N - 1)]},
        {},
        DesignError,
        "'s' is missing for fewer than 10 of 400",
    ),
    "a PSU missing": ({"p": [None] * 20 + ["u"] * (N - 20)}, {}, DesignError, "'p' is missing for 20 of 400"),
    "strata of lists": ({"s": [[1]] * N}, {}, DesignError, "holds lists"),
    "a weight missing": ({"w": [np.nan, *[1.0] * (N - 1)]}, {}, DesignError, "missing or not numbers"),
    "weights as text": ({"w": ["x"] * N}, {}, DesignError, "400 of 400 are missing or not numbers"),
    "a weight below zero": ({"w": [-1.0, *[1.0] * (N - 1)]}, {}, DesignError, "below zero"),
    "an infinite weight": ({"w": [np.inf, *[1.0] * (N - 1)]}, {}, DesignError, "infinite"),
    "no weight above zero": ({"w": 0.0}, {}, DesignError, "none of 400 is above zero"),
    "population as text": ({"f": ["x"] * N}, {"fpc": "f"}, DesignError, "not numbers above zero"),
    "a negative population": ({"f": -5.0}, {"fpc": "f"}, DesignError, "not numbers above zero"),
    "a missing population": ({"f": np.nan}, {"fpc": "f"}, DesignError, "400 of 400 are missing"),
    "populations that differ in a stratum": (
        {"f": np.arange(N) + 9},
        {"fpc": "f"},
        DesignError,
        "not one number in each",
    ),
    "fractions and sizes mixed": ({"f": np.where(people()["s"] == 0, 0.5, 99)}, {"fpc": "f"}, DesignError, "mixes"),
    "fewer in the population than sampled": ({"f": 2}, {"fpc": "f"}, DesignError, "more sampled units"),
    "weights as strata": ({}, {"strata": "w"}, DesignError, "400 labels for 400 people"),
}


@pytest.mark.parametrize(("columns", "named", "kind", "message"), DESIGNS.values(), ids=DESIGNS)
def test_a_design_is_checked_when_it_is_given(
    columns: dict[str, Any], named: dict[str, str], kind: type[Exception], message: str
) -> None:
    design = cm.SurveyDesign(**{"weights": "w", "strata": "s", "psu": "p", **named})
    with pytest.raises(kind, match=message):
        cm.load_cohort(people(**columns), design=design)
    with pytest.raises((kind, CodebookError), match=message):
        cm.load_cohort(people(**columns)).with_design(design)


def test_no_message_of_a_design_repeats_a_label() -> None:
    with pytest.raises(DesignError) as found:
        cm.load_cohort(people(), design=cm.SurveyDesign(weights="w", strata="w"))
    assert not any(f"{weight:.3f}" in str(found.value) for weight in people()["w"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"source": "synthetic", "n": 50, "conditions": ["migraine"]},
            "conditions= is for data that describe themselves",
        ),
        ({"source": "synthetic", "n": 50, "codebook": "mine.toml"}, "has a codebook of its own"),
        ({"source": people(), "codebook": "synthetic", "conditions": ["a"]}, "conditions= is for data"),
        ({"source": people(), "n": 50}, "n: not accepted for this cohort"),
    ],
    ids=["conditions", "codebook", "both", "people"],
)
def test_arguments_that_would_be_passed_over_are_errors(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        cm.load_cohort(**arguments)


@pytest.mark.parametrize("frame", [people().iloc[:0], pd.DataFrame()], ids=["no rows", "no columns"])
def test_nobody_is_no_cohort(frame: pd.DataFrame) -> None:
    with pytest.raises(CohortError, match="holds no people"):
        cm.load_cohort(frame)
