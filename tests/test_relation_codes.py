"""Source codes of every kind read in a database as they do in a frame, whether grouped first or recoded first."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid import relation, relation_columns
from comorbid._numerics.assemble import assemble_patterns
from comorbid.cells import collapse_cohort

pytest.importorskip("ibis")

CODEBOOK = """
name = "mine"
title = "Mine"
conditions = ["pain", "answer", "coded"]

[variables.pain]
kind = "condition"
label = "Pain, true or false"

[variables.pain.levels]
no = ["no"]
yes = ["yes"]

[variables.answer]
kind = "condition"
label = "Answer in text"
missing = { "refused" = "would not say", "9" = "unknown" }

[variables.answer.levels]
no = ["n", "never"]
yes = ["y", "often"]

[variables.coded]
kind = "condition"
label = "Numbers with gaps"
missing = { 7 = "refused", 9 = "does not know" }

[variables.coded.levels]
no = [2, 3]
yes = [1]

[variables.score]
kind = "continuous"
label = "Score"
missing = { 99 = "unknown" }
"""
DESIGN = cm.SurveyDesign(weights="weight", psu="psu")
NAMES = ["pain", "answer", "coded", "score"]


def people(n: int = 900) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    return pd.DataFrame(
        {
            "pain": pd.array(rng.choice(np.array([True, False, None], dtype=object), n), dtype="boolean"),
            "answer": rng.choice(["n", "never ", " y", "often", "refused", "9", "", None], n),
            "coded": pd.array(rng.choice(np.array([1, 2, 3, 7, 9, None], dtype=object), n), dtype="Int16"),
            "score": rng.choice([0.0, 1e-79, 1.5, 3.0, 99.0, np.nan], n),
            "weight": rng.uniform(0.5, 2.0, n),
            "psu": rng.integers(0, 12, n),
        }
    )


@pytest.fixture
def codebook(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(CODEBOOK, encoding="utf-8")
    return path


def in_file(frame: pd.DataFrame, codebook: Path) -> cm.Cohort:
    path = codebook.with_suffix(".parquet")
    frame.to_parquet(path)
    return cm.load_cohort(path, codebook=codebook, design=DESIGN)


def in_memory(frame: pd.DataFrame, codebook: Path) -> cm.Cohort:
    return cm.load_cohort(frame, codebook=codebook, design=DESIGN)


def same_cells(cohorts: list[cm.Cohort], names: list[str] = NAMES) -> None:
    one, other = (collapse_cohort(cohort, names).table for cohort in cohorts)
    for part in ("codes", "count", "cell_unit", "cell_pattern"):
        assert np.array_equal(getattr(one, part), getattr(other, part)), part
    assert other.cell_weight == pytest.approx(one.cell_weight, rel=1e-13)


@pytest.mark.parametrize("few_codes", [64, 0], ids=["grouped first", "recoded first"])
@pytest.mark.parametrize("where", ["", "pain == 'yes' or answer == 'no'", "coded != 'yes' and score < 2"])
def test_codes_of_every_kind(codebook, monkeypatch, few_codes, where):
    monkeypatch.setattr(relation_columns, "FEW_CODES", few_codes)
    cohorts = [in_memory(people(), codebook), in_file(people(), codebook)]
    same_cells([cohort.restrict(where, "outside") if where else cohort for cohort in cohorts])


@pytest.mark.parametrize("kind", ["float64", "Float32", "decimal", "string"])
def test_numbers_in_other_types(codebook, kind):
    frame = people()
    if kind == "decimal":
        frame["coded"] = [None if pd.isna(value) else Decimal(f"{value}.00") for value in frame["coded"]]
    else:
        frame["coded"] = frame["coded"].astype("string" if kind == "string" else "Float64").astype(kind)
    same_cells([in_memory(people(), codebook), in_file(frame, codebook)])


@pytest.mark.parametrize("few_codes", [64, 0], ids=["grouped first", "recoded first"])
@pytest.mark.parametrize(
    ("name", "value", "found"), [("answer", "Jane Doe", "20 values outside"), ("coded", 4, "20 values outside")]
)
def test_an_undeclared_code_is_counted_by_people(codebook, monkeypatch, few_codes, name, value, found):
    monkeypatch.setattr(relation_columns, "FEW_CODES", few_codes)
    frame = people()
    frame.loc[:19, name] = value
    cohort = in_file(frame, codebook)
    with pytest.raises(cm.ComorbidError, match=f"`{name}` .* has {found}") as fault:
        collapse_cohort(cohort, NAMES)
    assert "Jane" not in str(fault.value)


def test_a_code_that_is_no_whole_number_is_none_of_a_column_of_whole_numbers(codebook):
    codebook.write_text(CODEBOOK.replace("yes = [1]", "yes = [1.5]"), encoding="utf-8")
    with pytest.raises(cm.ComorbidError, match=r"`coded` .* values outside"):
        collapse_cohort(in_file(people(), codebook), ["coded"])


def test_too_many_cells_are_not_fetched(codebook, monkeypatch):
    monkeypatch.setattr(relation, "MOST_CELLS", 10)
    with pytest.raises(cm.ComorbidError, match="more than 10 cells"):
        collapse_cohort(in_file(people(), codebook), NAMES)


def test_groups_of_one_pattern_and_unit_are_added_up():
    codes = np.array([[1, 0], [0, 1], [1, 0], [1, 0], [0, 1]])
    unit = np.array([1, 0, 0, 1, 0])
    table = assemble_patterns(codes, unit, np.arange(1, 6), np.arange(1, 6) / 2, np.arange(1, 6) / 4)
    assert table.codes.tolist() == [[0, 1], [1, 0]]
    assert table.count.tolist() == [7, 8]
    assert (table.cell_unit.tolist(), table.cell_pattern.tolist()) == ([0, 0, 1], [0, 1, 1])
    assert table.cell_weight.tolist() == [3.5, 1.5, 2.5]
    assert table.cell_weight_sq.tolist() == [1.75, 0.75, 1.25]
