"""What reports on a confidential cohort have told so far, so that two of them do not tell together what neither may.

Two populations that differ by a few people give these away by subtraction. A file beside the reports keeps each
released population (its restrictions, in words, and its number of people) and each released count under a hash of what
it counts; a release that would differ from an earlier one by 1 to threshold - 1 people is refused.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from comorbid.analyses.lock import ReportLock
from comorbid.analyses.manifest import read_json, write_json
from comorbid.disclosure.counts import SUPPRESSED, count_columns
from comorbid.errors import AnalysisError

__all__ = ["Population", "ReleasedCounts", "counts_of"]

Compare = Callable[[tuple[str, ...]], tuple[int, int] | None]
"""From the restrictions of an earlier population to the people who are only here and only there; None if unknown."""
NOT_COUNTED = frozenset({"measure", "note", "source", "reason", "presentation", "presentation_reason", SUPPRESSED})
"""Columns that do not say which people a count is about."""
SEVERAL = -1
"""In the place of a count that the report gave in several numbers, of things that its texts do not tell apart."""
AMONG = "of "
"""How the hash begins of a count whose number of people is hashed with it."""
SHARED = "gaps shared by "
"""How the restriction to people who share their gaps begins in words."""


@dataclass(frozen=True, slots=True)
class Population:
    """The people of a report: what they have in common, their number, and how they differ from others."""

    restrictions: tuple[str, ...]
    n: int
    compare: Compare


@dataclass(frozen=True, slots=True)
class ReleasedCounts:
    """The record of released counts of one cohort.

    Attributes
    ----------
    path : Path
        The file, beside the reports.
    report : str
        The report that asks.
    threshold : int
    """

    path: Path
    report: str
    threshold: int

    def reserve(self, population: Population, counts: Mapping[str, int] | None = None) -> None:
        """Note a population, and counts of it, as about to be released.

        Raises
        ------
        AnalysisError
            When it differs by a few people from what was released or reserved before; the message names that report.
        """
        with self._held() as entries:
            mine = self._entry(entries, population)
            for other in entries:
                if other is not mine:
                    self._check(population, counts or {}, other)
            for key, count in (counts or {}).items():
                same = mine["counts"].setdefault(key, count) == count
                mine["counts"][key] = count if same else SEVERAL

    def begin(self) -> None:
        """Forget what a run of this report reserved that never ended."""
        with self._held() as entries:
            entries[:] = [one for one in entries if one["report"] != self.report or one["released"]]

    def confirm(self) -> None:
        """What this report reserved is released now; what it told before in the same numbers is kept once."""
        with self._held() as entries:
            for one in entries:
                one["released"] |= one["report"] == self.report
            entries[:] = [one for place, one in enumerate(entries) if one not in entries[:place]]

    @contextmanager
    def _held(self) -> Iterator[list[dict[str, Any]]]:
        """The entries, while nobody else can change them; written back when all went well."""
        lock = ReportLock(self.path.with_suffix(".lock"))
        while not lock.acquire():
            time.sleep(0.02)
        try:
            entries = read_json(self.path).get("released", [])
            yield entries
            write_json(self.path, {"released": entries})
        finally:
            lock.release()

    def _entry(self, entries: list[dict[str, Any]], population: Population) -> dict[str, Any]:
        for one in entries:
            same = one["restrictions"] == list(population.restrictions) and one["n"] == population.n
            if one["report"] == self.report and same and not one["released"]:
                return one
        entries.append(
            {"report": self.report, "released": False, "restrictions": list(population.restrictions),
             "n": population.n, "counts": {}}
        )  # fmt: skip
        return entries[-1]

    def _check(self, population: Population, counts: Mapping[str, int], other: Mapping[str, Any]) -> None:
        """Compare with an earlier release; counts too where one population holds the other, or both are the same."""
        earlier = tuple(other["restrictions"])
        apart = population.compare(earlier) if earlier != population.restrictions else (0, 0)
        difference = sum(apart) if apart and any(apart) else abs(population.n - other["n"])
        if 0 < difference < self.threshold:
            raise AnalysisError(self._message("its people differ", other))
        if apart and 0 in apart:
            self._check_counts(counts, other, same=not any(apart))

    def _check_counts(self, counts: Mapping[str, int], other: Mapping[str, Any], *, same: bool) -> None:
        """Of the same people, counts of equally many are compared: fewer have no answer to what the table also asks."""
        asked = {key: n for key, n in counts.items() if key.startswith(AMONG) == same and n != SEVERAL}
        known = {key: count for key, count in other["counts"].items() if count != SEVERAL}
        if any(0 < abs(count - known[key]) < self.threshold for key, count in asked.items() if key in known):
            raise AnalysisError(self._message("a count in it differs", other))

    def _message(self, what: str, other: Mapping[str, Any]) -> str:
        where = "; ".join(text for text in other["restrictions"] if not text.startswith(SHARED)) or "everybody"
        return (
            f"{self.report} was not released: {what} by fewer than {self.threshold} people from that of "
            f"{other['report']} ({where}), and the two together would tell of these people. Use the same restrictions "
            f"as there, or others that differ by more. If that report was never shown to anybody, delete it and its "
            f"entry in {self.path.name}."
        )


def counts_of(frame: pd.DataFrame, domain: tuple[str, ...] = ()) -> dict[str, int]:
    """Counts that a protected frame shows, by a hash of what each of them counts, and by one of that and of `n`.

    domain : restrictions of the frame's people beyond those of the report.
    """
    texts = [name for name in frame.columns if not pd.api.types.is_numeric_dtype(frame[name])]
    said = [name for name in texts if name not in NOT_COUNTED]
    counts: dict[str, int] = {}
    for row in frame.to_dict("records"):
        what = {str(name): str(row[name]) for name in said}
        for name, count in {**{name: row[name] for name in count_columns(frame)}, **_following(row)}.items():
            if pd.notna(count) and name != "n_least":
                counted = {**what, "counted": name, "among": "; ".join(domain)}
                keys = (_hash(counted), AMONG + _hash({**counted, "n": str(row.get("n"))}))
                for key in keys:
                    counts[key] = int(count) if counts.get(key, count) == count else SEVERAL
    return counts


def _following(row: Mapping[Any, Any]) -> dict[str, float]:
    """Counts that follow from those of a row: people without the outcome, and the other three cells of a pair."""
    counts = (row.get(name) for name in ("n", "events", "n_a", "n_b", "n_both"))
    n, events, a, b, both = (math.nan if pd.isna(count) else int(count) for count in counts)
    return {"without": n - events, "a alone": a - both, "b alone": b - both, "neither": n - a - b + both}


def _hash(what: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:24]
