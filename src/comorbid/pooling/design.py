"""The design matrix of a meta-regression: an intercept and the moderators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from comorbid.errors import CollinearityError, SpecError, listed, require_known


@dataclass(frozen=True, slots=True)
class Design:
    """x : shape (k, p), a column of ones first

    term, level, reference : what each column is; level and reference are None for a number and the intercept
    """

    x: np.ndarray
    term: tuple[str, ...]
    level: tuple[str | None, ...]
    reference: tuple[str | None, ...]


def design_of(frame: pd.DataFrame, moderators: Sequence[str]) -> Design:
    """Columns of moderators: numbers as they are, categories against their first level.

    The first level is the first category of a categorical column, and otherwise the one that comes first in the frame.

    Raises
    ------
    UnknownNameError
        When a moderator is no column.
    SpecError
        When one has missing values or a single level, or there are as many coefficients as estimates.
    CollinearityError
        When moderators carry the same information.
    """
    columns: list[tuple[np.ndarray, str, str | None, str | None]] = [(np.ones(len(frame)), "intercept", None, None)]
    for name in moderators:
        require_known(name, map(str, frame.columns), "moderator", "the frame")
        columns += _columns(frame[name], name)
    x = np.column_stack([column[0] for column in columns])
    term, level, reference = (tuple(column[at] for column in columns) for at in (1, 2, 3))
    _check(x, moderators)
    return Design(x, term, level, reference)  # type: ignore[arg-type]


def rows_of(design: Design, values: pd.DataFrame) -> np.ndarray:
    """Design rows of studies with these values of the moderators, shape (m, p).

    Raises
    ------
    SpecError
        When a moderator is absent or has a level that no study had.
    """
    names = list(dict.fromkeys(design.term[1:]))
    lacking = [name for name in names if name not in values.columns]
    if lacking:
        raise SpecError(f"give a value of every moderator: {listed(lacking)} not found.")
    for name in names:
        known = {design.reference[design.term.index(name)]} | _levels(design, name)
        unknown = set(map(str, values[name])) - known if known != {None} else set()
        if unknown:
            raise SpecError(f"`{name}` has no level {listed(unknown)} in the studies; they have {listed(known)}.")
    columns: list[np.ndarray] = [np.ones(len(values))]
    for name, level in zip(design.term[1:], design.level[1:], strict=True):
        column = values[name]
        columns.append(np.asarray(column if level is None else column.astype(str) == level, dtype=float))
    return np.column_stack(columns)


def _levels(design: Design, name: str) -> set[str | None]:
    return {level for term, level in zip(design.term, design.level, strict=True) if term == name}


def _columns(values: pd.Series, name: str) -> list[tuple[np.ndarray, str, str | None, str | None]]:
    if values.isna().any():
        raise SpecError(
            f"moderator `{name}` is missing in {int(values.isna().sum())} of {len(values)} rows; leave these rows out."
        )
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return [(values.to_numpy(dtype=float), name, None, None)]
    levels = levels_of(values)
    if len(levels) < 2:
        raise SpecError(f"moderator `{name}` is {levels[0]!r} in every row; there is nothing to compare.")
    texts = values.astype(str).to_numpy()
    return [((texts == level).astype(float), name, level, levels[0]) for level in levels[1:]]


def levels_of(values: pd.Series) -> list[str]:
    """Levels that occur: in the order of the categories, or of appearance."""
    found = list(dict.fromkeys(values.astype(str)))
    if isinstance(values.dtype, pd.CategoricalDtype):
        return [str(level) for level in values.cat.categories if str(level) in found]
    return found


def _check(x: np.ndarray, moderators: Sequence[str]) -> None:
    k, p = x.shape
    if moderators and p >= k:
        raise SpecError(f"{p} coefficients from {k} estimates; take fewer moderators.")
    if np.linalg.matrix_rank(x / np.abs(x).max(axis=0).clip(min=1e-300)) < p:
        raise CollinearityError(f"moderators {listed(moderators)} carry the same information; leave one out.")
