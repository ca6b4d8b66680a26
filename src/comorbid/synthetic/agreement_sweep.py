"""Agreement of case definitions over ranges of frequencies that no source gives."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

import pandas as pd

from comorbid.definitions import HEADACHE_FEATURES, CaseDefinition, definition_agreement
from comorbid.errors import require_known
from comorbid.synthetic.headaches import HeadacheTruth, simulate_headaches

MOST_DAYS = 30


def sweep_agreement(
    pairs: Sequence[tuple[CaseDefinition, CaseDefinition]],
    truth: HeadacheTruth,
    ranges: Mapping[str, Sequence[float]],
    *,
    people: int = 20_000,
    seed: int = 0,
) -> pd.DataFrame:
    """Agreement of pairs of definitions on simulated people with headache, for every combination of frequencies.

    Parameters
    ----------
    pairs : sequence of (CaseDefinition, CaseDefinition)
    truth : HeadacheTruth
        Frequencies that are held.
    ranges : mapping of a field of HeadacheTruth to values
        Frequencies that are swept; every combination is simulated, with the same seed.
    people : int
        Simulated people in each combination.
    seed : int

    Returns
    -------
    DataFrame
        One column a swept frequency, then those of `definition_agreement`.

    Raises
    ------
    UnknownNameError
        When a swept frequency is no field of HeadacheTruth.
    SpecError
        When a frequency lies outside 0 to 1.
    """
    known = [part.name for part in fields(HeadacheTruth)]
    names = [require_known(name, known, "frequency", "HeadacheTruth") for name in ranges]
    frames = []
    for values in itertools.product(*ranges.values()):
        chosen = dict(zip(names, values, strict=True))
        found = definition_agreement(simulate_headaches(people, replace(truth, **chosen), seed), pairs)
        for at, (name, value) in enumerate(chosen.items()):
            found.insert(at, name, value)
        frames.append(found)
    return pd.concat(frames, ignore_index=True)


def possible_months() -> pd.DataFrame:
    """Every month that a person with migraine can have: 1 to 30 headache days, of which 1 to all are migraine days.

    Returns
    -------
    DataFrame
        465 rows with every feature of `HEADACHE_FEATURES`; all but the days are those of migraine without aura, with
        many attacks, for six months.
    """
    pairs = [(days, migraine) for days in range(1, MOST_DAYS + 1) for migraine in range(1, days + 1)]
    months = pd.DataFrame(pairs, columns=["headache_days", "migraine_days"])
    signs = dict.fromkeys(("one_sided", "pulsating", "moderate_or_severe", "nausea_or_vomiting"), True)
    numbers = {"attacks": 20, "attacks_with_aura": 0, "aura_kinds": 0, "duration_hours": 24.0, "months": 6}
    usual = dict.fromkeys(HEADACHE_FEATURES, False) | signs | numbers
    return months.assign(**{name: value for name, value in usual.items() if name not in months})
