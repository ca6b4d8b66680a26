"""The library through its public functions, as a measured process calls it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from people import CONDITIONS, COVARIATES, DESIGN, EXPOSURE, FORMULA, OUTCOME, read_frame

import comorbid as cm

State = dict[str, Any]
SURVEY = cm.SurveyDesign(weights="weight", strata="stratum", psu="psu")


def frame(state: State, path: str, names: list[str]) -> int:
    """Read people into memory; conditions become boolean, as in a frame that describes itself."""
    people = read_frame(Path(path), tuple(names))
    for name in CONDITIONS:
        if name in people:
            people[name] = people[name].to_numpy().view(bool)
    state["frame"] = people
    return len(people)


def cohort(state: State, survey: bool) -> None:
    state["cohort"] = cm.load_cohort(state["frame"], design=SURVEY if survey else None)


def file_cohort(state: State, path: str, codebook: str) -> None:
    state["cohort"] = cm.load_cohort(path, codebook=codebook)


def fit(state: State, formula: str = FORMULA) -> Any:
    """One adjusted model of the cohort that is loaded."""
    model = cm.fit_logistic(state["cohort"], formula)
    state["fit"] = model
    return lambda: _found(model.coefficients, np.sqrt(np.diag(model.covariance)))


def pairs(state: State, by: str) -> Any:
    table = cm.fit_pairs(state["cohort"], list(COVARIATES), list(CONDITIONS), by=by)
    return lambda: {
        f"{row.outcome} {row.exposure} {getattr(row, by)}": [float(np.log(row.estimate)), float(row.std_error)]
        for row in table.itertuples()
    }


def replicates(state: State, n: int) -> Any:
    """Standard errors of the model from bootstrap replicates, each fitted anew."""
    cohort = state["cohort"].with_replicates("bootstrap", n_replicates=n, seed=1)
    model = cm.fit_logistic(cohort, FORMULA)
    state["factors"] = cohort.clusters.replication.factors
    return lambda: _found(model.coefficients, np.sqrt(np.diag(model.covariance)))


def save_factors(state: State, path: str) -> None:
    """What the weights of each PSU are multiplied by in each replicate, for the peers."""
    np.save(path, state["factors"])


def collapse(state: State) -> Any:
    """The collapse alone."""
    from comorbid.cells import collapse_cohort

    cells = collapse_cohort(state["cohort"], [EXPOSURE, *COVARIATES, OUTCOME])
    return lambda: {"people": int(cells.n), "patterns": int(cells.table.n_patterns)}


def one_pass(state: State) -> None:
    """Sum the bytes of the same columns, eight at a time: as fast as memory gives them."""
    frame = state["frame"]
    for name in (EXPOSURE, *COVARIATES, OUTCOME):
        column = frame[name]
        values = column.array.codes if name in COVARIATES else column.to_numpy()
        values[: len(values) // 8 * 8].view(np.uint64).sum()


def by_row(state: State, survey: bool) -> Any:
    """The same model person by person: Newton steps over all rows, and sums of scores by PSU."""
    frame = state["frame"]
    y = frame[OUTCOME].to_numpy().astype(float)
    x = [np.ones(len(y)), frame[EXPOSURE].to_numpy().astype(float)]
    x += [(frame[c].array.codes == level).astype(float) for c, k in COVARIATES.items() for level in range(1, k)]
    rows = np.column_stack(x)
    weight = frame["weight"].to_numpy() if survey else np.ones(len(y))
    beta = np.zeros(rows.shape[1])
    for _ in range(12):
        fitted = 1 / (1 + np.exp(-(rows @ beta)))
        bread = np.linalg.inv((rows * (weight * fitted * (1 - fitted))[:, None]).T @ rows)
        beta = beta + bread @ (rows.T @ (weight * (y - fitted)))
    fitted = 1 / (1 + np.exp(-(rows @ beta)))
    bread = np.linalg.inv((rows * (weight * fitted * (1 - fitted))[:, None]).T @ rows)
    if not survey:
        return _found(beta, np.sqrt(np.diag(bread)))
    return _found(beta, _linearised((rows @ bread) * (weight * (y - fitted))[:, None], frame))


def _linearised(influence: np.ndarray, frame: Any) -> np.ndarray:
    """Standard errors from each person's influence, PSU by PSU within strata."""
    stratum, psu = frame[DESIGN[1]].to_numpy(), frame[DESIGN[2]].to_numpy()
    variance = np.zeros(influence.shape[1])
    for h in np.unique(stratum):
        units = np.unique(psu[stratum == h])
        sums = np.stack([influence[(stratum == h) & (psu == unit)].sum(axis=0) for unit in units])
        variance += len(units) / (len(units) - 1) * np.square(sums - sums.mean(axis=0)).sum(axis=0)
    return np.sqrt(variance)


def profile(state: State, survey: bool) -> Any:
    """Where one model's time goes: share of each function of the library, itself and the numpy it calls."""
    import cProfile
    import pstats

    profiler = cProfile.Profile()
    for _ in range(5):
        cohort(state, survey)
        profiler.runcall(fit, state)
    return lambda: _shares(pstats.Stats(profiler))


def _shares(stats: Any) -> dict[str, float]:
    """Seconds of each of the library's functions, less those of the library's functions that it calls."""

    def own(key: Any) -> bool:
        return "comorbid" in key[0]

    seconds = {key: value[3] for key, value in stats.stats.items() if own(key)}
    for key, value in stats.stats.items():
        for caller, times in value[4].items():
            if own(key) and own(caller):
                seconds[caller] -= times[3]
    total = sum(seconds.values())
    named = {f"{Path(key[0]).stem}.{key[2]}": value / total for key, value in seconds.items()}
    return dict(sorted(named.items(), key=lambda item: -item[1])[:6])


def _found(beta: np.ndarray, error: np.ndarray) -> dict[str, list[float]]:
    return {"beta": [float(v) for v in beta], "error": [float(v) for v in error]}
