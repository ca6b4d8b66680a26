"""What a reader of the outputs alone, who subtracts, adds up and solves, must not find out about few people."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid.analyses.released import Population, ReleasedCounts, counts_of
from comorbid.disclosure import Rules, protect
from comorbid.errors import AnalysisError
from comorbid.paths import REPORT_DIR
from comorbid.tables import Table

RULES = Rules()
CUTS = {"migraine": 1.3, "low_back_pain": 0.6, "neck_pain": 1.0, "fibromyalgia": 2.0}
CODEBOOK = """
    name = "mine"
    title = "A survey of one's own"
    conditions = ["migraine", "fibromyalgia"]
    file.path = "mine.csv"
    variables.sex = { levels = ["male", "female"] }
    [variables.migraine]
    kind = "condition"
    levels = { no = 0, yes = 1 }
    [variables.fibromyalgia]
    kind = "condition"
    levels = { no = 0, yes = 1 }
    definition = "A"
    definitions.A = { column = "strict", label = "Strict" }
    definitions.B = { column = "wide", label = "Wide" }
"""


def people(n: int, seed: int = 1) -> pd.DataFrame:
    """Four conditions that go together, and sex; of nobody."""
    rng = np.random.default_rng(seed)
    severity = rng.normal(size=n)
    frame = pd.DataFrame({name: 0.8 * severity + rng.normal(size=n) > cut for name, cut in CUTS.items()})
    frame["sex"] = pd.Categorical(rng.choice(["male", "female"], n), ["male", "female"])
    return frame


def survey(folder: Path, n: int = 300, more: int = 3) -> Path:
    """A codebook whose wider definition of fibromyalgia holds a few people more."""
    frame = people(n).astype({name: int for name in CUTS})
    wide = frame["fibromyalgia"].copy()
    wide[wide.index[wide.eq(0)][:more]] = 1
    frame.assign(strict=frame["fibromyalgia"], wide=wide).to_csv(folder / "mine.csv", index=False)
    path = folder / "mine.toml"
    path.write_text(CODEBOOK, encoding="utf-8")
    return path


# Flow


def test_a_flow_with_a_hidden_loss_can_be_shown() -> None:
    young = people(400).assign(age=np.r_[np.full(4, 18.5), np.linspace(30, 70, 396)])
    page = Table(cm.load_cohort(young).restrict("age >= 20", "younger than 20").flow(), "Who they are").html()
    assert "Left out: younger than 20" in page
    assert "[n&lt;10]" in page


# Frames that carry some of their counts


def test_a_table_saved_as_numbers_is_protected(tmp_path: Path) -> None:
    pairs = cm.cooccurrence(cm.load_cohort(people(300)), measures=["odds_ratio"])
    assert pairs["n_both"].lt(RULES.threshold).any()
    saved = pd.read_csv(cm.save_table(pairs, tmp_path / "pairs.csv"))
    assert saved["n_both"].isna().any() and not saved["n_both"].lt(RULES.threshold).any()


@pytest.mark.parametrize("measure", ["odds_ratio", "observed_expected"])
def test_a_pair_is_shown_only_with_the_counts_that_it_gives_away(measure: str) -> None:
    """With n, n_both and both prevalences an odds ratio is a table of four cells."""
    pairs = cm.cooccurrence(cm.load_cohort(people(300)), measures=[measure])
    bare = pairs.drop(columns=["n_a", "n_b"])
    bare.attrs = pairs.attrs
    shown = protect(bare, RULES)
    assert shown["estimate"].isna().all()
    assert not shown["n_both"].lt(RULES.threshold).any()


def test_every_definition_hides_the_pairs_that_the_table_of_pairs_hides(tmp_path: Path) -> None:
    cohort = cm.load_cohort(survey(tmp_path))
    known = protect(cm.cooccurrence(cohort, measures=["odds_ratio"]), RULES)
    assert known["estimate"].isna().all()
    shown = protect(cm.every_definition(cohort), RULES)
    assert shown.loc[shown["measure"] == "odds_ratio", "estimate"].isna().all()


def test_cohorts_side_by_side_are_protected_as_the_most_confidential_of_them(tmp_path: Path) -> None:
    cohort = cm.load_cohort(survey(tmp_path))
    saved = pd.read_csv(cm.save_table(cm.compare_cohorts([cohort], "migraine", "fibromyalgia"), tmp_path / "side.csv"))
    for name in ("events", "n_both"):
        assert not saved[name].lt(RULES.threshold).any()
    assert saved.loc[saved["measure"] == "odds_ratio", "estimate"].isna().all()


# Sums over several tables


@pytest.mark.parametrize("n", [300, 1500])
@pytest.mark.parametrize("sex", ["male", "female"])
def test_the_number_of_conditions_does_not_give_away_who_has_all_of_them(n: int, sex: str) -> None:
    """Sum of the conditions' people = N1 + 2 N2 + 3 N3 + 4 N4, and N3 + N4 is a row of its own."""
    cohort = cm.load_cohort(people(n, seed=4))
    classes = protect(cm.characteristics(cohort, ["sex"], most=3), RULES)
    ours = classes[classes["level"] == sex].set_index("number_of_conditions")["events"].astype(float)
    single = protect(cm.prevalence(cohort, by="sex"), RULES)
    people_with = single.loc[single["sex"] == sex, "events"].astype(float).sum(skipna=False)
    weights = pd.Series({"0": 0, "1": 1, "2": 2, "3+": 3})
    all_four = people_with - (ours.reindex(weights.index) * weights).sum(skipna=False)
    assert np.isnan(all_four) or all_four >= RULES.threshold


