"""Counts and figures of the further surveys that their documentation states."""

from __future__ import annotations

from functools import cache as cached
from pathlib import Path

import pandas as pd
import pytest

import comorbid as cm
from comorbid.cohort import Cohort
from comorbid.errors import SourceError
from comorbid.paths import data_dirs
from comorbid.sources.fetch import fetch_cohort
from comorbid.sources.frequencies import UNCOUNTED
from comorbid.sources.registry import SIBLINGS, SURVEYS, Survey

FOLDERS = data_dirs()
STATISTICS_CANADA = (25_113, 28.3)
"""People of CCHS Mental Health 2012, and the millions they stand for, as Statistics Canada prints them: Health Reports,
catalogue 82-003-X, September 2014, www150.statcan.gc.ca/n1/pub/82-003-x/2014009/article/14086/data-donnee-eng.htm."""
ONE_DECIMAL = 0.05
"""Half a unit of the last printed digit."""


@cached
def cohort_of(name: str) -> Cohort:
    """A registered survey; the test is skipped where its files are not here."""
    here, wanted = Survey(name).files_here()
    if here < wanted:
        pytest.skip(f"{wanted - here} of {wanted} files of {name} are not here; `comorbid fetch {name}`")
    return cm.load_cohort(name)


def prevalences(name: str) -> dict[str, tuple[int, int, float]]:
    """People with a condition, people whose answer is known, weighted per cent."""
    rows = cm.prevalence(cohort_of(name)).to_dict("records")
    return {row["outcome"]: (row["events"], row["n"], 100 * row["estimate"]) for row in rows}


def total_weight(cohort: Cohort) -> float:
    weights = cohort.people.weights(cohort.design)
    return float(weights.sum() if cohort.mask is None else weights[cohort.mask].sum())


COUNTED = [name for name in SURVEYS if name not in UNCOUNTED]


@pytest.mark.parametrize("name", COUNTED)
def test_people_are_as_many_as_the_codebook_says(name: str) -> None:
    cohort = cohort_of(name)
    assert cohort.n == cohort.codebook.people


@pytest.mark.parametrize("name", COUNTED)
def test_check_finds_nothing(name: str) -> None:
    cohort_of(name)
    assert cm.check_cohort(name).empty


def test_nhis_2017() -> None:
    """Rows, strata and weight as in the data notes; shares to the decimal they print."""
    cohort = cohort_of("nhis-2017")
    assert (cohort.clusters.n_strata, total_weight(cohort)) == (52, 246_657_271)
    found = prevalences("nhis-2017")
    for condition, per_cent in {"migraine": 15.0, "low_back_pain": 28.6, "neck_pain": 15.3}.items():
        assert found[condition][2] == pytest.approx(per_cent, abs=ONE_DECIMAL)


def test_nhis_2017_chronic_pain() -> None:
    people = cohort_of("nhis-2017").restrict("chronic_pain in ['no', 'yes']", "not known")
    chronic = people.restrict("chronic_pain == 'yes'", "no chronic pain")
    assert 100 * total_weight(chronic) / total_weight(people) == pytest.approx(20.0, abs=ONE_DECIMAL)


def test_nhis_nhpi_2014() -> None:
    cohort = cohort_of("nhis-nhpi-2014")
    assert (cohort.clusters.n_strata, cohort.clusters.n_units, total_weight(cohort)) == (27, 54, 689_085)
    found = prevalences("nhis-nhpi-2014")
    assert [found[name][0] for name in ("migraine", "low_back_pain", "neck_pain")] == [367, 744, 439]


def test_nhanes_2009_2010() -> None:
    """Counts of the publisher's codebook: six weeks, then three months in a row."""
    found = prevalences("nhanes-2009-2010")
    assert [found[name][:2] for name in ("neck_pain", "low_back_pain")] == [(538, 5_103), (989, 5_103)]
    longer = {"neck_pain": "three-months", "low_back_pain": "three-months"}
    rows = cm.prevalence(cohort_of("nhanes-2009-2010").define(**longer)).set_index("outcome")
    assert list(rows.loc[["neck_pain", "low_back_pain"], "events"]) == [359, 686]
    assert list(rows.loc[["neck_pain", "low_back_pain"], "n"]) == [5_103 - 2, 5_103 - 2]


def test_nhanes_2009_2010_recall_follows_the_definition() -> None:
    book = cohort_of("nhanes-2009-2010").codebook
    assert book["neck_pain"].recall == "ever, 6 weeks in a row"
    assert book.define({"neck_pain": "three-months"})["neck_pain"].recall == "ever, 3 months in a row"


