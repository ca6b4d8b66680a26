"""Each notebook on a cohort of one's own that has what the notebook asks for, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import comorbid as cm
from comorbid.analyses import report as reporting
from comorbid.analyses.study import Analysis, load_study
from comorbid.paths import COHORTS_VARIABLE, DATA_VARIABLE
from comorbid.synthetic import simulate_people

ANALYSES = load_study().analyses
CONDITIONS = ("migraine", "low_back_pain", "neck_pain", "fibromyalgia", "jaw_pain")
TITLE = 'title = "A small survey"\nrelease = "{}"\n'
LEVELS = {
    "sex": ["male", "female"],
    "age_band": ["20-34", "35-49", "50-64", "65+"],
    "education": ["less than high school", "high school", "some college", "college graduate"],
    "smoking": ["never", "former", "current"],
}


def variable(name: str) -> str:
    """The codebook's lines on one variable, with no word more than it must have."""
    if name == "age":
        return '[variables.age]\nkind = "continuous"\nunit = "years"\n'
    kind, levels = ("condition", ["no", "yes"]) if name not in LEVELS else ("categorical", LEVELS[name])
    return f'[variables.{name}]\nkind = "{kind}"\nlevels = {json.dumps(levels)}\n'


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    frame = simulate_people(n=2500, seed=4)
    return frame.assign(jaw_pain=frame["fibromyalgia"].where(frame.index % 3 > 0, frame["migraine"]))


