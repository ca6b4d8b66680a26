"""Prevalence and odds ratios of every condition under every definition that the codebook has."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from comorbid.cohort import Cohort
from comorbid.columns import arrange
from comorbid.disclosure import CONFIDENTIAL, SUPPRESSED, read_rules
from comorbid.measures.arguments import check_conf_level, chosen_conditions
from comorbid.measures.cooccurrence import cooccurrence
from comorbid.measures.overlap import common_items
from comorbid.measures.prevalence import prevalence

KEPT = ["measure", "estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high", "n", "n_both"]
COUNTED = ["events", "n_a", "n_b"]
"""Further counts that disclosure control asks for."""


def every_definition(
    cohort: Cohort, conditions: Sequence[str] | None = None, *, conf_level: float = 0.95
) -> pd.DataFrame:
    """Each condition under each of its definitions: its prevalence, and its odds ratio with each other condition.

    The other condition of a pair keeps the definition in use. What differs from row to row is the definition alone: the
    people, the design and the question are the same.

    Parameters
    ----------
    cohort : Cohort
    conditions : sequence of str, optional
        Two or more conditions of the codebook; all without it.
    conf_level : float
        Between 0 and 1.

    Returns
    -------
    DataFrame
        condition_a (the one whose definition changes), condition_b (missing for a prevalence), definition (its name in
        the codebook, "" where there is one alone), definition_label, in_use, measure ("prevalence" or "odds_ratio"),
        estimate, std_error, statistic, p_value, conf_low, conf_high, n, n_both, shared (items and body sites that both
        definitions use, "" when none); of a confidential cohort also events (people with the condition), n_a and n_b,
        and of definitions by which a few people more or less have a condition, or a pair, the one in use alone.
        Definitions stand in the order of their prevalence, the highest first.

    Raises
    ------
    UnknownNameError, SpecError, EmptyDomainError, DesignError
    """
    names = chosen_conditions(cohort, conditions, least=2)
    check_conf_level(conf_level)
    frames = [_of_condition(cohort, name, names, conf_level) for name in names]
    frame = pd.concat(frames, ignore_index=True)
    frame = _without_few_between(frame, cohort.name) if cohort.release == CONFIDENTIAL else frame
    leading = ["condition_a", "condition_b", "definition", "definition_label", "in_use"]
    return cohort.labelled(arrange(frame, leading), conf_level=conf_level)


def _without_few_between(frame: pd.DataFrame, cohort: str) -> pd.DataFrame:
    """The rows of a confidential cohort without those of definitions that a few people tell from an earlier one."""
    rules = read_rules(cohort)
    gone = np.zeros(len(frame), dtype=bool)
    counts = frame[["n_both", "n_a", "events"]].to_numpy(dtype=float, na_value=np.nan)
    first = frame.sort_values("in_use", ascending=False, kind="stable")
    for _, rows in first.groupby(["condition_a", first["condition_b"].map(str)]):
        kept: list[int] = []
        for row in map(int, rows.index):
            apart = np.abs(counts[kept] - counts[row])
            gone[row] = bool(((apart > 0) & (apart < rules.threshold)).any())
            kept += [] if gone[row] else [row]
    numbers = [name for name in (*KEPT[1:], *COUNTED) if name in frame]
    frame.loc[gone, numbers] = np.nan
    frame[SUPPRESSED] = np.where(gone, rules.mark, frame.get(SUPPRESSED, ""))
    return frame


def _of_condition(cohort: Cohort, name: str, names: Sequence[str], conf_level: float) -> pd.DataFrame:
    variable = cohort.codebook.condition(name)
    frames = [_of_definition(cohort, name, key, names, conf_level) for key in variable.definitions or [""]]
    frames.sort(key=_prevalence, reverse=True)
    return pd.concat(frames, ignore_index=True)


def _prevalence(frame: pd.DataFrame) -> float:
    """Prevalence under a definition; below all others where it is hidden."""
    return float(frame["estimate"].fillna(-1.0).iloc[0])


def _of_definition(cohort: Cohort, name: str, key: str, names: Sequence[str], conf_level: float) -> pd.DataFrame:
    changed = cohort.define(**{name: key}) if key else cohort
    alone = prevalence(changed, [name], conf_level=conf_level)
    frames = [alone.assign(condition_a=name, shared="")]
    for other in names:
        if other != name:
            pair = cooccurrence(changed, [name, other], measures=["odds_ratio"], conf_level=conf_level)
            shared = ", ".join(common_items(changed.codebook, name, other))
            frames.append(pair.assign(condition_a=name, condition_b=other, shared=shared))
    marks = [SUPPRESSED] if any(SUPPRESSED in frame for frame in frames) else []
    counted = COUNTED if cohort.release == CONFIDENTIAL else []
    columns = ["condition_a", "condition_b", *KEPT, *counted, "shared", *marks]
    kept = [frame.reindex(columns=columns).fillna({SUPPRESSED: ""}) for frame in frames]
    found = pd.concat([frame.dropna(axis=1, how="all") for frame in kept], ignore_index=True).reindex(columns=columns)
    variable = changed.codebook.condition(name)
    in_use = key == cohort.codebook.condition(name).definition
    return found.assign(definition=key, definition_label=variable.label, in_use=in_use)
