"""The runner: plans all jobs, keeps a few workers going, publishes what is whole, and writes the index."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from comorbid.analyses.cohorts import CohortFacts, cohort_facts
from comorbid.analyses.index import write_index
from comorbid.analyses.nursery import Nursery, can_fork
from comorbid.analyses.plan import Job, check_request, plan_jobs
from comorbid.analyses.progress import Progress, outcome_line
from comorbid.analyses.run import Outcome, Run
from comorbid.analyses.study import Study
from comorbid.errors import AnalysisError, listed

__all__ = ["run_study"]

PAUSE = 0.05
"""Seconds between two looks at the workers while none of them ends."""

RESERVED = ("failed",)
"""Folders below the output folder that are no cohort's."""


def run_study(
    study: Study,
    names: Iterable[str] = (),
    *,
    cohort: str = "synthetic",
    given: Mapping[str, str] | None = None,
    out: str | Path = "reports",
    jobs: int | None = None,
    force: bool = False,
    stream: TextIO | None = None,
    facts: Callable[[str], CohortFacts] = cohort_facts,
) -> tuple[Outcome, ...]:
    """Run analyses of a study on a cohort and publish their reports.

    Parameters
    ----------
    study : Study
    names : iterable of str
        Analyses to run; all when empty.
    cohort : str
        Name of the cohort.
    given : mapping of str to str
        Parameters as typed on the command line.
    out : path
        Folder that holds `<cohort>/<analysis>/`, made when absent.
    jobs : int, optional
        Workers at a time; by default as many as there are cores.
    force : bool
        Run also what has not changed.
    stream : text file, optional
        Where progress goes; standard output by default.
    facts : callable
        Gives the `CohortFacts` of a name.

    Returns
    -------
    tuple of Outcome
        One for each analysis, in the study's order.

    Raises
    ------
    ComorbidError
        Before any kernel starts: unknown cohort, analysis or parameter, wrong type, value outside the choices,
        missing data files, an output folder that cannot be written.
    """
    check_request(study, names := tuple(names), given or {})
    described = facts(cohort)
    if described.name in RESERVED:
        raise AnalysisError(f"a cohort cannot be called {described.name!r}; reports/{described.name}/ has another use.")
    planned = plan_jobs(study, names, described, given or {})
    folder, workers = _writable(Path(out)), _workers(jobs, len(planned))
    outcomes: dict[str, Outcome] = {}
    nursery = Nursery() if can_fork() else None
    try:
        with _stopped_by_signals():
            runs = [Run(job, folder, force, nursery) for job in planned]
            _run_all(runs, workers, Progress(stream or sys.stdout), outcomes)
    finally:
        if nursery:
            nursery.close()
        _note(folder, study, planned, outcomes)
    return tuple(outcomes[job.analysis.name] for job in planned)


def _run_all(waiting: list[Run], workers: int, progress: Progress, outcomes: dict[str, Outcome]) -> None:
    """Move every run on until all have their outcome; whatever ends this early stops those that go on."""
    going: list[Run] = []
    try:
        while waiting or going:
            while waiting and len(going) < workers:
                going.append(waiting.pop(0))
            for run, outcome in [(run, run.step()) for run in going]:
                if outcome is not None:
                    going.remove(run)
                    outcomes[outcome.analysis] = outcome
                    progress.finish(outcome)
            progress.show([*going, *waiting])
            for run in going:
                run.wait(PAUSE / len(going))
    finally:
        for run in going:
            run.stop()


def _workers(jobs: int | None, planned: int) -> int:
    if jobs is not None and jobs < 1:
        raise AnalysisError(f"--jobs {jobs}: at least 1 report must run at a time.")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(jobs or cores, planned)


def _writable(out: Path) -> Path:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise AnalysisError(f"--out {out}: {fault.strerror}. Nothing was run.") from None
    if not os.access(out, os.W_OK | os.X_OK):
        raise AnalysisError(f"--out {out}: the folder cannot be written. Nothing was run.")
    return out.resolve()


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP end the run as Ctrl-C does: workers stopped, folders removed, then the program."""

    def stop(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    try:
        before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGHUP)}
    except ValueError:  # not the main thread: its owner decides about signals
        before = {}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _note(out: Path, study: Study, planned: tuple[Job, ...], outcomes: Mapping[str, Outcome]) -> None:
    """Write the log and the index; times live in the log alone, so that reports and index stay equal."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    lines = [f"{now}  {outcome_line(outcome, out)}\n" for outcome in outcomes.values()]
    try:
        with (out / "log.txt").open("a", encoding="utf-8") as log:
            log.write("".join(lines))
        if outcomes:
            write_index(out, study, planned, outcomes)
    except OSError as fault:
        failed = [f"{name} ({outcome.message})" for name, outcome in outcomes.items() if outcome.status == "failed"]
        more = f" Failed before: {listed(failed)}." if failed else ""
        raise AnalysisError(f"the index of {out.name} could not be written: {fault.strerror}.{more}") from None
