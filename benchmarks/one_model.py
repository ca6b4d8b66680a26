"""A. One adjusted logistic model, with and without a survey's design."""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np
from people import DESIGN, MODEL, make_people
from processes import Failed, Worker, in_rounds, library, peer
from results import Goal, Measure, Section
from setting import Setting, say

TITLE = "One adjusted model"
TEXT = """Outcome, exposure, sex, age in 6 bands, education in 4, smoking in 3, body mass index in 4: 16 coefficients.
The library: `fit_logistic(cohort, formula)` on a cohort loaded anew in each round, formula, checks and collapse
included; loading (`load_cohort(frame, design=...)`) has rows of its own. Peers: from the frame to coefficients and
standard errors; scikit-learn gives no standard errors. With design: weights, 30 strata, 60 PSUs."""
PLAIN = {"statsmodels Logit": "statsmodels_logit", "scikit-learn newton-cholesky": "sklearn_newton",
         "glum": "glum", "pyfixest feglm": "pyfixest"}  # fmt: skip
TOLERANCE = {"statsmodels Logit": 1e-6, "scikit-learn newton-cholesky": 1e-6, "glum": 1e-5, "pyfixest feglm": 1e-5,
             "svy": 1e-6, "R svyglm": 1e-6}  # fmt: skip
GOALS = ((1, 1, 1), (400, 40, 100), (1_000, 120, 250))
ROUNDS = ((15, 15, 5), (9, 5, 2), (7, 1, 1))
"""Of the library, of the peers, of R: at each size."""
OURS, LOADED = "comorbid", "comorbid, load and fit"


def run(setting: Setting) -> Iterator[Section]:
    section = Section("A", TITLE, TEXT)
    for place, n in enumerate(setting.sizes):
        for survey in (False, True):
            say(f"A: {n:,} rows, {'with' if survey else 'without'} design")
            section.measures += _measured(setting, n, survey, ROUNDS[place])
        _add_goals(section, n, GOALS[place])
        yield section
    section.goals.append(_agreement(section))
    section.remarks = _where(setting)
    if not setting.rscript:
        section.remarks.append(f"R was not measured: {setting.without_r}.")
    yield section


def _measured(setting: Setting, n: int, survey: bool, rounds: tuple[int, int, int]) -> list[Measure]:
    path = make_people(setting.folder, n)
    names = [*MODEL, *DESIGN] if survey else list(MODEL)
    methods = {"svy": "svy"} if survey else PLAIN
    ours, theirs, of_r = rounds
    with ExitStack() as stack:
        us = stack.enter_context(library())
        us.ask("frame", path=str(make_people(setting.folder, 10_000)), names=names)
        _load_and_fit(us, survey)
        us.ask("frame", path=str(path), names=names)
        tasks: dict[str, Any] = {OURS: lambda: _load_and_fit(us, survey)}
        for label, do in methods.items():
            tasks[label] = _peer_task(setting, stack, n, names, do)
        rounds = {OURS: ours, **dict.fromkeys(methods, theirs)}
        if survey and setting.rscript:
            tasks["R svyglm"], rounds["R svyglm"] = (lambda: _r(setting, n)), of_r
        found = in_rounds(tasks, rounds, say)
    return _rows(found, n, survey)


def _load_and_fit(us: Worker, survey: bool) -> dict[str, Any]:
    loaded = us.ask("cohort", survey=survey)
    return {**us.ask("fit"), "load": loaded["seconds"]}


def _peer_task(setting: Setting, stack: ExitStack, n: int, names: list[str], do: str) -> Any:
    """Up to 1e6 rows a process stays; beyond, each call has one of its own, so that memory is free for the next."""
    small, path = (str(make_people(setting.folder, size)) for size in (10_000, n))

    def begin(worker: Worker) -> None:
        worker.ask("frame", path=small, names=names)
        worker.ask(do)
        worker.ask("frame", path=path, names=names)

    if n <= 1_000_000:
        worker = stack.enter_context(peer(setting.peers))
        ready: list[bool] = []

        def call() -> dict[str, Any]:
            if not ready:
                begin(worker)
                ready.append(True)
            return worker.ask(do)

        return call

    def once() -> dict[str, Any]:
        with peer(setting.peers) as alone:
            begin(alone)
            return alone.ask(do)

    return once


