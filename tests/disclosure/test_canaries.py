"""Canaries: 25 people with words and numbers of their own, looked for in every byte that the program writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.cli import main
from comorbid.disclosure.unpack import texts
from comorbid.errors import ComorbidError
from tests.analyses.toy_study import write_study
from tests.disclosure import canaries

MARKS = canaries.marks()
W = canaries.word(3)


@pytest.fixture(scope="session")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The codebook of the cohort, beside its file of people."""
    folder = tmp_path_factory.mktemp("clinic")
    canaries.people().to_csv(folder / "mine.csv", index=False)
    (folder / "mine.toml").write_text(canaries.codebook(), encoding="utf-8")
    return folder / "mine.toml"


def hits(*contents: bytes) -> list[bytes]:
    """Marks that stand in some bytes."""
    whole = b"\n".join(contents).lower()
    return [mark for mark in MARKS if mark in whole]


def hits_below(folder: Path) -> list[tuple[str, list[bytes]]]:
    """Files with a mark, as they lie and unpacked."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        parts = [text.encode() for _, text in texts(path.name, content)] if path.suffix else []
        if there := hits(path.name.encode(), content, *parts):
            found.append((path.name, there))
    return found


def test_the_marks_are_in_the_data(mine: Path) -> None:
    people = mine.with_name("mine.csv").read_bytes()
    assert len(hits(people)) == len(MARKS) == 4 * canaries.PLANTED


COMMANDS: dict[str, list[str]] = {
    "prevalence": ["prevalence", "--by", "sex", "--by", "age_band"],
    "pairs": ["cooccurrence", "--by", "sex"],
    "model": ["fit", "migraine ~ neck_pain + age + sex"],
    "margins": ["fit", "migraine ~ neck_pain + age + smoking", "--margins"],
    "glance": ["fit", "migraine ~ neck_pain + age + sex", "--glance"],
    "few": ["prevalence", "--where", "age < 31"],
    "no such column": ["fit", f"migraine ~ {W}"],
    "a column without a variable": ["fit", "migraine ~ name"],
    "nobody": ["prevalence", "--where", "age > 200"],
    "not by a number": ["prevalence", "--by", "age"],
    "not a design": ["prevalence", "--design", "examination"],
    "separation": ["fit", "fibromyalgia ~ sex + age", "--where", "age > 30.12345 and age < 30.6"],
    "check": ["check"],
}


@pytest.mark.parametrize("form", ["table", "csv", "json"])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_prints_a_person(command: str, form: str, mine: Path, capfd: pytest.CaptureFixture[str]) -> None:
    name, *rest = COMMANDS[command]
    file = str(mine.with_name("mine.csv"))
    status = main([name, file, *rest, "--codebook", str(mine), "--format", form])
    said = capfd.readouterr()
    assert status in (0, 1, 2) and (said.out or said.err)
    asked = " ".join(rest).encode()
    assert [mark for mark in hits(said.out.encode(), said.err.encode()) if mark not in asked] == []


SPOILED: dict[str, Callable[[pd.DataFrame], Any]] = {
    "a word among codes": lambda f: f.assign(sex=f["sex"].astype(object).mask(f.index == 3, W)),
    "a number among codes": lambda f: f.assign(smoking=f["smoking"].astype(float).mask(f.index == 3, canaries.age(3))),
    "a word among conditions": lambda f: f.assign(migraine=f["migraine"].astype(object).mask(f.index == 3, W)),
    "a word among numbers": lambda f: f.assign(age=f["age"].astype(object).mask(f.index == 3, W)),
    "a word among weights": lambda f: f.assign(weight=f["weight"].astype(object).mask(f.index == 3, W)),
    "a weight below zero": lambda f: f.assign(weight=f["weight"].mask(f.index == 3, -canaries.weight(3))),
    "a weight that is missing": lambda f: f.assign(weight=f["weight"].mask(f.index == 3)),
    "a stratum of one's own": lambda f: f.assign(stratum=f["stratum"].mask(f.index == 3, W)),
    "a stratum that is missing": lambda f: f.assign(stratum=f["stratum"].mask(f.index == 3)),
    "a unit that is missing": lambda f: f.assign(unit=f["unit"].mask(f.index == 3)),
    "infinite": lambda f: f.assign(age=f["age"].mask(f.index == 4, np.inf)),
    "nobody": lambda f: f.iloc[:0],
    "no weights": lambda f: f.drop(columns="weight"),
    "one condition": lambda f: f.assign(migraine=1),
}


@pytest.mark.parametrize("spoiled", SPOILED)
def test_no_message_about_faulty_data_names_a_person(
    spoiled: str, mine: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "spoiled.csv"
    SPOILED[spoiled](canaries.people()).to_csv(file, index=False)
    failed = 0
    for command in (["check"], ["prevalence", "--by", "sex"], ["fit", "migraine ~ neck_pain + sex"], ["cooccurrence"]):
        failed += main([command[0], str(file), *command[1:], "--codebook", str(mine)]) > 0
    said = capfd.readouterr()
    assert failed
    assert hits(said.out.encode(), said.err.encode()) == []


BROKEN: dict[str, bytes] = {
    "too many fields": f"migraine,sex\n1,1\n0,2,{W},{W}\n".encode(),
    "an open quote": f'migraine,sex\n1,"{W}\n'.encode(),
    "not utf-8": f"migraine,sex\n1,{W}".encode() + b"\xff\xfe\n",
    "zeros": W.encode() + b"\0\0\0",
    "another kind": b"PK\x03\x04" + W.encode(),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_no_message_about_a_broken_file_quotes_it(
    broken: str, mine: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for ending in ("csv", "parquet", "xpt"):
        file = tmp_path / f"broken.{ending}"
        file.write_bytes(BROKEN[broken])
        main(["prevalence", str(file), "--codebook", str(mine)])
        main(["check", str(file), "--codebook", str(mine)])
    said = capfd.readouterr()
    assert said.err
    assert hits(said.out.encode(), said.err.encode()) == []


def test_no_repr_of_the_library_shows_a_person(mine: Path) -> None:
    cohort = cm.load_cohort(mine.with_name("mine.csv"), codebook=mine)
    few = cohort.restrict("age < 31", "older")
    fit = cm.fit_logistic(cohort, "migraine ~ neck_pain + age")
    shown = [repr(thing) for thing in (cohort, few, cohort.people, cohort.codebook, cohort.design, fit, fit.cells)]
    shown += [str(cohort.describe()), str(cohort.flow())]
    assert hits(*(text.encode() for text in shown)) == []
    assert "people" in repr(cohort) and "rows are not shown" in repr(cohort.people)


@pytest.mark.parametrize("method", ["restrict", "coded"])
def test_no_error_of_the_library_quotes_a_person(method: str, mine: Path) -> None:
    frame = canaries.people().astype({"name": "category"})
    cohort = cm.load_cohort(frame, conditions=["migraine", "neck_pain"])
    with pytest.raises(ComorbidError) as fault:
        if method == "restrict":
            cohort.restrict("name == 'nobody'", "x")
        else:
            cm.load_cohort(frame, codebook=mine, design=cm.SurveyDesign(weights="remark"))
    assert hits(str(fault.value).encode()) == []


START = "import comorbid as cm\npeople = cm.load_cohort(cohort)\nreport = cm.Report(people)\n"
OWN = "people.people.column('remark').iloc[3]"
NOTEBOOKS = {
    "good": "report.table(cm.prevalence(people, by='sex'), 'shares', 'Shares')\nreport.headline('Done.')",
    "raises": f"raise ValueError({OWN})",
    "exits": f"import sys\nsys.exit({OWN})",
    "converts": "people.people.column('name').astype(float)",
    "looks-up": f"{{}}[{OWN}]",
    "prints": f"print({OWN})",
    "warns": f"import warnings\nwarnings.warn({OWN})",
    "shows": "people.people._frame.head(20)",
    "lists": "report.table(people.people._frame.head(50), 'rows', 'Rows')",
    "notes": f"report.note({OWN})",
    "captions": f"report.table(cm.prevalence(people), 'shares', {OWN})",
    "heads": f"report.headline({OWN})",
    "writes": f"import os\nprint({OWN}, file=open(os.environ['COMORBID_REPORT_DIR'] + '/x.txt', 'w'))",
    "pickles": "import os\npeople.people._frame.to_pickle(os.environ['COMORBID_REPORT_DIR'] + '/model.pkl')",
}


@pytest.mark.slow
def test_no_report_and_no_failed_one_holds_a_person(
    mine: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    cells = {name: [START + source + f"\n# {name}"] for name, source in NOTEBOOKS.items()}
    study, out = write_study(tmp_path / "study", cells), tmp_path / "reports"
    assert main(["report", "--cohort", str(mine), "--study", str(study.path), "--out", str(out)]) == 2
    said = capfd.readouterr()
    assert hits(said.out.encode(), said.err.encode()) == []
    assert hits_below(out) == []
    published = {path.parent.name for path in (out / "mine").glob("*/index.html")}
    assert published == {"good"}
    assert {path.stem for path in (out / "failed" / "mine").glob("*.ipynb")} == set(NOTEBOOKS) - published


@pytest.mark.slow
def test_a_finding_leaves_the_last_good_report_to_the_byte(
    mine: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out, good = tmp_path / "reports", START + NOTEBOOKS["good"]

    def status_of(cell: str) -> int:
        study = write_study(tmp_path / "study", {"one": [cell]})
        return main(["report", "--cohort", str(mine), "--study", str(study.path), "--out", str(out)])

    def published() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in (out / "mine" / "one").rglob("*") if path.is_file()}

    assert status_of(good) == 0
    before = published()
    assert any(path.name == "index.html" for path in before)
    assert status_of(f"{good}\n{NOTEBOOKS['captions'].replace('shares', 'more')}") == 2
    assert published() == before
    said = capfd.readouterr()
    assert "was not released" in said.err and hits(said.out.encode(), said.err.encode()) == []
    assert hits_below(out) == []


@pytest.mark.slow
def test_no_analysis_of_the_library_shows_a_person(
    mine: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "reports"
    main(["report", "--cohort", str(mine), "--out", str(out)])
    said = capfd.readouterr()
    assert hits(said.out.encode(), said.err.encode()) == []
    assert hits_below(out) == []
    published = {path.parent.name for path in (out / "mine").glob("*/index.html")}
    assert {"about-this-cohort", "headache-and-low-back-pain", "migraine-and-neck-pain", "evidence-audit"} <= published
    assert "fibromyalgia-as-amplifier" in published, "it goes on where the shares of combinations are hidden"
