"""Logistic models of public data against 40-digit values: 1e-11 in coefficients, 1e-10 in standard errors.

Grouped rows are given once as one row a person and once as counts in a weight column, since the likelihood is the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from tests.references import FOLDER, records


@dataclass(frozen=True, slots=True)
class Case:
    """How a data file becomes people: the outcome, the model, and columns with levels in their order."""

    name: str
    file: str
    model: str
    people: Callable[[pd.DataFrame], pd.DataFrame]
    levels: dict[str, list[str]]
    formula: str = ""


def as_it_is(outcome: str, yes: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda data: data.assign(y=data[outcome].eq(yes).where(data[outcome].notna()).astype("boolean"), count=1)


def grouped(trials: Callable[[pd.DataFrame], pd.Series], successes: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def people(data: pd.DataFrame) -> pd.DataFrame:
        with_it = data.assign(y=True, count=data[successes])
        without = data.assign(y=False, count=trials(data) - data[successes])
        both = pd.concat([with_it, without], ignore_index=True)
        return both[both["count"] > 0]

    return people


def dayton(outcome: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda data: data.assign(y=data[outcome].eq("Yes"), count=data["Freq"])


LIZARDS = {
    "height": ["<5ft", ">=5ft"],
    "diameter": ["<=2in", ">2in"],
    "light": ["sunny", "shady"],
    "time": ["early", "midday", "late"],
}
NO_YES = ["No", "Yes"]
CASES = [
    Case("R1", "birthwt.csv", "y ~ age + lwt + race + ftv", as_it_is("low", 1), {"race": ["1", "2", "3"]}),
    Case("R2", "birthwt.csv", "y ~ lwt + race", as_it_is("low", 1), {"race": ["1", "2", "3"]}),
    Case("R3", "spector.csv", "y ~ GPA + TUCE + PSI", as_it_is("GRADE", 1), {}),
    Case(
        "R4",
        "mroz.csv",
        "y ~ k5 + k618 + age + wc + hc + lwg + inc",
        as_it_is("lfp", "yes"),
        {"wc": ["no", "yes"], "hc": ["no", "yes"]},
    ),
    Case("R5", "plasma.csv", "y ~ fibrinogen", as_it_is("ESR", "ESR > 20"), {}),
    Case("R6", "space_shuttle.csv", "y ~ Temperature", as_it_is("Fail", "yes"), {}),
    Case("R7", "beetles.csv", "y ~ dose", grouped(lambda data: data["n"], "dead"), {}),
    Case(
        "R8",
        "lizards.csv",
        "y ~ height + diameter + light + time",
        grouped(lambda data: data["grahami"] + data["opalinus"], "grahami"),
        LIZARDS,
    ),
    Case("menarche", "menarche.csv", "y ~ Age", grouped(lambda data: data["Total"], "Menarche"), {}),
    Case("nodal", "nodal.csv", "y ~ aged + stage + grade + xray + acid", as_it_is("r", 1), {}),
    Case(
        "R9",
        "dayton_survey.csv",
        "y ~ alcohol + cigarette",
        dayton("marijuana"),
        {"alcohol": NO_YES, "cigarette": NO_YES},
        "marijuana ~ alcohol + cigarette",
    ),
    Case(
        "R9",
        "dayton_survey.csv",
        "y ~ alcohol + marijuana",
        dayton("cigarette"),
        {"alcohol": NO_YES, "marijuana": NO_YES},
        "cigarette ~ alcohol + marijuana",
    ),
]
IDS = [f"{case.name} {case.model}" for case in CASES]


def table(file: str) -> pd.DataFrame:
    """A file of data/; Spector's is read where statsmodels keeps it."""
    if (FOLDER / "data" / file).exists():
        return pd.read_csv(FOLDER / "data" / file)
    spec = find_spec("statsmodels")
    if spec is None or spec.origin is None:
        pytest.skip(f"{file} comes with statsmodels, which is not installed")
    return pd.read_csv(Path(spec.origin).parent / "datasets" / Path(file).stem / file, sep=r"\s+", quotechar="'")


