"""A proposed codebook: right where a file says enough, careful where it does not, and free of people's values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest

import comorbid as cm
from comorbid.cli import main
from comorbid.codebook import read_codebook
from comorbid.drafting import dictionary_page, draft_codebook
from comorbid.drafting.names import known_covariate
from comorbid.drafting.proposal import Proposal
from comorbid.drafting.proposals import propose
from comorbid.drafting.sniffing import sniffed
from comorbid.errors import ComorbidError
from comorbid.paths import resource_dir

N = 400


def survey(seed: int = 5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "RESPID": np.arange(1000, 1000 + N),
            "AGE_YRS": rng.integers(18, 85, N),
            "SEX": rng.choice([1, 2], N),
            "Q1_MIGRAINE": rng.choice([1, 2, 7, 9], N, p=[0.2, 0.76, 0.02, 0.02]),
            "Q2_LOWBACKPAIN": rng.choice([0, 1], N),
            "EDUC": rng.choice([1, 2, 3, 99], N, p=[0.3, 0.3, 0.38, 0.02]),
            "BMI": np.where(rng.random(N) < 0.03, 999.9, np.round(rng.normal(27, 4, N), 1)),
            "FINALWT": np.round(rng.lognormal(3, 0.4, N), 3),
            "STRATUM": rng.integers(1, 5, N),
            "PSU": rng.integers(1, 9, N),
            "EMAIL": [f"person{i}@example.org" for i in range(N)],
            "DOB": [f"19{50 + i % 45}-0{1 + i % 9}-12" for i in range(N)],
            "COMMENTS": [f"free words number {i % 300}" for i in range(N)],
            "WAVE": 3,
        }
    )


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    survey().to_csv(tmp_path / "mine.csv", index=False, sep=";", decimal=",")
    return tmp_path / "mine.csv"


def roles(path: Path) -> dict[str, str]:
    frame = draft_codebook(path).frame()
    return dict(zip(frame["column"], frame["taken_for"], strict=True))


def test_each_column_is_taken_for_what_it_is(csv: Path) -> None:
    assert roles(csv) == {
        "RESPID": "id",
        "AGE_YRS": "continuous",
        "SEX": "categorical",
        "Q1_MIGRAINE": "migraine",
        "Q2_LOWBACKPAIN": "low_back_pain",
        "EDUC": "categorical",
        "BMI": "continuous",
        "FINALWT": "weights",
        "STRATUM": "strata",
        "PSU": "psu",
        "EMAIL": "left out",
        "DOB": "left out",
        "COMMENTS": "left out",
        "WAVE": "left out",
    }


def test_the_proposal_loads_and_estimates_at_once(csv: Path) -> None:
    book = csv.with_suffix(".toml")
    book.write_text(draft_codebook(csv).text)
    codebook = read_codebook(book)
    assert codebook.release == "confidential"
    assert codebook.conditions == ("migraine", "low_back_pain")
    assert codebook["migraine"].levels == {"no": (2,), "yes": (1,)}
    assert set(codebook["migraine"].missing) == {"7", "9"} and set(codebook["education"].missing) == {"99"}
    assert set(codebook["bmi"].missing) == {"999.9"}
    assert {"age", "age_band", "sex", "education"} <= set(codebook.variables)
    assert set(codebook.quasi_identifiers) == {"age", "sex", "education"}
    cohort = cm.load_cohort(book)
    people = survey()
    found = cm.prevalence(cohort).set_index("outcome").loc["migraine"]
    assert found["n"] == int(people["Q1_MIGRAINE"].isin([1, 2]).sum())
    assert cm.fit_logistic(cohort, "migraine ~ low_back_pain + age + sex").tidy()["std_error"].notna().all()


def test_age_bands_of_the_file_stand_in_place_of_those_of_the_study(tmp_path: Path) -> None:
    file, book = tmp_path / "bands.csv", tmp_path / "bands.toml"
    people = pd.DataFrame({"age": range(20, 80), "age_band": ["20-49"] * 30 + ["50-79"] * 30, "migraine": [0, 1] * 30})
    people.to_csv(file, index=False)
    book.write_text(draft_codebook(file).text)
    assert list(read_codebook(book)["age_band"].levels) == ["20-49", "50-79"]


def test_no_value_of_a_person_stands_in_the_proposal(csv: Path) -> None:
    text = draft_codebook(csv).text
    people = survey()
    for column in ("EMAIL", "DOB", "COMMENTS"):
        assert not [value for value in people[column] if str(value) in text]
    assert "1000" not in text and str(people["BMI"].max()) not in text.replace("999.9", "")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"sep": ","}, (",", "utf-8", ".")),
        ({"sep": ";", "decimal": ","}, (";", "utf-8", ",")),
        ({"sep": "\t", "encoding": "utf-16"}, ("\t", "utf-16", ".")),
        ({"sep": "|", "encoding": "cp1252"}, ("|", "cp1252", ".")),
    ],
)
def test_how_a_text_file_is_written(tmp_path: Path, options: dict[str, Any], expected: tuple[str, ...]) -> None:
    frame = pd.DataFrame({"caf\u00e9": [1.5, 2.5, 3.25], "b": ["x y", "z", "\u00fc"], "c": [1, 2, 3]})
    frame.to_csv(tmp_path / "mine.csv", index=False, **options)
    how = sniffed(tmp_path / "mine.csv")
    assert (how.delimiter, how.encoding, how.decimal) == expected


def test_labels_of_the_file_decide(tmp_path: Path) -> None:
    frame = pd.DataFrame({"v1": [1.0, 2.0, 8.0] * 20, "v2": [1.0, 2.0, 3.0] * 20, "v3": [10.0, 20.0, -1.0] * 20})
    labels = {
        "v1": {1.0: "Mentioned", 2.0: "Not mentioned", 8.0: "Don't know"},
        "v2": {1.0: "Never", 2.0: "Sometimes", 3.0: "Often", 4.0: "Refused to say"},
        "v3": {10.0: "Yes, last year", 20.0: "No", -1.0: "Inapplicable"},
    }
    names = {"v1": "Fibromyalgia, diagnosed", "v2": "Smoking", "v3": "Neck pain"}
    path = tmp_path / "mine.sav"
    pyreadstat.write_sav(frame, str(path), column_labels=names, variable_value_labels=labels)
    book = tmp_path / "mine.toml"
    book.write_text(draft_codebook(path).text)
    codebook = read_codebook(book)
    assert codebook.conditions == ("fibromyalgia", "neck_pain")
    assert codebook["fibromyalgia"].levels == {"no": (2,), "yes": (1,)}
    assert codebook["fibromyalgia"].missing == {"8": "Don't know"}
    assert codebook["neck_pain"].levels == {"no": (20,), "yes": (10,)}
    assert codebook["smoking"].level_names == ("Never", "Sometimes", "Often")
    assert codebook["smoking"].missing == {"4": "Refused to say"}
    assert not len(cm.check_cohort(book))


def proposed(values: Any, name: str = "x", **given: Any) -> Proposal:
    return propose(
        pd.Series(values, name=name), given.get("label", ""), given.get("values", {}), given.get("missing", ())
    )


def test_a_count_is_no_code_for_missing() -> None:
    """7 and 9 beside 6 and 8 are ordinary; 9 after 1 and 2 is a sentinel."""
    assert proposed([1, 2, 3, 4, 5, 6, 7, 8, 9] * 5).missing == {}
    assert proposed([1, 2, 9] * 9).missing == {"9": "missing"}
    assert proposed([0, 1, -8] * 9).missing == {"-8": "missing"}


def test_a_guess_at_yes_says_so() -> None:
    guess = proposed([1, 2] * 30, "NECKPAIN")
    assert guess.condition == "neck_pain" and guess.levels == {"no": 2, "yes": 1} and "CHECK" in guess.why
    assert proposed([3, 4] * 30, "NECKPAIN").role == "categorical"


def test_hostile_names_and_labels_stay_text(tmp_path: Path) -> None:
    hostile = ['"]\nevil = 1', "a]\n[x]", "<script>alert(1)</script>", "# not a note", "a\\u0000b", "'; --"]
    frame = pd.DataFrame({name: ["yes", "no"] * 20 for name in hostile} | {"migraine": ["yes", "no", "no", "yes"] * 10})
    frame.to_parquet(tmp_path / "mine.parquet")
    book = tmp_path / "mine.toml"
    book.write_text(draft_codebook(tmp_path / "mine.parquet").text)
    codebook = read_codebook(book)
    assert {variable.column for variable in codebook.variables.values()} == {*hostile, "migraine"}
    page = dictionary_page(codebook)
    assert "<script" not in page and "&lt;script&gt;" in page


def test_the_command_writes_once_and_tells_what_comes_next(csv: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["codebook", "init", str(csv)]) == 0
    said, book = capsys.readouterr().out, csv.with_suffix(".toml")
    assert "Q1_MIGRAINE" in said and f"comorbid check {book}" in said
    before = book.read_bytes()
    assert main(["codebook", "init", str(csv)]) == 2
    assert "may hold your work" in capsys.readouterr().err and book.read_bytes() == before
    assert main(["codebook", "init", str(csv), "--force"]) == 0
    assert main(["check", str(book)]) == 0
    assert main(["codebook", "init", str(csv.with_name("none.csv"))]) == 2
    assert "no file" in capsys.readouterr().err


def test_a_page_has_a_field_for_what_is_not_written(csv: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from bs4 import BeautifulSoup

    book = csv.with_suffix(".toml")
    book.write_text(draft_codebook(csv).text)
    out = csv.with_suffix(".html")
    assert main(["codebook", "page", str(book), "--out", str(out)]) == 0
    page = BeautifulSoup(out.read_text(encoding="utf-8"), "html.parser")
    codebook = read_codebook(book)
    assert len(page.find_all("section")) == len(codebook.variables)
    fields = page.find_all(contenteditable="true")  # what is typed there is saved and printed whole
    assert not page.find_all("textarea")
    cut, conditions = codebook["age_band"], len(codebook.conditions)
    assert cut.source and len(fields) == 2 * len(codebook.variables) - 1 + conditions  # a band was not asked
    asked = [field["aria-labelledby"] for field in fields]
    assert [name for name in asked if name.startswith("age_band")] == ["age_band-note"]
    assert sorted(asked) == sorted(text["id"] for text in page.find_all("p", class_="asked"))
    assert "18-34; 35-49; 50-64; 65+" in page.get_text() and "conditions: " in page.get_text()
    assert "no = 2; yes = 1" in page.get_text() and not page.find_all("script")
    (band,) = [part.get_text() for part in page.find_all("section") if part.code.get_text() == "age_band"]
    assert "18-34; 35-49; 50-64; 65+" in band and "age at 18" in band and "Column" not in band
    assert main(["codebook", "page", "nhanes-1999-2004", "--out", str(out)]) == 0
    told = BeautifulSoup(out.read_text(encoding="utf-8"), "html.parser")
    assert read_codebook(resource_dir("codebooks") / "nhanes-1999-2004.toml")["migraine"].question in told.get_text()


def test_a_file_that_says_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("a,b\n1,1\n1,1\n")
    with pytest.raises(ComorbidError, match="no column could be taken for"):
        draft_codebook(tmp_path / "mine.csv")
    (tmp_path / "wide.txt").write_text("1" * 80 + "\n" + "2" * 80 + "\n")
    with pytest.raises(ComorbidError, match=r"fixed width.*layout = \{ AGE"):
        draft_codebook(tmp_path / "wide.txt")


@pytest.mark.parametrize(
    ("name", "label", "role"),
    [
        ("WT58", "BODY WEIGHT, 1958 (LBS)", "continuous"),
        ("WT58", "Weight in kg", "continuous"),
        ("WT58", "Final weight", "weights"),
        ("WT58", "", "weights"),
        ("CGT58", "CIGARETTES PER DAY", "continuous"),
    ],
)
def test_the_weight_of_a_body_is_no_sampling_weight(name: str, label: str, role: str) -> None:
    """As in a heart study's file, which nobody here prepared."""
    column = pd.Series(np.arange(200) % 40 + 0.5, name=name)
    assert propose(column, label, {}, ()).role == role


def test_a_habit_of_a_parent_is_not_the_persons_own() -> None:
    assert known_covariate("parsmk", "either parent smokes", "categorical") == ""
    assert known_covariate("meduc", "mother's education", "categorical") == ""
    assert known_covariate("smk", "smokes now", "categorical") == "smoking"
