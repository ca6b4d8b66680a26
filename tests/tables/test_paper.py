"""Tables for a manuscript: the same cells in every form, and labels that are text whatever they hold."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import docx
import pandas as pd
import pytest

from comorbid.errors import ComorbidError
from comorbid.tables import save_table, to_latex
from comorbid.tables.plain import readable

HOSTILE = r"50% & more_ \input{/etc/passwd} $x^2$ #1 ~ <b>"


@pytest.fixture
def estimates() -> pd.DataFrame:
    rows = {"outcome": "migraine", "exposure": "", "term": ["a", "a", "b"], "level": ["1", "2", HOSTILE]}
    numbers = {"measure": "odds_ratio", "estimate": [1.5, 2.0, 0.5], "conf_low": [1.2, 1.5, 0.4]}
    frame = pd.DataFrame({**rows, **numbers, "conf_high": [1.9, 2.7, 0.6], "p_value": [0.01, 0.2, 1e-9]})
    frame.attrs = {"synthetic": True, "source": "Toy"}
    return frame


def test_latex_has_every_cell_and_no_command_of_a_label(estimates: pd.DataFrame) -> None:
    text = to_latex(estimates, "Odds_ratios", "A note & more")
    shown = readable(estimates)
    assert text.count(r" \\") == len(shown) + 1
    assert r"\& more" in text and r"\textbackslash{}input\{/etc/passwd\} \$x\textasciicircum{}2\$ \#1" in text
    assert r"\caption{Odds\_ratios" in text and r"A note \& more" in text
    known = {"begin", "end", "centering", "caption", "toprule", "midrule", "bottomrule", "par", "footnotesize"}
    escapes = {"textbackslash", "textasciitilde", "textasciicircum", "textless", "textgreater"}
    assert set(re.findall(r"\\([a-z]+)", text)) <= known | escapes
    assert [line.count("&") - line.count(r"\&") for line in text.splitlines() if line.endswith(r"\\")] == [
        len(shown.columns) - 1
    ] * (len(shown) + 1)


def test_word_has_every_cell_caption_and_notes(estimates: pd.DataFrame, tmp_path: Path) -> None:
    path = save_table(estimates, tmp_path / "table.docx", caption="Odds ratios", source_note="A note")
    document, shown = docx.Document(str(path)), readable(estimates)
    (table,) = document.tables
    cells = [[cell.text for cell in row.cells] for row in table.rows]
    assert cells[0] == list(shown.columns)
    assert [row[1:] for row in cells[1:]] == [list(map(str, row))[1:] for row in shown.itertuples(index=False)]
    paragraphs = [paragraph.text for paragraph in document.paragraphs]
    assert paragraphs[0].startswith("Odds ratios") and paragraphs[-1] == "A note"
    assert any("Synthetic data" in text for text in paragraphs)


def test_a_run_of_the_same_value_is_said_once(estimates: pd.DataFrame, tmp_path: Path) -> None:
    (table,) = docx.Document(str(save_table(estimates, tmp_path / "table.docx"))).tables
    first = [row.cells[0].text for row in table.rows][1:]
    assert first[0] and not first[1] and first[2]


def test_csv_keeps_the_numbers_and_the_other_forms_say_the_same(estimates: pd.DataFrame, tmp_path: Path) -> None:
    assert pd.read_csv(save_table(estimates, tmp_path / "t.csv"))["estimate"].tolist() == [1.5, 2.0, 0.5]
    for ending in (".md", ".html", ".tex"):
        text = save_table(estimates, tmp_path / f"t{ending}", caption="A caption").read_text(encoding="utf-8")
        assert "1.50 (1.20 to 1.90)" in text and "A caption" in text and "Synthetic data" in text


def test_mistakes_are_told(estimates: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ComorbidError, match=r"cannot be saved as '\.xlsx': \.docx, \.tex"):
        save_table(estimates, tmp_path / "t.xlsx")
    with pytest.raises(ComorbidError, match="could not be written: No such file"):
        save_table(estimates, tmp_path / "nowhere" / "t.tex")
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(ComorbidError, match=r"pip install comorbid\[word\]"):
        save_table(estimates, tmp_path / "t.docx")
