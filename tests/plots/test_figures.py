"""What holds for every figure: the source is said, labels are text, the same frame gives the same bytes."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from matplotlib import pyplot as plt

from comorbid.errors import SpecError
from comorbid.plots import (
    Figure,
    alt_text,
    cooccurrence_heatmap,
    forest_plot,
    profile_plot,
    upset_plot,
)
from comorbid.plots.style import PALETTE, looks
from tests.plots.frames import blanked, pairs, prevalences, sets, tidy
from tests.plots.seen import texts

HOSTILE = '<img src=x onerror="alert(1)">'
PLOTS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "forest": (forest_plot, tidy),
    "heatmap": (cooccurrence_heatmap, pairs),
    "upset": (upset_plot, sets),
    "profile": (profile_plot, prevalences),
}


@pytest.mark.parametrize("kind", PLOTS)
def test_synthetic_data_are_said_to_be_so(kind: str) -> None:
    plot, frame = PLOTS[kind]
    assert "Synthetic data · NHANES 1999-2004" in texts(plot(frame()))
    assert alt_text(frame(), kind).endswith("Synthetic data, NHANES 1999-2004.")


@pytest.mark.parametrize("kind", PLOTS)
def test_the_source_column_alone_is_enough(kind: str) -> None:
    plot, make = PLOTS[kind]
    frame = make()
    frame.attrs = {}
    assert "Synthetic data" in texts(plot(frame))


@pytest.mark.parametrize("kind", PLOTS)
def test_real_data_are_not_said_to_be_synthetic(kind: str) -> None:
    plot, frame = PLOTS[kind]
    seen = texts(plot(frame(synthetic=False)))
    assert "NHANES 1999-2004" in seen
    assert not [text for text in seen if "ynthetic" in text]


@pytest.mark.parametrize("kind", PLOTS)
def test_labels_are_shown_as_they_stand(kind: str) -> None:
    plot, frame = PLOTS[kind]
    hostile = {"migraine": "$\\frac{1}$ & <b>", "low_back_pain": "$\\frac{1}$ & <b> again"}
    seen = " ".join(texts(plot(frame(), labels=hostile)))
    assert "\\frac{1}" in seen
    assert "<b>" in seen


@pytest.mark.parametrize("kind", PLOTS)
def test_the_frame_is_not_changed(kind: str) -> None:
    plot, make = PLOTS[kind]
    frame, untouched = make(), make()
    plot(frame)
    assert frame.equals(untouched)
    assert frame.attrs == untouched.attrs


@pytest.mark.parametrize("kind", PLOTS)
def test_the_same_frame_gives_the_same_bytes(kind: str) -> None:
    plot, frame = PLOTS[kind]
    one, two = (Figure(plot(frame()), "Caption", "Alt") for _ in range(2))
    assert one.png() == two.png()
    assert one.svg() == two.svg()


def test_the_same_bytes_in_another_process() -> None:
    script = (
        "import hashlib; from comorbid.plots import Figure, cooccurrence_heatmap; "
        "from tests.plots.frames import pairs; "
        "figure = Figure(cooccurrence_heatmap(pairs()), 'Caption', 'Alt'); "
        "print(hashlib.sha256(figure.png() + figure.svg()).hexdigest())"
    )
    root = Path(__file__).parents[2]
    digests = {
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=root).stdout
        for _ in range(2)
    }
    assert len(digests) == 1


def test_files_hold_no_date_and_no_version() -> None:
    figure = Figure(forest_plot(tidy()), "Caption", "Alt")
    assert not re.search(rb"20\d\d-\d\d-\d\dT", figure.svg())
    assert b"Matplotlib" not in figure.png()
    assert b"matplotlib.org" not in figure.svg()


class Tags(HTMLParser):
    """Tags with their attributes, and the text outside them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_figure_shows_itself_with_alt_text_and_caption_as_text() -> None:
    figure = Figure(forest_plot(tidy()), HOSTILE, f'"{HOSTILE}"', "first")
    page = Tags(figure._repr_mimebundle_()["text/html"])
    assert [tag for tag, _ in page.tags] == ["figure", "img", "figcaption"]
    assert page.tags[1][1]["alt"] == f'"{HOSTILE}"'
    assert (page.tags[1][1]["src"] or "").startswith("data:image/png;base64,")
    assert HOSTILE in page.text


def test_a_figure_is_taken_from_pyplot_so_that_it_shows_once() -> None:
    ax = forest_plot(tidy())
    assert plt.get_fignums()
    Figure(ax, "Caption", "Alt")
    assert not plt.get_fignums()


def test_a_figure_needs_its_estimates_in_words() -> None:
    with pytest.raises(SpecError, match="no alt text"):
        Figure(forest_plot(tidy()), "Caption", " ")


def test_numbers_behind_a_figure_come_as_csv() -> None:
    assert Figure(forest_plot(tidy()), "Caption", "Alt").csv() is None
    lines = (Figure(forest_plot(tidy()), "Caption", "Alt", frame=tidy()).csv() or "").splitlines()
    assert lines[0].startswith("outcome,exposure,model")
    assert len(lines) == 9


def test_alt_text_states_the_estimates() -> None:
    forest = alt_text(tidy())
    assert "Low back pain, past 3 months, Yes: Crude 3.06 (2.77 to 3.38), Adjusted 2.87 (2.60 to 3.17)" in forest
    assert "reference" not in forest
    assert "1.20 (1.09 to 1.32)" in alt_text(pairs(), "heatmap")
    assert "none of them 40.0%" in alt_text(sets(), "upset")
    assert "Women: 21.5% (19.5 to 23.7) at 20-39 to 21.5% (19.5 to 23.7) at 60+" in alt_text(prevalences(), "profile")


def test_alt_text_orders_pairs_and_counts_what_it_leaves_out() -> None:
    said = alt_text(pairs(), "heatmap", measure="odds_ratio")
    assert said.index("7.00 (") < said.index("6.00 (") < said.index("2.00 (")
    assert "60 more in the table." in alt_text(pairs(12), "heatmap", most=6)


def test_alt_text_says_what_is_missing() -> None:
    frame = pairs()
    assert "not estimable" in alt_text(blanked(frame, frame["condition_a"] == "neck_pain"), "heatmap")
    assert "too few people" in alt_text(frame.assign(n_both=3), "heatmap")
    with pytest.raises(SpecError, match="kind='pie'"):
        alt_text(frame, "pie")


def test_colour_never_stands_alone() -> None:
    found = looks(20)
    assert len(set(found)) == 20
    assert len({look.marker for look in found[: len(PALETTE)]}) == len(PALETTE)