def frame(case: Case) -> pd.DataFrame:
    data = case.people(table(case.file))
    for name, levels in case.levels.items():
        data[name] = pd.Categorical(data[name].astype(str), levels)
    predictors = [part.strip() for part in case.model.split("~")[1].split("+")]
    quantities = [name for name in predictors if name not in case.levels and not pd.api.types.is_bool_dtype(data[name])]
    return data[["y", *predictors, "count"]].astype(dict.fromkeys(quantities, float))


def certified(case: Case) -> list[dict]:
    where = {"formula": case.formula} if case.formula else {}
    return records("certified", set="coefficient", case=case.name, method="ml", **where)


def close(found: np.ndarray, expected: list[float], relative: float) -> None:
    np.testing.assert_allclose(found, expected, rtol=relative, atol=0)


def test_every_maximum_likelihood_case_is_tried():
    """The model with a constant alone has no exposure, so it is not one of ours."""
    wanted = {(row["case"], row["data"]) for row in records("certified", set="coefficient", method="ml")}
    assert {(case.name, case.file) for case in CASES} == wanted - {("R1 constant", "birthwt.csv")}


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_one_row_a_person(case):
    rows = certified(case)
    data = frame(case)
    people = data.loc[data.index.repeat(data["count"])].drop(columns="count")
    fit = cm.fit_logistic(cm.load_cohort(people), case.model)
    tidy = fit.tidy()
    assert (fit.n, fit.events) == (rows[0]["n"], rows[0]["events"])
    close(tidy["estimate"].to_numpy(), [row["estimate"] for row in rows], 1e-11)
    close(tidy["std_error"].to_numpy(), [row["se"] for row in rows], 1e-10)
    assert fit.glance()["log_likelihood"][0] == pytest.approx(rows[0]["log_likelihood"], rel=1e-12)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_counts_as_weights_give_the_same_coefficients(case):
    rows = certified(case)
    cohort = cm.load_cohort(frame(case), design=cm.SurveyDesign(weights="count"))
    fit = cm.fit_logistic(cohort, case.model)
    close(fit.coefficients, [row["estimate"] for row in rows], 1e-11)
    close(np.sqrt(np.diag(fit.result.bread)), [row["se"] for row in rows], 1e-10)


def test_the_missing_flight_is_left_out_and_named():
    """R6: one of 24 flights has no outcome."""
    case = next(case for case in CASES if case.name == "R6")
    glance = cm.fit_logistic(cm.load_cohort(frame(case)), case.model).glance()
    assert (glance["n"][0], glance["n_excluded"][0], glance["missing"][0]) == (23, 1, "y 1")


@pytest.mark.parametrize("row", records("certified", set="table"), ids=lambda row: row["table"])
def test_fourfold_tables(row):
    a, b, c, d = (row[key] for key in "abcd")
    people = fourfold(a, b, c, d)
    found = cm.cooccurrence(cm.load_cohort(people), measures=["odds_ratio"]).iloc[0]
    close(np.array([found.estimate, found.std_error]), [row["odds_ratio"], row["se"]], 1e-12)
    close(np.array([found.conf_low, found.conf_high]), [row["conf_low"], row["conf_high"]], 1e-11)
    fit = cm.fit_logistic(cm.load_cohort(people), "second ~ first").tidy().iloc[1]
    close(np.array([fit.estimate, fit.std_error]), [row["log_odds_ratio"], row["se"]], 1e-11)


@pytest.mark.parametrize("row", records("certified", set="tetrachoric"), ids=lambda row: row["case"])
def test_tetrachoric(row):
    people = fourfold(row["both"], row["only_a"], row["only_b"], row["neither"])
    found = cm.cooccurrence(cm.load_cohort(people), measures=["tetrachoric"]).iloc[0]
    close(np.array([found.estimate]), [row["estimate"]], 1e-11)
    close(np.array([found.std_error]), [row["se"]], 1e-10)


def fourfold(a: int, b: int, c: int, d: int) -> pd.DataFrame:
    """People of a table (a, b / c, d), the first condition in rows."""
    first, second = [True, True, False, False], [True, False, True, False]
    return pd.DataFrame({"first": np.repeat(first, [a, b, c, d]), "second": np.repeat(second, [a, b, c, d])})
