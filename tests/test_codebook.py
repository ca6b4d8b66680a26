"""Codebooks: what is read, and every fault of one that does not hold together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.codebook import Codebook, Variable, parse_codebook, read_codebook
from comorbid.errors import CodebookError, UnknownNameError
from comorbid.recode import coded_levels, continuous_values

COND: dict[str, Any] = {"a": {"kind": "condition"}}
AGE: dict[str, Any] = {"age": {"kind": "continuous"}}
DEFINED = {
    "kind": "condition",
    "definitions": {"A": {"label": "A", "column": "b1"}, "B": {"label": "B", "column": "b2"}},
}


def variable(**entry: Any) -> dict[str, Any]:
    return {"variables": {**COND, **AGE, "g": entry}}


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "no variables": ({}, r"no \[variables"),
    "variables as a list": ({"variables": [1]}, "variables is list, where a table"),
    "a variable as a number": ({"variables": {"a": 3}}, "variable 'a' is not a table"),
    "unknown key at the top": ({"variables": COND, "titel": "x"}, "unknown key 'titel'"),
    "unknown key of a variable": (variable(colour="x"), "unknown key 'colour'"),
    "people as text": ({"variables": COND, "people": "3"}, "people is str, where a whole number"),
    "an unknown release": ({"variables": COND, "release": "open"}, "release is 'open'"),
    "label as a number": (variable(label=3), "label is int, where text"),
    "an unknown kind": (variable(kind="binary"), "kind 'binary'"),
    "one level": (variable(levels=["x"]), "fewer than two levels"),
    "a level twice": (variable(levels=["x", "x", "y"]), "declares level 'x' twice"),
    "a code of two levels": (variable(levels={"x": [1], "y": [1, 2]}), "code '1' stands for both 'x' and 'y'"),
    "1 and 1.0": (variable(levels={"x": [1], "y": [1.0]}), "code '1' stands for both"),
    "level and missing": (variable(levels={"x": 0, "y": 1}, missing={"1": "w"}), "level 'y' and as missing"),
    "a level without a code": (variable(levels={"x": [], "y": [1]}), "level 'x' has no code"),
    "the empty code": (variable(levels={"x": "", "y": 1}), "always missing"),
    "a list as code": (variable(levels={"x": [[1]], "y": [2]}), "neither text nor number"),
    "missing as a number": (variable(missing=7), "missing is int, where a table or a list"),
    "yes before no": (
        variable(kind="condition", levels={"yes": [1], "no": [0]}),
        "no and yes, in this order",
    ),
    "three levels of a condition": (variable(kind="condition", levels={"no": 0, "maybe": 2, "yes": 1}), "no and yes"),
    "levels of a continuous variable": (variable(kind="continuous", levels=["x", "y"]), "continuous and has levels"),
    "more breaks than levels": (variable(source="age", breaks=[0, 20, 40], levels=["x", "y"]), "3 breaks for 2 levels"),
    "fewer breaks than levels": (variable(source="age", breaks=[0], levels=["x", "y"]), "1 breaks for 2 levels"),
    "breaks out of order": (variable(source="age", breaks=[40, 20], levels=["x", "y"]), "ascending order"),
    "breaks as text": (variable(source="age", breaks=["0", "20"], levels=["x", "y"]), "ascending order"),
    "breaks without a source": (variable(breaks=[0, 20], levels=["x", "y"]), "source and breaks go together"),
    "a source without breaks": (variable(source="age", levels=["x", "y"]), "source and breaks go together"),
    "a source that is no number": (variable(source="a", breaks=[0, 1], levels=["x", "y"]), "no continuous variable"),
    "limits the wrong way": (variable(limits=[3, 1]), "the smaller first"),
    "three limits": (variable(limits=[1, 2, 3]), "the smaller first"),
    "limits of levels": (variable(levels=["x", "y"], limits=[1, 2]), "belong to continuous"),
    "a definition without a column": (variable(kind="condition", definitions={"A": {"label": "x"}}), "has no column"),
    "a recall period for one definition alone": (
        variable(
            kind="condition",
            definition="A",
            definitions={"A": {"label": "A", "column": "b1", "recall": "ever"}, "B": {"label": "B", "column": "b2"}},
        ),
        "only some have a recall",
    ),
    "definitions and none in use": (variable(**DEFINED), "say which is in use"),
    "an unknown definition in use": (variable(**DEFINED, definition="C"), "not among its definitions"),
    "an unknown condition": ({"variables": COND, "conditions": ["b"]}, "'b' is no variable of kind condition"),
    "a condition twice": ({"variables": COND, "conditions": ["a", "a"]}, "listed 2 times"),
    "an unknown default design": ({"variables": COND, "default_design": "zz"}, "default_design 'zz'"),
    "an unknown key of a design": ({"variables": COND, "designs": {"d": {"weight": "w"}}}, "unknown key 'weight'"),
    "a design as text": ({"variables": COND, "designs": {"d": "w"}}, "design 'd' is not a table"),
    "measured in no design": (variable(measured_in="lab"), "measured in 'lab'"),
}


@pytest.mark.parametrize("document", [pair[0] for pair in FAULTS.values()], ids=FAULTS)
def test_faults(document: dict[str, Any], request: pytest.FixtureRequest) -> None:
    with pytest.raises(CodebookError, match=FAULTS[request.node.callspec.id][1]):
        parse_codebook(document)


def test_every_fault_is_listed_at_once() -> None:
    document = {"titel": "x", **variable(levels={"x": [1], "y": [1]}, limits=[3, 1]), "default_design": "zz"}
    with pytest.raises(CodebookError) as found:
        parse_codebook(document, "mine.toml")
    for part in ("mine.toml does not hold together", "'titel'", "code '1'", "the smaller first", "'zz'"):
        assert part in str(found.value)


def test_a_codebook_made_in_python_is_checked_too() -> None:
    twice = Variable("a", "condition", "A", "a", {"no": (0,), "yes": (0,)})
    with pytest.raises(CodebookError, match="stands for both"):
        Codebook("mine", "Mine", {"a": twice}, ("a",))


@pytest.mark.parametrize(
    "missing", [[7, 9], [7.0, "9"], {"7": "refused", "9": "unknown"}, {7: "refused", 9: "unknown"}]
)
def test_missing_codes_as_a_list_or_a_table(missing: Any) -> None:
    book = parse_codebook({"variables": {"a": {"kind": "condition", "missing": missing}}})
    cohort = cm.load_cohort(pd.DataFrame({"a": [0, 1, 7, 9, 1]}), codebook=book)
    assert cohort.n_missing(["a"]) == {"a": 2}


@pytest.mark.parametrize("name", ["synthetic", "nhanes-1999-2004"])
def test_the_codebooks_that_ship_hold_together(name: str) -> None:
    from comorbid.paths import resource_dir

    assert read_codebook(resource_dir("codebooks") / f"{name}.toml").name == name


def test_a_codebook_that_is_no_toml(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("a = = 1")
    with pytest.raises(CodebookError, match="cannot be read as TOML"):
        read_codebook(tmp_path / "x.toml")


def test_names_that_it_does_not_have() -> None:
    book = parse_codebook({"variables": {**COND, "sex": {"levels": ["male", "female"]}}})
    with pytest.raises(UnknownNameError, match="Did you mean 'sex'"):
        book["sexx"]
    with pytest.raises(UnknownNameError, match="no condition 'sex'"):
        book.condition("sex")


TWO = Variable("b", "categorical", "B", "b", {"yes": (1,), "no": (0,)})
CODES = Variable("b", "categorical", "B", "b", {"male": (1,), "female": (2,)}, {"7": "refused"})
WORDS = Variable("b", "condition", "B", "b", {"no": ("no",), "yes": ("yes",)})
PLAIN = Variable("b", "condition", "B", "b", {"no": (0,), "yes": (1,)})

RECODED: dict[str, tuple[Variable, Any, list[int]]] = {
    "booleans, yes first": (TWO, [True, False, True], [0, 1, 0]),
    "0 and 1, yes first": (TWO, np.array([1, 0, 1]), [0, 1, 0]),
    "nullable booleans": (TWO, pd.array([True, None, False], dtype="boolean"), [0, -1, 1]),
    "booleans by their words": (WORDS, [True, False], [1, 0]),
    "objects": (PLAIN, np.array([True, None, 0, "1", " 0 ", 1.0], dtype=object), [1, -1, 0, 1, 0, 1]),
    "codes": (CODES, np.array([2, 1, 7]), [1, 0, -1]),
    "codes in floats": (CODES, [2.0, np.nan, 1.0], [1, -1, 0]),
    "codes in nullable integers": (CODES, pd.array([2, None, 7], dtype="Int64"), [1, -1, -1]),
    "categories of codes": (CODES, pd.Categorical([2, 1, None, 7]), [1, 0, -1, -1]),
    "categories by level, another order": (CODES, pd.Categorical(["male", "female"], ["female", "male"]), [0, 1]),
    "a category nobody is in": (PLAIN, pd.Categorical(["no", "yes"], ["no", "yes", "other"]), [0, 1]),
    "a tiny number of a transport file": (PLAIN, [5.4e-79, 1.0], [0, 1]),
}


@pytest.mark.parametrize(("declared", "values", "expected"), RECODED.values(), ids=RECODED)
def test_columns_are_coded_by_what_is_declared(declared: Variable, values: Any, expected: list[int]) -> None:
    assert coded_levels(pd.Series(values, name="b"), declared).values.tolist() == expected


@pytest.mark.parametrize(
    ("declared", "values"),
    [
        (PLAIN, np.array([False, True])),
        (PLAIN, np.array([0, 1, 1], dtype=np.int8)),
        (WORDS, np.array([False, True])),
    ],
    ids=["booleans", "whole numbers", "booleans by their words"],
)
def test_what_is_coded_already_is_not_copied(declared: Variable, values: np.ndarray) -> None:
    column = pd.Series(values, copy=False)
    assert np.shares_memory(coded_levels(column, declared).values, column.to_numpy())


@pytest.mark.parametrize(
    ("declared", "values", "message"),
    [
        (CODES, np.array([True, False]), "fewer than 10 values outside {1: male, 2: female}: 0"),
        (CODES, np.array([1, 2, 3] * 20), r"20 values outside .*: 3 \(20\)"),
        (CODES, np.array([1, 2, 1.0207]), "1 other value that is not repeated"),
        (CODES, np.array(["male", "x y"], dtype=object), "2 other values that are not repeated"),
        (CODES, pd.Categorical(["male", "Jane"]), "1 other value"),
        (CODES, pd.Series([[1], [2]]), "holds lists or other objects"),
    ],
    ids=["booleans", "a third code", "a fraction", "text", "a category", "lists"],
)
def test_what_is_not_declared_is_counted_and_not_repeated(declared: Variable, values: Any, message: str) -> None:
    with pytest.raises(CodebookError, match=message) as found:
        coded_levels(pd.Series(values), declared)
    assert "Jane" not in str(found.value) and "1.0207" not in str(found.value)


NUMBER = Variable("x", "continuous", "X", "x", missing={"99": "refused", "NA": "unknown"}, limits=(0, 120))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 99, 3], [1, np.nan, 3]),
        ([1.5, np.nan, 3], [1.5, np.nan, 3]),
        (pd.array([1, None, 99], dtype="Int64"), [1, np.nan, np.nan]),
        (["1.5", " 2 ", "NA", "", None], [1.5, 2, np.nan, np.nan, np.nan]),
        (pd.Categorical(["3", "99"]), [3, np.nan]),
        ([5.4e-79, 2.0], [0, 2]),
    ],
    ids=["integers", "floats", "nullable", "text", "categories", "tiny"],
)
def test_numbers(values: Any, expected: list[float]) -> None:
    np.testing.assert_array_equal(continuous_values(pd.Series(values), NUMBER), expected)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["80+", "3"], "not numbers"),
        ([np.inf, 1.0], "infinite"),
        ([130.0, 1.0], "outside 0 to 120"),
        (pd.to_datetime(["2020-01-01"]), "dates"),
        (pd.to_timedelta([3], unit="D"), "dates, times"),
        (pd.period_range("2020", periods=2, freq="Y"), "dates"),
        ([1j, 2j], "complex"),
        (np.array([pd.Timestamp("2020-01-01"), 3], dtype=object), "not numbers"),
        ([[1], [2]], "not numbers"),
    ],
    ids=["top code", "infinity", "limits", "dates", "times", "periods", "complex", "dates among numbers", "lists"],
)
def test_what_is_no_number(values: Any, message: str) -> None:
    with pytest.raises(CodebookError, match=message):
        continuous_values(pd.Series(values), NUMBER)


def test_a_column_asked_for_as_a_variable_names_the_variable() -> None:
    """Whoever knows the file asks for its columns, such as `--by Geschlecht`."""
    book = parse_codebook({"variables": {**COND, "sex": {"levels": ["f", "m"], "column": "Geschlecht"}}})
    with pytest.raises(UnknownNameError, match="'geschlecht' is a column, which variable sex reads: write that name"):
        book["geschlecht"]
    assert book["sex"].column == "Geschlecht"
