"""From design columns to sampled units: checked weights, PSUs numbered within strata, degrees of freedom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from unicodedata import normalize

import numpy as np
import pandas as pd

from comorbid._numerics.numbering import extremes, numbered_integers, numbered_pairs
from comorbid._numerics.packing import BLOCK
from comorbid._numerics.structure import Clusters
from comorbid.design import SurveyDesign
from comorbid.errors import DesignError, few, listed
from comorbid.variables import key

FEW_SHARE, SHORT = 10, 3
"""People who share a label that may be named, and letters of one that names nobody."""
FEW_PEOPLE = 20
"""Among so few people each may well be a stratum of its own."""


@dataclass(frozen=True, slots=True)
class SampledUnits:
    """unit : shape (n,), number of each person's sampled unit, or None when all are in one; clusters : the sample."""

    unit: np.ndarray | None
    clusters: Clusters


def sampling_weights(column: pd.Series) -> np.ndarray:
    """Weights as float64, shape (n,).

    Raises
    ------
    DesignError
        When a weight is missing, infinite, not a number or below zero, or none is above zero. Zero is accepted.
    """
    weights = design_numbers(column)
    low, high = extremes(weights) if len(weights) else (0.0, 0.0)
    if low >= 0 and 0 < high < np.inf:
        return weights
    wrong = {
        "missing or not numbers": int(np.isnan(weights).sum()),
        "infinite": int(np.isinf(weights).sum()),
        "below zero": int((weights < 0).sum()),
    }
    require_weights(str(column.name), len(weights), wrong, int((weights > 0).sum()))
    return weights


def design_numbers(column: pd.Series) -> np.ndarray:
    """A column of numbers as float64, shape (n,); NaN for what is none, as dates are none."""
    if column.dtype.kind in "mMc":
        return np.full(len(column), np.nan)
    numbers = pd.to_numeric(column, errors="coerce") if column.dtype.kind not in "fiu" else column
    return numbers.to_numpy(dtype=np.float64, na_value=np.nan)


def require_weights(name: str, n: int, wrong: Mapping[str, int], positive: int) -> None:
    """Raise when some of n weights are wrong, each kind with how many there are, or none is positive.

    Raises
    ------
    DesignError
    """
    for what, count in wrong.items():
        if count:
            raise DesignError(
                f"weights {name!r}: {few(count)} of {n:,} are {what}. "
                "Weights are finite numbers of zero or more; restrict the file or mend the column."
            )
    if not positive:
        raise DesignError(f"weights {name!r}: none of {n:,} is above zero. Name the column of the weights.")


def require_labels(name: str, missing: int, n: int) -> None:
    """Raise when a design column has no label for some of n people.

    Raises
    ------
    DesignError
    """
    if missing:
        raise DesignError(
            f"design column {name!r} is missing for {few(missing)} of {n:,} people; each needs one. "
            "Drop people outside the sample from the file, or mend the column."
        )


def sampled_units(
    columns: Mapping[str, pd.Series], design: SurveyDesign | None, n: int, people: np.ndarray | None = None
) -> SampledUnits:
    """Number the sampled units of a design and count them by stratum.

    Parameters
    ----------
    columns : the design's columns, each of length n
    design : SurveyDesign or None
        None, people are independent and alike.
    n : rows
    people : people that each row stands for, shape (n,); one without it

    Raises
    ------
    DesignError
        When a stratum or PSU is missing for somebody, or the finite population correction is not one number a stratum.
    """
    if design is None:
        one = np.ones(1)
        return SampledUnits(None, Clusters("none", np.zeros(1, dtype=np.intp), one * n, one, ("all",)))
    stratum, labels = _numbered(columns, design.strata, n, people)
    _require_groups(design.strata, len(labels), n if people is None else int(people.sum()))
    rest_of = _corrections(columns, design, stratum, len(labels))
    if design.psu is None:
        return _persons(design, stratum, labels, rest_of)
    psu, psu_labels = _numbered(columns, design.psu, n, people)
    unit, unit_stratum = numbered_pairs(stratum, psu, len(psu_labels))
    size = np.bincount(unit_stratum, minlength=len(labels)).astype(float)
    clusters = Clusters("psu", unit_stratum, size, rest_of(size), labels, design.lonely)
    return SampledUnits(unit, clusters)


def _persons(design: SurveyDesign, stratum: np.ndarray, labels: tuple[str, ...], rest_of: _Correction) -> SampledUnits:
    """Each person a sampled unit. Totals are kept by stratum, unless a lonely person is to be compared with others."""
    size = np.bincount(stratum, minlength=len(labels)).astype(float)
    rest = rest_of(size)
    if design.lonely in ("adjust", "average") and (size == 1).any():
        return SampledUnits(np.arange(len(stratum)), Clusters("psu", stratum, size, rest, labels, design.lonely))
    clusters = Clusters("person", np.arange(len(labels)), size, rest, labels, design.lonely)
    return SampledUnits(stratum if len(labels) > 1 else None, clusters)


