"""The coverage study stays true to the library: its array formulas give what the public functions give."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pandas as pd
import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
MODULES = ("coverage", "coverage_report", "universe", "batch", "batch_more")


@pytest.fixture
def study(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    yield importlib.import_module("coverage")
    for name in MODULES:
        sys.modules.pop(name, None)


@pytest.mark.parametrize("number", [0, 5])
def test_array_formulas_equal_the_public_functions(study, tmp_path, number):
    n, df = study.SETTINGS[number]
    setting = study.Setting(number, n, df, seed=1, work=tmp_path)  # checks itself, and raises where they differ
    setting.advance(3)
    table = setting.summary()
    assert len(table) == len(setting.truth) == setting.draws.shape[1]
    assert table["coverage"].between(0, 1).all()


def test_replicates_can_be_drawn_again_and_taken_up(study, tmp_path):
    n, df = study.SETTINGS[1]
    first = study.Setting(1, n, df, seed=2, work=tmp_path)
    first.advance(2)
    again = study.Setting(1, n, df, seed=2, work=tmp_path)
    again.advance(1)
    assert len(again.draws) == 3 and (again.draws[:2] == first.draws).all()


def test_what_misses_a_goal_has_its_reason_on_record():
    table = pd.read_csv(BENCHMARKS / "coverage.csv")
    assert len(set(table.groupby(["n", "df"]).size())) == 1
    assert set(zip(table["n"], table["df"], strict=True)) == {(n, df) for n in (2000, 10000) for df in (5, 15, 30)}
    assert (table["replicates"] >= 4000).all()
    missed = ~table["coverage"].between(0.937, 0.963) | ~table["error_ratio"].between(0.97, 1.03)
    assert (table["reason"].notna() == missed).all()
    assert table["coverage"].between(0.92, 0.97).all()
