"""Anonymity by hand on small frames, by brute force on random ones, and what columns give away by themselves."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import comorbid as cm
from comorbid._numerics.anonymity import alike, distinct_answers
from comorbid.cli import main
from comorbid.errors import ComorbidError

SECRET = "Jane Doe"


def small(**more: Any) -> pd.DataFrame:
    """Three classes of 12, 3 and 1 people; in the second everybody has migraine."""
    frame = pd.DataFrame(
        {
            "sex": ["f"] * 12 + ["m"] * 4,
            "region": ["n"] * 15 + ["s"],
            "migraine": [0, 1] * 6 + [1] * 3 + [0],
        }
    )
    return frame.assign(**more)


def found(frame: pd.DataFrame, *quasi: str, **asked: Any) -> dict[tuple[str, str], Any]:
    findings = cm.check_anonymity(frame, quasi or ["sex", "region"], **asked)
    assert SECRET not in findings.to_csv()
    return {(row.column, row.fault): row for row in findings.itertuples()}


def test_classes_counted_by_hand() -> None:
    k5 = found(small())
    assert set(k5) == {("sex, region", "not-k-anonymous"), ("migraine", "not-l-diverse")}
    first = k5["sex, region", "not-k-anonymous"]
    assert first.what.startswith("fewer than 10 of 16 people share these with fewer than 5 people")
    assert first.what.endswith("the smallest class has fewer than 10") and pd.isna(first.count)
    assert k5["migraine", "not-l-diverse"].what == (
        "fewer than 10 people share sex, region with nobody who answered otherwise"
    )


@pytest.mark.parametrize(("k", "people"), [(1, 0), (2, 10), (3, 10), (4, 40), (12, 40), (13, 160)])
def test_k_is_the_fewest_people_of_a_class(k: int, people: int) -> None:
    ten = pd.concat([small(region=small()["region"] + str(i)) for i in range(10)])
    findings = cm.check_anonymity(ten, ["sex", "region"], k, least_answers=1)
    assert findings["count"].fillna(0).sum() == people


@pytest.mark.parametrize(("answers", "uniform"), [(1, 0), (2, 40)])
def test_l_is_the_fewest_answers_of_a_class(answers: int, uniform: int) -> None:
    ten = pd.concat([small(region=small()["region"] + str(i)) for i in range(10)])
    findings = cm.check_anonymity(ten, ["sex", "region"], 1, least_answers=answers, sensitive="migraine")
    assert findings["count"].fillna(0).sum() == uniform


def test_a_missing_answer_is_no_answer_and_a_missing_quasi_identifier_is_a_value() -> None:
    frame = small(migraine=[0] + [1] * 11 + [np.nan] * 4)
    assert ("migraine", "not-l-diverse") not in found(frame, sensitive=["migraine"])
    frame = pd.DataFrame({"sex": ["f"] * 20 + [None], "region": "n", "migraine": [0, 1] * 10 + [1]})
    assert ("sex, region", "not-k-anonymous") in found(frame)


def test_more_answers_than_there_are_cannot_be_asked() -> None:
    with pytest.raises(ComorbidError, match="`migraine` has 2 different answers: l = 3 cannot be reached"):
        found(small(), least_answers=3, sensitive=["migraine"])
    with pytest.raises(ComorbidError, match="k is a whole number of 1 or more"):
        found(small(), k=0)
    with pytest.raises(ComorbidError, match=r"no column 'sexx'.*Did you mean 'sex'"):
        found(small(), "sexx")


ROWS = st.lists(st.tuples(*[st.integers(-1, 2)] * 3, st.integers(-1, 1)), min_size=1, max_size=60)


@given(ROWS)
def test_classes_and_answers_are_those_of_brute_force(rows: list[tuple[int, ...]]) -> None:
    columns = np.array(rows).T
    classes, sizes = alike(list(columns[:3]))
    counted = Counter(row[:3] for row in rows)
    assert [int(sizes[c]) for c in classes] == [counted[row[:3]] for row in rows]
    answers = distinct_answers(classes, columns[3])
    for row, c in zip(rows, classes, strict=True):
        assert answers[c] == len({other[3] for other in rows if other[:3] == row[:3] and other[3] >= 0})


N = 60
COLUMNS: dict[str, tuple[str, Any, str | None]] = {
    "a name": ("name", [f"{SECRET} {i}" for i in range(N)], "identifier"),
    "mail under any name": ("v1", [f"jane{i}@example.org" for i in range(N)], "identifier"),
    "a telephone number": ("v1", [f"+44 20 7946 0{i:03d}" for i in range(N)], "identifier"),
    "a number of one's own": ("hh", np.arange(N) * 7 + 1000, "identifier"),
    "a date as text": ("v1", [f"1950-01-{1 + i % 28:02d}" for i in range(N)], "exact-date"),
    "a date": ("v1", pd.date_range("1950-01-01", periods=N), "exact-date"),
    "a date as a number": ("v1", [19500101 + i % 28 for i in range(N)], "exact-date"),
    "a post code": ("ZIP", np.arange(N) % 20 + 10115, "small-area"),
    "a village": ("village", [f"place {i % 20}" for i in range(N)], "small-area"),
    "remarks": ("remarks", [f"{SECRET} said {i % 50}" for i in range(N)], "free-text"),
    "ages over 89": ("age", [95] * 12 + [50] * (N - 12), "great-age"),
    "ages to 89": ("age", [89] * 12 + [50] * (N - 12), None),
    "a code for no age": ("age", [999] * 12 + [50, 51, 52, 53] * 12, None),
    "an answer": ("insurance", [1, 2, 3, 4] * 15, None),
    "a measure": ("bmi", np.linspace(18, 40, N), None),
    "a date as text of figures": ("v1", [f"195001{1 + i % 28:02d}" for i in range(N)], "exact-date"),
    "a date as a number, day first": ("v1", [(1 + i % 28) * 1_000_000 + 3_1987 for i in range(N)], "exact-date"),
    "a date in words": ("v1", [f"{1 + i % 28} March 1987" for i in range(N)], "exact-date"),
    "a date as SAS prints it": ("v1", [f"{1 + i % 28:02d}MAR1987" for i in range(N)], "exact-date"),
    "a date of a spreadsheet": ("v1", [42_005 + i % 40 for i in range(N)], "exact-date"),
    "a date and time of a spreadsheet": ("birthdate", [18_264.5 + i for i in range(N)], "exact-date"),
    "a date in seconds, as SPSS counts": ("v1", [(152_000 + i % 40) * 86_400 for i in range(N)], "exact-date"),
    "a date in days, as Stata counts": ("dob", [-3_650 + i for i in range(N)], "exact-date"),
    "a month": ("v1", [f"1987-{1 + i % 12:02d}" for i in range(N)], "exact-date"),
    "a month as a number": ("v1", [198_701 + i % 12 for i in range(N)], "exact-date"),
    "a month of pandas": ("v1", pd.period_range("1987-01", periods=N, freq="M"), "exact-date"),
    "figures of one's own as text": ("v1", [f"{i * 7:06d}" for i in range(N)], "identifier"),
    "remarks of a few": ("v1", ["none"] * 50 + [f"{SECRET} of {i} Main Street" for i in range(10)], "free-text"),
    "names of a few": ("v1", [None] * 55 + [f"{SECRET}{i}" for i in range(5)], "free-text"),
    "ages in months": ("age_months", [1_140] * 12 + [600] * (N - 12), "great-age"),
    "ages in months by their size": ("RIDAGEMN", [1_140] * 12 + [130 + i % 20 for i in range(N - 12)], "great-age"),
    "children in months": ("RIDAGEMN", [60 + 6 * (i % 20) for i in range(N)], None),
    "ages in narrow bands": ("age_group", ["95-99"] * 12 + ["50-54"] * (N - 12), "great-age"),
    "ages with one class at the top": ("age_group", ["90+"] * 12 + ["50-54"] * (N - 12), None),
    "answers of some words": ("v1", ["not at all or hardly ever", "now and then in a year"] * 30, None),
    "a year": ("v1", [1950 + i % 40 for i in range(N)], None),
    "codes of six figures": ("v1", [111_320 + i % 20 for i in range(N)], None),
    "a weight": ("FINALWT", np.arange(N) * 7 + 1000, None),
}


@pytest.mark.parametrize(("name", "values", "fault"), COLUMNS.values(), ids=COLUMNS)
def test_what_a_column_gives_away_by_itself(name: str, values: Any, fault: str | None) -> None:
    frame = pd.DataFrame({"sex": ["f", "m"] * (N // 2), name: values})
    rows = found(frame, "sex")
    assert [key for key in rows if key[0] == name] == ([(name, fault)] if fault else [])


PATIENTS = pd.DataFrame(
    [
        ("13053", 28, "heart disease"),
        ("13068", 29, "heart disease"),
        ("13068", 21, "viral infection"),
        ("13053", 23, "viral infection"),
        ("14853", 50, "cancer"),
        ("14853", 55, "heart disease"),
        ("14850", 47, "viral infection"),
        ("14850", 49, "viral infection"),
        ("13053", 31, "cancer"),
        ("13053", 37, "cancer"),
        ("13068", 36, "cancer"),
        ("13068", 35, "cancer"),
    ],
    columns=["zip", "age", "disease"],
)
"""Figure 1 of Machanavajjhala et al., ACM TKDD 2007;1:3, doi:10.1145/1217299.1217302: twelve inpatients."""
FOUR_ANONYMOUS = pd.DataFrame(
    {
        "zip": PATIENTS["zip"].map(lambda code: "130**" if code.startswith("130") else "1485*"),
        "age": pd.cut(PATIENTS["age"], [0, 29, 39, 99], labels=["<30", "3*", ">=40"]),
        "disease": PATIENTS["disease"],
    }
)
"""Figure 2: 4-anonymous, and all four of one class have cancer."""
THREE_DIVERSE = pd.DataFrame(
    {
        "zip": PATIENTS["zip"].str[:4] + "*",
        "age": np.where(PATIENTS["age"] <= 40, "<=40", ">40"),
        "disease": PATIENTS["disease"],
    }
)
"""Figure 3: 3-diverse."""


@pytest.mark.parametrize(
    ("frame", "k", "least", "faults"),
    [
        (PATIENTS, 2, 1, {"not-k-anonymous"}),
        (FOUR_ANONYMOUS, 4, 1, set()),
        (FOUR_ANONYMOUS, 5, 1, {"not-k-anonymous"}),
        (FOUR_ANONYMOUS, 4, 2, {"not-l-diverse"}),
        (THREE_DIVERSE, 4, 3, set()),
        (THREE_DIVERSE, 5, 3, {"not-k-anonymous"}),
    ],
    ids=["as they are", "4-anonymous", "not 5-anonymous", "one answer in a class", "3-diverse", "not 5-anonymous too"],
)
def test_the_tables_of_the_paper(frame: pd.DataFrame, k: int, least: int, faults: set[str]) -> None:
    findings = cm.check_anonymity(frame, ["zip", "age"], k, least_answers=least, sensitive="disease")
    assert {fault for fault in findings["fault"] if fault.startswith("not-")} == faults


BOOK = """
id = "ID"
quasi_identifiers = ["age_band", "sex"]
[variables.migraine]
kind = "condition"
levels = { no = 2, yes = 1 }
missing = [9]
[variables.sex]
levels = { male = [1, 3], female = 2 }
[variables.age]
kind = "continuous"
missing = [999]
[variables.age_band]
source = "age"
breaks = [18, 50]
levels = ["18-49", "50+"]
[file]
path = "mine.csv"
"""


@pytest.fixture
def codebook(tmp_path: Path) -> Path:
    rows = [(i, [20, 60][i % 2], 1 + i // 2 % 3, 1 + i // 7 % 2) for i in range(84)]
    frame = pd.DataFrame(rows, columns=["ID", "age", "sex", "migraine"])
    frame.to_csv(tmp_path / "mine.csv", index=False)
    (tmp_path / "mine.toml").write_text(BOOK)
    return tmp_path / "mine.toml"


def test_a_codebook_declares_what_is_asked(codebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not len(cm.check_anonymity(codebook))
    assert not len(cm.check_anonymity(codebook, k=14)) and len(cm.check_anonymity(codebook, k=15)) == 1
    assert main(["anonymity", str(codebook)]) == 0
    assert "84 people. Quasi-identifiers: age_band, sex. Sensitive: migraine.\nNothing found" in capsys.readouterr().out
    assert main(["anonymity", str(codebook), "--k", "40", "--quasi", "age,sex"]) == 1
    assert "not-k-anonymous" in capsys.readouterr().out
    assert main(["anonymity", str(codebook), "--k", "40", "--quasi", "age,sex", "--format", "csv"]) == 1
    assert "84 of 84 people share these with fewer than 40 people" in capsys.readouterr().out
    assert main(["anonymity", str(codebook), "--quasi", "region"]) == 2
    assert "no variable 'region'" in capsys.readouterr().err


def test_without_a_codebook_columns_are_guessed_and_it_says_so(
    codebook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["anonymity", str(codebook.with_suffix(".csv"))]) == 1
    said = capsys.readouterr().out
    assert "Quasi-identifiers (guessed from their names): age, sex. Sensitive: migraine" in said
    assert "ID " in said and "identifier" in said
    assert main(["anonymity", str(codebook.with_name("none.csv"))]) == 2
    assert "no file" in capsys.readouterr().err


def test_a_question_that_nobody_could_ask_is_told() -> None:
    findings = cm.check_anonymity(pd.DataFrame({"migraine": [0, 1] * 20}))
    assert findings["fault"].tolist() == ["no-quasi-identifiers"]


def test_the_check_of_public_rows_asks_too(codebook: Path) -> None:
    assert not len(cm.check_cohort(codebook))
    codebook.write_text('release = "public-use"\n' + codebook.read_text().replace('["age_band", "sex"]', '["sex", "n"]')
                        + '[variables.n]\nkind = "continuous"\ncolumn = "ID"\n')  # fmt: skip
    faults = cm.check_cohort(codebook)
    assert set(faults["fault"]) == {"not-k-anonymous", "not-l-diverse"}


def test_a_proposal_says_what_the_file_gives_away(codebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = codebook.parent / "books" / "own.toml"
    out.parent.mkdir()
    assert main(["codebook", "init", str(codebook.with_suffix(".csv")), "--out", str(out)]) == 0
    assert f"The whole list: comorbid anonymity {out}" in capsys.readouterr().out
    assert main(["check", str(out)]) == 0


@pytest.mark.parametrize("name", ["Alter", "Edad en a\u00f1os", "\u00e2ge", "age_years", "V17"])
def test_great_ages_in_any_language_and_as_the_codebook_says(name: str, tmp_path: Path) -> None:
    """Eleven people of 90 and over among 400; a column of no such name is an age where the codebook calls it so."""
    people = pd.DataFrame({name: [20 + i % 60 for i in range(389)] + [90 + i for i in range(11)], "pain": [0, 1] * 200})
    people.to_csv(tmp_path / "mine.csv", index=False)
    (tmp_path / "mine.toml").write_text(
        f'variables.age = {{ kind = "continuous", column = "{name}" }}\nfile.path = "mine.csv"\n'
        'variables.pain = { kind = "condition", levels = { no = 0, yes = 1 } }\n',
        encoding="utf-8",
    )
    for source in ["mine.toml", *(["mine.csv"] if name != "V17" else [])]:
        found = cm.check_anonymity(tmp_path / source).set_index("fault")
        assert found.loc["great-age", "count"] == 11
