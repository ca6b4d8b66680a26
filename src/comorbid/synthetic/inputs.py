"""What a synthetic superpopulation is built from: numbers that a user may change, with the rows they come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Final, TypeAlias

from comorbid.errors import require_known

__all__ = ["CONDITIONS", "PAIRS", "Citation", "DesignInputs", "HeadacheInputs", "Pair", "Ranges", "TruthInputs"]

Pair: TypeAlias = tuple[str, str]

CONDITIONS: Final = ("migraine", "low_back_pain", "neck_pain", "fibromyalgia")
PAIRS: Final[tuple[Pair, ...]] = tuple(combinations(CONDITIONS, 2))


@dataclass(frozen=True, slots=True)
class Citation:
    """Where one input comes from: `rows` of the evidence table, how the value is `taken` from them, and a caveat."""

    input: str
    value: float
    rows: tuple[str, ...]
    taken: str
    note: str


@dataclass(frozen=True, slots=True)
class HeadacheInputs:
    """Headache days a month: shares given migraine, the effect of depression, and the shape of the distributions."""

    chronic_with_migraine: float
    chronic_without_migraine: float
    none_without_migraine: float
    depression_ratio: float
    decay: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class DesignInputs:
    """How people are sampled; see `comorbid.synthetic.sampling` for the formulas."""

    population: float
    strata: int
    psu_per_stratum: int
    psu_icc: float
    stratum_icc: float
    weight_sd: float
    oversampling: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Ranges:
    """Lowest and highest value of each age band (whole years, then top-coded) and body-mass index band (kg/m²)."""

    age: tuple[tuple[int, int], ...]
    age_top_code: int
    bmi: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class TruthInputs:
    """Everything that defines the superpopulation and the sampling from it.

    levels, shares : by covariate, its levels (reference first) and their shares
    associations : odds ratios between levels of two covariates, keyed ((variable, level), (variable, level))
    prevalences : by condition
    odds_ratios : by pair of conditions, crude, in the whole superpopulation
    effects : by condition and covariate, one odds ratio a level, given the other covariates and conditions
    headache, design, ranges : see their classes
    missing : by column, the share missing completely at random
    citations : the rows behind those inputs that have any; an input that is changed loses its citation
    """

    levels: Mapping[str, tuple[str, ...]]
    shares: Mapping[str, tuple[float, ...]]
    associations: Mapping[tuple[Pair, Pair], float]
    prevalences: Mapping[str, float]
    odds_ratios: Mapping[Pair, float]
    effects: Mapping[str, Mapping[str, tuple[float, ...]]]
    headache: HeadacheInputs
    design: DesignInputs
    ranges: Ranges
    missing: Mapping[str, float]
    citations: tuple[Citation, ...] = ()

    def with_prevalences(self, **prevalences: float) -> TruthInputs:
        """A copy with other prevalences, for example `with_prevalences(migraine=0.2)`."""
        for name in prevalences:
            require_known(name, CONDITIONS, "condition", "the synthetic cohort")
        kept = self._citations_without(f"prevalences.{name}" for name in prevalences)
        return replace(self, prevalences={**self.prevalences, **prevalences}, citations=kept)

    def with_odds_ratios(self, odds_ratios: Mapping[Pair, float]) -> TruthInputs:
        """A copy with other odds ratios, keyed by pair in either order: `{("migraine", "neck_pain"): 3.0}`."""
        new = {ordered_pair(pair): value for pair, value in odds_ratios.items()}
        kept = self._citations_without(f"odds_ratios.{a}.{b}" for a, b in new)
        return replace(self, odds_ratios={**self.odds_ratios, **new}, citations=kept)

    def with_design(self, **changes: Any) -> TruthInputs:
        """A copy with other design inputs, for example `with_design(psu_icc=0.02)`."""
        for name in changes:
            require_known(name, DesignInputs.__slots__, "design input", "the synthetic cohort")
        return replace(self, design=replace(self.design, **changes))

    def without_missing(self) -> TruthInputs:
        """A copy in which every value is observed."""
        return replace(self, missing={})

    def _citations_without(self, changed: Iterable[str]) -> tuple[Citation, ...]:
        names = set(changed)
        return tuple(citation for citation in self.citations if citation.input not in names)


def ordered_pair(pair: Pair) -> Pair:
    """The pair in the order of `CONDITIONS`; raises UnknownNameError for a name or pair that is not there."""
    for name in pair:
        require_known(name, CONDITIONS, "condition", "the synthetic cohort")
    known = {frozenset(each): each for each in PAIRS}
    if frozenset(pair) not in known:
        accepted = [" & ".join(each) for each in PAIRS]
        require_known(" & ".join(pair), accepted, "pair of conditions", "the synthetic cohort")
    return known[frozenset(pair)]
