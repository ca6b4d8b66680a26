"""Data of the reference models, as people: levels in their order, outcomes true or false."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

import comorbid as cm
from tests.references import FOLDER


@cache
def people(case: str) -> pd.DataFrame:
    """The people of a reference case, by the name its records have; whole numbers are quantities."""
    data = _people(case)
    return data.astype({name: float for name in data.select_dtypes("integer").columns if name != "dnum"})


def _people(case: str) -> pd.DataFrame:
    if case == "R24":
        return pd.DataFrame({"x": np.repeat([1.0, 0.0], [12, 50]), "y": np.repeat([True, False], [32, 30])})
    if case == "thirty people":
        return pd.DataFrame({"x": np.repeat([0.0, 1.0], [20, 10]), "y": np.repeat([False, True], [15, 15])})
    if case == "R15":
        data = pd.read_csv(FOLDER / "data" / "endometrial.csv")
        return data.assign(HG=data["HG"] == 1)
    if case == "birthwt":
        data = pd.read_csv(FOLDER / "data" / "birthwt.csv")
        return data.assign(
            low=data["low"] == 1,
            race=pd.Categorical(data["race"].astype(str), ["1", "2", "3"]),
            by_weight=-0.015 * data["lwt"],
        )
    if case == "mroz":
        data = pd.read_csv(FOLDER / "data" / "mroz.csv")
        data = data.assign(y=data["lfp"] == "yes")
        return data.assign(**{name: pd.Categorical(data[name], ["no", "yes"]) for name in ("wc", "hc")})
    data = pd.read_csv(FOLDER / "data" / f"{case.split(',')[0]}.csv")
    grade = pd.cut(data["api00"], [0, 580, 720, 1000], labels=["low", "middle", "high"])
    return data.assign(y=data["sch.wide"] == "Yes", grade=grade, one=1.0, by_meals=0.01 * data["meals"])


DESIGNS = {
    "apistrat, strata, no fpc": cm.SurveyDesign(weights="pw", strata="stype"),
    "apiclus1, clusters, no fpc": cm.SurveyDesign(weights="pw", psu="dnum"),
}


def cohort(case: str) -> cm.Cohort:
    return cm.load_cohort(people(case), design=DESIGNS.get(case))
