"""Result frames that can be shown: small counts hidden, with all that rests on them or would give them away."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from comorbid._numerics.suppression import complementary
from comorbid.columns import arrange
from comorbid.columns.references import grouping_columns
from comorbid.disclosure.families import Family, families, with_partners
from comorbid.disclosure.rules import CONFIDENTIAL, PUBLIC_USE, Rules, read_rules
from comorbid.errors import few

__all__ = ["COUNTS", "ESTIMATES", "SUPPRESSED", "count_columns", "guarded", "protect", "withheld"]

SUPPRESSED = "suppressed"
ESTIMATES = (
    "estimate", "std_error", "statistic", "p_value", "q_value", "conf_low", "conf_high", "e_value", "e_value_limit",
    "log_likelihood", "design_effect",
)  # fmt: skip
COUNTS = ("n", "events", "n_a", "n_b", "n_both", "n_least")
NOT_PEOPLE = frozenset({"n_psu", "n_strata", "n_parameters", "n_units", "n_studies", "n_replicates"})
DESCRIBED = frozenset({"prevalence", "share", "mean"})
"""Measures that rest on `n` and `events` alone, where nothing is modelled."""
EXTREMES = frozenset({"min", "max", "minimum", "maximum"})
"""Columns that hold the value of one person."""
LISTED = re.compile(r" (\d[\d,]*)(?=,|$)")
"""A count in a list of variables with people left out: "missing: age 7, sex 12"."""
AT_LEAST = re.compile(r"^at_least_(\d+)$")
"""An outcome of `prevalence_of_at_least`, whose rows hold one another's people."""
LEFT_OUT = ("n_excluded", "n_missing")
"""Counts of people who are not studied: nobody is no secret."""


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
    hidden = _estimates(rows, rules, keep_uncounted) if estimated else _plain(rows, rules)
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


def count_columns(frame: pd.DataFrame) -> list[str]:
    """Columns that hold numbers of people."""
    return [str(name) for name in frame.columns if is_count(str(name))]


def is_count(name: str) -> bool:
    """Whether a column of this name holds numbers of people."""
    return (name in COUNTS or name.startswith("n_")) and name not in NOT_PEOPLE


def _small(counts: np.ndarray, rules: Rules) -> np.ndarray:
    """Counts under the threshold; where there is no row (-1) nothing is small."""
    return (counts < rules.threshold) & (counts >= (0 if rules.hide_zeros else 1))


Hidden = dict[str, np.ndarray]
"""Rows to hide, by column."""


def _estimates(rows: pd.DataFrame, rules: Rules, keep_uncounted: bool) -> Hidden:
    """What to hide in a frame of estimates: estimates, counts, and the number of people where it is small itself."""
    none = np.zeros(len(rows), dtype=bool)
    hidden = _Hidden(_without_counts(rows) | _steps(rows, rules), none.copy(), {"n_a": none.copy(), "n_b": none.copy()})
    tables = list(families(rows))
    before = -1
    while hidden.size > before:
        before = hidden.size
        for family in tables:
            _hide_family(family, rules, hidden)
    unsupported = none if keep_uncounted else _unsupported(rows, rules)
    estimates = with_partners(rows, hidden.cells | _already(rows) | unsupported)
    found: Hidden = dict.fromkeys((name for name in ESTIMATES if name in rows), estimates)
    few_people = {name: unsupported & _small(_numbers(rows[name]), rules) for name in count_columns(rows)}
    found |= {name: few | hidden.cells for name, few in few_people.items() if name not in ("n", "n_least")}
    margins = {name: mask | _already(rows) for name, mask in hidden.margins.items() if name in rows}
    found |= {name: mask | few_people[name] for name, mask in margins.items()}
    found |= {name: _small_loss(rows[name], rules) for name in LEFT_OUT if name in rows}
    if "n" in rows:
        found["n"] = hidden.people | _small(_numbers(rows["n"]), rules)
    if "q_value" in rows:
        found["q_value"] = _same_adjustment(rows, estimates)
    return found


@dataclass(slots=True)
class _Hidden:
    """Rows whose cells are hidden, those whose number of people is, and of pairs those with a hidden condition."""

    cells: np.ndarray
    people: np.ndarray
    margins: dict[str, np.ndarray]

    @property
    def size(self) -> int:
        return int(self.cells.sum() + self.people.sum() + sum(mask.sum() for mask in self.margins.values()))


def _already(rows: pd.DataFrame) -> np.ndarray:
    """Rows that were hidden before."""
    if SUPPRESSED not in rows:
        return np.zeros(len(rows), dtype=bool)
    return rows[SUPPRESSED].fillna("").ne("").to_numpy(copy=True)  # rows joined from an unprotected frame say nothing


def _without_counts(rows: pd.DataFrame) -> np.ndarray:
    """Rows of which counts were hidden before, and not the estimate alone."""
    names = [name for name in ("n", "events", "n_both") if name in rows]
    return _already(rows) & rows[names].isna().any(axis=1).to_numpy() if names else _already(rows)


def _steps(rows: pd.DataFrame, rules: Rules) -> np.ndarray:
    """Rows of "at least k conditions" that differ by few people from the next one shown, from nobody or from all."""
    hide = np.zeros(len(rows), dtype=bool)
    if not {"outcome", "n", "events"} <= set(rows):
        return hide
    least = rows["outcome"].astype(str).str.extract(AT_LEAST)[0].astype(float)
    steps = rows.assign(least=least)[least.notna() & rows["events"].notna()].sort_values("least", ascending=False)
    by = grouping_columns(rows)
    for _, group in steps.groupby([steps[name].astype(str) for name in by]) if by else [("", steps)]:
        last, lowest = 0, -1
        for position, events in zip(group.index, group["events"].astype(int), strict=True):
            hide[position] = bool(_small(np.array(events - last), rules))
            last, lowest = (last, lowest) if hide[position] else (events, position)
        if lowest >= 0 and _small(np.array(int(group["n"].iloc[0]) - last), rules):
            hide[lowest] = True
    return hide


