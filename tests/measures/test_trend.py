"""The trend of published ratios against what it must be: simple cases by hand, and counts analysed directly."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import comorbid as cm

Z = 1.959963984540054


def ratios(log_ratio, error, measure="odds_ratio"):
    log_ratio, error = np.asarray(log_ratio, float), np.asarray(error, float)
    limits = {"conf_low": np.exp(log_ratio - Z * error), "conf_high": np.exp(log_ratio + Z * error)}
    return pd.DataFrame({"measure": measure, "estimate": np.exp(log_ratio), **limits})


def test_ratios_on_a_line_give_the_line_whatever_their_errors():
    found = cm.trend_of_ratios(ratios([0.3, 0.6, 1.2], [0.1, 0.4, 0.2]), [1, 2, 4], shared_variance=0.005)
    assert found["estimate"].to_numpy() == pytest.approx(np.exp(0.3), rel=1e-12)
    assert found["term"].tolist() == ["each_step", "each_step_among_grades"]


def test_weights_are_inverse_variances_by_hand():
    """Two grades at 1 and 2: b = (y1 w1 + 2 y2 w2) / (w1 + 4 w2) through the reference, y2 - y1 without it."""
    found = cm.trend_of_ratios(ratios([0.5, 0.6], [0.2, 0.1]), [1, 2]).set_index("term")
    w1, w2 = 25.0, 100.0
    assert np.log(found.loc["each_step", "estimate"]) == pytest.approx((0.5 * w1 + 1.2 * w2) / (w1 + 4 * w2))
    assert found.loc["each_step", "std_error"] == pytest.approx((w1 + 4 * w2) ** -0.5)
    assert np.log(found.loc["each_step_among_grades", "estimate"]) == pytest.approx(0.1)
    assert found.loc["each_step_among_grades", "std_error"] == pytest.approx(np.sqrt(0.05))


def test_with_the_variance_of_the_reference_it_is_least_squares_of_the_log_odds_themselves():
    """Log odds by grade, independent, regressed on the score with an intercept: the same slope and error."""
    events, others, score = np.array([80, 30, 25, 20]), np.array([4000, 900, 500, 300]), np.arange(4.0)
    log_odds, variance = np.log(events / others), 1 / events + 1 / others
    design = np.column_stack([score, np.ones(4)])
    spread = np.linalg.inv(design.T / variance @ design)
    slope = (spread @ (design.T / variance @ log_odds))[0]
    frame = ratios(log_odds[1:] - log_odds[0], np.sqrt(variance[1:] + variance[0]))
    found = cm.trend_of_ratios(frame, score[1:], shared_variance=variance[0]).iloc[0]
    assert np.log(found["estimate"]) == pytest.approx(slope, rel=1e-9)
    assert found["std_error"] == pytest.approx(np.sqrt(spread[0, 0]), rel=1e-9)


def test_the_grades_of_depression_of_ashina_2012():
    """By hand, with errors 0.1789, 0.2197, 0.2599 from the limits: 94.47 / 247.3 = 0.382, so 1.465 a step."""
    rows = cm.published_estimates().set_index("id").loc[["ashina12_mod", "ashina12_modsev", "ashina12_sev"]]
    found = cm.trend_of_ratios(rows, [1, 2, 3]).set_index("term")
    assert found.loc["each_step", "estimate"] == pytest.approx(1.465, abs=0.002)
    assert found.loc["each_step", "std_error"] == pytest.approx(247.3**-0.5, abs=0.0005)
    assert found.loc["each_step_among_grades", "p_value"] > 0.2


@pytest.mark.parametrize(
    ("frame", "scores", "options", "message"),
    [
        (ratios([0.1, 0.2], [0.1, 0.1]), [1], {}, "2 grades need 2 scores"),
        (ratios([0.1, 0.2], [0.1, 0.1]), [0, 1], {}, "above 0"),
        (ratios([0.1, 0.2], [0.1, 0.1]), [2, 2], {}, "different"),
        (ratios([0.1, 0.2], [0.1, 0.1], "prevalence"), [1, 2], {}, "ratios of one kind"),
        (ratios([0.1, 0.2], [0.1, 0.1]).drop(columns="conf_low"), [1, 2], {}, "no column conf_low"),
        (ratios([0.1, 0.2], [0.1, 0.1]), [1, 2], {"shared_variance": 0.02}, "outside 0 to 0.01"),
        (ratios([0.1, np.nan], [0.1, 0.1]), [1, 2], {}, "above zero"),
    ],
)
def test_what_is_no_trend_is_refused(frame, scores, options, message):
    with pytest.raises(cm.ComorbidError, match=message):
        cm.trend_of_ratios(frame, scores, **options)
