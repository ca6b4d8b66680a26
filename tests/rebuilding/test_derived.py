"""Numbers that printed ones imply, against the formulas they come from."""

from __future__ import annotations

from math import sqrt

import pytest

import comorbid as cm
from comorbid.rebuilding.derived import e_value_of, ratio_of_each_step, share_crossing_by_chance

ROWS = {str(row["id"]): row for row in cm.published_estimates().to_dict("records")}
GRADES = ["ashina12_mod", "ashina12_modsev", "ashina12_sev"]


def test_each_step_is_the_trend_with_and_without_the_reference():
    whole, among = ratio_of_each_step(ROWS, GRADES), ratio_of_each_step(ROWS, GRADES, among=True)
    assert whole.estimate == pytest.approx(1.465, abs=0.002) and whole.conf_low > 1.2
    assert among.conf_low < 1 < among.conf_high


def test_an_e_value_is_that_of_the_formula():
    """E = R + sqrt(R (R - 1)): 1.3 gives 1.924, its lower limit 1.2 gives 1.690."""
    found = e_value_of(ROWS, "le15_lbp_mig")
    assert found.estimate == pytest.approx(1.3 + sqrt(0.39))
    assert found.detail.endswith("1.69")
    assert e_value_of(ROWS, "le15_lbp_mig", rare=False).estimate == pytest.approx(
        sqrt(1.3) + sqrt(1.3 - sqrt(1.3)), rel=1e-12
    )


def test_chance_crossing_is_the_balance_when_persistence_is_given():
    """0.055 x 0.499 / 0.945 = 2.904%, whatever the mean; the percentiles are those of some 8,219 binomial people."""
    found = share_crossing_by_chance(ROWS, "bigal08_inc", "buse10_n", 4.0, 0.501)
    assert found.estimate == pytest.approx(0.02904, abs=0.0005)
    spread = 1.96 * sqrt(0.02904 * 0.97096 / 8219)
    assert (found.conf_high - found.conf_low) / 2 == pytest.approx(spread, rel=0.2)
    least = share_crossing_by_chance(ROWS, "bigal08_inc", "buse10_n", 4.0)
    assert least.conf_high < found.conf_low
