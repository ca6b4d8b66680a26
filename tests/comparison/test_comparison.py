"""One pair in several cohorts: the numbers are those of each cohort, and pooling asks for the same words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.analyses.runner import run_study
from comorbid.analyses.study import load_study
from comorbid.codebook import parse_codebook
from comorbid.cohort import Cohort
from comorbid.errors import SpecError, UnknownNameError, WordingError
from comorbid.sources.registry import Survey
from tests.references import records

PAIR = ("low_back_pain", "neck_pain")
ASKED = {"question": "Pain there that lasted a day?", "recall": "past 3 months"}


def cohort(title: str, cells: Sequence[int], asked: dict[str, str] = ASKED, sex: bool = True) -> Cohort:
    """People with both, the first alone, the second alone, neither; half of each are women."""
    counts = dict(zip([(1, 1), (1, 0), (0, 1), (0, 0)], cells, strict=True))
    rows = [(a, b, at % 2) for (a, b), count in counts.items() for at in range(count)]
    people = pd.DataFrame(rows, columns=[*PAIR, "sex"])
    variables = {name: {"kind": "condition", "label": name, **asked} for name in PAIR}
    if sex:
        variables["sex"] = {"levels": {"male": 0, "female": 1}}
    return cm.load_cohort(people, codebook=parse_codebook({"title": title, "variables": variables}))


def row(frame: pd.DataFrame, **where: object) -> dict:
    for name, value in where.items():
        frame = frame[frame[name] == value]
    (found,) = frame.to_dict("records")
    return found


def test_numbers_are_those_of_each_cohort_alone() -> None:
    first, second = cohort("First", (40, 60, 50, 250)), cohort("Second", (30, 70, 20, 380))
    frame = cm.compare_cohorts([first, second], *PAIR)
    assert list(dict.fromkeys(frame["cohort"])) == ["First", "Second"]
    assert row(frame, cohort="First", outcome="low_back_pain")["estimate"] == pytest.approx(100 / 400)
    crude = row(frame, cohort="Second", model="crude", measure="odds_ratio")
    assert crude["estimate"] == pytest.approx(30 * 380 / (70 * 20))
    assert (crude["n"], crude["n_both"]) == (500, 30)
    with_pain = row(frame, cohort="First", measure="conditional_prevalence", level="yes")
    assert with_pain["estimate"] == pytest.approx(40 / 100)
    without = row(frame, cohort="First", measure="conditional_prevalence", level="no")
    assert without["estimate"] == pytest.approx(50 / 300)
    fit = cm.fit_logistic(first, "neck_pain ~ low_back_pain + sex").tidy(exponentiate=True)
    adjusted = row(frame, cohort="First", model="adjusted")
    assert adjusted["estimate"] == row(fit, term="low_back_pain")["estimate"]
    assert adjusted["note"] == "not adjusted for age_band, which the cohort lacks"


def test_a_model_that_cannot_be_fitted_is_a_row_that_says_why() -> None:
    frame = cm.compare_cohorts([cohort("Separate", (0, 60, 50, 250))], *PAIR, covariates=["sex"])
    found = row(frame, model="adjusted")
    assert np.isnan(found["estimate"]) and "neck_pain" in found["note"]
    table = cm.comparison_table(frame)
    assert list(table["Odds ratio, adjusted"]) == ["-"]


def test_the_table_has_one_line_a_cohort() -> None:
    cohorts = [cohort("First", (40, 60, 50, 250)), cohort("Second", (30, 70, 20, 380))]
    table = cm.comparison_table(cm.compare_cohorts(cohorts, *PAIR))
    assert list(table["Survey"]) == ["First", "Second"]
    assert list(table.columns[1:5]) == [
        "Low back pain",
        "Neck pain",
        "Without low back pain",
        "With low back pain",
    ]
    assert table.loc[0, "Low back pain"].startswith("25.0% (")


def test_pooling_is_refused_with_every_difference_listed() -> None:
    other = {"question": "Pain there almost every day for six weeks?", "recall": "ever"}
    cohorts = [cohort("First", (40, 60, 50, 250)), cohort("Second", (30, 70, 20, 380), other)]
    with pytest.raises(WordingError) as refused:
        cm.estimates_to_pool(cohorts, *PAIR)
    for name in PAIR:
        for part in ("question", "recall"):
            assert f"{part} of `{name}`" in str(refused.value)
    assert "First: past 3 months; Second: ever" in str(refused.value)
    assert refused.value.code == "wording"


def test_pooling_is_refused_where_the_question_is_not_stated() -> None:
    cohorts = [cohort(title, (40, 60, 50, 250), {}) for title in ("First", "Second")]
    with pytest.raises(WordingError, match="not stated"):
        cm.estimates_to_pool(cohorts, *PAIR)


def test_cohorts_that_asked_the_same_are_found_and_may_be_pooled() -> None:
    other = {**ASKED, "recall": "past year"}
    cohorts = [
        cohort("First", (40, 60, 50, 250)),
        cohort("Second", (30, 70, 20, 380), other),
        cohort("Third", (35, 65, 40, 260)),
    ]
    alike = cm.same_wording(cohorts, PAIR)
    assert [one.title for one in alike] == ["First", "Third"]
    frame = cm.estimates_to_pool(alike, *PAIR)
    assert list(frame["study"]) == ["First", "Third"]
    assert set(frame["measure"]) == {"odds_ratio"}


def registered(title: str, name: str) -> Cohort:
    """A cohort of invented people under the name of a registered survey."""
    one = cohort(title, (40, 60, 50, 250))
    return replace(one, codebook=replace(one.codebook, name=name))


def test_people_are_not_pooled_with_themselves() -> None:
    """NHIS 2012 stands in NHIS 2007, 2008 and 2012 too."""
    years, year = registered("Three years", "nhis-2007-2012"), registered("One year", "nhis-2012")
    with pytest.raises(SpecError, match="Three years and One year hold the same people"):
        cm.estimates_to_pool([years, year], *PAIR)
    assert len(cm.estimates_to_pool([year, registered("Another year", "nhis-2010")], *PAIR)) == 2


def test_rows_of_one_file_under_two_titles_are_not_pooled_unless_apart() -> None:
    """Two codebooks of one file may take two sites of it; the same people twice would halve the variance."""
    one = cohort("One", (40, 30, 20, 60))
    again = Cohort(cohort("One", (40, 30, 20, 60)).people, replace(one.codebook, title="Other"))
    with pytest.raises(SpecError, match="One and Other hold the same people"):
        cm.estimates_to_pool([one, again], *PAIR)
    apart = [one.restrict("sex == 'male'", "women"), again.restrict("sex == 'female'", "men")]
    assert len(cm.estimates_to_pool(apart, *PAIR, covariates=[])) == 2


def test_blanks_are_no_wording() -> None:
    blank, spaced = ({part: text for part in ASKED} for text in (" ", "Pain? "))
    with pytest.raises(WordingError, match="not stated"):
        cm.estimates_to_pool([cohort("One", (9, 9, 9, 9), blank), cohort("Two", (9, 9, 9, 8), blank)], *PAIR)
    plain = dict.fromkeys(ASKED, "Pain?")
    assert (
        len(cm.estimates_to_pool([cohort("One", (9, 9, 9, 9), plain), cohort("Two", (9, 9, 9, 8), spaced)], *PAIR)) == 2
    )


def test_a_year_that_stands_in_a_pooled_survey_is_not_taken_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"nhis-2007-2012", "nhis-2007", "nhis-2008", "nhis-2012", "nhis-2010"}
    monkeypatch.setattr(Survey, "files_here", lambda self: (1, 1) if self.name in files else (0, 1))
    monkeypatch.setattr("comorbid.comparison.side_by_side.load_cohort", lambda name: registered(name, name))
    assert {one.title for one in cm.cohorts_with(PAIR)} == {"nhis-2007-2012", "nhis-2010"}


def test_extra_answers_at_random() -> None:
    """A cohort to which extra answers were added at random is what the calculation gives."""
    cells = np.array([[0.4, 0.1], [0.1, 0.4]])
    turn = np.array([[1, 0.2], [0, 0.8]])  # a fifth of those who said no say yes
    loose = turn @ cells @ turn.T
    fewer = cohort("Fewer", np.round(1000 * cells).astype(int).ravel().tolist())
    more = cohort("More", np.round(1000 * loose).astype(int).ravel().tolist())
    frame = cm.if_more_said_yes(fewer, more, *PAIR)
    observed, computed, other = frame["estimate"]
    assert observed == pytest.approx(16)
    assert computed == pytest.approx(other)
    assert 1 < computed < observed
    assert list(frame["note"])[1] == "if as many said yes as in More, the extra at random"


def test_extra_answers_need_more_of_both() -> None:
    with pytest.raises(SpecError, match="exchange the two"):
        cm.if_more_said_yes(cohort("More", (40, 60, 50, 250)), cohort("Fewer", (20, 60, 50, 270)), *PAIR)


def test_faults_of_the_call() -> None:
    one = cohort("First", (40, 60, 50, 250))
    with pytest.raises(SpecError, match="no cohort is given"):
        cm.compare_cohorts([], *PAIR)
    with pytest.raises(SpecError, match="First is given twice"):
        cm.compare_cohorts([one, one], *PAIR)
    with pytest.raises(SpecError, match="synthetic"):
        cm.compare_cohorts([one, cm.load_cohort("synthetic", n=500)], *PAIR)
    with pytest.raises(UnknownNameError, match="headache"):
        cm.compare_cohorts([one], "headache", "neck_pain")


def test_a_covariate_is_none_of_the_pair() -> None:
    with pytest.raises(SpecError, match=f"covariates hold {PAIR[0]}"):
        cm.compare_cohorts([cohort("One", (40, 30, 20, 60))], *PAIR, covariates=["sex", PAIR[0]])


def test_synthetic_numbers_are_labelled() -> None:
    frame = cm.compare_cohorts([cm.load_cohort("synthetic", n=3_000)], *PAIR)
    assert set(frame["source"]) == {"synthetic data"}


@pytest.mark.data
def test_real_surveys_against_r() -> None:
    """The adjusted odds ratio of each survey is that of R `svyglm`, to a relative error of 1e-8."""
    here, wanted = Survey("nhis-2017").files_here()
    if here < wanted:
        pytest.skip("no files of nhis-2017; `comorbid fetch nhis-2017`")
    cohorts = cm.cohorts_with(PAIR, also=["three-months"])
    frame = cm.compare_cohorts(cohorts, *PAIR)
    for name, title in {"nhis-2017": "NHIS 2017", "nhanes-2009-2010": "NHANES 2009-2010, six-weeks"}.items():
        (record,) = records("surveys", set="coefficient", cohort=name, term="low_back_pain")
        found = row(frame, cohort=title, model="adjusted")
        assert (np.log(found["estimate"]), found["std_error"]) == pytest.approx(
            (record["estimate"], record["se"]), rel=1e-8
        )
    assert "NHANES 2009-2010, three-months" in set(frame["cohort"])
    alike = {one.title for one in cm.same_wording(cohorts, PAIR)}
    assert {"NHANES 1999-2004", "NHIS 2017"} <= alike and "NHANES 2009-2010" not in alike


@pytest.mark.slow
@pytest.mark.parametrize("name", ["nhanes-2009-2010", "nhanes-2013-2020-rx"])
def test_the_report_of_a_cohort_with_two_or_three_conditions(name: str, tmp_path: Path) -> None:
    here, wanted = Survey(name).files_here()
    if here < wanted:
        pytest.skip(f"no files of {name}; `comorbid fetch {name}`")
    (outcome,) = run_study(load_study(), ["about-this-cohort"], cohort=name, out=tmp_path)
    assert (outcome.status, outcome.message) == ("done", "")
