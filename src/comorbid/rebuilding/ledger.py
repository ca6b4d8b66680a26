"""The ledger: one row a claim."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from comorbid.cohort import Cohort
from comorbid.errors import SpecError, names_given
from comorbid.evidence import published_claims
from comorbid.rebuilding.declared import Judgement, judgements
from comorbid.rebuilding.numbers import rebuilt_numbers
from comorbid.rebuilding.verdicts import SYNTHETIC_VERDICT

COLUMNS = ["claim", "article", "claimed", "published", "rebuilt", "kind", "verdict", "why", "analysis"]
NONE_REBUILT = "Nothing: no number was published that could be rebuilt."
NONE_PRINTED = "No printed number; the analysis works the question out."
NONE_OUTSIDE = "Nothing: the claim is outside."
HERE = "what-the-articles-claim"
MOST = 3
"""Rebuilt numbers that the ledger shows of a claim; the analysis shows all."""


def ledger(
    cohort: Cohort | str | None = None,
    claims: str | Iterable[str] | None = None,
    *,
    numbers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Every claim of the articles: what is claimed, what was published behind it, what rebuilding gave, a verdict.

    Parameters
    ----------
    cohort : Cohort or str, optional
        Cohort that replications run on; without it they are left out.
    claims : str or iterable of str, optional
        Ids of `published_claims`; all 37 without it.
    numbers : DataFrame, optional
        What `rebuilt_numbers` gave for this cohort, so that it is not computed again.

    Returns
    -------
    DataFrame
        claim (id), article, claimed, published, rebuilt (the numbers that tell most), kind (of rebuilding), verdict
        ("agrees", "agrees within rounding", "differs", "overstated", "misread", "not checkable with this kind of
        data"), why, analysis (where all its numbers are shown). The verdict is a judgement on the claim, recorded with
        the numbers it rests on; it does not change with the cohort.

    Raises
    ------
    UnknownNameError
        For a claim that is not there.
    """
    found = rebuilt_numbers(cohort, claims) if numbers is None else numbers
    wanted = None if claims is None else set(names_given(claims, "claims"))
    every = published_claims().to_dict("records")
    rows = [_row(claim, found) for claim in every if wanted is None or claim["id"] in wanted]
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(claim: dict[Any, Any], numbers: pd.DataFrame) -> dict[str, str]:
    if claim["id"] not in judgements():
        raise SpecError(f"no verdict is recorded on claim {claim['id']!r}; add [claim.{claim['id']}] to rebuilds.toml.")
    judged = judgements()[claim["id"]]
    mine = numbers[(numbers["claim"] == claim["id"]) & (numbers["rebuilt"] != "")]
    return {
        "claim": claim["id"],
        "article": claim["article_title"],
        "claimed": claim["claim"],
        "published": f"{claim['study'][:1].upper()}{claim['study'][1:]}: {claim['study_shows']}",
        "rebuilt": _rebuilt(mine, judged),
        "kind": ", ".join(dict.fromkeys(mine["kind"])),
        "verdict": judged.verdict,
        "why": judged.why,
        "analysis": judged.analysis,
    }


def _rebuilt(mine: pd.DataFrame, judged: Judgement) -> str:
    """The numbers that tell most, by kind, and how many more there are."""
    if mine.empty:
        return _nothing(judged)
    people = str(mine.attrs.get("cohort") or "")
    rank = {name: place for place, name in enumerate(judged.rests_on)}
    every = sorted(mine.to_dict("records"), key=lambda number: rank.get(number["rebuild"], len(rank)))
    first = sorted(every, key=lambda number: number["within_tolerance"] is not False)[:MOST]
    kinds = dict.fromkeys(number["kind"] for number in first)
    said = [f"{kind}: {'; '.join(_said(n, people) for n in first if n['kind'] == kind)}." for kind in kinds]
    more = len(mine) - len(first)
    return " ".join(text[:1].upper() + text[1:] for text in said) + (f" And {more} more there." if more else "")


def _nothing(judged: Judgement) -> str:
    """Why no number was rebuilt for a claim."""
    if judged.why.startswith("Outside"):
        return NONE_OUTSIDE
    return NONE_REBUILT if judged.analysis == HERE else NONE_PRINTED


def _said(number: dict[Any, Any], people: str) -> str:
    left = " (left its tolerance)" if number["within_tolerance"] is False else ""
    cohort = "synthetic data" if number["verdict"] == SYNTHETIC_VERDICT else people or number["cohort"]
    where = f", {cohort}" if number["cohort"] else ""
    return f"{number['label']}{where}: {number['rebuilt']}{left}"
