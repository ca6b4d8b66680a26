"""`comorbid fetch` and `comorbid check`: what they print, where, and their exit status."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest

from comorbid import cli
from comorbid.cli.fetch import ProgressBar, progress_line
from comorbid.sources import fetch
from comorbid.sources.fetch import Step
from tests.sources.fake_survey import COHORT, PAGE, QUICK, Publisher

CODEBOOK = """
name = "mine"
[variables.migraine]
kind = "condition"
levels = { no = 2, yes = 1 }
"""


@pytest.fixture(autouse=True)
def _commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "COMMANDS", tuple(dict.fromkeys([*cli.COMMANDS, "fetch", "check"])))
    monkeypatch.setattr(fetch, "Downloader", lambda: QUICK)


@pytest.fixture
def mine(tmp_path: Path) -> list[str]:
    """A file of one's own with its codebook, as arguments; 12 of 40 answers are not declared."""
    (tmp_path / "mine.toml").write_text(CODEBOOK)
    (tmp_path / "mine.csv").write_text("migraine\n" + "1\n2\n" * 14 + "7\n" * 12)
    return [str(tmp_path / "mine.csv"), "--codebook", str(tmp_path / "mine.toml")]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_fetch_says_what_came_and_stays_quiet_in_a_pipe(
    publisher: Publisher, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["fetch", COHORT]) == 0
    printed = capsys.readouterr()
    assert printed.out == (
        f"nhanes-1999-2004: 15 tables agree with the published counts (15 downloaded). They lie in {cache}.\n"
    )
    assert printed.err == ""
    assert cli.main(["fetch", COHORT]) == 0
    assert "(15 here already)" in capsys.readouterr().out


def test_fetch_from_a_folder(
    cache: Path, shipped: object, csv_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["fetch", COHORT, "--from", str(csv_folder)]) == 0
    assert "(15 copied)" in capsys.readouterr().out
    assert len(list(cache.iterdir())) == 15


def test_fetch_tells_of_a_folder_that_comes_before_the_cache(
    publisher: Publisher, csv_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COMORBID_DATA", str(csv_folder))
    assert cli.main(["fetch", COHORT]) == 0
    assert f"15 of these tables also lie in {csv_folder}, which COMORBID_DATA names" in capsys.readouterr().err


def test_fetch_of_what_is_not_the_table_is_exit_2_with_one_message(
    publisher: Publisher, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publisher.answers["DEMO"] = PAGE
    assert cli.main(["fetch", COHORT]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("comorbid: what came from http://127.0.0.1")
    assert printed.err.count("\n") == 1
    assert list(cache.iterdir()) == []


def test_fetch_of_an_unknown_cohort_and_of_the_synthetic_one(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["fetch", "nhanes-1999-2003"]) == 2
    assert "Did you mean 'nhanes-1999-2004'" in capsys.readouterr().err
    assert cli.main(["fetch", "synthetic"]) == 0
    assert "nothing to fetch" in capsys.readouterr().out


def test_the_bar_is_drawn_on_a_terminal_and_cleared() -> None:
    stream = Terminal()
    bar = ProgressBar(stream)
    bar(Step("MPQ_B", 7, 15, 600_000, 1_200_000))
    drawn = stream.getvalue()
    bar(Step("MPQ_B", 7, 15, 600_001, 1_200_000))
    assert stream.getvalue() == drawn
    bar.close()
    assert drawn == "\r\x1b[2K" + "MPQ_B     7 of 15  [############------------]   0.6 of 1.2 MB"
    assert stream.getvalue() == drawn + "\r\x1b[2K"


def test_nothing_is_drawn_in_a_pipe() -> None:
    stream = io.StringIO()
    bar = ProgressBar(stream)
    bar(Step("MPQ_B", 7, 15, 600_000, 1_200_000))
    bar.close()
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("received", "expected", "width", "line"),
    [
        (0, 2_000_000, 80, "MPQ       2 of 15  [------------------------]   0.0 of 2.0 MB"),
        (2_000_000, 2_000_000, 80, "MPQ       2 of 15  [########################]   2.0 of 2.0 MB"),
        (3_000_000, 2_000_000, 80, "MPQ       2 of 15  [########################]   3.0 of 2.0 MB"),
        (1_500_000, None, 80, "MPQ       2 of 15    1.5 MB"),
        (1_500_000, 2_000_000, 20, "MPQ       2 of 15  "),
    ],
)
def test_the_line_of_the_bar(received: int, expected: int | None, width: int, line: str) -> None:
    assert progress_line(Step("MPQ", 2, 15, received, expected), width) == line


def test_check_without_a_fault(
    shipped: object, xpt_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COMORBID_DATA", str(xpt_folder))
    assert cli.main(["check", COHORT]) == 0
    assert capsys.readouterr().out == "nhanes-1999-2004: no fault found.\n"


def test_the_formats_of_an_empty_list(mine: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path(mine[0]).write_text("migraine\n1\n2\n2\n")
    assert cli.main(["check", *mine, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert cli.main(["check", *mine, "--format", "csv"]) == 0
    assert capsys.readouterr().out == "column,fault,what,count,remedy\n"


def test_check_with_faults_is_exit_1(mine: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", *mine]) == 1
    table = capsys.readouterr().out
    assert "undeclared-code" in table
    assert cli.main(["check", *mine, "--format", "json"]) == 1
    (row,) = json.loads(capsys.readouterr().out)
    assert row == {
        "column": "migraine",
        "fault": "undeclared-code",
        "what": "12 with code 7, outside {2: no, 1: yes}",
        "count": 12,
        "remedy": "Declare it in the codebook, as a level or as missing; or mend the column.",
    }


def test_check_names_the_file_where_there_is_no_column(mine: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", mine[0]]) == 1
    assert "(the file)  no-condition" in capsys.readouterr().out


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_check_of_a_file_that_is_no_data_is_exit_2(
    tmp_path: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "page.csv").write_bytes(PAGE)
    assert cli.main(["check", str(tmp_path / "page.csv"), "--format", form]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "page.csv is a web page" in printed.err


def test_check_of_a_damaged_survey(
    shipped: object, csv_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    folder = shutil.copytree(csv_folder, tmp_path / "data")
    (folder / "MPQ.csv.xz").write_bytes(PAGE)
    monkeypatch.setenv("COMORBID_DATA", str(folder))
    assert cli.main(["check", COHORT, "--format", "csv"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[:2] for line in lines[1:]] == [["MPQ", "unreadable-table"]]
