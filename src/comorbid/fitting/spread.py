"""How uncertain functions of estimates are: by the delta method, or anew in each replicate where there are any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from comorbid._numerics.replicates import replicate_covariance, replicate_variances
from comorbid._numerics.structure import Replication


@dataclass(frozen=True, slots=True)
class Spread:
    """Uncertainty of L estimates.

    values : shape (L,)
    covariance : shape (L, L)
    replicates : shape (R, L), the estimates in each replicate, where the design has replicates.
    replication : how they make a variance.
    """

    values: np.ndarray
    covariance: np.ndarray
    replicates: np.ndarray | None = None
    replication: Replication | None = None

    @classmethod
    def of_replicates(cls, values: np.ndarray, replicates: np.ndarray, replication: Replication) -> Spread:
        return cls(values, replicate_covariance(replicates, values, replication), replicates, replication)

    def combined(self, weights: np.ndarray) -> Spread:
        """Of weighted sums of the estimates, weights of shape (M, L)."""
        replicates = None if self.replicates is None else self.replicates @ weights.T
        return Spread(weights @ self.values, weights @ self.covariance @ weights.T, replicates, self.replication)

    def std_error(self, function: Callable[[np.ndarray], np.ndarray], slope: np.ndarray) -> float:
        """Standard error of a function of the estimates.

        Parameters
        ----------
        function : of estimates (..., L), giving (...)
            Computed in each replicate; not finite in one, it has no standard error.
        slope : ndarray of shape (L,)
            Its derivatives at the estimates, for the delta method where there are no replicates.
        """
        if self.replicates is None or self.replication is None:
            return float(np.sqrt(slope @ self.covariance @ slope))
        with np.errstate(divide="ignore", invalid="ignore"):
            each, at = function(self.replicates)[:, None], function(self.values)[None]
            found = float(np.sqrt(replicate_variances(each, at, self.replication)[0]))
        return found if np.isfinite(found) else np.nan
