"""What the command line prints for the real cohort is what R `survey` says, to a relative error of 1e-8."""

from __future__ import annotations

import json
import math

import pytest

from comorbid.cli import main
from tests.references import records

pytestmark = pytest.mark.data
COHORT = "nhanes-1999-2004"
WOMEN_50 = ["--where", "sex == 'female' and age >= 50"]
ARGUMENTS = {"none": [], "sex": ["--by", "sex"], "domain": WOMEN_50}


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict]:
    assert main([*arguments, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def found(rows: list[dict], **where: object) -> dict:
    (row,) = [row for row in rows if all(row.get(name) == value for name, value in where.items())]
    return row


@pytest.mark.parametrize("by", ARGUMENTS)
def test_prevalence(capsys, by):
    rows = printed(capsys, "prevalence", COHORT, *ARGUMENTS[by])
    for record in records("nhanes_1999_2004", set="prevalence", weight="interview", by=by):
        if not record["condition"].endswith("_F"):
            level = {"sex": record["level"]} if by == "sex" else {}
            row = found(rows, outcome=record["condition"], **level)
            assert (row["estimate"], row["std_error"]) == pytest.approx((record["estimate"], record["se"]), rel=1e-8)


@pytest.mark.parametrize("by", ARGUMENTS)
def test_cooccurrence(capsys, by):
    rows = printed(capsys, "cooccurrence", COHORT, *ARGUMENTS[by])
    names = {"log_odds_ratio": "odds_ratio", "log_observed_expected": "observed_expected", "phi": "phi"}
    checked = 0
    for record in records("nhanes_1999_2004", set="cooccurrence", by=by):
        if record["measure"] in names and not record["b"].endswith("_F"):
            level = {"sex": record["level"]} if by == "sex" else {}
            row = found(
                rows, condition_a=record["a"], condition_b=record["b"], measure=names[record["measure"]], **level
            )
            estimate = math.log(row["estimate"]) if record["measure"].startswith("log_") else row["estimate"]
            assert (estimate, row["std_error"]) == pytest.approx((record["estimate"], record["se"]), rel=1e-8)
            checked += 1
    assert checked >= 18
    assert any(row.get("combination") == "migraine & neck_pain" for row in rows)


@pytest.mark.parametrize("kind", ["crude", "adjusted"])
@pytest.mark.parametrize("model", ["m01", "m08", "m10", "m13"])
def test_fit(capsys, model, kind):
    (record,) = records("nhanes_1999_2004", set="model", model=model, kind=kind)
    (adjusted,) = records("nhanes_1999_2004", set="model", model=model, kind="adjusted")
    if record["n"] != adjusted["n"]:
        pytest.fail("R fitted both on the same people")
    domain = WOMEN_50 if record["by"] == "domain" else []
    rows = printed(capsys, "fit", COHORT, record["formula"], "--log-odds", *domain)
    expected = records("nhanes_1999_2004", set="coefficient", model=model, kind=kind)
    assert len(rows) == len(expected)
    for row, value in zip(rows, expected, strict=True):
        assert (row["estimate"], row["std_error"]) == pytest.approx((value["estimate"], value["se"]), rel=1e-8)
