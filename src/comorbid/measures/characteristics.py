"""Who the people are: shares of levels and means, by how many of the conditions they have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from comorbid._numerics.intervals import critical_value, logit_interval
from comorbid._numerics.linearise import variances
from comorbid.cells import Cells, collapse_cohort
from comorbid.cohort import Cohort
from comorbid.columns import arrange
from comorbid.disclosure import CONFIDENTIAL, read_rules
from comorbid.errors import SpecError
from comorbid.measures.arguments import check_conf_level, chosen_conditions

NUMBER = "number_of_conditions"
ALL = "all"


def characteristics(
    cohort: Cohort,
    variables: Sequence[str],
    conditions: Sequence[str] | None = None,
    *,
    most: int = 3,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Weighted shares of levels and means of continuous variables, overall and by number of conditions.

    Parameters
    ----------
    cohort : Cohort
    variables : sequence of str
        Variables of the codebook; a categorical one has a row a level.
    conditions : sequence of str, optional
        Conditions that are counted; all of the cohort's without it.
    most : int
        People with this many conditions or more form the last group.
    conf_level : float

    Returns
    -------
    DataFrame
        number_of_conditions ("all", "0", "1", ..., "3+"), term (variable), level, measure ("share" of the group, or
        "mean"), estimate, std_error, conf_low, conf_high, n (people of the group with a value), events (of them, with
        the level). `attrs["note"]` says how many people each group has, unless the cohort is confidential.

    Raises
    ------
    UnknownNameError, SpecError, EmptyDomainError, DesignError

    Notes
    -----
    Groups rest on people with every condition known; "all" on everybody of the domain. Shares have logit intervals,
    means Wald ones, with t on the design degrees of freedom of the group.

    Of a confidential cohort "all" are those with every condition known too, so that nobody is "all" and in no group;
    and where fewer people than the threshold have some number of conditions, in a level of a variable or in all, there
    is "all" alone: the groups, with the prevalences and the pairs, would tell how many these are.
    """
    names = chosen_conditions(cohort, conditions)
    check_conf_level(conf_level)
    if not 1 <= most <= len(names):
        raise SpecError(f"most = {most} does not lie between 1 and the {len(names)} conditions that are counted.")
    every = {variable: collapse_cohort(cohort, [*names, variable]) for variable in variables}
    if cohort.release == CONFIDENTIAL:
        every = {variable: cells.select(cells.known(names)) for variable, cells in every.items()}
        most = _most(every, names, most, read_rules(cohort.name).threshold)
    rows = [
        {NUMBER: group, "term": variable, **row}
        for variable, cells in every.items()
        for group, inside in _groups(cells, names, most)
        for row in _rows(inside, variable, conf_level)
    ]
    frame = cohort.labelled(arrange(pd.DataFrame(rows), [NUMBER]), conf_level=conf_level)
    frame.attrs["labels"] = {**frame.attrs["labels"], **_with_units(cohort, variables)}
    heads = {group: _in_words(group) for group in frame[NUMBER].unique()}
    frame.attrs["levels"] = {NUMBER: heads}
    if cohort.release != CONFIDENTIAL:
        sizes = frame.groupby(NUMBER)["n"].max()
        frame.attrs["note"] = f"People: {'; '.join(f'{head} {sizes[group]:,.0f}' for group, head in heads.items())}."
    return frame


def _with_units(cohort: Cohort, variables: Sequence[str]) -> dict[str, str]:
    """Labels of variables that have a unit, which a mean needs beside it."""
    described = {name: cohort.codebook.variables[name] for name in variables}
    return {name: f"{one.label}, {one.unit}" for name, one in described.items() if one.unit and not one.is_categorical}


def _in_words(group: str) -> str:
    """A group as the head of its column: "All", "No condition", "1 condition", "3 or more conditions"."""
    if group in (ALL, "0"):
        return "All" if group == ALL else "No condition"
    return f"{group.replace('+', ' or more')} condition{'' if group == '1' else 's'}"


def _groups(cells: Cells, names: Sequence[str], most: int) -> Iterator[tuple[str, Cells]]:
    yield ALL, cells
    if not most:
        return
    complete = cells.select(cells.known(names))
    number = np.sum([complete.present(name) for name in names], axis=0)
    for k in range(most + 1):
        inside = complete.select(number == k if k < most else number >= k)
        if inside.n:
            yield f"{k}" if k < most else (f"{k}+" if most < len(names) else f"{k}"), inside


def _most(every: Mapping[str, Cells], names: Sequence[str], most: int, threshold: int) -> int:
    """The last group that may be shown of a confidential cohort; 0 for none, since prevalences and pairs are known too.

    These and the people without any condition alone tell the rest of three conditions, and bound that of more.
    """
    return most if all(_least(cells, names, variable) >= threshold for variable, cells in every.items()) else 0


def _least(cells: Cells, names: Sequence[str], variable: str) -> int:
    """Fewest people with one number of conditions, in a level of a variable with levels or in all."""
    number = np.sum([cells.present(name) for name in names], axis=0).astype(int)
    categorical = cells.variable(variable).is_categorical
    level = cells.codes(variable) if categorical else np.zeros(cells.table.n_patterns, dtype=int)
    n_levels = len(cells.variable(variable).levels) if categorical else 1
    known = level >= 0
    cell = level[known] * (len(names) + 1) + number[known]
    return int(np.bincount(cell, cells.table.count[known], n_levels * (len(names) + 1)).min())


def _rows(cells: Cells, variable: str, conf_level: float) -> list[dict[str, object]]:
    known = cells.select(cells.known([variable]))
    if not known.n:
        return []
    described = known.variable(variable)
    if not described.is_categorical:
        return [_mean(known, variable, conf_level)]
    member = known.codes(variable)[:, None] == np.arange(len(described.levels))
    weight = known.table.weight
    share = weight @ member / weight.sum()
    std_error = np.sqrt(variances((member - share) / weight.sum(), known.table, known.clusters))
    limits = logit_interval(share, std_error, conf_level, known.degrees_of_freedom)
    events = known.table.count @ member
    return [
        {"level": level, "measure": "share", "estimate": share[i], "std_error": std_error[i], "conf_low": limits[i, 0],
         "conf_high": limits[i, 1], "n": known.n, "events": int(events[i])}
        for i, level in enumerate(described.level_names)
    ]  # fmt: skip


def _mean(cells: Cells, variable: str, conf_level: float) -> dict[str, object]:
    values, weight = cells.numeric(variable), cells.table.weight
    mean = weight @ values / weight.sum()
    influence = ((values - mean) / weight.sum())[:, None]
    std_error = float(np.sqrt(variances(influence, cells.table, cells.clusters)[0]))
    half = critical_value(conf_level, cells.degrees_of_freedom) * std_error
    return {"level": None, "measure": "mean", "estimate": mean, "std_error": std_error, "conf_low": mean - half,
            "conf_high": mean + half, "n": cells.n, "events": None}  # fmt: skip
