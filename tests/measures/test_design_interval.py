"""The interval of a design against Woolf's formula on whole cells, and what happens as people are added."""

from __future__ import annotations

import numpy as np
import pytest

import comorbid as cm

Z = 1.959963984540054


def test_it_is_woolfs_interval_of_the_expected_cells():
    """Cells 30, 20, 10, 40: odds ratio 6, half exposed, 40% with the outcome."""
    found = cm.interval_of_design(6.0, 100, [0.5], [0.4]).iloc[0]
    half = Z * np.sqrt(1 / 30 + 1 / 20 + 1 / 10 + 1 / 40)
    assert found["conf_low"] == pytest.approx(6 * np.exp(-half), rel=1e-12)
    assert found["conf_high"] == pytest.approx(6 * np.exp(half), rel=1e-12)
    assert found["log_width"] == pytest.approx(2 * half, rel=1e-12)


def test_width_goes_with_the_root_of_people_and_of_the_design_effect():
    one, four = (cm.interval_of_design(1.3, n, [0.3], [0.1])["log_width"][0] for n in (1000, 4000))
    assert one / four == pytest.approx(2, rel=1e-12)
    doubled = cm.interval_of_design(1.3, 1000, [0.3], [0.1], design_effect=4.0)["log_width"][0]
    assert doubled / one == pytest.approx(2, rel=1e-12)


def test_every_pair_of_shares_has_a_row_and_halves_are_narrowest():
    found = cm.interval_of_design(1.0, 1000, [0.1, 0.5, 0.9], [0.2, 0.5])
    assert found[["exposed", "outcome"]].drop_duplicates().shape == (6, 2)
    narrowest = found.loc[found["log_width"].idxmin()]
    assert (narrowest["exposed"], narrowest["outcome"]) == (0.5, 0.5)


@pytest.mark.parametrize(
    "asked", [(0.0, 10, [0.5], [0.5]), (1.3, 0, [0.5], [0.5]), (1.3, 10, [0.0], [0.5]), (1.3, 10, [0.5], [1.0])]
)
def test_what_cannot_be_meant_is_refused(asked):
    with pytest.raises(cm.ComorbidError):
        cm.interval_of_design(*asked)
