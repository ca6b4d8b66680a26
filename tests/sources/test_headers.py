"""First rows that are no headers, and cells that are merged: what offices send, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

import comorbid as cm
from comorbid.drafting import draft_codebook
from comorbid.errors import SourceError
from comorbid.sources.check_totals import total_faults
from comorbid.sources.files import read_people

LINES = [f"{i % 2},{i % 3},{20 + i % 50}" for i in range(40)]


def written(folder: Path, *lines: str) -> Path:
    (folder / "mine.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    return folder / "mine.csv"


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (["Pain survey,,", "Exported,,", "migraine,neck,age"], "2 columns with values have no name.*delete titles"),
        (["sep=,", "migraine,neck,age"], "the first line tells spreadsheets the delimiter.*Delete that line"),
        (["# exported", "migraine,neck,age"], "more fields than the 1 of the header.*delete lines above it"),
        (["1,1,44"], "it seems to be a person. Write the names"),
    ],
    ids=["titles", "sep", "comment", "no header"],
)
def test_a_first_row_that_is_no_header(head: list[str], said: str, tmp_path: Path) -> None:
    path = written(tmp_path, *head, *LINES)
    with pytest.raises(SourceError, match=said) as refused:
        read_people(path)
    assert "44" not in str(refused.value)
    assert len(cm.check_cohort(path))


@pytest.mark.parametrize("blank", ["\n", "\n\n\n", "\r\n"], ids=["one", "three", "of Windows"])
def test_blank_lines_above_the_header_are_passed_over(blank: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(
        blank + "person,area\n" + "".join(f"{i},0{i % 3}\n" for i in range(30)), encoding="utf-8", newline=""
    )
    assert list(read_people(path)) == ["person", "area"]
    assert 'text = ["area"]' in draft_codebook(path).text
    path.write_text(blank, encoding="utf-8", newline="")
    with pytest.raises(SourceError, match="is empty"):
        read_people(path)


def test_blank_columns_at_the_end_do_not_count(tmp_path: Path) -> None:
    path = written(tmp_path, *(f"{line},,," for line in ("migraine,neck,age", *LINES)))
    assert list(read_people(path)) == ["migraine", "neck", "age"]
    with pytest.raises(SourceError, match="2 columns with values have no name"):
        read_people(written(tmp_path, "migraine,neck,age,,", "1,1,1,x,", "1,1,1,,y"))


@pytest.mark.parametrize(("cells", "sound"), [("B3:B9", False), ("A5:B5", False), ("B1:C1", True)])
def test_merged_cells_are_refused_below_the_header(cells: str, sound: bool, tmp_path: Path) -> None:
    """Excel keeps the value of the first cell alone: seven people of one sex would be one, and six without."""
    book = openpyxl.Workbook()
    book.active.append(["migraine", "sex"])
    for i in range(30):
        book.active.append([i % 2, "male" if i % 3 else "female"])
    book.active.merge_cells(cells)
    book.save(tmp_path / "mine.xlsx")
    if sound:
        assert list(read_people(tmp_path / "mine.xlsx")) == ["migraine", "sex"]
        return
    with pytest.raises(SourceError, match=f"merged cells below the header, beginning in column {cells[0]}:"):
        read_people(tmp_path / "mine.xlsx")


def test_a_blank_column_between_others_does_not_count(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["migraine", None, "age"], *([i % 2, None, 20 + i] for i in range(30))):
        book.active.append(row)
    book.save(tmp_path / "mine.xlsx")
    people = read_people(tmp_path / "mine.xlsx")
    assert list(people) == ["migraine", "age"] and people["age"].tolist() == list(range(20, 50))
    book.active["B5"] = 1
    book.save(tmp_path / "mine.xlsx")
    with pytest.raises(SourceError, match="It names 2 of 3"):
        read_people(tmp_path / "mine.xlsx")


@pytest.mark.parametrize(
    ("below", "faults"),
    [("Prepared by the office,,", ["note-row"]), ("rather often,,", []), ("often,,", []), ("a new answer,1,1", [])],
    ids=["note", "answer of others", "word", "full row"],
)
def test_a_note_below_the_people(below: str, faults: list[str], tmp_path: Path) -> None:
    rows = [f"{'rather often' if i % 2 else 'never'},{i % 2},{20 + i}" for i in range(30)]
    people = read_people(written(tmp_path, "pain,migraine,age", *rows, below))
    assert [fault.fault for fault in total_faults(people)] == faults


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<table border='1'><tr><td>migraine</td></tr></table>", "is a web page, not CSV"),
        (b"\x00" * 90 + b"migraine", "is binary and no text"),
        ("migraine,age\n1,44\n".encode("utf-16-le"), "is binary and no text.*UTF-16 without a mark"),
    ],
    ids=["a table of a web page", "another kind", "UTF-16 without a mark"],
)
def test_what_is_no_text_is_called_so_by_the_draft(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_bytes(content)
    with pytest.raises(SourceError, match=said):
        draft_codebook(tmp_path / "mine.csv")
