"""Result frames that can be shown: small counts hidden, with all that rests on them or would give them away."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from comorbid.columns import arrange
from comorbid.disclosure.counts import (
    ESTIMATES,
    LEFT_OUT,
    SUPPRESSED,
    are_small,
    as_numbers,
    count_columns,
    hidden_before,
    small_losses,
)
from comorbid.disclosure.hiding import Hidden, hidden_estimates
from comorbid.disclosure.rules import CONFIDENTIAL, PUBLIC_USE, Rules, read_rules
from comorbid.errors import few

__all__ = ["guarded", "protect", "withheld"]

EXTREMES = frozenset({"min", "max", "minimum", "maximum"})
"""Columns that hold the value of one person."""
LISTED = re.compile(r" (\d[\d,]*)(?=,|$)")
"""A count in a list of variables with people left out: "missing: age 7, sex 12"."""


def guarded(frame: pd.DataFrame) -> pd.DataFrame:
    """`protect` for what leaves the program: frames that say they are confidential are protected, others stay."""
    return protect(frame) if frame.attrs.get("release") == CONFIDENTIAL else frame


def protect(frame: pd.DataFrame, rules: Rules | None = None, *, keep_uncounted: bool = False) -> pd.DataFrame:
    """A result frame without the numbers that could point at people.

    Hidden are every count under the threshold and every estimate that rests on one (estimate, standard error,
    statistic, p, interval); then as many others as it takes that no hidden count can be told to within the threshold
    when all totals are known (`_numerics.suppression`). A pair is shown only when all four cells of its table reach the
    threshold, since an odds ratio with its interval gives them away; a model only when each level of each of its
    variables, with and without the outcome, does (`n_least`), and has residual degrees of freedom enough. Estimates
    whose counts the frame does not carry are hidden.

    Parameters
    ----------
    frame : DataFrame
        A result frame, whole: rows or columns that were left out can protect nothing.
    rules : Rules, optional
        Those of the frame's cohort (`read_rules`) without it.
    keep_uncounted : bool
        Whether estimates whose counts the frame does not carry stay; for frames made of protected ones.

    Returns
    -------
    DataFrame
        Hidden numbers are missing, and `suppressed` says "[n<10]" in their rows; `attrs["protected"]` is true. A frame
        of a public-use cohort, or one that is protected already, comes back as it is.

    Notes
    -----
    Counts are unweighted, whatever the estimate. Tables of one cohort that add up along other variables than those of
    the frame, and populations that differ by a few people, are another matter: see `analyses.released`.
    Hundepool et al., Statistical Disclosure Control, Wiley 2012, doi:10.1002/9781118348239.
    """
    if frame.attrs.get("release") == PUBLIC_USE or frame.attrs.get("protected"):
        return frame
    rules = rules or read_rules(str(frame.attrs.get("cohort_name", "")))
    rows = frame.reset_index(drop=True)
    rows.attrs = {}
    estimated = any(name in rows for name in ESTIMATES)
    hidden = hidden_estimates(rows, rules, keep_uncounted) if estimated else _plain(rows, rules)
    shown = _applied(rows, hidden, rules)
    any_hidden = SUPPRESSED in shown and bool(shown[SUPPRESSED].ne("").any())
    notes = [str(frame.attrs.get("note") or ""), rules.note if any_hidden or rules.round_to > 1 else "", _way_on(shown)]
    shown = arrange(shown, [name for name in rows.columns if name not in (SUPPRESSED, "note", "source")])
    shown.attrs = {**frame.attrs, "protected": True, "note": " ".join(filter(None, notes))}
    return shown


def _way_on(shown: pd.DataFrame) -> str:
    """What to do where all combinations are hidden: their number doubles with each condition."""
    if "combination" not in shown or "estimate" not in shown or shown["estimate"].notna().any():
        return ""
    return "All combinations are hidden: fewer `conditions` in the codebook would show some; pairs need fewer people."


def withheld(frame: pd.DataFrame, rules: Rules | None = None) -> pd.DataFrame:
    """A result frame without any of its counts and estimates, whatever they rest on."""
    shown = protect(frame, rules)
    mark = (rules or read_rules(str(frame.attrs.get("cohort_name", "")))).mark
    hidden = {
        name: shown[name].mask(shown[name].notna()) for name in (*ESTIMATES, *count_columns(shown)) if name in shown
    }
    found = arrange(shown.assign(**hidden, **{SUPPRESSED: mark}), [name for name in frame.columns if name != "note"])
    found.attrs = shown.attrs
    return found


def _plain(rows: pd.DataFrame, rules: Rules) -> Hidden:
    """What to hide in a frame of counts: those under the threshold, and in a flow those that would tell them."""
    hidden = {}
    for name in count_columns(rows):
        small = are_small(as_numbers(rows[name]), rules)
        hidden[name] = small_losses(rows[name], rules) if name in LEFT_OUT else small
    if {"n", "n_excluded"} <= set(rows):
        # Every step before the last small loss: later numbers plus known losses would give it away.
        small = np.flatnonzero(hidden["n_excluded"])
        hidden["n"][: small.max() if len(small) else 0] = True
    return hidden


def _applied(rows: pd.DataFrame, hidden: Hidden, rules: Rules) -> pd.DataFrame:
    shown, marked = rows.copy(), hidden_before(rows)
    counts = count_columns(rows)
    for name, mask in hidden.items():
        if name != "q_value":
            marked = marked | (mask & rows[name].notna().to_numpy())
        shown[name] = _masked(rows[name], mask, rules.round_to if name in counts else 0)
    for name, least in (("n_least", rules.threshold), ("df_residual", rules.residual_df)):
        if name in shown:  # that it is enough is all that is told
            shown[name] = rows[name].where(rows[name] >= least).clip(upper=least)
    for name in {"presentation", "presentation_reason"} & set(shown):
        shown[name] = shown[name].mask(hidden["estimate"], "")
    for name in {"missing", "reason"} & set(shown):
        shown[name] = [LISTED.sub(lambda found: _few(found, rules), str(text)) for text in shown[name]]
    for name in EXTREMES & set(shown):
        shown[name] = np.nan
    return shown.assign(**{SUPPRESSED: np.where(marked, rules.mark, "")}) if hidden else shown


def _few(found: re.Match[str], rules: Rules) -> str:
    return f" {few(int(found[1].replace(',', '')), rules.threshold)}"


def _masked(column: pd.Series, mask: np.ndarray, base: int) -> pd.Series:
    """A column without its hidden values; counts stay whole numbers, rounded to `base` when it is above 1."""
    if not base:
        return column.mask(mask)
    counts = pd.to_numeric(column).astype("Int64")
    return (((counts + base // 2) // base) * base if base > 1 else counts).mask(mask)
