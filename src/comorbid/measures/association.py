"""Test whether two variables are associated, whatever their number of levels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from comorbid._numerics.association import rao_scott
from comorbid.cells import Cells, collapse_cohort
from comorbid.cohort import Cohort
from comorbid.columns import arrange
from comorbid.disclosure import CONFIDENTIAL
from comorbid.errors import EmptyDomainError, SpecError, few
from comorbid.measures.arguments import subgroups
from comorbid.measures.spread import shares_and_covariance


def association_test(
    cohort: Cohort, row: str, column: str, *, by: str | Sequence[str] | None = None, df: float | None = None
) -> pd.DataFrame:
    """Rao-Scott test of the association of two categorical variables.

    Pearson's X2 of the weighted table, scaled to the people there are, is corrected for the design by the generalised
    design effects d of the table's interaction: X2 / mean(d) is referred to chi-square with (r - 1)(c - 1) degrees of
    freedom (first order), X2 / sum(d) to F with k = (sum d)^2 / (sum d^2) and k df degrees of freedom (second order,
    the one to prefer).

    Parameters
    ----------
    cohort : Cohort
    row, column : str
        Conditions, or variables with levels. Levels that nobody is in are left out.
    by : str or sequence of str, optional
        Categorical variables; one test for each combination of their levels that somebody is in.
    df : float, optional
        Degrees of freedom of the design; sampled PSUs minus strata in the domain without it.

    Returns
    -------
    DataFrame
        [by,] row, column, method ("rao_scott_f", "rao_scott_chi_square"), statistic, ndf, ddf, p_value, design_effect
        (mean of d), n; of a confidential cohort also n_least, the fewest people in a cell. Without a design d is 1 and
        both are Pearson's own test.

    Raises
    ------
    UnknownNameError, DesignError
    SpecError
        When a variable is continuous, or both are the same.
    EmptyDomainError
        When fewer than two levels of a variable have people with both answers.

    Notes
    -----
    People with both answers, as a domain. Source: Rao & Scott, Ann Stat 1984;12:46-60, doi:10.1214/aos/1176346391.
    Pinned to R `survey::svychisq`, statistics "F" and "Chisq"; R prints X2 itself for the latter.
    """
    if row == column:
        raise SpecError(f"`{row}` is row and column of the table; name two variables.")
    subgroups(cohort, (row, column))
    groups = subgroups(cohort, by)
    cells = collapse_cohort(cohort, [row, column, *groups])
    known = cells.select(cells.known([row, column]))
    frames = [_tested(group, row, column, df).assign(**levels) for levels, group in known.groups(groups)]
    if not frames:
        raise EmptyDomainError(f"nobody of {few(cells.n)} people has an answer to both `{row}` and `{column}`.")
    found = pd.concat(frames)
    found = found if cohort.release == CONFIDENTIAL else found.drop(columns="n_least")
    frame = arrange(found, [*groups, "row", "column", "method", "statistic", "ndf", "ddf", "p_value"])
    return cohort.labelled(frame)


def _tested(cells: Cells, row: str, column: str, df: float | None) -> pd.DataFrame:
    rows, columns = (_levels(cells, name) for name in (row, column))
    member = (rows[:, :, None] * columns[:, None, :]).reshape(len(rows), -1)
    p, spread = shares_and_covariance(cells, member, np.ones_like(member))
    shape = (rows.shape[1], columns.shape[1])
    test = rao_scott(p.reshape(shape), spread, cells.n, cells.degrees_of_freedom if df is None else float(df))
    found = {"rao_scott_f": test.f, "rao_scott_chi_square": test.chi_square}
    return pd.DataFrame(
        {
            "row": row,
            "column": column,
            "method": list(found),
            "statistic": [one.statistic for one in found.values()],
            "ndf": [one.ndf for one in found.values()],
            "ddf": [one.ddf for one in found.values()],
            "p_value": [one.p_value for one in found.values()],
            "design_effect": test.design_effect,
            "n": cells.n,
            "n_least": int((cells.table.count @ member).min()),
        }
    )


def _levels(cells: Cells, name: str) -> np.ndarray:
    """Indicators of the levels that somebody is in, shape (P, levels)."""
    codes = cells.codes(name)
    present = np.unique(codes)
    if len(present) < 2:
        levels = ", ".join(repr(cells.variable(name).level_names[code]) for code in present)
        raise EmptyDomainError(
            f"`{name}` has one level, {levels}, among {few(cells.n)} people; a test of association needs two or more."
        )
    return (codes[:, None] == present).astype(float)