def _numbered(
    columns: Mapping[str, pd.Series], name: str | None, n: int, people: np.ndarray | None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Number of each row's label in a design column, and the labels as a message shows them."""
    if name is None:
        return np.zeros(n, dtype=np.int8), ("all",)
    codes, names = numbered_labels(columns[name])
    gone = codes < 0 if not _is_whole(columns[name]) else np.zeros(0, dtype=bool)
    if gone.any():
        total = n if people is None else int(people.sum())
        require_labels(name, int(gone.sum() if people is None else people[gone].sum()), total)
    if all(len(label) <= SHORT for label in names):
        return codes, names
    return codes, tuple(map(shown_label, names, _people(codes, len(names), people)))


def numbered_labels(column: pd.Series) -> tuple[np.ndarray, tuple[str, ...]]:
    """Number of each row's label in a design column, -1 where it has none, and the labels.

    1, 1.0 and "1" are one label, blanks around text do not count, and a blank text is none.

    Raises
    ------
    DesignError
        When the column holds lists or other objects.
    """
    found = numbered_integers(column.to_numpy()) if _is_whole(column) else None
    try:
        codes, labels = pd.factorize(column, sort=True) if found is None else found
    except TypeError:
        raise no_labels(str(column.name)) from None
    names = tuple(map(_label, labels))
    distinct = {name: number for number, name in enumerate(dict.fromkeys(filter(None, names)))}
    if len(distinct) == len(names):
        return np.asarray(codes), names
    return np.array([*(distinct.get(name, -1) for name in names), -1])[codes], tuple(distinct)


def no_labels(name: str) -> DesignError:
    """The error for a design column of lists or other objects."""
    return DesignError(f"design column {name!r} holds lists or other objects; it takes one label a person.")


def _is_whole(column: pd.Series) -> bool:
    return isinstance(column.dtype, np.dtype) and column.dtype.kind in "iu"


def _people(codes: np.ndarray, n_labels: int, people: np.ndarray | None) -> np.ndarray:
    """People of each label, counted block by block: `bincount` widens what it is given."""
    if people is not None:
        return np.bincount(codes, people, minlength=n_labels)
    blocks = (codes[start : start + BLOCK] for start in range(0, len(codes), BLOCK))
    return np.sum([np.bincount(block, minlength=n_labels) for block in blocks], axis=0)


def shown_label(label: str, people: int) -> str:
    """A stratum's label for a message; a long one that few people share could be somebody's own."""
    return label if people >= FEW_SHARE or len(label) <= SHORT else f"(one that fewer than {FEW_SHARE} people share)"


def _require_groups(name: str | None, n_strata: int, n: int) -> None:
    """Raise when strata are as good as people, before any label of theirs reaches a message."""
    if n > FEW_PEOPLE and n_strata > 0.9 * n:
        raise DesignError(
            f"strata {name!r}: {n_strata:,} labels for {n:,} people, so that next to nobody shares a stratum. Name the "
            "column of first-stage strata; weights and identifiers are not strata."
        )


def _label(label: object) -> str:
    """A label as text, in one spelling: letters with accents may be written in two."""
    return key(label) if not isinstance(label, str) else normalize("NFC", label.strip())


class _Correction:
    """1 - sampled / population of each stratum, once the number of sampled units is known."""

    def __init__(self, given: np.ndarray | None) -> None:
        self.given = given

    def __call__(self, size: np.ndarray) -> np.ndarray:
        if self.given is None:
            return np.ones_like(size)
        fraction = np.where(self.given <= 1, self.given, size / self.given)
        if (fraction > 1).any():
            raise DesignError("finite population correction: a stratum has more sampled units than its population.")
        return 1 - fraction


def _corrections(
    columns: Mapping[str, pd.Series], design: SurveyDesign, stratum: np.ndarray, n_strata: int
) -> _Correction:
    if design.fpc is None:
        return _Correction(None)
    values = design_numbers(columns[design.fpc])
    wrong = int((~(values > 0) | np.isinf(values)).sum())
    if wrong:
        raise DesignError(
            f"finite population correction {design.fpc!r}: {few(wrong)} of {len(values):,} are missing, infinite or "
            "not numbers above zero. It is the size of the person's stratum in the population, or the sampled fraction."
        )
    given = np.zeros(n_strata)
    given[stratum] = values
    differs = np.unique(stratum[~(values == given[stratum])])
    if len(differs):
        raise DesignError(
            f"finite population correction {design.fpc!r} is not one number in each stratum "
            f"(strata number {listed(differs)}). It is the stratum's population size, or the sampled fraction."
        )
    if (given < 1).any() and (given > 1).any():
        raise DesignError(
            f"finite population correction {design.fpc!r} mixes sampled fractions (below 1, in {(given < 1).sum():,} "
            f"strata) with population sizes (above 1, in {(given > 1).sum():,}). Give one of the two in all strata."
        )
    return _Correction(given)
