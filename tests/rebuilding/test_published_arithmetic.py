"""What follows from printed cells, held against R and published examples; widths of simulated intervals."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from comorbid._numerics import published_cells as cell
from comorbid._numerics.design_simulation import Z, log_widths, table_of_groups, table_of_margins
from comorbid.errors import SpecError
from comorbid.rebuilding.counts import (
    detectable_share,
    implied_spread,
    odds_ratio,
    proportion,
    ratio_of_prevalences,
)
from comorbid.rebuilding.simulations import odds_ratio_width


def test_odds_ratio_of_the_tunisian_hospital_is_the_printed_one() -> None:
    assert [f"{x:.2f}" for x in cell.odds_ratio(51, 125, 24, 150)] == ["2.55", "1.49", "4.38"]


def test_proportion_intervals_are_those_of_r() -> None:
    # R 4.2: binom.test(39, 103)$conf.int; prop.test(39, 103, correct = FALSE)$conf.int
    assert cell.clopper_pearson(39, 103)[1:] == pytest.approx((0.284889692, 0.479563177), abs=1e-9)
    assert cell.wilson(39, 103)[1:] == pytest.approx((0.290927156, 0.475081280), abs=1e-9)
    assert cell.clopper_pearson(0, 20)[1:] == pytest.approx((0.0, 0.168433471), abs=1e-9)
    assert cell.wilson(0, 20)[1] == 0.0
    assert cell.clopper_pearson(20, 20)[2] == 1.0


def test_difference_of_proportions_is_newcombes_example() -> None:
    # Newcombe 1998, table II: 56/70 - 48/80, method 10
    assert cell.prevalence_difference(56, 14, 48, 32) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_prevalence_ratio_has_the_log_interval() -> None:
    estimate, low, high = cell.prevalence_ratio(27, 73, 5, 95)
    assert estimate == pytest.approx(5.4)
    error = np.sqrt(1 / 27 - 1 / 100 + 1 / 5 - 1 / 100)
    assert (low, high) == pytest.approx((5.4 * np.exp(-Z * error), 5.4 * np.exp(Z * error)))


@pytest.mark.parametrize(("exposed", "outcome", "ratio"), [(0.3, 0.2, 2.1), (0.5, 0.01, 0.4), (0.1, 0.6, 1.0)])
def test_a_table_of_margins_has_them_and_the_odds_ratio(exposed: float, outcome: float, ratio: float) -> None:
    a, b, c, d = table_of_margins(exposed, outcome, ratio)
    assert (a + b, a + c, a + b + c + d, a * d / (b * c)) == pytest.approx((exposed, outcome, 1.0, ratio))


def test_a_table_of_groups_has_their_sizes_and_prevalence() -> None:
    a, b, c, d = table_of_groups(100, 300, 0.2, 3.0)
    assert (a + b, c / (c + d), a * d / (b * c)) == pytest.approx((0.25, 0.2, 3.0))


def test_simulated_widths_scatter_about_the_expected_one() -> None:
    table = table_of_margins(0.3, 0.2, 2.0)
    expected = 2 * Z * np.sqrt((1 / (5000 * table)).sum())
    widths = log_widths(table, 5000, 200, seed=1)
    assert widths.shape == (200,) and widths.mean() == pytest.approx(expected, rel=0.01)
    assert log_widths(table, 5000, 200, seed=1, design_effect=4.0) == pytest.approx(2 * widths)


ROWS = {
    "fits": {"estimate": 2.0, "conf_low": 1.727, "conf_high": 2.316, "n": 5000, "a": 51, "b": 125, "c": 24, "d": 150},
    "narrow": {
        "estimate": 2.0,
        "conf_low": 1.99,
        "conf_high": 2.01,
        "n": 5000,
        "a": float("nan"),
        "b": 1,
        "c": 1,
        "d": 1,
    },
}


def test_a_printed_interval_that_fits_its_sample_and_one_that_does_not() -> None:
    fits = odds_ratio_width(ROWS, "fits", exposed=0.3, outcome=0.2)
    assert fits.conf_low < 1 < fits.conf_high and not fits.least
    narrow = odds_ratio_width(ROWS, "narrow")
    assert narrow.estimate < 0.1 and narrow.least and "narrowest" in narrow.detail
    groups = odds_ratio_width(ROWS, "fits", groups=[1500, 3500], unexposed_prevalence=0.1633)
    assert groups.estimate == pytest.approx(fits.estimate, rel=0.05)


def test_an_unknown_margin_gives_the_narrowest_interval_there_can_be() -> None:
    least = odds_ratio_width(ROWS, "fits", outcome=0.2)
    for exposed in (0.1, 0.3, 0.5, 0.7, 0.9):
        assert odds_ratio_width(ROWS, "fits", exposed=exposed, outcome=0.2).estimate <= least.estimate * 1.02


def test_what_is_asked_wrongly_is_said() -> None:
    with pytest.raises(SpecError, match="unexposed_prevalence"):
        odds_ratio_width(ROWS, "fits", groups=[1500, 3500])
    with pytest.raises(SpecError, match="four counts"):
        odds_ratio(ROWS, "narrow")
    with pytest.raises(SpecError, match="wilson, exact"):
        proportion(ROWS, "fits", interval="wald")


def test_printed_prevalences_may_be_given_by_name_or_value() -> None:
    assert ratio_of_prevalences({"p": {"estimate": 0.77}}, "p", 0.232).estimate == pytest.approx(3.3190, abs=1e-4)


def test_the_spread_that_an_interval_per_unit_implies_comes_back() -> None:
    # a logistic model with x ~ N(0, 1.6) and a rare outcome: its standard error gives 1.6 back
    rng = np.random.default_rng(7)
    x = rng.normal(0, 1.6, 40_000)
    y = rng.random(40_000) < 1 / (1 + np.exp(3.5 - 0.1 * x))
    fit = sm.Logit(y.astype(float), sm.add_constant(x)).fit(disp=0)
    limits = np.exp(fit.conf_int()[1])
    row = {"estimate": float(np.exp(fit.params[1])), "n": 40_000.0, "conf_low": limits[0], "conf_high": limits[1]}
    rows = {"per": {**row, "printed": f"{row['estimate']:.3f} ({limits[0]:.3f} to {limits[1]:.3f})"},
            "share": {"estimate": float(y.mean())}}  # fmt: skip
    number = implied_spread(rows, "per", "share")
    assert number.estimate == pytest.approx(1.6, rel=0.03)
    assert number.conf_low < number.estimate < number.conf_high


def test_the_share_that_two_small_groups_can_show() -> None:
    number = detectable_share({}, [39, 64], 0.5)
    assert number.measure == "prevalence" and 0.75 < number.estimate < 0.85
    # ten times the people show a much smaller difference
    assert detectable_share({}, [390, 640], 0.5).estimate < 0.62
