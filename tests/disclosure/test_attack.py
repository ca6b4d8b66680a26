"""Attack: everything released of random small cohorts, solved for each hidden count."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.disclosure import Rules, protect
from comorbid.errors import EmptyDomainError
from tests.disclosure import attacker

RULES = Rules()
SEXES, AGES = ("male", "female"), ("young", "middle", "old")
CONDITIONS = ("a", "b", "c")


def cohort(seed: int, more: Sequence[str] = ()) -> cm.Cohort:
    """A confidential cohort whose conditions are rare enough for many small cells, in some seeds in all of them."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(40, 700))
    rates = rng.uniform(0.02, 0.5, 3)
    ages = AGES[: int(rng.integers(2, 4))]
    frame = pd.DataFrame({name: rng.random(n) < rate for name, rate in zip(CONDITIONS, rates, strict=True)})
    frame["b"] |= frame["a"] & (rng.random(n) < 0.3)
    for name in more:
        frame[name] = rng.random(n) < np.where(frame["a"], 0.4, 0.15)
    frame["sex"] = pd.Categorical(rng.choice(SEXES, n, p=_shares(rng, 2)), SEXES)
    frame["age"] = pd.Categorical(rng.choice(ages, n, p=_shares(rng, len(ages))), ages)
    return cm.load_cohort(frame)


def _shares(rng: np.random.Generator, k: int) -> np.ndarray:
    return rng.dirichlet(np.full(k, 3.0))


class Released:
    """Raw frames and what is shown of them, told to an attacker as sums over the cells of the finest table."""

    def __init__(self, axes: Mapping[str, Sequence[Any]]) -> None:
        self.axes = dict(axes)
        self.attack = attacker.Attack(list(itertools.product(*self.axes.values())))
        self.hidden: list[tuple[str, np.ndarray, int]] = []
        self.shown: list[tuple[str, list[np.ndarray]]] = []

    def sum_over(self, **fixed: Any) -> list[attacker.Cell]:
        return list(itertools.product(*([fixed[name]] if name in fixed else at for name, at in self.axes.items())))

    def hear(self, raw: int, shown: Any, **fixed: Any) -> None:
        self.hear_sum(raw, shown, self.sum_over(**fixed))

    def hear_sum(self, raw: int, shown: Any, cells: Sequence[attacker.Cell]) -> None:
        if pd.isna(shown):
            self.hidden.append((str(cells), self.attack.total(cells), raw))
        else:
            assert shown == raw
            self.attack.tell(cells, shown)

    def rest(self, what: str, *sums: Mapping[str, Any]) -> None:
        """An estimate that was shown, with the sums that it is computed from and could be solved for."""
        self.shown.append((what, [self.attack.total(self.sum_over(**fixed)) for fixed in sums]))

    def told_more(self) -> Iterator[str]:
        """Estimates that tell more than the counts that were shown."""
        yield from (what for what, sums in self.shown if not self.attack.knows(sums))

    def known(self) -> Iterator[str]:
        """Hidden sums that the attacker knows too well."""
        told = {row.tobytes() for row in self.attack.rows}
        secret = {row.tobytes(): (what, row, value) for what, row, value in self.hidden if row.tobytes() not in told}
        ranges = self.attack.ranges_of([row for _, row, _ in secret.values()])
        for (what, _, value), (low, high) in zip(secret.values(), ranges, strict=True):
            assert low - 1e-6 <= value <= high + 1e-6
            if attacker.too_narrow(low, high, RULES.threshold):
                yield f"{what} = {value} is known to lie in {low:.1f} to {high:.1f}"


def rows(raw: pd.DataFrame) -> Iterator[tuple[dict[Any, Any], dict[Any, Any]]]:
    """Rows before and after protection; an estimate is shown only with the counts that it gives away."""
    shown = protect(raw, RULES)
    for before, after in zip(raw.to_dict("records"), shown.to_dict("records"), strict=True):
        if pd.notna(after["estimate"]) and after["measure"] != "mean":
            assert all(pd.notna(after[name]) for name in ("n", "events", "n_both") if name in after)
        yield before, after


