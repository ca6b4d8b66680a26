"""`comorbid verify`: every way in which a report can stop following from what is at hand is told, and no other."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from comorbid.analyses.manifest import read_manifest
from comorbid.analyses.study import Study
from comorbid.analyses.verify import find_reports, verify_report
from comorbid.cli import main
from comorbid.errors import AnalysisError
from tests.analyses.toy_study import SETUP, TOY, facts, notebook, run, write_study

CELLS = [
    SETUP
    + 'import pandas as pd\nreport.table(pd.DataFrame({"n": [min_age]}), "ages", "Ages")\nreport.headline("Done.")'
]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Path]:
    folder = tmp_path_factory.mktemp("verify")
    study = write_study(folder / "study", {"toy": CELLS})
    run(study, folder / "reports", given={"min_age": "30"})
    return study, folder / "reports" / "toy" / "toy"


@pytest.fixture
def report(built: tuple[Study, Path], tmp_path: Path) -> tuple[Study, Path]:
    """A copy that a test may spoil."""
    study, folder = built
    for path in folder.rglob("*"):
        if path.is_file():
            copy = tmp_path / "toy" / path.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    return study, tmp_path / "toy"


def differing(study: Study, folder: Path, **options: object) -> list[tuple[str, str, str]]:
    checks = verify_report(folder, study, **{"facts": facts, **options})  # type: ignore[arg-type]
    return [(check.part, check.name, check.status) for check in checks if check.status != "same"]


def test_a_fresh_report_follows_and_a_rebuild_with_its_parameters_is_equal(report: tuple[Study, Path]) -> None:
    assert read_manifest(report[1])["parameters"]["min_age"] == 30
    assert differing(*report, rebuild=True) == []


def test_a_changed_a_missing_and_an_added_file_are_told(report: tuple[Study, Path]) -> None:
    folder = report[1]
    (folder / "tables" / "ages.csv").write_text("n\n31\n")
    (folder / "index.html").unlink()
    (folder / "notes.txt").write_text("mine")
    assert differing(*report) == [
        ("file", "index.html", "missing"),
        ("file", "notes.txt", "added"),
        ("file", "tables/ages.csv", "changed"),
    ]


def test_changed_data_are_told(report: tuple[Study, Path]) -> None:
    changed = replace(TOY, fingerprint="1" * 64)
    assert differing(*report, facts=lambda name: changed) == [("input", "data", "changed"), ("input", "key", "changed")]


def test_absent_data_are_told(report: tuple[Study, Path]) -> None:
    def absent(name: str) -> None:
        raise AnalysisError("not here")

    assert ("input", "data", "missing") in differing(*report, facts=absent)


def test_a_changed_notebook_is_told_and_its_rebuild_differs(report: tuple[Study, Path], tmp_path: Path) -> None:
    changed = write_study(tmp_path / "study", {"toy": [CELLS[0].replace('"Ages"', '"Years"')]})
    found = differing(changed, report[1], rebuild=True)
    assert {("input", "notebook", "changed"), ("rebuilt file", "index.html", "changed")} <= set(found)
    assert ("rebuilt file", "tables/ages.csv", "changed") not in found


def test_changed_citations_are_told(report: tuple[Study, Path]) -> None:
    study, folder = report
    cited = Study(study.path, tuple(replace(analysis, citations=("a new work",)) for analysis in study.analyses))
    assert differing(cited, folder) == [("input", "key", "changed")]


def test_another_package_version_is_told(report: tuple[Study, Path]) -> None:
    path = report[1] / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["packages"] |= {"pandas": "1.0", "left": "2"}
    path.write_text(json.dumps(manifest))
    found = differing(*report)
    assert {("package", "pandas", "changed"), ("package", "left", "missing")} <= set(found)


def test_an_analysis_that_left_the_study_cannot_follow(report: tuple[Study, Path], tmp_path: Path) -> None:
    other = write_study(tmp_path / "other", {"another": CELLS})
    assert ("input", "notebook", "missing") in differing(other, report[1])
    with pytest.raises(AnalysisError, match=r"not in study\.toml"):
        differing(other, report[1], rebuild=True)


def test_what_is_no_report_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match=r"no report at .* a folder with a manifest\.json"):
        find_reports(tmp_path)
    (tmp_path / "manifest.json").write_text('{"status": "running"}')
    with pytest.raises(AnalysisError, match="not the manifest of a complete report"):
        verify_report(find_reports(tmp_path)[0], write_study(tmp_path / "study", {"toy": CELLS}))


def test_the_command_says_so_and_exits_with_its_answer(
    built: tuple[Study, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command knows registered cohorts alone, so the toy's data are `missing`: answer no, exit status 1."""
    (tmp_path / "toy.ipynb").write_text(json.dumps(notebook(CELLS)))
    status = main(["verify", str(built[1]), "--study", str(built[0].path), "--format", "json"])
    rows = json.loads(capsys.readouterr().out)
    assert status == 1
    assert {row["name"] for row in rows if row["status"] != "same"} == {"data", "key"}
    assert {row["part"] for row in rows} == {"file", "input", "package"}
    assert main(["verify", str(tmp_path)]) == 2
    assert "no report at" in capsys.readouterr().err
