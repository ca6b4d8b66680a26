"""A comparison of cohorts as a table that is read: one line a cohort."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from comorbid.columns.words import interval
from comorbid.disclosure import SUPPRESSED

__all__ = ["comparison_table"]


def comparison_table(compared: pd.DataFrame) -> pd.DataFrame:
    """What `compare_cohorts` gave, one line a cohort and one column a quantity, each with its interval.

    Returns
    -------
    DataFrame
        Survey, then one column for each prevalence and measure, as text; "-" where there is no estimate, "[n<10]" where
        it is hidden. "With" and "Without" the first condition are prevalences of the second.
    """
    rows = compared.to_dict("records")
    cells = compared.assign(heading=list(map(_heading, rows)), said=list(map(_said, rows)))
    table = cells.pivot_table(index="cohort", columns="heading", values="said", aggfunc="first")
    order = list(dict.fromkeys(cells["heading"]))
    table = table.loc[list(dict.fromkeys(cells["cohort"])), order].fillna("-")
    return table.rename_axis(index="Survey", columns=None).reset_index()


def _said(row: Mapping[Hashable, Any]) -> str:
    if pd.isna(row["estimate"]):
        return str(row.get(SUPPRESSED) or "-")
    return interval(row["estimate"], row["conf_low"], row["conf_high"], row["measure"])


def _heading(row: Mapping[Hashable, Any]) -> str:
    a = str(row["condition_a"]).replace("_", " ")
    match row["measure"]:
        case "prevalence":
            return str(row["outcome"]).replace("_", " ").capitalize()
        case "conditional_prevalence":
            return f"{'With' if row['level'] == 'yes' else 'Without'} {a}"
        case "observed_expected":
            return "Observed over expected"
    return f"Odds ratio, {row['model']}"
