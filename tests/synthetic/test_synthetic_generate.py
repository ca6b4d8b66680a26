"""People drawn: the same for a seed, streamed or whole, at any size."""

import numpy as np
import pandas as pd
import pytest

from comorbid.errors import SpecError
from comorbid.synthetic import BLOCK, default_inputs, default_truth, generate, generate_blocks, simulate_people

N = 200_000

# generate(6, seed=1, missing=False), as first released
PINNED_AGE = [65, 74, 72, 72, 26, 43]
PINNED_DAYS = [0, 3, 1, 0, 1, 2]
PINNED_WEIGHT = [
    29960116.022838064,
    11483075.439277578,
    21244855.740457382,
    45281860.063813046,
    21993821.156766593,
    34071717.70509366,
]


def test_streamed_is_whole():
    n = 2 * BLOCK + 5
    blocks = list(generate_blocks(n, seed=4))
    assert [len(block) for block in blocks] == [BLOCK, BLOCK, 5]
    streamed, whole = pd.concat(blocks), generate(n, seed=4)
    assert streamed.equals(whole) and streamed.dtypes.equals(whole.dtypes)


def test_same_seed_same_people_other_seed_others():
    pd.testing.assert_frame_equal(generate(500, seed=7), generate(500, seed=7))
    assert not generate(500, seed=7)["age"].equals(generate(500, seed=8)["age"])


def test_the_people_of_a_seed_do_not_change_between_releases():
    few = generate(6, seed=1, missing=False)
    assert few["age"].tolist() == PINNED_AGE
    assert few["headache_days"].tolist() == PINNED_DAYS
    assert few["weight"].to_numpy() == pytest.approx(PINNED_WEIGHT, rel=1e-12)


def test_missing_values_are_few_at_random_and_alone():
    with_missing, without = generate(N, seed=20), generate(N, seed=20, missing=False)
    shares = default_truth().inputs.missing
    for name in with_missing.columns:
        gone = with_missing[name].isna()
        share = shares.get("bmi" if name == "bmi_band" else name, 0.0)
        assert gone.mean() == pytest.approx(share, abs=4 * np.sqrt(share / N) + 1e-12), name
        assert with_missing.loc[~gone, name].equals(without.loc[~gone, name]), name
    assert (with_missing["bmi"].isna() == with_missing["bmi_band"].isna()).all()
    assert not without.isna().any(axis=None)


def test_people_of_other_inputs():
    inputs = default_inputs().with_prevalences(migraine=0.4)
    people = simulate_people(5000, seed=2, inputs=inputs)
    assert np.average(people["migraine"] == "yes", weights=people["weight"]) == pytest.approx(0.4, abs=0.05)
    assert simulate_people(500).equals(generate(500))


@pytest.mark.parametrize("n", [1, 2, 17, 63, 64, 129])
def test_any_size(n):
    people = generate(n, seed=3)
    assert len(people) == n == sum(map(len, generate_blocks(n, seed=3)))
    assert people["stratum"].nunique() == max(1, n // 64)
    assert people.groupby("stratum")["psu"].nunique().eq(min(n, 2)).all()


def test_strata_and_psus_can_be_chosen():
    sizes = generate(1000, strata=5, psu_per_stratum=4).groupby(["stratum", "psu"]).size()
    assert len(sizes) == 20 and (sizes == 50).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0}, "n = 0 for a synthetic cohort. Accepted: a whole number, 1 or more"),
        ({"n": -5}, "n = -5"),
        ({"n": 10.5}, "n = 10.5"),
        ({"n": True}, "n = True"),
        ({"n": 10, "seed": -1}, "seed = -1 .* 0 or more"),
        ({"n": 1000, "strata": 0}, "strata = 0"),
        ({"n": 1000, "psu_per_stratum": 1}, "psu_per_stratum = 1 .* 2 or more"),
        ({"n": 17, "strata": 30}, "strata = 30 leaves PSUs without people, of 17 people"),
    ],
)
@pytest.mark.parametrize("draw", [generate, generate_blocks])
def test_arguments_out_of_range_are_refused_at_the_call(draw, arguments, message):
    with pytest.raises(SpecError, match=message):
        draw(**arguments)
