"""Maximum likelihood and Firth estimates of small public data sets, in 40-digit arithmetic.

``python certified.py [output.json]`` needs ``mpmath``, and ``statsmodels`` for the file of case R3 that it carries; the
tests read the JSON and need neither.
Newton's method runs until the step is below 1e-35; the standard errors are the square roots of the
inverse Fisher information at the estimate, and the log-likelihood leaves out binomial coefficients.
"""

import csv
import json
import platform
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import mpmath as mp

mp.mp.dps = 40
HERE = Path(__file__).resolve().parent
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Case:
    """One model: its data file, how a row becomes (trials, successes), and its columns beside the intercept."""

    name: str
    file: str
    formula: str
    counts: Callable[[Row], tuple[str | int, str | int]]
    columns: dict[str, Callable[[Row], str | int]]
    firth: bool = False
    keep: Callable[[Row], bool] = lambda row: True


def number(name: str) -> Callable[[Row], str]:
    return lambda row: row[name]


def level(name: str, value: str) -> Callable[[Row], int]:
    return lambda row: int(row[name] == value)


def outcome(name: str, value: str) -> Callable[[Row], tuple[int, int]]:
    return lambda row: (1, int(row[name] == value))


def levels(name: str, values: Iterable[str]) -> dict[str, Callable[[Row], str | int]]:
    return {f"{name}[{value}]": level(name, value) for value in values}


def numbers(*names: str) -> dict[str, Callable[[Row], str | int]]:
    return {name: number(name) for name in names}


CASES = [
    Case(
        "R1",
        "birthwt.csv",
        "low ~ age + lwt + race + ftv",
        outcome("low", "1"),
        {**numbers("age", "lwt"), **levels("race", "23"), **numbers("ftv")},
    ),
    Case("R2", "birthwt.csv", "low ~ lwt + race", outcome("low", "1"), {**numbers("lwt"), **levels("race", "23")}),
    Case("R1 constant", "birthwt.csv", "low ~ 1", outcome("low", "1"), {}),
    Case("R3", "spector.csv", "grade ~ gpa + tuce + psi", outcome("GRADE", "1"), numbers("GPA", "TUCE", "PSI")),
    Case(
        "R4",
        "mroz.csv",
        "lfp ~ k5 + k618 + age + wc + hc + lwg + inc",
        outcome("lfp", "yes"),
        {**numbers("k5", "k618", "age"), **levels("wc", ["yes"]), **levels("hc", ["yes"]), **numbers("lwg", "inc")},
    ),
    Case("R5", "plasma.csv", "ESR > 20 ~ fibrinogen", outcome("ESR", "ESR > 20"), numbers("fibrinogen")),
    Case(
        "R6",
        "space_shuttle.csv",
        "Fail ~ Temperature",
        outcome("Fail", "yes"),
        numbers("Temperature"),
        keep=lambda row: row["Fail"] != "",
    ),
    Case("R7", "beetles.csv", "dead of n ~ dose", lambda row: (row["n"], row["dead"]), numbers("dose")),
    Case(
        "R8",
        "lizards.csv",
        "grahami of both ~ height + diameter + light + time",
        lambda row: (int(row["grahami"]) + int(row["opalinus"]), row["grahami"]),
        {
            **levels("height", [">=5ft"]),
            **levels("diameter", [">2in"]),
            **levels("light", ["shady"]),
            **levels("time", ["midday", "late"]),
        },
    ),
    Case(
        "menarche",
        "menarche.csv",
        "Menarche of Total ~ Age",
        lambda row: (row["Total"], row["Menarche"]),
        numbers("Age"),
    ),
    Case(
        "nodal",
        "nodal.csv",
        "r ~ aged + stage + grade + xray + acid",
        outcome("r", "1"),
        numbers("aged", "stage", "grade", "xray", "acid"),
    ),
    Case(
        "R9",
        "dayton_survey.csv",
        "marijuana ~ alcohol + cigarette",
        lambda row: (row["Freq"], row["Freq"] if row["marijuana"] == "Yes" else 0),
        {**levels("alcohol", ["Yes"]), **levels("cigarette", ["Yes"])},
    ),
    Case(
        "R9",
        "dayton_survey.csv",
        "cigarette ~ alcohol + marijuana",
        lambda row: (row["Freq"], row["Freq"] if row["cigarette"] == "Yes" else 0),
        {**levels("alcohol", ["Yes"]), **levels("marijuana", ["Yes"])},
    ),
    Case("R15", "endometrial.csv", "HG ~ NV + PI + EH", outcome("HG", "1"), numbers("NV", "PI", "EH"), firth=True),
    Case("R24", "zero_cell.csv", "y ~ x", lambda row: (row["n"], row["y"]), numbers("x"), firth=True),
]


