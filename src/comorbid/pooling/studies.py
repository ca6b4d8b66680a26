"""Studies as they are pooled: estimates on their additive scale with sampling variances, read and checked."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from comorbid._numerics.intervals import check_conf_level
from comorbid._numerics.pooling_tables import empty_side, peto_effects, table_effects
from comorbid.columns import RATIO_MEASURES
from comorbid.errors import ComorbidWarning, SpecError, listed, require_known
from comorbid.pooling.intervals import Intervals, errors_of_intervals

CELLS = ("a", "b", "c", "d")
LIMITS = ("conf_low", "conf_high")
CELL_MEASURES = ("odds_ratio", "risk_ratio", "risk_difference")
CELL_METHODS = ("mantel-haenszel", "peto")


@dataclass(frozen=True, slots=True)
class Studies:
    """Estimates to pool.

    frame : the rows given, one an estimate, with every column (moderators are looked up here)
    measure : what the estimates are, ratios by their own name
    y, v : estimates (logarithms of ratios) and sampling variances, shape (k,)
    cells : shape (k, 4), or None
    intervals : how the printed intervals fit their estimates, or None where standard errors or cells were given
    """

    frame: pd.DataFrame
    measure: str
    y: np.ndarray
    v: np.ndarray
    cells: np.ndarray | None = None
    intervals: Intervals | None = None

    @property
    def k(self) -> int:
        """Number of estimates."""
        return len(self.y)

    @property
    def is_ratio(self) -> bool:
        """Whether `y` is the logarithm of a ratio."""
        return self.measure in RATIO_MEASURES

    @property
    def names(self) -> list[str]:
        """The study of each estimate."""
        return [str(name) for name in self.frame["study"]]

    @property
    def labels(self) -> list[str]:
        """One label an estimate: the study, numbered where it has several."""
        names, seen = self.names, dict[str, int]()
        labels = []
        for name in names:
            seen[name] = seen.get(name, 0) + 1
            labels.append(f"{name} ({seen[name]})" if names.count(name) > 1 else name)
        return labels

    @property
    def counts(self) -> dict[str, np.ndarray]:
        """People of each estimate, and those with the outcome: of the cells, or of columns of that name."""
        if self.cells is not None:
            return {"n": self.cells.sum(axis=1), "events": self.cells[:, [0, 2]].sum(axis=1)}
        return {name: _numbers(self.frame, name) for name in ("n", "events") if name in self.frame.columns}

    def select(self, rows: np.ndarray) -> Studies:
        """Only the rows that are true in `rows`, shape (k,)."""
        frame = self.frame[rows].reset_index(drop=True)
        cells = None if self.cells is None else self.cells[rows]
        return Studies(frame, self.measure, self.y[rows], self.v[rows], cells)


def read_studies(frame: pd.DataFrame, method: str, measure: str | None, conf_level: float) -> Studies:
    """Studies of a frame, from estimates with intervals or standard errors, or from cells.

    Raises
    ------
    SpecError
        When columns are absent, values are missing, a ratio is not above zero, or measures are mixed.
    """
    check_conf_level(conf_level)
    if "study" not in frame.columns:
        raise SpecError(f"pooling needs a column `study`; the frame has {listed(frame.columns, 20)}.")
    if method in CELL_METHODS or "estimate" not in frame.columns:
        return _from_cells(frame.reset_index(drop=True), method, measure)
    return _from_estimates(_one_measure(_complete(_named(frame, measure))), conf_level)


def _named(frame: pd.DataFrame, measure: str | None) -> pd.DataFrame:
    """The rows of the measure asked for; all of them when none was."""
    if "measure" not in frame.columns:
        raise SpecError("estimates need a column `measure`, such as 'odds_ratio': measures are never pooled unnamed.")
    if measure is not None:
        found = map(str, frame["measure"].dropna().unique())
        frame = frame[frame["measure"] == require_known(measure, found, "measure", "the frame")]
    if frame.empty:
        raise SpecError("the frame has no rows to pool.")
    return frame.reset_index(drop=True)


def _one_measure(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows, once they are of one measure: several are never pooled together."""
    found = frame["measure"].value_counts(sort=False)
    if len(found) > 1:
        counts = listed(f"{name} ({count})" for name, count in found.items())
        raise SpecError(
            f"the frame mixes measures, which have no common mean: {counts} rows.\n"
            f"  Name one, for example measure={str(found.idxmax())!r}."
        )
    return frame


def _from_estimates(frame: pd.DataFrame, conf_level: float) -> Studies:
    measure = str(frame["measure"].iloc[0])
    name = "odds_ratio" if measure == "log_odds" else measure
    logged = measure in RATIO_MEASURES
    estimate = _numbers(frame, "estimate")
    _refuse(frame, ~np.isfinite(estimate), "no estimate")
    if logged:
        _refuse(frame, estimate <= 0, f"a {measure} that is not above zero")
    if _has_errors(frame):
        error, intervals = _numbers(frame, "std_error"), None
    else:
        error, intervals = _interval_errors(frame, estimate, logged, conf_level)
    _refuse(frame, ~(np.isfinite(error) & (error > 0)), "no standard error above zero")
    y = np.log(estimate) if logged else estimate
    cells = _known_cells(frame)
    return Studies(frame, name, y, error**2, cells, intervals)


