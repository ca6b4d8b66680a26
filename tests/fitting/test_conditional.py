"""Conditional logistic regression against R `survival::clogit`, statsmodels, closed forms and enumeration."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.stats import nchypergeom_fisher

import comorbid as cm
from comorbid.errors import CollinearityError, DesignError, EmptyDomainError, SeparationError, SpecError
from tests.references import FOLDER, records

FILES = {"R11": ("bdendo", "set"), "R11 one to one": ("bdendo11", "set"), "R12": ("infert", "stratum")}
CASES = [
    (case, formula)
    for case, formula in dict.fromkeys((r["case"], r["formula"]) for r in records("models", set="conditional_logistic"))
]


def frame_of(case: str) -> pd.DataFrame:
    """The people of a case; the number of a matched set is a quantity of which only sameness counts."""
    name, label = FILES[case]
    data = pd.read_csv(FOLDER / "data" / f"{name}.csv")
    outcome = "case" if case == "R12" else "d"
    predictors = {"spontaneous": float, "induced": float} if case == "R12" else {}
    yes_no = {} if case == "R12" else {column: data[column] == "Yes" for column in ("est", "gall")}
    kept = data[[label, outcome, *predictors]].astype({label: float, **predictors})
    return kept.assign(**{outcome: kept[outcome] == 1}, **yes_no)


def matched(rng: np.random.Generator, sizes: list[tuple[int, int]]) -> pd.DataFrame:
    """Sets of given sizes and numbers of events, with covariates of which one has ties."""
    n = np.array([size for size, _ in sizes])
    outcome = np.concatenate([np.r_[np.ones(b), np.zeros(a - b)] for a, b in sizes])
    x = rng.normal(size=n.sum()) + 0.4 * outcome
    return pd.DataFrame(
        {
            "set": np.repeat(np.arange(len(n)), n).astype(float),
            "y": outcome == 1,
            "x": x,
            "z": rng.integers(0, 3, n.sum()).astype(float),
        }
    )


def enumerated(data: pd.DataFrame, b: np.ndarray) -> float:
    """The conditional log likelihood by listing every choice of people in every set."""
    value = 0.0
    for _, people in data.groupby("set"):
        linear = people[["x", "z"]].to_numpy() @ b
        m = int(people["y"].sum())
        choices = [linear[list(c)].sum() for c in itertools.combinations(range(len(people)), m)]
        value += linear[people["y"].to_numpy()].sum() - np.logaddexp.reduce(choices)
    return value


@pytest.mark.parametrize(("case", "formula"), CASES)
def test_clogit(case, formula):
    data, label = frame_of(case), FILES[case][1]
    fit = cm.fit_conditional(cm.load_cohort(data), formula.split(" + strata")[0], matched_sets=label)
    rows = fit.tidy().set_index("term")
    for record in records("models", set="conditional_logistic", case=case, formula=formula):
        row = rows.loc[record["coefficient"].removesuffix("Yes")]
        assert row["estimate"] == pytest.approx(record["estimate"], rel=1e-11)
        assert row["std_error"] == pytest.approx(record["se"], rel=1e-11)
        assert fit.log_likelihood == pytest.approx(record["log_likelihood"], rel=1e-12)


def test_one_to_one_is_the_ratio_of_discordant_pairs():
    data = frame_of("R11 one to one").sort_values(["set", "d"])
    control, case = data["est"].to_numpy().reshape(-1, 2).T
    only_case, only_control = (case & ~control).sum(), (control & ~case).sum()
    assert (only_case, only_control) == (29, 3)
    fit = cm.fit_conditional(cm.load_cohort(data), "d ~ est", matched_sets="set")
    assert fit.coefficients[0] == pytest.approx(np.log(29 / 3), rel=1e-13)
    assert fit.covariance[0, 0] == pytest.approx(1 / 29 + 1 / 3, rel=1e-12)


def test_sets_of_several_events_by_enumeration():
    data = matched(np.random.default_rng(4), [(7, 3), (6, 5), (5, 1), (8, 4), (4, 2), (9, 3)])
    fit = cm.fit_conditional(cm.load_cohort(data), "y ~ x + z", matched_sets="set")
    assert fit.log_likelihood == pytest.approx(enumerated(data, fit.coefficients), rel=1e-13)
    step = 1e-4 * np.eye(2)
    slope = [enumerated(data, fit.coefficients + s) - enumerated(data, fit.coefficients - s) for s in step]
    np.testing.assert_allclose(np.array(slope) / 2e-4, 0, atol=1e-7)
    bent = [
        [
            sum(i * j * enumerated(data, fit.coefficients + i * s + j * t) for i in (1, -1) for j in (1, -1))
            for t in step
        ]
        for s in step
    ]
    np.testing.assert_allclose(np.linalg.inv(-np.array(bent) / 4e-8), fit.covariance, rtol=1e-5)


def test_statsmodels_agrees():
    from statsmodels.discrete.conditional_models import ConditionalLogit

    data = matched(np.random.default_rng(7), [(4, 1)] * 20 + [(6, 2)] * 15 + [(5, 3)] * 5)
    fit = cm.fit_conditional(cm.load_cohort(data), "y ~ x + z", matched_sets="set")
    # Its search stops at 1e-5 of a coefficient; its likelihood and score are asked at ours instead.
    peer = ConditionalLogit(data["y"].astype(float), data[["x", "z"]], groups=data["set"])
    assert fit.log_likelihood == pytest.approx(peer.loglike(fit.coefficients), rel=1e-13)
    np.testing.assert_allclose(peer.score(fit.coefficients), 0, atol=1e-10)
    np.testing.assert_allclose(np.linalg.inv(-peer.hessian(fit.coefficients)), fit.covariance, rtol=1e-6)


def test_large_sets_do_not_overflow():
    # One set of 3,000 with a binary covariate: given the margins the cell is Fisher's noncentral hypergeometric.
    exposed, events, both = 1200, 1400, 700
    x = np.r_[np.ones(exposed), np.zeros(1800)]
    y = np.r_[np.arange(exposed) < both, np.arange(1800) < events - both]
    data = pd.DataFrame({"set": 1.0, "x": x, "y": y == 1})
    data = pd.concat([data, data.assign(set=2.0)], ignore_index=True)
    fit = cm.fit_conditional(cm.load_cohort(data), "y ~ x", matched_sets="set")
    law = nchypergeom_fisher(3000, exposed, events, np.exp(fit.coefficients[0]))
    assert law.mean() == pytest.approx(both, rel=1e-9)
    assert 1 / (2 * law.var()) == pytest.approx(fit.covariance[0, 0], rel=1e-6)


def test_exact_conditional_odds_ratio_of_a_stratified_table():
    # R10: `mantelhaen.test(exact = TRUE)` searches to 1e-4 of its root.
    data = pd.read_csv(FOLDER / "data" / "esoph.csv")
    heavy = data["alcgp"].isin(["80-119", "120+"])
    counts = data.assign(heavy=heavy, set=data["agegp"].astype("category").cat.codes.astype(float))
    long = counts.melt(["heavy", "set"], ["ncases", "ncontrols"], "group", value_name="count")
    people = long.loc[long.index.repeat(long["count"]), ["heavy", "set", "group"]].reset_index(drop=True)
    people = people.assign(y=people.pop("group") == "ncases")
    fit = cm.fit_conditional(cm.load_cohort(people), "y ~ heavy", matched_sets="set")
    (record,) = records("models", set="mantel_haenszel", case="R10", method="exact conditional")
    assert np.exp(fit.coefficients[0]) == pytest.approx(record["estimate"], rel=1e-4)


def test_changing_sides_and_sets_without_information():
    data = matched(np.random.default_rng(11), [(4, 1)] * 30)
    fit = cm.fit_conditional(cm.load_cohort(data), "y ~ x", matched_sets="set")
    turned = cm.fit_conditional(cm.load_cohort(data.assign(y=~data["y"])), "y ~ x", matched_sets="set")
    assert turned.coefficients[0] == pytest.approx(-fit.coefficients[0], rel=1e-12)
    alike = data.query("set < 5").assign(set=lambda f: f["set"] + 100, y=False)
    wider = cm.fit_conditional(cm.load_cohort(pd.concat([data, alike], ignore_index=True)), "y ~ x", matched_sets="set")
    assert wider.coefficients[0] == fit.coefficients[0]
    seen = wider.glance().iloc[0]
    assert (seen["n"], seen["n_sets"], seen["n_informative_sets"]) == (140, 35, 30)


def test_missing_values_and_offset():
    data = matched(np.random.default_rng(12), [(4, 1)] * 40)
    gone = data.assign(x=data["x"].where(data.index % 9 != 4))
    fit = cm.fit_conditional(cm.load_cohort(gone), "y ~ x + z", matched_sets="set")
    kept = cm.fit_conditional(cm.load_cohort(gone.dropna(ignore_index=True)), "y ~ x + z", matched_sets="set")
    np.testing.assert_allclose(fit.coefficients, kept.coefficients, rtol=1e-13)
    assert fit.glance().loc[0, "missing"] == f"x {int(gone['x'].isna().sum())}"
    fixed = data.assign(o=0.3 * data["z"])
    plain = cm.fit_conditional(cm.load_cohort(fixed), "y ~ z + x", matched_sets="set")
    shifted = cm.fit_conditional(cm.load_cohort(fixed), "y ~ z + x + offset(o)", matched_sets="set")
    np.testing.assert_allclose(shifted.coefficients, plain.coefficients - [0.3, 0], atol=1e-12)


def test_faults_are_named():
    data = matched(np.random.default_rng(13), [(4, 1)] * 20).assign(w=1.5)
    cohort = cm.load_cohort(data)
    with pytest.raises(SpecError, match="names the matched sets"):
        cm.fit_conditional(cohort, "y ~ x + set", matched_sets="set")
    with pytest.raises(CollinearityError, match="information there: `age`"):
        cm.fit_conditional(cm.load_cohort(data.assign(age=data["set"] / 10)), "y ~ x + age", matched_sets="set")
    with pytest.raises(SeparationError, match="`told`"):
        told = data.assign(told=data["y"] * 1.0 + data["set"])
        cm.fit_conditional(cm.load_cohort(told), "y ~ x + told", matched_sets="set")
    with pytest.raises(EmptyDomainError, match="none of the 80 sets"):
        alone = data.assign(set=np.arange(len(data), dtype=float))
        cm.fit_conditional(cm.load_cohort(alone), "y ~ x", matched_sets="set")
    with pytest.raises(DesignError, match="counts people"):
        cm.fit_conditional(cm.load_cohort(data, design=cm.SurveyDesign(weights="w")), "y ~ x", matched_sets="set")