def _unsupported(rows: pd.DataFrame, rules: Rules) -> np.ndarray:
    """Rows of models and associations whose smallest cell is small, or is not known; rows without any count."""
    none = pd.Series(np.nan, index=rows.index)
    n, both = rows.get("n", none), rows.get("n_both", none)
    described = rows.get("measure", none).isin(DESCRIBED) & rows.get("exposure", none).isna()
    combined = rows.get("combination", none).notna() & rows.get("events", none).notna()
    least = rows.get("n_least", none)
    left = rows.get("df_residual", pd.Series(np.inf, index=rows.index))
    paired = both.notna() & rows.get("n_a", none).notna() & rows.get("n_b", none).notna()
    counted = n.notna() & (paired | described | combined) & ~(least < rules.threshold)
    modelled = n.notna() & (least >= rules.threshold) & (left >= rules.residual_df)
    estimated = rows[[name for name in ESTIMATES if name in rows]].notna().any(axis=1)
    return (estimated & ~counted & ~modelled).to_numpy(dtype=bool)


def _hide_family(family: Family, rules: Rules, hidden: _Hidden) -> None:
    """Mark the rows of a family that must be hidden, and those whose number of people must be."""
    few_people: np.ndarray = complementary(
        family.people, _small(family.people, rules), rules.threshold, absent=family.people < 0
    )
    primary = (_small(family.counts, rules) | few_people) & (family.counts >= 0)
    for i, (position, group, cell) in enumerate(family.rows):
        known = hidden.margins[family.shows[i]] if family.shows else hidden.cells
        primary[(*cell, *group) if family.single else (..., *group)] |= known[position]
    units = None if family.single else _by_group(np.arange(few_people.size).reshape(few_people.shape), family)
    unknown = _unknown(family, few_people, hidden)
    mask = complementary(
        family.counts, primary, rules.threshold, family.moves or None, family.counts < 0, unknown, units
    )
    by_group = np.asarray(mask.any(axis=tuple(range(family.counts.ndim - family.people.ndim))))
    for i, (position, group, cell) in enumerate(family.rows):
        found = bool(mask[(*cell, *group)] if family.single else by_group[group])
        hidden.cells[position] |= found
        hidden.people[position] |= bool(few_people[group])
        if family.shows:
            hidden.margins[family.shows[i]][position] |= found


def _by_group(values: np.ndarray, family: Family) -> np.ndarray:
    """Values of the groups, for each cell of these."""
    return np.broadcast_to(values, family.counts.shape)


def _unknown(family: Family, few_people: np.ndarray, hidden: _Hidden) -> dict[frozenset[int], np.ndarray]:
    """Sums within groups that are hidden: all those of groups of few people; of a pair, those of a hidden condition."""
    cells = family.counts.ndim - few_people.ndim
    groups = range(cells, family.counts.ndim)
    within = [chosen for size in range(cells) for chosen in combinations(range(cells), size)]
    found = {
        frozenset((*chosen, *groups)): np.broadcast_to(few_people, [family.counts.shape[i] for i in (*chosen, *groups)])
        for chosen in within
    }
    for axis, columns in enumerate(family.margins):
        known = few_people.copy()
        for column, (position, group, _) in zip(columns, family.rows, strict=True):
            known[group] |= hidden.margins[column][position]
        found[frozenset((axis, *groups))] = np.broadcast_to(known, (2, *few_people.shape))
    return found


def _same_adjustment(rows: pd.DataFrame, row: np.ndarray) -> np.ndarray:
    """Rows whose q-value was computed together with that of a hidden row: it can equal the hidden p times a number."""
    keys = [name for name in ("measure", *grouping_columns(rows)) if name in rows]
    mark = pd.Series(row & rows["p_value"].notna().to_numpy() if "p_value" in rows else row, index=rows.index)
    return mark.groupby([rows[name].map(str) for name in keys]).transform("any").to_numpy() | row


def _plain(rows: pd.DataFrame, rules: Rules) -> Hidden:
    """What to hide in a frame of counts: those under the threshold, and in a flow those that would tell them."""
    hidden = {}
    for name in count_columns(rows):
        small = _small(_numbers(rows[name]), rules)
        hidden[name] = _small_loss(rows[name], rules) if name in LEFT_OUT else small
    if {"n", "n_excluded"} <= set(rows):
        # Every step before the last small loss: later numbers plus known losses would give it away.
        small = np.flatnonzero(hidden["n_excluded"])
        hidden["n"][: small.max() if len(small) else 0] = True
    return hidden


def _small_loss(column: pd.Series, rules: Rules) -> np.ndarray:
    """Where some, but few, people are left out."""
    counts = _numbers(column)
    return (counts > 0) & (counts < rules.threshold)


def _numbers(column: pd.Series) -> np.ndarray:
    return pd.to_numeric(column).astype(float).fillna(np.inf).to_numpy()


def _applied(rows: pd.DataFrame, hidden: Hidden, rules: Rules) -> pd.DataFrame:
    shown, marked = rows.copy(), _already(rows)
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
