"""Missing answers: no sum or difference of the tables of one report tells of fewer people than the threshold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid._numerics.gaps import sharing_gaps
from comorbid.analyses.population import hold
from comorbid.analyses.report import Report
from comorbid.errors import AnalysisError, CohortError
from comorbid.paths import REPORT_DIR
from comorbid.tables import Table

K = 10
CONDITIONS = ("a", "b", "c")
NAMED = ("sex", "age")


def people(seed: int, n: int = 900) -> pd.DataFrame:
    """Answers missing in threes, in a block with frayed edges, and at random."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({name: (rng.random(n) < 0.4).astype(float) for name in CONDITIONS})
    frame["sex"] = pd.Categorical(rng.choice(["male", "female"], n))
    frame["age"] = rng.integers(20, 80, n).astype(float)
    block = rng.random(n) < 0.04
    for name in CONDITIONS:
        frame.loc[block & (rng.random(n) < 0.9), name] = np.nan
        frame.loc[rng.choice(n, 3, replace=False), name] = np.nan
    frame.loc[rng.choice(n, int(rng.integers(1, 40)), replace=False), "age"] = np.nan
    frame.loc[rng.choice(n, int(rng.integers(1, 40)), replace=False), "sex"] = np.nan
    return frame


def cohort(seed: int) -> cm.Cohort:
    return cm.load_cohort(people(seed), conditions=CONDITIONS)


def populations(whole: cm.Cohort) -> dict[tuple[str, ...], int]:
    """People with an answer to each variable of a set, for every set of variables: what tables can rest on."""
    names = (*CONDITIONS, *NAMED)
    sets = [chosen for size in range(len(names) + 1) for chosen in combinations(names, size)]
    return {chosen: whole.complete_cases(chosen).n if chosen else whole.n for chosen in sets}


def few_apart(n: dict[tuple[str, ...], int]) -> Iterator[tuple[int, ...]]:
    """Fewer people than the threshold who differ: between a table and one by more variables, and between four."""
    for one, other in combinations(n, 2):
        both, either = tuple(x for x in one if x in other), tuple(x for x in n_order(n) if x in {*one, *other})
        differences = [n[both] - n[one], n[one] - n[either], n[both] - n[one] - n[other] + n[either]]
        yield from ((difference,) for difference in differences if 0 < difference < K)


def n_order(n: dict[tuple[str, ...], int]) -> tuple[str, ...]:
    return max(n, key=len)


