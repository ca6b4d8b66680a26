"""People with headache whose features are drawn by kind of headache, to try case definitions on."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from comorbid.errors import SpecError

KINDS = ("migraine", "neck", "other")
PAIN_FEATURES = ("one_sided", "pulsating", "moderate_or_severe", "worsened_by_activity")
MIGRAINE_FEATURES = (*PAIN_FEATURES, "nausea_or_vomiting", "photophobia", "phonophobia")
NECK_FEATURES = (
    "neck_disorder",
    "onset_with_neck_disorder",
    "improves_with_neck_disorder",
    "reduced_neck_movement",
    "worsened_by_neck_provocation",
    "abolished_by_block",
    "lesion_on_imaging",
)
CHRONIC_FROM, MOST_DAYS = 15, 30


@dataclass(frozen=True, slots=True)
class HeadacheTruth:
    """What simulated people with headache are drawn from; shares between 0 and 1.

    migraine_share, neck_share : share of people whose headache is migraine, and comes from the neck; the rest is other.
    typical : share with a feature among people whose kind of headache it belongs to.
    elsewhere : share with it among the others.
    lesion_elsewhere : share with a lesion on neck imaging among people whose headache does not come from the neck.
    chronic_migraine_share, chronic_other_share : share with headache on 15 days or more, in migraine and in the others.
    migraine_day_share : of the headache days of a person with migraine, the share that are migraine days.
    aura_share : share of people with migraine who have aura.
    better_explained : share whose headache another diagnosis explains.

    Raises
    ------
    SpecError
        When a share lies outside 0 to 1, or migraine and neck make more than everybody.
    """

    migraine_share: float
    neck_share: float
    typical: float = 0.75
    elsewhere: float = 0.25
    lesion_elsewhere: float = 0.5
    chronic_migraine_share: float = 0.06
    chronic_other_share: float = 0.03
    migraine_day_share: float = 0.6
    aura_share: float = 0.3
    better_explained: float = 0.0

    def __post_init__(self) -> None:
        wrong = [part.name for part in fields(self) if not 0 <= getattr(self, part.name) <= 1]
        if wrong:
            raise SpecError(f"{', '.join(wrong)} lies outside 0 to 1; write 0.15 for 15%.")
        if self.migraine_share + self.neck_share > 1:
            raise SpecError("migraine_share and neck_share make more than everybody; lower one of them.")


def simulate_headaches(n: int, truth: HeadacheTruth, seed: int = 0) -> pd.DataFrame:
    """People with headache: the kind it is, and every feature that `HEADACHE_FEATURES` names.

    Within a kind of headache features are independent, so that what ties them together is the kind alone; real
    features hang together within a kind too, which makes real definitions agree better or worse than here.

    Parameters
    ----------
    n : int
        People, 1 or more.
    truth : HeadacheTruth
    seed : int

    Returns
    -------
    DataFrame
        kind ("migraine", "neck", "other"), then the features; adults all.

    Raises
    ------
    SpecError
        When n is no whole number of 1 or more.
    """
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
        raise SpecError(f"n = {n!r} is no number of people; give a whole number of 1 or more.")
    rng = np.random.default_rng(seed)
    shares = [truth.migraine_share, truth.neck_share, 1 - truth.migraine_share - truth.neck_share]
    kind = rng.choice(len(KINDS), size=n, p=np.clip(shares, 0, 1))
    people = {"kind": np.array(KINDS, dtype=object)[kind], "under_18": np.zeros(n, dtype=bool)}
    people |= _features(rng, kind == 0, MIGRAINE_FEATURES, truth.typical, truth.elsewhere)
    people |= _features(rng, kind == 1, NECK_FEATURES[:-1], truth.typical, truth.elsewhere)
    people |= _features(rng, kind == 1, NECK_FEATURES[-1:], truth.typical, truth.lesion_elsewhere)
    people["better_explained"] = rng.random(n) < truth.better_explained
    return pd.DataFrame(people | _attacks(rng, kind == 0, truth) | _days(rng, kind == 0, truth))


def _features(
    rng: np.random.Generator, own: np.ndarray, names: tuple[str, ...], typical: float, elsewhere: float
) -> dict[str, np.ndarray]:
    share = np.where(own, typical, elsewhere)
    return {name: rng.random(len(own)) < share for name in names}


def _attacks(rng: np.random.Generator, migraine: np.ndarray, truth: HeadacheTruth) -> dict[str, np.ndarray]:
    """Attacks, their length, and aura; the aura's six features are typical of those who have it."""
    n = len(migraine)
    aura = migraine & (rng.random(n) < truth.aura_share)
    lasting = rng.random(n) < np.where(migraine, truth.typical, truth.elsewhere)
    many = rng.random(n) < np.where(migraine, truth.typical, truth.elsewhere)
    found = {
        "attacks": np.where(many, 20, rng.integers(1, 5, n)),
        "duration_hours": np.where(lasting, rng.uniform(4, 72, n), rng.uniform(0.5, 3.9, n)),
        "attacks_with_aura": np.where(aura, 10, 0),
        "aura_kinds": np.where(aura, 1, 0),
    }
    names = ("spreads", "in_succession", "5_to_60_minutes", "one_sided", "positive", "then_headache")
    signs = {f"aura_{name}": aura & (rng.random(n) < truth.typical) for name in names}
    return found | signs


def _days(rng: np.random.Generator, migraine: np.ndarray, truth: HeadacheTruth) -> dict[str, np.ndarray]:
    """Headache days a month, evenly over 1 to 14 or over 15 to 30; of them, migraine days; for how many months."""
    n = len(migraine)
    chronic = rng.random(n) < np.where(migraine, truth.chronic_migraine_share, truth.chronic_other_share)
    days = np.where(chronic, rng.integers(CHRONIC_FROM, MOST_DAYS + 1, n), rng.integers(1, CHRONIC_FROM, n))
    return {
        "headache_days": days,
        "migraine_days": np.where(migraine, rng.binomial(days, truth.migraine_day_share), 0),
        "months": rng.integers(1, 25, n),
    }
