"""Whatever fails on a confidential cohort says so without naming a person, and leaves nothing of one behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from comorbid.cli import main
from tests.analyses.toy_study import write_study
from tests.disclosure import canaries
from tests.disclosure.searching import hits, hits_below

ROOT = Path(__file__).parents[2]
W = canaries.word(3)
OURS = 3
"""Row of the planted person whose data are spoiled."""


@pytest.fixture(scope="session")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The codebook of the cohort, beside its file of people."""
    return canaries.write(tmp_path_factory.mktemp("clinic"))


ASKED: dict[str, list[str]] = {
    "no such variable": ["fit", f"migraine ~ {W}"],
    "a column without a variable": ["fit", "migraine ~ name"],
    "a continuous outcome": ["fit", "age ~ neck_pain"],
    "one value only": ["fit", "migraine ~ neck_pain + age", "--where", "age > 78 and age < 79.5"],
    "separation": ["fit", "fibromyalgia ~ sex + age", "--where", "age > 30.12345 and age < 30.6"],
    "no such method": ["fit", "migraine ~ neck_pain", "--method", "x"],
    "nobody": ["prevalence", "--where", "age > 200"],
    "no such level": ["prevalence", "--where", "sex == 'nobody'"],
    "not to be read": ["prevalence", "--where", "age + > 3"],
    "a restriction by name": ["prevalence", "--where", "name == 'somebody'"],
    "not by a number": ["prevalence", "--by", "age"],
    "no such design": ["prevalence", "--design", "examination"],
    "no such definition": ["prevalence", "--define", "migraine=F"],
    "not a level of confidence": ["prevalence", "--conf-level", "2"],
    "weights of words": ["prevalence", "--weights", "remark"],
    "strata of identifiers": ["prevalence", "--strata", "id", "--psu", "unit"],
    "strata that are missing": ["prevalence", "--strata", "remark"],
    "units of names": ["prevalence", "--strata", "name", "--psu", "remark"],
    "no such quasi-identifier": ["anonymity", "--quasi", "nothing"],
}


@pytest.mark.parametrize("asked", ASKED)
def test_no_refusal_names_a_person(asked: str, mine: Path, capfd: pytest.CaptureFixture[str]) -> None:
    name, *rest = ASKED[asked]
    assert main([name, str(mine.with_name("mine.csv")), *rest, "--codebook", str(mine)]) == 2
    said = capfd.readouterr()
    assert said.err.startswith("comorbid: ") and "Traceback" not in said.err and said.out == ""
    typed = " ".join(rest).encode()
    assert [mark for mark in hits(said.err.encode()) if mark not in typed] == []


def _own(column: str, value: Any) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """One planted person's value replaced."""
    return lambda people: people.assign(**{column: people[column].astype(object).mask(people.index == OURS, value)})


SPOILED: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "a word among codes": _own("education", W),
    "a number among codes": _own("smoking", canaries.age(OURS)),
    "a word among conditions": _own("migraine", W),
    "a word among numbers": _own("age", W),
    "a word among weights": _own("weight", W),
    "a weight below zero": _own("weight", -canaries.weight(OURS)),
    "a weight that is missing": _own("weight", np.nan),
    "a stratum of one's own": _own("stratum", W),
    "a stratum that is missing": _own("stratum", np.nan),
    "a unit that is missing": _own("unit", np.nan),
    "an identifier that comes twice": _own("id", canaries.planted(4)["id"]),
    "infinite": _own("age", np.inf),
    "nobody": lambda people: people.iloc[:0],
    "no weights": lambda people: people.drop(columns="weight"),
    "no such column": lambda people: people.drop(columns="jaw_pain"),
}
SOUND_WITHOUT = {"a stratum of one's own"}
"""Faults that a check lists and that estimates live with."""