def prevalences(people: cm.Cohort, condition: str) -> Released:
    """Prevalence overall, by sex, by age and by both: all totals of one another."""
    book = people.codebook
    found = Released({"yes": (True, False), "sex": book["sex"].level_names, "age": book["age"].level_names})
    for by in ([], ["sex"], ["age"], ["sex", "age"]):
        for raw, shown in rows(cm.prevalence(people, [condition], by=by or None)):
            group = {name: raw[name] for name in by}
            found.hear(raw["n"], shown["n"], **group)
            found.hear(raw["events"], shown["events"], yes=True, **group)
    return found


def pairs(people: cm.Cohort) -> Released:
    """Pairs overall and by sex in every measure, with the prevalences that are their totals."""
    found = Released({"a": (True, False), "b": (True, False), "sex": people.codebook["sex"].level_names})
    for by in ([], ["sex"]):
        for raw, shown in rows(cm.prevalence(people, ["a", "b"], by=by or None)):
            group = {name: raw[name] for name in by}
            found.hear(raw["n"], shown["n"], **group)
            found.hear(raw["events"], shown["events"], **{raw["outcome"]: True}, **group)
        for raw, shown in rows(cm.cooccurrence(people, ["a", "b"], by=by or None, measures=PAIRED)):
            group = {name: raw[name] for name in by}
            found.hear(raw["n_both"], shown["n_both"], a=True, b=True, **group)
            found.hear(raw["n_a"], shown["n_a"], **{raw["condition_a"]: True}, **group)
            found.hear(raw["n_b"], shown["n_b"], **{raw["condition_b"]: True}, **group)
            if pd.notna([shown[name] for name in ("estimate", "std_error", "conf_low", "p_value", "q_value")]).any():
                parts = ({}, {"a": True}, {"b": True}, {"a": True, "b": True})
                found.rest(raw["measure"], *({**part, **group} for part in parts))
    return found


PAIRED = [
    "odds_ratio", "prevalence_ratio", "prevalence_difference", "observed_expected", "phi", "yule_q", "jaccard",
    "tetrachoric",
]  # fmt: skip
"""Measures of a pair: each is a function of its fourfold table, and the odds ratio's error of all four cells."""


def combinations(people: cm.Cohort) -> Released:
    """Every combination, observed, expected and their ratio, with the pairs and prevalences that are their totals."""
    found = Released({name: (True, False) for name in CONDITIONS})
    for raw, shown in rows(cm.prevalence(people)):
        found.hear(raw["n"], shown["n"])
        found.hear(raw["events"], shown["events"], **{raw["outcome"]: True})
    for raw, shown in rows(cm.cooccurrence(people, measures=["odds_ratio"])):
        found.hear(raw["n_both"], shown["n_both"], **{raw["condition_a"]: True, raw["condition_b"]: True})
    _hear_combinations(found, people, [])
    return found


def combinations_by_sex(people: cm.Cohort) -> Released:
    """Every combination by sex and overall, with the prevalences that are their totals."""
    found = Released({**{name: (True, False) for name in CONDITIONS}, "sex": people.codebook["sex"].level_names})
    for by in ([], ["sex"]):
        for raw, shown in rows(cm.prevalence(people, by=by or None)):
            group = {name: raw[name] for name in by}
            found.hear(raw["n"], shown["n"], **group)
            found.hear(raw["events"], shown["events"], **{raw["outcome"]: True}, **group)
        _hear_combinations(found, people, by)
    return found


