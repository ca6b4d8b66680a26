"""Processes that are measured, seen from the run, and rounds in which they take turns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
THREADS = {name: "2" for name in (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS",
    "RAYON_NUM_THREADS",
)}  # fmt: skip
MOST_ROUNDS = "COMORBID_BENCH_ROUNDS"
"""Variable of the environment that says how often, at most, peers take their turn."""
LIBRARY = {"PYTHONPATH": str(HERE.parent / "src"), "OPENBLAS_NUM_THREADS": "1"}
"""One thread for matrix products: those of the library are small, and two threads mostly wait for each other."""


class Failed(Exception):
    """A measured process could not do what was asked."""


class Worker:
    """A process that answers requests; a context manager that ends it."""

    def __init__(self, command: Sequence[str], extra: dict[str, str] | None = None) -> None:
        env = {**os.environ, **THREADS, **(extra or {})}
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, env=env
        )

    def ask(self, do: str, **arguments: Any) -> dict[str, Any]:
        """Have a function called and measured."""
        assert self._process.stdin and self._process.stdout
        try:
            self._process.stdin.write(json.dumps({"do": do, "with": arguments}) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise Failed(f"{do}: the process ended") from None
        line = self._process.stdout.readline()
        reply = json.loads(line) if line else {"error": "the process ended, out of memory perhaps"}
        if "error" in reply:
            raise Failed(f"{do}: {reply['error']}")
        return reply

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


def library() -> Worker:
    """A process with the library."""
    return Worker([sys.executable, str(HERE / "worker.py"), "ours"], LIBRARY)


def peer(python: Path) -> Worker:
    """A process with the peers, in their own environment."""
    return Worker([str(python), str(HERE / "worker.py"), "peers"])


def in_rounds(
    tasks: dict[str, Callable[[], dict[str, Any]]], rounds: dict[str, int], say: Callable[[str], None]
) -> dict[str, list[dict[str, Any]]]:
    """Call each task so many times, taking turns; a task that fails is left out from then on, with its reason."""
    most = int(os.environ.get(MOST_ROUNDS, "1000"))
    rounds = {name: count if name.startswith("comorbid") else min(count, most) for name, count in rounds.items()}
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in tasks}
    for number in range(max(rounds.values())):
        for name, task in tasks.items():
            if number < rounds[name] and not any("error" in reply for reply in found[name]):
                try:
                    found[name].append(task())
                except Failed as fault:
                    found[name].append({"error": str(fault)})
                    say(f"{name} failed: {fault}")
    return found
