"""One job on its way: lock, worker process, verdict from the manifest, publication."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from comorbid.analyses import worker
from comorbid.analyses.environment import child_environment, make_runtime
from comorbid.analyses.forked import ForkedProcess
from comorbid.analyses.lock import ReportLock
from comorbid.analyses.manifest import is_current, read_json, read_manifest, write_json
from comorbid.analyses.nursery import Nursery
from comorbid.analyses.parameter_cell import read_parameters
from comorbid.analyses.plan import Job
from comorbid.analyses.publish import publish, recover, write_bytes
from comorbid.analyses.study import Analysis
from comorbid.analyses.worker import FAILED_NOTEBOOK, FAILURE, PROGRESS
from comorbid.errors import EmptyDomainError, listed

__all__ = ["Outcome", "Run"]

GRACE = 5.0
"""Seconds that a worker has to stop when it is told to."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job.

    Attributes
    ----------
    status : str
        "done", "unchanged" (the report at hand already follows from these inputs), "differs" (the report is there, made
        now or before, and a rebuilt number in it left its tolerance), "skipped" or "failed".
    path : Path
        The report; of a failed run the notebook as far as it ran, or the folder where it would be.
    seconds : float
        Time taken.
    message : str
        Why it was skipped or failed, or which rebuilt numbers left their tolerance.
    warnings : int
        Outputs on standard error of the notebook.
    """

    analysis: str
    cohort: str
    status: str
    path: Path
    seconds: float = 0.0
    message: str = ""
    warnings: int = 0


class Run:
    """A job that has not finished; `step` moves it on without waiting, but for a preloaded process at its start."""

    def __init__(self, job: Job, out: Path, force: bool = False, nursery: Nursery | None = None) -> None:
        self.job, self.out, self.force, self.nursery = job, out, force, nursery
        self.places = job.places(out)
        self.state = "waiting"
        self.started = 0.0
        self._lock = ReportLock(self.places.lock)
        self._process: subprocess.Popen[bytes] | ForkedProcess | None = None
        self._hold: int | None = None
        self._runtime: Path | None = None

    @property
    def seconds(self) -> float:
        """Time since the start."""
        return time.monotonic() - self.started if self.started else 0.0

    @property
    def cell(self) -> str:
        """Number of the cell that runs, as text; empty before the first."""
        try:
            return (self.places.work / PROGRESS).read_text(encoding="utf-8")
        except OSError:
            return ""

    def step(self) -> Outcome | None:
        """Start the job if its report is free, look how it goes, and finish it when its worker has ended."""
        try:
            if self._process is None:
                return self._begin()
            status = self._process.poll()
            return None if status is None else self._finish(status)
        except OSError as fault:
            file = f" ({Path(fault.filename).name})" if fault.filename else ""
            return self._outcome("failed", self.places.report, f"{fault.strerror or fault}{file}")

    def wait(self, seconds: float) -> None:
        """Until the worker ends, at most so long; a job that waits for its report's lock just takes the time."""
        if self._process is None:
            time.sleep(seconds)
        else:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)

    def stop(self) -> None:
        """End the worker with its kernel and remove what they wrote."""
        if self._process is not None:
            _end(self._process)
        self._clear()

    def _begin(self) -> Outcome | None:
        self.started = self.started or time.monotonic()
        if self.job.missing:
            return self._outcome("skipped", self.places.report, self.job.reason)
        if not self._lock.acquire():
            self.state = "another run holds this report"
            return None
        recover(self.places)
        if not self.force and is_current(self.places.report, self.job.key):
            return self._reported("unchanged", read_manifest(self.places.report))
        self._start()
        return None

    def _start(self) -> None:
        self.started, self.state = time.monotonic(), "running"
        self.places.draft.mkdir(parents=True)
        self._runtime = make_runtime()
        kernels = str(self.nursery.address("kernel")) if self.nursery else ""
        spec = self.places.work / "spec.json"
        write_json(spec, self.job.spec(self.out, self._runtime, kernels))
        stdin, self._hold = os.pipe()
        try:
            with (self.places.work / "worker.log").open("wb") as log:
                self._process = self._launch(str(spec), self._runtime, stdin, log.fileno())
        finally:
            os.close(stdin)

    def _launch(self, spec: str, runtime: Path, stdin: int, log: int) -> subprocess.Popen[bytes] | ForkedProcess:
        """The worker: forked where that is possible, else a plain process."""
        environment = child_environment(runtime, self.places.draft, self.job.cohort.codebook)
        if self.nursery is not None:
            handles = [stdin, log, log, *self._lock.handles]
            with suppress(OSError):
                return ForkedProcess(
                    self.nursery.address("worker"), [worker.__file__, spec], environment, runtime, handles
                )
        return subprocess.Popen(
            [sys.executable, "-m", "comorbid.analyses.worker", spec],
            stdin=stdin,
            stdout=log,
            stderr=log,
            cwd=runtime,
            env=environment,
            pass_fds=self._lock.handles,
            start_new_session=True,
        )

    def _finish(self, status: int) -> Outcome:
        manifest = read_manifest(self.places.draft)
        if status == 0 and is_current(self.places.draft, self.job.key):
            with _undisturbed():
                publish(self.places)
            return self._reported("done", manifest)
        path, message = self._keep_failure(status)
        return self._outcome("failed", path, message)

    def _reported(self, status: str, manifest: dict[str, Any]) -> Outcome:
        """The outcome of a report that is there: as `status` says, unless a number in it left its tolerance."""
        warnings = manifest["warnings"] if status == "done" else 0
        left = manifest.get("left_tolerance", [])
        if not left:
            return self._outcome(status, self.places.report, warnings=warnings)
        message = f"{listed(left)} left the tolerance recorded for it"
        return self._outcome("differs", self.places.report, message, warnings)

    def _keep_failure(self, status: int) -> tuple[Path, str]:
        """Where the failed notebook is kept, and why the run failed."""
        work = self.places.work
        log = work / "worker.log" if not self.job.cohort.confidential else None
        failure = read_json(work / FAILURE)
        message = _reason(failure, status, log)
        message += _way_out(self.job.analysis) if failure.get("error") == EmptyDomainError.__name__ else ""
        notebook = work / FAILED_NOTEBOOK
        if not notebook.is_file():
            return self.places.report, message
        try:
            write_bytes(self.places.failed, notebook.read_bytes())
        except OSError as fault:
            return self.places.report, f"{message} (its notebook could not be kept: {fault.strerror})"
        return self.places.failed, message

    def _outcome(self, status: str, path: Path, message: str = "", warnings: int = 0) -> Outcome:
        outcome = Outcome(self.job.analysis.name, self.job.cohort.name, status, path, self.seconds, message, warnings)
        self._clear()
        return outcome

    def _clear(self) -> None:
        if self._hold is not None:
            os.close(self._hold)
            self._hold = None
        for folder in (self.places.work if self._lock.held else None, self._runtime):
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
        self._process = self._runtime = None
        self._lock.release()


