"""`Report`: numbers and captions, files under the runner, nothing written elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from matplotlib import pyplot as plt

from comorbid.analyses import report as module
from comorbid.analyses.environment import REPORT_DIR
from comorbid.analyses.report import Report
from comorbid.errors import AnalysisError, SpecError
from tests.analyses.toy_study import files

REAL = SimpleNamespace(name="survey", title="A survey", synthetic=False, release="public-use")
MADE = SimpleNamespace(name="synthetic", title="Synthetic cohort", synthetic=True, release="public-use")
FRAME = pd.DataFrame({"condition": ["<b>neck</b>", "back"], "share": [0.12345678901, 0.5]})


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the notebook would show."""
    items: list[Any] = []
    monkeypatch.setattr(module, "_display", items.append)
    return items


def line():
    _, axes = plt.subplots(figsize=(2, 1))
    axes.plot([1, 2])
    return axes


def test_outside_the_runner_all_is_shown_and_nothing_written(shown: list[Any], tmp_path: Path, monkeypatch) -> None:
    monkeypatch.delenv(REPORT_DIR, raising=False)
    monkeypatch.chdir(tmp_path)
    report = Report(REAL)
    report.table(FRAME, "shares", "Shares")
    report.figure(line(), "line", "A line.", "It rises.")
    report.headline("It rises.")
    assert len(shown) == 3
    assert files(tmp_path) == {}
    assert "tables/" not in shown[0].html() and "figures/" not in shown[1].html()


def test_under_the_runner_files_and_contents_are_written(shown: list[Any], tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv(REPORT_DIR, str(tmp_path))
    report = Report(MADE)
    report.table(FRAME, "shares", "Shares of people")
    report.table(FRAME, "more", "More shares.")
    report.figure(line(), "line", "A line", "It rises from 1 to 2.")
    report.headline("Half\nof all.")
    assert set(files(tmp_path)) == {
        "contents.json", "figures/line.png", "figures/line.svg", "tables/more.csv", "tables/shares.csv",
    }  # fmt: skip
    contents = json.loads((tmp_path / "contents.json").read_text())
    assert contents["headline"] == "Half of all."
    assert [item["caption"] for item in contents["tables"]] == [
        "Table 1. Shares of people. Synthetic data.",
        "Table 2. More shares. Synthetic data.",
    ]
    assert contents["figures"][0]["alt"] == "It rises from 1 to 2."
    assert "0.12345678901" in (tmp_path / "tables/shares.csv").read_text()
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    ("numbers", "synthetic", "real"),
    [
        ("people", " Synthetic data.", ""),
        ("published", " Published numbers.", " Published numbers."),
        ("simulated", " Simulated.", " Simulated."),
        ("computed", " Computed, not observed.", " Computed, not observed."),
        ("none", "", ""),
        ("people and published", " Published numbers and synthetic data.", " Published numbers and this cohort."),
        (
            "published, simulated and people",
            " Published numbers, simulated numbers and synthetic data.",
            " Published numbers, simulated numbers and this cohort.",
        ),
    ],
)
def test_a_caption_says_where_its_numbers_come_from(
    numbers: str, synthetic: str, real: str, shown: list[Any], tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv(REPORT_DIR, str(tmp_path))
    for cohort, said in ((MADE, synthetic), (REAL, real)):
        report = Report(cohort)
        report.table(FRAME, "shares", "Shares", numbers=numbers)
        report.figure(line(), "line", "A line", "It rises.", numbers=numbers)
        contents = json.loads((tmp_path / "contents.json").read_text())
        for item, start in ((contents["tables"][0], "Table 1. Shares."), (contents["figures"][0], "Figure 1. A line.")):
            assert item["caption"] == start + said and item["numbers"] == numbers


def test_numbers_of_no_known_origin_are_refused(shown: list[Any], monkeypatch) -> None:
    monkeypatch.delenv(REPORT_DIR, raising=False)
    with pytest.raises(SpecError, match="people, published, computed, simulated"):
        Report(REAL).table(FRAME, "shares", "Shares", numbers="guessed")
    assert shown == []


def test_labels_are_shown_as_text(shown: list[Any], tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv(REPORT_DIR, str(tmp_path))
    report = Report(REAL)
    report.table(FRAME, "shares", "Shares <script>")
    report.figure(line(), "line", "A line <script>", 'It "rises" <script>')
    for item in shown:
        assert "<script>" not in item.html() and "&lt;script&gt;" in item.html()
    assert "&lt;b&gt;neck" in shown[0].html()
    assert "Synthetic" not in shown[0].html()


@pytest.mark.parametrize("name", ["", "Shares", "../shares", "a/b", "a.b", "-a", "a b"])
def test_a_name_that_is_no_file_name_is_refused(shown: list[Any], name: str) -> None:
    with pytest.raises(AnalysisError, match="small letters"):
        Report(REAL).table(FRAME, name, "Shares")


def test_a_name_is_used_once(shown: list[Any]) -> None:
    report = Report(REAL)
    report.table(FRAME, "shares", "Shares")
    with pytest.raises(AnalysisError, match="used twice"):
        report.figure(line(), "shares", "Shares", "Shares")


@pytest.mark.parametrize(
    ("caption", "alt", "message"), [("A line", " ", "no alt text"), ("", "It rises", "no caption")]
)
def test_a_figure_needs_caption_and_alt_text(shown: list[Any], caption: str, alt: str, message: str) -> None:
    with pytest.raises(AnalysisError, match=message):
        Report(REAL).figure(line(), "line", caption, alt)
    plt.close("all")


def test_what_is_no_figure_is_refused(shown: list[Any]) -> None:
    with pytest.raises(AnalysisError, match="found int"):
        Report(REAL).figure(3, "line", "A line", "It rises")


def test_a_headline_starts_with_a_capital_and_gives_no_interval_of_missing_limits(
    shown: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(REPORT_DIR, str(tmp_path))
    Report(REAL).headline("migraine: odds ratio nan (95% interval nan to nan), share nan% (nan% to nan%).")
    contents = json.loads((tmp_path / "contents.json").read_text())
    assert contents["headline"] == "Migraine: odds ratio not estimable, share not estimable."


def test_an_empty_headline_is_refused(shown: list[Any]) -> None:
    with pytest.raises(AnalysisError, match="headline"):
        Report(REAL).headline(" ")


def test_equal_figures_are_equal_files(shown: list[Any], tmp_path: Path, monkeypatch) -> None:
    for folder in ("one", "two"):
        monkeypatch.setenv(REPORT_DIR, str(tmp_path / folder))
        Report(REAL).figure(line(), "line", "A line", "It rises")
    assert files(tmp_path / "one") == files(tmp_path / "two")
