"""What pairs, strata, tests of association and comparisons of models rest on decides about their release."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.codebook import parse_codebook
from comorbid.disclosure import Rules, protect

RULES = Rules()


def cohort(seed: int, n: int = 300) -> cm.Cohort:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({name: rng.random(n) < rate for name, rate in (("a", 0.4), ("b", 0.3), ("c", 0.15))})
    frame["sex"] = pd.Categorical(rng.choice(["male", "female"], n))
    frame["age"] = pd.Categorical(rng.choice(["young", "middle", "old"], n, p=[0.5, 0.4, 0.1]))
    return cm.load_cohort(frame)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("covariates", [(), ("sex",), ("sex", "age")])
def test_a_pair_rests_on_as_many_people_as_its_model(seed: int, covariates: tuple[str, ...]) -> None:
    people = cohort(seed)
    pairs = cm.fit_pairs(people, covariates)
    for row in pairs.to_dict("records"):
        spec = cm.LogisticSpec(row["outcome"], row["exposure"]).adjust_for(*covariates)
        model = cm.fit_logistic(people, spec).tidy().iloc[0]
        assert (row["n_least"], row["df_residual"]) == (model["n_least"], model["df_residual"])


def test_within_subgroups_too() -> None:
    people = cohort(1)
    pairs = cm.fit_pairs(people, by="sex")
    for row in pairs.to_dict("records"):
        own = people.restrict(f"sex == '{row['sex']}'", "one sex")
        model = cm.fit_logistic(own, cm.LogisticSpec(row["outcome"], row["exposure"])).tidy().iloc[0]
        assert (row["n_least"], row["n"]) == (model["n_least"], model["n"])


def least(people: cm.Cohort, *names: str) -> int:
    columns = [people.people.column(name) for name in names]  # type: ignore[union-attr]
    return int(pd.crosstab(columns[0], columns[1:]).to_numpy().min())


def test_strata_and_tests_rest_on_their_smallest_cell() -> None:
    people = cohort(2)
    strata = cm.stratified_odds_ratio(people, "a", "b", "age")
    inner, whole = least(people, "age", "a", "b"), least(people, "a", "b")
    assert strata.set_index("model")["n_least"].to_dict() == {
        "stratum": inner, "crude": whole, "mantel_haenszel": inner, "test": inner,
    }  # fmt: skip
    assert cm.association_test(people, "a", "age")["n_least"].eq(least(people, "a", "age")).all()


def shown(frame: pd.DataFrame) -> list[bool]:
    column = "estimate" if "estimate" in frame else "statistic"
    return protect(frame, RULES)[column].notna().tolist()


def test_what_rests_on_enough_people_is_released_and_what_does_not_is_hidden() -> None:
    large, small = cohort(3, 4000), cohort(3, 120)
    joint = [cm.fit_joint(people, ["a ~ c", "b ~ c"]) for people in (large, small)]
    made = {
        "pairs": [cm.fit_pairs(people, ["sex"]) for people in (large, small)],
        "strata": [cm.stratified_odds_ratio(people, "a", "c", "sex").iloc[:-3] for people in (large, small)],
        "test": [cm.association_test(people, "a", "c") for people in (large, small)],
        "compare": [fit.compare("c", "yes") for fit in joint],
        "equal": [fit.test_equal("c", "yes") for fit in joint],
    }
    for name, (enough, few) in made.items():
        assert all(shown(enough)), name
        assert not any(shown(few)[-1:]), name


def test_a_public_cohort_carries_none_of_it() -> None:
    people, (a, b) = cm.load_cohort("synthetic", n=500, seed=1), ("migraine", "neck_pain")
    frames = (
        cm.fit_pairs(people, ["sex"], [a, b]),
        cm.stratified_odds_ratio(people, a, b, "sex"),
        cm.association_test(people, a, b),
        cm.fit_joint(people, [f"{a} ~ sex", f"{b} ~ sex"]).compare("sex", "female"),
    )
    assert not any({"n_least", "df_residual"} & set(frame) for frame in frames)


def test_of_definitions_that_a_few_people_tell_apart_the_one_in_use_is_shown() -> None:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"a": rng.random(600) < 0.4, "b_wide": rng.random(600) < 0.3}).astype(int)
    frame["b_narrow"] = frame["b_far"] = frame["b_wide"]
    yes = np.flatnonzero(frame["b_wide"])
    frame.loc[yes[:3], "b_narrow"], frame.loc[yes[:60], "b_far"] = 0, 0
    definitions = {name: {"label": name, "column": f"b_{name}"} for name in ("wide", "narrow", "far")}
    condition = {"kind": "condition", "levels": {"no": 0, "yes": 1}}
    several = {**condition, "definition": "narrow", "definitions": definitions}
    book = parse_codebook({"variables": {"a": condition, "b": several}})
    found = protect(cm.every_definition(cm.load_cohort(frame, codebook=book)), RULES)
    alone = found[found["condition_b"].isna() & (found["condition_a"] == "b")].set_index("definition")
    assert alone["estimate"].notna().to_dict() == {"wide": False, "narrow": True, "far": True}
    assert alone.loc["wide", ["n", "events"]].isna().all() and alone.loc["wide", "suppressed"] == "[n<10]"


def test_no_stratum_is_hidden_alone() -> None:
    """The model of all people less those of the other strata would be its table."""
    hidden = 0
    for seed in range(12):
        people = cohort(seed, 900)
        for frame in (cm.fit_by(people, "a ~ c", "age"), cm.fit_pairs(people, by="age")):
            rows = protect(frame, RULES)
            pairs = rows.groupby([rows["outcome"], rows["exposure"]])["estimate"].agg(lambda of: int(of.isna().sum()))
            assert not pairs.eq(1).any()
            hidden += int(pairs.sum())
    assert hidden


def test_what_is_asked_of_a_categorical_model_carries_its_support() -> None:
    rng = np.random.default_rng(6)
    for n, enough in ((3000, True), (40, False)):
        frame = pd.DataFrame({"a": rng.random(n) < 0.4})
        frame["grade"] = pd.Categorical(
            rng.choice(["low", "middle", "high"], n), ["low", "middle", "high"], ordered=True
        )
        people = cm.load_cohort(frame)
        for fit in (cm.fit_ordinal(people, "grade ~ a"), cm.fit_multinomial(people, "grade ~ a")):
            for found in (fit.tidy(), fit.margins("a"), fit.test_terms()):
                least = pd.crosstab(frame["a"], frame["grade"]).to_numpy().min()
                assert found["n_least"].eq(least).all()
                column = "estimate" if "estimate" in found else "statistic"
                assert protect(found, RULES)[column].notna().any() == enough == (least >= RULES.threshold)


def test_a_model_is_shown_when_its_factors_cross_in_enough_people() -> None:
    frame = pd.DataFrame({"a": [0, 1] * 200, "b": [0] * 200 + [1] * 200})
    frame["old"] = pd.Categorical(np.where(np.arange(400) % 4 < 2, "no", "yes"), ["no", "yes"])
    frame.loc[frame["b"] == 1, "old"] = "no"
    frame.loc[200:204, "old"] = "yes"
    model = cm.fit_logistic(cm.load_cohort(frame, conditions=["a", "b"]), "a ~ b + old").tidy()
    assert model["n_least"].eq(5).all() and protect(model, RULES)["estimate"].isna().all()


def test_a_stratum_too_small_for_the_model_is_hidden_with_another() -> None:
    people = cohort(3, 900)
    frame = pd.concat([people.people.column(name) for name in ("a", "c")], axis=1)  # type: ignore[union-attr]
    places = ["north", "south", "east", "islands"]
    frame["region"] = pd.Categorical(np.resize(places[:3], 900), places)
    frame.loc[:1, "region"] = "islands"
    shown = protect(cm.fit_by(cm.load_cohort(frame), "a ~ c", "region"), RULES).set_index("effect_modifier_level")
    assert shown.loc["islands", ["n", "events", "estimate"]].isna().all()
    assert shown["n"].isna().sum() >= 2 and shown["events"].isna().sum() >= 2
