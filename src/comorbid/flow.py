"""How the people studied came to be: the steps of a flow, one a restriction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from comorbid.codebook import Codebook
from comorbid.errors import CohortError, listed
from comorbid.gaps import shared_gaps
from comorbid.people import PeopleFrame
from comorbid.relation import PeopleRelation
from comorbid.restriction import Known, Narrowing, Restriction, SharedGaps

__all__ = ["FlowStep", "count_in", "count_missing", "few_outside", "missing_from", "require_shared_gaps", "steps_of"]

GAPS = ("rare gaps", "few others lack the same answers, which would tell who they are")
"""Step and reason of those who left a report since their missing answers would give them away."""


@dataclass(frozen=True, slots=True)
class FlowStep:
    """One row of the flow table: why people left, and how many stayed."""

    step: str
    reason: str
    n: int
    n_excluded: int


def steps_of(
    people: PeopleFrame | PeopleRelation,
    codebook: Codebook,
    domain: Sequence[Narrowing],
    steps: Sequence[FlowStep],
) -> Iterator[FlowStep]:
    """The steps of a domain, with that of the gaps in its place if anybody left by it; later numbers computed anew."""
    place = next((i for i, part in enumerate(domain) if isinstance(part, SharedGaps)), len(steps))
    yield from steps[:place]
    before = steps[place - 1].n if place else len(people)
    for number in range(place, len(domain)):
        n = count_in(people, codebook, domain[: number + 1])
        said = GAPS if number == place else (steps[number - 1].step, steps[number - 1].reason)
        part = domain[number]
        if isinstance(part, Known):
            said = (said[0], missing_from(people, codebook, domain[:number], part.variables))
        if number > place or n < before:
            yield FlowStep(*said, n, before - n)
        before = n


def missing_from(
    people: PeopleFrame | PeopleRelation, codebook: Codebook, domain: Sequence[Narrowing], names: Sequence[str]
) -> str:
    """How many of a domain lack each of the variables, as the reason why complete cases are fewer."""
    missing = count_missing(people, codebook, domain, names)
    counts = ", ".join(f"{name} {count:,}" for name, count in missing.items() if count)
    return f"missing: {counts}" if counts else "nothing missing"


def count_missing(
    people: PeopleFrame | PeopleRelation, codebook: Codebook, domain: Sequence[Narrowing], names: Sequence[str]
) -> dict[str, int]:
    """People of a domain without a value, by variable."""
    mask = people.mask(tuple(domain), codebook)
    variables = (codebook[name] for name in names)
    return {v.name: people.count_missing(v, mask) if people.may_miss(v) else 0 for v in variables}


def count_in(people: PeopleFrame | PeopleRelation, codebook: Codebook, domain: Sequence[Narrowing]) -> int:
    """People of a domain, unweighted."""
    mask = people.mask(tuple(domain), codebook)
    return len(people) if mask is None else people.count(mask)


def few_outside(
    people: PeopleFrame | PeopleRelation,
    codebook: Codebook,
    restrictions: tuple[Restriction, ...],
    names: Iterable[str],
) -> bool:
    """Whether a part of a report's people leaves out a few alone: of a level of a variable, or of two conditions.

    Tables of all the report's people less those of the part would tell of these few. Who is left out for want of an
    answer does not count here: they share their gaps.
    """
    whole = people.reported
    place = whole.place(restrictions) if whole else None
    further = [] if place is None else [part for part in restrictions[place:] if not isinstance(part, Known)]
    if whole is None or whole.gaps is None or not further:
        return False
    outside = people.others((*whole.restrictions, whole.gaps), tuple(further), codebook)
    known = [name for name in dict.fromkeys(names) if name in codebook.variables and codebook[name].is_categorical]
    conditions = [name for name in known if codebook[name].kind == "condition"]
    tables = [*((name,) for name in known), *combinations(conditions, 2)]
    counts = (people.collapse([codebook[name] for name in table], None, outside).count for table in tables)
    return any(((count > 0) & (count < whole.gaps.least)).any() for count in counts)


def require_shared_gaps(people: PeopleFrame | PeopleRelation, codebook: Codebook, names: Sequence[str]) -> None:
    """Raise where variables that the report did not name have gaps that only a few of its people share.

    Raises
    ------
    CohortError
        Names the variables; a table of them would tell of these few.
    """
    whole = people.reported
    if whole is None or whole.gaps is None:
        return
    known, least = whole.gaps.variables, whole.gaps.least
    more = [name for name in names if name in codebook.variables and name not in known]
    wider = shared_gaps(codebook, [*known, *more], least)
    counts = [count_in(people, codebook, (*whole.restrictions, gaps)) for gaps in (whole.gaps, wider)] if more else []
    if len(set(counts)) > 1:
        raise CohortError(
            f"fewer than {least} people lack the same answers, {listed(more)} among them, and a table would tell of "
            "them: they were not left out of the report from the start. Name the variable anywhere in a notebook of "
            "the study, if only in a comment; then they are."
        )
