"""The loader gives the same cohort from transport files and from compressed CSV."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.errors import SourceError
from tests.sources.fake_survey import COHORT, PEOPLE, fake_tables
from tests.sources.xpt_writer import write_xpt


@pytest.fixture
def cohorts(xpt_folder: Path, csv_folder: Path, shipped: object, monkeypatch: pytest.MonkeyPatch) -> list[cm.Cohort]:
    """The invented survey from either form."""
    loaded = []
    for folder in (xpt_folder, csv_folder):
        monkeypatch.setenv("COMORBID_DATA", str(folder))
        loaded.append(cm.load_cohort(COHORT))
    return loaded


def test_the_same_people_and_flow(cohorts: list[cm.Cohort]) -> None:
    from_xpt, from_csv = cohorts
    assert len(from_xpt.people) == 3 * PEOPLE
    assert from_xpt.n == from_csv.n == 30
    pd.testing.assert_frame_equal(from_xpt.flow(), from_csv.flow())


def test_the_same_values_of_every_variable_and_definition(cohorts: list[cm.Cohort]) -> None:
    from_xpt, from_csv = cohorts
    for name, variable in from_xpt.codebook.variables.items():
        for rule in variable.definitions or [None]:
            one, two = (cohort.define(**{name: rule}) if rule else cohort for cohort in cohorts)
            if variable.is_categorical:
                values = [cohort.people.coded(cohort.codebook[name]).values for cohort in (one, two)]
            else:
                values = [cohort.people.numeric(cohort.codebook[name]) for cohort in (one, two)]
            np.testing.assert_array_equal(*values, err_msg=f"{name} {rule}")
    assert from_xpt.n_missing(from_xpt.codebook.variables) == from_csv.n_missing(from_csv.codebook.variables)


@pytest.mark.parametrize("design", ["interview", "examination"])
def test_the_same_design(cohorts: list[cm.Cohort], design: str) -> None:
    one, two = (cohort.with_design(design) for cohort in cohorts)
    np.testing.assert_array_equal(one.people.weights(one.design), two.people.weights(two.design))
    np.testing.assert_array_equal(one.people.units(one.design).unit, two.people.units(two.design).unit)
    assert one.clusters.labels == two.clusters.labels


def test_people_without_a_weight_count_in_neither_form(cohorts: list[cm.Cohort]) -> None:
    tables = [cm.prevalence(cohort.with_design("examination")) for cohort in cohorts]
    pd.testing.assert_frame_equal(*tables)
    examined = [cohort.restrict("examined == 'yes'", "not examined").n for cohort in cohorts]
    assert max(tables[0]["n"]) == examined[0] == examined[1]


def test_six_year_weights_are_thirds(cohorts: list[cm.Cohort], tables: dict[str, pd.DataFrame]) -> None:
    expected = pd.concat(
        [tables["DEMO"]["WTINT4YR"] * 2 / 3, tables["DEMO_B"]["WTINT4YR"] * 2 / 3, tables["DEMO_C"]["WTINT2YR"] / 3]
    )
    for cohort in cohorts:
        np.testing.assert_allclose(cohort.people.weights(cohort.design), expected, rtol=1e-15)


def test_a_fetched_cohort_loads_from_the_cache(publisher: object, cache: Path) -> None:
    from comorbid.sources.fetch import fetch_cohort

    with pytest.raises(cm.ComorbidError, match="comorbid fetch nhanes-1999-2004"):
        cm.load_cohort(COHORT)
    fetch_cohort(COHORT)
    assert cm.load_cohort(COHORT).n == 30


def cut(folder: Path) -> None:
    whole = (folder / "MPQ.xpt").read_bytes()
    (folder / "MPQ.xpt").write_bytes(whole[:-800])


def repeated(folder: Path) -> None:
    table = fake_tables()["BMX"]
    write_xpt(pd.concat([table, table[:1]]), folder / "BMX.xpt")


def of_another_cycle(folder: Path) -> None:
    shutil.copy(folder / "BMX_B.xpt", folder / "BMX.xpt")


@pytest.mark.parametrize("damage", [cut, repeated, of_another_cycle])
def test_a_table_that_is_not_what_its_name_says_is_not_loaded(
    xpt_folder: Path,
    shipped: object,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    damage: Callable[[Path], None],
) -> None:
    folder = shutil.copytree(xpt_folder, tmp_path / "data")
    monkeypatch.setenv("COMORBID_DATA", str(folder))
    damage(folder)
    with pytest.raises(SourceError, match=r"MPQ\.xpt|BMX\.xpt"):
        cm.load_cohort(COHORT)


@pytest.mark.parametrize(
    "text",
    ["migraine,age,age\n1,20,30\n0,40,50\n", "migraine,age\n9,1,20\n9,0,40\n"],
    ids=["a column twice", "rows longer than the header"],
)
def test_a_file_whose_columns_do_not_fit_its_header_is_not_loaded(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.csv").write_text(text)
    with pytest.raises(cm.ComorbidError, match=r"header|twice"):
        cm.load_cohort(tmp_path / "mine.csv", conditions=["migraine"])
