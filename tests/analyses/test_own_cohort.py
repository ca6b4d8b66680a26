"""A report on one's own file: the codebook stands for the cohort, and its path stays out of the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from comorbid.analyses.cohorts import cohort_facts
from comorbid.cli import main
from comorbid.errors import ComorbidError
from comorbid.paths import COHORTS_VARIABLE
from comorbid.synthetic import simulate_people
from tests.analyses.toy_study import files, write_study

CODEBOOK = """
title = "My survey"
[variables.migraine]
kind = "condition"
levels = ["no", "yes"]
[variables.neck_pain]
kind = "condition"
levels = ["no", "yes"]
[file]
path = "people.csv"
"""
CELL = """
import comorbid as cm
people = cm.load_cohort(cohort)
report = cm.Report(people)
report.table(cm.prevalence(people), "prevalence", "Prevalence")
report.headline(people.title)
"""


@pytest.fixture
def codebook(tmp_path: Path) -> Path:
    people = simulate_people(n=2_000, seed=2)[["migraine", "neck_pain"]]
    people.to_csv(tmp_path / "people.csv", index=False)
    (tmp_path / "My Survey.toml").write_text(CODEBOOK)
    return tmp_path / "My Survey.toml"


@pytest.mark.slow
def test_a_codebook_can_be_reported_on(codebook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = write_study(tmp_path / "study", {"toy": [CELL], "jaw": ["1"]}, jaw='needs = ["jaw_pain"]')
    out = tmp_path / "reports"
    asked = ["report", "--cohort", str(codebook), "--study", str(study.path), "--out", str(out), "--jobs", "1"]
    assert main(asked) == 0, capsys.readouterr().err
    said = capsys.readouterr().out
    assert "my-survey has no jaw_pain" in said
    built = files(out / "my-survey" / "toy")
    assert "tables/prevalence.csv" in built
    assert [name for name, content in built.items() if str(tmp_path).encode() in content] == []
    assert main(asked) == 0 and "unchanged" in capsys.readouterr().out
    (tmp_path / "people.csv").write_text((tmp_path / "people.csv").read_text() + "yes,yes\n" * 40)
    assert main(asked) == 0 and "done" in capsys.readouterr().out


def test_a_cohort_of_ones_own_has_a_name(codebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = cohort_facts(str(codebook))
    assert (facts.name, facts.title, facts.conditions) == ("my-survey", "My survey", ("migraine", "neck_pain"))
    monkeypatch.setenv(COHORTS_VARIABLE, str(codebook))
    assert cohort_facts("my-survey") == facts


def test_a_name_that_is_taken_or_a_file_that_is_not_there_is_told(codebook: Path) -> None:
    taken = codebook.rename(codebook.with_name("synthetic.toml"))
    with pytest.raises(ComorbidError, match="'synthetic', which is a registered cohort"):
        cohort_facts(str(taken))
    mine = taken.rename(taken.with_name("mine.toml"))
    (mine.parent / "people.csv").unlink()
    with pytest.raises(ComorbidError, match="which the codebook names as its file of people"):
        cohort_facts(str(mine))


@pytest.mark.slow
def test_a_filter_that_leaves_nobody_names_its_parameter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Pupils are younger than 20; the report says by which parameter they are kept."""
    rows = [f"{12 + i % 6},{i % 2}" for i in range(200)]
    (tmp_path / "people.csv").write_text("\n".join(["age,migraine", *rows, ""]))
    (tmp_path / "pupils.toml").write_text(
        'variables.age = { kind = "continuous" }\nfile.path = "people.csv"\n'
        "variables.migraine = { kind = 'condition', levels = { no = 0, yes = 1 } }\n"
    )
    asked = ["report", "about-this-cohort", "--cohort", str(tmp_path / "pupils.toml"), "--out", str(tmp_path / "out")]
    assert main(asked) == 2
    said = capsys.readouterr().err
    assert "leaves nobody" in said and "-p min_age=... (`comorbid params about-this-cohort`)" in said
    assert main([*asked, "-p", "min_age=0"]) == 0
