"""Every rebuilt number beside what was published: one row each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from comorbid.cohort import Cohort
from comorbid.errors import ComorbidError, listed, names_given, require_known
from comorbid.evidence import published_claims, published_estimates
from comorbid.rebuilding.declared import Rebuild, rebuilds
from comorbid.rebuilding.printed import number_text, published_text, read_printed
from comorbid.rebuilding.registry import REGISTRY, REPLICATION, SIMULATION, Number
from comorbid.rebuilding.verdicts import NOT_COMPARED, SYNTHETIC_VERDICT, departure, verdict
from comorbid.sources.load import load_cohort

CONFIDENTIAL = "confidential"
NOTHING = Number("", float("nan"))


def rebuilt_numbers(
    cohort: Cohort | str | None = None,
    claims: str | Iterable[str] | None = None,
    *,
    analysis: str | None = None,
) -> pd.DataFrame:
    """Numbers that published ones can be set beside, each rebuilt in one of three ways that are never mixed.

    *From counts*: exact, from printed cells and percentages. *Design simulation*: a sample of the published size is
    simulated 200 times with the published effect; what is tested is whether the printed interval fits the sample, not
    the effect. *Replication*: the same question in the cohort given; a synthetic cohort never yields a verdict.

    Parameters
    ----------
    cohort : Cohort or str, optional
        Cohort that the replications run on, or the name of a registered one; without it they are not run.
    claims : str or iterable of str, optional
        Ids of `published_claims`; all without it.
    analysis : str, optional
        Numbers of this analysis alone.

    Returns
    -------
    DataFrame
        rebuild (id of the number), claim, claimed, label (what the number is), study, published, estimate_published,
        conf_low_published, conf_high_published, kind, measure, estimate, conf_low, conf_high, rebuilt (the same as
        text), tolerance, tolerance_reason, within_tolerance (missing where nothing could be held against it), verdict,
        why, analysis, cohort, seen_in, doi. A number that the cohort cannot give has no estimate, and `why` says which
        columns it lacks.

    Raises
    ------
    UnknownNameError
        For a claim or an analysis that is not there.
    """
    people = load_cohort(cohort) if isinstance(cohort, str) else cohort
    chosen = _chosen(claims, analysis)
    rows = {str(row["id"]): row for row in published_estimates().to_dict("records")}
    said = published_claims().set_index("id")["claim"]
    frame = pd.DataFrame([_row(rebuild, rows, str(said[rebuild.claim]), people) for rebuild in chosen], columns=COLUMNS)
    frame.attrs["cohort"] = people.title if people is not None else ""
    return frame.astype({"within_tolerance": "boolean"})


COLUMNS = [
    "rebuild", "claim", "claimed", "label", "study", "published", "estimate_published", "conf_low_published",
    "conf_high_published", "kind", "measure", "estimate", "conf_low", "conf_high", "rebuilt", "tolerance",
    "tolerance_reason", "within_tolerance", "verdict", "why", "analysis", "cohort", "seen_in", "doi",
]  # fmt: skip


def _chosen(claims: str | Iterable[str] | None, analysis: str | None) -> list[Rebuild]:
    every = rebuilds()
    known = list(published_claims()["id"])
    wanted = known if claims is None else [require_known(c, known, "claim") for c in names_given(claims, "claims")]
    if analysis is not None:
        require_known(analysis, dict.fromkeys(row.analysis for row in every), "analysis with rebuilt numbers")
    return [row for row in every if row.claim in wanted and analysis in (None, row.analysis)]


def _row(rebuild: Rebuild, rows: Mapping[str, Any], claimed: str, cohort: Cohort | None) -> dict[str, Any]:
    source = rows[rebuild.published] if rebuild.published else {}
    printed = rebuild.printed or source.get("printed", "")
    published = read_printed(printed)
    values = [*published.values[:3], *[float("nan")] * 3][:3]
    shown = rebuild.printed or published_text(source.get("measure", ""), printed)
    number, problem = _rebuild(rebuild, rows, cohort)
    said, why = (NOT_COMPARED, problem) if problem else _verdict(rebuild, number, printed, cohort)
    return {
        "rebuild": rebuild.id, "claim": rebuild.claim, "claimed": claimed,
        "label": rebuild.in_words(rebuild.label, _labels(cohort)),
        "study": source.get("study", ""), "published": shown,
        "estimate_published": values[0], "conf_low_published": values[1], "conf_high_published": values[2],
        "kind": rebuild.kind, "measure": number.measure, "estimate": number.estimate,
        "conf_low": number.conf_low, "conf_high": number.conf_high, "rebuilt": number_text(number),
        "tolerance": rebuild.tolerance, "tolerance_reason": rebuild.because,
        "within_tolerance": _within(rebuild, number, values[0], cohort), "verdict": said, "why": why,
        "analysis": rebuild.analysis, "cohort": cohort.name if cohort and rebuild.kind == REPLICATION else "",
        "seen_in": source.get("seen_in", ""), "doi": source.get("doi", ""),
    }  # fmt: skip


def _rebuild(rebuild: Rebuild, rows: Mapping[str, Any], cohort: Cohort | None) -> tuple[Number, str]:
    """The number, or why there is none."""
    function = REGISTRY[rebuild.what].function
    if rebuild.kind != REPLICATION:
        return function(rows, **rebuild.arguments), ""
    if cohort is None:
        return NOTHING, "needs a cohort, and none was given"
    if cohort.release == CONFIDENTIAL:
        return NOTHING, "not shown: the cohort is confidential, and a single number does not carry its counts"
    lacking = [name for name in rebuild.needs() if name not in cohort.codebook.variables]
    if lacking:
        return NOTHING, f"not in this cohort: lacks {listed(lacking)}"
    try:
        return function(cohort, **rebuild.arguments), ""
    except ComorbidError as fault:
        return NOTHING, f"not to be had from this cohort: {fault}"


def _verdict(rebuild: Rebuild, number: Number, printed: str, cohort: Cohort | None) -> tuple[str, str]:
    if rebuild.kind == REPLICATION and cohort is not None and cohort.synthetic:
        return SYNTHETIC_VERDICT, "nobody real is behind the number"
    said, why = verdict(rebuild.kind, number, read_printed(printed), rebuild.tolerance)
    return said, f"{why}; {rebuild.in_words(rebuild.remark, _labels(cohort))}" if rebuild.remark else why


def _labels(cohort: Cohort | None) -> dict[str, str]:
    """What the cohort calls its variables, in the middle of a sentence."""
    found = {} if cohort is None else {name: v.label or name for name, v in cohort.codebook.variables.items()}
    return {name: label if label[1:2].isupper() else label[:1].lower() + label[1:] for name, label in found.items()}


def _within(rebuild: Rebuild, number: Number, published: float, cohort: Cohort | None) -> bool | None:
    """Whether the number lies within its tolerance of the recorded value, else of the published one, else of 1.

    What is recorded of a cohort holds for the whole of it: a domain is held against nothing.
    """
    whole = cohort is None or len(cohort.restrictions) == bool(cohort.codebook.universe)
    target = rebuild.target(cohort.name if cohort and whole else "")
    if target is None and rebuild.kind == SIMULATION:
        target = 1.0
    elif target is None and rebuild.kind != REPLICATION:
        target = published
    if target is None or pd.isna(target) or pd.isna(number.estimate):
        return None
    away = departure(number, target)
    return bool(abs(away) <= rebuild.tolerance or (number.least and rebuild.recorded is None and away > 0))
