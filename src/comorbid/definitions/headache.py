"""Definitions of migraine and of cervicogenic headache, with the rules of the articles beside them.

What was seen of each stands in data/evidence/criteria.md; nothing is added to it here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from comorbid.definitions.definition import CaseDefinition, Criterion

ICHD_3 = "ICHD-3 (2018)"
TABLES = (
    "criteria as tabulated in doi:10.1186/s10194-022-01504-x (table 2), doi:10.1186/s10194-021-01228-4 (table 3) "
    "and doi:10.1186/s40001-022-00716-w (table 1)"
)
ARTICLE_000 = "article 000, Migraine and low back pain (Association of Migraine Disorders); no study behind the rule"
ARTICLE_003 = "article 003, Cervicogenic Migraine Headache Relief (Verywell Health)"

PAIN = ("one_sided", "pulsating", "moderate_or_severe", "worsened_by_activity")
SENSES = ("nausea_or_vomiting", "photophobia", "phonophobia")
AURA = (
    "aura_spreads",
    "aura_in_succession",
    "aura_5_to_60_minutes",
    "aura_one_sided",
    "aura_positive",
    "aura_then_headache",
)
MIXED = ("reduced_neck_movement", "worsened_by_neck_provocation")
NECK = ("onset_with_neck_disorder", "improves_with_neck_disorder", *MIXED, "abolished_by_block")


def _number(people: pd.DataFrame, names: tuple[str, ...]) -> np.ndarray:
    """How many of the features a person has."""
    return np.sum([people[name].to_numpy(dtype=bool) for name in names], axis=0)


def _duration(people: pd.DataFrame) -> pd.Series:
    least = np.where(people["under_18"].astype(bool), 2, 4)
    return people["duration_hours"].ge(least) & people["duration_hours"].le(72)


def _senses(people: pd.DataFrame) -> pd.Series:
    both = people["photophobia"].astype(bool) & people["phonophobia"].astype(bool)
    return people["nausea_or_vomiting"].astype(bool) | both


def _causation(people: pd.DataFrame) -> np.ndarray:
    """At least two of four; less movement and worse on provocation are one of the four, together."""
    single = tuple(name for name in NECK if name not in MIXED)
    return _number(people, single) + (_number(people, MIXED) == 2) >= 2


_ATTACKS = Criterion("A", "5 attacks or more", ("attacks",), lambda f: f["attacks"] >= 5)
_FEW_ATTACKS = Criterion("A", "1 to 4 attacks", ("attacks",), lambda f: f["attacks"].between(1, 4))
_MIGRAINE_CRITERIA = (
    Criterion("B", "4 to 72 hours (2 to 72 under 18 years)", ("duration_hours", "under_18"), _duration),
    Criterion(
        "C",
        "2 or more of 4: one-sided; pulsating; moderate or severe; worsened by, or leads to avoidance of, activity",
        PAIN,
        lambda f: _number(f, PAIN) >= 2,
    ),
    Criterion("D", "nausea or vomiting, or light and sound both disturb", SENSES, _senses),
)
_NO_BETTER = "no diagnosis explains it better"
_NOT_EXPLAINED = Criterion("E", _NO_BETTER, ("better_explained",), lambda f: ~f["better_explained"].astype(bool))

MIGRAINE_WITHOUT_AURA = CaseDefinition(
    "migraine_without_aura",
    "Migraine without aura",
    (_ATTACKS, *_MIGRAINE_CRITERIA, _NOT_EXPLAINED),
    f"1.1: {TABLES}",
    ICHD_3,
)
PROBABLE_MIGRAINE = CaseDefinition(
    "probable_migraine",
    "Probable migraine without aura",
    (_FEW_ATTACKS, *_MIGRAINE_CRITERIA, _NOT_EXPLAINED),
    f"1.5.1: {TABLES}",
    ICHD_3,
    note="The one form that was seen: the picture of 1.1 with fewer than 5 attacks.",
)
MIGRAINE_WITH_AURA = CaseDefinition(
    "migraine_with_aura",
    "Migraine with aura",
    (
        Criterion("A", "2 attacks or more", ("attacks_with_aura",), lambda f: f["attacks_with_aura"] >= 2),
        Criterion("B", "a fully reversible aura symptom of six kinds", ("aura_kinds",), lambda f: f["aura_kinds"] >= 1),
        Criterion(
            "C",
            "3 or more of 6: spreads over 5 minutes; two in succession; each 5-60 minutes; one-sided; positive; "
            "headache with it or within 60 minutes",
            AURA,
            lambda f: _number(f, AURA) >= 3,
        ),
    ),
    f"1.2: {TABLES}",
    ICHD_3,
    note="The beta edition (2013) asked 2 of 4; which four was not seen, so that it is not coded.",
)
CHRONIC_MIGRAINE = CaseDefinition(
    "chronic_migraine",
    "Chronic migraine",
    (
        Criterion("A1", "headache on 15 days a month or more", ("headache_days",), lambda f: f["headache_days"] >= 15),
        Criterion("A2", "for more than 3 months", ("months",), lambda f: f["months"] > 3),
        Criterion("B", "5 migraine attacks or more, with or without aura", ("attacks",), lambda f: f["attacks"] >= 5),
        Criterion("C", "migraine on 8 days a month or more", ("migraine_days",), lambda f: f["migraine_days"] >= 8),
    ),
    f"1.3: {TABLES}",
    ICHD_3,
)
EPISODIC_MIGRAINE = CaseDefinition(
    "episodic_migraine",
    "Episodic migraine",
    (
        Criterion(
            "A",
            "migraine without or with aura",
            tuple(dict.fromkeys([*MIGRAINE_WITHOUT_AURA.features, *MIGRAINE_WITH_AURA.features])),
            lambda f: MIGRAINE_WITHOUT_AURA.applies(f) | MIGRAINE_WITH_AURA.applies(f),
        ),
        Criterion("B", "headache on fewer than 15 days a month", ("headache_days",), lambda f: f["headache_days"] < 15),
    ),
    "convention of surveys, as data/evidence/criteria.md has it",
    "survey convention",
)
ARTICLE_CHRONIC = CaseDefinition(
    "article_chronic_migraine",
    "Chronic migraine, the article's rule",
    (
        Criterion("1", "headache on 15 days a month or more", ("headache_days",), lambda f: f["headache_days"] >= 15),
        Criterion("2", "for three months", ("months",), lambda f: f["months"] >= 3),
        Criterion(
            "3",
            "more than half of these days are migraine days",
            ("headache_days", "migraine_days"),
            lambda f: 2 * f["migraine_days"] > f["headache_days"],
        ),
    ),
    ARTICLE_000,
    "as claimed",
)
ARTICLE_EPISODIC = CaseDefinition(
    "article_episodic_migraine",
    "Episodic migraine, the article's rule",
    (
        Criterion("1", "migraine on a day a month or more", ("migraine_days",), lambda f: f["migraine_days"] >= 1),
        Criterion(
            "2",
            "fewer than half of the headache days are migraine days",
            ("headache_days", "migraine_days"),
            lambda f: 2 * f["migraine_days"] < f["headache_days"],
        ),
    ),
    ARTICLE_000,
    "as claimed",
    note="Read as half of the headache days, as in its rule for chronic migraine; some migraine is taken as said.",
)
CERVICOGENIC_HEADACHE = CaseDefinition(
    "cervicogenic_headache",
    "Cervicogenic headache",
    (
        Criterion(
            "B",
            "evidence of a neck disorder able to cause headache",
            ("neck_disorder",),
            lambda f: f["neck_disorder"].astype(bool),
        ),
        Criterion(
            "C",
            "2 or more of 4: began with the disorder; improves with it; less neck movement and worse on provocation; "
            "abolished by a diagnostic block",
            NECK,
            _causation,
        ),
        Criterion("D", _NO_BETTER, ("better_explained",), lambda f: ~f["better_explained"].astype(bool)),
    ),
    "11.2.1: the web edition of ICHD-3 beta (2013); the wording of 2018 is assumed to be the same",
    "ICHD-3 beta (2013)",
)
ARTICLE_CERVICOGENIC = CaseDefinition(
    "article_cervicogenic_migraine",
    "Cervicogenic migraine, the article's rule",
    (
        Criterion("1", "pain on one side", ("one_sided",), lambda f: f["one_sided"].astype(bool)),
        Criterion("2", "not throbbing", ("pulsating",), lambda f: ~f["pulsating"].astype(bool)),
        Criterion(
            "3", "less neck movement", ("reduced_neck_movement",), lambda f: f["reduced_neck_movement"].astype(bool)
        ),
        Criterion(
            "4", "a lesion on neck imaging", ("lesion_on_imaging",), lambda f: f["lesion_on_imaging"].astype(bool)
        ),
    ),
    ARTICLE_003,
    "as claimed",
    note="Not a diagnosis of ICHD-3, which knows cervicogenic headache alone.",
)

_ALL = (
    MIGRAINE_WITHOUT_AURA,
    PROBABLE_MIGRAINE,
    MIGRAINE_WITH_AURA,
    EPISODIC_MIGRAINE,
    CHRONIC_MIGRAINE,
    ARTICLE_EPISODIC,
    ARTICLE_CHRONIC,
    CERVICOGENIC_HEADACHE,
    ARTICLE_CERVICOGENIC,
)


def headache_definitions() -> dict[str, CaseDefinition]:
    """Case definitions of headache by name: those of ICHD-3, and the rules that articles give.

    Returns
    -------
    dict of str to CaseDefinition
        migraine_without_aura, probable_migraine, migraine_with_aura, episodic_migraine, chronic_migraine,
        article_episodic_migraine, article_chronic_migraine, cervicogenic_headache, article_cervicogenic_migraine.

    Examples
    --------
    >>> rule = headache_definitions()["chronic_migraine"]
    >>> [criterion.letter for criterion in rule.criteria]
    ['A1', 'A2', 'B', 'C']
    """
    return {definition.name: definition for definition in _ALL}
