"""Notebooks 1 to 5 of the study, run cell by cell on the synthetic cohort; their numbers against arithmetic by hand."""

from __future__ import annotations

import json
import re
from functools import cache
from math import exp, log, sqrt
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.analyses import report as reporting
from comorbid.analyses.study import load_study
from comorbid.paths import resource_dir

NAMES = (
    "headache-type-and-back-pain", "review-of-2019", "which-comes-first", "from-episodic-to-chronic",
    "migraine-and-neck-pain",
)  # fmt: skip
EACH = pytest.mark.parametrize("name", NAMES)
Z = 1.959963984540054


class Ran(NamedTuple):
    """A notebook that ran: its tables by name, its headline, and what its cells left behind."""

    tables: dict[str, pd.DataFrame]
    headline: str
    left: dict[str, Any]


def cells_of(name: str) -> list[dict[str, Any]]:
    path = Path(resource_dir("notebooks")) / f"{name.replace('-', '_')}.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def prose_of(name: str) -> str:
    return "\n".join("".join(cell["source"]) for cell in cells_of(name) if cell["cell_type"] == "markdown")


@cache
def ran(name: str) -> Ran:
    tables: dict[str, pd.DataFrame] = {}
    left: dict[str, Any] = {}
    table = cm.Report.table

    def kept(self: cm.Report, frame: pd.DataFrame, name: str, caption: str, **options: Any) -> None:
        tables[name] = frame
        table(self, frame, name, caption, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cm.Report, "table", kept)
        patch.setattr(reporting, "_display", lambda item: None)
        for cell in cells_of(name):
            if cell["cell_type"] == "code":
                exec("".join(cell["source"]), left)
    return Ran(tables, left["report"]._contents.listed["headline"], left)


@EACH
def test_a_notebook_is_short_says_its_limits_cites_by_doi_and_ends_in_what_is_rebuilt(name: str) -> None:
    code = ["".join(cell["source"]) for cell in cells_of(name) if cell["cell_type"] == "code"]
    assert len(code) <= 12 and sum(len(cell.splitlines()) for cell in code) <= 100
    assert code[-1] == f'report.rebuilt(cm.rebuilt_numbers(everyone, analysis="{name}"))'
    prose = prose_of(name)
    assert "\n## Limits\n" in prose and prose.rstrip().endswith("## Claimed, published, rebuilt")
    dois = re.findall(r"\[doi:(\S+)\]\(https://doi\.org/(\S+?)\)", prose)
    known = set(cm.published_estimates()["doi"])
    assert dois and all(shown == linked and shown in known for shown, linked in dois)


@EACH
def test_a_notebook_runs_and_its_headline_and_figure_state_numbers(name: str) -> None:
    whole = ran(name)
    assert re.search(r"\d", whole.headline)
    contents = whole.left["report"]._contents.listed
    assert len(contents["figures"]) == 1 and re.search(r"\d", contents["figures"][0]["alt"])
    assert "rebuilt" in {item["name"] for item in contents["tables"]}
    frame = cm.rebuilt_numbers(whole.left["everyone"], analysis=name)
    assert not frame["within_tolerance"].eq(False).any() and len(frame) >= 5


@EACH
def test_no_published_odds_ratio_is_typed_into_a_code_cell(name: str) -> None:
    """Estimates come from the ledger by id: no literal of a code cell equals one that the notebook shows."""
    code = "\n".join("".join(cell["source"]) for cell in cells_of(name) if cell["cell_type"] == "code")
    shown = cm.published_estimates().set_index("id").filter(items=re.findall(r'"(\w+)"', code), axis=0)
    literals = {float(text) for text in re.findall(r"(?<![\w.{:])\d+\.\d+(?![\w%])", code)}
    ratios = {value for value in shown.loc[shown["measure"] != "prevalence", "estimate"] if value != 3.0}
    assert literals.isdisjoint(ratios)


def test_what_a_cohort_lacks_is_a_need_of_the_study() -> None:
    needs = {analysis.name: set(analysis.needs) for analysis in load_study().analyses if analysis.name in NAMES}
    assert set(needs) == set(NAMES)
    assert all({"migraine", "age"} <= found for found in needs.values())
    assert "neck_pain" in needs["migraine-and-neck-pain"] and "low_back_pain" in needs["which-comes-first"]


def test_1709_people_with_migraine_become_2933() -> None:
    people = ran("headache-type-and-back-pain").tables["who_counts_as_migraine"]
    assert people["People"].tolist() == [1601, 108, 1150, 74]
    assert people["Migraine so far"].tolist() == [1601, 1709, 2859, 2933]


def test_frequency_counts_for_more_than_type_and_the_line_for_part_of_it() -> None:
    whole = ran("headache-type-and-back-pain")
    assert whole.left["by_type"] == pytest.approx([2.6 / 2.1, 15.8 / 13.7])
    assert whole.left["by_days"] == pytest.approx(14.5 / 2.3)
    lines = whole.tables["lines_moved"].set_index("Compared")
    given = lines.loc["against no headache; back pain on 15 days or more"]
    assert given["Episodic headache"] == pytest.approx(2.3, rel=1e-9)
    assert 2.3 < given["Chronic headache"] < 14.5
    groups, second = whole.left["model"].simulate(400_000, seed=9)
    odds = [second[groups == at].mean() / (1 - second[groups == at].mean()) for at in (0, 2)]
    assert odds[1] / odds[0] == pytest.approx(given["Chronic headache"], rel=0.05)
    rest = lines["Chronic headache"].iloc[2]
    assert rest < given["Chronic headache"], "against everybody below the line the odds ratio is smaller"


