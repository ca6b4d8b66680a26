"""A user's mistake: exit status 2, one message that says what was asked and what is accepted, nothing left behind."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from comorbid.cli import main

MISTAKES = {
    "misspelt cohort": (["prevalence", "syntetic"], ["'syntetic'", "synthetic"]),
    "misspelt variable of --by": (["prevalence", "synthetic", "--by", "sx"], ["'sx'", "sex"]),
    "continuous --by": (["prevalence", "synthetic", "--by", "age"], ["'age'", "continuous"]),
    "misspelt column of a formula": (["fit", "synthetic", "migraine ~ nek_pain"], ["'nek_pain'", "neck_pain"]),
    "formula without outcome": (["fit", "synthetic", "~ neck_pain"], ["outcome ~ exposure"]),
    "formula that is code": (["fit", "synthetic", "migraine ~ __import__('os')"], ["cannot be read as a term"]),
    "outcome with four levels": (["fit", "synthetic", "age_band ~ sex"], ["age_band", "two levels"]),
    "misspelt definition": (["prevalence", "synthetic", "--define", "fibromyalgia=Z"], ["'Z'"]),
    "misspelt design": (["prevalence", "synthetic", "--design", "exam"], ["'exam'", "survey"]),
    "empty subgroup": (["prevalence", "synthetic", "--where", "age > 200"], ["age > 200", "nobody"]),
    "misspelt level": (["prevalence", "synthetic", "--where", "sex == 'femal'"], ["'femal'", "female"]),
    "restriction that is code": (["prevalence", "synthetic", "--where", "open('x')"], ["open('x')"]),
    "confidence in percent": (["prevalence", "synthetic", "--conf-level", "95"], ["95", "0.95"]),
    "absent file": (["check", "no-such-file.csv"], ["no-such-file.csv"]),
    "unknown file kind": (["simulate", "--n", "10", "--out", "people.docx"], ["people.docx", ".parquet"]),
    "misspelt analysis": (["report", "abuot-this-cohort"], ["'abuot-this-cohort'", "about-this-cohort"]),
    "misspelt parameter": (["report", "about-this-cohort", "-p", "min_aeg=30"], ["'min_aeg'", "min_age"]),
}


@pytest.mark.parametrize(("arguments", "said"), MISTAKES.values(), ids=MISTAKES)
def test_one_message_and_exit_2(capsys, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("comorbid: ") and "Traceback" not in printed.err
    for words in said:
        assert words in printed.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"<!doctype html><html>login</html>", b"\x80\x04\x95pickle", b""])
@pytest.mark.parametrize("name", ["people.csv", "people.parquet", "people.xpt"])
def test_a_file_that_is_not_what_its_name_says(capsys, tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    assert main(["prevalence", str(path)]) == 2
    assert name in capsys.readouterr().err


def test_a_wrong_option_is_exit_2_too():
    done = subprocess.run([sys.executable, "-m", "comorbid", "prevalence"], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "COHORT" in done.stderr and "Traceback" not in done.stderr


def test_a_closed_pipe_is_no_fault():
    done = subprocess.run(
        f"{sys.executable} -m comorbid cooccurrence synthetic --format csv | head -1",
        shell=True, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.startswith("condition_a,") and done.stderr == ""


def test_simulate_is_whole_or_absent_and_says_synthetic(capsys, tmp_path: Path):
    out = tmp_path / "people.csv"
    assert main(["simulate", "--n", "500", "--seed", "3", "--out", str(out)]) == 0
    assert "synthetic" in capsys.readouterr().err
    assert len(out.read_text().splitlines()) == 501
    assert main(["simulate", "--n", "500", "--out", str(tmp_path / "absent" / "people.csv")]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["people.csv"]


def test_synthetic_rows_say_so_in_every_format(capsys):
    assert main(["prevalence", "synthetic", "--format", "json"]) == 0
    assert {row["source"] for row in json.loads(capsys.readouterr().out)} == {"synthetic data"}
    assert main(["prevalence", "synthetic", "--format", "csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith(",source") and all(line.endswith(",synthetic data") for line in lines[1:])
    assert main(["prevalence", "synthetic"]) == 0
    assert "Synthetic data" in capsys.readouterr().out
