"""Chronic widespread pain from the body map of NHANES 1999-2004 (MPQ120A to MPQ120AF).

First criterion of ACR 1990 only: pain for three months or more, on the left and the right side, above and below the
waist, and along the axial skeleton. Wolfe et al., Arthritis Rheum 1990;33:160-72, doi:10.1002/art.1780330203.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

SITES = (*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "AA", "AB", "AC", "AD", "AE", "AF")
"""Letters of the sites, as the columns end; column A also carries refused (77) and don't know (99)."""

HEAD = frozenset("AB")
UPPER_BACK_RIGHT, UPPER_BACK_LEFT = frozenset("K"), frozenset("L")
LOW_BACK = frozenset("MN")
LIMB_RIGHT_ABOVE = frozenset({*"CEGI", "AC"})
LIMB_LEFT_ABOVE = frozenset({*"DFHJ", "AD"})
LIMB_RIGHT_BELOW = frozenset({*"OQSU", "AE"})
LIMB_LEFT_BELOW = frozenset({*"PRTV", "AF"})
LIMB_RIGHT, LIMB_LEFT = LIMB_RIGHT_ABOVE | LIMB_RIGHT_BELOW, LIMB_LEFT_ABOVE | LIMB_LEFT_BELOW
RIGHT = LIMB_RIGHT | frozenset("KMY")
LEFT = LIMB_LEFT | frozenset("LNZ")
AXIAL = frozenset({*"WXYZKLMN", "AB"})
ABOVE = LIMB_RIGHT_ABOVE | LIMB_LEFT_ABOVE | frozenset("KLWXYZ")
BELOW = LIMB_RIGHT_BELOW | LIMB_LEFT_BELOW | LOW_BACK


@dataclass(frozen=True, slots=True)
class Rule:
    """A case has a site in each of the groups; `chronic` asks for three months or more."""

    groups: tuple[frozenset[str], ...]
    chronic: bool = True


RULES: dict[str, Rule] = {
    "A": Rule((RIGHT, LEFT, AXIAL, ABOVE, BELOW)),
    "B": Rule((LIMB_RIGHT, LIMB_LEFT, AXIAL, ABOVE, BELOW)),
    "C": Rule((LIMB_RIGHT | UPPER_BACK_RIGHT, LIMB_LEFT | UPPER_BACK_LEFT, AXIAL, ABOVE | HEAD, BELOW)),
    "D": Rule((RIGHT, LEFT, AXIAL, ABOVE, BELOW), chronic=False),
    "E": Rule((RIGHT, LEFT, AXIAL, ABOVE, BELOW - LOW_BACK)),
    "F": Rule((LIMB_RIGHT, LIMB_LEFT, LIMB_RIGHT_ABOVE | LIMB_LEFT_ABOVE, LIMB_RIGHT_BELOW | LIMB_LEFT_BELOW)),
    "F4": Rule((LIMB_RIGHT_ABOVE, LIMB_LEFT_ABOVE, LIMB_RIGHT_BELOW, LIMB_LEFT_BELOW)),
    "A-head": Rule((RIGHT, LEFT, AXIAL, ABOVE | HEAD, BELOW)),
}


def widespread_pain(people: pd.DataFrame, rule: str) -> pd.Series:
    """1 for a case, 0 for none, missing when pain or its duration was refused, not known or not asked.

    Parameters
    ----------
    people : DataFrame
        MPQ100 (pain over 24 hours), MPQ110 (duration), MPQ120A ... MPQ120AF.
    rule : {"A", "B", "C", "D", "E", "F", "F4", "A-head"}
    """
    chosen = RULES[rule]
    pain, duration = people["MPQ100"], people["MPQ110"]
    case = (pain == 1).to_numpy()
    for group in chosen.groups:
        case = case & _any_site(people, group)
    if chosen.chronic:
        case = case & duration.isin([3, 4]).to_numpy()
    known = ((pain == 2) | ((pain == 1) & duration.isin([1, 2, 3, 4]))).to_numpy()
    return pd.Series(np.where(known, case.astype(float), np.nan), index=people.index)


def _any_site(people: pd.DataFrame, letters: frozenset[str]) -> np.ndarray:
    """People who marked one of the sites; a site is marked when its column holds a code other than 77 and 99."""
    columns = [people[f"MPQ120{letter}"] for letter in sorted(letters)]
    return np.logical_or.reduce([(column.notna() & ~column.isin([77, 99])).to_numpy() for column in columns])
