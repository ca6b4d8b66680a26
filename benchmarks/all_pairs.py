"""B. Sixty-six pairs of conditions, both directions, three strata: 396 adjusted models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from people import CONDITIONS, COVARIATES, make_people
from processes import Worker, in_rounds, library, peer
from results import Goal, Measure, Section
from setting import Setting, say

TITLE = "All pairs of twelve conditions, both directions, three strata"
TEXT = """396 logistic models of a million people, adjusted for the five covariates of section A: `fit_pairs(cohort,
covariates, by="region")` on a cohort loaded anew in each round. Peers fit {rows} of the 396, evenly spread, from rows
({counts} on counts), and their time is scaled to 396. *On counts* is what a careful user writes by hand: a GROUP BY
in DuckDB for each model, the peer on its counts. Strata are cut for the row-level peers before the clock starts."""
MODELS, ROWS, COUNTS = 396, 4, 24
METHODS = {
    "scikit-learn newton-cholesky": ("pairs_sklearn", ROWS, {}),
    "statsmodels Logit": ("pairs_statsmodels", ROWS, {}),
    "DuckDB + scikit-learn, on counts": ("pairs_counts", COUNTS, {"kind": "sklearn"}),
    "DuckDB + statsmodels GLM, on counts": ("pairs_counts", COUNTS, {"kind": "statsmodels"}),
}
OURS = "comorbid fit_pairs"


def run(setting: Setting) -> Iterator[Section]:
    n = setting.sizes[1]
    say(f"B: {n:,} rows")
    section = Section("B", TITLE, TEXT.format(rows=ROWS, counts=COUNTS))
    names = [*CONDITIONS, *COVARIATES, "region"]
    small, path = (str(make_people(setting.folder, size)) for size in (10_000, n))
    with library() as us, peer(setting.peers) as them:
        for file, few in ((small, 2), (path, 0)):
            us.ask("frame", path=file, names=names)
            them.ask("frame", path=file, names=names)
            them.ask("cut")
            if few:
                _pairs(us)
                for do, _, more in METHODS.values():
                    them.ask(do, n=few, **more)
        tasks: dict[str, Any] = {OURS: lambda: _pairs(us)}
        for label, (do, sampled, more) in METHODS.items():
            tasks[label] = lambda do=do, sampled=sampled, more=more: them.ask(do, n=sampled, **more)
        found = in_rounds(tasks, {OURS: 7, **dict.fromkeys(METHODS, 3)}, say)
    section.measures = [_row(label, replies, found[OURS][0]["answer"], n) for label, replies in found.items()]
    _add_goals(section, n)
    yield section


def _pairs(us: Worker) -> dict[str, Any]:
    us.ask("cohort", survey=False)
    return us.ask("pairs", by="region")


def _row(label: str, replies: list[dict[str, Any]], reference: dict[str, Any], n: int) -> Measure:
    good = [reply for reply in replies if "error" not in reply]
    measure = Measure(label, n, [reply["seconds"] for reply in good], against=OURS)
    if good:
        measure.mb = max(reply["mb"] for reply in good)
    if label in METHODS and good:
        measure.scale = MODELS / METHODS[label][1]
        measure.note = f"{METHODS[label][1]} of {MODELS} fitted"
        differences = [
            (abs(est[0] - reference[key][0]), abs(est[1] / reference[key][1] - 1) if len(est) > 1 else float("nan"))
            for key, est in good[0]["answer"].items()
        ]
        measure.apart = max(b for b, _ in differences), max(e for _, e in differences)
    return measure


def _add_goals(section: Section, n: int) -> None:
    ours = section.median(OURS, n)
    peers = [m for m in section.measures if m.method in METHODS and m.seconds]
    fastest = min((m for m in peers if "counts" not in m.method), key=lambda m: m.median)
    byhand = min((m for m in peers if "counts" in m.method), key=lambda m: m.median)
    section.at_least(f"faster than the fastest peer on rows ({fastest.method})", fastest.median / ours, 400)
    section.remarks.append(
        f"Beside the fastest loop written by hand on counts ({byhand.method.split(',')[0]}) it is "
        f"{byhand.median / ours:,.3g} times faster; the goal compares with libraries given the people."
    )
    worst = max(m.apart[0] for m in peers)
    section.goals.append(Goal("coefficients agree with every peer", "1e-6", f"{worst:.1e}", worst <= 1e-6))
