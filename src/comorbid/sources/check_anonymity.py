"""Faults of anonymity: people whom few others are like, and classes of people that give their answer away."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from comorbid._numerics.anonymity import alike, distinct_answers
from comorbid.codebook import Codebook, Variable
from comorbid.errors import few
from comorbid.recode import key
from comorbid.sources.faults import Fault, of_people

__all__ = ["K", "L", "class_faults", "numbered", "public_faults"]

K, L = 5, 2
"""Fewest people of a class, and fewest different answers in one."""
COARSER = "Make quasi-identifiers coarser, age in bands for instance, or leave one out."


def class_faults(
    quasi: Sequence[pd.Series], sensitive: Sequence[pd.Series], k: int = K, least_answers: int = L
) -> list[Fault]:
    """Whether the quasi-identifiers tell somebody apart.

    Parameters
    ----------
    quasi : sequence of Series
        What a neighbour could know, one column each; a missing value is a value.
    sensitive : sequence of Series
        What must not be found out, one column each; a missing value is no answer.
    k : int
        Fewest people of a class.
    least_answers : int
        Fewest different answers that a class may give, once somebody in it has given one.
    """
    if not quasi:
        return []
    classes, sizes = alike([numbered(column) for column in quasi])
    named = ", ".join(str(column.name) for column in quasi)
    small = int(sizes[sizes < k].sum())
    faults = []
    if small:
        what = (
            f"of {len(classes):,} people share these with fewer than {k} people, themselves included; the smallest "
            f"class has {few(int(sizes.min()))}"
        )
        faults.append(of_people(named, "not-k-anonymous", small, what, COARSER))
    return faults + [
        fault
        for column in sensitive
        for fault in _diversity(column, classes, named, least_answers)
        if least_answers > 1
    ]


def _diversity(column: pd.Series, classes: np.ndarray, named: str, least: int) -> list[Fault]:
    """One fault where classes give too few different answers; which answer they give is not said."""
    answers = numbered(column)
    distinct = distinct_answers(classes, answers)
    uniform = ((distinct > 0) & (distinct < least))[classes] & (answers >= 0)
    if not uniform.any():
        return []
    what = f"people share {named} with nobody who answered otherwise"
    if least > 2:
        what = f"people share {named} only with people of, all together, fewer than {least} different answers"
    return [of_people(str(column.name), "not-l-diverse", int(uniform.sum()), what, COARSER)]


def numbered(column: pd.Series) -> np.ndarray:
    """Values as whole numbers, -1 where there is none; 1, 1.0 and "1" are one value, and blanks around text none."""
    texts = column.astype(object).map(key, na_action="ignore")
    return np.asarray(pd.factorize(texts.mask(texts == ""))[0], dtype=np.int64)


def public_faults(people: pd.DataFrame, codebook: Codebook) -> list[Fault]:
    """Whether people whose rows everybody may have can be told apart, by the quasi-identifiers of their codebook."""
    if codebook.release != "public-use" or not codebook.quasi_identifiers:
        return []
    quasi = columns_of(people, codebook, codebook.quasi_identifiers)
    return class_faults(quasi, columns_of(people, codebook, codebook.conditions))


def columns_of(people: pd.DataFrame, codebook: Codebook, names: Sequence[str]) -> list[pd.Series]:
    """Variables as they are told apart: by level, band or number; missing codes as missing, other codes as they are."""
    found = [codebook[name] for name in names]
    return [_values(people, v, codebook) for v in found if _source(v, codebook).column in people.columns]


def _source(variable: Variable, codebook: Codebook) -> Variable:
    """The variable that has the column: a banded one is cut from another."""
    return codebook.variables[variable.source] if variable.source else variable


def _values(people: pd.DataFrame, variable: Variable, codebook: Codebook) -> pd.Series:
    source = _source(variable, codebook)
    column = people[source.column].astype(object)
    texts = column.map(key, na_action="ignore")
    texts = texts.mask(texts.isin([*source.missing, ""]))
    if variable.source:
        numbers = pd.to_numeric(texts, errors="coerce")
        bands = np.searchsorted(np.asarray(variable.breaks, dtype=np.float64), numbers, side="right")
        return pd.Series(bands, index=people.index, name=variable.name).mask(numbers.isna() | (bands == 0))
    level_of = {key(code): level for level, codes in variable.levels.items() for code in codes}
    return texts.map(lambda text: level_of.get(text, text), na_action="ignore").rename(variable.name)