@pytest.fixture
def reporting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A report is being made, as the runner makes it."""
    folder = tmp_path / "work" / "report"
    folder.mkdir(parents=True)
    spec = {"cohort": {"name": "mine"}, "analysis": {"name": "first"}, "out": str(tmp_path), "variables": NAMED}
    (folder.parent / "spec.json").write_text(json.dumps(spec))
    monkeypatch.setenv(REPORT_DIR, str(folder))
    return folder


@pytest.mark.parametrize("seed", range(8))
def test_no_tables_of_a_report_differ_by_a_few_people(seed: int, reporting: Path) -> None:
    assert any(few_apart(populations(cohort(seed)))), "unprotected, subtraction finds somebody"
    whole = cohort(seed)
    before = whole.n
    Report(whole)
    assert not list(few_apart(populations(whole)))
    assert 0.8 * before < whole.n < before


@pytest.mark.parametrize("seed", range(3))
def test_what_the_tables_say_is_what_they_are_of(seed: int, reporting: Path) -> None:
    whole = cohort(seed)
    Report(whole)
    n = populations(whole)
    for row in cm.prevalence(whole).to_dict("records"):
        assert row["n"] == n[row["outcome"],]
    for row in cm.cooccurrence(whole, measures=["odds_ratio"]).to_dict("records"):
        assert row["n"] == n[row["condition_a"], row["condition_b"]]
    fit = cm.fit_logistic(whole, cm.LogisticSpec("a", "b").adjust_for("sex", "age"))
    assert (fit.tidy()["n"].dropna() == n["a", "b", "sex", "age"]).all()


def test_other_definitions_and_further_restrictions_leave_the_same_people_out(reporting: Path) -> None:
    whole = cohort(1)
    women = whole.restrict("sex == 'female'", "men")
    Report(whole)
    assert women.n == whole.restrict("sex == 'female'", "men").n < cohort(1).restrict("sex == 'female'", "men").n


def test_complete_cases_are_taken_after_the_few_have_left(reporting: Path) -> None:
    whole = cohort(2)
    analytic = whole.complete_cases(["a", "sex"])
    Report(analytic)
    lost = whole.n - analytic.n
    assert lost == 0 or lost >= K
    steps = analytic.flow()
    assert steps["step"].tolist() == ["on file", "rare gaps", "complete cases"]
    assert steps["n"].tolist() == [900, whole.n, analytic.n]
    assert str(whole.n_missing(["a"])["a"]) in steps["reason"].iloc[-1]


def test_a_step_of_a_few_is_a_step_without_a_number(reporting: Path) -> None:
    frame = people(3)[["a", "b", "sex"]].fillna({"a": 0.0, "b": 1.0, "sex": "male"})
    frame.loc[:3, "b"] = np.nan
    whole = cm.load_cohort(frame, conditions=["a", "b"])
    Report(whole)
    flow = whole.flow()
    assert flow["n"].isna().tolist() == [True, False] and flow["n_excluded"].isna().iloc[1]
    assert flow["suppressed"].tolist() == ["[n<10]", "[n<10]"]


def test_where_nobody_lacks_anything_nobody_leaves(reporting: Path) -> None:
    frame = people(4).fillna({"a": 0.0, "b": 0.0, "c": 1.0, "sex": "male", "age": 40.0})
    whole = cm.load_cohort(frame, conditions=CONDITIONS)
    Report(whole)
    assert whole.n == 900 and whole.flow()["step"].tolist() == ["on file"]


def test_a_variable_that_no_notebook_names_is_refused_if_it_tells_of_a_few(reporting: Path) -> None:
    frame = people(5)
    frame["work"] = pd.Categorical(np.where(np.arange(900) % 2, "yes", "no"))
    frame["bmi"] = frame["work"].copy()
    frame.loc[7:9, "work"] = np.nan
    whole = cm.load_cohort(frame, conditions=CONDITIONS)
    Report(whole)
    cm.prevalence(whole, by="bmi")
    with pytest.raises(CohortError, match=r"work among them.*Name the variable anywhere"):
        cm.prevalence(whole, by="work")


def test_a_report_without_people_reserves_nobody_and_computes_nothing(reporting: Path, tmp_path: Path) -> None:
    whole = cohort(6)
    Report(whole, confidential=False)
    assert not (tmp_path / ".released").exists()
    for use in (lambda: whole.n, lambda: cm.prevalence(whole), whole.flow, whole.describe):
        with pytest.raises(CohortError, match="confidential=False"):
            use()
    Report(cohort(6))
    assert (tmp_path / ".released" / "mine.json").exists()


def test_a_table_of_other_people_than_the_report_is_refused(reporting: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comorbid.analyses.report._display", lambda item: None)
    everybody = cohort(7)
    adults = everybody.restrict("age >= 25", "younger than 25")
    report = Report(adults)
    report.table(cm.prevalence(adults.restrict("sex == 'male'", "women")), "men", "Men")
    with pytest.raises(AnalysisError, match="about other people"):
        report.table(cm.prevalence(everybody), "all", "All")


def test_people_in_a_database_share_their_gaps_alike(tmp_path: Path) -> None:
    pytest.importorskip("ibis")
    frame = people(0).assign(sex=lambda of: of["sex"].astype(object))
    frame.to_parquet(tmp_path / "people.parquet")
    (tmp_path / "mine.toml").write_text(
        "".join(f'[variables.{name}]\nkind = "condition"\nlevels = {{ no = 0, yes = 1 }}\n' for name in CONDITIONS)
        + '[variables.sex]\nlevels = ["male", "female"]\n[variables.age]\nkind = "continuous"\n'
    )
    stored = cm.load_cohort(tmp_path / "people.parquet", codebook=tmp_path / "mine.toml")
    loaded = cm.load_cohort(frame, codebook=tmp_path / "mine.toml")
    for one in (stored, loaded):
        hold(one, tmp_path / "nowhere" / "report", True)
    assert type(stored.people) is not type(loaded.people)
    assert populations(stored) == populations(loaded)


def test_who_lacks_nothing_is_a_set_like_any_other() -> None:
    missing = [np.arange(30) >= 5, np.zeros(30, dtype=bool)]
    everybody = np.ones(30, dtype=bool)
    assert sharing_gaps(missing, everybody, K).tolist() == [False] * 5 + [True] * 25
    assert sharing_gaps(missing, everybody, 5).all()
    assert sharing_gaps([], everybody, K).all()
    assert not sharing_gaps(missing, np.arange(30) < 14, K).any()


@pytest.mark.parametrize(("few", "hidden"), [(1, True), (K - 1, True), (K, False), (0, False)])
def test_a_part_is_withheld_when_a_few_others_have_a_condition(few: int, hidden: bool, reporting: Path) -> None:
    """The prevalence among all less that of the part would tell of the few."""
    frame = pd.DataFrame({"a": np.arange(400) % 2, "days": np.where(np.arange(400) < 300, 3.0, 20.0)})
    frame.loc[frame["days"] == 20, "a"] = (np.arange(100) < few).astype(int)
    whole = cm.load_cohort(frame, conditions=["a"])
    part = whole.restrict("days < 15", "15 days or more")
    Report(whole)
    found = cm.prevalence(part)
    assert found[["estimate", "n", "events"]].isna().all(axis=None) == hidden
    assert ("suppressed" in found and found["suppressed"].eq("[n<10]").all()) == hidden
    assert cm.prevalence(whole)["estimate"].notna().all()


def test_a_table_whose_numbers_are_all_hidden_can_be_shown(reporting: Path) -> None:
    frame = pd.DataFrame({"variable": ["x"], "n_missing": pd.array([pd.NA], dtype="Int64"), "suppressed": ["[n<10]"]})
    assert "[n&lt;10]" in Table(frame, "Missing.", "table-1").html()
