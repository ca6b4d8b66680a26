"""Differencing: what earlier reports told forbids reports that differ from them by a few people."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.analyses.population import population_of, record_in, record_of
from comorbid.analyses.released import counts_of
from comorbid.errors import AnalysisError

K = 10
AGES = np.repeat(np.arange(20.0, 60.0), 12)


def cohort(few: int = 0) -> cm.Cohort:
    """480 people, 12 of each age from 20; `few` of them aged 20 are 20.5."""
    age = AGES.copy()
    age[:few] = 20.5
    rng = np.random.default_rng(4)
    sex = pd.Categorical(np.tile(["male", "female"], 240))
    return cm.load_cohort(
        pd.DataFrame({"a": rng.random(480) < 0.4, "b": rng.random(480) < 0.5, "age": age, "sex": sex})
    )


def record(folder: Path, report: str = "first"):  # type: ignore[no-untyped-def]
    return record_of({"cohort": {"name": "mine"}, "analysis": {"name": report}, "out": str(folder)})


@pytest.mark.parametrize(("few", "refused"), [(1, True), (K - 1, True), (K, False), (K + 1, False)])
def test_populations_that_differ_by_a_few_are_refused(few: int, refused: bool, tmp_path: Path) -> None:
    people = cohort(few)
    record(tmp_path).reserve(population_of(people.restrict("age >= 20", "all")))
    narrower = population_of(people.restrict("age != 20.5", "the few"))
    if refused:
        with pytest.raises(
            AnalysisError, match=r"second was not released.* fewer than 10 people.* first \(age >= 20\)"
        ):
            record(tmp_path, "second").reserve(narrower)
    else:
        record(tmp_path, "second").reserve(narrower)


def test_the_same_people_under_another_name_and_other_people_of_like_number_are_released(tmp_path: Path) -> None:
    people = cohort()
    first = record(tmp_path)
    for where in ("age >= 20", "age > 19", "sex == 'male'", "sex == 'female' and age < 59"):
        first.reserve(population_of(people.restrict(where, "asked")))
    assert len(json.loads(first.path.read_text())["released"]) == 4


def test_counts_that_differ_by_a_few_are_refused_where_one_population_holds_the_other(tmp_path: Path) -> None:
    people = cohort()
    wide, narrow = people.restrict("age >= 20", "all"), people.restrict("age >= 21", "from 21")
    record(tmp_path).reserve(population_of(wide), counts_of(cm.prevalence(wide)))
    with pytest.raises(AnalysisError, match="a count in it differs by fewer than 10"):
        record(tmp_path, "second").reserve(population_of(narrow), counts_of(cm.prevalence(narrow)))
    record(tmp_path, "third").reserve(population_of(narrow), {})


def test_a_data_set_that_grew_by_a_few_people_is_refused(tmp_path: Path) -> None:
    everybody = population_of(cohort())
    record(tmp_path).reserve(everybody)
    grown = type(everybody)(everybody.restrictions, everybody.n + 3, everybody.compare)
    with pytest.raises(AnalysisError, match="everybody"):
        record(tmp_path, "again").reserve(grown)


def test_what_a_failed_run_reserved_is_forgotten_and_what_came_out_is_not(tmp_path: Path) -> None:
    people = cohort(3)
    wide, narrow = (population_of(people.restrict(where, "x")) for where in ("age >= 20", "age != 20.5"))
    first = record(tmp_path)
    first.reserve(wide)
    first.begin()
    first.reserve(narrow)
    first.confirm()
    first.begin()
    with pytest.raises(AnalysisError):
        first.reserve(wide)


def test_complete_cases_and_definitions_are_told_apart(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1, 0] * 100, "b": [0.0, 1.0] * 100})
    frame.loc[:3, "b"] = np.nan
    people = cm.load_cohort(frame, conditions=["a", "b"])
    record(tmp_path).reserve(population_of(people))
    with pytest.raises(AnalysisError, match="fewer than 10 people"):
        record(tmp_path, "models").reserve(population_of(people.complete_cases(["b"])))


def told(a: int, b: int, n: int = 480) -> dict[str, int]:
    """Counts of two conditions, as a table of prevalence tells them."""
    return counts_of(pd.DataFrame({"outcome": ["a", "b"], "measure": "prevalence", "n": n, "events": [a, b]}))


@pytest.mark.parametrize("report", ["first", "second"])
@pytest.mark.parametrize(("moved", "refused"), [(1, True), (K - 1, True), (K, False)])
def test_the_same_people_under_another_definition_are_compared_count_by_count(
    report: str, moved: int, refused: bool, tmp_path: Path
) -> None:
    everybody, first = population_of(cohort()), record(tmp_path)
    first.reserve(everybody, told(100, 200))
    first.confirm()
    again = record(tmp_path, report)
    again.begin()
    again.reserve(everybody, told(100, 200))
    if refused:
        with pytest.raises(AnalysisError, match="a count in it differs by fewer than 10"):
            again.reserve(everybody, told(100, 200 + moved))
    else:
        again.reserve(everybody, told(100, 200 + moved))


def test_counts_among_fewer_people_with_an_answer_are_others(tmp_path: Path) -> None:
    everybody, first = population_of(cohort()), record(tmp_path)
    first.reserve(everybody, told(100, 200))
    record(tmp_path, "second").reserve(everybody, told(98, 197, n=450))
    assert [one["report"] for one in json.loads(first.path.read_text())["released"]] == ["first", "second"]


def test_what_a_report_says_of_several_things_in_the_same_words_is_not_compared(tmp_path: Path) -> None:
    everybody, first = population_of(cohort()), record(tmp_path)
    for _ in range(2):
        first.begin()
        first.reserve(everybody, told(100, 200))
        first.reserve(everybody, told(100, 203))
        first.confirm()
    assert len(json.loads(first.path.read_text())["released"]) == 1


def test_a_report_about_a_few_people_is_refused() -> None:
    with pytest.raises(AnalysisError, match="about fewer than 10 people"):
        population_of(cohort(9).restrict("age == 20.5", "the few"))


def test_there_is_no_record_outside_the_runner(tmp_path: Path) -> None:
    assert record_in(tmp_path) is None


def test_a_row_without_some_counts_tells_what_follows_from_the_others() -> None:
    frame = pd.DataFrame(
        {
            "term": ["sex", "age"],
            "measure": ["share", "mean"],
            "n": [100, 80],
            "events": [60, None],
            "n_both": [None, np.nan],
        }
    )
    assert sorted(counts_of(frame).values()) == sorted([100, 80, 60, 40] * 2)
