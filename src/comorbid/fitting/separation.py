"""Separation: a level that predicts the outcome perfectly, found before any iteration."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from comorbid._numerics.estimable import separating_direction
from comorbid.cells import Cells
from comorbid.errors import SeparationError, few
from comorbid.fitting.matrix import Column
from comorbid.spec import LogisticSpec

FEW, MANY = 10, 30
"""A level with fewer people goes unnamed where a variable has more levels than the second number: labels that many may
tell people apart."""


def require_overlap(
    design: np.ndarray,
    events: np.ndarray,
    total: np.ndarray,
    columns: Sequence[Column],
    cells: Cells,
    spec: LogisticSpec,
    *,
    named: bool,
) -> None:
    """Raise when the likelihood has no finite maximum.

    named : whether the message may say which level has the outcome in nobody or everybody, which of a confidential
        cohort would tell what each of its people answered; the term alone is named there.

    Raises
    ------
    SeparationError
        The message names a level without, or with nobody but, people who have the outcome; or the terms that
        together separate them.
    """
    direction = separating_direction(design, events, total)
    if direction is None:
        return
    moving = [column for column, size in zip(columns, np.abs(direction), strict=True) if size > 1e-6]
    found = (_empty_level(moving, cells, spec) if named else None) or (
        f"`{spec.outcome}` of {few(cells.n)} people is told apart perfectly by "
        + " + ".join(sorted({f"`{c.term}`" for c in moving if c.factors}) or ["`intercept`"])
    )
    raise SeparationError(
        f"{found}; the odds ratio is not finite. Nothing was fitted. "
        'Take method="firth", merge levels in the codebook, leave the term out, or widen the domain.'
    )


def _empty_level(moving: Sequence[Column], cells: Cells, spec: LogisticSpec) -> str | None:
    """A level of a moving term in which nobody, or everybody, has the outcome."""
    outcome = cells.present(spec.outcome)
    for name in dict.fromkeys(factor.variable for column in moving for factor in column.factors):
        variable = cells.variable(name)
        if not variable.is_categorical:
            continue
        for number, level in enumerate(variable.level_names):
            here = cells.codes(name) == number
            n, with_outcome = cells.table.count[here].sum(), cells.table.count[here] @ outcome[here]
            if n and with_outcome in (0, n):
                absent = cells.variable(spec.outcome).level_names[1 if with_outcome == 0 else 0]
                where = f"= {level}" if n >= FEW or len(variable.levels) <= MANY else "is one of its rare levels"
                return f"no `{spec.outcome}` = {absent} where `{name}` {where} (0 of {few(int(n))})"
    return None