def information(x: mp.matrix, trials: list, mu: list) -> mp.matrix:
    weighted = mp.matrix(x.rows, x.cols)
    for i in range(x.rows):
        for j in range(x.cols):
            weighted[i, j] = x[i, j] * trials[i] * mu[i] * (1 - mu[i])
    return x.T * weighted


def read_rows(file: str) -> list[Row]:
    """Rows of a file in data/; Spector's data are read where statsmodels keeps them."""
    if (HERE / "data" / file).exists():
        with (HERE / "data" / file).open(newline="") as handle:
            return list(csv.DictReader(handle))
    spec = find_spec("statsmodels")
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"{file} is not in data/, and statsmodels is not installed")
    path = Path(spec.origin).parent / "datasets" / Path(file).stem / file
    with path.open(newline="") as handle:
        return list(csv.DictReader(handle, delimiter=" ", quotechar="'"))


def fit(x: mp.matrix, trials: list, successes: list, firth: bool) -> tuple[mp.matrix, mp.matrix, mp.mpf]:
    """Root of the (Firth-adjusted) score by Newton steps, inverse information and log-likelihood there."""
    beta = mp.matrix(x.cols, 1)
    for _ in range(2000):
        mu = [1 / (1 + mp.exp(-eta)) for eta in x * beta]
        inverse = information(x, trials, mu) ** -1
        residual = mp.matrix([s - t * m for s, t, m in zip(successes, trials, mu, strict=True)])
        if firth:
            for i in range(x.rows):
                leverage = trials[i] * mu[i] * (1 - mu[i]) * (x[i, :] * inverse * x[i, :].T)[0]
                residual[i] += leverage * (mp.mpf(1) / 2 - mu[i])
        step = inverse * (x.T * residual)
        beta += step
        if mp.norm(step, mp.inf) < mp.mpf(10) ** -35:
            break
    else:
        raise ArithmeticError("no convergence")
    mu = [1 / (1 + mp.exp(-eta)) for eta in x * beta]
    likelihood = mp.fsum(
        (s * mp.log(m) + (t - s) * mp.log(1 - m)) for s, t, m in zip(successes, trials, mu, strict=True) if t > 0
    )
    return beta, information(x, trials, mu) ** -1, likelihood


def solve(case: Case) -> list[dict]:
    rows = [row for row in read_rows(case.file) if case.keep(row)]
    counts = [case.counts(row) for row in rows]
    x = mp.matrix([[mp.mpf(1), *(mp.mpf(column(row)) for column in case.columns.values())] for row in rows])
    trials, successes = [mp.mpf(t) for t, _ in counts], [mp.mpf(s) for _, s in counts]
    beta, inverse, likelihood = fit(x, trials, successes, case.firth)
    about = {
        "case": case.name,
        "data": case.file,
        "formula": case.formula,
        "method": "firth" if case.firth else "ml",
        "n": int(sum(trials)),
        "events": int(sum(successes)),
        "log_likelihood": float(likelihood),
    }
    if case.firth:
        about["penalised_log_likelihood"] = float(likelihood - mp.log(mp.det(inverse)) / 2)
    return [
        {
            "set": "coefficient",
            **about,
            "coefficient": name,
            "estimate": float(beta[j]),
            "se": float(mp.sqrt(inverse[j, j])),
            "estimate_25_digits": mp.nstr(beta[j], 25),
            "se_25_digits": mp.nstr(mp.sqrt(inverse[j, j]), 25),
        }
        for j, name in enumerate(["(Intercept)", *case.columns])
    ]


