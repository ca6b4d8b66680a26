"""Tables as HTML, text and Markdown: structure, escaping, widths, notes."""

from __future__ import annotations

import math
from html.parser import HTMLParser
from io import StringIO

import numpy as np
import pandas as pd
import pytest

from comorbid.tables import Table, format_estimates, to_html, to_markdown, to_text
from comorbid.tables.plain import readable
from tests.plots.frames import pairs, pooled, prevalences, sets, tidy

HOSTILE = "<img src=x onerror=\"alert('1')\">"


class Page(HTMLParser):
    """Tags with attributes, and text by the tag around it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open:
            self.text[self._open[-1]] = self.text.get(self._open[-1], "") + data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_html_has_caption_and_scoped_headers() -> None:
    page = Page(to_html(prevalences(), "Prevalence by age and sex"))
    assert page.text["caption"] == "Prevalence by age and sex"
    assert {attributes["scope"] for attributes in page.all("th")} == {"col", "row", "rowgroup"}
    (region,) = page.all("div")
    assert region["aria-labelledby"] == page.all("caption")[0]["id"]
    assert region["tabindex"] == "0"


def test_numbers_are_marked_for_alignment() -> None:
    page = Page(to_html(prevalences()))
    assert {attributes.get("class") for attributes in page.all("td")} == {None, "num", "note"}
    assert len([1 for attributes in page.all("th") if attributes.get("class") == "num"]) == 3


def test_every_row_fills_the_table() -> None:
    """Cells and spans of each row add up to the number of columns."""
    page, rows, over = Page(to_html(tidy())), [], 0
    for tag, attributes in page.tags:
        if tag == "tr":
            rows.append(1 if over > 0 else 0)
            over -= 1
        elif tag in ("td", "th"):
            span = int(attributes.get("rowspan") or 1)
            over = span - 1 if span > 1 else over
            rows[-1] += int(attributes.get("colspan") or 1)
    assert set(rows) == {5}


@pytest.mark.parametrize("place", ["label", "level", "caption", "note", "csv"])
def test_markup_is_shown_as_text(place: str) -> None:
    frame = prevalences()
    frame.attrs = {**frame.attrs, "levels": {"sex": {"female": HOSTILE}} if place == "level" else {}}
    if place == "label":
        frame.attrs["labels"] = {"migraine": HOSTILE}
    html = to_html(
        frame,
        caption=HOSTILE if place == "caption" else "Caption",
        source_note=HOSTILE if place == "note" else None,
        csv_name=HOSTILE if place == "csv" else None,
    )
    page = Page(html)
    assert "img" not in {tag for tag, _ in page.tags}
    assert not [1 for _, attributes in page.tags if "onerror" in attributes]
    assert place == "csv" or HOSTILE in "".join(page.text.values())


def test_a_link_to_csv_stays_in_the_folder() -> None:
    (link,) = Page(to_html(prevalences(), csv_name="javascript:alert(1)")).all("a")
    assert not (link["href"] or "").startswith("javascript:")
    (link,) = Page(to_html(prevalences(), csv_name="tables/table 1.csv")).all("a")
    assert link["href"] == "tables/table%201.csv"


@pytest.mark.parametrize("make", [to_html, to_text, to_markdown])
def test_synthetic_data_are_said_to_be_so(make) -> None:
    assert "Synthetic data · NHANES 1999-2004" in make(tidy())
    assert "Synthetic data" in make(format_estimates(tidy(), columns="model"))
    assert "ynthetic" not in make(tidy(synthetic=False))


def test_the_source_column_becomes_a_note_in_plain_tables() -> None:
    frame = pd.DataFrame({"step": ["all", "adults"], "people": [31126, 15332], "source": "synthetic data"})
    assert to_text(frame).splitlines() == [
        "step    people", "------  ------", "all     31,126", "adults  15,332", "Synthetic data",
    ]  # fmt: skip


def test_columns_of_empty_texts_are_left_out_and_missing_numbers_are_not() -> None:
    frame = pd.DataFrame({"step": ["all", "adults"], "reason": ["", None], "limit": [math.nan, math.nan]})
    assert to_text(frame).splitlines()[0].split() == ["step", "limit"]


def test_published_numbers_stand_over_no_cohort() -> None:
    frame = pd.DataFrame({"study": ["Yoon 2013"], "people": [2933]})
    frame.attrs = {"synthetic": True, "cohort": "Made up", "numbers": "published"}
    assert "Made up" not in to_text(frame) and "ynthetic" not in to_text(frame)


def test_a_flow_says_who_was_left_out_and_not_what_was_typed() -> None:
    rows = [
        ("on file", "", 31126, 0),
        ("age >= 20", "younger than 20", 15332, 15794),
        ("sex == 'female'", "", 8000, 7332),
        ("complete cases", "missing: migraine 1,012, smoking [n<10]", 6988, 1012),
        ("age <= 90", "older than 90", 6988, 0),
    ]
    flow = pd.DataFrame(rows, columns=["step", "reason", "n", "n_excluded"])
    flow.attrs = {"labels": {"migraine": "Headache, past 3 months"}, "release": "public-use"}
    shown = readable(flow)
    assert list(shown.columns) == ["Step", "Left out", "People"]
    assert shown["Step"].tolist() == [
        "On file",
        "Left out: younger than 20",
        "Sex == 'female'",
        "Left out: missing Headache, past 3 months (1,012); smoking ([n<10])",
        "Nobody left out: older than 90",
    ]
    assert shown["Left out"].tolist() == ["0", "15,794", "7,332", "1,012", "0"]


def test_a_hidden_number_of_people_left_out_is_not_nobody() -> None:
    rows = [("on file", "", None, 0), ("shared gaps", "few people lack the same answers", 10335, None)]
    flow = pd.DataFrame(rows, columns=["step", "reason", "n", "n_excluded"]).astype(
        {"n": "Int64", "n_excluded": "Int64"}
    )
    flow.attrs = {"labels": {}, "release": "confidential"}
    assert readable(flow)["Step"].tolist() == ["On file", "Left out: few people lack the same answers"]


def test_plain_tables_write_numbers_out() -> None:
    frame = pd.DataFrame({"share": [0.12345, np.nan, 1234.56], "kept": [True, False, True], "what": ["a", None, "c"]})
    lines = to_text(frame).splitlines()[2:]
    assert [line.split() for line in lines] == [["0.123", "yes", "a"], ["no"], ["1,234.6", "yes", "c"]]


def test_numbers_of_a_column_have_the_same_decimals() -> None:
    frame = pd.DataFrame(
        {"e": [3.0, 2.37, None], "n": [3, 40, 2], "wide": [716.3, 28.94, 5.0], "tiny": [1e-7, 2.0, 3.5]}
    )
    shown = readable(frame)
    assert shown["e"].tolist() == ["3.00", "2.37", ""] and shown["n"].tolist() == ["3", "40", "2"]
    assert shown["wide"].tolist() == ["716.3", "28.9", "5"] and shown["tiny"].tolist() == ["1e-07", "2", "3.5"]


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_text_never_runs_over_its_width(width: int) -> None:
    for frame in (tidy(), prevalences(), pairs(), pairs(12), sets(), pooled()):
        assert max(len(line) for line in to_text(frame, width=width).splitlines()) <= width


def test_text_names_the_columns_it_has_no_room_for() -> None:
    last = to_text(pairs(), width=70).splitlines()[-1]
    assert last.startswith("Not shown for want of room: ")
    assert "Not shown" not in to_text(prevalences())


def test_text_aligns_numbers_right_and_repeats_no_heading() -> None:
    lines = to_text(tidy()).splitlines()
    rows = [line for line in lines if "to" in line.split() or "(reference)" in line]
    assert len({line.index("(95% CI)") + 8 for line in lines if "(95% CI)" in line}) == 1
    assert sum("Crude" in line for line in rows) == 1
    assert sum("Adjusted" in line for line in rows) == 1


def test_text_keeps_control_characters_from_the_terminal() -> None:
    frame = pd.DataFrame({"label": ["a\x1b[2Jb\nc"], "n": [1]})
    text = to_text(frame)
    assert "\x1b" not in text
    assert len(text.splitlines()) == 3


def test_markdown_is_a_pipe_table_with_markup_as_text() -> None:
    lines = to_markdown(pd.DataFrame({"a|b": [HOSTILE, "*x*"], "n": [1000, 2]})).splitlines()
    assert lines[1] == "| --- | ---: |"
    assert lines[0] == "| a\\|b | n |"
    assert lines[3] == "| \\*x\\* | 2 |"
    assert "<img" not in lines[2]


def test_a_table_shows_itself_and_keeps_its_numbers_exact() -> None:
    frame = tidy()
    table = Table(frame, "Crude and adjusted", shown=format_estimates(frame, columns="model"), csv_name="t.csv")
    bundle = table._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert table.name == "crude-and-adjusted"
    assert 'id="crude-and-adjusted"' in bundle["text/html"]
    assert "Adjusted, odds" in bundle["text/plain"]
    written = pd.read_csv(StringIO(table.csv()), dtype=str)
    assert [float(text) for text in written["estimate"]] == frame["estimate"].tolist()
    assert [float(text) for text in written["conf_low"]] == frame["conf_low"].tolist()


def test_an_empty_table_prints_its_headers() -> None:
    empty = pd.DataFrame({"step": pd.Series(dtype=object), "people": pd.Series(dtype=int)})
    assert to_text(empty).splitlines()[0].split() == ["step", "people"]
    assert "<tbody>" in to_html(empty)


def test_names_in_the_first_column_are_not_broken_and_other_words_break_at_hyphens() -> None:
    names = ["headache_lbp_population", "cchs-mental-health-2012"]
    text = to_text(pd.DataFrame({"name": names, "what": ["a-word-of-many-parts here"] * 2}), width=36)
    assert all(name in text for name in names) and max(map(len, text.splitlines())) <= 36
    assert "a-word-of-" in text
