"""Reports as PDF: printed where a browser is, refused with one message where none is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from comorbid.analyses.pdf import BROWSER, NAMES, find_browser, print_page
from comorbid.cli import main
from comorbid.errors import AnalysisError
from tests.analyses.toy_study import write_study

HAS_BROWSER = any(map(shutil.which, NAMES))


def stand_in(folder: Path, body: str) -> str:
    """A program that takes a browser's place."""
    path = folder / "browser"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    (tmp_path / "page.html").write_text(
        '<!DOCTYPE html><title>A page</title><h1>A page</h1><a href="b.html">B</a>', encoding="utf-8"
    )
    return tmp_path / "page.html"


@pytest.mark.slow
@pytest.mark.skipif(not HAS_BROWSER, reason="no browser of the Chromium family is installed")
def test_a_page_is_printed(page: Path) -> None:
    pdf = print_page(page, page.with_suffix(".pdf"), find_browser())
    assert pdf.read_bytes().startswith(b"%PDF-") and str(page.parent).encode() not in pdf.read_bytes()
    assert sorted(page.parent.iterdir()) == [page, pdf]


def test_a_browser_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BROWSER, "no-such-browser")
    with pytest.raises(AnalysisError, match=r"COMORBID_BROWSER names no-such-browser.*leave out --pdf"):
        find_browser()
    monkeypatch.delenv(BROWSER)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(AnalysisError, match=r"none of chromium, .* is here"):
        find_browser()


def test_no_link_leads_to_this_machine(page: Path) -> None:
    """A browser writes links to neighbouring files into the PDF with the whole path of where they lie."""
    kept = '<a class="place" href="#foot">Foot</a> <a href="https://doi.org/10.1000/1">Source</a>'
    links = f'<a href="../index.html">Index</a> <a class="x" title="y" href=\'b.html#c\'>B</a> {kept}'
    page.write_text(links, encoding="utf-8")
    shown = (
        'for a in "$@"; do case "$a" in --print-to-pdf=*) to="${a#--print-to-pdf=}";; '
        'file://*) cp "${a#file://}" "$to";; esac; done'
    )
    printed = print_page(page, page.with_suffix(".pdf"), stand_in(page.parent, shown)).read_text()
    assert printed == f'<a>Index</a> <a class="x" title="y">B</a> {kept}'
    assert page.read_text(encoding="utf-8") == links


@pytest.mark.parametrize("body", ["exit 3", "exit 0"])
def test_a_browser_that_prints_nothing_leaves_the_last_pdf(page: Path, body: str) -> None:
    pdf = page.with_suffix(".pdf")
    pdf.write_bytes(b"the last one")
    with pytest.raises(AnalysisError, match="could not be printed: browser ended with"):
        print_page(page, pdf, stand_in(page.parent, body))
    assert pdf.read_bytes() == b"the last one"


def test_the_command_refuses_before_it_runs_and_prints_when_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    study = write_study(tmp_path / "study", {"one": ["x = cohort"]})
    asked = ["report", "--study", str(study.path), "--out", str(tmp_path / "reports"), "--jobs", "1", "--pdf"]
    monkeypatch.setenv(BROWSER, "no-such-browser")
    assert main(asked) == 2
    assert not (tmp_path / "reports").exists() and "leave out --pdf" in capsys.readouterr().err
    copy = 'for a in "$@"; do case "$a" in --print-to-pdf=*) echo "%PDF-1.4" > "${a#--print-to-pdf=}";; esac; done'
    monkeypatch.setenv(BROWSER, stand_in(tmp_path, copy))
    assert main(asked) == 0
    pdf = tmp_path / "reports" / "synthetic" / "one.pdf"
    assert pdf.read_text() == "%PDF-1.4\n" and f"pdf: {pdf}" in capsys.readouterr().out
