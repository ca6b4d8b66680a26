"""Files as offices keep them: German letters, decimal commas, two header lines, a total below; each says what to do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

import comorbid as cm
from comorbid.cli import main
from comorbid.codebook import read_codebook
from comorbid.drafting import draft_codebook
from comorbid.errors import SourceError
from comorbid.sources.check_totals import total_faults

N = 120
HEAD = [
    "Laufende Nr",
    "Alter in Jahren",
    "Geschlecht",
    "Kopfschmerzen ",
    "R\u00fcckenschmerzen",
    "St\u00e4rke",
    "Gewichtung",
]
SUM = ["Summe", "", "", "", "", "", "181,500"]


def rows() -> list[list[object]]:
    rng = np.random.default_rng(4)
    answers = rng.choice(["Ja", "Nein", "wei\u00df nicht", ""], (N, 2), p=[0.3, 0.6, 0.05, 0.05])
    scale = rng.choice([1, 2, 3, 4, 5, 77, 88, 99], N)
    sexes = rng.choice(["m\u00e4nnlich", "weiblich"], N)
    return [[1000 + i, 20 + i % 60, sexes[i], *answers[i], int(scale[i]), f"1,{500 + i}".rstrip("0")] for i in range(N)]


def written(path: Path, head: list[str], below: list[list[object]]) -> Path:
    lines = [";".join(str(cell) for cell in row) for row in [head, *rows(), *below]]
    path.write_bytes("\r\n".join([*lines, ""]).encode("cp1252"))
    return path


def workbook(path: Path, above: list[list[object]], below: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in [*above, HEAD, *rows(), *below]:
        book.active.append(list(row))
    book.save(path)
    return path


def test_a_german_survey_is_understood(tmp_path: Path) -> None:
    path = written(tmp_path / "mine.csv", HEAD, [])
    path.with_suffix(".toml").write_text(draft_codebook(path).text, encoding="utf-8")
    book = read_codebook(path.with_suffix(".toml"))
    assert book.conditions == ("migraine", "low_back_pain") and book.id == "Laufende Nr"
    assert book["low_back_pain"].levels == {"no": ("Nein",), "yes": ("Ja",)}
    assert set(book["st\u00e4rke"].missing) == {"77", "88", "99"}
    assert book["sex"].level_names == ("male", "female") and book["age"].column == "Alter in Jahren"
    assert set(book.quasi_identifiers) == {"age", "sex"}
    assert book.designs["survey"].weights == "Gewichtung"
    assert not len(cm.check_cohort(path.with_suffix(".toml")))
    counted = pd.DataFrame(rows())[4].value_counts()
    found = cm.prevalence(cm.load_cohort(path.with_suffix(".toml"))).set_index("outcome").loc["low_back_pain"]
    assert (found["n"], found["events"]) == (counted["Ja"] + counted["Nein"], counted["Ja"])


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_total_below_is_no_person(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"mine.{ending}"
    _ = written(path, HEAD, [SUM]) if ending == "csv" else workbook(path, [], [SUM])
    path.with_suffix(".toml").write_text(draft_codebook(path).text, encoding="utf-8")
    faults = cm.check_cohort(path.with_suffix(".toml"))
    (fault,) = faults[faults["fault"] == "total-row"].to_dict("records")
    assert fault["column"] == "Laufende Nr" and fault["remedy"] == "Delete that row from the file."


def test_an_answer_that_is_called_total_is_none() -> None:
    """The last person says "total" of the pain, as others do; and the word beside full cells is an answer."""
    frame = pd.DataFrame({"migraine": ["yes", "no"] * 30, "pain": ["none", "some", "total"] * 20})
    assert list(total_faults(frame)) == []
    frame.loc[59, "pain"] = "Total"
    assert list(total_faults(frame)) == []
    below = pd.DataFrame({"migraine": ["yes", "no", ""], "number": ["1", "2", "Total:"], "age": ["30", "40", "70"]})
    assert [fault.column for fault in total_faults(below)] == ["number"]


def test_numbers_with_a_decimal_comma_in_a_sheet_are_called_so(tmp_path: Path) -> None:
    draft = draft_codebook(workbook(tmp_path / "mine.xlsx", [], [])).frame().set_index("column")
    assert draft.loc["Gewichtung", "taken_for"] == "left out"
    assert draft.loc["Gewichtung", "why"].startswith("text: numbers with a decimal comma")


@pytest.mark.parametrize(
    ("above", "message"),
    [([["Person", "", "", "Schmerz"]], "Row 2 does: delete the rows above it"), ([["Umfrage"], []], "Row 3 does")],
)
def test_lines_above_the_header_of_a_sheet(
    above: list[list[object]], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = workbook(tmp_path / "mine.xlsx", above, [])
    assert main(["codebook", "init", str(path)]) == 2
    assert message in capsys.readouterr().err


def test_a_name_that_stands_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "mine.csv", [*HEAD[:4], HEAD[3], *HEAD[5:]], [])
    assert main(["codebook", "init", str(path)]) == 2
    said = capsys.readouterr().err
    assert "stands in the header 2 times" in said and "Rename or drop" in said


def exported(folder: Path, head: str, lines: list[str]) -> Path:
    (folder / "mine.csv").write_text("\n".join([head, *lines, ""]), encoding="utf-8")
    return folder / "mine.csv"


@pytest.mark.parametrize("mark", [".", ".a", "#NULL!", "#N/A", "NaN", "--"])
def test_how_other_programs_write_that_there_is_no_value(mark: str, tmp_path: Path) -> None:
    """Of 120 people 20 have no age and 24 no answer on migraine; of the other 96, 48 have it."""
    lines = [f"{mark if i % 6 == 0 else 20 + i % 60},{mark if i % 5 == 0 else i % 2}" for i in range(N)]
    path = exported(tmp_path, "age,migraine", lines)
    path.with_suffix(".toml").write_text(draft_codebook(path).text, encoding="utf-8")
    cohort = cm.load_cohort(path.with_suffix(".toml"))
    assert cohort.codebook["age"].kind == "continuous"
    found = cm.prevalence(cohort).set_index("outcome").loc["migraine"]
    assert (found["n"], found["events"]) == (96, 48)
    assert cohort.complete_cases(["age"]).n == 100


@pytest.mark.parametrize(
    ("second", "row"),
    [(["How old?,Any pain?", '"{""ImportId"":""Q1""}","{""ImportId"":""Q2""}"'], 3), (["Response,Response"], 2)],
)
def test_a_second_header_is_no_person(second: list[str], row: int, tmp_path: Path) -> None:
    path = exported(tmp_path, "Q1,Q2", [*second, *(f"{20 + i % 60},{'Yes' if i % 2 else 'No'}" for i in range(N))])
    with pytest.raises(SourceError, match=f"row {row} is a second header.*below the first up to row {row}"):
        draft_codebook(path)


def test_a_ticked_box_is_told_from_one_value(tmp_path: Path) -> None:
    path = exported(tmp_path, "tick,wave,pain", [f"{'Neck' if i % 3 else ''},2,{i % 2}" for i in range(N)])
    why = draft_codebook(path).frame().set_index("column")["why"]
    assert why["tick"] == "ticked or blank: where a blank means no, name it under [file] ticked = [...], with 0 for no"
    assert why["wave"] == "every row has the same value"


def test_checked_and_unchecked_are_yes_and_no(tmp_path: Path) -> None:
    path = exported(tmp_path, "Pains (choice=Neck)", [("Checked", "Unchecked")[i % 2] for i in range(N)])
    (proposal,) = draft_codebook(path).proposals
    assert proposal.condition == "neck_pain" and proposal.levels == {"no": "Unchecked", "yes": "Checked"}


def test_thousands_with_dots_are_called_numbers(tmp_path: Path) -> None:
    lines = [f"{1 + i}.{100 + i},50;{i % 2}" for i in range(N)]
    why = draft_codebook(exported(tmp_path, "income;pain", lines)).frame().set_index("column")["why"]
    assert why["income"] == "text: numbers with a decimal comma; store them as numbers"