def _reason(failure: dict[str, Any], status: int, log: Path | None) -> str:
    """Why a run failed; what its log ends in is said where there is one that may be quoted."""
    if not failure:
        how = f"signal {-status}" if status < 0 else f"status {status}"
        written = log.read_text(encoding="utf-8", errors="replace") if log is not None and log.is_file() else ""
        tail = written.strip().splitlines()[-1:]
        return f"the worker ended with {how}" + "".join(f": {line}" for line in tail)
    place = f"cell {failure['cell']}" + (f" ({failure['line']})" if failure["line"] else "") + ": "
    return (place if failure["cell"] else "") + f"{failure['error']}: {failure['message']}".rstrip(": ")


def _way_out(analysis: Analysis) -> str:
    """Which parameters of an analysis say who is kept, for a run that was left with nobody."""
    ages = [p.name for p in read_parameters(analysis.notebook) if p.name.startswith(("min_", "max_"))]
    how = f" Or keep others: {', '.join(f'-p {name}=...' for name in ages)} (`comorbid params {analysis.name}`)."
    return how if ages else ""


def _end(process: subprocess.Popen[bytes] | ForkedProcess) -> None:
    """Tell a worker to stop, and kill its whole session when it does not."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Signals wait until the renames of a publication are done."""
    blocked = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, blocked)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
