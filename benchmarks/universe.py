"""A population with known truth, and clustered stratified samples of it, drawn pattern by pattern.

Each stratum holds `PSUS` sampling units; a unit has its own distribution over the 96 patterns of age band, sex and four
conditions (a chain of logistic models with random effects of stratum and unit). Two units a stratum are drawn with
replacement, then people within them, more of some ages and of women, with noise in the weights besides. The population
is what one gets by averaging the units: every estimand is the value that the library's function takes there.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from comorbid._numerics.structure import Clusters, PatternTable
from comorbid.cells import Cells
from comorbid.codebook import Codebook, Variable
from comorbid.cohort import Cohort
from comorbid.design import SurveyDesign
from comorbid.measures.derived import PatternPeople, cohort_of_cells

PSUS = 200
LEVELS = {"age_band": ("18-39", "40-64", "65+"), "sex": ("male", "female")}
CONDITIONS = ("migraine", "low_back_pain", "neck_pain", "fibromyalgia")
YES_NO = {"no": (0,), "yes": (1,)}
VARIABLES = (
    *(Variable(name, "categorical", name, levels={level: (level,) for level in LEVELS[name]}) for name in LEVELS),
    *(Variable(name, "condition", name, levels=YES_NO) for name in CONDITIONS),
)
CODES = np.array(list(itertools.product(range(3), range(2), *[range(2)] * 4)), dtype=np.int32)
# Intercept, age 40-64, age 65+, female, then the conditions before it in the chain.
CHAIN = (
    (-1.5, -0.1, -0.8, 0.8),
    (-0.95, 0.2, 0.3, 0.1, 1.0),
    (-2.5, 0.2, 0.2, 0.3, 0.9, 1.3),
    (-4.9, 0.5, 0.6, 0.4, 0.8, 1.2, 1.4),
)
OVERSAMPLED = np.array([1.0, 0.8, 1.6])[CODES[:, 0]] * np.array([1.0, 1.25])[CODES[:, 1]]
NOISE = (0.6, 1.4)


@dataclass(frozen=True, slots=True)
class Universe:
    """chance : shape (H, PSUS, 96), distribution over patterns in each unit; share : shape (H,), people by stratum."""

    chance: np.ndarray
    share: np.ndarray

    @property
    def n_strata(self) -> int:
        return len(self.share)

    def truth(self) -> Cohort:
        """The population itself, as a cohort without a design."""
        weight = self.share @ self.chance.mean(axis=1)
        n = len(CODES)
        everyone = Clusters("none", np.zeros(1, dtype=np.intp), np.ones(1), np.ones(1), ("all",))
        count = np.maximum(np.round(weight * 1e6), 1).astype(np.int64)
        return _cohort(PatternTable(CODES, count, np.zeros(n, np.intp), np.arange(n), weight, np.empty(0)), everyone)

    def draw(self, rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
        """People and weight by unit and pattern, shape (C, 96), of some n people; units 2h, 2h + 1 in stratum h."""
        stratum = np.repeat(np.arange(self.n_strata), 2)
        take = people_per_unit(n, self.n_strata)
        chance = self.chance[stratum, rng.integers(0, PSUS, len(stratum))]
        scale = chance @ OVERSAMPLED
        drawn = chance * OVERSAMPLED / scale[:, None]
        counts = rng.multinomial(take, np.concatenate([drawn, drawn], axis=1) / 2).reshape(len(stratum), 2, -1)
        weight = (NOISE[0] * counts[:, 0] + NOISE[1] * counts[:, 1]) / OVERSAMPLED
        return counts.sum(axis=1), weight * (self.share[stratum] / 2 * scale / take)[:, None]

    def sample(self, rng: np.random.Generator, n: int) -> Cohort:
        """The same sample as a cohort with its design."""
        stratum, ones = np.repeat(np.arange(self.n_strata), 2), np.ones(self.n_strata)
        clusters = Clusters("psu", stratum, 2 * ones, ones, tuple(map(str, range(self.n_strata))))
        return _cohort(_table(*self.draw(rng, n)), clusters)


def people_per_unit(n: int, n_strata: int) -> int:
    return round(n / (2 * n_strata))


def make_universe(n_strata: int, seed: int) -> Universe:
    """Units of each stratum from a chain of logistic models with random effects; standard deviations on that scale."""
    rng = np.random.default_rng([seed, n_strata])
    age = rng.dirichlet(np.array([0.4, 0.38, 0.22]) * 60, (n_strata, PSUS))
    women = np.clip(rng.normal(0.52, 0.02, (n_strata, PSUS)), 0.4, 0.6)
    chance = age[..., CODES[:, 0]] * np.where(CODES[:, 1] == 1, women[..., None], 1 - women[..., None])
    stratum = rng.normal(0, 0.15, (n_strata, 1, 4))
    unit = rng.normal(0, 0.12, (n_strata, PSUS, 1)) + rng.normal(0, 0.16, (n_strata, PSUS, 4))
    for j, chain in enumerate(CHAIN):
        columns = [np.ones(len(CODES)), CODES[:, 0] == 1, CODES[:, 0] == 2, *CODES[:, 1 : 2 + j].T]
        linear = np.stack(columns, axis=1) @ np.array(chain) + (stratum + unit)[..., j, None]
        p = 1 / (1 + np.exp(-linear))
        chance = chance * np.where(CODES[:, 2 + j] == 1, p, 1 - p)
    share = np.linspace(0.7, 1.3, n_strata)
    return Universe(chance, share / share.sum())


def _table(counts: np.ndarray, weight: np.ndarray) -> PatternTable:
    """Counts and weights by unit and pattern, shape (C, 96), without patterns and cells that nobody is in."""
    live = np.flatnonzero(counts.sum(axis=0))
    unit, pattern = np.nonzero(counts[:, live])
    return PatternTable(
        CODES[live], counts[:, live].sum(axis=0), unit, pattern, weight[:, live][unit, pattern], np.empty(0)
    )


def _cohort(table: PatternTable, clusters: Clusters) -> Cohort:
    cells = Cells(VARIABLES, (None,) * len(VARIABLES), table, clusters)
    variables = {variable.name: variable for variable in VARIABLES}
    codebook = Codebook("universe", "Universe", variables, CONDITIONS)
    design = SurveyDesign("weight", "stratum", "psu") if clusters.sampling == "psu" else None
    return cohort_of_cells(cells, Cohort(PatternPeople(cells), codebook, design))
