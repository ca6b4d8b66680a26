"""Rows for the levels that a model compares with, so that readers see what 1 stands for.

This file stands in tables and in plots alike, as `words` does.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd

from comorbid.columns import GLOSSARY, null_value

INTERCEPTS = frozenset({"(Intercept)", "Intercept", "intercept", "const"})
CONTEXT = ("outcome", "exposure", "model", "term", "measure", "reference")
BLANK = ("std_error", "statistic", "p_value", "q_value", "conf_low", "conf_high", "n", "events")

Record = dict[Hashable, Any]


def drop_intercept(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame without the rows of an intercept, which is not a comparison."""
    return frame[~frame["term"].isin(INTERCEPTS)] if "term" in frame.columns else frame


def grouping_columns(frame: pd.DataFrame) -> list[str]:
    """Columns that say which subgroup a row belongs to: text outside the glossary, such as `sex` or `cohort`."""
    known = {*GLOSSARY, "study", "type", "is_reference"}
    return [str(name) for name in frame.columns if name not in known and _is_text(frame[name])]


def _is_text(column: pd.Series) -> bool:
    return not (pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column))


def with_references(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with a row for the reference level before the other levels of each variable, and `is_reference`.

    The estimate of such a row is the null value of its measure (1 for a ratio, 0 otherwise); it has no
    interval, test or count. Rows of one variable of one model are brought together. Frames without `term`,
    `level` and `reference` come back with `is_reference` alone.

    Parameters
    ----------
    frame : DataFrame
        Tidy estimates, one row a coefficient.

    Returns
    -------
    DataFrame
        With one boolean column more, `is_reference`, and a new index.
    """
    if frame.empty or not {"term", "level", "reference", "measure"} <= set(frame.columns):
        return frame.assign(is_reference=False).reset_index(drop=True)
    same = frame["level"].notna() & (frame["level"].astype(object) == frame["reference"].astype(object))
    records = frame.assign(is_reference=same.to_numpy()).to_dict("records")
    context = [*grouping_columns(frame), *(name for name in CONTEXT if name in frame.columns)]
    blocks: dict[tuple[str, ...], list[Record]] = {}
    for record in records:
        blocks.setdefault(tuple(str(record[name]) for name in context), []).append(record)
    rows = [row for block in blocks.values() for row in _with_reference(block)]
    whole = pd.DataFrame(rows, columns=[*frame.columns, "is_reference"])
    whole.attrs = dict(frame.attrs)
    return whole


def _with_reference(block: list[Record]) -> list[Record]:
    first = block[0]
    has_one = any(row["is_reference"] for row in block)
    if has_one or pd.isna(first["reference"]) or pd.isna(first["level"]):
        return block
    row = first | {name: float("nan") for name in BLANK if name in first}
    row |= {"level": first["reference"], "estimate": null_value(str(first["measure"])), "is_reference": True}
    return [row, *block]
