"""What a run found, kept as it goes, and the page made of it."""

from __future__ import annotations

import json
import math
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
HEAD = """# The library and its peers, measured in one run

Made by `make bench`; {when}. {machine}. Two threads for every peer, one for the library's matrix
products. Medians, with the lowest and highest in brackets; methods take turns, round by round, after a warm-up, each in
a process of its own with the people in memory before the clock starts. *Times the library* is the median over that of
the library in the same rounds. *Memory* is what a call needed at its highest, above what the process held before,
megabytes. *Apart* is the largest difference from the library: of coefficients, then of standard errors (relative). How
it is measured: README.md.

{versions}
"""


@dataclass(slots=True)
class Measure:
    """One method on so many rows. scale : how many times the measured work stands for, where peers did a part of it."""

    method: str
    n: int
    seconds: list[float]
    mb: float = math.nan
    apart: tuple[float, float] = (math.nan, math.nan)
    scale: float = 1.0
    note: str = ""
    against: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.seconds) * self.scale if self.seconds else math.nan


@dataclass(slots=True)
class Goal:
    """What was asked and what was reached, in words, and whether it was met."""

    what: str
    asked: str
    reached: str
    met: bool | None


@dataclass(slots=True)
class Section:
    key: str
    title: str
    text: str = ""
    measures: list[Measure] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def median(self, method: str, n: int) -> float:
        """Median seconds of a method on so many rows; NaN where it was not measured."""
        return next((m.median for m in self.measures if m.method == method and m.n == n), math.nan)

    def at_least(self, what: str, ratio: float, asked: float) -> None:
        """A goal that a ratio should reach; nothing where it was not measured."""
        if not math.isnan(ratio):
            self.goals.append(Goal(what, f"{asked:g} times", f"{ratio:,.3g} times", ratio >= asked))

    def at_most(self, what: str, found: float, asked: float, unit: str) -> None:
        """A goal that a figure should stay below."""
        if not math.isnan(found):
            self.goals.append(Goal(what, f"at most {asked:g} {unit}", f"{found:,.3g} {unit}", found <= asked))


class Results:
    """The sections so far; each new one is stored, and the page written anew."""

    def __init__(self, store: Path, page: Path) -> None:
        self._store, self._page = store, page
        self.versions: dict[str, str] = {}
        self.sections: dict[str, Section] = {}
        if store.exists():
            kept = json.loads(store.read_text())
            self.versions = kept["versions"]
            self.sections = {key: _restored(value) for key, value in kept["sections"].items()}

    def add(self, section: Section) -> None:
        self.sections[section.key] = section
        self.write()

    def write(self) -> None:
        """Store what was found and write the page."""
        kept = {"versions": self.versions, "sections": {key: asdict(value) for key, value in self.sections.items()}}
        self._store.parent.mkdir(parents=True, exist_ok=True)
        self._store.write_text(json.dumps(kept))
        ordered = [self.sections[key] for key in sorted(self.sections)]
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        when = datetime.now(UTC).strftime("%d %B %Y").lstrip("0")
        head = HEAD.format(when=when, machine=machine(), versions=versions)
        parts = [head, _goals(ordered), *(_section(section) for section in ordered)]
        remarks = HERE / "remarks.md"
        if remarks.exists():
            parts.append(remarks.read_text(encoding="utf-8"))
        self._page.write_text("\n".join(parts), encoding="utf-8")


def _restored(kept: dict[str, Any]) -> Section:
    measures = [Measure(**{**m, "apart": tuple(m["apart"])}) for m in kept.pop("measures")]
    return Section(**{**kept, "measures": measures, "goals": [Goal(**goal) for goal in kept["goals"]]})


def machine() -> str:
    """Cores, memory and system, without the machine's name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.split(":")[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
        cpu = names[0] if names else cpu
    return f"{os.cpu_count()} cores ({cpu}), {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"


def _goals(sections: Sequence[Section]) -> str:
    rows = [(section.key, goal) for section in sections for goal in section.goals]
    if not rows:
        return ""
    words = {True: "met", False: "**not met**", None: "not settled"}
    met = sum(goal.met is True for _, goal in rows)
    lines = [
        "## Goals",
        "",
        f"{met} of {len(rows)} met.",
        "",
        "| | goal | asked | reached | |",
        "| --- | --- | --: | --: | --- |",
    ]
    lines += [f"| {key} | {goal.what} | {goal.asked} | {goal.reached} | {words[goal.met]} |" for key, goal in rows]
    return "\n".join(lines) + "\n"


def _section(section: Section) -> str:
    lines = [f"## {section.key}. {section.title}", ""]
    lines += [section.text, ""] if section.text else []
    if section.measures:
        lines += ["| rows | method | seconds | rounds | times the library | memory | apart |",
                  "| --: | --- | --- | --: | --: | --: | --- |"]  # fmt: skip
        lines += [_row(measure, section) for measure in section.measures]
        lines.append("")
    return "\n".join([*lines, *(f"{remark}\n" for remark in section.remarks)])


def _row(m: Measure, section: Section) -> str:
    base = section.median(m.against, m.n) if m.against else math.nan
    low, high = (min(m.seconds) * m.scale, max(m.seconds) * m.scale) if m.seconds else (math.nan, math.nan)
    seconds = f"{number(m.median)} ({number(low)}-{number(high)})" if m.seconds else "failed"
    apart = ", ".join("" if math.isnan(v) else f"{v:.1e}" for v in m.apart).strip(", ")
    ratio = "" if math.isnan(base) else f"{m.median / base:,.3g}"
    memory = "" if math.isnan(m.mb) else f"{m.mb:,.0f}"
    name = f"{m.method}: {m.note}" if m.note else m.method
    return f"| {m.n:,} | {name} | {seconds} | {len(m.seconds)} | {ratio} | {memory} | {apart} |"


def number(value: float) -> str:
    """Three significant digits, never in powers of ten."""
    return "-" if math.isnan(value) else f"{value:,.{max(0, 2 - math.floor(math.log10(value))) if value > 0 else 0}f}"
