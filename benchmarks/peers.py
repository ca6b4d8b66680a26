"""What users have today, each as its own manual says, from the same frame in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from people import CONDITIONS, COVARIATES, EXPOSURE, OUTCOME, REGIONS, read_frame

State = dict[str, Any]
FORMULA = f"{OUTCOME} ~ {EXPOSURE} + " + " + ".join(f"C({name})" for name in COVARIATES)


def frame(state: State, path: str, names: list[str]) -> int:
    state.clear()
    state["frame"] = read_frame(Path(path), tuple(names))
    return len(state["frame"])


def _matrix(frame: Any, exposure: str = EXPOSURE) -> np.ndarray:
    """The matrix of indicators that users build by hand."""
    columns = [np.ones(len(frame)), frame[exposure].to_numpy().astype(float)]
    columns += [(frame[c].array.codes == k).astype(float) for c, n in COVARIATES.items() for k in range(1, n)]
    return np.column_stack(columns)


def _found(beta: Any, error: Any = None) -> dict[str, Any]:
    return {"beta": list(map(float, beta)), "error": None if error is None else list(map(float, error))}


def statsmodels_logit(state: State) -> Any:
    from statsmodels.api import Logit

    frame = state["frame"]
    model = Logit(frame[OUTCOME].to_numpy().astype(float), _matrix(frame)).fit(disp=0)
    return lambda: _found(model.params, model.bse)


def _sklearn(rows: np.ndarray, y: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-8).fit(rows[:, 1:], y, sample_weight=weight)
    return np.r_[model.intercept_, model.coef_[0]]


def sklearn_newton(state: State) -> Any:
    frame = state["frame"]
    beta = _sklearn(_matrix(frame), frame[OUTCOME].to_numpy())
    return lambda: _found(beta)


def glum(state: State) -> Any:
    from glum import GeneralizedLinearRegressor

    frame = state["frame"]
    x, y = frame[[EXPOSURE, *COVARIATES]], frame[OUTCOME].astype(float)
    model = GeneralizedLinearRegressor(family="binomial", alpha=0, drop_first=True, gradient_tol=1e-8).fit(x, y)
    error = model.std_errors(x, y, robust=False, expected_information=True)
    return lambda: _found(np.r_[model.intercept_, model.coef_], error)


def pyfixest(state: State) -> Any:
    import pyfixest as pf

    model = pf.feglm(FORMULA, state["frame"], family="logit", vcov="iid", store_data=False)
    return lambda: _found(_ordered(dict(model.coef())), _ordered(dict(model.se())))


def _ordered(terms: dict[str, float]) -> list[float]:
    """Values in the order of the indicators, whatever the terms are called."""

    def of(*parts: str) -> float:
        return next(v for k, v in terms.items() if all(part in k for part in parts))

    return [of("ntercept"), of(EXPOSURE), *(of(c, f"{k}]") for c, n in COVARIATES.items() for k in range(1, n))]


def svy(state: State) -> Any:
    from svy import Design

    fitted = _svy_sample(state["frame"], Design(stratum="stratum", psu="psu", wgt="weight"))
    return lambda: _svy_found(fitted)


def svy_replicates(state: State, factors: str, n: int) -> Any:
    """Bootstrap weights as columns, then the replicate path."""
    from svy import BootstrapWgts, Design

    multiples = np.load(factors)[:, :n]
    unit, weight = state["frame"]["psu"].to_numpy(), state["frame"]["weight"].to_numpy()
    columns = {f"bw{r + 1}": weight * multiples[unit, r] for r in range(n)}
    fitted = _svy_sample(
        state["frame"], Design(wgt="weight", rep_wgts=BootstrapWgts(prefix="bw", n_reps=n)), columns, "replication"
    )
    return lambda: _svy_found(fitted)


def _svy_sample(frame: Any, design: Any, more: dict[str, np.ndarray] | None = None, method: str | None = None) -> Any:
    import polars
    from svy import Cat, Sample

    codes = {c: frame[c].array.codes if c in COVARIATES else frame[c].to_numpy() for c in frame.columns}
    sample = Sample(polars.DataFrame({**codes, **(more or {})}), design)
    extra = {"method": method} if method else {}
    return sample.glm.fit(OUTCOME, x=[EXPOSURE, *map(Cat, COVARIATES)], family="binomial", **extra).fitted


def _svy_found(fitted: Any) -> dict[str, Any]:
    by_term = {c.term: c for c in fitted.coefs}

    def of(name: str, level: int | None = None) -> Any:
        plain = {"".join(ch for ch in term.lower() if ch.isalnum()): c for term, c in by_term.items()}
        wanted = "".join(ch for ch in name.lower() if ch.isalnum()) + ("" if level is None else str(level))
        return next(
            c
            for term, c in plain.items()
            if term.strip("c") == wanted.strip("c") or term == wanted or term.endswith(wanted)
        )

    order = [next(c for t, c in by_term.items() if "cons" in t.lower() or "ntercept" in t), of(EXPOSURE)]
    order += [of(c, k) for c, n in COVARIATES.items() for k in range(1, n)]
    return _found([c.est for c in order], [c.se for c in order])


def _sampled(n: int) -> list[tuple[str, str, int]]:
    jobs = [(y, x, s) for y in CONDITIONS for x in CONDITIONS if x != y for s in range(REGIONS)]
    return [jobs[i] for i in np.linspace(0, len(jobs) - 1, n).astype(int)]


def cut(state: State) -> None:
    """The frame in strata, cut once and outside the time, to the peers' advantage."""
    frame = state["frame"]
    state["strata"] = [frame[frame["region"].array.codes == s] for s in range(REGIONS)]


