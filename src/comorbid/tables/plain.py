"""Any frame as strings: the step before HTML, Markdown and terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from comorbid.columns import words
from comorbid.columns.words import sentence_case
from comorbid.disclosure import guarded
from comorbid.tables.estimates import format_estimates


def readable(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame of strings: tidy estimates formatted, other frames with their numbers written out.

    Frames that hold strings alone, as `format_estimates` returns them, come back as they are. Whole numbers
    get thousands separators, others three significant digits, with as many decimals all along a column, missing values
    nothing. Columns of texts that are all empty are left out.

    Parameters
    ----------
    frame : DataFrame
        Tidy estimates, or any other table for readers: a flow, a Table 1, a comparison.

    Returns
    -------
    DataFrame
        Of strings, with `attrs["numeric"]`, the columns to align right.
    """
    if "numeric" in frame.attrs and not any(_is_number(frame[name]) for name in frame.columns):
        return frame
    if {"measure", "estimate", "conf_low", "conf_high"} <= set(frame.columns):
        return format_estimates(frame)
    frame = guarded(frame)
    marks = frame.get("suppressed", pd.Series("", index=frame.index)).tolist()
    shown = _named(frame.drop(columns=["source", "suppressed", "n_least", "df_residual"], errors="ignore"))
    numeric = [str(name) for name in shown.columns if _is_number(shown[name])]
    texts = {str(name): _texts(shown[name], marks if str(name) in numeric else []) for name in shown.columns}
    texts = {name: cells for name, cells in texts.items() if name in numeric or any(cells) or not cells}
    whole = pd.DataFrame(texts, index=shown.index, dtype=object)
    whole.attrs = {**frame.attrs, "numeric": numeric, "synthetic": words.is_synthetic(frame)}
    return whole


HEADERS = {
    "condition": "Condition",
    "condition_a": "Condition A",
    "condition_b": "Condition B",
    "items": "Survey items and body sites",
    "label": "Label",
    "n": "People",
    "n_excluded": "Left out",
    "n_missing": "Without a value",
    "note": "Note",
    "question": "Question",
    "reason": "Reason",
    "recall": "Recall period",
    "shared": "Shared",
    "step": "Step",
    "variable": "Variable",
}
NAMES_OF_VARIABLES = ("condition", "condition_a", "condition_b")


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """Column names and names of conditions in words; a frame of a user's own, without labels, stays as it is."""
    labels = frame.attrs.get("labels")
    if labels is None:
        return frame
    told = {name: [labels.get(value, value) for value in frame[name]] for name in NAMES_OF_VARIABLES if name in frame}
    frame = _flow_in_words(frame, labels) if {"step", "reason", "n", "n_excluded"} <= set(frame.columns) else frame
    named = frame.assign(**told).rename(columns={name: HEADERS.get(str(name), name) for name in frame.columns})
    named.attrs = dict(frame.attrs)
    return named


def _flow_in_words(frame: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """A flow as readers know it: who was left out, in place of the condition that was typed, which the CSV keeps."""
    words = [_step(*row, labels) for row in zip(frame["step"], frame["reason"], frame["n_excluded"], strict=True)]
    flow = frame.drop(columns=["step", "reason", "n_excluded"])
    flow.insert(0, "step", words)
    flow.insert(1, "n_excluded", frame["n_excluded"])
    flow.attrs = dict(frame.attrs)
    return flow


def _step(step: str, reason: str, n_excluded: float, labels: Mapping[str, str]) -> str:
    if not reason:
        return sentence_case(step)
    kind, missing, variables = reason.partition("missing: ")
    if missing and not kind:
        counts = [part.rpartition(" ")[::2] for part in variables.split(", ")]
        reason = "missing " + "; ".join(f"{labels.get(name, name)} ({count})" for name, count in counts)
    return f"{'Nobody left out' if not pd.isna(n_excluded) and n_excluded == 0 else 'Left out'}: {reason}"


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _texts(column: pd.Series, marks: list[str]) -> list[str]:
    """Values as text, the numbers of a column with the same decimals; a hidden number shows its row's mark."""
    texts = _aligned(column, [_text(value) for value in column])
    return [text or mark for text, mark in zip(texts, marks, strict=True)] if marks else texts


def _aligned(column: pd.Series, texts: list[str]) -> list[str]:
    """Numbers below 100 with as many decimals as the one of them that has most; larger ones would gain false digits."""
    if (
        not _is_number(column)
        or column.isna().all()
        or any("e" in text for text in texts)
        or (column.abs() >= 100).any()
    ):
        return texts
    decimals = max((len(text.partition(".")[2]) for text in texts), default=0)
    return [f"{float(value):,.{decimals}f}" if text else "" for value, text in zip(column, texts, strict=True)]


def _text(value: Any) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) or not hasattr(value, "__float__"):
        return str(value)
    figure = float(value)
    if figure.is_integer():
        return f"{figure:,.0f}"
    return f"{figure:,.1f}" if abs(figure) >= 100 else f"{figure:.3g}"


def notes(frame: pd.DataFrame, source_note: str | None = None) -> list[str]:
    """What stands under a table: whose people its numbers come from, the frame's own note, and `source_note`."""
    people = words.source_line(frame) if words.origins_of(frame) == ("people",) else ""
    own = [people, str(frame.attrs.get("note") or ""), source_note or ""]
    return list(dict.fromkeys(text for text in own if text))
