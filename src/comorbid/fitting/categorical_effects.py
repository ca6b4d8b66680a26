"""What a fitted multinomial or ordinal model is asked after the fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd

from comorbid._numerics.category_shares import SHARE_MODELS
from comorbid.fitting.averages import Averages, weight_share
from comorbid.fitting.categorical_model import CategoricalModel
from comorbid.fitting.fitted import finished, supported
from comorbid.fitting.frames import asked
from comorbid.fitting.margins import Averaging, margins_of
from comorbid.fitting.matrix import Getter, design_matrix, getter, replaced, slope_matrix
from comorbid.fitting.term_tests import tests_by_term, wald_test

LEADING = ("outcome", "outcome_level")
"""Columns that stand first in every frame of such a fit."""


class CategoricalEffects(CategoricalModel):
    """Tests and effect measures of a `CategoricalFit`; each gives a tidy frame.

    With replicate weights an effect is computed anew in each replicate; not finite in one, it has no standard error.
    """

    __slots__ = ()

    def margins(
        self,
        variable: str | None = None,
        *,
        at: Sequence[float] | None = None,
        contrasts: Sequence[str] = ("prevalence_ratio", "prevalence_difference"),
        uncertainty: str = "unconditional",
        conf_level: float = 0.95,
    ) -> pd.DataFrame:
        """Standardised prevalence of each outcome level at each level of a variable, or average marginal effects.

        m_j(a) = sum w_i P(y = j | x_i with variable = a) / sum w_i over the people of the model; they sum to 1 over j.
        The marginal effect of a continuous variable v is sum w_i d P(y = j | x_i) / dv / sum w_i, prevalence of level j
        per unit of v; these sum to 0.

        Parameters
        ----------
        variable : str, optional
            A variable of the model; the exposure without it. A continuous one with two values is compared, not
            differentiated.
        at : sequence of float, optional
            Values of a continuous variable at which to standardise; contrasts are against the first.
        contrasts : sequence of {"prevalence_ratio", "prevalence_difference", "odds_ratio"}
            The odds of the last are those of the level against all others.
        uncertainty : {"unconditional", "conditional"}
            Whether the covariates of the people count as sampled, or as fixed; see `LogisticFit.margins`.
        conf_level : float

        Returns
        -------
        DataFrame
            outcome, outcome_level, exposure, model, term, level, reference, measure ("prevalence", a contrast, or
            "marginal_effect"), estimate, std_error (log scale for a ratio), statistic, p_value, conf_low, conf_high, n,
            events (people with the outcome level).

        Raises
        ------
        UnknownNameError, SpecError
            When the variable is not one of the model, or an argument not one of its choices.

        Notes
        -----
        Graubard & Korn, Biometrics 1999;55:652-9, doi:10.1111/j.0006-341X.1999.00652.x. Pinned to influence values that
        R differentiates along the imaginary axis, and with replicates to its jackknife.
        """
        outcomes = [{"outcome_level": level, "events": self.events(level)} for level in self.levels]
        averaging = Averaging(partial(_average_shares, self), partial(_average_slopes, self), outcomes)
        frame = margins_of(self, averaging, variable or self.spec.exposure, at, contrasts, uncertainty, conf_level)
        return self._finished(frame, conf_level)

    def test_terms(self, terms: Sequence[str] | None = None) -> pd.DataFrame:
        """Wald test of each term: all its coefficients zero, at every outcome level; F = b' V^-1 b / q.

        Parameters
        ----------
        terms : sequence of str, optional
            Terms as `tidy` names them; all but intercepts and thresholds without it.

        Returns
        -------
        DataFrame
            outcome, exposure, model, term, measure ("wald_f"), statistic, p_value, n, df_num, df_den (infinite without
            a design).

        Raises
        ------
        UnknownNameError
            When a term is not one of the model.
        SpecError
            When the design has fewer sampled units than a term has coefficients.
        """
        of = [name.column.term if name.column.factors else None for name in self.terms]
        tested = tests_by_term(of, list(terms) if terms is not None else None, partial(wald_test, self), self)
        return self._finished(tested.assign(measure="wald_f"))

    def _finished(self, frame: pd.DataFrame, conf_level: float | None = None) -> pd.DataFrame:
        """A frame with what was asked, the people, and the cohort's labels."""
        frame = frame.assign(**asked(self.spec), n=self.n)
        return finished(self, supported(self, frame), LEADING, conf_level)


def _average_shares(fit: CategoricalModel, scenarios: Sequence[Mapping[str, float]]) -> Averages:
    """Mean of P(y = j | x) with some variables set for everybody: scenario by scenario, level by level within each."""
    model, read, share = SHARE_MODELS[fit.kind], getter(fit.cells), weight_share(fit.cells)
    matrices = [_design(fit, replaced(read, changes)) for changes in scenarios]

    def each(coefficients: np.ndarray) -> np.ndarray:
        return np.concatenate([model.shares(rows, coefficients, offset) for rows, offset in matrices], axis=1)

    found = each(fit.coefficients)
    slopes = [model.gradient(rows, fit.coefficients, offset, share) for rows, offset in matrices]
    return Averages(share @ found, np.concatenate(slopes), each, found - share @ found)


def _average_slopes(fit: CategoricalModel, variable: str) -> Averages:
    """Mean of d P(y = j | x) / dv for a continuous variable v, level by level."""
    model, read, share = SHARE_MODELS[fit.kind], getter(fit.cells), weight_share(fit.cells)
    rows, offset = _design(fit, read)
    turned = slope_matrix(fit.columns, read, fit.cells.table.n_patterns, variable)[:, model.first_column :]

    def each(coefficients: np.ndarray) -> np.ndarray:
        return model.slopes(rows, turned, coefficients, offset)

    found = each(fit.coefficients)
    slopes = model.slope_gradient(rows, turned, fit.coefficients, offset, share)
    return Averages(share @ found, slopes, each, found - share @ found)


def _design(fit: CategoricalModel, read: Getter) -> tuple[np.ndarray, np.ndarray | float]:
    """Rows of the model's own design matrix and the offset by pattern."""
    rows = design_matrix(fit.columns, read, fit.cells.table.n_patterns)
    return rows[:, SHARE_MODELS[fit.kind].first_column :], read(fit.spec.offset) if fit.spec.offset else 0.0
