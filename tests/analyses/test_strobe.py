"""The STROBE checklist: items lead to sections that are there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from comorbid.analyses.strobe import ABOUT, ELSEWHERE, IN_ABOUT, ITEMS, answers
from comorbid.analyses.study import Analysis, load_study
from comorbid.errors import AnalysisError, ComorbidError
from tests.analyses.toy_study import write_study

ANALYSES = load_study().analyses


def headings(notebook: Path) -> list[str]:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return re.findall(r"^#+ (.+)$", text, re.MULTILINE)


@pytest.mark.parametrize("analysis", [a for a in ANALYSES if a.strobe], ids=lambda analysis: analysis.name)
def test_every_item_of_the_study_leads_to_a_section(analysis: Analysis) -> None:
    assert set((analysis.strobe or {}).values()) <= set(headings(analysis.notebook))


def test_the_study_answers_what_a_report_of_a_survey_can() -> None:
    """Items 5 (where and when), 11 (grouping) and 22 (funding) are the surveys' own; the study had no part in them."""
    answered = {item for analysis in ANALYSES for item in analysis.strobe or {}}
    assert {"3", "4", "6", "7", "8", "12", "13", "14", "15", "16", "17", "19", "20"} <= answered <= set(ITEMS)


def test_what_a_report_leaves_out_is_said_and_the_report_on_the_cohort_answers_it() -> None:
    said = {
        item: (text, address)
        for item, _, text, address in answers({"19": "Limits"}, {"Title": "#t", "Limits": "#l"}, "../about/index.html")
    }
    assert list(said) == list(ITEMS)
    assert said["19"] == ("Limits", "#l") and said["1"] == said["18"] == ("Title", "#t")
    assert said["6"] == (IN_ABOUT, "../about/index.html") and said["17"] == ("Not answered here", "")
    (about,) = (a for a in ANALYSES if a.title == ABOUT)
    assert {item for item, text in ELSEWHERE.items() if text == IN_ABOUT} <= set(about.strobe or {})


def test_a_section_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(AnalysisError, match=r"item 13 .* 'Flow', which the report does not have\. It has: Limits"):
        list(answers({"13": "Flow"}, {"Limits": "#limits"}))


@pytest.mark.parametrize(
    ("line", "said"), [('strobe = { "23" = "Limits" }', "no STROBE item '23'"), ("strobe = { 19 = 1 }", "as text")]
)
def test_a_mistake_in_the_study_is_told(line: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ComorbidError, match=said):
        write_study(tmp_path, {"toy": ["1"]}, toy=line)
