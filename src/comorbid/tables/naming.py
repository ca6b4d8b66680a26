"""What the rows of a table are: the columns that name them, in words, and what is the same in all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from comorbid.columns import words
from comorbid.columns.references import grouping_columns
from comorbid.columns.words import Words, value_text

HEADERS = {
    "study": "Study",
    "outcome": "Outcome",
    "exposure": "Exposure",
    "condition_a": "Condition A",
    "condition_b": "Condition B",
    "combination": "Combination",
    "model": "Model",
    "term": "Variable",
    "level": "Level",
    "measure": "Measure",
    "p_value": "p",
    "q_value": "q",
    "n": "n",
    "events": "Events",
    "n_a": "n (A)",
    "n_b": "n (B)",
    "n_both": "n (both)",
}
TESTS = ("p_value", "q_value")
IMPRECISE = "[imprecise]"
IMPRECISE_NOTE = (
    "[imprecise]: too uncertain to be shown by the NCHS standards for proportions (Vital Health Stat 2017;2(175))."
)
COUNTS = ("n", "events", "n_a", "n_b", "n_both")
COUNT_HEADERS = tuple(HEADERS[name] for name in COUNTS)


def identity(rows: pd.DataFrame, label: Words) -> pd.DataFrame:
    """The columns that say what a row is, in words."""
    shown = {}
    for name in _identity_columns(rows):
        values = rows[name].tolist()
        if name == "level":
            texts = [label.level(*pair) for pair in zip(rows["term"], values, strict=True)]
        else:
            texts = [value_text(name, value, label) for value in values]
        shown[HEADERS.get(name) or label.name(name)] = texts
    return pd.DataFrame(shown, index=rows.index, dtype=object)


def _identity_columns(rows: pd.DataFrame) -> list[str]:
    fixed = ["outcome", "exposure", "condition_a", "condition_b", "combination", "model", "term", "level"]
    leading = ["study", *(name for name in grouping_columns(rows) if name != "study")]
    names = [name for name in (*leading, *fixed) if name in rows.columns and rows[name].notna().any()]
    if rows["measure"].unique().size > 1:
        names.append("measure")
    return [name for name in names if name != "level" or "term" in rows.columns]


def figure_columns(rows: pd.DataFrame) -> dict[str, list[str]]:
    """Tests and counts as strings, by header; columns without any value are left out."""
    makers: dict[str, Callable[[float], str]] = dict.fromkeys(TESTS, words.p_value)
    makers |= dict.fromkeys(COUNTS, words.count)
    present = [name for name in makers if name in rows.columns and rows[name].notna().any()]
    marks = [hidden(row) for row in rows.to_dict("records")]
    return {
        HEADERS[name]: [
            mark if name in COUNTS and pd.isna(value) else makers[name](value)
            for value, mark in zip(rows[name], marks, strict=True)
        ]
        for name in present
    }


def hidden(row: Mapping[Any, Any]) -> str:
    """The mark of what disclosure control hid in a row; empty where it hid nothing."""
    mark = row.get("suppressed")
    return "" if mark is None or pd.isna(mark) or row.get("is_reference") else str(mark)


def marks_note(rows: pd.DataFrame, frame: pd.DataFrame) -> str:
    """The frame's own note, which explains what was hidden, and what "imprecise" means where it is said."""
    imprecise = "presentation" in rows and rows["presentation"].eq("suppress").any()
    own = str(frame.attrs.get("note") or "")
    return " ".join(part for part in (own, IMPRECISE_NOTE if imprecise else "") if part)


def remarks(rows: pd.DataFrame) -> list[str]:
    """What to know before reading a row: a proportion that NCHS would review or suppress, and the row's own note."""
    texts = []
    for record in rows.to_dict("records"):
        verdict, reason = (str(record.get(name) or "") for name in ("presentation", "presentation_reason"))
        advice = f"NCHS standard: {verdict} ({reason})" if verdict in ("review", "suppress") else ""
        note = record.get("note")
        texts.append("; ".join(text for text in (advice, "" if pd.isna(note) else str(note)) if text))
    return texts


def fold(
    identity: pd.DataFrame, figures: dict[str, list[str]], kept: str
) -> tuple[pd.DataFrame, dict[str, list[str]], list[str]]:
    """Columns without those that say the same in every row, and what these say; `kept` stays a column."""
    same = [name for name in identity.columns if name != kept and identity[name].unique().size == 1]
    same = same if len(same) < identity.shape[1] else same[:-1]
    said = {name: identity[name].iloc[0] for name in same}
    if said.get(HEADERS["term"]) == said.get(HEADERS["exposure"]):
        said.pop(HEADERS["term"], None)
    context = [f"{name}: {value}" for name, value in said.items()]
    for name in [HEADERS[count] for count in COUNTS if HEADERS[count] in figures]:
        values = {text for text in figures[name] if text}
        if len(values) == 1:
            context.append(f"{name}: {values.pop()}")
            figures = {other: texts for other, texts in figures.items() if other != name}
    return identity.drop(columns=same), figures, context
