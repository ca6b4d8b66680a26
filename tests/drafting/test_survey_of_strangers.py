"""What stood in the way of files that nobody here prepared: a telephone survey, panels, replicate weights."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest

import comorbid as cm
from comorbid.cli import main
from comorbid.codebook import Codebook, read_codebook
from comorbid.drafting import Asked, draft_codebook, parse_asked
from comorbid.drafting.names import (
    calls_it_a_date,
    design_role,
    is_missing_code,
    is_missing_label,
    is_quasi_identifier,
    known_condition,
    known_covariate,
)
from comorbid.drafting.proposal import Proposal
from comorbid.drafting.proposals import DAYS, propose
from comorbid.drafting.text import shortened
from comorbid.errors import ComorbidError, SourceError, SpecError, UnknownNameError

N = 240
COMPUTER = "Q5 Do you use a computer at your workplace, at school, at home, or anywhere else?"


def proposed(values: Any, name: str = "x", label: str = "", labels: Any = None, missing: Any = ()) -> Proposal:
    return propose(pd.Series(values, name=name), label, labels or {}, missing)


def book_of(path: Path, asked: Asked | None = None) -> Codebook:
    book = path.with_suffix(".toml")
    book.write_text(draft_codebook(path, asked).text, encoding="utf-8")
    return read_codebook(book)


def telephone_survey(folder: Path, ending: str = ".dta") -> Path:
    """Questions as labels, sentinels with labels, a date, an area: as polling houses write their files."""
    rng = np.random.default_rng(11)
    frame = pd.DataFrame(
        {
            "respid": np.arange(N) + 501.0,
            "int_date": 61404.0 + 100 * (np.arange(N) % 20),
            "area": rng.integers(201, 989, N).astype(float),
            "state": np.tile([4.0, 18, 22, 30], N // 4),
            "weight": np.round(rng.uniform(0.5, 4, N), 2),
            "q5": rng.choice([1.0, 2, 9], N, p=[0.5, 0.45, 0.05]),
            "q18a": rng.choice([1.0, 2, 9], N, p=[0.5, 0.45, 0.05]),
            "q18b": rng.choice([1.0, 2, 3, 8], N, p=[0.5, 0.3, 0.15, 0.05]),
            "months": np.tile([0.0, 2, 3, 4, 5, 6, 8, 9], N // 8),
            "age": np.where(np.arange(N) % 40, 18.0 + np.arange(N) % 75, 99.0),
            "educ": np.tile([1.0, 2, 3], N // 3),
            "sex": np.tile([1.0, 2], N // 2),
        }
    )
    yes_no = {1.0: "Yes", 2.0: "No", 9.0: "(DO NOT READ) Don\u2019t know/Refused"}
    values: dict[str, Any] = {
        "state": {4.0: "Arizona", 18.0: "Indiana", 22.0: "Louisiana", 30.0: "Montana"},
        "q5": yes_no,
        "q18a": yes_no,
        "q18b": {1.0: "Never", 2.0: "Some days", 3.0: "Every day", 8.0: "Dk/Ref"},
        "months": {0.0: "Under a month", 99.0: "Don't know"},
        "age": {97.0: "97 or older", 98.0: "Don't know", 99.0: "Refused"},
        "educ": {1.0: "Low", 2.0: "Middle", 3.0: "High"},
        "sex": {1.0: "Male", 2.0: "Female"},
    }
    labels = {
        "sex": "D1 ENTER RESPONDENT'S SEX",
        "area": "Area code",
        "q5": COMPUTER,
        "q18a": "Q18a. Neck ache ...Did you have this in the past year, or not?",
    }
    path = folder / f"July survey{ending}"
    write = {".sav": pyreadstat.write_sav, ".dta": pyreadstat.write_dta}[ending]
    shown = {name: text[:80] for name, text in labels.items()}  # as many letters as Stata has
    write(frame, str(path), column_labels=shown, variable_value_labels=values)
    return path


@pytest.mark.parametrize(
    "label", ["Arizona", "Indiana", "Louisiana", "Montana", "North Carolina", "Referred", "Cannabis"]
)
def test_a_place_that_ends_like_not_applicable_is_an_answer(label: str) -> None:
    assert not is_missing_label(label) and not is_missing_code(label)


@pytest.mark.parametrize(
    "label", ["n/a", "N.A.", "NA", "DK/Ref", "REF", "Don\u2019t know", "(VOL) Don't know", "Refused"]
)
def test_how_surveys_write_that_there_is_no_answer(label: str) -> None:
    assert is_missing_label(label)


def test_a_country_code_is_no_dont_know() -> None:
    assert is_missing_label("DK") and not is_missing_code("DK")


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("finalwgt", "weights"),
        ("perwt", "weights"),
        ("WTMEC2YR", "weights"),
        ("wgt_final", "weights"),
        ("birth_weight", ""),
        ("birthwgt", ""),
        ("wtkg", ""),
        ("stratid", "strata"),
        ("psuid", "psu"),
    ],
)
def test_design_columns_by_the_names_that_surveys_give(name: str, role: str) -> None:
    assert design_role(name, "") == role


def test_a_yes_or_no_column_is_no_weight() -> None:
    assert proposed([0, 1] * 50, "low_wt").role == "categorical"
    assert proposed([0.5, 1.0, 2.5] * 50, "low_wt").role == "weights"


@pytest.mark.parametrize(
    ("name", "date"),
    [("BDATE", True), ("int_date", True), ("update", False), ("candidate", False), ("birth_weight", False)],
)
def test_what_a_column_of_days_is_called(name: str, date: bool) -> None:
    assert calls_it_a_date(name) is date


def test_a_question_is_not_taken_by_a_word_in_it() -> None:
    assert known_covariate("q5", COMPUTER, "categorical") == ""
    assert (
        known_covariate("q9", "What is the highest grade or class of school that you completed?", "categorical")
        == "education"
    )
    assert known_covariate("q2", "How old are you now, in years, at your last birthday?", "continuous") == "age"
    assert not is_quasi_identifier("q2a", "I am going to read you a few statements about the state of things today")
    assert is_quasi_identifier("v4", "Marital status") and is_quasi_identifier("JOBCAT", "Employment Category")


def test_the_illness_of_a_relative_is_not_the_persons_own() -> None:
    assert known_condition("q7", "Did your mother ever have migraine?") == ""
    assert known_condition("q7", "Did you ever have migraine?") == "migraine"


def test_labels_say_which_numbers_are_no_quantities() -> None:
    numbers = [*range(18, 95), 97, 98, 99] * 3
    age = proposed(numbers, "age", labels={97: "97 or older", 98: "Don't know", 99: "Refused"})
    assert age.role == "continuous" and age.missing == {"98": "Don't know", "99": "Refused"}
    assert "97 have labels" in age.why or "97 has" in age.why
    assert proposed(numbers, "age", missing=(99,)).missing == {"99": "missing"}


def test_numbers_next_to_one_another_are_no_sentinels() -> None:
    assert proposed([*range(63, 99)] * 3, "months").missing == {}
    far = proposed([*range(60), 99] * 3, "months")
    assert far.missing == {"99": "missing"} and "CHECK" in far.why


def test_the_telephone_survey(tmp_path: Path) -> None:
    path = telephone_survey(tmp_path, ".sav")
    book = book_of(path)
    assert book["education"].column == "educ" and book["q5"].levels == {"no": (2,), "yes": (1,)}
    assert book["state"].level_names == ("Arizona", "Indiana", "Louisiana", "Montana") and not book["state"].missing
    assert book["q18b"].missing == {"8": "Dk/Ref"} and book["q5"].missing == {
        "9": "(DO NOT READ) Don\u2019t know/Refused"
    }
    assert not book["months"].missing.keys() & {"8", "9"} and book["age"].missing.keys() == {"98", "99"}
    assert book["sex"].level_names == ("male", "female") and book["sex"].label == "Sex"
    assert book["sex"].question == "D1 ENTER RESPONDENT'S SEX"
    assert set(book.quasi_identifiers) == {"state", "age", "education", "sex"}
    assert {"int_date", "area"}.isdisjoint(variable.column for variable in book.variables.values())
    assert book["neck_pain"].label == "Q18a. Neck ache" and book["neck_pain"].question.endswith("or not?")
    found = cm.check_anonymity(path.with_suffix(".toml"))
    assert set(found.loc[found["fault"] == "exact-date", "column"]) == {"int_date"}
    assert not len(cm.check_cohort(path.with_suffix(".toml")))


def test_conditions_and_columns_as_the_user_says(tmp_path: Path) -> None:
    asked = parse_asked("q5, q18b=2+3", "sex,age")
    book = book_of(telephone_survey(tmp_path), asked)
    assert book.conditions == ("q5", "q18b") and book.id == "respid" and book.design().weights == "weight"
    assert set(book.variables) == {"q5", "q18b", "sex", "age", "age_band"}
    assert book["q18b"].levels == {"no": (1,), "yes": (2, 3)} and book["q18b"].missing == {"8": "Dk/Ref"}
    everything = book_of(tmp_path / "July survey.dta", parse_asked("q5", ""))
    assert everything.conditions == ("q5",) and everything["q18a"].kind == "categorical"


@pytest.mark.parametrize(
    ("conditions", "said"),
    [
        ("q18b", r"`q18b` does not say which answers mean yes\. Its answers: 1 \(Never\), 2 \(Some days\).*q18b=1"),
        ("q18b=8", "1 of the codes are none of its answers"),
        ("q18b=1+2+3", "no code is left for no"),
        ("age", "taken for continuous"),
        ("weight", "taken for weights"),
    ],
)
def test_what_cannot_be_a_condition(tmp_path: Path, conditions: str, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        draft_codebook(telephone_survey(tmp_path), parse_asked(conditions, ""))


def test_what_was_asked_is_read_strictly(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="column=code"):
        parse_asked("q5=,q6", "")
    with pytest.raises(UnknownNameError, match="q18a"):
        draft_codebook(telephone_survey(tmp_path), parse_asked("q18aa", ""))


def test_text_answers_are_not_repeated(tmp_path: Path) -> None:
    pd.DataFrame({"pain": ["secret one", "secret two", "secret three"] * 20}).to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(SourceError, match="3 that are no short codes") as raised:
        draft_codebook(tmp_path / "a.csv", parse_asked("pain", ""))
    assert "secret" not in str(raised.value)


def test_one_word_of_two_is_enough_for_a_condition_that_is_asked_for() -> None:
    has = proposed([1, 2] * 30, "neck", labels={1: "Has pain", 2: "No pain"})
    assert has.condition == "neck_pain" and has.levels == {"no": 2, "yes": 1} and "CHECK" in has.why
    assert proposed([1, 2] * 30, "neck", labels={1: "Left side", 2: "Right side"}).role == "categorical"


def test_rows_that_repeat_people_are_told_and_refused(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    panel = pd.DataFrame(
        {"id": np.repeat(np.arange(100), 3), "wave": np.tile([1, 2, 3], 100), "migraine": rng.integers(0, 2, 300)}
    )
    panel.to_csv(tmp_path / "panel.csv", index=False)
    draft = draft_codebook(tmp_path / "panel.csv")
    assert "rows repeat people: 100 of them in 300 rows" in draft.text
    book = tmp_path / "panel.toml"
    book.write_text(draft.text)
    assert set(cm.check_cohort(book)["fault"]) == {"repeated-id"}
    with pytest.raises(ComorbidError, match="100 people apart in 300 rows"):
        cm.load_cohort(book)
    book.write_text(draft.text.replace("# universe", "universe"))
    assert not len(cm.check_cohort(book)) and cm.load_cohort(book).n == 100
    book.write_text(draft.text.replace("# universe", "universe").replace("wave == '1'", "wave != '1'"))
    assert set(cm.check_cohort(book)["fault"]) == {"repeated-id"}
    with pytest.raises(ComorbidError, match="100 people apart in 200 rows"):
        cm.load_cohort(book)


def test_an_identifier_of_each_row_goes_before_one_that_repeats(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": np.repeat(np.arange(60), 2), "key": np.arange(120) + 7, "migraine": [0, 1] * 60})
    frame.to_csv(tmp_path / "a.csv", index=False)
    assert book_of(tmp_path / "a.csv").id == "key"


def test_replicate_weights_are_offered_to_the_design(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "migraine": rng.integers(0, 2, N),
            "finalwgt": rng.lognormal(size=N),
            "birth_weight": rng.integers(150, 450, N) * 10,
        }
    )
    frame = frame.assign(**{f"bsrw{i}": rng.lognormal(size=N) for i in range(1, 51)})
    frame.to_csv(tmp_path / "a.csv", index=False)
    draft = draft_codebook(tmp_path / "a.csv")
    book = book_of(tmp_path / "a.csv")
    assert set(book.variables) == {"migraine", "birth_weight"} and book.design().weights == "finalwgt"
    assert "bsrw" not in re.sub("(?m)^#.*$", "", draft.text)
    offered = draft.text.replace("# replicates =", "replicates =").replace("# method =", "method =")
    (tmp_path / "a.toml").write_text(offered)
    replicated = cm.load_cohort(tmp_path / "a.toml")
    assert replicated.design.describe() == "weights finalwgt, bootstrap replicates"
    assert cm.prevalence(replicated)["std_error"].notna().all()


@pytest.mark.parametrize("ending", [".sav", ".dta"])
def test_days_of_statistical_files(tmp_path: Path, ending: str) -> None:
    """Numbers that the file formats as days are days, whatever their column is called."""
    days = pd.Timestamp("1950-01-01") + pd.to_timedelta(np.arange(N) * 37, unit="D")
    frame = pd.DataFrame({"born": days, "seen": days + pd.Timedelta(hours=5), "neck": [0, 1] * (N // 2)})
    path = tmp_path / f"mine{ending}"
    if ending == ".sav":
        pyreadstat.write_sav(frame, str(path), variable_format={"born": "DATE11", "seen": "DATETIME20"})
    else:
        frame.to_stata(path, write_index=False, convert_dates={"born": "td", "seen": "tc"})
    draft = draft_codebook(path)
    assert {p.column for p in draft.proposals if p.why == DAYS} == {"born", "seen"}
    path.with_suffix(".toml").write_text(draft.text)
    for source in (path, path.with_suffix(".toml")):
        found = cm.check_anonymity(source)
        assert set(found.loc[found["fault"] == "exact-date", "column"]) == {"born", "seen"}


def test_the_command_says_what_to_do_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(4)
    path = tmp_path / "my survey.csv"
    pd.DataFrame(
        {"diabetes": rng.integers(0, 2, N), "highbp": rng.integers(0, 2, N), "zinc": rng.normal(size=N)}
    ).to_csv(path, index=False)
    assert main(["codebook", "init", str(path)]) == 0
    said = capsys.readouterr().out
    assert "which could be conditions: diabetes, highbp." in said
    command = next(line for line in said.splitlines() if "--conditions A,B" in line).partition("comorbid ")[2]
    arguments = shlex.split(command.replace("A,B", "diabetes,highbp").replace("C,D", "zinc"))
    assert main(arguments) == 0
    said = capsys.readouterr().out
    assert "3 variables, of which conditions: diabetes, highbp." in said
    check = shlex.split(said.partition("then: comorbid ")[2].splitlines()[0])
    assert main(check) == 0


def test_a_label_that_is_a_question_is_cut_for_tables() -> None:
    assert (
        shortened("Q18a. Newspapers ...Next...Please tell me if you ever get news from each of these sources")
        == "Q18a. Newspapers"
    )
    assert shortened("A short label (kg)") == "A short label (kg)"
    long = shortened("word " * 40)
    assert len(long) <= 60 and long.endswith("\u2026")


def test_a_portable_file_is_read_as_any_of_spss(tmp_path: Path) -> None:
    path = tmp_path / "mine.por"
    born = pd.Timestamp("1950-01-01") + pd.to_timedelta(np.arange(N) * 31, unit="D")
    frame = pd.DataFrame({"MIGR": [1.0, 2.0] * (N // 2), "AGE": np.arange(N) % 70 + 18.0, "BORN": born})
    pyreadstat.write_por(frame, str(path), column_labels={"MIGR": "Migraine ever"})
    draft = draft_codebook(path)
    assert {p.column: p.role for p in draft.proposals} == {"MIGR": "condition", "AGE": "continuous", "BORN": "left out"}
    path.with_suffix(".toml").write_text(draft.text)
    cohort = cm.load_cohort(path.with_suffix(".toml"))
    assert cohort.n == N and cohort.labels["migraine"] == "Migraine ever"
    path.write_bytes(path.read_bytes().replace(b"SPSS PORT", b"SPSS PART"))
    with pytest.raises(SourceError, match="damaged or not what its name says"):
        draft_codebook(path)


def test_a_file_of_person_item_and_value_is_a_row_an_answer(tmp_path: Path) -> None:
    answers = {"age": np.arange(N) % 70 + 18, "sex": ["male", "female"] * (N // 2), "migraine": [0, 1, 1] * (N // 3)}
    wide = pd.DataFrame({"id": np.arange(N) + 1, **answers})
    wide.melt("id", var_name="item", value_name="answer").sample(frac=1, random_state=3).to_csv(
        tmp_path / "long.csv", index=False
    )
    book = book_of(tmp_path / "long.csv")
    assert book.file.long == {"person": "id", "item": "item", "value": "answer"} and book.id == "id"
    assert set(book.variables) == {"age", "age_band", "sex", "migraine"} and book["age"].kind == "continuous"
    cohort = cm.load_cohort(tmp_path / "long.toml")
    assert cohort.n == N and cm.prevalence(cohort)["events"].tolist() == [sum(answers["migraine"])]


def test_numbers_beside_na_are_numbers(tmp_path: Path) -> None:
    """As R writes a file: NA where there is no answer."""
    ages = [str(18 + i % 60) if i % 7 else "NA" for i in range(N)]
    frame = pd.DataFrame(
        {"age": ages, "neck": [("1", "2", "NA")[i % 3] for i in range(N)], "plz": ["01067", "04109", "NA"] * 80}
    )
    frame.to_csv(tmp_path / "r.csv", index=False)
    book = book_of(tmp_path / "r.csv")
    assert book["age"].kind == "continuous" and book["age"].missing == {"NA": "missing"}
    assert book["neck_pain"].levels == {"no": (2,), "yes": (1,)} and book["neck_pain"].missing == {"NA": "missing"}
    assert book["plz"].level_names == ("01067", "04109")
    cohort = cm.load_cohort(tmp_path / "r.toml")
    assert cohort.n_missing(["age", "neck_pain"]) == {"age": ages.count("NA"), "neck_pain": N // 3}


def test_a_german_file_of_its_own_encoding(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    frame = pd.DataFrame(
        {
            "geschlecht": rng.choice(["m\u00e4nnlich", "weiblich"], N),
            "alter": rng.integers(18, 90, N),
            "migr\u00e4ne": rng.choice(["ja", "nein", "wei\u00df nicht"], N),
            "gewicht": np.round(rng.normal(75, 10, N), 1),
        }
    )
    frame.to_csv(tmp_path / "a.csv", index=False, sep=";", decimal=",", encoding="latin-1")
    book = book_of(tmp_path / "a.csv")
    assert book["sex"].levels == {"male": ("m\u00e4nnlich",), "female": ("weiblich",)} and book["age"].column == "alter"
    assert book["migraine"].missing == {"wei\u00df nicht": "missing"} and book["gewicht"].kind == "continuous"
    assert set(book.quasi_identifiers) == {"sex", "age"} and not len(cm.check_cohort(tmp_path / "a.toml"))


def test_a_sheet_with_a_title_is_told_where_its_header_is(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["Pain study 2021"], [], ["id", "migraine", None], [1, 0, None], [2, 1, None]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(SourceError, match=r"Row 3 does: delete the rows above it\."):
        draft_codebook(tmp_path / "a.xlsx")
    book.active.delete_rows(1, 2)
    book.save(tmp_path / "a.xlsx")
    assert draft_codebook(tmp_path / "a.xlsx").conditions == ("migraine",)
    book.active["B1"] = None
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(SourceError, match="It names 1 of 2"):
        draft_codebook(tmp_path / "a.xlsx")
    book.create_sheet("Notes")
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(SourceError, match="codebook init --sheet"):
        draft_codebook(tmp_path / "a.xlsx")


def test_a_thousand_columns_are_cut_to_those_that_matter(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    frame = pd.DataFrame({f"q{i}": rng.choice([1, 2, 9], 60) for i in range(1, 1002)})
    frame.to_csv(tmp_path / "a.csv", index=False)
    book = book_of(tmp_path / "a.csv", parse_asked("q7,q900=1", "q3"))
    assert book.conditions == ("q7", "q900") and set(book.variables) == {"q3", "q7", "q900"}
