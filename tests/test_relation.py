"""People who stay in Parquet files give the very cells, estimates and errors of people in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.cells import collapse_cohort
from comorbid.relation import PeopleRelation
from comorbid.synthetic import generate

ibis = pytest.importorskip("ibis")

WHERE = "age >= 30 and not (sex == 'male' and education in ['high school']) or 20 <= bmi < 22"
FORMULA = "migraine ~ low_back_pain + age_band + sex + education + age"
DESIGNS = {
    "survey": cm.SurveyDesign(weights="weight", strata="stratum", psu="psu"),
    "people in strata": cm.SurveyDesign(weights="weight", strata="stratum"),
    "weights alone": cm.SurveyDesign(weights="weight"),
    "none": None,
}


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return generate(12_000, 3)


@pytest.fixture(scope="module")
def folder(people: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("claims")
    people.iloc[:5_000].to_parquet(folder / "part-1.parquet")
    people.iloc[5_000:].to_parquet(folder / "part-2.parquet")
    return folder


@pytest.fixture(scope="module")
def in_memory(people: pd.DataFrame) -> cm.Cohort:
    return cm.load_cohort(people, codebook="synthetic")


@pytest.fixture(scope="module")
def in_files(folder: Path) -> cm.Cohort:
    return cm.load_cohort(folder, codebook="synthetic")


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_identical_cells(in_memory, in_files, design):
    names = ["migraine", "sex", "age_band", "bmi"]
    one, other = (
        collapse_cohort(c.with_design(design).restrict(WHERE, "outside"), names) for c in (in_memory, in_files)
    )
    assert isinstance(in_files.people, PeopleRelation)
    for part in ("codes", "count", "cell_unit", "cell_pattern"):
        assert np.array_equal(getattr(one.table, part), getattr(other.table, part)), part
    assert other.table.cell_weight == pytest.approx(one.table.cell_weight, rel=1e-13)
    assert other.table.cell_weight_sq == pytest.approx(one.table.cell_weight_sq, rel=1e-13)
    assert np.array_equal(one.clusters.size, other.clusters.size)
    assert one.degrees_of_freedom == other.degrees_of_freedom


def test_estimates_flow_and_missing_agree(in_memory, in_files):
    one, other = (
        cohort.restrict(WHERE, "outside").complete_cases(["education", "smoking"]) for cohort in (in_memory, in_files)
    )
    pd.testing.assert_frame_equal(one.flow(), other.flow())
    assert one.n_missing(one.labels) == other.n_missing(other.labels)
    for measure in (cm.prevalence, cm.cooccurrence, cm.combinations):
        pd.testing.assert_frame_equal(measure(one, by="sex"), measure(other, by="sex"), rtol=1e-12)
    pd.testing.assert_frame_equal(
        cm.fit_logistic(one, FORMULA).tidy(), cm.fit_logistic(other, FORMULA).tidy(), rtol=1e-9
    )


@pytest.mark.parametrize("design", [DESIGNS["survey"], None], ids=["survey", "none"])
def test_pairs_agree(in_memory, in_files, design):
    one, other = (
        cm.fit_pairs(cohort.with_design(design).restrict(WHERE, "outside"), ["age_band", "education"], by="sex")
        for cohort in (in_memory, in_files)
    )
    pd.testing.assert_frame_equal(one, other, rtol=1e-9)


@pytest.mark.parametrize("form", ["file", "folder", "pattern", "ibis table"])
def test_every_way_to_name_the_files(folder, form, in_files):
    whole = folder.parent / "whole.parquet"
    pd.concat([pd.read_parquet(path) for path in sorted(folder.glob("*.parquet"))]).to_parquet(whole)
    sources = {"file": whole, "folder": folder, "pattern": str(folder / "part-*.parquet"),
               "ibis table": ibis.duckdb.connect().read_parquet(str(whole))}  # fmt: skip
    cohort = cm.load_cohort(sources[form], codebook="synthetic")
    assert cohort.n == in_files.n == 12_000


def test_an_undeclared_level_is_an_error_that_counts(people, tmp_path):
    people = people.assign(sex=people["sex"].astype(str))
    people.loc[:30, "sex"] = "Jane Doe"
    people.to_parquet(tmp_path / "bad.parquet")
    with pytest.raises(cm.ComorbidError, match=r"`sex` .* has 31 values outside") as fault:
        cm.prevalence(cm.load_cohort(tmp_path / "bad.parquet", codebook="synthetic"), by="sex")
    assert "Jane" not in str(fault.value)


@pytest.mark.parametrize("weight", [-1.0, np.nan, np.inf])
def test_a_wrong_weight_is_an_error(people, tmp_path, weight):
    people = people.assign(weight=people["weight"].where(people.index != 7, weight))
    people.to_parquet(tmp_path / "bad.parquet")
    with pytest.raises(cm.ComorbidError, match="weights 'weight'"):
        cm.load_cohort(tmp_path / "bad.parquet", codebook="synthetic")


def test_what_is_not_parquet_is_refused(tmp_path):
    (tmp_path / "page.parquet").write_text("<html>not found</html>")
    with pytest.raises(cm.ComorbidError, match="is not a Parquet file"):
        cm.load_cohort(tmp_path / "page.parquet", codebook="synthetic")
    with pytest.raises(cm.ComorbidError, match="no Parquet file"):
        cm.load_cohort(tmp_path / "absent-*.parquet", codebook="synthetic")