def _hear_combinations(found: Released, people: cm.Cohort, by: Sequence[str]) -> None:
    for raw, shown in rows(cm.combinations(people, by=by or None)):
        group = {name: raw[name] for name in by}
        exactly = {name: bool(raw[name]) for name in CONDITIONS}
        found.hear(raw["events"], shown["events"], **exactly, **group)
        if pd.notna(shown["estimate"]):
            alone = [{name: True, **group} for name in CONDITIONS] if raw["measure"] != "prevalence" else []
            own = [{**exactly, **group}] if raw["measure"] != "expected_prevalence" else []
            found.rest(raw["measure"], group, *alone, *own)


def steps(people: cm.Cohort) -> Released:
    """How many people have at least so many conditions: sums of the numbers who have exactly so many."""
    found = Released({"number": (0, 1, 2, 3)})
    raw = cm.prevalence_of_at_least(people)
    events = [int(raw["n"].iloc[0]), *map(int, raw["events"]), 0]
    found.hear(events[0], events[0])
    for least, shown in enumerate(protect(raw, RULES)["events"], start=1):
        found.hear_sum(events[least], shown, [(number,) for number in range(least, 4)])
    for number in range(4):
        if (exactly := events[number] - events[number + 1]) < RULES.threshold:
            found.hear(exactly, pd.NA, number=number)
    return found


def flow(people: cm.Cohort) -> Released:
    """People left out step by step: known are the people asked, those left at each step, and those left out."""
    steps = {"sex == 'male'": "women", "age != 'young'": "young", "a == 'no'": "with a"}
    left = people
    for step, reason in steps.items():
        with suppress(EmptyDomainError):
            left = left.restrict(step, reason)
    raw = left.flow()
    found = Released({"gone at": tuple(range(len(raw)))})  # 0: never
    for at, shown in enumerate(protect(raw, RULES).to_dict("records")):
        later = [(0,), *((step,) for step in range(at + 1, len(raw)))]
        found.hear_sum(int(raw["n"].iloc[at]), shown["n"], later)
        if at:
            found.hear_sum(int(raw["n_excluded"].iloc[at]), shown["n_excluded"], [(at,)])
    return found


def shares(people: cm.Cohort) -> Released:
    """Who the people are by number of conditions, with the column of all, as `protect` finds it without help."""
    numbers = ("0", "1", "2", "3")
    found = Released({"number": numbers, "age": people.codebook["age"].level_names})
    whole = cm.characteristics(replace(people, codebook=replace(people.codebook, release="public-use")), ["age"])
    whole.attrs["release"] = "confidential"
    for raw, shown in rows(whole):
        group = {} if raw["number_of_conditions"] == "all" else {"number": raw["number_of_conditions"]}
        found.hear(raw["n"], shown["n"], **group)
        found.hear(raw["events"], shown["events"], age=raw["level"], **group)
    return found


def _numbers(said: str, most: int) -> range:
    first = int(said.rstrip("+"))
    return range(first, most + 1 if said.endswith("+") else first + 1)


def numbers(people: cm.Cohort) -> Released:
    """How many have how many conditions, beside prevalences by age and pairs: what these tell is nowhere shown."""
    names = people.conditions
    found = Released({**{name: (True, False) for name in names}, "age": people.codebook["age"].level_names})
    for by in ([], ["age"]):
        for raw, shown in rows(cm.prevalence(people, by=by or None)):
            group = {name: raw[name] for name in by}
            found.hear(raw["n"], shown["n"], **group)
            found.hear(raw["events"], shown["events"], **{raw["outcome"]: True}, **group)
    for raw, shown in rows(cm.cooccurrence(people, measures=["odds_ratio"])):
        found.hear(raw["n_both"], shown["n_both"], **{raw["condition_a"]: True, raw["condition_b"]: True})
    for raw, shown in rows(cm.characteristics(people, ["age"])):
        said = raw["number_of_conditions"]
        wanted = range(len(names) + 1) if said == "all" else _numbers(said, len(names))
        cells = [cell for cell in found.sum_over(age=raw["level"]) if sum(cell[:-1]) in wanted]
        found.hear_sum(raw["events"], shown["events"], cells)
    number = sum(people.people.column(name).astype(int) for name in names)  # type: ignore[union-attr]
    for k in range(len(names) + 1):
        cells = [cell for cell in found.sum_over() if sum(cell[:-1]) == k]
        count = int((number == k).sum())
        if count < RULES.threshold:
            found.hear_sum(count, None, cells)
    return found


