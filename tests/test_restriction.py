"""Restrictions: what is read, what is refused, and who stays."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.errors import SpecError, UnknownNameError
from comorbid.restriction import DEEPEST, Combined, Comparison, Negated, names_in, parse_restriction

READ = {
    "age >= 20": Comparison("age", ">=", 20),
    "20 <= age": Comparison("age", ">=", 20),
    "age > -1.5": Comparison("age", ">", -1.5),
    "20 <= age < 65": Combined("and", (Comparison("age", ">=", 20), Comparison("age", "<", 65))),
    "sex == 'female'": Comparison("sex", "==", "female"),
    "migraine": Comparison("migraine", "==", "yes"),
    "migraine == True": Comparison("migraine", "==", "yes"),
    "migraine != False": Comparison("migraine", "!=", "no"),
    "not migraine": Negated(Comparison("migraine", "==", "yes")),
    "sex in ['male', 'female']": Comparison("sex", "in", ("male", "female")),
    "sex not in ('male',)": Comparison("sex", "not in", ("male",)),
    "a or b and c": Combined("or", (Comparison("a", "==", "yes"), parse_restriction("b and c"))),
}

REFUSED = {
    "nothing": "",
    "half a comparison": "age >",
    "an assignment": "age = 3",
    "a call": "__import__('os').system('true')",
    "an attribute": "age.real > 1",
    "arithmetic": "age + 1 > 20",
    "a lambda": "(lambda: 1)()",
    "two variables": "age > bmi",
    "is": "age is 20",
    "a list after ==": "age == [20, 30]",
    "a pair after >": "age > (20, 30)",
    "an empty tuple": "age == ()",
    "an empty list": "age in []",
    "a text after in": "sex in 'male'",
    "a list in a list": "sex in [['male']]",
    "a number and a list": "age in [[20], 30]",
    "None": "age == None",
    "None in a list": "age in [None]",
    "bytes": "sex == b'male'",
    "a complex number": "age > 2j",
    "a starred name": "sex in [*age]",
    "a dictionary with a list as key": "age == {[]: 1}",
    "a number of 400 digits": f"age > {'9' * 400}",
    "a number of 5000 digits": f"age > {'9' * 5000}",
    "infinity": "age > 1e999",
    "a NUL byte": "age > 1\0",
    "3000 nots": "not " * 3000 + "migraine",
    "3000 brackets": "(" * 3000 + "migraine" + ")" * 3000,
    "one level too many": "not " * (DEEPEST + 1) + "migraine",
}


def people() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "migraine": pd.array([True, True, False, None, False], dtype="boolean"),
            "age": [19.0, 20.0, 40.0, 65.0, np.nan],
            "sex": pd.Categorical(["male", "female", "female", "male", None], ["male", "female"]),
        }
    )


@pytest.mark.parametrize("text", READ)
def test_what_is_read(text: str) -> None:
    assert parse_restriction(text) == READ[text]


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_is_refused_with_a_short_message(text: str) -> None:
    with pytest.raises(SpecError, match=r"restriction") as found:
        parse_restriction(text)
    assert len(str(found.value)) < 500


@pytest.mark.parametrize("text", [None, 3, ["age > 1"], pd.Series([True])], ids=["None", "number", "list", "series"])
def test_a_restriction_is_a_text(text: object) -> None:
    with pytest.raises(SpecError, match="is a text such as"):
        parse_restriction(text)  # type: ignore[arg-type]


def test_as_deep_as_is_accepted() -> None:
    cohort = cm.load_cohort(people())
    assert cohort.restrict("not " * DEEPEST + "migraine", "even").n == 2
    assert cohort.restrict("not " * (DEEPEST - 1) + "migraine", "odd").n == 2


@pytest.mark.parametrize(
    ("where", "n"),
    [
        ("age >= 20", 3),
        ("not age >= 20", 1),
        ("20 <= age < 65", 2),
        ("age in [19, 40]", 2),
        ("age not in [19, 40]", 2),
        ("age == 40.0", 1),
        ("migraine", 2),
        ("not migraine", 2),
        ("migraine == True", 2),
        ("migraine or sex == 'male'", 3),
        ("migraine and sex == 'male'", 1),
        ("not (migraine and sex == 'male')", 3),
        ("sex != 'male'", 2),
        ("sex not in ['male']", 2),
        ("sex in {'male', 'female'}", 4),
    ],
)
def test_who_stays_in_three_valued_logic(where: str, n: int) -> None:
    """A person whose answer is missing stays only where the rest decides: unknown or true is true."""
    assert cm.load_cohort(people()).restrict(where, "why").n == n


@pytest.mark.parametrize(
    ("where", "kind", "message"),
    [
        ("sex == 'femal'", UnknownNameError, "Did you mean 'female'"),
        ("sex == 1", UnknownNameError, "no level '1' in `sex`"),
        ("migraine == 1", UnknownNameError, "no level '1' in `migraine`"),
        ("sex > 'male'", SpecError, "has levels, not numbers"),
        ("age == 'forty'", SpecError, "compare it with a number"),
        ("age == True", SpecError, "compare it with a number"),
        ("agee > 20", UnknownNameError, "Did you mean 'age'"),
    ],
)
def test_what_does_not_fit_the_variable(where: str, kind: type[Exception], message: str) -> None:
    cohort = cm.load_cohort(people()).restrict("migraine == True or not migraine", "known")
    with pytest.raises(kind, match=message):
        cohort.restrict(where, "why")


def test_names_are_those_of_every_part() -> None:
    restriction = parse_restriction("not (a > 1 or b in [1]) and c")
    assert list(names_in(restriction)) == ["a", "b", "c"]
