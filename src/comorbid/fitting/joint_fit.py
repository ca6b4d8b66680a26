"""Several fitted models with the covariance between them, and what is asked of it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from comorbid._numerics.intervals import two_sided_p, wald_interval, wald_statistic
from comorbid.columns import arrange
from comorbid.errors import SpecError, require_known
from comorbid.fitting.fit import LogisticFit
from comorbid.fitting.fitted import supported
from comorbid.fitting.frames import stacked
from comorbid.fitting.term_tests import wald_f


@dataclass(frozen=True, slots=True, repr=False)
class JointFit:
    """Several fitted models, stacked.

    fits : the models
    names : of each coefficient, "outcome:term" or "outcome:term:level"; the model's name or number follows the outcome
        where two models share it
    coefficients : shape (k,), log odds, model after model
    covariance : shape (k, k)
    df : degrees of freedom of t
    """

    fits: tuple[LogisticFit, ...]
    names: tuple[str, ...]
    coefficients: np.ndarray
    covariance: np.ndarray
    df: float

    def contrast(
        self, weights: Mapping[str, float], *, exponentiate: bool = False, conf_level: float = 0.95
    ) -> pd.DataFrame:
        """A weighted sum of coefficients, c'b with variance c'Vc.

        Parameters
        ----------
        weights : mapping of coefficient to weight
            E.g. {"neck_pain:sex:female": 1, "migraine:sex:female": -1}; names as in `names`.
        exponentiate : bool
            Give exp(c'b), a ratio of odds ratios for a difference; the standard error stays on the log scale.
        conf_level : float

        Returns
        -------
        DataFrame
            One row: contrast, measure ("log_odds" or "ratio_of_odds_ratios"), estimate, std_error, statistic, p_value,
            conf_low, conf_high; of a confidential cohort also n, n_least and df_residual, the least of the models.

        Raises
        ------
        UnknownNameError
            When a name is not that of a coefficient.
        """
        return self._supported(pd.DataFrame([self._contrast_row(weights, exponentiate, conf_level)]), conf_level)

    def compare(
        self, term: str, level: str | None = None, *, exponentiate: bool = False, conf_level: float = 0.95
    ) -> pd.DataFrame:
        """A coefficient in each model minus the same in each model before it; columns as `contrast`.

        Raises
        ------
        SpecError
            When fewer than two models hold it.
        """
        chosen = self._holding(term, level)
        rows = [
            self._contrast_row({later: 1.0, earlier: -1.0}, exponentiate, conf_level)
            for earlier, later in itertools.combinations(chosen, 2)
        ]
        return self._supported(pd.DataFrame(rows), conf_level)

    def test_equal(self, term: str, level: str | None = None) -> pd.DataFrame:
        """Is a coefficient the same in every model that holds it? Wald F of its differences from the first.

        Returns
        -------
        DataFrame
            One row: term, level, measure ("wald_f"), statistic, p_value, df_num, df_den.
        """
        places = [self.names.index(name) for name in self._holding(term, level)]
        contrast = np.zeros((len(places) - 1, len(self.names)))
        contrast[:, places[0]] = -1.0
        contrast[np.arange(len(places) - 1), places[1:]] = 1.0
        statistic, p_value = wald_f(contrast @ self.coefficients, contrast @ self.covariance @ contrast.T, self.df)
        row = {"term": term, "level": level, "measure": "wald_f", "statistic": statistic, "p_value": p_value}
        return self._supported(pd.DataFrame([{**row, "df_num": len(contrast), "df_den": self.df}]))

    def tidy(self, exponentiate: bool = False, conf_level: float = 0.95) -> pd.DataFrame:
        """One row a coefficient, as `LogisticFit.tidy`, model after model; `name` is what `contrast` calls it."""
        frames = [fit.tidy(exponentiate, conf_level) for fit in self.fits]
        frame = stacked(frames).drop(columns="source", errors="ignore").assign(name=self.names)
        return self._labelled(frame, conf_level)

    def _contrast_row(self, weights: Mapping[str, float], exponentiate: bool, conf_level: float) -> dict[str, object]:
        vector = np.zeros(len(self.names))
        for name, weight in weights.items():
            vector[self.names.index(require_known(name, self.names, "coefficient", "the joint models"))] += weight
        estimate, std_error = vector @ self.coefficients, np.sqrt(vector @ self.covariance @ vector)
        statistic = wald_statistic(estimate, std_error)
        limits = wald_interval(estimate, std_error, conf_level, self.df)
        turn = np.exp if exponentiate else float
        return {
            "contrast": " ".join(f"{weight:+g} {name}" for name, weight in weights.items()),
            "measure": "ratio_of_odds_ratios" if exponentiate else "log_odds",
            "estimate": float(turn(estimate)),
            "std_error": float(std_error),
            "statistic": float(statistic),
            "p_value": float(two_sided_p(statistic, self.df)),
            "conf_low": float(turn(limits[0])),
            "conf_high": float(turn(limits[1])),
        }

    def _holding(self, term: str, level: str | None) -> list[str]:
        tail = f":{term}" + (f":{level}" if level else "")
        found = [name for name in self.names if name.partition(":")[1] + name.partition(":")[2] == tail]
        if len(found) < 2:
            raise SpecError(f"{tail[1:]!r} is a coefficient of {len(found)} of the models; a comparison needs two.")
        return found

    def _supported(self, frame: pd.DataFrame, conf_level: float | None = None) -> pd.DataFrame:
        """Rows that rest on all models; where the cohort is confidential, with the least that one of these rests on."""
        found = pd.concat([supported(fit, pd.DataFrame({"n": [fit.cells.n]})) for fit in self.fits])
        return self._labelled(frame.assign(**found.min()) if "n_least" in found else frame, conf_level)

    def _labelled(self, frame: pd.DataFrame, conf_level: float | None) -> pd.DataFrame:
        cohort = self.fits[0].cohort
        frame = arrange(frame, ("name", "contrast"))
        return cohort.labelled(frame, conf_level=conf_level) if cohort is not None else frame

    def __repr__(self) -> str:
        return f"<JointFit of {len(self.fits)} models: {', '.join(fit.spec.formula for fit in self.fits)}>"
