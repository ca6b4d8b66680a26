"""What a design-based variance needs to know of a sample, and of people collapsed to patterns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from comorbid.errors import DesignError, listed

Sampling = Literal["psu", "person", "none"]
LONELY = ("error", "adjust", "average", "remove", "certainty")


@dataclass(frozen=True, slots=True)
class Replication:
    """How estimates from replicate weights make a variance: scale * sum_r rscales_r (t_r - centre)(t_r - centre)'.

    scale : float
    rscales : ndarray of shape (R,)
    mse : bool
        Centre at the estimate itself; at the mean of the replicates otherwise.
    factors : ndarray of shape (C, R), or None
        What the weights of a sampled unit are multiplied by in each replicate; None when replicate weights came with
        the data, and `PatternTable.replicates` holds their totals.
    df : float, or None
        Degrees of freedom that the publisher states.
    """

    scale: float
    rscales: np.ndarray
    mse: bool = False
    factors: np.ndarray | None = None
    df: float | None = None


@dataclass(frozen=True, slots=True)
class Clusters:
    """The sampled units of a whole sample, domain or not.

    sampling : "psu", people came in PSUs; "person", they came one by one, within strata; "none", there is no design,
        people count as independent and alike.
    stratum : ndarray of int, shape (C,)
        Stratum of each unit that totals are kept for: of each PSU, or (sampling by person) of each stratum itself.
    size : ndarray of float, shape (H,)
        PSUs, or people, sampled in each stratum.
    rest : ndarray of float, shape (H,)
        Finite population correction, 1 - sampled / population; 1 when the population is large or unknown.
    labels : tuple of str, length H
        Strata as messages name them.
    lonely : what to do with a stratum that holds one PSU.
    replication : Replication or None
        Standard errors come from replicates, where there are any.
    """

    sampling: Sampling
    stratum: np.ndarray
    size: np.ndarray
    rest: np.ndarray
    labels: tuple[str, ...]
    lonely: str = "error"
    replication: Replication | None = None

    @property
    def n_units(self) -> int:
        return len(self.stratum)

    @property
    def n_strata(self) -> int:
        return len(self.size)

    def lonely_strata(self) -> np.ndarray:
        """Strata with one sampled unit that stands for more than itself."""
        if self.sampling == "none":
            return np.zeros(0, dtype=np.intp)
        return np.flatnonzero((self.size == 1) & (self.rest > 0))

    def require_pairs(self) -> None:
        """Raise when a stratum holds one PSU and nobody chose what that means, or no stratum holds more than one."""
        alone = self.lonely_strata()
        if not len(alone):
            return
        unit = "PSU" if self.sampling == "psu" else "person"
        if self.n_units == 1 or (self.lonely != "adjust" and not ((self.size > 1) & (self.rest > 0)).any()):
            raise DesignError(
                f"every stratum holds one {unit} ({len(alone):,} in all): no variance can be had from them. "
                "Name the columns of strata and PSUs that the sample was drawn by."
            )
        if self.lonely == "error":
            names = listed(repr(self.labels[h]) for h in alone)
            raise DesignError(
                f"stratum {names} holds one {unit}: no variance can be had from it. "
                f"Choose SurveyDesign(..., lonely=...): {listed(LONELY[1:])}; or merge it with a neighbouring stratum."
            )


@dataclass(frozen=True, slots=True)
class PatternTable:
    """People of a domain, collapsed to patterns of their codes, with weights kept by sampled unit.

    codes : ndarray of int, shape (P, v)
        Level of each of v variables in each of P patterns; -1 is missing.
    count : ndarray of int, shape (P,)
        People with the pattern, unweighted.
    cell_unit, cell_pattern : ndarray of int, shape (m,)
        Unit and pattern of each cell that somebody is in; sorted by unit.
    cell_weight, cell_weight_sq : ndarray of float, shape (m,)
        Sum of weights, and of squared weights, of the people in the cell. The squares are kept where sampling is by
        person, since the variance needs them; otherwise they are empty.
    replicates : ndarray of float, shape (P, R), or None
        Sum of each column of given replicate weights, by pattern.
    replicate_rank : int, or None
        Rank of the replicate weights of the people of the domain.
    """

    codes: np.ndarray
    count: np.ndarray
    cell_unit: np.ndarray
    cell_pattern: np.ndarray
    cell_weight: np.ndarray
    cell_weight_sq: np.ndarray
    replicates: np.ndarray | None = None
    replicate_rank: int | None = None

    @property
    def n_patterns(self) -> int:
        return len(self.count)

    @property
    def weight(self) -> np.ndarray:
        """Sum of weights of each pattern, shape (P,)."""
        return np.bincount(self.cell_pattern, weights=self.cell_weight, minlength=self.n_patterns)

    def select(self, keep: np.ndarray) -> PatternTable:
        """The patterns marked in `keep`, shape (P,); units stay numbered as they are."""
        renumbered = np.cumsum(keep) - 1
        cells = keep[self.cell_pattern]
        squares = self.cell_weight_sq[cells] if len(self.cell_weight_sq) else self.cell_weight_sq
        return PatternTable(
            self.codes[keep],
            self.count[keep],
            self.cell_unit[cells],
            renumbered[self.cell_pattern[cells]],
            self.cell_weight[cells],
            squares,
            None if self.replicates is None else self.replicates[keep],
            self.replicate_rank,
        )
