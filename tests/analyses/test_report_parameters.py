"""Parameters are read from the cell and refused before anything runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from comorbid.analyses.parameter_cell import read_parameters
from comorbid.analyses.parameters import parse_assignments, resolve_parameters
from comorbid.errors import AnalysisError
from tests.analyses.toy_study import notebook

CELL = '''"""What can be set."""
cohort: str = "synthetic"  # cohort to run on
min_age: int = 18  # youngest age kept, years
level: float = 0.95  # confidence level
weighted: bool = True
sex: str | None = None  # one sex alone; choices: female, male
exposure: str = "migraine"  # column in the codebook (choices: conditions)
covariates: list[str] = ["age"]  # adjusted for; choices: variables
link: Literal["logit", "probit"] = "logit"
url: Optional[str] = "http://a#b"  # keeps its hash
'''
NAMES = {"conditions": ("migraine", "neck_pain"), "variables": ("migraine", "neck_pain", "age", "sex")}


def parameters(tmp_path: Path, cell: str = CELL):
    path = tmp_path / "some.ipynb"
    path.write_text(json.dumps(notebook([], cell)), encoding="utf-8")
    return read_parameters(path)


def resolve(tmp_path: Path, *texts: str, study: dict | None = None) -> dict:
    given = parse_assignments(texts)
    return resolve_parameters(parameters(tmp_path), given, where="pairs", study=study, names=NAMES)


def test_every_line_of_the_cell_is_read(tmp_path: Path) -> None:
    found = {parameter.name: parameter for parameter in parameters(tmp_path)}
    assert {name: parameter.type_name for name, parameter in found.items()} == {
        "cohort": "str",
        "min_age": "int",
        "level": "float",
        "weighted": "bool",
        "sex": "str or none",
        "exposure": "str",
        "covariates": "list of str",
        "link": "str",
        "url": "str or none",
    }
    assert found["min_age"].help == "youngest age kept, years"
    assert (found["sex"].choices, found["sex"].help) == (("female", "male"), "one sex alone")
    assert (found["exposure"].choices_from, found["exposure"].help) == ("conditions", "column in the codebook")
    assert found["link"].choices == ("logit", "probit")
    assert found["url"].default == "http://a#b"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("min_age=20", 20),
        ("level=0.9", 0.9),
        ("level=1", 1.0),
        ("weighted=no", False),
        ("sex=female", "female"),
        ("sex=none", None),
        ("covariates=age, sex", ["age", "sex"]),
        ("link=probit", "probit"),
        ("url=http://b?x=1", "http://b?x=1"),
    ],
)
def test_a_value_gets_its_type(tmp_path: Path, text: str, value: object) -> None:
    assert resolve(tmp_path, text)[text.partition("=")[0]] == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("min_agee=20", "no parameter 'min_agee' in pairs. Did you mean 'min_age'?"),
        ("min_age=old", "-p min_age=old: min_age wants a whole number"),
        ("min_age=20.5", "wants a whole number"),
        ("level=high", "wants a number"),
        ("weighted=perhaps", "wants true or false"),
        ("sex=femal", "Did you mean 'female'?"),
        ("exposure=migrane", "Did you mean 'migraine'?"),
        ("covariates=age,bmi", "no value of `covariates` 'bmi'"),
        ("link=cloglog", "Accepted: logit, probit."),
        ("min_age", "-p wants name=value, found 'min_age'"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(AnalysisError) as caught:
        resolve(tmp_path, text)
    assert message in str(caught.value)


def test_a_name_given_twice_is_refused() -> None:
    with pytest.raises(AnalysisError, match="given twice"):
        parse_assignments(["a=1", "a=2"])


def test_command_line_stands_over_study_over_notebook(tmp_path: Path) -> None:
    values = resolve(tmp_path, "min_age=40", study={"min_age": 30, "level": 0.9})
    assert (values["min_age"], values["level"], values["weighted"]) == (40, 0.9, True)


@pytest.mark.parametrize(
    ("name", "value"), [("min_age", "30"), ("min_age", True), ("sexx", "female"), ("covariates", "age")]
)
def test_a_mistake_in_the_study_is_named(tmp_path: Path, name: str, value: object) -> None:
    with pytest.raises(AnalysisError, match=name):
        resolve(tmp_path, study={name: value})


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("min_age = 18", "expected `name: type = value"),
        ("min_age: int", "expected `name: type = value"),
        ("min_age: int = 3 * 6", "must be a literal"),
        ("when: date = '2020'", "not one that can be checked"),
        ("min_age: int = '18'", "wants a whole number, found str"),
        ("sex: str = 'other'  # choices: female, male", "Accepted: female, male"),
        ("min_age: int = (", "is not Python"),
    ],
)
def test_a_cell_that_cannot_be_checked_is_refused(tmp_path: Path, cell: str, message: str) -> None:
    with pytest.raises(AnalysisError) as caught:
        parameters(tmp_path, cell)
    assert message in str(caught.value)


def test_what_is_no_notebook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "page.ipynb"
    path.write_text("<html>", encoding="utf-8")
    with pytest.raises(AnalysisError, match="not a notebook"):
        read_parameters(path)