@pytest.mark.parametrize("spoiled", SPOILED)
def test_no_message_about_faulty_data_names_a_person(
    spoiled: str, mine: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "spoiled.csv"
    SPOILED[spoiled](canaries.people()).to_csv(file, index=False)
    status = [
        main([name, str(file), *rest, "--codebook", str(mine)])
        for name, *rest in (["check"], ["prevalence"], ["fit", "migraine ~ neck_pain + age"], ["cooccurrence"])
    ]
    said = capfd.readouterr()
    assert status[0] in (1, 2) and (spoiled in SOUND_WITHOUT or 2 in status[1:])
    assert hits(said.out.encode(), said.err.encode()) == []


BROKEN: dict[str, bytes] = {
    "too many fields": f"migraine,sex\n1,1\n0,2,{W},{W}\n".encode(),
    "an open quote": f'migraine,sex\n1,"{W}\n'.encode(),
    "not utf-8": f"migraine,sex\n1,{W}".encode() + b"\xff\xfe\n",
    "zeros": W.encode() + b"\0\0\0",
    "another kind": b"PK\x03\x04" + W.encode(),
}


@pytest.mark.parametrize("ending", ["csv", "parquet", "xpt"])
@pytest.mark.parametrize("broken", BROKEN)
def test_no_message_about_a_broken_file_quotes_it(
    broken: str, ending: str, mine: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / f"broken.{ending}"
    file.write_bytes(BROKEN[broken])
    for command in ("prevalence", "check"):
        assert main([command, str(file), "--codebook", str(mine)]) == 2
    said = capfd.readouterr()
    assert said.err.count("comorbid: ") == 2
    assert hits(said.out.encode(), said.err.encode()) == []


START = "import comorbid as cm\npeople = cm.load_cohort(cohort)\nreport = cm.Report(people)\n"
OWN = "people.people.column('remark').iloc[3]"
GOOD = "report.table(cm.prevalence(people, by='sex'), 'shares', 'Shares')\nreport.headline('Done.')"
DIES = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
NOTEBOOKS = {
    "raises": f"raise ValueError({OWN})",
    "exits": f"import sys\nsys.exit({OWN})",
    "converts": "people.people.column('name').astype(float)",
    "looks-up": f"{{}}[{OWN}]",
    "prints": f"print({OWN})",
    "warns": f"import warnings\nwarnings.warn({OWN})",
    "shows": "people.people._frame.head(20)",
    "lists": "report.table(people.people._frame.head(50), 'rows', 'Rows')",
    "codes": "report.table(people.people._frame[['migraine']].head(30), 'rows', 'Rows')",
    "weighs": "report.note(f\"The largest weight is {people.people.column('weight').iloc[3]}.\")",
    "ages": "report.headline(f\"The oldest is {people.people.column('age').iloc[:25].max():.7f}.\")",
    "dates": "report.note(people.people.column('seen').iloc[3])",
    "notes": f"report.note({OWN})",
    "captions": f"report.table(cm.prevalence(people), 'shares', {OWN})",
    "heads": f"report.headline({OWN})",
    "writes": f"import os\nprint({OWN}, file=open(os.environ['COMORBID_REPORT_DIR'] + '/x.txt', 'w'))",
    "pickles": "import os\npeople.people._frame.to_pickle(os.environ['COMORBID_REPORT_DIR'] + '/model.pkl')",
    "dies": f"print({OWN})\n{DIES}",
    "lasts": f"print({OWN}, flush=True)\nimport time\ntime.sleep(60)",
    "fills-the-disk": "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))\n"
    f"open('big', 'w').write({OWN} * 9_000)",
}


def test_there_are_more_than_twenty_ways_to_fail() -> None:
    assert len({*ASKED, *SPOILED, *BROKEN, *NOTEBOOKS}) >= 20 + len(NOTEBOOKS)
    assert len(NOTEBOOKS) >= 20


@pytest.mark.slow
def test_no_failed_report_holds_a_person(mine: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    cells = {name: [START + source + f"\n# {name}"] for name, source in {"good": GOOD, **NOTEBOOKS}.items()}
    study = write_study(tmp_path / "study", cells, lasts="timeout = 3")
    out = tmp_path / "reports"
    assert main(["report", "--cohort", str(mine), "--study", str(study.path), "--out", str(out)]) == 2
    said = capfd.readouterr()
    assert hits(said.out.encode(), said.err.encode()) == []
    assert hits_below(out) == []
    assert {path.parent.name for path in (out / "mine").glob("*/index.html")} == {"good"}
    assert {path.stem for path in (out / "failed" / "mine").glob("*.ipynb")} == set(NOTEBOOKS)


@pytest.mark.slow
def test_a_finding_leaves_the_last_good_report_to_the_byte(
    mine: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out, good = tmp_path / "reports", START + GOOD

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
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL], ids=lambda number: number.name)
def test_a_stopped_run_leaves_nothing_of_a_person(number: signal.Signals, mine: Path, tmp_path: Path) -> None:
    """The cell before has printed a person's words into the notebook, as it lies in the working folder."""
    out, begun = tmp_path / "reports", tmp_path / "begun"
    waits = f"open({str(begun)!r}, 'w').close()\nimport time\ntime.sleep(60)"
    study = write_study(tmp_path / "study", {"one": [START + f"print({OWN})", waits]})
    asked = ["report", "--cohort", str(mine), "--study", str(study.path), "--out", str(out)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])}
    process = subprocess.Popen(
        [sys.executable, "-m", "comorbid", *asked], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    _until(begun.exists)
    process.send_signal(number)
    said = b"".join(process.communicate(timeout=60))
    assert process.returncode in (130, 128 + number, -number)
    _until(lambda: not list(out.glob(".tmp-*")))
    assert hits(said) == [] and hits_below(out) == []
    assert not (out / "mine" / "one").exists()


def _until(happened: Callable[[], Any]) -> None:
    end = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)
