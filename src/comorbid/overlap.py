"""Case definitions that use the same survey items or body sites, and the note that results carry about them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import pandas as pd

from comorbid.codebook import Codebook
from comorbid.columns import arrange


def common_items(codebook: Codebook, condition_a: str, condition_b: str) -> tuple[str, ...]:
    """Items and body sites that the definitions of both conditions use, in the order of the first."""
    of_a, of_b = (codebook.condition(name).items for name in (condition_a, condition_b))
    return tuple(item for item in of_a if item in of_b)


def overlaps(codebook: Codebook, names: Iterable[str]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Pairs of the named conditions whose definitions share items, with what they share."""
    found = {(a, b): common_items(codebook, a, b) for a, b in itertools.combinations(names, 2)}
    return {pair: shared for pair, shared in found.items() if shared}


def with_overlap_notes(
    frame: pd.DataFrame, codebook: Codebook, columns: tuple[str, str], leading: Sequence[str] = ()
) -> pd.DataFrame:
    """A frame with `note` beside each pair whose case definitions share items: "shares site: back".

    Parameters
    ----------
    frame : DataFrame
    codebook : Codebook
    columns : two columns that name a pair
        A product "a:b" names several variables; those that are no conditions have no items.
    leading : sequence of str
        Columns that come first.

    Returns
    -------
    DataFrame
        The frame itself where no pair overlaps; otherwise `attrs["overlap"]` says which share what.
    """
    pairs = [_conditions(codebook, *row) for row in zip(*(frame[column] for column in columns), strict=True)]
    names = dict.fromkeys(name for first, second in pairs for name in (*first, *second))
    found = {frozenset(pair): (pair, shared) for pair, shared in overlaps(codebook, names).items()}
    touched = [
        [frozenset((a, b)) for a in first for b in second if frozenset((a, b)) in found] for first, second in pairs
    ]
    if not any(touched):
        return frame
    items = [dict.fromkeys(item for pair in row for item in found[pair][1]) for row in touched]
    noted = arrange(frame.assign(note=[f"shares {', '.join(row)}" if row else "" for row in items]), leading)
    seen = [found[pair] for pair in found if any(pair in row for row in touched)]
    noted.attrs["overlap"] = {" & ".join(pair): ", ".join(shared) for pair, shared in seen}
    return noted


def _conditions(codebook: Codebook, first: object, second: object) -> tuple[list[str], list[str]]:
    """The conditions that two cells of a frame name."""
    parts = (str(cell).split(":") for cell in (first, second))
    left, right = ([name for name in names if name in codebook.conditions] for names in parts)
    return left, right
