"""What names, spellings and signs in numbers lead a draft to: design columns, conditions, missing codes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

import comorbid as cm
from comorbid.drafting import draft_codebook
from comorbid.drafting.asked import parse_asked
from comorbid.drafting.draft import Draft
from comorbid.drafting.names import design_role, is_missing_code, known_condition
from comorbid.errors import SourceError

N = 120


def drafted(folder: Path, columns: dict[str, Sequence[object]], sep: str = ",", conditions: str = "") -> Draft:
    path = folder / "mine.csv"
    pd.DataFrame(columns).to_csv(path, index=False, sep=sep)
    draft = draft_codebook(path, parse_asked(conditions, ""))
    path.with_suffix(".toml").write_text(draft.text, encoding="utf-8")
    return draft


def taken(draft: Draft) -> dict[str, str]:
    return draft.frame().set_index("column")["taken_for"].to_dict()


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("cluster_headache", ""),
        ("coping_strategy", ""),
        ("frustration", ""),
        ("administrator", ""),
        ("capsules", ""),
        ("back_pain_weight_lifting", ""),
        ("cluster_id", "psu"),
        ("SDMVPSU", "psu"),
        ("upm", "psu"),
        ("estrato", "strata"),
        ("VAR_STR", "strata"),
        ("pondera", "weights"),
        ("factor_expansion", "weights"),
    ],
)
def test_a_design_column_is_told_from_words_like_it(name: str, role: str) -> None:
    assert design_role(name, "") == role


@pytest.mark.parametrize(
    ("name", "condition"),
    [
        ("cluster_headache", ""),
        ("Tension-type headache", ""),
        ("Spannungskopfschmerzen", ""),
        ("severe_headache", "migraine"),
        ("migraine or cluster headache", "migraine"),
    ],
)
def test_another_headache_is_no_migraine(name: str, condition: str) -> None:
    assert known_condition(name, "") == condition


@pytest.mark.parametrize(
    ("code", "missing"),
    [("k.A.", True), ("NSP", True), ("Ns/Nc", True), ("no s\u00e9", True), ("NC", False), ("nunca", False)],
)
def test_no_answer_in_other_languages(code: str, missing: bool) -> None:
    assert is_missing_code(code) == missing


def test_strata_and_units_with_names_are_the_design(tmp_path: Path) -> None:
    """Villages have names, and thirty of them are no free text."""
    rng = np.random.default_rng(1)
    columns = {
        "migraine": rng.integers(0, 2, N),
        "stratum": rng.choice(["north", "south"], N),
        "cluster_id": [f"village {i % 30}" for i in range(N)],
    }
    assert taken(drafted(tmp_path, columns)) == {"migraine": "migraine", "stratum": "strata", "cluster_id": "psu"}


@pytest.mark.parametrize("conditions", ["", "migraine=Yes"])
def test_an_answer_in_several_spellings_is_one(conditions: str, tmp_path: Path) -> None:
    answers = ["Yes", "yes", "YES ", "No", " no", "No"] * (N // 6)
    draft = drafted(tmp_path, {"migraine": answers, "age": range(20, 20 + N)}, conditions=conditions)
    assert "differ by capital letters or blanks alone" in draft.text
    found = cm.prevalence(cm.load_cohort(tmp_path / "mine.toml")).set_index("outcome").loc["migraine"]
    assert (found["n"], found["events"]) == (N, N // 2)


def test_thousands_are_not_decimals(tmp_path: Path) -> None:
    """1,323 between semicolons: a comma before three digits everywhere, where 1.323 would be read silently."""
    steps = [f"{1000 + 37 * i:,}" for i in range(N)]
    draft = drafted(tmp_path, {"steps": steps, "migraine": [0, 1] * (N // 2)}, sep=";")
    assert "decimal =" not in draft.text
    why = draft.frame().set_index("column")["why"]
    assert why["steps"] == "text: numbers with commas before three digits, thousands perhaps; store them without"
    with_decimals = drafted(tmp_path, {"bmi": [f"2{i % 9},{i % 7}" for i in range(N)], "steps": steps}, sep=";")
    assert 'decimal = ","' in with_decimals.text


def test_numbers_with_signs_between_thousands_are_no_free_text(tmp_path: Path) -> None:
    _ = drafted(tmp_path, {"income": [f"{9000 + 17 * i:,}" for i in range(N)], "migraine": [0, 1] * (N // 2)})
    assert "free-text" not in set(cm.check_anonymity(tmp_path / "mine.csv")["fault"])


def test_the_weight_of_a_body_is_no_weight_of_the_survey(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    tall = {"migraine": rng.integers(0, 2, N), "weight": rng.normal(75, 9, N).round(1)}
    assert taken(drafted(tmp_path, {**tall, "height": rng.integers(150, 195, N)}))["weight"] == "continuous"
    assert taken(drafted(tmp_path, tall))["weight"] == "weights"
    light = {**tall, "weight": rng.lognormal(0, 0.4, N), "height": rng.integers(150, 195, N)}
    assert taken(drafted(tmp_path, light))["weight"] == "weights"


def test_the_numbers_of_rows_are_not_those_of_people(tmp_path: Path) -> None:
    """R and pandas write the numbers of rows into a first column without a name."""
    columns = {"": range(N), "resp_id": range(500, 500 + N), "migraine": [0, 1] * (N // 2)}
    draft = drafted(tmp_path, columns)
    assert 'id = "resp_id"' in draft.text and taken(draft)["Unnamed: 0"] == "left out"


@pytest.mark.parametrize(
    ("codes", "missing"),
    [([-9], {"-9"}), ([-99, -88], {"-99", "-88"}), ([-9, 99], {"-9", "99"}), ([-3, -5, -9], set())],
)
def test_codes_below_zero_of_a_quantity(codes: list[int], missing: set[str], tmp_path: Path) -> None:
    days = [*codes, *(i % 31 for i in range(N - len(codes)))]
    draft = drafted(tmp_path, {"days": days, "migraine": [0, 1] * (N // 2)})
    assert {*draft.proposals[0].missing} == missing
    assert bool(missing) == ("CHECK" in draft.proposals[0].why)


def test_a_range_that_spss_declares_missing_is_missing(tmp_path: Path) -> None:
    """LOWEST THRU -1, and 90 THRU 99, neither with labels: nobody is -9 years old."""
    ages = [-9.0, -1.0, *(20.0 + i % 50 for i in range(N - 2))]
    days = [94.0, 95.0, 94.0, *(float(i % 31) for i in range(N - 3))]
    people = pd.DataFrame({"age": ages, "days": days, "migraine": [0.0, 1.0] * (N // 2)})
    ranges = {"age": [{"lo": float("-inf"), "hi": -1}], "days": [{"lo": 90, "hi": 99}]}
    pyreadstat.write_sav(people, str(tmp_path / "mine.sav"), missing_ranges=ranges)
    (tmp_path / "mine.toml").write_text(draft_codebook(tmp_path / "mine.sav").text, encoding="utf-8")
    cohort = cm.load_cohort(tmp_path / "mine.toml")
    assert cohort.complete_cases(["age"]).n == N - 2
    assert cohort.complete_cases(["days"]).n == N - 3


def test_a_labelled_missing_value_of_stata_is_no_code(tmp_path: Path) -> None:
    """Their labels have numbers from 2,147,483,621 on; whoever has .a has no value."""
    people = pd.DataFrame({"migraine": [1, 2, "a", "b"] * 30}, dtype=object)
    labels = {"migraine": {1: "Yes", 2: "No", "a": "Refused", "b": "Don't know"}}
    pyreadstat.write_dta(
        people, str(tmp_path / "mine.dta"), variable_value_labels=labels, missing_user_values={"migraine": ["a", "b"]}
    )
    draft = draft_codebook(tmp_path / "mine.dta")
    assert draft.proposals[0].levels == {"no": 2, "yes": 1} and "21474836" not in draft.text


def test_lines_of_figures_are_of_fixed_width(tmp_path: Path) -> None:
    (tmp_path / "fw.dat").write_text("".join(f"{i:05d}{20 + i % 60}{i % 2}\n" for i in range(N)))
    with pytest.raises(SourceError, match="fixed width"):
        draft_codebook(tmp_path / "fw.dat")


@pytest.mark.parametrize(
    ("ages", "role"),
    [([18, 19, 20, 21, 22], "continuous"), ([1, 2, 3, 4, 5], "categorical"), ([18, 30], "categorical")],
)
def test_ages_of_a_few_years_are_years(ages: list[int], role: str, tmp_path: Path) -> None:
    """Students are of five ages, which are no codes of groups."""
    draft = drafted(tmp_path, {"age": [ages[i % len(ages)] for i in range(N)], "migraine": [0, 1] * (N // 2)})
    assert taken(draft)["age"] == role
    assert ("[variables.age_band]" in draft.text) == (role == "continuous")


def test_an_age_that_nobody_reaches_is_a_fault(tmp_path: Path) -> None:
    """-1 is no code that surveys usually give, so it is not taken for missing, nor for an age."""
    ages = [-1, *(20 + i % 60 for i in range(N - 1))]
    draft = drafted(tmp_path, {"age": ages, "migraine": [0, 1] * (N // 2), "w": [1.5, 2.5, 3.5] * (N // 3)})
    assert "limits = [0, 120]" in draft.text and taken(draft)["w"] == "weights"
    assert list(cm.check_cohort(tmp_path / "mine.toml")["fault"]) == ["outside-limits"]
    months = drafted(tmp_path, {"age": [240 + i for i in range(N)], "migraine": [0, 1] * (N // 2)})
    assert "limits" not in months.text


def test_numbers_as_text_among_numbers_of_a_sheet(tmp_path: Path) -> None:
    """Half of the ages are texts, as in sheets that were pasted together; they were taken for codes."""
    ages = [20 + i % 50 if i % 2 else str(20 + i % 50) for i in range(N)]
    people = pd.DataFrame({"age": pd.Series(ages, dtype=object), "migraine": [0, 1] * (N // 2)})
    people.to_excel(tmp_path / "mine.xlsx", index=False)
    draft = draft_codebook(tmp_path / "mine.xlsx")
    assert taken(draft)["age"] == "continuous"
    (tmp_path / "mine.toml").write_text(draft.text, encoding="utf-8")
    young = cm.load_cohort(tmp_path / "mine.toml").restrict("age < 40", reason="40 or older")
    assert young.n == sum(int(age) < 40 for age in ages)


@pytest.mark.parametrize(
    ("given", "role"),
    [
        (["hit by a car in 2012", "since the birth of my son", "pain"], "left out"),
        (["no"] * 100 + ["yes, after the divorce", "yes since I fell at work"], "left out"),
        (["not at all"] * 60 + ["more than half the days"] * 30 + ["nearly every day"], "categorical"),
        (["less than high school", "high school or more"] * 20, "categorical"),
    ],
    ids=["comments", "comments beside an answer", "a rare answer", "long answers"],
)
def test_sentences_of_single_people_are_no_levels(given: list[str], role: str, tmp_path: Path) -> None:
    """As levels they would stand in the codebook and its tables, and no longer be found as free text."""
    texts = [*given, *[""] * (N - len(given))]
    draft = drafted(tmp_path, {"said": texts, "migraine": [0, 1] * (N // 2)})
    assert taken(draft)["said"] == role
    if role == "left out":
        assert "divorce" not in draft.text and "birth" not in draft.text
        assert "free-text" in set(cm.check_anonymity(tmp_path / "mine.toml")["fault"])


def test_no_variable_has_the_name_of_a_column_of_results(tmp_path: Path) -> None:
    """A file may call its columns outcome and level; `by = "outcome"` would be refused."""
    _ = drafted(tmp_path, {"outcome": [0, 1] * (N // 2), "level": [1, 2, 3] * (N // 3)}, conditions="outcome")
    cohort = cm.load_cohort(tmp_path / "mine.toml")
    assert list(cohort.codebook.variables) == ["v_outcome", "v_level"]
    assert set(cm.prevalence(cohort, by="v_level")["v_level"]) == {"1", "2", "3"}


@pytest.mark.parametrize(
    ("label", "missing", "check"),
    [("NC", {"99": "NC"}, True), ("no contesta", {"99": "no contesta"}, False), ("99 or more", {}, False)],
)
def test_a_labelled_number_far_above_the_others(
    label: str, missing: dict[str, str], check: bool, tmp_path: Path
) -> None:
    """Pain from 0 to 10; what the label NC means nobody can know, so that it is to be checked."""
    pain = pd.DataFrame({"nrs": [99.0, *(float(i % 11) for i in range(N - 1))], "migraine": [0.0, 1.0] * (N // 2)})
    labels = {"nrs": {0: "sin dolor", 10: "el peor", 99: label}}
    pyreadstat.write_dta(pain, str(tmp_path / "mine.dta"), variable_value_labels=labels)
    proposal = draft_codebook(tmp_path / "mine.dta").proposals[0]
    assert proposal.role == "continuous" and dict(proposal.missing) == missing
    assert ("99 lie far above them and are taken for missing, CHECK" in proposal.why) == check
