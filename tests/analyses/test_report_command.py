"""`comorbid report` and `comorbid params` on the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from comorbid.analyses import runner
from comorbid.cli import main
from comorbid.errors import SourceError
from tests.analyses.toy_study import facts, files, write_study

HEAVY = ("papermill", "nbformat", "nbconvert", "jupyter_client", "matplotlib", "zmq")


def command(*words: object) -> int:
    return main([str(word) for word in words])


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_study(tmp_path / "study", {"pairs": ["1"], "jaw": ["1"]}, jaw='needs = ["jaw_pain"]')
    monkeypatch.setattr(runner.run_study, "__kwdefaults__", {**runner.run_study.__kwdefaults__, "facts": facts})
    return tmp_path / "study" / "study.toml"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["pair"], "no analysis 'pair' in study.toml. Did you mean 'pairs'?"),
        (["-p", "min_agee=3"], "no parameter 'min_agee'"),
        (["-p", "min_age=old"], "-p min_age=old: min_age wants a whole number."),
        (["-p", "min_age"], "-p wants name=value"),
        (["jaw"], "nothing to run: toy lacks what the analyses need (jaw needs jaw_pain)."),
        (["--jobs", "0"], "--jobs 0"),
    ],
)
def test_a_mistake_is_one_message_and_status_2(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert command("report", "--cohort", "toy", "--study", study, "--out", tmp_path / "out", *words) == 2
    said = capsys.readouterr()
    assert said.out == "" and message in said.err and len(said.err.splitlines()) == 1
    assert files(tmp_path / "out") == {}


def test_missing_data_files_are_one_message_and_status_2(study: Path, tmp_path: Path, capsys, monkeypatch) -> None:
    def absent(name: str) -> None:
        raise SourceError("table DEMO is not here. Run `comorbid fetch toy`.")

    monkeypatch.setitem(runner.run_study.__kwdefaults__, "facts", absent)
    assert command("report", "--cohort", "toy", "--study", study, "--out", tmp_path / "out") == 2
    assert "comorbid fetch toy" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_reports_that_are_made_and_one_that_fails(study: Path, tmp_path: Path, capsys) -> None:
    words = ["--cohort", "toy", "--study", study, "--out", tmp_path / "out"]
    assert command("report", *words) == 0
    said = capsys.readouterr()
    assert said.err == "" and [line.split()[0] for line in said.out.splitlines()] == ["skipped", "done"]
    write_study(study.parent, {"pairs": ["a = 1\nraise ValueError('no such thing')"]})
    assert command("report", *words) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[0] == (
        "comorbid: toy/pairs failed at cell 4 (raise ValueError('no such thing')): ValueError: no such thing"
    )
    assert said[1].endswith("failed/toy/pairs.ipynb") and "last good report stays" in said[2]


def test_params_are_listed_in_three_forms(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = {}
    for kind in ("table", "csv", "json"):
        assert command("params", "pairs", "--study", study, "--format", kind) == 0
        said[kind] = capsys.readouterr().out
    assert said["table"].splitlines()[0].split() == ["name", "type", "default", "help"], "no parameter has choices"
    assert said["csv"].splitlines()[2] == 'min_age,int,18,,"youngest age kept, years"'
    assert json.loads(said["json"])[1] == {
        "name": "min_age", "type": "int", "default": 18, "choices": "", "help": "youngest age kept, years",
    }  # fmt: skip
    assert command("params", "pair", "--study", study) == 2
    assert "Did you mean 'pairs'?" in capsys.readouterr().err


def test_a_mistake_is_found_without_starting_jupyter(study: Path, tmp_path: Path) -> None:
    code = f"""
import sys
from comorbid.analyses.study import load_study
from comorbid.errors import AnalysisError
from tests.analyses.toy_study import Path, run
try:
    run(load_study({str(study)!r}), Path({str(tmp_path / "out")!r}), "pairs", given={{"min_agee": "3"}})
except AnalysisError as fault:
    print(fault)
print(*[name for name in {HEAVY!r} if name in sys.modules])
"""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={"PYTHONPATH": f"{root}:{root / 'src'}"},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "no parameter 'min_agee' in pairs. Did you mean 'min_age'? Accepted: cohort, min_age.",
        "",
    ]
