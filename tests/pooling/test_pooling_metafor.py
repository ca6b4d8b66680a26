"""Every pooled number against metafor (tests/reference/pooling.R), to a relative error of 1e-8."""

from __future__ import annotations

import warnings
from functools import cache

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import comorbid as cm
from comorbid.errors import ComorbidWarning
from tests.pooling.reference_studies import CELLS, METHODS, TESTS, measure_of, studies_of
from tests.references import records

CLOSE = {"rtol": 1e-8, "atol": 1e-12}


@cache
def pooled(
    data: str,
    measure: str | None,
    method: str,
    test: str,
    moderators: tuple[str, ...] = (),
    prediction: str = "as-test",
) -> cm.PooledEstimates:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ComorbidWarning)
        return cm.pool_estimates(
            studies_of(data), method=method, test=test, measure=measure, moderators=moderators, prediction=prediction
        )


def of_record(record: dict, method: str | None = None) -> cm.PooledEstimates:
    """What the library makes of the data and arguments of a record."""
    names = tuple((record.get("moderators") or "").split(", ")) if record.get("moderators") else ()
    method = method or METHODS[record.get("method", "REML")]
    return pooled(record["data"], measure_of(record), method, TESTS[record.get("test", "z")], names)


def label(record: dict) -> str:
    parts = ("data", "measure", "method", "test", "moderators", "estimator", "by")
    return "-".join(str(record[part]) for part in parts if record.get(part))


def close(found: object, expected: object, **tolerance: float) -> None:
    given = np.array(expected, dtype=float)
    assert_allclose(np.asarray(found, dtype=float), given, **(CLOSE | tolerance))


def each(name: str) -> pytest.MarkDecorator:
    found = records("pooling", set=name)
    assert found, f"no records of {name}"
    return pytest.mark.parametrize("record", found, ids=label)


@each("pooled")
def test_pooled_estimates_and_meta_regressions(record: dict) -> None:
    result = of_record(record)
    rows = result.tidy()
    rows = rows[rows["type"] != "prediction"]
    pairs = {"estimate": "estimate", "std_error": "se", "statistic": "statistic", "p_value": "p_value"}
    pairs |= {"conf_low": "low", "conf_high": "high"}
    for ours, theirs in pairs.items():
        close(rows[ours], np.atleast_1d(record[theirs]), atol=1e-11)


@each("pooled")
def test_spread_between_studies(record: dict) -> None:
    found = of_record(record).glance().iloc[0]
    scale = float(np.mean(of_record(record).studies.v))
    if record["method"] != "FE":
        close(found["tau2"], record["tau2"], atol=1e-10 * scale)
        for end in ("low", "high"):
            close(found[f"tau2_{end}"], record[f"tau2_{end}"], atol=1e-10 * scale)
            close(found[f"i2_{end}"], record[f"i2_{end}"], atol=1e-8)
            close(found[f"h2_{end}"], record[f"h2_{end}"])
    close(found["i2"], record["i2"], atol=1e-8)
    close(found["h2"], record["h2"])
    close(found["q"], record["q"])
    close(found["q_p_value"], record["q_p"], atol=1e-300)
    if record["pi_low"] is not None:
        close([found["prediction_low"], found["prediction_high"]], [record["pi_low"], record["pi_high"]])


@pytest.mark.parametrize("record", [r for r in records("pooling", set="pooled") if r["moderators"]], ids=label)
def test_moderators_together(record: dict) -> None:
    found = of_record(record).glance().iloc[0]
    close(found["moderator_statistic"], record["moderator_test"])
    close(found["moderator_p_value"], record["moderator_p"])
    if record["r2"] is not None:
        close(found["r2"], record["r2"], atol=1e-7)


@each("mantel_haenszel")
def test_mantel_haenszel(record: dict) -> None:
    tables(record, "mantel-haenszel")


@each("peto")
def test_peto(record: dict) -> None:
    tables(record, "peto")


def tables(record: dict, method: str) -> None:
    result = of_record(record | {"test": "z"}, method)
    row, spread = result.tidy().iloc[0], result.glance().iloc[0]
    for ours, theirs in {"estimate": "estimate", "std_error": "se", "statistic": "statistic"}.items():
        close(row[ours], record[theirs])
    close([row["conf_low"], row["conf_high"], row["p_value"]], [record["low"], record["high"], record["p_value"]])
    close([spread["q"], spread["q_p_value"], spread["h2"]], [record["q"], record["q_p"], record["h2"]])
    close(spread["i2"], record["i2"])
    if "weights" in record and len(record["weights"]) == result.studies.k:
        close(result.model.weights, record["weights"])


@each("leave_one_out")
def test_leave_one_out(record: dict) -> None:
    found = of_record(record).leave_one_out()
    scale = float(np.mean(of_record(record).studies.v))
    names = {"estimate": "estimate", "std_error": "se", "conf_low": "low", "conf_high": "high", "q": "q", "h2": "h2"}
    for ours, theirs in names.items():
        close(found[ours], record[theirs], atol=1e-11)
    close(found["tau2"], record["tau2"], atol=1e-10 * scale)
    close(found["i2"], record["i2"], atol=1e-8)
    close(found["p_value"], record["p_value"])


