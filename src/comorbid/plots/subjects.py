"""What the rows of a frame are about, in words: a term and its level, a pair, a study, a condition in a subgroup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from comorbid.columns.references import grouping_columns
from comorbid.columns.words import NAMED, Words, value_text
from comorbid.errors import SpecError

NEEDED = ("measure", "estimate", "conf_low", "conf_high")
DIRECTED = frozenset({"prevalence_ratio", "prevalence_difference", "conditional_prevalence"})
"""Measures of condition_b in people with condition_a, which differ when the two change places."""


def require_rows(frame: pd.DataFrame, needed: Sequence[str], plot: str, advice: str) -> None:
    """Refuse a frame without rows, or without some of the columns that a plot needs.

    Raises
    ------
    SpecError
        Names the plot and the absent columns, then gives `advice`.
    """
    absent = [name for name in needed if name not in frame.columns]
    if absent or frame.empty:
        raise SpecError(f"{plot}: {', '.join(absent) or 'rows'} not found; {advice}")


def one_measure(frame: pd.DataFrame, measure: str | None, plot: str) -> pd.DataFrame:
    """Rows of one measure: the one asked for, or the only one there is.

    Raises
    ------
    SpecError
        When a needed column is absent, the measure is not in the frame, or there are several and none was named.
    """
    absent = [name for name in NEEDED if name not in frame.columns]
    if absent:
        raise SpecError(
            f"{plot} needs the columns {', '.join(NEEDED)}; {', '.join(absent)} not found among "
            f"{', '.join(map(str, frame.columns))}.\n  Give a tidy frame, such as fit.tidy(exponentiate=True)."
        )
    found = [str(name) for name in frame["measure"].unique()]
    if measure is None and len(found) == 1:
        measure = found[0]
    if measure not in found:
        asked = "no measure was named" if measure is None else f"`measure={measure!r}` was asked"
        raise SpecError(
            f"{plot} draws one measure: {asked}; the frame ({len(frame)} rows) holds {', '.join(found) or 'none'}.\n"
            "  Pass measure= with one of these."
        )
    rows = frame[frame["measure"] == measure]
    rows.attrs = dict(frame.attrs)
    return rows


def row_paths(drawn: pd.DataFrame, group: str | None, words: Words) -> list[tuple[str, ...]]:
    """What each row is, from the outermost heading to its own label.

    Subgroups head the terms of a model and the studies of a meta-analysis; a condition, a pair or a combination heads
    its subgroups.
    """
    split = [name for name in grouping_columns(drawn) if name != group and drawn[name].unique().size > 1]
    fixed = ["outcome", "exposure", "model"] if "term" in drawn.columns else []
    heads = [name for name in fixed if name != group and name in drawn.columns and drawn[name].unique().size > 1]
    paths = []
    for record in drawn.to_dict("records"):
        own = _own_label(record, words)
        if "term" in record:
            above = " · ".join(f"{words.name(name)}: {value_text(name, record[name], words)}" for name in split + heads)
            paths.append((above, *own) if above else own)
        else:
            within = " · ".join(text for name in split if (text := value_text(name, record[name], words)))
            path = (within, *own) if "study" in record else (*own, within)
            paths.append(path if within else own)
    return paths


def _own_label(record: Mapping[Any, Any], words: Words) -> tuple[str, ...]:
    if "term" in record:
        level = words.level(record["term"], record["level"]) if "level" in record else ""
        return (words.name(record["term"]), *([level] if level else []))
    if "condition_a" in record:
        return (pair_label(record["condition_a"], record["condition_b"], str(record["measure"]), words),)
    for name in ("study", "combination", *NAMED):
        if name in record:
            return (value_text(name, record[name], words),)
    return ("All",)


def pair_label(first: str, second: str, measure: str, words: Words) -> str:
    """ "Migraine and neck pain", or "Neck pain in people with migraine" where the measure has a direction."""
    a, b = words.name(first), words.name(second)
    return f"{b} in people with {_inner(a)}" if measure in DIRECTED else f"{a} and {_inner(b)}"


def _inner(label: str) -> str:
    """A label inside a sentence: a first capital goes, an abbreviation stays."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label
