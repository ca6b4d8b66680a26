"""The study file, and what is settled before any kernel starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from comorbid.analyses.plan import plan_jobs
from comorbid.analyses.study import load_study
from comorbid.errors import AnalysisError, UnknownNameError
from tests.analyses.toy_study import TOY, write_study


def test_all_analyses_or_those_named_in_the_order_of_the_study(tmp_path: Path) -> None:
    study = write_study(tmp_path, {"people": ["1"], "pairs": ["1"], "headache": ["1"]})
    assert [analysis.name for analysis in study.select()] == ["people", "pairs", "headache"]
    assert [analysis.name for analysis in study.select(["headache", "people"])] == ["people", "headache"]


def test_an_unknown_analysis_gets_a_suggestion(tmp_path: Path) -> None:
    study = write_study(tmp_path, {"pairs": ["1"], "headache": ["1"]})
    with pytest.raises(UnknownNameError, match=r"no analysis 'headach'.*Did you mean 'headache'"):
        study.select(["headach"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "lists no analysis"),
        ("[analysis.a", "cannot be read"),
        ("[analysis]\na = 1", "expected a table"),
        ("[analysis.A]\nnotebook = 'a.ipynb'", "small letters"),
        ("[analysis.a]\nnotebook = 'a.ipynb'", "title, question must be given"),
        ("[analysis.a]\nnotebook = 'a.ipynb'\ntitle = 't'\nquestion = 'q'", "there is no notebook a.ipynb"),
        ("[analysis.a]\nnotebok = 'a.ipynb'", "Did you mean 'notebook'"),
        ("[analysis.a]\nnotebook = 'a.ipynb'\ntitle = 't'\nquestion = 'q'\ntimeout = 0", "`timeout`"),
        ("[analysis.a]\nnotebook = 'a.ipynb'\ntitle = 't'\nquestion = 'q'\nneeds = 3", "`needs`"),
    ],
)
def test_a_faulty_study_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(AnalysisError) as caught:
        load_study(tmp_path / "study.toml")
    assert message in str(caught.value)


def test_no_study_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match="--study FILE"):
        load_study(tmp_path / "none.toml")


def test_a_column_that_the_cohort_lacks_skips_the_analysis(tmp_path: Path) -> None:
    study = write_study(tmp_path, {"pairs": ["1"], "jaw": ["1"]}, jaw='needs = ["jaw_pain", "age"]')
    pairs, jaw = plan_jobs(study, [], TOY, {})
    assert (pairs.missing, jaw.missing) == ((), ("jaw_pain",))
    assert jaw.reason == "toy has no jaw_pain"
    with pytest.raises(AnalysisError, match="nothing to run: toy lacks"):
        plan_jobs(study, ["jaw"], TOY, {})


def test_a_parameter_must_belong_to_every_chosen_analysis(tmp_path: Path) -> None:
    study = write_study(tmp_path, {"pairs": ["1"], "other": ["1"]})
    path = tmp_path / "other.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("min_age", "least_age"), encoding="utf-8")
    with pytest.raises(AnalysisError, match=r"other has no parameter 'min_age'.*comorbid report pairs -p min_age=20"):
        plan_jobs(study, [], TOY, {"min_age": "20"})
    (job,) = plan_jobs(study, ["pairs"], TOY, {"min_age": "20"})
    assert job.parameters == {"cohort": "toy", "min_age": 20}


def test_the_cohort_is_named_in_one_way(tmp_path: Path) -> None:
    study = write_study(tmp_path, {"pairs": ["1"]})
    with pytest.raises(AnalysisError, match="--cohort"):
        plan_jobs(study, [], TOY, {"cohort": "other"})


def test_the_key_follows_everything_that_a_report_is_made_from(tmp_path: Path) -> None:
    study = write_study(tmp_path, {"pairs": ["1"]})
    (job,) = plan_jobs(study, [], TOY, {})
    (again,) = plan_jobs(study, [], TOY, {})
    (older,) = plan_jobs(study, [], TOY, {"min_age": "40"})
    (edited,) = plan_jobs(write_study(tmp_path, {"pairs": ["2"]}), [], TOY, {})
    assert job.key == again.key
    assert len({job.key, older.key, edited.key}) == 3


def test_an_analysis_of_every_survey_follows_from_the_files_of_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A survey whose files arrive makes its report anew, and no other."""
    from comorbid.sources.registry import Survey

    study = write_study(tmp_path, {"all": ["1"], "one": ["1"]}, all="every_survey = true")

    def keys() -> dict[str, str]:
        return {job.analysis.name: job.key for job in plan_jobs(study, [], TOY, {})}

    monkeypatch.setattr(Survey, "files_here", lambda self: (0, 1))
    before = keys()
    monkeypatch.setattr(Survey, "files_here", lambda self: (1, 1))
    monkeypatch.setattr("comorbid.analyses.cohorts.data_fingerprint", lambda name: "ab" * 32)
    after = keys()
    assert before["all"] != after["all"] and before["one"] == after["one"]
