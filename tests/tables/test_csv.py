"""CSV that spreadsheets open: texts never become formulas, numbers stay numbers."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.cli import main
from comorbid.columns.csv import csv_text
from comorbid.tables import Table

HARMFUL = ["=1+1", "+cmd|' /C calc'!A0", "-2+3+A1", "@SUM(A1)", "\t=1", "\r=1", "-", '=HYPERLINK("http://x")']
HARMLESS = ["-0.3", "+2", "-0.3 (-0.5 to 0.1)", "-12.5%", "-1e-05", "a=b", "low-high", "18-39", "", "< 10"]


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("kind", ["object", "category", "str"])
def test_texts_like_formulas_get_an_apostrophe_and_others_stay(kind: str) -> None:
    frame = pd.DataFrame({"level": pd.Series([*HARMFUL, *HARMLESS]).astype(kind)})
    found = [row[0] if row else "" for row in cells(csv_text(frame))[1:]]
    assert found == [*(f"'{text}".replace("\r", " ") for text in HARMFUL), *HARMLESS]


def test_numbers_below_zero_missing_values_and_dates_are_written_as_ever() -> None:
    frame = pd.DataFrame(
        {
            "estimate": [-0.3, np.nan, 1e-20],
            "n": pd.array([-1, None, 3], dtype="Int64"),
            "day": pd.to_datetime(["2020-01-02"] * 3),
            "mixed": [-1.5, None, "b"],
            "some": [True, False, True],
        }
    )
    assert csv_text(frame) == frame.to_csv(index=False, lineterminator="\n")
    assert frame["mixed"].tolist()[0] == -1.5


def test_names_of_columns_are_texts_too() -> None:
    assert cells(csv_text(pd.DataFrame({"=A1": [1], "sex": [2]})))[0] == ["'=A1", "sex"]


def test_every_csv_of_the_program_is_safe(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(1)
    group = pd.Categorical(rng.choice(["=1+1", "@x"], 400), ["=1+1", "@x"])
    people = cm.load_cohort(
        pd.DataFrame({"pain": rng.random(400) < 0.4, "ache": rng.random(400) < 0.3, "group": group})
    )
    frame = cm.prevalence(people, by="group")
    written = {
        "table": Table(frame, "One", "table-1").csv(),
        "saved": cm.save_table(frame, tmp_path / "saved.csv").read_text(encoding="utf-8"),
    }
    pd.DataFrame({"pain": [0, 1] * 200, "group": group}).to_csv(tmp_path / "people.csv", index=False)
    book = (
        '[variables.pain]\nkind = "condition"\nlevels = {no = 0, yes = 1}\n[variables.group]\nlevels = ["=1+1", "@x"]\n'
    )
    (tmp_path / "book.toml").write_text(f'release = "public-use"\n{book}', encoding="utf-8")
    asked = ["prevalence", str(tmp_path / "people.csv"), "--codebook", str(tmp_path / "book.toml"), "--by", "group"]
    assert main([*asked, "--format", "csv"]) == 0
    written["printed"] = capsys.readouterr().out
    for name, text in written.items():
        found = [cell for row in cells(text)[1:] for cell in row]
        assert {"'=1+1", "'@x"} <= set(found), name
        assert not [cell for cell in found if cell[:1] in "=@" and cell], name
