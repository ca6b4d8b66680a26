"""The twenty-four public cases: each is held by tests that exist, and R's numbers are those that textbooks print."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import comorbid as cm
from tests.measures.test_stratified import counted
from tests.references import FOLDER, records

TESTS = Path(__file__).parent
ROWS = re.findall(r"^\| (R\d+) \| (.+?) \| (.+?) \|$", (FOLDER / "README.md").read_text(encoding="utf-8"), re.MULTILINE)

PRINTED = {
    "R10": {"log_estimate": "1.6405", "cmh": "85.0095", "tarone": "9.2993"},
    "R13 tolbutamide": {"log_estimate": "0.338719", "log_se": "0.311154", "cmh": "1.1914"},
    "R13 spermicide": {"log_estimate": "1.330034", "log_se": "0.590990"},
    "R14": {"log_estimate": "-0.100155"},
}
"""Breslow & Day 1980, chapter 4; Rothman, tables 15-1 and 15-5; Bickel and others 1975 (odds ratio 0.904697)."""
MATCHED = {
    ("R11", "estYes"): ("2.073761", "0.420825"),
    ("R11", "gallYes"): ("1.306143", "0.371839"),
    ("R11 one to one", "estYes"): ("2.268684", "0.606478"),
    ("R12", "spontaneous"): ("1.985876", "0.352444"),
    ("R12", "induced"): ("1.409012", "0.360712"),
}
"""Breslow & Day 1980, chapter 7; R's manual of `infert`."""


def printed(value: float, figure: str) -> bool:
    return f"{value:.{len(figure.partition('.')[2])}f}" == figure


def test_every_case_has_a_row_in_order():
    assert [case for case, _, _ in ROWS] == [f"R{number}" for number in range(1, 25)]


@pytest.mark.parametrize(("case", "held"), [(case, held) for case, _, held in ROWS if case != "R19"])
def test_its_tests_exist(case, held):
    files = re.findall(r"`([^`]+)`", held)
    assert files
    assert all((TESTS / file).is_file() for file in files)


@pytest.mark.parametrize("case", PRINTED)
def test_stratified_tables_are_those_of_the_textbooks(case):
    (row,) = records("models", set="mantel_haenszel", case=case, method="metafor")
    for field, figure in PRINTED[case].items():
        assert printed(row[field], figure), field


def test_tolbutamide_has_the_printed_90_percent_interval():
    frame = cm.stratified_odds_ratio(counted("R13 tolbutamide"), "outcome", "exposed", "stratum", conf_level=0.9)
    pooled = frame[(frame["model"] == "mantel_haenszel") & (frame["measure"] == "odds_ratio")].iloc[0]
    assert [printed(v, f) for v, f in ((pooled.conf_low, "0.8411"), (pooled.conf_high, "2.3409"))] == [True, True]


@pytest.mark.parametrize(("case", "coefficient"), MATCHED)
def test_matched_sets_are_those_of_the_textbooks(case, coefficient):
    (row,) = records("models", set="conditional_logistic", case=case, coefficient=coefficient)
    estimate, error = MATCHED[case, coefficient]
    assert printed(row["estimate"], estimate)
    assert printed(row["se"], error)


def test_aspirin():
    (row,) = records("certified", set="table", case="R23")
    assert printed(row["odds_ratio"], "1.832054")
    assert printed(row["se"], "0.122842")
    assert np.log(row["odds_ratio"]) == pytest.approx(row["log_odds_ratio"], rel=1e-14)