@pytest.fixture
def run(people: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a notebook's cells on a cohort with these variables alone; what was shown, as text, and what is left."""

    def ran(
        analysis: Analysis, names: tuple[str, ...], release: str = "public-use", n: int = 2500
    ) -> tuple[str, dict[str, Any]]:
        people.head(n)[list(names)].to_csv(tmp_path / "small.csv", index=False)
        lines = [TITLE.format(release), *map(variable, names), '[file]\npath = "small.csv"\n']
        (tmp_path / "small-survey.toml").write_text("".join(lines))
        monkeypatch.setenv(COHORTS_VARIABLE, str(tmp_path / "small-survey.toml"))
        monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
        shown: list[str] = []
        monkeypatch.setattr(reporting, "_display", lambda item: shown.append(said(item)))
        left: dict[str, Any] = {}
        for cell in json.loads(analysis.notebook.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                exec("".join(cell["source"]), left)
                left |= {"cohort": "small-survey"} if "parameters" in cell["metadata"].get("tags", []) else {}
        return "\n".join(shown), left

    return ran


def said(item: Any) -> str:
    """A table, a sentence or a picture's text, as a reader has it."""
    return str(getattr(item, "data", None) or getattr(item, "alt", None) or item.html())


def fewest(analysis: Analysis) -> tuple[str, ...]:
    """The variables that an analysis needs, and as many conditions as it asks for."""
    wanted = [name for name in CONDITIONS if name not in analysis.needs][: analysis.needs_conditions]
    return (*analysis.needs, *wanted) or ("migraine",)


@pytest.mark.parametrize("analysis", ANALYSES, ids=lambda analysis: analysis.name)
def test_a_notebook_runs_on_what_it_says_it_needs(analysis: Analysis, run: Any) -> None:
    shown, left = run(analysis, fewest(analysis))
    contents = left["report"]._contents.listed
    assert contents["headline"] and "nan" not in contents["headline"]
    assert "ynthetic" not in shown, "a real cohort is not spoken of as the synthetic one"
    for told in ("sampling units vary", "Weighted to"):
        assert told not in shown


@pytest.mark.parametrize(
    ("name", "variables", "said"),
    [
        (
            "about-this-cohort",
            ("migraine",),
            ["declares no age_band and no sex", "and one condition", "as of people sampled"],
        ),
        ("about-this-cohort", ("migraine", "neck_pain", "sex"), ["declares no age_band.", "of those with none"]),
        ("about-this-cohort", ("migraine", "neck_pain", "age", "age_band"), ["declares no sex."]),
        ("how-the-four-conditions-occur-together", ("migraine", "neck_pain"), ["declares no sex", "Both conditions"]),
        ("how-the-four-conditions-occur-together", ("migraine", "neck_pain", "jaw_pain", "sex"), ["women and men"]),
        ("how-the-four-conditions-occur-together", ("migraine", "neck_pain"), ["Both conditions occur together in "]),
        ("from-episodic-to-chronic", (*CONDITIONS, "age", "age_band", "sex"), ["3+"]),
        (
            "fibromyalgia-as-amplifier",
            (*CONDITIONS, "age", "age_band", "sex"),
            ["does not say how it was asked", "cannot be told: the codebook does not name", "Not shown: the codebook"],
        ),
        ("jaw-and-face-pain", (*CONDITIONS, "age", "age_band", "sex"), ["jaw or face pain with migraine: "]),
    ],
)
def test_what_a_cohort_lacks_is_said(name: str, variables: tuple[str, ...], said: list[str], run: Any) -> None:
    (analysis,) = (analysis for analysis in ANALYSES if analysis.name == name)
    shown, left = run(analysis, variables)
    whole = shown + json.dumps(left["report"]._contents.listed)
    assert [text for text in said if text not in whole] == []


def test_a_headline_makes_nothing_of_a_handful_of_people(run: Any) -> None:
    found = {analysis.name: analysis for analysis in ANALYSES}
    names = (*CONDITIONS, "sex")
    _, left = run(found["how-the-four-conditions-occur-together"], names)
    assert 0 < left["every"]["events"] < 30
    assert "too few to say how far from chance" in left["report"]._contents.listed["headline"]
    _, left = run(found["about-this-cohort"], names, n=500)
    shares = left["people"].query("level == 'female' and number_of_conditions != 'all'")
    kept = shares[shares["conf_high"] - shares["conf_low"] < 0.3]
    vague = [f"({row.conf_low:.0%} to {row.conf_high:.0%})" for row in shares.drop(kept.index).itertuples()]
    assert vague and not [text for text in vague if text in left["report"]._contents.listed["headline"]]


def test_a_confidential_cohort_gets_no_table_without_a_row(run: Any) -> None:
    (analysis,) = (analysis for analysis in ANALYSES if analysis.name == "how-definitions-change-the-answer")
    shown, left = run(analysis, fewest(analysis), "confidential")
    assert "rebuilt" not in {table["name"] for table in left["report"]._contents.listed["tables"]}
    assert "each of these numbers is a replication" in shown


def test_a_survey_of_ones_own_stands_among_the_others(run: Any) -> None:
    (analysis,) = (analysis for analysis in ANALYSES if analysis.name == "same-pair-in-every-survey")
    _, left = run(analysis, fewest(analysis))
    assert "A small survey" in set(left["compared"]["cohort"])


def test_a_confidential_cohort_is_not_set_among_the_others(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks for it in the report of its name is told where its numbers are."""
    (analysis,) = (analysis for analysis in ANALYSES if analysis.name == "same-pair-in-every-survey")
    other = cm.load_cohort("synthetic", n=2500)
    monkeypatch.setattr(cm, "cohorts_with", lambda *_, **__: [other])
    shown, left = run(analysis, fewest(analysis), "confidential")
    assert set(left["compared"]["cohort"]) == {other.title}
    assert "A small survey is not among them: a confidential cohort is not set beside public surveys" in shown


def test_the_numbers_are_those_of_the_file(run: Any, people: pd.DataFrame) -> None:
    """Prevalence and observed over expected of a file without design, by counting."""
    (analysis,) = (a for a in ANALYSES if a.name == "how-the-four-conditions-occur-together")
    _, left = run(analysis, ("migraine", "neck_pain"))
    a, b = people["migraine"] == "yes", people["neck_pain"] == "yes"
    ratio = (a & b).mean() / (a.mean() * b.mean())
    assert f"{ratio:.1f} times as often" in left["report"]._contents.listed["headline"]
    assert isinstance(left["adults"], cm.Cohort) and left["adults"].n == len(people)