def _over_pairs(n: int, fit: Callable[[str, str, int], list[float]]) -> dict[str, list[float]]:
    return {f"{y} {x} {s}": fit(y, x, s) for y, x, s in _sampled(n)}


def pairs_sklearn(state: State, n: int) -> Any:
    def fit(y: str, x: str, s: int) -> list[float]:
        people = state["strata"][s]
        return [float(_sklearn(_matrix(people, x), people[y].to_numpy())[1])]

    return _over_pairs(n, fit)


def pairs_statsmodels(state: State, n: int) -> Any:
    from statsmodels.api import Logit

    def fit(y: str, x: str, s: int) -> list[float]:
        people = state["strata"][s]
        model = Logit(people[y].to_numpy().astype(float), _matrix(people, x)).fit(disp=0)
        return [float(model.params[1]), float(model.bse[1])]

    return _over_pairs(n, fit)


def pairs_counts(state: State, n: int, kind: str) -> Any:
    """A careful user's loop: one GROUP BY for each model, then the model on its counts."""
    import duckdb

    people = state["frame"]
    connection = duckdb.connect(config={"threads": 2})
    connection.register("people", people)

    def fit(y: str, x: str, s: int) -> list[float]:
        names = ", ".join([x, *COVARIATES])
        sums = f"sum({y})::DOUBLE yes, count(*)::DOUBLE people"
        query = f"SELECT {names}, {sums} FROM people WHERE region = '{s}' GROUP BY ALL"
        return _on_counts(connection.execute(query).df(), x, kind)

    return _over_pairs(n, fit)


def _on_counts(counts: Any, exposure: str, kind: str) -> list[float]:
    for c, n in COVARIATES.items():
        counts[c] = counts[c].astype("category").cat.set_categories([str(k) for k in range(n)])
    rows, yes, people = _matrix(counts, exposure), counts["yes"].to_numpy(), counts["people"].to_numpy()
    if kind == "sklearn":
        y, weight = np.repeat([1.0, 0.0], len(rows)), np.r_[yes, people - yes]
        return [float(_sklearn(np.vstack([rows, rows])[weight > 0], y[weight > 0], weight[weight > 0])[1])]
    import statsmodels.api as sm

    model = sm.GLM(np.column_stack([yes, people - yes]), rows, family=sm.families.Binomial()).fit()
    return [float(model.params[1]), float(model.bse[1])]


def duckdb_groups(state: State, path: str) -> Any:
    """DuckDB's own GROUP BY of a file's columns."""
    import duckdb

    connection = state.setdefault("duckdb", duckdb.connect(config={"threads": 2}))
    names = ", ".join([EXPOSURE, *COVARIATES, OUTCOME])
    found = connection.execute(f"SELECT {names}, count(*) n FROM '{path}' GROUP BY {names}").fetchnumpy()
    return lambda: {"people": int(found["n"].sum()), "patterns": len(found["n"])}


def polars_groups(state: State, path: str) -> Any:
    """Polars' own group-by of a file's columns."""
    import polars

    names = [EXPOSURE, *COVARIATES, OUTCOME]
    found = polars.scan_parquet(path).group_by(names).agg(polars.len().alias("n")).collect(engine="streaming")
    return lambda: {"people": int(found["n"].sum()), "patterns": len(found)}


def versions(state: State) -> dict[str, str]:
    from importlib.metadata import version

    names = (
        "statsmodels",
        "scikit-learn",
        "glum",
        "pyfixest",
        "svy",
        "polars",
        "duckdb",
        "numpy",
        "pandas",
    )
    return {name: version(name) for name in names}