def test_a_model_with_one_covariate_is_shown_only_with_its_table_of_exposure_by_covariate() -> None:
    """Score equations are linear in the counts of the covariate patterns: with the margins they have one solution."""
    rng = np.random.default_rng(3)
    frame = people(400, seed=3)
    frame["region"] = pd.Categorical(rng.choice(["a", "b", "c"], 400, p=[0.63, 0.3, 0.07]), list("abc"))
    counts = pd.crosstab(frame["neck_pain"], frame["region"])
    assert counts.loc[True, "c"] < RULES.threshold
    assert pd.crosstab(frame["low_back_pain"], frame["region"]).to_numpy().min() >= RULES.threshold
    fit = cm.fit_logistic(cm.load_cohort(frame), "low_back_pain ~ neck_pain + region")
    for shown in (fit.tidy(), fit.margins("neck_pain")):
        assert protect(shown, RULES)["estimate"].isna().all()


def test_a_level_without_a_model_is_not_what_the_others_leave_of_everybody() -> None:
    """Islands with 5 people have no model; north, south and east with theirs would tell of these 5."""
    rng = np.random.default_rng(5)
    frame = people(1500, seed=5)
    places = ["north", "south", "east", "islands"]
    frame["region"] = pd.Categorical(np.r_[["islands"] * 5, rng.choice(places[:3], 1495)], places)
    frame.loc[:4, "neck_pain"] = False
    fits = cm.fit_by(cm.load_cohort(frame), "low_back_pain ~ neck_pain", by="region")
    raw = fits.set_index("effect_modifier_level")
    assert np.isnan(raw.loc["islands", "estimate"])
    assert raw.loc["islands", "n"] == 5
    assert raw.loc["islands", "events"] == frame["low_back_pain"][:5].sum()
    shown = protect(fits, RULES).set_index("effect_modifier_level")
    assert shown["n"].isna().sum() == 2 and pd.isna(shown.loc["islands", "n"])
    assert shown["events"].isna().sum() >= 2 and pd.isna(shown.loc["islands", "events"])


# Not more hidden than must be


def test_a_rare_level_does_not_hide_the_others() -> None:
    """Islands with 5 people: they and one other region go, not the hundreds of the rest."""
    rng = np.random.default_rng(5)
    frame = people(1500, seed=5)
    places = ["north", "south", "east", "islands"]
    frame["region"] = pd.Categorical(np.r_[["islands"] * 5, rng.choice(places[:3], 1495)], places)
    shown = protect(cm.prevalence(cm.load_cohort(frame), ["low_back_pain"], by="region"), RULES)
    assert shown["estimate"].notna().sum() >= 2
    assert shown.set_index("region").loc["islands", ["n", "events"]].isna().all()


@pytest.mark.parametrize("in_a_report", [False, True])
def test_the_excess_over_adding_up_is_shown_where_its_prevalences_are(
    in_a_report: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In a report its prevalences are protected as they are made, before the excess joins them."""
    if in_a_report:
        monkeypatch.setenv(REPORT_DIR, str(tmp_path))
    cohort = cm.load_cohort(people(6000, seed=7))
    contrast = protect(cm.interaction_contrast(cohort, "neck_pain", "migraine", "low_back_pain"), RULES)
    assert contrast["estimate"].notna().all()


def release(path: Path, name: str, population: Population, frame: pd.DataFrame) -> None:
    record = ReleasedCounts(path, name, RULES.threshold)
    record.reserve(population, counts_of(protect(frame, RULES)))
    record.confirm()


def of_pair(n: int, n_a: int, n_b: int, n_both: int) -> pd.DataFrame:
    row = {"condition_a": "migraine", "condition_b": "neck_pain", "measure": "odds_ratio", "estimate": 2.0}
    return pd.DataFrame([{**row, "n": n, "n_a": n_a, "n_b": n_b, "n_both": n_both}])


@pytest.mark.parametrize(
    ("counts", "moved"),
    [
        pytest.param((700, 100, 140, 70), "", id="no cell by a few"),
        pytest.param((700, 110, 160, 95), "a count", id="both by 5"),
        pytest.param((700, 115, 160, 70), "a count", id="the first alone by 5"),
        pytest.param((700, 110, 165, 70), "a count", id="the second alone by 5"),
        pytest.param((900, 90, 140, 75), "a count", id="neither by 5"),
    ],
)
def test_what_follows_from_two_counts_is_compared_between_reports(
    tmp_path: Path, counts: tuple[int, int, int, int], moved: str
) -> None:
    """At first 150 of 1,000 people have the one, 200 the other, 100 both; then fewer people are looked at."""
    release(tmp_path / "mine.json", "first", Population((), 1000, lambda _: None), of_pair(1000, 150, 200, 100))
    later = Population(("age >= 40",), counts[0], lambda _: (0, 1000 - counts[0]))
    if not moved:
        release(tmp_path / "mine.json", "second", later, of_pair(*counts))
        return
    with pytest.raises(AnalysisError, match="a count in it differs"):
        release(tmp_path / "mine.json", "second", later, of_pair(*counts))


def test_separation_on_a_confidential_cohort_does_not_say_what_a_few_people_answered() -> None:
    frame = people(300, seed=2)
    frame["region"] = pd.Categorical(np.where(np.arange(300) < 4, "islands", "mainland"))
    frame.loc[:3, "migraine"] = True
    with pytest.raises(cm.ComorbidError, match="`migraine` of 300 people is told apart perfectly") as caught:
        cm.fit_logistic(cm.load_cohort(frame), "migraine ~ neck_pain + region")
    assert "islands" not in str(caught.value)
    assert "no `" not in str(caught.value)
