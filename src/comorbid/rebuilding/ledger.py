"""The ledger: one row a claim."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from comorbid.cohort import Cohort
from comorbid.errors import SpecError
from comorbid.evidence import published_claims
from comorbid.rebuilding.declared import judgements
from comorbid.rebuilding.numbers import rebuilt_numbers

COLUMNS = ["claim", "article", "claimed", "published", "rebuilt", "kind", "verdict", "why", "analysis"]
NONE_REBUILT = "nothing: no number was published, or it is outside"


def ledger(cohort: Cohort | str | None = None, claims: str | Iterable[str] | None = None) -> pd.DataFrame:
    """Every claim of the articles: what is claimed, what was published behind it, what rebuilding gave, a verdict.

    Parameters
    ----------
    cohort : Cohort or str, optional
        Cohort that replications run on; without it they are left out.
    claims : str or iterable of str, optional
        Ids of `published_claims`; all 37 without it.

    Returns
    -------
    DataFrame
        claim (id), article, claimed, published, rebuilt, kind (of rebuilding), verdict ("agrees", "agrees within
        rounding", "differs", "overstated", "misread", "not checkable with this kind of data"), why, analysis (where the
        numbers are shown). The verdict is a judgement on the claim, recorded with the numbers it rests on; it does not
        change with the cohort.

    Raises
    ------
    UnknownNameError
        For a claim that is not there.
    """
    numbers = rebuilt_numbers(cohort, claims)
    return ledger_of(numbers, claims)


def ledger_of(numbers: pd.DataFrame, claims: str | Iterable[str] | None = None) -> pd.DataFrame:
    """The ledger from numbers that `rebuilt_numbers` gave, so that they are computed once."""
    chosen = published_claims()
    wanted = None if claims is None else {claims} if isinstance(claims, str) else set(claims)
    rows = [_row(claim, numbers) for claim in chosen.to_dict("records") if wanted is None or claim["id"] in wanted]
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
        "rebuilt": "; ".join(_said(number) for number in mine.to_dict("records")) or NONE_REBUILT,
        "kind": ", ".join(dict.fromkeys(mine["kind"])),
        "verdict": judged.verdict,
        "why": judged.why,
        "analysis": judged.analysis,
    }


def _said(number: dict[Any, Any]) -> str:
    left = " (left its tolerance)" if number["within_tolerance"] is False else ""
    where = f", {number['cohort']}" if number["cohort"] else ""
    return f"{number['label']}{where}: {number['rebuilt']}{left}"
