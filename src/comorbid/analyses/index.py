"""The index of reports: one page a cohort and one over all, made from manifests and from what each run came to."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from comorbid.analyses.cohorts import CohortFacts
from comorbid.analyses.lock import ReportLock
from comorbid.analyses.manifest import COMPLETE, read_json, read_manifest, write_json
from comorbid.analyses.places import MANIFEST
from comorbid.analyses.plan import Job
from comorbid.analyses.publish import write_bytes
from comorbid.analyses.run import Outcome
from comorbid.analyses.study import Analysis, Study
from comorbid.errors import listed

__all__ = ["write_index"]

STATUS = "status.json"
WORDS = {
    "complete": "complete",
    "skipped": "not for this cohort",
    "failed": "the last run failed",
    "differs": "a rebuilt number differs",
    "unmade": "not made yet",
}


def write_index(out: Path, study: Study, planned: Iterable[Job], outcomes: Mapping[str, Outcome]) -> None:
    """Write `index.html` of the cohort that ran and of `out`; other cohorts keep their entries.

    Parameters
    ----------
    out : Path
    study : Study
        Gives the order of the cards.
    planned : iterable of Job
        Jobs of one cohort.
    outcomes : mapping of str to Outcome
        What became of them, by analysis.
    """
    jobs = tuple(planned)
    lock = ReportLock(out / ".locks" / "index")
    while not lock.acquire():
        time.sleep(0.05)
    try:
        _note_status(out / jobs[0].cohort.name, study, jobs, outcomes)
        cohorts = [_cohort(folder, study) for folder in sorted(out.iterdir()) if (folder / STATUS).is_file()]
        for cohort in cohorts:
            _write_page(out / cohort["name"], cohort["title"], [_inside(cohort)], "../index.html")
        _write_page(out, "Reports", cohorts, "")
    finally:
        lock.release()


def _note_status(folder: Path, study: Study, jobs: tuple[Job, ...], outcomes: Mapping[str, Outcome]) -> None:
    """Keep what the runs of one cohort came to, over what earlier runs of other analyses did.

    Every analysis of the study has an entry, made or not, since reports lead to each other through the index.
    """
    status = read_json(folder / STATUS)
    cohort = jobs[0].cohort
    ran = {job.analysis.name: _entry(job, outcomes[job.analysis.name]) for job in jobs if job.analysis.name in outcomes}
    known = {name: entry for name, entry in status.get("analyses", {}).items() if entry["status"] != "unmade"} | ran
    analyses = {analysis.name: known.get(analysis.name) or _unmade(analysis, cohort) for analysis in study.analyses}
    facts = {"name": cohort.name, "title": cohort.title, "synthetic": cohort.synthetic}
    folder.mkdir(exist_ok=True)
    write_json(folder / STATUS, {"cohort": facts, "analyses": analyses})


def _unmade(analysis: Analysis, cohort: CohortFacts) -> dict[str, str]:
    """What is to be said of an analysis that was never run on the cohort."""
    missing = analysis.lacks(cohort.variables, len(cohort.conditions))
    status = "skipped" if missing else "unmade"
    return {"title": analysis.title, "question": analysis.question, "status": status, "message": _needed(missing)}


def _entry(job: Job, outcome: Outcome) -> dict[str, str]:
    status = outcome.status if outcome.status in WORDS else "complete"
    return {
        "title": job.analysis.title,
        "question": job.analysis.question,
        "status": status,
        "message": _message(job, outcome, status),
    }


def _message(job: Job, outcome: Outcome, status: str) -> str:
    """Why there is no new report, for a reader of the page: names of variables as words."""
    if status == "skipped" and job.missing:
        return _needed(job.missing)
    return outcome.message if status != "complete" else ""


def _needed(missing: Iterable[str]) -> str:
    names = [name.replace("_", " ") for name in missing]
    return f"needs {listed(names)}" if names else ""


def _cohort(folder: Path, study: Study) -> dict[str, Any]:
    status = read_json(folder / STATUS)
    order = {name: number for number, name in enumerate(study.names)}
    entries = sorted(status["analyses"].items(), key=lambda pair: (order.get(pair[0], len(order)), pair[0]))
    cards = [_card(folder, name, entry) for name, entry in entries]
    lists = {"skipped": "left_out", "unmade": "unmade"}
    sorted_out: dict[str, list[dict[str, Any]]] = {"cards": [], "left_out": [], "unmade": []}
    for card in cards:
        sorted_out[lists.get(card["status"], "cards")].append(card)
    return {**status["cohort"], "href": f"{folder.name}/index.html", **sorted_out}


def _card(folder: Path, name: str, entry: Mapping[str, str]) -> dict[str, Any]:
    manifest = read_manifest(folder / name)
    there = manifest.get("status") == COMPLETE
    figure = next(iter(manifest.get("figures", [])), None)
    message = entry["message"]
    if entry["status"] == "failed" and there:
        message += " The report below is the last good one."
    return {
        **entry,
        "name": name,
        "word": WORDS[entry["status"]],
        "message": message,
        "headline": manifest.get("headline", ""),
        "made": _day(folder / name / MANIFEST) if there else "",
        "href": f"{folder.name}/{name}/index.html" if there else "",
        "picture": f"{folder.name}/{name}/{figure['files'][0]}" if figure else "",
        "alt": figure["alt"] if figure else "",
    }


def _day(manifest: Path) -> str:
    """Day on which a report was published, in universal time; a rebuild that changes nothing does not change it."""
    return datetime.fromtimestamp(manifest.stat().st_mtime, UTC).strftime("%-d %B %Y")


def _inside(cohort: Mapping[str, Any]) -> dict[str, Any]:
    """The same cohort with addresses as its own page sees them."""
    start = f"{cohort['name']}/"
    inside = {
        kind: [{**card, **{k: card[k].removeprefix(start) for k in ("href", "picture")}} for card in cohort[kind]]
        for kind in ("cards", "left_out", "unmade")
    }
    return {**cohort, "href": "", **inside}


def _write_page(folder: Path, title: str, cohorts: list[dict[str, Any]], up: str) -> None:
    from jinja2 import Environment, FileSystemLoader

    templates = Path(__file__).with_name("templates")
    environment = Environment(loader=FileSystemLoader(templates / "index"), autoescape=True)
    style = (templates / "report" / "style.css").read_text(encoding="utf-8")
    synthetic = all(cohort["synthetic"] for cohort in cohorts)
    page = environment.get_template("index.html.j2").render(
        title=title, cohorts=cohorts, up=up, synthetic=synthetic, style=_as_is(style)
    )
    write_bytes(folder / "index.html", (page + "\n").encode())


def _as_is(style: str) -> Any:
    from markupsafe import Markup

    return Markup(style)