def table_record(case: str, name: str, a: int, b: int, c: int, d: int) -> dict:
    """Odds ratio of a fourfold table (a, b / c, d) with Woolf's standard error on the log scale."""
    log_or = mp.log(mp.mpf(a) * d / (mp.mpf(b) * c))
    se = mp.sqrt(sum(1 / mp.mpf(k) for k in (a, b, c, d)))
    z = mp.sqrt(2) * mp.erfinv(mp.mpf("0.95"))
    return {
        "set": "table",
        "case": case,
        "table": name,
        "a": a,
        "b": b,
        "c": c,
        "d": d,
        "odds_ratio": float(mp.exp(log_or)),
        "log_odds_ratio": float(log_or),
        "se": float(se),
        "conf_low": float(mp.exp(log_or - z * se)),
        "conf_high": float(mp.exp(log_or + z * se)),
    }


def bivariate_normal(a: mp.mpf, b: mp.mpf, rho: mp.mpf) -> mp.mpf:
    """P(X < a, Y < b) of two standard normals with correlation rho, by Sheppard's integral."""

    def density(angle: mp.mpf) -> mp.mpf:
        return mp.exp(-(a * a + b * b - 2 * a * b * mp.sin(angle)) / (2 * mp.cos(angle) ** 2))

    return mp.ncdf(a) * mp.ncdf(b) + mp.quad(density, mp.linspace(0, mp.asin(rho), 9)) / (2 * mp.pi)


def tetrachoric_record(case: str, both: int, only_a: int, only_b: int, neither: int) -> dict:
    """Correlation of the latent normals that gives the table, with thresholds from its margins, and its delta error."""
    n = mp.mpf(both + only_a + only_b + neither)
    p = [both / n, (both + only_a) / n, (both + only_b) / n]
    a, b = (mp.sqrt(2) * mp.erfinv(2 * share - 1) for share in p[1:])
    rho = mp.findroot(
        lambda r: bivariate_normal(a, b, r) - p[0], mp.mpf(both * neither > only_a * only_b) - mp.mpf("0.5")
    )
    s = mp.sqrt(1 - rho**2)
    height = mp.exp(-(a * a + b * b - 2 * a * b * rho) / (2 * s * s)) / (2 * mp.pi * s)
    gradient = mp.matrix([1, -mp.ncdf((b - rho * a) / s), -mp.ncdf((a - rho * b) / s)]) / height
    products = [[p[0], p[0], p[0]], [p[0], p[1], p[0]], [p[0], p[0], p[2]]]
    covariance = mp.matrix([[(products[i][j] - p[i] * p[j]) / n for j in range(3)] for i in range(3)])
    se = mp.sqrt((gradient.T * covariance * gradient)[0])
    return {
        "set": "tetrachoric",
        "case": case,
        "both": both,
        "only_a": only_a,
        "only_b": only_b,
        "neither": neither,
        "estimate": float(rho),
        "se": float(se),
        "estimate_25_digits": mp.nstr(rho, 25),
        "se_25_digits": mp.nstr(se, 25),
    }


def main() -> None:
    records = [record for case in CASES for record in solve(case)]
    records += [
        table_record("R23", "aspirin against placebo", 189, 10845, 104, 10933),
        table_record("R9", "alcohol x cigarette", 1449, 500, 46, 281),
        table_record("R9", "alcohol x marijuana", 955, 994, 5, 322),
        table_record("R9", "cigarette x marijuana", 914, 581, 46, 735),
    ]
    records += [
        tetrachoric_record("peers", 100, 50, 20, 30),
        tetrachoric_record("R9 alcohol x cigarette", 1449, 500, 46, 281),
        tetrachoric_record("prevalences .2 .15 .1", 100, 100, 50, 750),
        tetrachoric_record("negative", 20, 180, 130, 670),
        tetrachoric_record("strong, unequal", 95, 5, 155, 745),
    ]
    meta = {
        "script": "certified.py",
        "versions": {"python": platform.python_version(), "mpmath": mp.__version__},
        "note": "40-digit arithmetic; estimate and se are rounded to the nearest double.",
    }
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "certified.json"
    lines = ",\n".join(json.dumps(record) for record in records)
    target.write_text(f'{{"meta": {json.dumps(meta)},\n"records": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
