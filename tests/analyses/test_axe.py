"""Every page read by axe-core in a real browser, at the width of a desk and of a telephone, light and dark.

Needs a browser of the Chromium family and `axe.min.js` of the npm package axe-core, named by COMORBID_AXE.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from comorbid.analyses.pdf import NAMES
from comorbid.analyses.runner import run_study
from comorbid.analyses.study import load_study

BROWSER = next(filter(None, map(shutil.which, NAMES)), None)
AXE = os.environ.get("COMORBID_AXE", "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None or not AXE, reason="needs Chromium and COMORBID_AXE, the path of axe.min.js"),
]

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--virtual-time-budget=60000", "--dump-dom",
)  # fmt: skip
SCHEMES = {"dark": "--blink-settings=preferredColorScheme=0", "light": "--blink-settings=preferredColorScheme=1"}
RUN = """
axe.run(document).then(found => { parent.document.title = JSON.stringify(found.violations.map(
  v => v.id + ': ' + v.nodes.map(node => node.html.slice(0, 120)).slice(0, 3).join(' | '))); });
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Path]]:
    """Every page of the study on the synthetic cohort: reports and indexes."""
    out = tmp_path_factory.mktemp("axe")
    outcomes = run_study(load_study(), out=out)
    assert {outcome.status for outcome in outcomes} <= {"done", "skipped"}
    yield sorted(out.rglob("index.html"))


def framed(page: str, width: int) -> str:
    """The page in a frame of the width asked for, with axe-core at its end; its own policy would forbid the script."""
    page = re.sub(r"<meta[^>]*Content-Security-Policy[^>]*>", "", page)
    script = Path(AXE).read_text(encoding="utf-8").replace("</script", "<\\/script")
    whole = page.replace("</body>", f"<script>{script}</script><script>{RUN}</script></body>")
    frame = (
        f'<iframe title="page" style="width:{width}px;height:900px;border:0" srcdoc="{html.escape(whole)}"></iframe>'
    )
    return f'<!DOCTYPE html><html lang="en"><head><title>not run</title></head><body>{frame}</body></html>'


def violations(page: Path, width: int, scratch: Path, scheme: str = "light") -> list[str]:
    wrapped = scratch / "page.html"
    wrapped.write_text(framed(page.read_text(encoding="utf-8"), width), encoding="utf-8")
    profile = scratch / "profile"
    own = (SCHEMES[scheme], f"--user-data-dir={profile}", "--window-size=1400,1000")
    command = [str(BROWSER), *FLAGS, *own, wrapped.as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=180, check=True).stdout
    title = re.search(r"<title>(.*?)</title>", shown, re.DOTALL)
    assert title and title[1] != "not run", "axe-core did not run"
    return list(json.loads(html.unescape(title[1])))


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [1280, 400])
def test_no_page_has_a_violation(pages: list[Path], width: int, scheme: str, tmp_path: Path) -> None:
    found = {f"{page.parent.name} {width} {scheme}": violations(page, width, tmp_path, scheme) for page in pages}
    assert {page: said for page, said in found.items() if said} == {}


def test_the_scheme_asked_for_is_the_one_that_is_read(tmp_path: Path) -> None:
    """Grey on white is too pale to read; the page turns it to white on black in the dark."""
    page = tmp_path / "pale.html"
    style = "p{color:#aaa;background:#fff}@media(prefers-color-scheme:dark){p{color:#fff;background:#000}}"
    page.write_text(
        f'<!DOCTYPE html><html lang="en"><head><title>x</title><style>{style}</style></head>'
        "<body><main><h1>x</h1><p>pale</p></main></body></html>"
    )
    assert [said.split(":")[0] for said in violations(page, 400, tmp_path, "light")] == ["color-contrast"]
    assert violations(page, 400, tmp_path, "dark") == []


def test_a_violation_is_found(tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    page.write_text('<!DOCTYPE html><html><head><title>x</title></head><body><img src="a.png"></body></html>')
    assert {said.split(":")[0] for said in violations(page, 400, tmp_path)} >= {"image-alt", "html-has-lang"}
