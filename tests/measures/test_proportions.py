"""Intervals of a proportion and exact power against R, to the digits that R gives."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import fisher_exact

import comorbid as cm
from comorbid._numerics.two_proportions import fisher_p_values
from comorbid.errors import SpecError
from tests.references import records


@pytest.mark.parametrize(
    "row", records("proportions", set="interval"), ids=lambda r: f"{r['method']} {r['events']}/{r['n']}"
)
def test_intervals_are_those_of_r(row: dict) -> None:
    found = cm.proportion_intervals(row["events"], row["n"], [row["method"]], conf_level=row["conf_level"]).iloc[0]
    assert found["estimate"] == row["events"] / row["n"]
    assert found["conf_low"] == pytest.approx(row["conf_low"], abs=1e-9)  # R iterates its beta quantiles to about 1e-12
    assert found["conf_high"] == pytest.approx(row["conf_high"], abs=1e-9)


@pytest.mark.parametrize("row", records("proportions", set="fisher_power"), ids=lambda r: f"{r['share_a']} {r['n_a']}")
def test_power_is_that_of_every_table_in_r(row: dict) -> None:
    found = cm.exact_power(row["n_a"], row["n_b"], row["share_a"], row["share_b"], alpha=row["alpha"])
    assert found == pytest.approx([row["power"]], abs=1e-10)


def test_p_values_are_those_of_scipy() -> None:
    p_values = fisher_p_values(7, 5)
    for x in range(8):
        for y in range(6):
            assert p_values[x, y] == pytest.approx(fisher_exact([[x, 7 - x], [y, 5 - y]]).pvalue, abs=1e-12)


def test_the_detectable_share_has_the_power_asked_for() -> None:
    frame = cm.detectable_difference(39, 64, [0.1, 0.3, 0.5], power=0.8)
    for row in frame.itertuples():
        assert cm.exact_power(39, 64, row.share_a, row.share_b) == pytest.approx([0.8], abs=1e-8)
        assert row.difference == row.share_a - row.share_b > 0
        assert row.odds_ratio == pytest.approx(row.share_a / (1 - row.share_a) * (1 - row.share_b) / row.share_b)


def test_what_cannot_be_found_is_missing() -> None:
    assert np.isnan(cm.detectable_difference(39, 64, 0.95)["share_a"].iloc[0])
    assert np.isnan(cm.detectable_difference(2, 2, 0.5)["share_a"].iloc[0])


def test_the_size_of_the_test_never_exceeds_alpha() -> None:
    sizes = [cm.exact_power(39, 64, share, share)[0] for share in (0.05, 0.3, 0.5, 0.8)]
    assert max(sizes) <= 0.05


@pytest.mark.parametrize(("events", "n"), [(5, 4), (-1, 4), (0, 0), (1.5, 4), (True, 4)])
def test_counts_that_cannot_be_are_refused(events: object, n: object) -> None:
    with pytest.raises(cm.ComorbidError, match="give whole numbers"):
        cm.proportion_intervals(events, n)  # type: ignore[arg-type]


def test_other_arguments_that_cannot_be_are_refused() -> None:
    with pytest.raises(cm.ComorbidError, match="Did you mean 'wilson'"):
        cm.proportion_intervals(1, 4, ["wilsn"])
    with pytest.raises(cm.ComorbidError, match="conf_level"):
        cm.proportion_intervals(1, 4, conf_level=95)
    with pytest.raises(cm.ComorbidError, match="share_b lies outside"):
        cm.detectable_difference(39, 64, 30)


def test_published_shares_are_those_of_their_counts() -> None:
    """Wilson for 39 of 103 by hand: centre (p + z2/2n) / (1 + z2/n), half z sqrt(p q / n + z2/4n2) / (1 + z2/n)."""
    rows = cm.published_estimates().set_index("id").loc[["koppen13_ex", "kucuksen13_fm"]]
    found = cm.published_shares(rows)
    n, p, z = 103, 39 / 103, 1.959963984540054
    centre, half = (
        (p + z * z / 2 / n) / (1 + z * z / n),
        z * np.sqrt(p * (1 - p) / n + (z / 2 / n) ** 2) / (1 + z * z / n),
    )
    first = found.loc["koppen13_ex"]
    assert first[["estimate", "conf_low", "conf_high"]].tolist() == pytest.approx([p, centre - half, centre + half])
    assert (first["n"], first["events"], first["study"]) == (103, 39, rows.loc["koppen13_ex", "study"])
    assert found.attrs["numbers"] == "published" and found.attrs["conf_level"] == 0.95
    assert "a" not in found and list(found.index) == list(rows.index)


def test_shares_without_counts_are_refused() -> None:
    rows = cm.published_estimates()
    with pytest.raises(SpecError, match=r"found 1 rows without them"):
        cm.published_shares(rows[rows["a"].isna()].head(1))
    with pytest.raises(SpecError, match="no column b"):
        cm.published_shares(rows.drop(columns="b"))
