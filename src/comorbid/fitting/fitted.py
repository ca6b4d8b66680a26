"""What every fitted model over collapsed people holds, and how its frames are finished."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from comorbid._numerics.linearise import covariance
from comorbid._numerics.logistic import LogisticResult
from comorbid.cells import Cells
from comorbid.cohort import Cohort
from comorbid.columns import arrange
from comorbid.fitting.matrix import Column
from comorbid.fitting.spread import Spread
from comorbid.fitting.support import with_support
from comorbid.spec import LogisticSpec


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FittedModel:
    """One fitted model, of whatever kind.

    spec : what was asked
    columns : of the design matrix, the intercept first
    coefficients : shape (k,), log odds
    covariance : shape (k, k)
    influence : shape (P, k), influence of a person with each pattern on the coefficients, per unit of weight
    cells : the people of the model, collapsed
    replicates : shape (R, k), coefficients in each replicate, where the design has replicates
    cohort, missing, n_excluded, df : where it comes from, who was left out, and the t distribution's degrees
    """

    spec: LogisticSpec
    columns: tuple[Column, ...]
    coefficients: np.ndarray
    covariance: np.ndarray
    influence: np.ndarray
    cells: Cells
    replicates: np.ndarray | None = None
    cohort: Cohort | None = None
    missing: Mapping[str, int] = field(default_factory=dict)
    n_excluded: int = 0
    df: float = float("inf")

    @property
    def n(self) -> int:
        """People in the model, unweighted."""
        return self.cells.n

    def carried(self, slopes: np.ndarray) -> np.ndarray:
        """Covariance g V g' of functions of the coefficients with slopes g, shape (L, k); shape (L, L)."""
        if self.cells.clusters.sampling == "none":
            return slopes @ self.covariance @ slopes.T
        return covariance(self.influence @ slopes.T, self.cells.table, self.cells.clusters)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LogisticModel(FittedModel):
    """One fitted logistic model.

    result : the numerical fit
    group, first : covariate pattern of each pattern, and the first pattern of each
    method : "ml" or "firth"
    """

    result: LogisticResult
    group: np.ndarray
    first: np.ndarray
    method: str = "ml"

    @property
    def events(self) -> int:
        """Of the people in the model, those with the outcome."""
        return int(self.cells.table.count @ self.cells.present(self.spec.outcome))

    @property
    def spread(self) -> Spread:
        """How uncertain the coefficients are."""
        return Spread(self.coefficients, self.covariance, self.replicates, self.cells.clusters.replication)

    def carried(self, slopes: np.ndarray) -> np.ndarray:
        """Delta method, g V g', by a way that keeps its digits when a covariate lies far from zero; shape (L, L)."""
        if self.cells.clusters.sampling == "none":
            turned = self.result.rescaling.slopes(slopes)
            return turned @ self.result.inner @ turned.T
        return FittedModel.carried(self, slopes)


def supported(fit: FittedModel, frame: pd.DataFrame) -> pd.DataFrame:
    """A frame of a fit with the fewest people that it rests on, where the cohort is confidential."""
    return with_support(frame, fit.cohort, fit.cells, fit.spec, len(fit.coefficients))


def finished(
    fit: FittedModel, frame: pd.DataFrame, leading: Iterable[str] = (), conf_level: float | None = None
) -> pd.DataFrame:
    """A frame of a fit in the order of the glossary, `leading` columns first, with the labels of the fit's cohort."""
    frame = arrange(frame, leading)
    return frame if fit.cohort is None else fit.cohort.labelled(frame, conf_level=conf_level)
