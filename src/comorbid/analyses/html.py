"""An executed notebook as one HTML page: no script, nothing loaded from elsewhere, code folded away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from bs4 import BeautifulSoup, Tag
from nbformat import NotebookNode

from comorbid.analyses.filled import TEMPLATES, fill_template
from comorbid.analyses.fingerprint import library_version, package_versions
from comorbid.analyses.page_tables import frame_tables
from comorbid.analyses.strobe import answers

__all__ = ["to_html"]

NO_DESCRIPTION = "No description has been provided for this image"


def to_html(notebook: NotebookNode, spec: Mapping[str, Any], contents: Mapping[str, Any]) -> str:
    """The report page.

    Parameters
    ----------
    notebook : NotebookNode
        Executed and scrubbed.
    spec : mapping
        The job: analysis, cohort, parameters, inputs.
    contents : mapping
        What `Report` noted: tables and figures with their files.

    Returns
    -------
    str
        HTML whose title is the first heading and whose contents list the others.
    """
    soup = BeautifulSoup(fill_template(notebook, _facts(notebook, spec, contents)), "html.parser")
    for picture in soup.find_all("img", alt=False):
        picture["alt"] = NO_DESCRIPTION
    _fill_contents(soup)
    _lead_with_headline(soup, str(contents.get("headline", "")))
    _place_contents(soup)
    _fill_strobe(soup, spec["analysis"].get("strobe") or {}, _about(spec))
    _link_works(soup)
    frame_tables(soup)
    return str(soup)


def _facts(notebook: NotebookNode, spec: Mapping[str, Any], contents: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": _title(notebook) or spec["analysis"]["title"],
        "style": (TEMPLATES / "report" / "style.css").read_text(encoding="utf-8"),
        "cohort": spec["cohort"]["title"],
        "about": _about(spec),
        "synthetic": spec["cohort"]["synthetic"],
        "provenance": list(_provenance(spec)),
        "citations": spec["analysis"]["citations"],
        "strobe": bool(spec["analysis"].get("strobe")),
        "files": list(_files(spec["analysis"]["name"], contents)),
    }


def _about(spec: Mapping[str, Any]) -> str:
    """Where the index tells of the report on the cohort, seen from another one; empty in that report itself.

    The index is always there, the report only once it was made.
    """
    about = spec.get("about", "")
    return f"../index.html#{about}" if about and about != spec["analysis"]["name"] else ""


def _title(notebook: NotebookNode) -> str:
    """Text of the first heading of the first level, without marks of Markdown."""
    for cell in notebook.cells:
        found = re.search(r"^# +(.+)$", cell.source, re.MULTILINE) if cell.cell_type == "markdown" else None
        if found:
            return re.sub(r"[*_`]", "", found[1]).strip()
    return ""


def _provenance(spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Cohort", f"{spec['cohort']['title']} ({spec['cohort']['name']})"
    yield "Question", spec["analysis"]["question"]
    for name, value in spec["parameters"].items():
        yield f"Parameter {name}", "none" if value is None or value == "" else str(value)
    for name, value in spec["inputs"].items():
        yield f"SHA-256 of {name}", value
    yield "comorbid", library_version()
    yield "Packages", ", ".join(f"{name} {version}" for name, version in package_versions().items())


def _files(analysis: str, contents: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield f"{analysis}.ipynb", "Notebook as it ran"
    for item in [*contents.get("tables", []), *contents.get("figures", [])]:
        for file in item["files"]:
            yield file, f"{item['caption'].split('.')[0]} as {file.rpartition('.')[2].upper()}"
    yield "manifest.json", "Manifest: inputs, parameters, versions and hashes"


def _fill_contents(soup: BeautifulSoup) -> None:
    """Give every heading an address and list them in the navigation."""
    nav, main = soup.find("nav"), soup.find("main")
    assert isinstance(nav, Tag) and isinstance(main, Tag)
    entries = soup.new_tag("ol")
    used = {str(tag["id"]) for tag in soup.find_all(id=True)}
    for heading in main.find_all(["h1", "h2", "h3"]):
        heading["id"] = heading.get("id") or _address(heading.get_text(), used)
        if heading.name != "h1":
            entries.append(_entry(soup, heading))
    box, label = soup.new_tag("div"), soup.new_tag("p")
    label.string = "Contents"
    box.extend([label, entries])
    nav.append(box)


def _place_contents(soup: BeautifulSoup) -> None:
    """The contents after title and main result, which a reader of a narrow page meets first."""
    nav, first = soup.find("nav"), soup.select_one("main > h2, main > details.code")
    if isinstance(nav, Tag) and first is not None:
        first.insert_before(nav.extract())


def _entry(soup: BeautifulSoup, heading: Tag) -> Tag:
    item = soup.new_tag("li", attrs={"class": f"level-{heading.name[1]}"})
    link = soup.new_tag("a", href=f"#{heading['id']}")
    link.string = heading.get_text()
    item.append(link)
    return item


def _fill_strobe(soup: BeautifulSoup, items: Mapping[str, str], about: str) -> None:
    """Lead from each item of the checklist to the section or the report that answers it, or say who does."""
    table = soup.find("table", class_="strobe")
    if isinstance(table, Tag):
        headings = {heading.get_text(): f"#{heading['id']}" for heading in soup.select("main h1, main h2, main h3")}
        table.extend([_strobe_row(soup, *answer) for answer in answers(items, headings, about)])


def _strobe_row(soup: BeautifulSoup, item: str, asked: str, answer: str, address: str) -> Tag:
    row, name, place = soup.new_tag("tr"), soup.new_tag("th", attrs={"scope": "row"}), soup.new_tag("td")
    name.string = f"{item}. {asked}"
    shown = soup.new_tag("a", href=address) if address else soup.new_tag("span", attrs={"class": "quiet"})
    shown.string = answer
    place.append(shown)
    row.extend([name, place])
    return row


def _link_works(soup: BeautifulSoup) -> None:
    """Make the DOI at the end of a work cited a link to the work."""
    for item in soup.select("ul.works li"):
        work, found, doi = item.get_text().partition("doi:")
        if found:
            link = soup.new_tag("a", href=f"https://doi.org/{quote(doi, safe='/')}")
            link.string = found + doi
            item.clear()
            item.extend([work, link])


def _lead_with_headline(soup: BeautifulSoup, headline: str) -> None:
    """The main result before the first section; in the notebook it stands where its numbers are known."""
    wanted = " ".join(headline.split())
    for said in soup.select("main blockquote"):
        first = soup.select_one("main > h2, main > details.code")
        if wanted and first is not None and " ".join(said.get_text().split()) == wanted:
            said["class"] = "headline"
            first.insert_before(said.extract())
            return


def _address(text: str, used: set[str]) -> str:
    base = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "section"
    address, number = base, 2
    while address in used:
        address, number = f"{base}-{number}", number + 1
    used.add(address)
    return address
