"""The page of a report: headings listed, code folded, nothing that runs or loads from elsewhere."""

from __future__ import annotations

import re
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from comorbid.analyses.html import to_html

SPEC: dict[str, Any] = {
    "analysis": {
        "name": "pairs",
        "title": "Pairs",
        "question": "How often together?",
        "citations": ["A <i>work</i>"],
    },
    "cohort": {"name": "synthetic", "title": "Synthetic cohort", "synthetic": True},
    "parameters": {"cohort": "synthetic", "sex": None},
    "inputs": {"data": "ab12"},
}
CONTENTS = {"tables": [{"caption": "Table 1. Shares.", "files": ["tables/shares.csv"]}], "figures": []}


def html_output(text: str) -> Any:
    return new_output("display_data", data={"text/html": text, "text/plain": "plain"})


@pytest.fixture(scope="module")
def page() -> BeautifulSoup:
    cells = [
        new_markdown_cell("# How *pairs* occur\n\nAbout."),
        new_code_cell("a = 1  # </script><script>alert(1)</script>", execution_count=1),
        new_markdown_cell("## People\n\n<script>alert(2)</script>\n\n### People"),
        new_code_cell(
            "a",
            execution_count=2,
            outputs=[
                html_output("<table><tr><th scope='row'></th><td>&lt;img src=x onerror=alert(3)&gt;</td></tr></table>"),
                html_output("<img src=x onerror=alert(4)>"),
                html_output("<table><tr><td>1</td></tr><tfoot><tr><td class='note'>A note</td></tr></tfoot></table>"),
                new_output("stream", name="stderr", text="careful <b>"),
                new_output("execute_result", data={"text/plain": "<object>"}, execution_count=2),
                new_output("display_data", data={"text/markdown": "## Result\n\n[x](javascript:alert(5))"}),
                new_output("display_data", data={"application/javascript": "alert(6)"}),
            ],
        ),
    ]
    notebook = nbformat.from_dict({**new_notebook(cells=cells), "metadata": {"language_info": {"name": "python"}}})
    spec = {**SPEC, "analysis": {**SPEC["analysis"], "strobe": {"13": "People", "18": "Result"}}}
    return BeautifulSoup(to_html(notebook, spec, CONTENTS), "html.parser")


def test_the_checklist_leads_to_sections(page: BeautifulSoup) -> None:
    links = {row.th.get_text(): row.a["href"] for row in page.select("table.strobe tr")}
    assert links == {"13. How many people at each step": "#people-2", "18. Main result": "#result"}
    assert all(page.find(id=address[1:]) for address in links.values())


def test_title_is_the_first_heading(page: BeautifulSoup) -> None:
    assert page.title.string == "How pairs occur"
    assert [heading.get_text() for heading in page.find_all("h1")] == ["How pairs occur"]
    assert page.html["lang"] == "en"


def test_contents_lead_to_every_heading_once(page: BeautifulSoup) -> None:
    links = [link["href"] for link in page.select("nav.contents a")]
    assert links[:3] == ["#people", "#people-2", "#result"]
    assert len(set(links)) == len(links)
    assert all(len(page.select(f'[id="{link[1:]}"]')) == 1 for link in links)


def test_code_is_folded(page: BeautifulSoup) -> None:
    folded = page.select("details.code")
    assert [part.summary.get_text() for part in folded] == ["Code 1", "Code 2"]
    assert not any(part.has_attr("open") for part in folded)


def test_nothing_runs_and_nothing_is_loaded(page: BeautifulSoup) -> None:
    assert page.find("script") is None and page.find("link") is None and page.find("iframe") is None
    for tag in page.find_all(True):
        assert not [name for name in tag.attrs if name.startswith("on")]
        assert re.match(r"data:image/png|$", tag.get("src", ""))
        assert not tag.get("href", "").startswith(("javascript", "data"))
    assert "url(" not in page.style.string and "@import" not in page.style.string
    assert "default-src 'none'" in page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]


def test_markup_of_data_is_text(page: BeautifulSoup) -> None:
    text = page.main.get_text()
    for shown in ("<img src=x onerror=alert(3)>", "careful <b>", "<object>", "A <i>work</i>"):
        assert shown in text


def test_tables_scroll_in_their_box_and_have_no_empty_header(page: BeautifulSoup) -> None:
    assert all(
        table.find_parent(class_="table-scroll") for table in page.select("main table:not(.provenance, .strobe)")
    )
    assert all(header.get_text(strip=True) for header in page.find_all("th"))
    assert not page.select("td[scope]")
    assert page.select_one(".table-scroll + .table-notes").get_text() == "A note"


def test_how_it_was_made_is_told(page: BeautifulSoup) -> None:
    rows = {row.th.get_text(): row.td.get_text() for row in page.select("table.provenance tr")}
    assert rows["Cohort"] == "Synthetic cohort (synthetic)"
    assert (rows["Parameter sex"], rows["SHA-256 of data"]) == ("none", "ab12")
    assert "pandas" in rows["Packages"]
    files = [link["href"] for link in page.select("section a[download]")]
    assert files == ["pairs.ipynb", "tables/shares.csv", "manifest.json"]


def test_a_synthetic_cohort_is_announced(page: BeautifulSoup) -> None:
    assert "Synthetic data" in page.select_one("header.banner").get_text()
    real = {**SPEC, "cohort": {**SPEC["cohort"], "synthetic": False}}
    assert "banner" not in to_html(new_notebook(), real, {}).split("<body>")[1]