@each("influence")
def test_influence(record: dict) -> None:
    found = of_record(record).influence()
    names = {"studentised_residual": "rstudent", "dffits": "dffits", "cook_distance": "cook", "hat": "hat"}
    names |= {"covariance_ratio": "cov_ratio", "q": "q", "weight": "weight"}
    known = np.array([value is not None for value in record["rstudent"]])
    for ours, theirs in names.items():
        close(found[ours][known], np.array(record[theirs], dtype=float)[known], atol=1e-10)
    betas = found.filter(like="dfbeta_").to_numpy()
    close(betas[known], np.array(record["dfbetas"], dtype=float).reshape(betas.shape)[known], atol=1e-10)
    assert list(found["influential"][known]) == list(np.array(record["influential"])[known] == 1)


@each("small_studies")
def test_egger_and_begg(record: dict) -> None:
    found = of_record(record).small_study_tests().set_index("test")
    egger = found.loc["egger"]
    close(
        [egger["statistic"], egger["df"], egger["p_value"], egger["estimate"], egger["limit"]],
        [record[name] for name in ("egger", "egger_df", "egger_p", "egger_slope", "egger_limit")],
    )
    close([found.loc["begg", "estimate"], found.loc["begg", "p_value"]], [record["begg"], record["begg_p"]])


@each("peters")
def test_peters(record: dict) -> None:
    found = of_record(record).small_study_tests().set_index("test").loc["peters"]
    names = {"statistic": "statistic", "df": "df", "p_value": "p_value", "estimate": "slope", "limit": "limit"}
    close(found[list(names)], [record[name] for name in names.values()])


@each("trim_and_fill")
def test_trim_and_fill(record: dict) -> None:
    found = of_record(record).trim_and_fill(record["estimator"])
    row = found[found["type"] == "adjusted"].iloc[0]
    assert (row["missing"], row["side"] if row["missing"] else "") == (
        record["k0"],
        record["side"] if record["k0"] else "",
    )
    close([row["estimate"], row["std_error"]], [record["estimate"], record["se"]])
    close(row["missing_std_error"], record["se_k0"])
    close(np.sort(found.loc[found["type"] == "filled", "estimate"]), np.atleast_1d(record["added"] or []))
    if record["p_k0"] is not None:
        close(row["missing_p_value"], record["p_k0"])


@each("predict")
def test_where_a_regression_puts_a_study(record: dict) -> None:
    found = of_record(record).predict(pd.DataFrame({"ablat": record["at"]}))
    names = {"estimate": "estimate", "std_error": "se", "conf_low": "low", "conf_high": "high"}
    for ours, theirs in (names | {"prediction_low": "pi_low", "prediction_high": "pi_high"}).items():
        close(found[ours], record[theirs])


@each("subgroups")
def test_subgroups(record: dict) -> None:
    found = of_record(record).subgroups(record["by"])
    groups, test = found[found["type"] == "summary"], found[found["type"] == "test"].iloc[0]
    assert list(groups[record["by"]]) == record["level"]
    for ours, theirs in {"estimate": "estimate", "std_error": "se", "tau2": "tau2"}.items():
        close(groups[ours], record[theirs], atol=1e-10)
    close([test["statistic"], test["df_num"], test["p_value"]], [record[x] for x in ("between", "df", "p_value")])


@each("multilevel")
def test_several_estimates_of_one_study(record: dict) -> None:
    frame = studies_of(record["data"])
    frame["year"] -= frame["year"].mean()
    names = [record["moderators"]] if record["moderators"] else []
    result = cm.pool_estimates(frame, method="multilevel", moderators=names, prediction="as-test")
    rows = result.tidy()
    rows = rows[rows["type"] != "prediction"]
    close(result.model.parts, record["sigma2"])
    # metafor's own optimiser stops near the top of the likelihood, not on it
    close(result.model.parts, record["sigma2_metafor"], rtol=1e-6)
    for ours, theirs in {"estimate": "estimate", "std_error": "se", "conf_low": "low", "conf_high": "high"}.items():
        close(rows[ours], np.atleast_1d(record[theirs]))
    spread = result.glance().iloc[0]
    close([spread["q"], spread["q_p_value"]], [record["q"], record["q_p"]])
    if record["pi_low"] is not None:
        close([spread["prediction_low"], spread["prediction_high"]], [record["pi_low"], record["pi_high"]])


def test_intervals_in_print_give_the_effects_that_metafor_was_given() -> None:
    frame = studies_of("hackshaw1998").rename(columns={"low": "conf_low", "high": "conf_high"})
    printed = frame.assign(measure="odds_ratio", estimate=frame["or"]).drop(columns="std_error")
    result = cm.pool_estimates(printed)
    (expected,) = records("pooling", set="pooled", data="hackshaw1998", method="REML", test="z", moderators=None)
    close(result.tidy()["estimate"].iloc[0], expected["estimate"])
    close(result.model.tau2, expected["tau2"])


def test_the_textbook_numbers_of_the_bcg_trials() -> None:
    result = pooled("bcg", "risk_ratio", "reml", "z")
    row, spread = result.tidy().iloc[0], result.glance().iloc[0]
    assert [round(row["estimate"], 6), round(row["std_error"], 6)] == [-0.714532, 0.179782]
    assert [round(float(spread[name]), 3) for name in ("tau2", "q")] == [0.313, 152.233]
    assert round(spread["i2"], 2) == 92.22
    tables = pooled("bcg", "odds_ratio", "mantel-haenszel", "z").tidy().iloc[0]
    assert [round(tables["estimate"], 6), round(tables["std_error"], 6)] == [-0.473411, 0.041008]


def test_every_table_has_its_cells() -> None:
    assert set(CELLS) <= set(pd.DataFrame(studies_of("bcg")).columns)
