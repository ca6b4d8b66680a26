"""The notebooks of the study: clean in the repository, whole on every cohort, readable without seeing."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from comorbid.analyses.cohorts import cohort_facts
from comorbid.analyses.manifest import read_manifest
from comorbid.analyses.parameter_cell import read_parameters
from comorbid.analyses.runner import run_study
from comorbid.analyses.study import load_study
from comorbid.paths import resource_dir

NOTEBOOKS = sorted(Path(resource_dir("notebooks")).glob("*.ipynb"))
EACH = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)


def test_every_notebook_is_an_analysis_and_the_other_way_round() -> None:
    assert sorted(analysis.notebook for analysis in load_study().analyses) == NOTEBOOKS != []


@EACH
def test_a_notebook_in_the_repository_has_no_outputs_and_little_metadata(notebook: Path) -> None:
    content = json.loads(notebook.read_text(encoding="utf-8"))
    assert set(content["metadata"]) <= {"kernelspec", "language_info"}
    ids = [cell["id"] for cell in content["cells"]]
    assert len(set(ids)) == len(ids)
    for cell in content["cells"]:
        assert set(cell["metadata"]) <= {"tags"}
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [] and cell["execution_count"] is None
            ast.parse("".join(cell["source"]))


@EACH
def test_a_notebook_starts_with_its_title_and_has_parameters_with_help(notebook: Path) -> None:
    first = json.loads(notebook.read_text(encoding="utf-8"))["cells"][0]
    (analysis,) = [analysis for analysis in load_study().analyses if analysis.notebook == notebook]
    assert first["cell_type"] == "markdown" and "".join(first["source"]).startswith(f"# {analysis.title}\n")
    parameters = read_parameters(notebook)
    assert parameters[0].name == "cohort"
    assert all(parameter.help for parameter in parameters)


@EACH
def test_cells_are_short(notebook: Path) -> None:
    """What takes more than fifteen lines belongs into the library."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    lines = {cell["id"]: len("".join(cell["source"]).splitlines()) for cell in cells if cell["cell_type"] == "code"}
    assert {cell: count for cell, count in lines.items() if count > 15} == {}


@EACH
def test_every_figure_comes_with_the_numbers_behind_it(notebook: Path) -> None:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    figures = [
        node
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "report.figure"
    ]
    assert figures and all("data" in {keyword.arg for keyword in node.keywords} for node in figures)


@pytest.mark.slow
@pytest.mark.parametrize("cohort", ["synthetic", pytest.param("nhanes-1999-2004", marks=pytest.mark.data)])
def test_every_report_is_whole_on_a_registered_cohort(cohort: str, tmp_path: Path, capsys) -> None:
    study = load_study()
    outcomes = run_study(study, cohort=cohort, out=tmp_path / "reports")
    facts = cohort_facts(cohort)
    unfit = {a.name for a in study.analyses if a.lacks(facts.variables, len(facts.conditions))}
    assert {outcome.analysis for outcome in outcomes if outcome.status == "skipped"} == unfit
    outcomes = tuple(outcome for outcome in outcomes if outcome.status != "skipped")
    assert {outcome.analysis: outcome.message for outcome in outcomes if outcome.status != "done"} == {}
    assert [outcome.warnings for outcome in outcomes] == [0] * len(outcomes)
    for outcome in outcomes:
        check_page(outcome.path, synthetic=cohort == "synthetic")
    for index in (tmp_path / "reports", tmp_path / "reports" / cohort):
        links = BeautifulSoup((index / "index.html").read_text(encoding="utf-8"), "html.parser").select("a[href]")
        assert all((index / link["href"]).exists() for link in links)
    places = {tag["id"] for tag in BeautifulSoup((index / "index.html").read_text(), "html.parser").find_all(id=True)}
    assert places >= {analysis.name for analysis in study.analyses}, "where reports lead to each other"


def check_page(folder: Path, synthetic: bool) -> None:
    manifest = read_manifest(folder)
    assert manifest["headline"] and manifest["tables"] and manifest["figures"]
    page = BeautifulSoup((folder / "index.html").read_text(encoding="utf-8"), "html.parser")
    captions = [item.get_text(strip=True) for item in page.select("main caption, main figcaption")]
    items = [*manifest["tables"], *manifest["figures"]]
    assert len(captions) == len(items)
    for item in items:
        assert re.match(r"(Table|Figure) \d+\. \S", item["caption"])
        assert any(caption.startswith(item["caption"]) for caption in captions)
        check_origin(item["caption"].lower(), item["numbers"], synthetic)
    for picture in page.find_all("img"):
        assert re.search(r"\d", picture["alt"]), "alt text states no estimate"
        assert picture["src"].startswith("data:image/png;base64,")
    assert all((folder / link["href"]).is_file() for link in page.select("a[download]"))
    assert page.find("script") is None and not page.select("pre.warned")
    assert not [header for header in page.select("th") if "(CI)" in header.get_text()], "an interval of no level"


def check_origin(caption: str, numbers: str, synthetic: bool) -> None:
    """Synthetic people are called so, and nothing else is."""
    assert caption.endswith("synthetic data.") is (synthetic and "people" in numbers)
    assert ("published numbers" in caption) is ("published" in numbers)
    for made in ("computed", "simulated"):
        assert (re.search(rf"{made}(\.| numbers|, not observed)", caption) is not None) is (made in numbers)


def test_two_analyses_need_conditions_of_any_name_and_nothing_else() -> None:
    open_to_all = {a.name for a in load_study().analyses if a.needs_conditions and not a.lacks(("asthma", "gout"), 2)}
    assert open_to_all == {"about-this-cohort", "how-the-four-conditions-occur-together"}
    about, pairs = load_study().select(open_to_all)
    assert about.lacks(("asthma",), 1) == () and about.lacks((), 0) == ("conditions (1 or more)",)
    assert pairs.lacks(("asthma",), 1) == ("conditions (2 or more)",)
