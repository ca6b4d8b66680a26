"""What a fitted logistic model is asked after the fit; the methods that every fit has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import pandas as pd

from comorbid.columns import arrange
from comorbid.errors import SpecError
from comorbid.fitting.margins import UNCERTAINTY, standardised
from comorbid.fitting.term_tests import term_tests

if TYPE_CHECKING:
    from comorbid.fitting.fit import LogisticFit


class Effects:
    """Tests and effect measures of a `LogisticFit`; each gives a tidy frame."""

    __slots__ = ()

    def margins(
        self, variable: str | None = None, *, uncertainty: str = "unconditional", conf_level: float = 0.95
    ) -> pd.DataFrame:
        """Standardised prevalence at each level of a variable, with ratios and differences against its reference.

        m(a) = sum w_i P(y = 1 | x_i with variable = a) / sum w_i over the people of the model.

        Parameters
        ----------
        variable : str, optional
            A categorical variable of the model; the exposure without it.
        uncertainty : {"unconditional", "conditional"}
            Whether the covariates of the people count as sampled (their influence and that of the coefficients are
            added before they are squared, so that their covariance is kept), or as fixed (the delta method alone).
        conf_level : float

        Returns
        -------
        DataFrame
            outcome, exposure, model, term, level, reference, measure ("prevalence", "prevalence_ratio",
            "prevalence_difference"), estimate, std_error (log scale for the ratio), statistic, p_value, conf_low,
            conf_high, n, events.

        Raises
        ------
        SpecError
            When the variable is not a categorical one of the model.

        Notes
        -----
        Graubard & Korn, Biometrics 1999;55:652-9, doi:10.1111/j.0006-341X.1999.00652.x.
        """
        if uncertainty not in UNCERTAINTY:
            raise SpecError(f"uncertainty = {uncertainty!r} is not a choice. Accepted: {', '.join(UNCERTAINTY)}.")
        fit = cast("LogisticFit", self)
        return _finished(fit, standardised(fit, variable or fit.spec.exposure, uncertainty, conf_level))

    def test_terms(self, terms: Sequence[str] | None = None, *, method: str = "wald") -> pd.DataFrame:
        """Test of each term of the model: all its coefficients zero.

        Parameters
        ----------
        terms : sequence of str, optional
            Terms as `tidy` names them; all but the intercept without it. A main effect beside its interaction is
            tested by its own coefficients alone: no effect at the other variable's reference.
        method : {"wald", "lrt"}
            "wald": F = b' V^-1 b / q on q and the fit's degrees of freedom. "lrt": X = 2 (l - l0), weights scaled to
            mean 1, against sum_i a_i F_i, a_i the design effects: eigenvalues of N^-1 V with N the inverse information.
            After Firth's method both likelihoods are penalised.

        Returns
        -------
        DataFrame
            outcome, exposure, model, term, measure ("wald_f" or "likelihood_ratio"), statistic, p_value, n, events,
            df_num, df_den (infinite without a design, where the likelihood ratio refers to chi-square).

        Raises
        ------
        UnknownNameError
            When a term is not one of the model.
        SpecError
            When the method is not one of the two, or the design has fewer sampled units than a term has coefficients.

        Notes
        -----
        Rao & Scott, Ann Stat 1984;12:46-60, doi:10.1214/aos/1176346391; Lumley & Scott, Aust N Z J Stat
        2014;56:1-14, doi:10.1111/anzs.12065. Pinned to R `survey::regTermTest`. With one coefficient, or equal design
        effects, p is exact where R's is the saddlepoint approximation, which is some 15% larger far in the tail.
        """
        fit = cast("LogisticFit", self)
        return _finished(fit, term_tests(fit, list(terms) if terms is not None else None, method))


def _finished(fit: LogisticFit, frame: pd.DataFrame) -> pd.DataFrame:
    """A frame with what was asked, the people, and the cohort's labels."""
    asked = {"outcome": fit.spec.outcome, "exposure": fit.spec.exposure, "model": fit.spec.model}
    frame = arrange(frame.assign(**asked, n=fit.n, events=fit.events))
    return fit.cohort.labelled(frame) if fit.cohort is not None else frame