def _r(setting: Setting, n: int) -> dict[str, Any]:
    """One measurement in a process of R; what it says of its version is kept beside the answer."""
    script = setting.folder.parents[1] / "benchmarks" / "peers.R"
    command = [str(setting.rscript), "--vanilla", str(script), str(setting.folder)]
    done = subprocess.run(command, input=f"{n}\n", capture_output=True, text=True, check=False)
    if done.returncode or not done.stdout:
        raise Failed(f"R: {done.stderr[-200:]}")
    return json.loads(done.stdout)


def _rows(found: dict[str, list[dict[str, Any]]], n: int, survey: bool) -> list[Measure]:
    suffix = ", design" if survey else ""
    reference = found[OURS][0]["answer"]
    rows = []
    for label, replies in found.items():
        good = [reply for reply in replies if "error" not in reply]
        measure = Measure(
            label + (suffix if label == OURS else ""), n, [reply["seconds"] for reply in good], against=OURS + suffix
        )
        if good:
            measure.mb = float(np.median([reply.get("mb", math.nan) for reply in good]))
            measure.apart = apart(good[0]["answer"], reference) if label != OURS else measure.apart
        else:
            measure.note = replies[-1]["error"][:80] if replies else ""
        rows.append(measure)
        if label == OURS:
            both = [reply["seconds"] + reply["load"] for reply in good]
            rows.append(Measure(LOADED + suffix, n, both, against=OURS + suffix))
    return rows


def apart(found: dict[str, Any], reference: dict[str, Any]) -> tuple[float, float]:
    """Largest difference of coefficients, and largest relative one of standard errors."""
    beta = np.abs(np.array(found["beta"]) - np.array(reference["beta"])).max()
    if found.get("error") is None:
        return float(beta), math.nan
    return float(beta), float(np.abs(np.array(found["error"]) / np.array(reference["error"]) - 1).max())


def _add_goals(section: Section, n: int, asked: tuple[int, int, int]) -> None:
    to_r, to_svy, to_plain = asked
    rows = f"{n:,} rows"
    plain, survey = section.median(OURS, n), section.median(f"{OURS}, design", n)
    fastest = min((m for m in section.measures if m.n == n and m.method in PLAIN), key=lambda m: m.median)
    section.at_least(f"{rows}, design: faster than R svyglm", section.median("R svyglm", n) / survey, to_r)
    section.at_least(f"{rows}, design: faster than svy", section.median("svy", n) / survey, to_svy)
    section.at_least(f"{rows}: faster than the fastest of four ({fastest.method})", fastest.median / plain, to_plain)


def _agreement(section: Section) -> Goal:
    """Coefficients, and standard errors where they are of the same kind, within each peer's own tolerance."""
    far = [
        f"{m.method} at {m.n:,}" for m in section.measures
        if m.method in TOLERANCE and m.seconds and not m.apart[0] <= TOLERANCE[m.method]
    ]  # fmt: skip
    compared = sum(m.method in TOLERANCE and bool(m.seconds) for m in section.measures)
    return Goal("coefficients agree with every peer", "1e-6 (glum, pyfixest 1e-5)",
                "; ".join(far) if far else f"all {compared} comparisons", not far)  # fmt: skip


def _where(setting: Setting) -> list[str]:
    """Shares of one model's time, at the ends of the range."""
    remarks = []
    for n in (setting.sizes[0], setting.sizes[-1]):
        for survey in (False, True):
            try:
                with library() as us:
                    us.ask(
                        "frame",
                        path=str(make_people(setting.folder, n)),
                        names=[*MODEL, *DESIGN] if survey else list(MODEL),
                    )
                    us.ask("cohort", survey=survey)
                    us.ask("fit")
                    shares = us.ask("profile", survey=survey)["answer"]
            except Failed as fault:
                say(str(fault))
                continue
            listed = ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
            remarks.append(f"Where the fit's time goes, {n:,} rows{', design' if survey else ''}: {listed}.")
    return remarks
