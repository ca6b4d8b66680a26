"""The tables of a survey in the list of faults: absent, damaged, under another's name, with other counts."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from comorbid.sources.check import check_cohort
from tests.sources.fake_survey import COHORT, PAGE


def found(faults: pd.DataFrame) -> list[tuple[str, str]]:
    return sorted(zip(faults["column"], faults["fault"], strict=True))


@pytest.fixture
def survey(shipped: object, csv_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The invented survey in a folder of COMORBID_DATA that a test may damage."""
    folder = shutil.copytree(csv_folder, tmp_path / "data")
    monkeypatch.setenv("COMORBID_DATA", str(folder))
    return folder


def test_a_survey_without_its_files(cache: Path, shipped: object) -> None:
    faults = check_cohort(COHORT)
    assert set(faults["fault"]) == {"missing-table"}
    assert list(faults["column"])[:2] == ["DEMO", "MPQ"]
    assert len(faults) == 15
    assert faults["remedy"].str.contains("comorbid fetch nhanes-1999-2004").all()


def test_every_damaged_table_of_a_survey_is_listed(survey: Path, tables: dict[str, pd.DataFrame]) -> None:
    (survey / "DEMO.csv.xz").unlink()
    (survey / "MPQ_B.csv.xz").write_bytes(PAGE)
    shutil.copy(survey / "SMQ_C.csv.xz", survey / "SMQ.csv.xz")
    tables["HUQ"].assign(HUQ010=8).to_csv(survey / "HUQ.csv.xz", index=False)
    faults = check_cohort(COHORT)
    assert {*found(faults)} == {
        ("DEMO", "missing-table"),
        ("MPQ_B", "unreadable-table"),
        ("SMQ", "wrong-table"),
        ("HUQ.HUQ010", "other-counts"),
    }
    assert "SMQ.csv.xz has the counts of SMQ_C, not of SMQ" in {*faults["what"]}


def test_people_of_a_survey_are_checked_when_its_tables_can_be_read(
    survey: Path, tables: dict[str, pd.DataFrame]
) -> None:
    changed = tables["DEMO_B"].copy()
    changed.loc[0, ["SDMVSTRA", "WTINT4YR"]] = [np.nan, -5.0]
    changed.to_csv(survey / "DEMO_B.csv.xz", index=False)
    faults = check_cohort(COHORT)
    assert {("DEMO_B.SDMVSTRA", "other-counts"), ("DEMO_B.WTINT4YR", "other-counts")} <= {*found(faults)}


@pytest.mark.data
def test_the_real_survey_has_no_fault(nhanes_dir: Path) -> None:
    assert check_cohort(COHORT).empty
