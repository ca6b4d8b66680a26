"""Markup from data shows as text; nothing that runs or loads from elsewhere gets through."""

from __future__ import annotations

import pytest

from comorbid.analyses.clean import clean


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<img src='https://example.org/a.png' alt='a'>",
        "<img src='data:image/svg+xml;base64,AAAA' alt='a'>",
        "<a href='javascript:alert(1)'>a</a>",
        "<a href=' java\tscript:alert(1)'>a</a>",
        "<a href='&#106;avascript:alert(1)'>a</a>",
        "<a href='data:text/html,<script>alert(1)</script>'>a</a>",
        "<a href='&#100;ata:text/html;base64,AAAA'>a</a>",
        "<a href='//example.org'>a</a>",
        "<iframe src='https://example.org'></iframe>",
        "<svg onload=alert(1)></svg>",
        "<p style='background:url(https://example.org)'>a</p>",
        "<style>body { background: url(https://example.org) }</style>",
        "<link rel=stylesheet href='https://example.org/a.css'>",
        "<form action='https://example.org'><button>a</button></form>",
        "<details open ontoggle=alert(1)>a</details>",
        "<meta http-equiv=refresh content='0;url=https://example.org'>",
    ],
)
def test_nothing_that_acts_gets_through(html: str) -> None:
    from bs4 import BeautifulSoup

    for tag in BeautifulSoup(clean(html), "html.parser").find_all(True):
        assert tag.name not in {"script", "iframe", "svg", "style", "link", "form", "meta"}
        assert not {"onerror", "onload", "ontoggle", "style", "src", "href"} & set(tag.attrs)


@pytest.mark.parametrize(
    "html",
    [
        '<figure class="f" id="figure-1"><img src="data:image/png;base64,iVBORw0KGgo=" alt="Six odds ratios"></figure>',
        '<a href="tables/pairs.csv" download="">CSV</a>',
        '<a href="https://doi.org/10.1000/x">doi</a>',
        '<a href="#table-1">Table 1</a>',
        '<div role="region" aria-labelledby="t" tabindex="0">a</div>',
        '<table><tbody><tr><th scope="row">a</th><td colspan="2">b</td></tr></tbody></table>',
        "<p>&lt;script&gt; is text</p>",
    ],
)
def test_what_a_report_is_made_of_stays(html: str) -> None:
    assert clean(html) == html
