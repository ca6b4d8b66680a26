"""E. What a person costs, from a hundred thousand people in memory to a hundred million in Parquet."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

from people import DESIGN, MODEL, make_people
from processes import LIBRARY, in_rounds, library
from results import Measure, Section
from setting import Setting, say

TITLE = "Cost by number of people"
TEXT = """One adjusted model with the survey's design, loading included. In memory: section A's columns. From Parquet:
files of `comorbid simulate --n N`, `load_cohort(file, codebook="synthetic")`, and a model of the same size (14
coefficients); nobody is loaded. *Memory* is the highest the whole process held, Python and its imports included
(`getrusage`), in a process for each row."""
MODEL_OF_FILES = "migraine ~ low_back_pain + sex + age_band + education + smoking + bmi_band"


def run(setting: Setting) -> Iterator[Section]:
    section = Section("E", TITLE, TEXT)
    largest = max(setting.sizes)
    for n in (n for n in (100_000, 1_000_000, 10_000_000) if n <= largest):
        say(f"E: {n:,} rows in memory")
        section.measures.append(_in_memory(setting, n))
    for n in (n for n in (1_000_000, 10_000_000, 100_000_000) if n <= largest or setting.full):
        say(f"E: {n:,} rows from Parquet")
        section.measures.append(_from_parquet(setting, n))
    section.remarks.append(_by_row(section.measures))
    _add_goals(section)
    yield section


def _in_memory(setting: Setting, n: int) -> Measure:
    with library() as us:
        us.ask("frame", path=str(make_people(setting.folder, 10_000)), names=[*MODEL, *DESIGN])
        us.ask("cohort", survey=True)
        us.ask("fit")
        us.ask("frame", path=str(make_people(setting.folder, n)), names=[*MODEL, *DESIGN])
        return _row("frame", n, _rounds(lambda: _both(us, "cohort", survey=True), 5))


def _both(us: Any, load: str, formula: str | None = None, **arguments: Any) -> dict[str, Any]:
    loaded = us.ask(load, **arguments)
    done = us.ask("fit", **({"formula": formula} if formula else {}))
    return {**done, "seconds": loaded["seconds"] + done["seconds"], "mb": done["highest_mb"]}


def simulated(setting: Setting, n: int) -> str:
    """The file of `comorbid simulate`, made where it is not yet."""
    path = setting.folder / f"simulated-{n}.parquet"
    if not path.exists():
        command = [sys.executable, "-m", "comorbid", "simulate", "--n", str(n), "--seed", "1", "--out", str(path)]
        subprocess.run(command, check=True, env={**os.environ, **LIBRARY})
    return str(path)


def _from_parquet(setting: Setting, n: int) -> Measure:
    path = simulated(setting, n)
    with library() as us:

        def call() -> dict[str, Any]:
            return _both(us, "file_cohort", MODEL_OF_FILES, path=path, codebook="synthetic")

        found = _rounds(call, 6 if n <= 10_000_000 else 3)
    return _row("Parquet", n, found[1:])


def _rounds(call: Callable[[], dict[str, Any]], count: int) -> list[dict[str, Any]]:
    return in_rounds({"comorbid": call}, {"comorbid": count}, say)["comorbid"]


def _row(method: str, n: int, replies: list[dict[str, Any]]) -> Measure:
    good = [reply for reply in replies if "error" not in reply]
    note = "" if good else next((reply["error"][:80] for reply in replies), "")
    row = Measure(method, n, [reply["seconds"] for reply in good], note=note)
    row.mb = max((reply["mb"] for reply in good), default=row.mb)
    return row


def _by_row(measures: list[Measure]) -> str:
    parts = [f"{m.method} {m.n:,}: {m.median / m.n * 1e9:,.0f}" for m in measures if m.seconds]
    return "Nanoseconds a person: " + "; ".join(parts) + "."


def _add_goals(section: Section) -> None:
    """Flat: the next people cost no more than those before, once fixed costs are paid."""
    for method in ("frame", "Parquet"):
        cost = {m.n: m.median for m in section.measures if m.method == method and m.seconds}
        sizes = sorted(cost)
        if len(sizes) >= 3:
            first, last = ((cost[b] - cost[a]) / (b - a) for a, b in (sizes[:2], sizes[-2:]))
            section.at_most(
                f"{method}: cost of one more person at {sizes[-1]:,} beside {sizes[1]:,}", last / first, 1.2, "times"
            )
    largest = next((m for m in section.measures if m.n == 100_000_000 and m.seconds), None)
    if largest:
        section.at_most("100,000,000 rows from Parquet: memory", largest.mb, 3_000, "MB")