KINDS = {
    "prevalence": lambda seed: prevalences(cohort(seed), CONDITIONS[seed % 3]),
    "pairs": lambda seed: pairs(cohort(seed)),
    "combinations": lambda seed: combinations(cohort(seed)),
    "combinations by sex": lambda seed: combinations_by_sex(cohort(seed)),
    "steps": lambda seed: steps(cohort(seed)),
    "flow": lambda seed: flow(cohort(seed)),
    "shares": lambda seed: shares(cohort(seed)),
    "numbers": lambda seed: numbers(cohort(seed, more=["d"] * (seed % 2))),
}


def check_seeds(kind: str, seeds: range) -> None:
    hidden = 0
    for seed in seeds:
        released = KINDS[kind](seed)
        found = [*released.known(), *released.told_more()]
        assert not found, (kind, seed, found)
        hidden += len(released.hidden)
    assert hidden > len(seeds) // 2


def test_the_attack_sees_what_an_estimate_adds() -> None:
    found = Released({"a": (True, False), "b": (True, False)})
    found.hear(100, 100)
    found.hear(30, 30, a=True)
    found.hear(9, pd.NA, a=True, b=True)
    found.rest("prevalence", {}, {"a": True})
    assert not list(found.told_more())
    found.rest("odds_ratio", {}, {"a": True}, {"b": True}, {"a": True, "b": True})
    assert list(found.told_more()) == ["odds_ratio"] and not list(found.known())
    found.hear(21, 21, a=True, b=False)
    assert list(found.known())


@pytest.mark.parametrize("kind", KINDS)
def test_no_hidden_count_is_known_to_within_less_than_the_threshold(kind: str) -> None:
    check_seeds(kind, range(20))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_nor_in_the_rest_of_a_thousand_sets_of_tables(kind: str) -> None:
    check_seeds(kind, range(20, 143))


def fourfold(seed: int) -> tuple[cm.Cohort, tuple[int, ...]]:
    """A cohort of two conditions, and its table: both, a only, b only, neither."""
    rng = np.random.default_rng(seed)
    table = tuple(int(k) for k in rng.integers(1, [14, 40, 40, 60]))
    members = np.repeat([[1, 1], [1, 0], [0, 1], [0, 0]], table, axis=0).astype(bool)
    return cm.load_cohort(pd.DataFrame(members, columns=["a", "b"])), table


def consistent(fit: pd.DataFrame) -> np.ndarray:
    """Tables that agree with a model as it is shown: people, people with the outcome, odds ratio and error."""
    one = fit[fit["term"] == "b"].iloc[0]
    told = {name: int(one[column]) for name, column in (("n", "n"), ("n_a", "events")) if pd.notna(one[column])}
    ratios = {"odds_ratio": one["estimate"], "std_error": one["std_error"]}
    return attacker.fourfold_tables(told, {name: value for name, value in ratios.items() if pd.notna(value)})


def test_an_odds_ratio_is_shown_only_when_it_gives_no_small_cell_away() -> None:
    given_away, shown = 0, 0
    for seed in range(150):
        people, table = fourfold(seed)
        raw = cm.fit_logistic(people, "a ~ b").tidy(exponentiate=True)
        given_away += len(consistent(raw)) == 1
        released = protect(raw, RULES)
        possible = consistent(released)
        assert (possible == table).all(axis=1).any()
        if released["estimate"].notna().any():
            shown += 1
            assert min(table) >= RULES.threshold
        else:
            assert min(table) < RULES.threshold
            assert all(len(np.unique(cell)) >= RULES.threshold for cell in possible.T)
    assert given_away > 140, "unprotected, the attack finds the table"
    assert shown > 5
