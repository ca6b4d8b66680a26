"""C. A thousand bootstrap replicates of one adjusted model, each fitted anew."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from one_model import apart
from people import DESIGN, MODEL, make_people
from processes import Failed, Worker, in_rounds, library, peer
from results import Goal, Measure, Section
from setting import Setting, say

TITLE = "A thousand cluster-bootstrap replicates"
TEXT = """Standard errors of the model of section A from 1,000 replicates of Rao and Wu's bootstrap (30 strata, 60
PSUs), every replicate fitted to convergence: `fit_logistic(cohort.with_replicates("bootstrap",
n_replicates=1000), formula)` on a cohort loaded anew in each round. `svy` is given the same replicate weights; at a
million rows it fits {low} and {high} replicates, and the line through both times is followed to 1,000. Standard
errors are compared over the replicates that svy fitted, so they are the same only where it fitted all."""
LOW, HIGH, ALL = 3, 12, 1_000
OURS = "comorbid"
GOALS = (40, 5_000)


def run(setting: Setting) -> Iterator[Section]:
    section = Section("C", TITLE, TEXT.format(low=LOW, high=HIGH))
    for n, goal in zip(setting.sizes, GOALS, strict=False):
        say(f"C: {n:,} rows")
        section.measures += _measured(setting, n)
        section.at_least(
            f"{n:,} rows: faster than svy's replicate path", section.median("svy", n) / section.median(OURS, n), goal
        )
    same = next(
        (m.apart for m in section.measures if m.method == "svy" and m.n == setting.sizes[0]), (math.nan, math.nan)
    )
    section.goals.append(
        Goal("standard errors agree with svy where both fitted all", "1e-6", f"{same[1]:.1e}", same[1] <= 1e-6)
    )
    yield section


def _measured(setting: Setting, n: int) -> list[Measure]:
    names = [*MODEL, *DESIGN]
    small, path = (str(make_people(setting.folder, size)) for size in (10_000, n))
    factors = str(setting.folder / "factors.npy")
    with ExitStack() as stack:
        us, them = stack.enter_context(library()), stack.enter_context(peer(setting.peers))
        for file in (small, path):
            us.ask("frame", path=file, names=names)
            _replicated(us)
            us.ask("save_factors", path=factors)
        them.ask("frame", path=small, names=names)
        them.ask("svy_replicates", factors=factors, n=LOW)
        them.ask("frame", path=path, names=names)
        whole = n == setting.sizes[0]

        def svy() -> dict[str, Any]:
            return them.ask("svy_replicates", factors=factors, n=ALL) if whole else _along_the_line(them, factors)

        tasks = {OURS: lambda: _replicated(us), "svy": svy}
        found = in_rounds(tasks, {OURS: 7, "svy": 3 if whole else 1}, say)
    return _rows(found, n, whole)


def _along_the_line(them: Worker, factors: str) -> dict[str, Any]:
    low, high = (them.ask("svy_replicates", factors=factors, n=count) for count in (LOW, HIGH))
    if high["seconds"] <= low["seconds"]:
        raise Failed("svy took no longer for more replicates")
    slope = (high["seconds"] - low["seconds"]) / (HIGH - LOW)
    return {**high, "seconds": low["seconds"] + slope * (ALL - LOW)}


def _replicated(us: Worker) -> dict[str, Any]:
    us.ask("cohort", survey=True)
    return us.ask("replicates", n=ALL)


def _with_our_divisor(found: dict[str, Any]) -> dict[str, Any]:
    """Errors with squares divided by R - 1, as the library (and R survey) do, in place of R."""
    return {**found, "error": [error * math.sqrt(ALL / (ALL - 1)) for error in found["error"]]}


def _rows(found: dict[str, list[dict[str, Any]]], n: int, whole: bool) -> list[Measure]:
    reference, rows = found[OURS][0]["answer"], []
    for label, replies in found.items():
        good = [reply for reply in replies if "error" not in reply]
        row = Measure(label, n, [reply["seconds"] for reply in good], against=OURS)
        row.mb = max((reply["mb"] for reply in good), default=math.nan)
        if label != OURS and good:
            row.apart = apart(_with_our_divisor(good[0]["answer"]), reference)
            row.apart = row.apart if whole else (row.apart[0], math.nan)
            row.note = "" if whole else f"{LOW} and {HIGH} of {ALL:,} fitted"
        rows.append(row)
    return rows
