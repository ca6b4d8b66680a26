"""A rebuilt number that leaves its tolerance: the report is there, says so, and `comorbid report` exits 1."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from comorbid.analyses import report as module
from comorbid.analyses import runner
from comorbid.analyses.clean import clean
from comorbid.analyses.environment import REPORT_DIR
from comorbid.analyses.report import Report
from comorbid.cli import main
from comorbid.errors import AnalysisError
from tests.analyses.toy_study import facts, write_study

COHORT = SimpleNamespace(
    name="survey",
    title="A survey",
    synthetic=False,
    release="public-use",
    codebook=SimpleNamespace(variables=("age", "age_band", "sex"), conditions=("migraine",)),
)
FRAME = pd.DataFrame(
    {
        "rebuild": ["one", "two"],
        "label": ["A ratio", "Another"],
        "claimed": ["More <b>often</b>", "Less"],
        "study": ["Somebody 2001", ""],
        "seen_in": ["abstract", ""],
        "published": ["2.1 (1.7 to 2.6)", "3"],
        "rebuilt": ["2.0", "2"],
        "kind": ["from counts", "replication"],
        "within_tolerance": pd.array([True, None], dtype="boolean"),
        "verdict": ["agrees", "not compared"],
        "why": ["all digits", "none"],
        "analysis": ["about-this-cohort", "how-the-four-conditions-occur-together"],
    }
)


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    monkeypatch.setenv(REPORT_DIR, str(tmp_path))
    monkeypatch.setattr(module, "_display", lambda item: (tmp_path / "shown.html").write_text(item.html()))
    return Report(COHORT)


def left(tmp_path: Path) -> list[str]:
    return json.loads((tmp_path / "contents.json").read_text())["left_tolerance"]


def test_the_table_is_written_shown_and_linked(report: Report, tmp_path: Path) -> None:
    report.rebuilt(FRAME)
    assert pd.read_csv(tmp_path / "tables/rebuilt.csv")["rebuild"].tolist() == ["one", "two"]
    page = (tmp_path / "shown.html").read_text()
    for header in ("What", "Claimed", "Published", "Rebuilt", "How", "Verdict", "Shown in"):
        assert f">{header}</th>" in page
    assert '<a href="../index.html#about-this-cohort">About this cohort</a>' in page
    assert "#how-the-four" not in page, "an analysis that this cohort cannot have has no report to lead to"
    assert ">Somebody 2001 (abstract): 2.1 (1.7 to 2.6)</td>" in page
    assert "&lt;b&gt;often" in page and 'href="../index.html#about-this-cohort"' in clean(page)
    assert ">Agrees. All digits.</td>" in page and left(tmp_path) == []


def test_numbers_that_left_their_tolerance_are_noted(report: Report, tmp_path: Path) -> None:
    report.rebuilt(FRAME.assign(within_tolerance=pd.array([False, None], dtype="boolean")))
    report.rebuilt(
        FRAME.head(1).drop(columns=["within_tolerance", "rebuild", "label"]), name="ledger", caption="The ledger"
    )
    assert left(tmp_path) == ["one"]
    assert ">Shown in</th>" in (tmp_path / "shown.html").read_text(), "every claim leads to its analysis"


def test_replications_alone_are_a_sentence_where_the_cohort_is_confidential(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[object] = []
    monkeypatch.setattr(module, "_display", shown.append)
    report = Report(SimpleNamespace(**{**vars(COHORT), "release": "confidential"}))
    report.rebuilt(FRAME.tail(1))
    assert [str(item.data)[:20] for item in shown] == ["Nothing stands here:"]
    report.rebuilt(FRAME)
    assert "Somebody 2001" in shown[1].html() and "Another" not in shown[1].html()


def test_another_frame_is_refused(report: Report) -> None:
    with pytest.raises(AnalysisError, match="no column claimed, published"):
        report.rebuilt(pd.DataFrame({"estimate": [1.0]}))


CELL = """
import pandas as pd
from types import SimpleNamespace
from comorbid.analyses.report import Report
codebook = SimpleNamespace(variables=("age",), conditions=("migraine",))
report = Report(SimpleNamespace(name=cohort, title="Toy", synthetic=True, release="public-use", codebook=codebook))
texts = {name: ["a text"] for name in ("claimed", "published", "rebuilt", "verdict", "why")}
report.rebuilt(pd.DataFrame({"rebuild": ["odds-of-toys"], "within_tolerance": [WITHIN], **texts}))
report.headline("One number.")
"""


@pytest.mark.slow
def test_the_report_is_published_and_the_command_exits_1(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(runner.run_study, "__kwdefaults__", {**runner.run_study.__kwdefaults__, "facts": facts})
    cells = {name: [CELL.replace("WITHIN", within)] for name, within in (("moved", "False"), ("kept", "True"))}
    write_study(tmp_path / "study", cells)
    words = ["report", "--cohort", "toy", "--study", tmp_path / "study/study.toml", "--out", tmp_path / "out"]
    for again in (False, True):
        assert main([str(word) for word in words]) == 1, f"again: {again}"
        said = capsys.readouterr()
        assert said.err.startswith("comorbid: toy/moved: odds-of-toys left the tolerance recorded for it.")
        assert len(said.err.splitlines()) == 1
        statuses = sorted(line.split()[0] for line in said.out.splitlines())
        assert statuses == sorted(["differs", "unchanged" if again else "done"])
    assert (tmp_path / "out/toy/moved/index.html").is_file()
    index = (tmp_path / "out/toy/index.html").read_text()
    assert "a rebuilt number differs" in index and "odds-of-toys left the tolerance" in index
