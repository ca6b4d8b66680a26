"""Missing answers of a confidential cohort: which people share theirs with enough others.

Tables leave out people who lack an answer, each its own, so that two tables of one report differ by these people, and
subtraction tells of them. Where everybody's set of missing answers is shared by at least as many people as the
threshold, the people of any table are a union of such sets; so whatever tables are added or subtracted, as long as they
are of the report's people as a whole, it is people by the threshold or nobody who differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from comorbid.codebook import Codebook
from comorbid.errors import CohortError
from comorbid.restriction import Narrowing, Restriction, SharedGaps
from comorbid.variables import Variable

__all__ = ["ReportPeople", "gap_variables", "shared_gaps", "sharing_in_table"]


@dataclass(frozen=True, slots=True)
class ReportPeople:
    """The people of the report on a confidential cohort that is being made.

    restrictions : what they have in common.
    gaps : which gaps they must share; None when the report shows nothing of them.
    """

    restrictions: tuple[Restriction, ...] = ()
    gaps: SharedGaps | None = None

    def domain(self, restrictions: tuple[Restriction, ...]) -> tuple[Narrowing, ...]:
        """The restrictions of some of these people, with the gaps in their place; those of others as they are."""
        place = self.place(restrictions)
        if place is None or self.gaps is None:
            return restrictions
        return (*self.restrictions, self.gaps, *restrictions[place:])

    def place(self, restrictions: tuple[Restriction, ...]) -> int | None:
        """How many restrictions come before the gaps; None for people who are not the report's.

        Raises
        ------
        CohortError
            When the report shows nothing of them.
        """
        if self.gaps is None:
            raise CohortError(
                "the report was begun without numbers of the people (`confidential=False`), and now some are to be "
                "computed. Leave them out, or begin it with `Report(cohort)`."
            )
        place = len(self.restrictions)
        return place if restrictions[:place] == self.restrictions else None


def shared_gaps(codebook: Codebook, named: Iterable[str], least: int) -> SharedGaps:
    """The restriction to people who share their gaps: in the conditions and the named variables.

    Parameters
    ----------
    codebook : Codebook
    named : iterable of str
        Names that the codebook does not have are passed over; the continuous variable of a banded one comes along.
    least : int
        People who must have the same gaps.
    """
    wanted = {*codebook.conditions, *(name for name in named if name in codebook.variables)}
    wanted |= {codebook[name].source for name in wanted if codebook[name].source}
    return SharedGaps(tuple(name for name in codebook.variables if name in wanted), least)


def gap_variables(restriction: SharedGaps, codebook: Codebook, columns: Iterable[str]) -> list[Variable]:
    """Variables whose gaps count: a condition under each of its definitions in the data, whichever is in use."""
    here, found = set(columns), []
    for variable in (codebook[name] for name in restriction.variables):
        every = [variable.defined_as(name) for name in variable.definitions] or [variable]
        found += [one for one in every if one.source or one.column in here]
    return found


def sharing_in_table(table: Any, known: Sequence[Any], least: int) -> Any:
    """People of an Ibis table who share their gaps, as an expression.

    Parameters
    ----------
    table : ibis.Table
        The domain.
    known : sequence of ibis boolean expressions
        Where each variable has a value.
    """
    import ibis

    names = [f"known_{number}" for number in range(len(known))]
    flags = dict(zip(names, known, strict=True))
    answers = table.select(**flags)
    found = answers.group_by(names).aggregate(people=answers.count()).to_pyarrow().to_pylist()
    keep = ibis.literal(True)
    for row in (row for row in found if row["people"] < least):
        same = ibis.and_(*(flag if row[name] else ~flag for name, flag in flags.items()))
        keep = keep & ~same
    return keep