def _complete(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows with an estimate and with an error or interval; the reader is told which were left out."""
    errors = ["std_error"] if _has_errors(frame) else [name for name in LIMITS if name in frame.columns]
    without = frame[["estimate", *errors]].isna().any(axis=1).to_numpy()
    if without.all():
        raise SpecError(f"no row has an estimate with {' and '.join(errors) or 'an interval'}; nothing can be pooled.")
    if without.any():
        names = listed(frame["study"][without])
        warnings.warn(f"left out, having no estimate with an interval: {names}.", ComorbidWarning, stacklevel=4)
    return frame[~without].reset_index(drop=True)


def _has_errors(frame: pd.DataFrame) -> bool:
    return "std_error" in frame.columns and not frame["std_error"].isna().all()


def _interval_errors(
    frame: pd.DataFrame, estimate: np.ndarray, logged: bool, conf_level: float
) -> tuple[np.ndarray, Intervals]:
    lacking = [name for name in LIMITS if name not in frame.columns]
    if lacking:
        raise SpecError(
            f"`{lacking[0]}` is absent: estimates need conf_low and conf_high, or std_error"
            + (" (on the log scale)." if logged else ".")
        )
    low, high = _numbers(frame, "conf_low"), _numbers(frame, "conf_high")
    _refuse(frame, ~(np.isfinite(low) & np.isfinite(high)), "no interval")
    _refuse(frame, ~((low < high) & (low <= estimate) & (estimate <= high)), "an estimate outside its interval")
    if logged:
        _refuse(frame, low <= 0, "an interval that reaches zero")
    level = _numbers(frame, "conf_level") if "conf_level" in frame.columns else np.full(len(frame), conf_level)
    intervals = errors_of_intervals(estimate, low, high, level, logged)
    return intervals.std_error, intervals


def _from_cells(frame: pd.DataFrame, method: str, measure: str | None) -> Studies:
    lacking = [name for name in CELLS if name not in frame.columns]
    if lacking:
        raise SpecError(
            f"pooling takes estimates (study, measure, estimate, conf_low, conf_high) or cells (study, a, b, c, d); "
            f"{listed(lacking)} not found among {listed(frame.columns, 20)}."
        )
    measure = require_known(measure or "odds_ratio", CELL_MEASURES, "measure of cells")
    if method == "peto" and measure != "odds_ratio":
        raise SpecError(f"Peto's method gives an odds ratio, not a {measure}; leave `measure` out.")
    cells = np.column_stack([_numbers(frame, name) for name in CELLS])
    _refuse(frame, ~(np.isfinite(cells) & (cells >= 0)).all(axis=1), "a missing or negative cell")
    _refuse(frame, (cells[:, :2].sum(axis=1) == 0) | (cells[:, 2:].sum(axis=1) == 0), "nobody exposed or unexposed")
    frame, cells = _informative(frame, cells, measure)
    y, v = peto_effects(cells) if method == "peto" else table_effects(cells, measure)
    return Studies(frame, measure, y, v, cells)


def _informative(frame: pd.DataFrame, cells: np.ndarray, measure: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Tables without those that say nothing about a ratio; the reader is told which."""
    silent = empty_side(cells) & (measure in RATIO_MEASURES)
    if silent.all():
        raise SpecError("no table has people with and without the outcome; a ratio cannot be pooled.")
    if silent.any():
        names = listed(frame["study"][silent])
        message = f"left out, since nobody or everybody has the outcome, which says nothing about a ratio: {names}."
        warnings.warn(message, ComorbidWarning, stacklevel=5)
    return frame[~silent].reset_index(drop=True), cells[~silent]


def _known_cells(frame: pd.DataFrame) -> np.ndarray | None:
    """Cells that stand beside estimates, when every row has them."""
    if not set(CELLS) <= set(frame.columns) or frame[list(CELLS)].isna().any(axis=None):
        return None
    return np.column_stack([_numbers(frame, name) for name in CELLS])


def _numbers(frame: pd.DataFrame, name: str) -> np.ndarray:
    try:
        return np.asarray(frame[name], dtype=float)
    except (TypeError, ValueError):
        raise SpecError(f"`{name}` holds text; pooling needs numbers there.") from None


def _refuse(frame: pd.DataFrame, wrong: np.ndarray, what: str) -> None:
    """Raise naming the studies in which something is wrong; studies are published, not people."""
    if wrong.any():
        names: Sequence[object] = list(frame["study"][wrong])
        raise SpecError(f"{what}: {listed(names)}. Nothing was pooled; leave these rows out or complete them.")
