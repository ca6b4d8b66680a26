"""Each criterion of each headache definition at its boundary: a case that just is one, and one step less."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.definitions.headache import AURA, PAIN

RULES = cm.headache_definitions()

TRUE_MIGRAINE = {
    "attacks": 5, "duration_hours": 4.0, "under_18": False, "one_sided": True, "pulsating": True,
    "moderate_or_severe": False, "worsened_by_activity": False, "nausea_or_vomiting": True, "photophobia": False,
    "phonophobia": False, "better_explained": False,
}  # fmt: skip
AURA_CASE = {
    "attacks_with_aura": 2, "aura_kinds": 1, "aura_spreads": True, "aura_in_succession": True,
    "aura_5_to_60_minutes": True, "aura_one_sided": False, "aura_positive": False, "aura_then_headache": False,
}  # fmt: skip
NO_AURA = {name: 0 if name in ("attacks_with_aura", "aura_kinds") else False for name in AURA_CASE}
CHRONIC = {"headache_days": 15, "months": 4, "attacks": 5, "migraine_days": 8}
NECK_CASE = {
    "neck_disorder": True, "onset_with_neck_disorder": True, "improves_with_neck_disorder": True,
    "reduced_neck_movement": False, "worsened_by_neck_provocation": False, "abolished_by_block": False,
    "better_explained": False,
}  # fmt: skip
ARTICLE_NECK = {"one_sided": True, "pulsating": False, "reduced_neck_movement": True, "lesion_on_imaging": True}

LEAST = {
    "migraine_without_aura": TRUE_MIGRAINE,
    "probable_migraine": TRUE_MIGRAINE | {"attacks": 4},
    "migraine_with_aura": AURA_CASE,
    "episodic_migraine": TRUE_MIGRAINE | NO_AURA | {"headache_days": 14},
    "chronic_migraine": CHRONIC,
    "article_episodic_migraine": {"headache_days": 3, "migraine_days": 1},
    "article_chronic_migraine": {"headache_days": 15, "migraine_days": 8, "months": 3},
    "cervicogenic_headache": NECK_CASE,
    "article_cervicogenic_migraine": ARTICLE_NECK,
}

# definition, the one criterion that the change touches, the change, whether it is then met
BOUNDARIES = [
    ("migraine_without_aura", "A", {"attacks": 4}, False),
    ("migraine_without_aura", "B", {"duration_hours": 3.99}, False),
    ("migraine_without_aura", "B", {"duration_hours": 72.0}, True),
    ("migraine_without_aura", "B", {"duration_hours": 72.01}, False),
    ("migraine_without_aura", "B", {"duration_hours": 2.0, "under_18": True}, True),
    ("migraine_without_aura", "B", {"duration_hours": 1.99, "under_18": True}, False),
    ("migraine_without_aura", "C", {"pulsating": False}, False),
    ("migraine_without_aura", "D", {"nausea_or_vomiting": False}, False),
    ("migraine_without_aura", "D", {"nausea_or_vomiting": False, "photophobia": True}, False),
    ("migraine_without_aura", "D", {"nausea_or_vomiting": False, "phonophobia": True}, False),
    ("migraine_without_aura", "D", {"nausea_or_vomiting": False, "photophobia": True, "phonophobia": True}, True),
    ("migraine_without_aura", "E", {"better_explained": True}, False),
    ("probable_migraine", "A", {"attacks": 1}, True),
    ("probable_migraine", "A", {"attacks": 0}, False),
    ("probable_migraine", "A", {"attacks": 5}, False),
    ("probable_migraine", "C", {"pulsating": False}, False),
    ("migraine_with_aura", "A", {"attacks_with_aura": 1}, False),
    ("migraine_with_aura", "B", {"aura_kinds": 0}, False),
    ("migraine_with_aura", "C", {"aura_spreads": False}, False),
    ("episodic_migraine", "A", {"attacks": 4}, False),
    ("episodic_migraine", "A", {"attacks": 4, **AURA_CASE}, True),
    ("episodic_migraine", "B", {"headache_days": 15}, False),
    ("chronic_migraine", "A1", {"headache_days": 14}, False),
    ("chronic_migraine", "A2", {"months": 3}, False),
    ("chronic_migraine", "B", {"attacks": 4}, False),
    ("chronic_migraine", "C", {"migraine_days": 7}, False),
    ("article_episodic_migraine", "1", {"migraine_days": 0}, False),
    ("article_episodic_migraine", "2", {"headache_days": 2}, False),
    ("article_chronic_migraine", "1", {"headache_days": 14}, False),
    ("article_chronic_migraine", "2", {"months": 2}, False),
    ("article_chronic_migraine", "3", {"migraine_days": 7}, False),
    ("article_chronic_migraine", "3", {"headache_days": 16}, False),
    ("cervicogenic_headache", "B", {"neck_disorder": False}, False),
    ("cervicogenic_headache", "C", {"improves_with_neck_disorder": False}, False),
    ("cervicogenic_headache", "C", {"improves_with_neck_disorder": False, "reduced_neck_movement": True}, False),
    ("cervicogenic_headache", "C", {"improves_with_neck_disorder": False, "abolished_by_block": True}, True),
    ("cervicogenic_headache", "D", {"better_explained": True}, False),
    ("article_cervicogenic_migraine", "1", {"one_sided": False}, False),
    ("article_cervicogenic_migraine", "2", {"pulsating": True}, False),
    ("article_cervicogenic_migraine", "3", {"reduced_neck_movement": False}, False),
    ("article_cervicogenic_migraine", "4", {"lesion_on_imaging": False}, False),
]


def person(**features: object) -> pd.DataFrame:
    return pd.DataFrame([features])


@pytest.mark.parametrize("name", sorted(RULES))
def test_the_least_case_meets_every_criterion(name: str) -> None:
    assert RULES[name].applies(person(**LEAST[name])).tolist() == [True]


@pytest.mark.parametrize(("name", "letter", "change", "met"), BOUNDARIES)
def test_a_criterion_at_its_boundary(name: str, letter: str, change: dict, met: bool) -> None:
    found = RULES[name].criteria_met(person(**LEAST[name] | change)).iloc[0]
    assert found[letter] == met
    assert found.drop(letter).all(), "another criterion moved too"
    assert RULES[name].applies(person(**LEAST[name] | change)).iloc[0] == met


def test_every_criterion_of_every_definition_has_a_boundary_here() -> None:
    failed = {(name, letter) for name, letter, _, met in BOUNDARIES if not met}
    shared = {("probable_migraine", letter) for letter in "BDE"}  # the same objects as in migraine without aura
    every = {(name, criterion.letter) for name, rule in RULES.items() for criterion in rule.criteria}
    assert every == failed | shared


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        (
            "migraine_without_aura",
            {"better_explained": 2},
            "`better_explained` has fewer .* true or false",
        ),
        ("migraine_without_aura", {"better_explained": "no"}, "`better_explained`"),
        ("migraine_without_aura", {"under_18": 0.5}, "`under_18`"),
        ("migraine_without_aura", {"pulsating": 2, "one_sided": "x"}, "`one_sided` .*; `pulsating`"),
        ("migraine_without_aura", {"attacks": "10"}, "`attacks` .* not numbers from 0"),
        ("migraine_without_aura", {"attacks": np.inf}, "`attacks`"),
        ("migraine_without_aura", {"attacks": True}, "`attacks` holds true and false"),
        ("migraine_without_aura", {"duration_hours": -1.0}, "`duration_hours`"),
        ("chronic_migraine", {"headache_days": 99}, "`headache_days` .* not numbers from 0 to 31"),
        ("chronic_migraine", {"migraine_days": 16}, "`migraine_days` are more than `headache_days`"),
        ("migraine_with_aura", {"aura_kinds": 7}, "`aura_kinds` .* from 0 to 6"),
    ],
)
def test_codes_for_no_and_for_no_answer_are_refused(name: str, change: dict, said: str) -> None:
    """A code of 2, and the word "no", were true; 99 days without headache known were chronic migraine."""
    with pytest.raises(cm.ComorbidError, match=said) as fault:
        RULES[name].applies(person(**LEAST[name] | change))
    assert "99" not in str(fault.value)


@pytest.mark.parametrize("form", ["bool", "boolean", "int8", "Int8", "float64", "object"])
def test_true_and_false_in_any_form(form: str) -> None:
    people = person(**LEAST["migraine_without_aura"])
    signs = [name for name in people if people[name].dtype == bool]
    assert RULES["migraine_without_aura"].applies(people.astype(dict.fromkeys(signs, form))).tolist() == [True]


def test_less_movement_and_worse_on_provocation_are_one_item_together() -> None:
    one = NECK_CASE | {"improves_with_neck_disorder": False}
    both = one | {"reduced_neck_movement": True, "worsened_by_neck_provocation": True}
    assert RULES["cervicogenic_headache"].applies(person(**both)).iloc[0]
    alone = both | {"onset_with_neck_disorder": False}
    assert not RULES["cervicogenic_headache"].applies(person(**alone)).iloc[0]


@pytest.mark.parametrize(
    ("name", "features", "least"), [("migraine_without_aura", PAIN, 2), ("migraine_with_aura", AURA, 3)]
)
def test_any_so_many_of_a_list_are_enough(name: str, features: tuple[str, ...], least: int) -> None:
    for chosen in itertools.product([False, True], repeat=len(features)):
        found = RULES[name].applies(person(**LEAST[name] | dict(zip(features, chosen, strict=True)))).iloc[0]
        assert found == (sum(chosen) >= least)


def test_the_rules_for_chronic_migraine_part_above_sixteen_headache_days() -> None:
    days = pd.DataFrame([(h, m) for h in range(31) for m in range(h + 1)], columns=["headache_days", "migraine_days"])
    days = days.assign(months=6, attacks=20)
    ichd, article = (RULES[name].applies(days) for name in ("chronic_migraine", "article_chronic_migraine"))
    assert not (article & ~ichd).any(), "more than half of 15 days is 8 days or more"
    apart = days[ichd & ~article]
    assert apart["headache_days"].min() == 16
    # for h days the rules differ where 8 <= m <= h / 2
    assert len(apart) == sum(h // 2 - 7 for h in range(16, 31))


def test_whoever_has_migraine_on_every_headache_day_is_neither_by_the_article() -> None:
    days = pd.DataFrame({"headache_days": range(1, 15), "migraine_days": range(1, 15)}).assign(months=6)
    assert not RULES["article_episodic_migraine"].applies(days).any()
    assert not RULES["article_chronic_migraine"].applies(days).any()


def test_definitions_say_where_they_come_from() -> None:
    for name, rule in RULES.items():
        assert rule.name == name and rule.source and rule.version and rule.status == "seen"
        assert set(rule.features) <= set(cm.HEADACHE_FEATURES)
        assert list(rule.describe()["criterion"]) == [criterion.letter for criterion in rule.criteria]
    used = {feature for rule in RULES.values() for feature in rule.features}
    assert used == set(cm.HEADACHE_FEATURES)


def test_an_absent_or_missing_feature_is_an_error_that_names_it() -> None:
    rule = RULES["chronic_migraine"]
    with pytest.raises(cm.ComorbidError, match="months not found"):
        rule.applies(person(**{k: v for k, v in CHRONIC.items() if k != "months"}))
    with pytest.raises(cm.ComorbidError, match="missing values in migraine_days"):
        rule.applies(person(**CHRONIC | {"migraine_days": np.nan}))


def test_a_definition_needs_criteria_and_a_known_status() -> None:
    rule = RULES["chronic_migraine"]
    with pytest.raises(cm.ComorbidError, match="no criterion"):
        cm.CaseDefinition("x", "X", (), "s", "v")
    with pytest.raises(cm.ComorbidError, match="Accepted: seen, memory"):
        cm.CaseDefinition("x", "X", rule.criteria, "s", "v", status="guessed")