def test_nhanes_2013_2020_prescriptions() -> None:
    """Counts of people aged 20 and over whose use of medicines is known."""
    cohort = cohort_of("nhanes-2013-2020-rx")
    found = prevalences("nhanes-2013-2020-rx")
    counts = {"fibromyalgia": (150, 20_698), "migraine": (275, 20_698), "dorsalgia": (919, 20_698)}
    assert {name: found[name][:2] for name in counts} == counts
    pairs = cm.cooccurrence(cohort, measures=["odds_ratio"]).set_index(["condition_a", "condition_b"])["n_both"]
    both = {frozenset(pair): int(count) for pair, count in pairs.items()}
    assert both[frozenset({"fibromyalgia", "migraine"})] == 15
    assert both[frozenset({"fibromyalgia", "dorsalgia"})] == 40
    assert both[frozenset({"migraine", "dorsalgia"})] == 43


def test_weights_of_the_three_releases_stand_for_one_population() -> None:
    """The interviewed of each release stand for nearly the same number of people: 2, 2 and 3.2 of 7.2 years."""
    cohort = cohort_of("nhanes-2013-2020-rx")
    shares = {"2013-2014": 2 / 7.2, "2015-2016": 2 / 7.2, "2017-March 2020": 3.2 / 7.2}
    for cycle, share in shares.items():
        weight = total_weight(cohort.restrict(f"cycle == '{cycle}'", "another release"))
        assert weight / total_weight(cohort) == pytest.approx(share, rel=0.03)


def test_cchs_samples() -> None:
    cohort = cohort_of("cchs")
    found = prevalences("cchs")
    counts = {"fibromyalgia": (29, 1200), "back_problems": (250, 1200), "migraine": (112, 1200)}
    assert {name: found[name][:2] for name in counts} == counts
    both = cm.cooccurrence(cohort, ["migraine", "fibromyalgia"], measures=["odds_ratio"])["n_both"]
    assert set(both) == {7}
    cycles = ["2001", "2003", "2005", "2010", "2014", "2015-2016"]
    assert [cohort.restrict(f"cycle == '{cycle}'", "another cycle").n for cycle in cycles] == [200] * 6


def test_cchs_mental_health_2012() -> None:
    cohort = cohort_of("cchs-mental-health-2012")
    found = prevalences("cchs-mental-health-2012")
    counts = {"migraine": 2_598, "back_problems": 5_205, "chronic_fatigue": 383}
    assert {name: found[name][0] for name in counts} == counts
    assert round(total_weight(cohort)) == 28_314_716
    assert (cohort.n, round(total_weight(cohort) / 1e6, 1)) == STATISTICS_CANADA
    both = cm.cooccurrence(cohort, ["migraine", "back_problems"], measures=["odds_ratio"])["n_both"]
    assert set(both) == {886}


@pytest.mark.slow
def test_cchs_mental_health_2012_is_made_from_the_r_data_file(cache: Path) -> None:
    pytest.importorskip("rdata", reason="rdata is not installed; pip install comorbid[r]")
    found = [path.parent for folder in FOLDERS for path in folder.rglob("cchsMH_2012.RData")]
    if not found:
        pytest.skip("cchsMH_2012.RData is not in COMORBID_DATA")
    fetch_cohort("cchs-mental-health-2012", found[0])
    assert cm.load_cohort("cchs-mental-health-2012").n == 25_113


def test_an_r_data_file_that_is_none(cache: Path, tmp_path: Path) -> None:
    pytest.importorskip("rdata", reason="rdata is not installed; pip install comorbid[r]")
    with pytest.raises(SourceError, match=r"does not hold cchsMH_2012\.RData"):
        fetch_cohort("cchs-mental-health-2012", tmp_path)
    (tmp_path / "cchsMH_2012.RData").write_bytes(b"<html>moved</html>")
    with pytest.raises(SourceError, match="cannot be read as R data"):
        fetch_cohort("cchs-mental-health-2012", tmp_path)


def test_cohorts_are_listed() -> None:
    listed = cm.list_cohorts().set_index("cohort")
    named = [name for name in SURVEYS if name not in SIBLINGS]
    assert {*named} < {*listed.index}
    assert isinstance(listed, pd.DataFrame) and (listed.loc[named, "data"] == "real").all()
