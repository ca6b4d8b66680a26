"""What the command line prints for the further surveys is what R `survey` says, to a relative error of 1e-8."""

from __future__ import annotations

import json
import math

import pytest

from comorbid.cli import main
from comorbid.sources.registry import Survey
from tests.references import records

RELATIVE = 1e-8
COHORTS = tuple(dict.fromkeys(record["cohort"] for record in records("surveys")))
"""Cohorts, with the definition that is not the default one after a blank."""
MODELLED = tuple(dict.fromkeys(record["cohort"] for record in records("surveys", set="coefficient")))
EACH = pytest.mark.parametrize("cohort", COHORTS)

# R's name of a pair measure -> ours, and whether a and b trade places
MEASURES = {
    "log_odds_ratio": ("odds_ratio", False),
    "log_observed_expected": ("observed_expected", False),
    "log_prevalence_ratio_b_given_a": ("prevalence_ratio", False),
    "log_prevalence_ratio_a_given_b": ("prevalence_ratio", True),
    "prevalence_difference_b_given_a": ("prevalence_difference", False),
    "p_b_given_a": ("conditional_prevalence", False),
    "phi": ("phi", False),
    "yule_q": ("yule_q", False),
    "jaccard": ("jaccard", False),
}


def printed(capsys: pytest.CaptureFixture[str], command: str, cohort: str, *arguments: str) -> list[dict]:
    cohort, _, definition = cohort.partition(" ")
    rule = [part for name in ("low_back_pain", "neck_pain") for part in ("--define", f"{name}={definition}")]
    here, wanted = Survey(cohort).files_here()
    if here < wanted:
        pytest.skip(f"{wanted - here} of {wanted} files of {cohort} are not here; `comorbid fetch {cohort}`")
    assert main([command, cohort, *arguments, *(rule if definition else []), "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def found(rows: list[dict], **where: object) -> dict:
    (row,) = [row for row in rows if all(row.get(name) == value for name, value in where.items())]
    return row


def same(row: dict, record: dict) -> bool:
    estimate = math.log(row["estimate"]) if record.get("measure", "").startswith("log_") else row["estimate"]
    expected = (record["estimate"], record["se"])
    return (estimate, row["std_error"]) == pytest.approx(expected, rel=RELATIVE, abs=1e-13)


@EACH
def test_prevalence(capsys, cohort):
    rows = printed(capsys, "prevalence", cohort)
    for record in records("surveys", set="prevalence", cohort=cohort):
        row = found(rows, outcome=record["condition"])
        assert same(row, record)
        assert (row["n"], row["events"]) == (record["n"], record["events"])


@EACH
def test_cooccurrence(capsys, cohort):
    rows = printed(capsys, "cooccurrence", cohort)
    checked = 0
    for record in records("surveys", set="cooccurrence", cohort=cohort):
        if record["measure"] in MEASURES:
            measure, swap = MEASURES[record["measure"]]
            a, b = (record["b"], record["a"]) if swap else (record["a"], record["b"])
            row = found(rows, condition_a=a, condition_b=b, measure=measure)
            assert same(row, record), (a, b, measure)
            assert (row["n"], row["n_both"]) == (record["n"], record["n_both"])
            checked += 1
    for record in records("surveys", set="combinations", cohort=cohort):
        row = found(rows, combination=record["combination"], measure=record["measure"].removeprefix("log_"))
        assert same(row, record), (record["combination"], record["measure"])
        assert row["events"] == record["events"]
        checked += 1
    assert checked >= len(MEASURES) + 4


@pytest.mark.parametrize(
    "cohort", [cohort for cohort in COHORTS if records("surveys", set="coefficient", cohort=cohort)]
)
def test_adjusted_odds_ratio(capsys, cohort):
    expected = records("surveys", set="coefficient", cohort=cohort)
    rows = printed(capsys, "fit", cohort, expected[0]["formula"], "--log-odds")
    assert len(rows) == len(expected)
    for row, record in zip(rows, expected, strict=True):
        assert same(row, record), record["term"]