def test_the_misprinted_interval_decides_a_common_effect_and_hardly_a_random_one() -> None:
    """Inverse-variance weights by hand: from the printed limits, then from the counts of Ghandour and of Swain."""
    printed = [(2.1, 2.09, 2.1), (2.5, 0.8, 8.0), (2.9, 2.8, 2.9), (1.7, 1.2, 2.5), (2.55, 1.49, 4.38)]
    y = np.array([log(point) for point, _, _ in printed])
    v = np.array([(log(high / low) / 2 / Z) ** 2 for _, low, high in printed])
    rows = ran("review-of-2019").tables["pooled"]
    assert rows["Pooled"][0] == pytest.approx(exp((y / v).sum() / (1 / v).sum()), rel=1e-9)
    assert rows["Ghandour's weight, %"][0] == pytest.approx(100 / v[0] / (1 / v).sum(), rel=1e-9)
    for at, (a, b, c, d) in ((0, (816, 1585, 1131, 4718)), (2, (104527, 114148, 45029, 140502))):
        y[at], v[at] = log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d
    assert rows["Pooled"][2] == pytest.approx(exp((y / v).sum() / (1 / v).sum()), rel=1e-9)
    assert rows["Ghandour's weight, %"][2] == pytest.approx(100 / v[0] / (1 / v).sum(), rel=1e-9)
    assert rows["Pooled"][2] / rows["Pooled"][0] > 1.3
    assert rows["Pooled"][3] / rows["Pooled"][1] < 1.02


def test_a_table_put_together_from_several_says_how_wide_its_intervals_are() -> None:
    assert ran("headache-type-and-back-pain").tables["by_days"].attrs["conf_level"] == 0.95


def test_a_survey_gives_the_same_crude_odds_ratio_both_ways() -> None:
    whole = ran("which-comes-first")
    both = whole.tables["both_ways"]
    crude = both.loc[both["model"] == "crude", "estimate"].to_numpy()
    assert len(crude) == 2 and crude[0] == pytest.approx(crude[1], rel=1e-8)
    strength = whole.tables["e_values"]
    assert strength["E-value, rare"][0] == pytest.approx(1.3 + sqrt(1.3 * 0.3))
    assert strength["Of the limit, common"][1] == pytest.approx(sqrt(1.5) + sqrt(sqrt(1.5) * (sqrt(1.5) - 1)))


def test_the_interval_of_le_needs_many_new_cases() -> None:
    design = ran("which-comes-first").left["fitting"].set_index(["Back pain at the start", "New migraine"])
    fits = design["Fits the printed one"]
    assert fits["50%", "10%"] == "yes" and fits["20%", "10%"] == "too wide" and fits["50%", "5%"] == "too wide"


def test_chance_and_balance_of_chronic_migraine() -> None:
    """769 of 8,908 chronic, 50.1% stay: 769 x 0.499 / 8,139 = 4.71%. With 5.5% chronic: 5.5 x 0.499 / 94.5 = 2.90%."""
    whole = ran("from-episodic-to-chronic")
    assert whole.tables["balance"]["Must enter, %"].tolist() == pytest.approx([4.7147, 2.9042], abs=0.0005)
    model = whole.left["other"]
    assert 100 * model.crossing() == pytest.approx(2.9042, abs=0.0005)
    assert model.persistence() == pytest.approx(0.501, rel=1e-6)
    days = model.simulate(300_000, 2, seed=4) >= 15
    assert (days[:, 1] & ~days[:, 0]).sum() / (~days[:, 0]).sum() == pytest.approx(model.crossing(), rel=0.04)
    assert (days[:, 1] & days[:, 0]).sum() / days[:, 0].sum() == pytest.approx(0.501, abs=0.01)
    crossed = whole.tables["crossed"]
    assert crossed["Share, %"].tolist() == pytest.approx([2.543, 2.403, 2.102, 2.222, 3.416], abs=0.0006)
    assert crossed["In a year at this rate, %"].iloc[-1] == pytest.approx(100 * (1 - (1 - 278 / 8139) ** 4))


def test_least_chance_is_below_balance_and_smaller_over_three_months() -> None:
    least = ran("from-episodic-to-chronic").tables["least_chance"].set_index("Mean days a month")
    month, quarter = least.columns
    assert (least[quarter] < least[month]).all() and (least[month] < 2.9042).all()
    assert least[month].is_monotonic_increasing
    risks = ran("from-episodic-to-chronic").tables["days_at_first"]
    assert (risks.iloc[:, 2:].min(axis=1) > risks["Published"]).all(), "chance alone is steeper than what was published"


def test_twelve_times_is_the_odds_ratio() -> None:
    whole = ran("migraine-and-neck-pain")
    clinics = whole.tables["two_scales"].iloc[0]
    assert clinics["prevalence_ratio"] == pytest.approx(0.77 / 0.232)
    assert clinics["odds_ratio"] == pytest.approx(0.77 / 0.23 / (0.232 / 0.768))
    assert clinics["largest_prevalence_ratio"] < 12 < clinics["odds_ratio"] + 1
    danes = whole.tables["two_scales"].iloc[1]
    assert danes["odds_ratio"] == pytest.approx(276 * 206 / (46 * 269))


def test_one_odds_ratio_and_two_prevalence_ratios_of_migraine_and_neck_pain() -> None:
    pair = ran("migraine-and-neck-pain").tables["pair"]
    ways = pair[pair["measure"] == "prevalence_ratio"]["estimate"]
    (odds,) = pair[pair["measure"] == "odds_ratio"]["estimate"]
    assert len(ways) == 2 and (ways < odds).all()
