"""The page of a report: headings listed, code folded, nothing that runs or loads from elsewhere."""

from __future__ import annotations

import re
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from comorbid.analyses.html import to_html
from comorbid.analyses.page_tables import frame_tables

SPEC: dict[str, Any] = {
    "analysis": {
        "name": "pairs",
        "title": "Pairs",
        "question": "How often together?",
        "citations": ["A <i>work</i>", "Hill, Proc 1965;58:295, doi:10.1177/003(591)"],
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
    rows = page.select("table.strobe tr")
    links = {row.th.get_text(): row.a["href"] for row in rows if row.a}
    assert links["13. How many people at each step"] == "#people-2" and links["18. Main result"] == "#result"
    assert links["1. Design and main result, in title and summary"] == "#how-pairs-occur"
    assert all(page.find(id=address[1:]) for address in links.values())
    assert len(rows) == 22 and all(row.td.get_text() for row in rows)


def test_the_main_result_stands_before_the_first_section_and_once() -> None:
    cells = [new_markdown_cell("# Pairs\n\nWhy.\n\n## People"), new_markdown_cell("> Half of  them.\n\n> Another.")]
    notebook = nbformat.from_dict({**new_notebook(cells=cells), "metadata": {"language_info": {"name": "python"}}})
    page = BeautifulSoup(to_html(notebook, SPEC, {**CONTENTS, "headline": "Half of them."}), "html.parser")
    first, second = page.select("main blockquote")
    assert first["class"] == ["headline"] and first.get_text(strip=True) == "Half of  them."
    assert first.find_next("h2").get_text() == "People" and first.find_previous("p").get_text() == "Why."
    assert second.get_text(strip=True) == "Another."


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


@pytest.fixture
def arranged() -> BeautifulSoup:
    """A table of intervals and one of sentences, arranged for a page."""
    numbers = "<td class='num'>1.84 (1.62 to 2.09)</td>"
    few = f"<tr><th>a</th>{numbers}<td class='num'>21.5% (20 to 23) [imprecise]</td><td class='num'>12</td></tr>"
    many = f"<tr><th>a</th>{3 * numbers}</tr>"
    wordy = (
        "<table class='wordy'><thead><tr><th scope='col'>Claim</th><th scope='col'>Said</th></tr></thead><tbody>"
        "<tr><th scope='rowgroup' rowspan='2'>One</th><td>yes</td></tr><tr><td>no</td></tr></tbody></table>"
    )
    head = "<thead><tr><th>Odds ratio (95% CI)</th></tr></thead>"
    soup = BeautifulSoup(
        f"<main><table>{head}<tbody>{few}</tbody></table><table><tbody>{many}</tbody></table>{wordy}</main>",
        "html.parser",
    )
    frame_tables(soup)
    return soup


def test_an_interval_is_one_piece_and_stands_below_where_many_stand_side_by_side(arranged: BeautifulSoup) -> None:
    few, many, _ = arranged.find_all("table")
    assert [piece.get_text() for piece in few.select("td.num span.interval")] == ["(1.62 to 2.09)", "(20 to 23)"]
    assert [cell.get_text() for cell in few.select("td")] == [
        "1.84 (1.62 to 2.09)",
        "21.5% (20 to 23) [imprecise]",
        "12",
    ]
    head = few.select_one("thead th")
    assert head.get_text() == "Odds ratio (95% CI)" and head.span["class"] == ["interval"]
    assert few.get("class") is None and many["class"] == "stacked"


def test_a_long_cell_keeps_a_width_at_which_it_can_be_read(arranged: BeautifulSoup) -> None:
    table = BeautifulSoup(
        f"<main><table><tbody><tr><th>a</th><td>{'b ' * 20}</td></tr></tbody></table></main>", "html.parser"
    )
    frame_tables(table)
    assert table.td["class"] == "long" and table.th.get("class") is None


def test_a_table_of_sentences_can_be_read_cell_by_cell(arranged: BeautifulSoup) -> None:
    table = arranged.select_one("table.wordy")
    said = [(cell["data-column"], cell.get_text(), cell["role"]) for cell in table.select("tbody th, tbody td")]
    assert said == [("Claim", "One", "rowheader"), ("Said", "yes", "cell"), ("Said", "no", "cell")]
    assert [part["role"] for part in table.select("thead, tr")] == ["rowgroup", "row", "row", "row"]


def test_how_it_was_made_is_told(page: BeautifulSoup) -> None:
    rows = {row.th.get_text(): row.td.get_text() for row in page.select("table.provenance tr")}
    assert rows["Cohort"] == "Synthetic cohort (synthetic)"
    assert (rows["Parameter sex"], rows["SHA-256 of data"]) == ("none", "ab12")
    assert "pandas" in rows["Packages"]
    works = [(link.get_text(), link["href"]) for link in page.select("ul.works a")]
    assert works == [("doi:10.1177/003(591)", "https://doi.org/10.1177/003%28591%29")]
    files = [link["href"] for link in page.select("section a[download]")]
    assert files == ["pairs.ipynb", "tables/shares.csv", "manifest.json"]


def test_the_cohort_stands_over_the_title_with_the_way_to_its_other_reports() -> None:
    notebook = nbformat.from_dict({**new_notebook(cells=[new_markdown_cell("# Pairs\n\nWhy.")]), "metadata": {}})
    for about, ways in (("", []), ("pairs", []), ("who", ["../index.html#who"])):
        page = BeautifulSoup(to_html(notebook, {**SPEC, "about": about}, CONTENTS), "html.parser")
        place = page.select_one("main p.place")
        assert place.b.get_text() == "Synthetic cohort" and place.find_next("h1").get_text() == "Pairs"
        assert [link["href"] for link in place.find_all("a")] == ["../index.html", *ways]


def test_contents_follow_the_main_result() -> None:
    cells = [new_markdown_cell("# Pairs\n\nWhy.\n\n## People"), new_markdown_cell("> Half of them.")]
    notebook = nbformat.from_dict({**new_notebook(cells=cells), "metadata": {}})
    page = BeautifulSoup(to_html(notebook, SPEC, {**CONTENTS, "headline": "Half of them."}), "html.parser")
    names = [tag.name for tag in page.main.find_all(["h1", "h2", "blockquote", "nav"])]
    assert names[:4] == ["h1", "blockquote", "nav", "h2"]


def test_a_synthetic_cohort_is_announced(page: BeautifulSoup) -> None:
    assert "Synthetic data" in page.select_one("header.banner").get_text()
    real = {**SPEC, "cohort": {**SPEC["cohort"], "synthetic": False}}
    assert "banner" not in to_html(new_notebook(), real, {}).split("<body>")[1]
