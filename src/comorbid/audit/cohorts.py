"""Studies that rest on the same people: together they count once."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

from comorbid.audit.finding import DOUBTFUL, TO_KNOW, Finding, Row, Rows
from comorbid.errors import listed

NAMED = re.compile(r"\(([A-Z][A-Za-z]*[A-Z]+[A-Za-z]*)\s*([^)]*)\)")
SPAN = re.compile(r"(\d+)(?:-(\d+))?")
NEAR = 1
"""Two samples of one country and design whose sizes differ by no more than this are taken for the same people."""


@dataclass(frozen=True, slots=True)
class Study:
    """What tells the people of a study: country, kind of design, sizes of its samples, the survey it names, its rounds.

    Rounds are years, or numbers of waves; empty where the study names none.
    """

    first: Row
    country: str
    design: str
    sizes: frozenset[float]
    survey: str
    rounds: frozenset[int]

    @property
    def name(self) -> str:
        """Name of the study."""
        return self.first.text("study")


def counted_twice(rows: Rows) -> Iterator[Finding]:
    """Groups of studies that share country, design and number of people, or a survey by name and round."""
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(row.text("study"), []).append(row)
    studies = [_study(found) for name, found in by_name.items() if name]
    placed = [study for study in studies if study.country]
    for group in _groups(_alike(placed, lambda study: (study.country, study.design)), _one_size):
        sizes = _shared_sizes(group)
        yield group[0].first.found(
            "same people counted twice",
            f"{listed(study.name for study in group)} are of one size, country and design: most likely the same people",
            f"{listed(f'{n:,.0f}' for n in sizes)} people, {group[0].country}, {group[0].design}",
            DOUBTFUL,
        )  # fmt: skip
    surveyed = [study for study in studies if study.survey]
    for group in _groups(_alike(surveyed, lambda study: study.survey), _one_survey):
        yield group[0].first.found(
            "same people counted twice",
            f"{listed(study.name for study in group)} rest on one survey: they are not independent",
            f"all name {group[0].survey}, in rounds that overlap or are not told", TO_KNOW,
        )  # fmt: skip


def _study(rows: Sequence[Row]) -> Study:
    first, named = rows[0], NAMED.search(rows[0].text("study"))
    sizes = frozenset(n for row in rows if (n := row.number("n")) is not None)
    design = first.text("design").split(" ")[0].split("(")[0]
    survey, told = (named[1], named[2]) if named else ("", "")
    return Study(first, first.text("country"), design, sizes, survey, _rounds(told))


def _rounds(text: str) -> frozenset[int]:
    """Years or waves named: "2000-05" is 2000 to 2005, "2-3" is 2 and 3."""
    found: set[int] = set()
    for first, last in SPAN.findall(text):
        end = first[: len(first) - len(last)] + last if last else first
        found.update(range(int(first), int(end) + 1))
    return frozenset(found)


def _one_size(one: Study, other: Study) -> bool:
    alike = bool(one.country) and one.country == other.country and one.design == other.design
    return alike and any(abs(n - m) <= NEAR for n in one.sizes for m in other.sizes)


def _shared_sizes(group: Sequence[Study]) -> list[float]:
    """Sizes that at least two studies of a group have."""
    every = [n for study in group for n in study.sizes]
    return sorted({n for n in every if sum(abs(n - m) <= NEAR for m in every) > 1})


def _one_survey(one: Study, other: Study) -> bool:
    same = bool(one.survey) and one.survey == other.survey and not _one_size(one, other)
    return same and (not one.rounds or not other.rounds or bool(one.rounds & other.rounds))


def _alike(studies: Sequence[Study], key: Callable[[Study], Hashable]) -> list[list[Study]]:
    """Studies that share a key, which those that belong together do; only these need to be held against each other."""
    found: dict[Hashable, list[Study]] = {}
    for study in studies:
        found.setdefault(key(study), []).append(study)
    return list(found.values())


def _groups(candidates: Sequence[Sequence[Study]], together: Callable[[Study, Study], bool]) -> list[list[Study]]:
    """Studies that belong together, directly or through others; groups of one are left out."""
    return [group for studies in candidates for group in _joined(studies, together) if len(group) > 1]


def _joined(studies: Sequence[Study], together: Callable[[Study, Study], bool]) -> list[list[Study]]:
    groups: list[list[Study]] = []
    for study in studies:
        near = [group for group in groups if any(together(study, other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([other for group in near for other in group] + [study])
    return groups
