"""The index of a study of which only a part was run: reports lead to each other through it."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from comorbid.analyses.index import write_index
from comorbid.analyses.plan import plan_jobs
from comorbid.analyses.run import Outcome
from comorbid.analyses.study import Study, load_study
from tests.analyses.toy_study import TOY, write_study


@pytest.fixture
def study(tmp_path: Path) -> Study:
    cells = {name: ["1"] for name in ("pairs", "who", "jaw")}
    return write_study(tmp_path / "study", cells, jaw='needs = ["jaw_pain"]')


def outcome(out: Path, name: str, status: str) -> dict[str, Outcome]:
    return {name: Outcome(name, "toy", status, out / "toy" / name)}


def place(out: Path, name: str) -> BeautifulSoup:
    """The one element of the cohort's page that a link to an analysis leads to."""
    (found,) = BeautifulSoup((out / "toy/index.html").read_text(), "html.parser").find_all(id=name)
    return found


def test_every_analysis_has_a_place_in_the_index_made_or_not(study: Study, tmp_path: Path) -> None:
    write_index(tmp_path, study, plan_jobs(study, ["pairs"], TOY, {}), outcome(tmp_path, "pairs", "done"))
    assert place(tmp_path, "pairs")["class"] == ["card"]
    assert "Not made yet" in place(tmp_path, "who").find_previous("p").get_text()
    assert place(tmp_path, "who").code.get_text() == "who"
    assert "needs jaw pain" in place(tmp_path, "jaw").get_text()
    every = BeautifulSoup((tmp_path / "index.html").read_text(), "html.parser")
    assert "Title of who" not in every.get_text(), "the page over all cohorts lists what there is"


def test_an_analysis_that_runs_later_leaves_the_list_and_the_others_stay(study: Study, tmp_path: Path) -> None:
    for name, status in (("pairs", "done"), ("who", "failed")):
        write_index(tmp_path, study, plan_jobs(study, [name], TOY, {}), outcome(tmp_path, name, status))
    assert [place(tmp_path, name)["class"] for name in ("pairs", "who")] == [["card"], ["card"]]
    page = (tmp_path / "toy/index.html").read_text()
    assert "Not made yet" not in page and "the last run failed" in place(tmp_path, "who").get_text()


def test_what_reports_of_the_library_link_to_is_an_analysis_of_its_study() -> None:
    from comorbid.analyses.rebuilt import addresses

    names = {f"../index.html#{analysis.name}" for analysis in load_study().analyses}
    assert set(addresses(("migraine", "jaw_pain", "fibromyalgia", "neck_pain", "low_back_pain"), 5).values()) <= names
