"""Ticked boxes: a blank is no where the codebook declares it, in every kind of file, and missing where it does not."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

import comorbid as cm
from comorbid.errors import SourceError

N, TICKS = 120, 40
BOOK = """
[file]
path = "{file}"
ticked = {ticked}
[variables.neck_pain]
kind = "condition"
column = "NECK"
levels = {{ no = 0, yes = {yes} }}
"""


def cohort(folder: Path, people: pd.DataFrame, kind: str, yes: str = "1", ticked: str = '["NECK"]') -> cm.Cohort:
    path = folder / f"mine.{kind}"
    write = {
        "csv": lambda: people.to_csv(path, index=False),
        "xlsx": lambda: people.to_excel(path, index=False),
        "parquet": lambda: people.to_parquet(path),
        "dta": lambda: people.to_stata(path, write_index=False),
        "sav": lambda: pyreadstat.write_sav(people, str(path)),
    }
    write[kind]()
    (folder / "mine.toml").write_text(BOOK.format(file=path.name, yes=yes, ticked=ticked))
    return cm.load_cohort(folder / "mine.toml")


def ticks(mark: object, blank: object = None) -> pd.DataFrame:
    return pd.DataFrame(
        {"NECK": [mark if i % 3 == 0 else blank for i in range(N)], "AGE": [20 + i % 50 for i in range(N)]}
    )


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet", "dta", "sav"])
def test_a_blank_box_is_no(kind: str, tmp_path: Path) -> None:
    (found,) = cm.prevalence(cohort(tmp_path, ticks(1.0), kind)).to_dict("records")
    assert (found["n"], found["events"]) == (N, TICKS)
    assert not len(cm.check_cohort(tmp_path / "mine.toml"))


@pytest.mark.parametrize(("mark", "blank"), [("x", ""), ("Neck", None), ("x", "  ")])
def test_a_box_may_be_marked_by_a_word(mark: str, blank: str | None, tmp_path: Path) -> None:
    (found,) = cm.prevalence(cohort(tmp_path, ticks(mark, blank), "csv", f'"{mark}"')).to_dict("records")
    assert (found["n"], found["events"]) == (N, TICKS)


def test_a_blank_that_is_not_declared_is_missing(tmp_path: Path) -> None:
    (found,) = cm.prevalence(cohort(tmp_path, ticks(1.0), "csv", ticked="[]")).to_dict("records")
    assert (found["n"], found["events"]) == (TICKS, TICKS)


def test_a_frame_with_the_codebook_is_read_alike(tmp_path: Path) -> None:
    book = cohort(tmp_path, ticks(1.0), "csv").codebook
    (found,) = cm.prevalence(cm.load_cohort(ticks(1.0), codebook=book)).to_dict("records")
    assert (found["n"], found["events"]) == (N, TICKS)


def test_zero_beside_blanks_and_absent_columns_are_refused(tmp_path: Path) -> None:
    people = ticks(1.0)
    people.loc[1, "NECK"] = 0
    with pytest.raises(SourceError, match="'NECK' has 0 and blanks"):
        cohort(tmp_path, people, "csv")
    with pytest.raises(SourceError, match=r"no column KNEE, which \[file\] ticked names"):
        cohort(tmp_path, ticks(1.0), "csv", ticked='["KNEE"]')


def test_several_files_are_not_read_whole(tmp_path: Path) -> None:
    for part in ("a", "b"):
        ticks(1.0).to_parquet(tmp_path / f"{part}.parquet")
    (tmp_path / "mine.toml").write_text(BOOK.format(file="*.parquet", yes="1", ticked='["NECK"]'))
    with pytest.raises(SourceError, match="are for one file that is read whole"):
        cm.load_cohort(tmp_path / "mine.toml")
