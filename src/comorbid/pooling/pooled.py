"""A pooled result and the frames it gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from comorbid._numerics.intervals import check_conf_level, critical_value
from comorbid._numerics.pooling import inconsistency, typical_variance
from comorbid._numerics.pooling_tau2 import q_profile
from comorbid.columns import arrange
from comorbid.errors import SpecError
from comorbid.pooling import deletion, small_studies, subgroups
from comorbid.pooling.design import Design, rows_of
from comorbid.pooling.model import RANDOM, Asked, Model
from comorbid.pooling.moderation import moderator_test
from comorbid.pooling.rows import Scale, wald_rows
from comorbid.pooling.studies import Studies

PREDICTIONS = ("residual", "higgins", "as-test")
POOLED, PREDICTION = "Pooled", "Prediction interval"


@dataclass(frozen=True, slots=True, repr=False)
class PooledEstimates:
    """One pooled result.

    studies : what was pooled
    design : the design matrix and what its columns are
    model : coefficients, covariance, weights and spread
    method, test, prediction : what was asked
    conf_level : level of every interval
    by : the column whose kinds `subgroups` keeps apart
    """

    studies: Studies
    design: Design
    model: Model
    method: str
    test: str
    conf_level: float = 0.95
    prediction: str = "residual"
    by: str | None = None

    def __post_init__(self) -> None:
        check_conf_level(self.conf_level)

    def _said(self) -> dict[str, object]:
        """What a figure says of the spread."""
        found, spread = self._spread(), self.model.spread
        return {"method": self.method, "test": self.test, **found, "q": spread.q, "df": spread.df, "p": spread.p_value}

    def __repr__(self) -> str:
        return f"<PooledEstimates of {self.studies.k} {self.studies.measure} estimates: {self.method}, {self.test}>"

    def _asked(self) -> Asked:
        return Asked(self.method, self.test, self.conf_level)

    def _alone(self, what: str) -> Studies:
        """The studies, where the model has no moderators."""
        if self.has_moderators:
            raise SpecError(f"`{what}` is of a pooled estimate; this is a meta-regression. Pool without moderators.")
        return self.studies

    @property
    def has_moderators(self) -> bool:
        """Whether this is a meta-regression."""
        return len(self.design.term) > 1

    def tidy(self, exponentiate: bool = False, studies: bool = False) -> pd.DataFrame:
        """The pooled estimate and its prediction interval; of a meta-regression, one row a coefficient.

        Parameters
        ----------
        exponentiate : bool
            Give ratios: estimates and limits are turned, standard errors stay on the log scale. Has no effect on
            differences.
        studies : bool
            Put the estimates pooled before it, with their weights.

        Returns
        -------
        DataFrame
            study, type ("study", "summary" or "prediction"), or term, level, reference for coefficients; measure
            ("log_odds", or "odds_ratio" when exponentiated, and so on; a coefficient of a moderator is then a
            "ratio_of_odds_ratios"), estimate, std_error, statistic, p_value, conf_low, conf_high, and of studies weight
            in percent, n and events where they are known. The row of the prediction interval repeats the pooled
            estimate; it is missing where one true effect is assumed, for there is then nothing to predict.
        """
        scale = Scale.of(self.studies, exponentiate)
        own = [self._study_rows(scale)] if studies else []
        frame = pd.concat([*own, self._summary_rows(scale)], ignore_index=True)
        return self._labelled(frame)

    def drawn(self) -> pd.DataFrame:
        """The frame that `forest_plot` and `funnel_plot` draw: ratios and studies, by kind where `by` was given."""
        if self.has_moderators:
            coefficients = self.tidy(exponentiate=True).iloc[1:]
            return self._labelled(coefficients)
        if self.by is None or self.studies.frame[self.by].nunique() < 2:
            return self.tidy(exponentiate=True, studies=True)
        kinds = self.subgroups(exponentiate=True, studies=True)
        whole = self.tidy(exponentiate=True).replace({"study": {POOLED: "All studies"}})
        return self._labelled(pd.concat([kinds, whole], ignore_index=True))

    def _summary_rows(self, scale: Scale) -> pd.DataFrame:
        errors = np.sqrt(np.diag(self.model.covariance))
        rows = wald_rows(scale, self.model.coefficients, errors, self.conf_level, self.model.df)
        design = self.design
        if self.has_moderators:
            named = {"term": design.term, "level": design.level, "reference": design.reference}
            if scale.exponentiate:
                rows.loc[1:, "measure"] = f"ratio_of_{scale.measure}s"
            return pd.concat([pd.DataFrame({"type": "coefficient", **named}), rows], axis=1)
        low, high = scale.turn(np.array(self.prediction_limits()))
        ahead = rows.assign(type="prediction", study=PREDICTION, conf_low=low, conf_high=high)
        ahead[["std_error", "statistic", "p_value"]] = np.nan
        return pd.concat([rows.assign(type="summary", study=POOLED), ahead], ignore_index=True)

    def predict(self, values: pd.DataFrame, exponentiate: bool = False) -> pd.DataFrame:
        """Where a meta-regression puts studies with these values of the moderators, and a new one of that kind.

        Parameters
        ----------
        values : DataFrame
            One row a question, with a column for each moderator.
        exponentiate : as in `tidy`

        Returns
        -------
        DataFrame
            The values; measure, estimate, std_error, statistic, p_value, conf_low, conf_high of the mean, and
            prediction_low, prediction_high of the true effect of a new study (missing under one true effect).

        Raises
        ------
        SpecError
            When a moderator is absent or a level is new.
        """
        scale, x = Scale.of(self.studies, exponentiate), rows_of(self.design, values)
        errors = np.sqrt(np.einsum("ij,jk,ik->i", x, self.model.covariance, x))
        mean = x @ self.model.coefficients
        rows = wald_rows(scale, mean, errors, self.conf_level, self.model.df)
        half = self._reach(errors)
        ahead = {"prediction_low": scale.turn(mean - half), "prediction_high": scale.turn(mean + half)}
        own = values[list(dict.fromkeys(self.design.term[1:]))].reset_index(drop=True)
        return self._labelled(pd.concat([own, rows.assign(**ahead)], axis=1))

    def _reach(self, errors: np.ndarray) -> np.ndarray:
        """Half the width of the prediction interval about means with these standard errors; NaN where there is none."""
        if self.model.tau2 is None or not self.prediction_df >= 1:
            return np.full(errors.shape, np.nan)
        return critical_value(self.conf_level, self.prediction_df) * np.sqrt(self.model.tau2 + errors**2)

    def _study_rows(self, scale: Scale) -> pd.DataFrame:
        rows = wald_rows(scale, self.studies.y, np.sqrt(self.studies.v), self.conf_level, np.inf)
        return rows.assign(study=self.studies.labels, type="study", weight=self.model.weights, **self.studies.counts)

    def _labelled(self, frame: pd.DataFrame) -> pd.DataFrame:
        frame = arrange(frame, [name for name in ("study", "type", "test") if name in frame.columns])
        frame.attrs = {"conf_level": self.conf_level, "pooled": self._said()}
        return frame

    def prediction_limits(self) -> tuple[float, float]:
        """Limits, on the additive scale, that hold the true effect of a new study of the same kind.

        b -/+ t sqrt(tau2 + se^2); NaN with moderators (see `predict`), under one true effect, or without degrees of
        freedom.
        """
        if self.has_moderators:
            return float("nan"), float("nan")
        centre = float(self.model.coefficients[0])
        half = float(self._reach(np.sqrt(self.model.covariance[:1, 0]))[0])
        return centre - half, centre + half

    @property
    def prediction_df(self) -> float:
        """Degrees of freedom of the prediction interval."""
        if self.prediction == "as-test":
            return self.model.df
        units = len(set(self.studies.names)) if self.method == "multilevel" else self.studies.k
        return units - len(self.design.term) - (self.prediction == "higgins")

    def glance(self) -> pd.DataFrame:
        """One row: how many estimates, the spread between them, how it was pooled, where a new study would lie.

        Returns
        -------
        DataFrame
            measure, method, test, k, n_studies, tau2, tau2_low, tau2_high, i2, i2_low, i2_high (percent), h2, h2_low,
            h2_high, q, q_df, q_p_value, prediction_low, prediction_high (additive scale), prediction_df,
            moderator_statistic (chi-square, or F), moderator_df_num, moderator_df_den, moderator_p_value, r2 (percent
            of tau2 that the moderators take away).
        """
        spread, ahead = self.model.spread, self.prediction_limits()
        row = {
            **{"measure": self.studies.measure, "method": self.method, "test": self.test},
            **{"k": self.studies.k, "n_studies": len(set(self.studies.names))},
            **self._spread(),
            **{"q": spread.q, "q_df": spread.df, "q_p_value": spread.p_value},
            **{"prediction_low": ahead[0], "prediction_high": ahead[1], "prediction_df": self.prediction_df},
            **moderator_test(self.studies, self.design, self.model, self.method),
        }
        return self._labelled(pd.DataFrame([row]))

    def _spread(self) -> dict[str, float]:
        """tau2, I2 and H2 with the limits that follow from the Q-profile interval of tau2."""
        spread, limits = self.model.spread, (np.nan, np.nan)
        tau2 = np.nan if self.model.tau2 is None else self.model.tau2
        if self.method in RANDOM:
            limits = q_profile(self.studies.y, self.studies.v, self.design.x, self.conf_level)
        i2, h2 = inconsistency(np.array(limits), typical_variance(self.studies.v, self.design.x))
        found = {"tau2": (tau2, *limits), "i2": (spread.i2, *i2), "h2": (spread.h2, *h2)}
        ends = ("", "_low", "_high")
        return {name + end: float(value) for name, of in found.items() for end, value in zip(ends, of, strict=True)}

    def heterogeneity(self) -> pd.DataFrame:
        """The spread between studies, one row a measure.

        Returns
        -------
        DataFrame
            measure ("tau2", "tau", "i2" in percent, "h2", "q"; of a multilevel model "tau2_between" and "tau2_within"
            studies too), estimate, conf_low, conf_high, df and p_value (of q).
        """
        found, spread = self._spread(), self.model.spread
        of = {name: (found[name], found[f"{name}_low"], found[f"{name}_high"]) for name in ("tau2", "i2", "h2")}
        of = {"tau2": of["tau2"], "tau": tuple(np.sqrt(of["tau2"])), **of}
        rows: list[dict[str, object]] = [
            {"measure": name, "estimate": values[0], "conf_low": values[1], "conf_high": values[2]}
            for name, values in of.items()
        ]
        parts = zip(("tau2_between", "tau2_within"), self.model.parts or (), strict=False)
        rows += [{"measure": name, "estimate": value} for name, value in parts]
        rows.append({"measure": "q", "estimate": spread.q, "df": spread.df, "p_value": spread.p_value})
        frame = pd.DataFrame(rows, columns=["measure", "estimate", "conf_low", "conf_high", "df", "p_value"])
        return self._labelled(frame)

    def intervals(self) -> pd.DataFrame:
        """How the intervals given lie about their estimates.

        Returns
        -------
        DataFrame
            study, std_error (log scale of a ratio), asymmetry (estimate minus midpoint of the interval, in standard
            errors), explained_by_rounding (of the numbers as printed), std_error_rounding (share of the standard error
            by which rounding can change it).

        Raises
        ------
        SpecError
            When standard errors or cells were given, not intervals.
        """
        found = self.studies.intervals
        if found is None:
            raise SpecError("no intervals were given: the estimates came with standard errors or as cells.")
        columns: dict[str, object] = {"study": self.studies.labels, "std_error": found.std_error}
        columns |= {"asymmetry": found.asymmetry}
        columns |= {"explained_by_rounding": found.explained, "std_error_rounding": found.uncertainty}
        return self._labelled(pd.DataFrame(columns))

    def leave_one_out(self, exponentiate: bool = False) -> pd.DataFrame:
        """The pooled result without each study in turn; see `pooling.deletion.leave_one_out`."""
        return self._labelled(deletion.leave_one_out(self._alone("leave_one_out"), self._asked(), exponentiate))

    def influence(self) -> pd.DataFrame:
        """What each estimate does to the result; see `pooling.deletion.influence_of_each`."""
        return self._labelled(deletion.influence_of_each(self.studies, self.design, self.model, self._asked()))

    def subgroups(self, by: str | None = None, exponentiate: bool = False, studies: bool = False) -> pd.DataFrame:
        """Each kind of study pooled alone, and a test that they agree; see `pooling.subgroups.pool_subgroups`."""
        return self._labelled(
            subgroups.pool_subgroups(self._alone("subgroups"), self._asked(), by or self.by, exponentiate, studies)
        )

    def small_study_tests(self) -> pd.DataFrame:
        """Whether small studies say something else; see `pooling.small_studies.small_study_tests`."""
        return self._labelled(small_studies.small_study_tests(self._alone("small_study_tests"), self._asked()))

    def trim_and_fill(self, estimator: str = "L0", side: str | None = None, exponentiate: bool = False) -> pd.DataFrame:
        """The result with the studies a symmetric funnel would have; see `pooling.small_studies.trim_and_fill`."""
        found = small_studies.trim_and_fill(self._alone("trim_and_fill"), self._asked(), estimator, side, exponentiate)
        return self._labelled(found)
