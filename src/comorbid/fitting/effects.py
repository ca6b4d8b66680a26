"""What a fitted logistic model is asked after the fit."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd

from comorbid.fitting.attributable import attributable_of
from comorbid.fitting.averages import average_prevalence, average_slope
from comorbid.fitting.fitted import LogisticModel, finished, supported
from comorbid.fitting.frames import asked
from comorbid.fitting.interaction import interaction_of
from comorbid.fitting.margins import Averaging, margins_of
from comorbid.fitting.term_tests import term_tests


class Effects(LogisticModel):
    """Tests and effect measures of a `LogisticFit`; each gives a tidy frame.

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
        """Standardised prevalence at each level of a variable with contrasts, or its average marginal effect.

        m(a) = sum w_i P(y = 1 | x_i with variable = a) / sum w_i over the people of the model. The marginal effect of a
        continuous variable v is sum w_i p_i (1 - p_i) d(x_i b)/dv / sum w_i: prevalence per unit of v.

        Parameters
        ----------
        variable : str, optional
            A variable of the model; the exposure without it. A continuous one with two values is compared, not
            differentiated.
        at : sequence of float, optional
            Values of a continuous variable at which to standardise; contrasts are against the first.
        contrasts : sequence of {"prevalence_ratio", "prevalence_difference", "odds_ratio"}
            The last is the marginal odds ratio, of standardised prevalences.
        uncertainty : {"unconditional", "conditional"}
            Whether the covariates of the people count as sampled (their influence and that of the coefficients are
            added before they are squared, so that their covariance is kept), or as fixed (the delta method alone).
        conf_level : float

        Returns
        -------
        DataFrame
            outcome, exposure, model, term, level, reference, measure ("prevalence", a contrast, or "marginal_effect"),
            estimate, std_error (log scale for a ratio), statistic, p_value, conf_low, conf_high, n, events.

        Raises
        ------
        UnknownNameError, SpecError
            When the variable is not one of the model, or an argument not one of its choices.

        Notes
        -----
        Graubard & Korn, Biometrics 1999;55:652-9, doi:10.1111/j.0006-341X.1999.00652.x. Pinned to influence values
        written out in R, and to its jackknife to three digits; with replicates, to `survey::withReplicates`. R
        `svypredmeans` leaves a covariance out.
        """
        averaging = Averaging(partial(average_prevalence, self), partial(average_slope, self))
        frame = margins_of(self, averaging, variable or self.spec.exposure, at, contrasts, uncertainty, conf_level)
        return self._finished(frame, conf_level)

    def interaction(self, first: str, second: str, *, conf_level: float = 0.95) -> pd.DataFrame:
        """Interaction of two exposures: additive (RERI, attributable proportion, synergy index) and multiplicative.

        With odds ratios r10, r01, r11 against neither exposure: RERI = r11 - r10 - r01 + 1, AP = RERI / r11,
        S = (r11 - 1) / (r10 + r01 - 2), and r11 / (r10 r01). Intervals by the delta method on the fit's covariance, on
        the log scale for S and the ratios, and on log(1 - AP) for AP.

        Parameters
        ----------
        first, second : str
            Categorical variables whose product is in the model; each pair of levels is compared with both references.
        conf_level : float

        Returns
        -------
        DataFrame
            outcome, exposure, model, term ("first:second"), level, reference, measure ("odds_ratio" three times,
            "ratio_of_odds_ratios", "reri", "attributable_proportion", "synergy_index"), estimate, std_error (log scale
            for a ratio and for S), statistic (against no interaction), p_value, conf_low, conf_high, n, events.

        Raises
        ------
        UnknownNameError, SpecError
            When a variable is not a categorical one of the model, the product is not in it, or a third variable
            modifies their effects.

        Notes
        -----
        Odds ratios stand for prevalence ratios: with common outcomes the measures are larger than those of prevalences.
        AP is skewed where the outcome is rare: in surveys of 2,000 people intervals of estimate -/+ t std_error covered
        92.8% to 94.8%, those on log(1 - AP) cover 94.2% to 95.2% (benchmarks/COVERAGE.md). S and AP assume that both
        exposures raise the odds (Knol et al., Eur J Epidemiol 2011;26:433-8, doi:10.1007/s10654-011-9554-9): S is
        missing where it is not above zero, the error and interval of AP where r10 + r01 <= 1. Hosmer & Lemeshow,
        Epidemiology 1992;3:452-6, doi:10.1097/00001648-199209000-00012. Pinned to R `epiR::epi.interaction` and, with
        a design, to the delta method written out in R.
        """
        return self._finished(interaction_of(self, first, second, conf_level), conf_level)

    def attributable_fraction(
        self, variable: str | None = None, *, uncertainty: str = "unconditional", conf_level: float = 0.95
    ) -> pd.DataFrame:
        """Share of the outcome's prevalence that would be absent were everybody at the variable's reference.

        1 - m(reference) / m, m(reference) the standardised prevalence and m that predicted for people as they are; by
        maximum likelihood m is the observed one. The interval is formed on log(1 - fraction).

        Parameters
        ----------
        variable : str, optional
            A categorical variable of the model; the exposure without it.
        uncertainty : {"unconditional", "conditional"}
            As in `margins`.
        conf_level : float

        Returns
        -------
        DataFrame
            One row: outcome, exposure, model, term, level (missing), reference, measure ("attributable_fraction"),
            estimate, std_error (of the fraction itself), statistic and p_value (on the log scale), conf_low, conf_high,
            n, events.

        Raises
        ------
        UnknownNameError
            When the variable is not a categorical one of the model.

        Notes
        -----
        A fraction *attributable* only if the exposure is a cause and all confounding is in the model; from
        cross-sectional data it is a standardised contrast. Bruzzi et al., Am J Epidemiol 1985;122:904-14,
        doi:10.1093/oxfordjournals.aje.a114174; Greenland & Drescher, Biometrics 1993;49:865-72, doi:10.2307/2532206.
        """
        frame = attributable_of(self, variable or self.spec.exposure, uncertainty, conf_level)
        return self._finished(frame, conf_level)

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
        return self._finished(term_tests(self, list(terms) if terms is not None else None, method))

    def _finished(self, frame: pd.DataFrame, conf_level: float | None = None) -> pd.DataFrame:
        """A frame with what was asked, the people, and the cohort's labels."""
        frame = frame.assign(**asked(self.spec), n=self.n, events=self.events)
        return finished(self, supported(self, frame), conf_level=conf_level)
