"""Every cited default follows from the rows of the evidence table that it names."""

import csv
import re

import pytest

from comorbid.errors import SpecError
from comorbid.paths import resource_dir
from comorbid.synthetic import CONDITIONS, PAIRS, default_inputs, read_inputs

NUMERIC = ("n", "estimate", "a", "b", "c", "d")


def evidence():
    with (resource_dir("evidence") / "estimates.csv").open(encoding="utf-8", newline="") as lines:
        return {row["id"]: row for row in csv.DictReader(lines)}


ROWS = evidence()


def numbers(row):
    return {name: float(row[name]) for name in NUMERIC if row[name]}


def shares_in_note(row):
    women, men = (float(share) / 100 for share in re.search(r"women ([\d.]+)%, men ([\d.]+)%", row["note"]).groups())
    return women * (1 - men) / (men * (1 - women))


def without_migraine(row):
    """People of the German study without migraine, from the row of those with it."""
    return 9944 - numbers(row)["a"] - numbers(row)["b"]


TAKEN = {
    "estimate": lambda row: numbers(row)["estimate"],
    "one over the estimate": lambda row: 1 / numbers(row)["estimate"],
    "odds ratio of the cells": lambda row: float(row["a"]) * float(row["d"]) / (float(row["b"]) * float(row["c"])),
    "share of a + b": lambda row: (float(row["a"]) + float(row["b"])) / sum(float(row[cell]) for cell in "abcd"),
    "share of a + c": lambda row: (float(row["a"]) + float(row["c"])) / sum(float(row[cell]) for cell in "abcd"),
    "odds ratio of the shares in the note": shares_in_note,
    "difference of a, over people without migraine": lambda all_chronic, migraine: (
        (numbers(all_chronic)["a"] - numbers(migraine)["a"]) / without_migraine(migraine)
    ),
    "b of the first, over people without migraine": lambda headache, migraine: (
        numbers(headache)["b"] / without_migraine(migraine)
    ),
}


@pytest.mark.parametrize("citation", default_inputs().citations, ids=lambda citation: citation.input)
def test_the_value_follows_from_the_rows(citation):
    value = TAKEN[citation.taken](*(ROWS[name] for name in citation.rows))
    assert citation.value == pytest.approx(value, rel=6e-3 if citation.value < 0.1 else 2e-3)


def test_every_prevalence_and_pair_is_cited():
    cited = {citation.input for citation in default_inputs().citations}
    needed = {f"prevalences.{name}" for name in CONDITIONS} | {f"odds_ratios.{a}.{b}" for a, b in PAIRS}
    assert needed <= cited


def test_cited_values_are_the_ones_used():
    inputs = default_inputs()
    for citation in inputs.citations:
        kind, _, name = citation.input.partition(".")
        if kind == "prevalences":
            assert inputs.prevalences[name] == citation.value
        elif kind == "odds_ratios":
            assert inputs.odds_ratios[tuple(name.split("."))] == citation.value


def test_what_is_not_the_thing_itself_is_called_a_stand_in():
    """A row whose exposure and outcome are not those of the pair must say so."""
    words = {"migraine": "migraine", "low_back_pain": "low back", "neck_pain": "neck", "fibromyalgia": "fibromyalgia"}
    for citation in default_inputs().citations:
        kind, *names = citation.input.split(".")
        if kind == "odds_ratios":
            row = ROWS[citation.rows[0]]
            said = f"{row['exposure']} {row['outcome']}"
            exact = all(words[name] in said for name in names) and "clinic" not in row["design"]
            assert exact or "stand-in" in citation.note, citation.input


def test_a_file_that_lacks_a_table_is_refused(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("[prevalences]\n", encoding="utf-8")
    with pytest.raises(SpecError, match=r"mine\.toml has no entry 'covariates'"):
        read_inputs(path)


def test_a_file_that_is_not_toml_is_refused(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(SpecError, match=r"mine\.toml cannot be read as TOML"):
        read_inputs(path)
