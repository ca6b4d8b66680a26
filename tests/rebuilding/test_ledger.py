"""The ledger: 37 claims, every one judged; numbers of three kinds; nothing faked for a cohort that lacks a column."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

import comorbid as cm
from comorbid.cli import main
from comorbid.errors import SpecError, UnknownNameError
from comorbid.rebuilding import declared, numbers
from comorbid.rebuilding.declared import JUDGEMENTS, Rebuild, _make, judgements, rebuilds
from comorbid.rebuilding.registry import KINDS, check_call

ANALYSES = {
    "headache-type-and-back-pain", "review-of-2019", "which-comes-first", "from-episodic-to-chronic",
    "migraine-and-neck-pain", "cervicogenic-or-migraine", "fibromyalgia-as-amplifier", "exercise-as-trigger",
    "jaw-and-face-pain", "how-definitions-change-the-answer", "evidence-audit", "what-the-articles-claim",
}  # fmt: skip


@pytest.fixture(scope="module")
def exact() -> pd.DataFrame:
    return cm.rebuilt_numbers()


def test_the_ledger_has_every_claim_once_with_a_verdict_and_its_analysis() -> None:
    ledger = cm.ledger()
    assert list(ledger["claim"]) == list(cm.published_claims()["id"]) and len(ledger) == 37
    assert set(ledger["verdict"]) <= set(JUDGEMENTS) and set(ledger["analysis"]) <= ANALYSES
    assert (ledger[["claimed", "published", "rebuilt", "why"]] != "").all(axis=None)


def test_treatments_and_mechanisms_that_are_outside_say_so() -> None:
    claims = cm.published_claims().set_index("id")
    outside = claims.index[claims["rebuild"].str.startswith("outside")]
    ledger = cm.ledger().set_index("claim").loc[outside]
    assert len(outside) >= 10
    assert (ledger["verdict"] == "not checkable with this kind of data").all()
    assert ledger["why"].str.startswith("Outside: ").all()


def test_every_declaration_names_what_exists() -> None:
    claims, estimates = set(cm.published_claims()["id"]), set(cm.published_estimates()["id"])
    known = {row.id for row in rebuilds()}
    for row in rebuilds():
        assert row.claim in claims and row.analysis in ANALYSES and row.kind in KINDS
        assert row.published in {"", *estimates} and row.tolerance >= 0 and row.because and row.label
    for judgement in judgements().values():
        assert judgement.id in claims and set(judgement.rests_on) <= known


def test_no_shipped_number_has_left_its_tolerance(exact: pd.DataFrame) -> None:
    assert list(exact.loc[exact["within_tolerance"].eq(False).fillna(False), "rebuild"]) == []
    held = exact[exact["kind"] != "replication"]
    assert held["estimate"].notna().all() and held["within_tolerance"].notna().all()


def test_without_a_cohort_replications_say_that_they_need_one(exact: pd.DataFrame) -> None:
    replications = exact[exact["kind"] == "replication"]
    assert len(replications) and replications["estimate"].isna().all()
    assert (replications["why"] == "needs a cohort, and none was given").all()


def test_a_synthetic_cohort_never_yields_a_verdict() -> None:
    frame = cm.rebuilt_numbers("synthetic")
    made = frame[(frame["kind"] == "replication") & frame["estimate"].notna()]
    assert len(made) and (made["verdict"] == "no verdict: synthetic data").all()
    assert (made["cohort"] == "synthetic").all()


def test_a_column_that_is_not_there_is_named_and_nothing_is_faked() -> None:
    cohort = SimpleNamespace(
        title="Other",
        name="small",
        synthetic=False,
        codebook=SimpleNamespace(variables={"migraine": SimpleNamespace(label="Migraine")}, universe=""),
        release="public-use",
        restrictions=(),
    )
    frame = cm.rebuilt_numbers(cohort, "headache_lbp_population")
    frame = frame[frame["kind"] == "replication"]
    assert frame["estimate"].isna().all()
    assert frame["why"].str.match("not in this cohort: lacks (low_back_pain|age)").all()


@pytest.mark.data
def test_a_replication_is_the_survey_fit(nhanes: cm.Cohort) -> None:
    frame = cm.rebuilt_numbers(nhanes, "headache_lbp_population").set_index("rebuild")
    spec = cm.LogisticSpec(outcome="low_back_pain", exposure="migraine")
    adults = nhanes.restrict("age >= 20", reason="younger than 20")
    row = cm.fit_logistic(adults, spec).tidy(exponentiate=True).set_index("term").loc["migraine"]
    assert frame.loc["survey-headache-back-crude", "estimate"] == row["estimate"]
    assert frame.loc["survey-headache-back-crude", "conf_high"] == row["conf_high"]


def test_variables_are_called_as_the_cohort_calls_them() -> None:
    (row,) = [row for row in rebuilds() if row.id == "survey-widespread-with-headache"]
    assert row.needs() == ("fibromyalgia", "age", "migraine")
    proxies = {"fibromyalgia": "chronic widespread pain (proxy)", "migraine": "severe headache"}
    assert row.in_words(row.label, proxies) == "Chronic widespread pain (proxy) among people with severe headache"
    assert row.in_words(row.label, {}) == "Fibromyalgia among people with migraine"


def test_a_confidential_cohort_gives_no_replication() -> None:
    cohort = replace(cm.load_cohort("synthetic"))
    cohort = replace(cohort, codebook=replace(cohort.codebook, release="confidential"))
    frame = cm.rebuilt_numbers(cohort)
    frame = frame[frame["kind"] == "replication"]
    assert frame["estimate"].isna().all() and frame["why"].str.contains("confidential").all()


def test_a_domain_is_held_against_nothing_that_was_recorded() -> None:
    younger = cm.load_cohort("synthetic").restrict("age < 65", reason="65 or older")
    frame = cm.rebuilt_numbers(younger, "headache_lbp_population")
    survey = frame[frame["kind"] == "replication"]
    assert survey["estimate"].notna().all() and survey["within_tolerance"].isna().all()
    whole = cm.rebuilt_numbers("synthetic", "headache_lbp_population")
    assert whole.loc[whole["kind"] == "replication", "within_tolerance"].eq(True).all()


@pytest.mark.data
@pytest.mark.parametrize("name", ["nhanes-1999-2004"])
def test_replications_stay_where_they_were_recorded(name: str) -> None:
    frame = cm.rebuilt_numbers(name)
    survey = frame[(frame["kind"] == "replication") & frame["estimate"].notna()]
    assert len(survey) > 10 and survey["within_tolerance"].eq(True).all()
    assert not survey["verdict"].eq("no verdict: synthetic data").any()


def test_some_claims_or_one_analysis_can_be_asked_for() -> None:
    assert set(cm.rebuilt_numbers(claims="review_2019")["claim"]) == {"review_2019"}
    assert set(cm.rebuilt_numbers(analysis="review-of-2019")["analysis"]) == {"review-of-2019"}
    assert list(cm.ledger(claims=["cm_pots", "cbt_rt"])["claim"]) == ["cm_pots", "cbt_rt"]
    with pytest.raises(UnknownNameError, match="review_2019"):
        cm.rebuilt_numbers(claims="review_2018")
    with pytest.raises(UnknownNameError, match="review-of-2019"):
        cm.rebuilt_numbers(analysis="review-of-2018")


def test_a_declaration_that_cannot_be_carried_out_is_refused() -> None:
    with pytest.raises(SpecError, match="never mixed"):
        check_call("odds_ratio", "replication", {"cells": "bejia05"}, "x")
    with pytest.raises(SpecError, match="cell"):
        check_call("odds_ratio", "from counts", {"cell": "bejia05"}, "x")
    with pytest.raises(UnknownNameError, match="odds_ratio"):
        check_call("odd_ratio", "from counts", {}, "x")
    with pytest.raises(SpecError, match=r"lacks .*because.* and has an unknown key becuase"):
        _make(Rebuild, "x", {"claim": "a", "becuase": "b"})


def test_the_command_prints_the_ledger_in_three_forms(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == 37 and set(rows[0]) == set(cm.ledger().columns)
    assert main(["claims", "--claim", "neck_12_times"]) == 0
    said = capsys.readouterr().out
    assert said.split()[:4] == ["claim", "claimed", "rebuilt", "verdict"] and "misread" in said
    assert main(["claims"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 100
    assert {row["claim"] for row in rows} <= {line.split()[0] for line in lines if line.strip()}
    assert main(["claims", "--claim", "neck_13_times"]) == 2
    assert "Did you mean 'neck_12_times'?" in capsys.readouterr().err


def test_the_command_exits_1_when_a_number_left_its_tolerance(monkeypatch, capsys) -> None:
    moved = tuple(replace(row, recorded=9.0) if row.id == "bejia05-odds-ratio" else row for row in declared.rebuilds())
    monkeypatch.setattr(numbers, "rebuilds", lambda: moved)
    assert main(["claims", "--claim", "review_2019", "--format", "csv"]) == 1
    said = capsys.readouterr()
    assert "left its tolerance" in said.out
    assert said.err == "comorbid: these rebuilt numbers left their tolerance: review-of-2019, bejia05-odds-ratio.\n"
