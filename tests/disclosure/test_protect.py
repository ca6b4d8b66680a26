"""Protection of result frames: the boundary, what goes with a hidden count, and who is protected."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import comorbid as cm
from comorbid._numerics.suppression import complementary
from comorbid.codebook import parse_codebook
from comorbid.disclosure import Rules, guarded, protect, read_rules
from comorbid.errors import SpecError, UnknownNameError

K = Rules().threshold
BOOK = {
    "name": "clinic",
    "variables": {
        "a": {"kind": "condition"},
        "b": {"kind": "condition"},
        "sex": {"levels": ["male", "female"], "kind": "categorical"},
        "region": {"levels": ["north", "south", "west"], "kind": "categorical"},
    },
}


def clinic(table: list[tuple[int, int, str, str, int]], release: str = "confidential") -> cm.Cohort:
    """A cohort from rows of (a, b, sex, region, people)."""
    rows = [row[:4] for row in table for _ in range(row[4])]
    book = parse_codebook({**BOOK, "release": release})
    return cm.load_cohort(pd.DataFrame(rows, columns=["a", "b", "sex", "region"]), codebook=book)


def fourfold(both: int, a: int, b: int, neither: int, release: str = "confidential") -> cm.Cohort:
    cells = [(1, 1, both), (1, 0, a), (0, 1, b), (0, 0, neither)]
    return clinic([(x, y, "male", "north", n) for x, y, n in cells], release)


@pytest.mark.parametrize("events", [0, 1, K - 1, K, K + 1])
def test_a_count_is_shown_from_the_threshold_on(events: int) -> None:
    frame = protect(cm.prevalence(fourfold(0, events, 50, 40), ["a"]))
    shown = events >= K
    assert frame["events"].notna().tolist() == [shown]
    assert frame[["estimate", "std_error", "conf_low", "conf_high"]].notna().to_numpy().all() == shown
    assert frame["n"].tolist() == [90 + events]
    assert frame["suppressed"].tolist() == ["" if shown else "[n<10]"]


@pytest.mark.parametrize("rest", [K - 1, K, K + 1])
def test_few_without_the_condition_are_hidden_like_few_with_it(rest: int) -> None:
    frame = protect(cm.prevalence(fourfold(0, 60, 0, rest), ["a"]))
    assert frame["events"].notna().tolist() == [rest >= K]


@pytest.mark.parametrize("cell", range(4))
@pytest.mark.parametrize("people", [K - 1, K, K + 1])
def test_a_pair_is_shown_only_when_its_four_cells_reach_the_threshold(cell: int, people: int) -> None:
    cells = [40, 50, 60, 70]
    cells[cell] = people
    cohort = fourfold(*cells)
    pairs = protect(cm.cooccurrence(cohort, ["a", "b"]))
    fit = protect(cm.fit_logistic(cohort, "a ~ b").tidy(exponentiate=True))
    assert pairs["n_both"].notna().all() == pairs["estimate"].notna().all() == (people >= K)
    assert fit["estimate"].notna().all() == fit["std_error"].notna().all() == (people >= K)
    assert pairs["n_a"].notna().all() and pairs["n"].notna().all()


def test_another_group_is_hidden_where_the_total_would_give_a_small_one_away() -> None:
    rows = [(1, 0, "male", region, n) for region, n in (("north", 4), ("south", 20), ("west", 90))]
    rows += [(0, 1, "male", region, 100) for region in ("north", "south", "west")]
    frame = protect(cm.prevalence(clinic(rows), ["a"], by="region"))
    assert frame["events"].isna().tolist() == [True, True, False]
    assert frame["estimate"].isna().tolist() == [True, True, False]


@pytest.mark.parametrize("smallest", [0, K - 1, K])
def test_a_model_of_few_patterns_needs_people_enough_in_each(smallest: int) -> None:
    """People by exposure and sex could be solved for: two coefficients, known tables of each with the outcome."""
    rows = [(y, x, "female", "north", 60) for y in (0, 1) for x in (0, 1)]
    rows += [(y, 0, "male", "north", 80) for y in (0, 1)]
    people = clinic([*rows, (0, 1, "male", "north", smallest)])
    fit = cm.fit_logistic(people, "a ~ b + sex")
    assert fit.tidy()["n_least"].eq(smallest).all()
    assert protect(fit.tidy())["estimate"].notna().all() == (smallest >= K)
    pairs = cm.fit_pairs(people, ["sex"])
    assert pairs.loc[pairs["outcome"] == "a", "n_least"].eq(smallest).all()


@pytest.mark.parametrize("smallest", [K - 1, K])
def test_an_average_over_age_bands_needs_people_enough_in_each(smallest: int) -> None:
    """With the prevalence in the other bands known, a standardised one gives the hidden band away."""
    rows = [(y, x, "male", band, 60) for y in (0, 1) for x in (0, 1) for band in ("north", "south")]
    rows += [(1, 1, "male", "west", smallest), *((y, x, "male", "west", 60) for y, x in ((0, 0), (0, 1), (1, 0)))]
    people = clinic(rows)
    standard = {"north": 5, "south": 3, "west": 2}
    made = {
        "standardised_pairs": cm.standardised_observed_expected(people, ["a", "b"], standard=standard, age="region"),
        "expected": cm.adjusted_observed_expected(people, ["region"], ["a", "b"]),
    }
    assert protect(made["standardised_pairs"])["estimate"].notna().all() == (smallest >= K)
    alone = cm.standardised_prevalence(
        clinic([*rows[:-3], (0, 0, "male", "west", 90)]), ["a"], standard=standard, age="region"
    )
    assert protect(alone)["estimate"].notna().all() == (smallest >= K)
    assert made["expected"]["n_least"].ge(60).all() and protect(made["expected"])["estimate"].notna().all()


@pytest.mark.parametrize(("exact", "shown"), [((300, 20, 12, 10), 3), ((300, 20, 12, 9), 2), ((300, 9, 12, 30), 2)])
def test_steps_of_at_least_k_do_not_give_the_people_between_them_away(exact: tuple[int, ...], shown: int) -> None:
    """Nobody, exactly one, exactly two, all three: each can be worked out from two rows that follow each other."""
    members = np.repeat([[0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 1]], exact, axis=0).astype(bool)
    frame = protect(cm.prevalence_of_at_least(cm.load_cohort(pd.DataFrame(members, columns=["a", "b", "c"]))))
    assert frame["events"].notna().sum() == frame["estimate"].notna().sum() == shown
    seen = [0, *frame["events"].dropna().astype(int).sort_values(), sum(exact)]
    assert (np.diff(seen) >= K).all()


def test_a_group_with_few_people_loses_its_number_too() -> None:
    rows = [(0, 1, "male", "north", 3), (0, 1, "male", "south", 30), (0, 0, "male", "west", 300)]
    rows += [(1, 0, "male", region, n) for region, n in (("north", 3), ("south", 30), ("west", 200))]
    frame = protect(cm.prevalence(clinic(rows), ["a"], by="region"))
    assert frame["n"].isna().tolist() == [True, True, False]


@pytest.mark.parametrize("smallest", [K - 1, K, K + 1])
def test_an_adjusted_model_needs_every_level_with_and_without_the_outcome(smallest: int) -> None:
    rows = [(y, x, sex, "north", 30) for y in (0, 1) for x in (0, 1) for sex in ("male", "female")]
    rows += [(0, x, sex, "south", 20) for x in (0, 1) for sex in ("male", "female")]
    rows += [(1, 1, "female", "south", smallest)]
    fit = cm.fit_logistic(clinic(rows), "a ~ b + sex + region")
    for frame in (fit.tidy(), fit.margins(), fit.test_terms(), fit.attributable_fraction()):
        shown = protect(frame)
        numbers = shown["estimate" if "estimate" in shown else "p_value"]
        assert numbers.notna().any() == (smallest >= K)
        assert shown["n"].notna().all()


def test_a_saturated_interaction_needs_every_pattern() -> None:
    rows = [(y, x, sex, "north", 30) for y in (0, 1) for x in (0, 1) for sex in ("male", "female")]
    rows[0] = (0, 0, "male", "north", K - 1)
    cohort = clinic(rows)
    main, product = (cm.fit_logistic(cohort, f"a ~ b {sign} sex").tidy() for sign in "+*")
    assert protect(main)["estimate"].notna().all()
    assert protect(product)["estimate"].isna().all()


def test_estimates_without_their_counts_are_hidden() -> None:
    frame = cm.cooccurrence(fourfold(40, 50, 60, 70))
    cut = frame[["condition_a", "condition_b", "measure", "estimate", "conf_low", "conf_high"]]
    assert protect(cut)["estimate"].isna().all()
    assert protect(frame)[cut.columns]["estimate"].notna().all()


def test_a_protected_frame_is_not_changed_again() -> None:
    once = protect(cm.prevalence(fourfold(3, 50, 60, 70), by="sex"))
    pd.testing.assert_frame_equal(protect(once), once)
    lost = once.copy()
    lost.attrs = {}
    pd.testing.assert_frame_equal(protect(lost), once)


def test_q_values_that_rest_on_a_hidden_p_go_with_it() -> None:
    rng = np.random.default_rng(2)
    people = pd.DataFrame(rng.random((400, 3)) < [0.4, 0.3, 0.04], columns=["a", "b", "c"])
    frame = protect(cm.cooccurrence(cm.load_cohort(people), measures=["phi"]))
    assert frame["estimate"].notna().tolist() == [True, False, False]
    assert frame["q_value"].isna().all()


def test_a_flow_does_not_tell_a_small_loss() -> None:
    frame = pd.DataFrame(
        {"step": list("abcd"), "reason": ["", "x", "missing: a 3, b 40", ""], "n": [500, 497, 300, 300]}
        | {"n_excluded": [0, 3, 197, 0]}
    )
    shown = protect(frame)
    assert shown["n"].isna().tolist() == [True, False, False, False]
    assert shown["n_excluded"].isna().tolist() == [False, True, False, False]
    assert shown["reason"].tolist()[2] == "missing: a fewer than 10, b 40"


def test_public_use_is_shown_as_it_is_and_confidential_is_the_default() -> None:
    public = cm.prevalence(fourfold(3, 2, 50, 60, release="public-use"))
    assert protect(public) is public and guarded(public) is public
    own = cm.load_cohort(pd.DataFrame({"a": [True, False] * 4, "b": [True] * 7 + [False]}))
    assert own.release == "confidential"
    assert guarded(cm.prevalence(own))["estimate"].isna().all()
    assert cm.load_cohort("synthetic", n=1000).release == "public-use"


def test_rounding_and_other_thresholds() -> None:
    frame = cm.prevalence(fourfold(0, 7, 50, 46), ["a"])
    shown = protect(frame, Rules(threshold=5, round_to=5))
    assert (shown["n"].tolist(), shown["events"].tolist(), shown["suppressed"].tolist()) == ([105], [5], [""])
    assert "rounded to a multiple of 5" in shown.attrs["note"]
    zero = cm.prevalence(fourfold(0, 0, 50, 46), ["a"])
    assert protect(zero, Rules(hide_zeros=False))["events"].tolist() == [0]


def test_rules_come_from_a_file_and_a_cohort_has_its_own(tmp_path: Path) -> None:
    assert read_rules() == Rules()
    file = tmp_path / "rules.toml"
    file.write_text('[default]\nthreshold = 8\n[cohort."clinic"]\nround_to = 5\n', encoding="utf-8")
    assert read_rules("clinic", file) == Rules(threshold=8, round_to=5)
    assert read_rules("other", file) == Rules(threshold=8)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("[default]\nthreshhold = 8", SpecError),
        ("[default]\nthreshold = 0", SpecError),
        ("x", SpecError),
        ("[defaults]\n", UnknownNameError),
        ("[default]\nhide_zeros = 1", SpecError),
    ],
)
def test_a_faulty_file_of_rules_is_refused(text: str, error: type[Exception], tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(text, encoding="utf-8")
    with pytest.raises(error):
        read_rules("clinic", tmp_path / "rules.toml")


def test_every_hidden_cell_is_the_corner_of_a_wide_hypercube() -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        counts = rng.integers(0, 60, size=(3, 4))
        hidden = complementary(counts, counts < K, K)
        if hidden.all():
            continue
        for i, j in np.argwhere(hidden):
            widths = [
                min(counts[i, j], counts[k, m]) + min(counts[i, m], counts[k, j])
                for k in range(3)
                for m in range(4)
                if k != i and m != j and hidden[k, j] and hidden[i, m] and hidden[k, m]
            ]
            assert max(widths) >= K


def _possible(counts: np.ndarray, hidden: np.ndarray, few: np.ndarray) -> np.ndarray:
    """All tables of outcome by three groups with the known totals, numbers of people and shown cells, one a row."""
    yes, no = counts.sum(axis=1)
    grid = np.stack(np.meshgrid(*[np.arange(yes + 1)] * 2, *[np.arange(no + 1)] * 2, indexing="ij"), -1).reshape(-1, 4)
    tables = np.stack([grid[:, 0], grid[:, 1], yes - grid[:, 0] - grid[:, 1],
                       grid[:, 2], grid[:, 3], no - grid[:, 2] - grid[:, 3]], axis=1)  # fmt: skip
    known = ~hidden.ravel()
    tables = tables[(tables >= 0).all(axis=1) & (tables[:, known] == counts.ravel()[known]).all(axis=1)]
    return tables[((tables[:, :3] + tables[:, 3:])[:, ~few] == counts.sum(axis=0)[~few]).all(axis=1)]


def test_small_groups_among_larger_ones_are_told_by_no_table_of_whole_numbers() -> None:
    rng, kept = np.random.default_rng(8), 0
    for _ in range(120):
        counts = np.stack([rng.integers(6, 14, 3), rng.integers(6, 14, 3)])
        counts[:, 0] = rng.integers(0, 4, 2)
        few = complementary(counts.sum(axis=0), counts.sum(axis=0) < K, K)
        primary = (counts < K) | few
        hidden = complementary(counts, primary, K, unknown={frozenset({1}): few})
        if not hidden.all():  # else there is nothing more to hide
            kept += 1
            width = np.ptp(_possible(counts, hidden, few), axis=0).reshape(2, 3)
            assert (width[primary] >= K).all()
    assert kept > 4


def test_one_tiny_group_hides_one_partner_and_not_the_whole_table() -> None:
    people = {"north": (70, 300), "south": (90, 300), "east": (60, 300), "west": (35, 150), "islands": (2, 3)}
    rows = [
        (yes, region)
        for region, sides in people.items()
        for yes, n in zip((1, 0), sides, strict=True)
        for _ in range(n)
    ]
    frame = pd.DataFrame(rows, columns=["a", "region"]).astype({"a": bool, "region": "category"})
    shown = protect(cm.prevalence(cm.load_cohort(frame), by="region")).set_index("region")
    assert set(shown.index[shown["events"].isna()]) == {"west", "islands"}
    assert shown.loc["south", "events"] == 90


def test_a_figure_says_what_was_hidden_and_draws_nothing_of_it() -> None:
    rows = [(1, 0, "male", region, n) for region, n in (("north", 4), ("south", 20), ("west", 90))]
    rows += [(0, 1, "male", region, 100) for region in ("north", "south", "west")]
    frame = cm.prevalence(clinic(rows), ["a"], by="region")
    axes = cm.forest_plot(frame)
    said = [text.get_text() for text in axes.figure.findobj(lambda thing: hasattr(thing, "get_text"))]
    assert said.count("[n<10]") == 2
    assert sum("[n<10]: hidden" in text for text in said) == 1, "the figure says what the mark means"
    points = np.concatenate([line.get_xdata() for line in axes.lines])
    assert not np.isin(np.round(frame["estimate"][:2], 9), np.round(points.astype(float), 9)).any()


def test_combinations_that_are_all_hidden_say_what_to_do() -> None:
    frame = protect(cm.combinations(fourfold(3, 40, 30, 200)))
    assert frame["estimate"].isna().all()
    assert "fewer `conditions`" in frame.attrs["note"]
    assert "fewer `conditions`" not in protect(cm.combinations(fourfold(30, 40, 30, 200))).attrs["note"]


def test_rows_joined_from_a_frame_without_marks_count_as_shown() -> None:
    frame = cm.prevalence(fourfold(30, 40, 50, 200))
    joined = frame.assign(suppressed=[np.nan, ""])
    joined.attrs = frame.attrs
    assert protect(joined)["estimate"].notna().all()


def test_a_cell_that_is_no_part_of_the_table_protects_nothing() -> None:
    counts = np.array([[3, 50, 20], [40, 60, 20]])
    absent = np.array([[False, False, True], [False, False, True]])
    assert complementary(counts, counts < K, K).tolist() == [[True, False, True], [True, False, True]]
    assert complementary(counts, counts < K, K, absent=absent).tolist() == [[True, True, False], [True, True, False]]
