"""The table *claimed, published, rebuilt* of a report, and the rows of it that left their tolerance."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache

import pandas as pd

from comorbid.analyses.study import Study, load_study
from comorbid.errors import AnalysisError, listed
from comorbid.rebuilding.registry import REPLICATION, SIMULATION

__all__ = ["addresses", "left_tolerance", "numbers_in", "readable_rows"]

HEADERS = {
    "claimed": "Claimed",
    "label": "What",
    "published": "Published",
    "rebuilt": "Rebuilt",
    "kind": "How",
    "verdict": "Verdict",
    "analysis": "Shown in",
}
"""Columns that readers see, of `rebuilt_numbers` and of `ledger`."""

PART = re.compile(r"(;|\.) (?=\w[\w ,()%-]*:|And \d+ more)")
"""Where one rebuilt number of a claim ends and the next begins; each gets a line."""

NEEDED = ("claimed", "published", "rebuilt", "verdict", "why")


def readable_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame as readers see it: texts alone, verdict with its reason, analyses by title where there are several.

    Raises
    ------
    AnalysisError
        When the frame is neither of `rebuilt_numbers` nor of `ledger`.
    """
    lacking = [name for name in NEEDED if name not in frame.columns]
    if lacking:
        raise AnalysisError(f"the frame has no column {listed(lacking)}; pass what `cm.rebuilt_numbers` gave.")
    titles = {analysis.name: analysis.title for analysis in _study().analyses}
    of_claims = "label" not in frame.columns
    several = "analysis" in frame and (of_claims or len(set(frame["analysis"])) > 1)
    left_out = ["kind"] * of_claims + ["analysis"] * (not several)
    kept = [name for name in HEADERS if name in frame.columns and name not in left_out]
    order = {claimed: place for place, claimed in enumerate(dict.fromkeys(frame["claimed"]))}
    frame = frame.sort_values("claimed", key=lambda texts: texts.map(order), kind="stable")
    shown = frame[kept].fillna("").astype(str)
    shown["verdict"] = [_sentences(*said) for said in zip(frame["verdict"], frame["why"], strict=True)]
    if "study" in frame.columns:
        sources = zip(frame["study"], frame["seen_in"], shown["published"], strict=True)
        shown["published"] = [_sourced(*source) for source in sources]
    if of_claims:
        shown["rebuilt"] = [PART.sub("\\1\n", text) for text in shown["rebuilt"]]
    if several:
        shown["analysis"] = [titles.get(name, name) for name in shown["analysis"]]
    shown = shown.rename(columns=HEADERS)
    shown.attrs["numeric"] = []
    return shown


def _sourced(study: str, seen_in: str, published: str) -> str:
    """A published number with its study and where that was seen: "Yoon 2013 (abstract): 2.1 (1.7 to 2.6)"."""
    return f"{study} ({seen_in}): {published}" if study and published else published


def _sentences(verdict: str, why: str) -> str:
    """Verdict and reason, each as a sentence."""
    return " ".join(f"{text[:1].upper()}{text[1:].rstrip('.')}." for text in (verdict, why) if text)


def left_tolerance(frame: pd.DataFrame) -> list[str]:
    """Names of the rebuilt numbers that are further from what they are held against than their tolerance."""
    if "within_tolerance" not in frame.columns:
        return []
    return [str(name) for name in frame.loc[frame["within_tolerance"].eq(False).fillna(False), "rebuild"]]


def numbers_in(frame: pd.DataFrame) -> str:
    """Where the numbers come from: "published", and "simulated" or "people" where a kind of rebuilding adds them."""
    kinds = ", ".join(frame["kind"]) if "kind" in frame.columns else ""
    added = [name for kind, name in ((SIMULATION, "simulated"), (REPLICATION, "people")) if kind in kinds]
    return " and ".join(["published", *added])


def addresses(variables: Collection[str], n_conditions: int) -> Mapping[str, str]:
    """Where the index of the cohort tells of each analysis, seen from a report, by title.

    The index is always there; the report itself may not be made yet, or have failed. An analysis that is skipped, since
    the cohort lacks what it needs, has no address.
    """
    able = (a for a in _study().analyses if not a.lacks(variables, n_conditions))
    return {a.title: f"../index.html#{a.name}" for a in able}


@cache
def _study() -> Study:
    """The study that comes with the library; one report asks for it several times."""
    return load_study()
