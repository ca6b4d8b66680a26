"""A case definition: named criteria, all of which a case meets, with where they were read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from comorbid.definitions.features import feature_fault
from comorbid.errors import SpecError, few, listed

STATUSES = ("seen", "memory")


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion: its letter in the source, what it says, the columns it reads, and the rule on them.

    `holds` takes a frame with these columns and gives one boolean a row.
    """

    letter: str
    text: str
    features: tuple[str, ...]
    holds: Callable[[pd.DataFrame], pd.Series | np.ndarray]


@dataclass(frozen=True, slots=True)
class CaseDefinition:
    """A case definition; a case meets every criterion.

    Parameters
    ----------
    name, label : str
        As code calls it, and as a reader is told.
    criteria : tuple of Criterion
    source : str
        Where the criteria were read, with a DOI where there is one.
    version : str
        Edition of the source, such as "ICHD-3 (2018)".
    status : {"seen", "memory"}
        "seen" when the criteria were read in a public text; "memory" when they are still to be checked against one.
    note : str
        How a wording was read where it can be read in more than one way.
    """

    name: str
    label: str
    criteria: tuple[Criterion, ...]
    source: str
    version: str
    status: str = "seen"
    note: str = ""

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise SpecError(f"status = {self.status!r} is not a choice. Accepted: {', '.join(STATUSES)}.")
        if not self.criteria:
            raise SpecError(f"the definition {self.name!r} has no criterion.")

    @property
    def features(self) -> tuple[str, ...]:
        """Columns that the definition reads, each once."""
        return tuple(dict.fromkeys(name for criterion in self.criteria for name in criterion.features))

    def criteria_met(self, people: pd.DataFrame) -> pd.DataFrame:
        """Which criteria each person meets: one boolean column a letter.

        Parameters
        ----------
        people : DataFrame
            One row a person; see `HEADACHE_FEATURES` for what each column holds.

        Raises
        ------
        SpecError
            When a column is absent, has missing values, so that whether they are met could not be told, or values that
            it cannot have: text or codes for true and false, more than 31 days a month.
        """
        letters = [criterion.letter for criterion in self.criteria]
        return pd.DataFrame(dict(zip(letters, self._met(people), strict=True)), index=people.index)

    def applies(self, people: pd.DataFrame) -> pd.Series:
        """Whether each person is a case, shape (n,); raises as `criteria_met` does."""
        return pd.Series(np.logical_and.reduce(self._met(people)), index=people.index, name=self.name)

    def describe(self) -> pd.DataFrame:
        """The criteria in words: definition, criterion, text, version, status, source, note."""
        rows = [(self.label, c.letter, c.text, self.version, self.status, self.source) for c in self.criteria]
        frame = pd.DataFrame(rows, columns=["definition", "criterion", "text", "version", "status", "source"])
        return frame.assign(note=[self.note, *[""] * (len(rows) - 1)])

    def _met(self, people: pd.DataFrame) -> list[np.ndarray]:
        self._check(people)
        return [np.asarray(criterion.holds(people), dtype=bool) for criterion in self.criteria]

    def _check(self, people: pd.DataFrame) -> None:
        absent = [name for name in self.features if name not in people.columns]
        if absent:
            raise SpecError(
                f"{self.label} reads {listed(self.features)}; {listed(absent)} not found among the columns. "
                "`cm.HEADACHE_FEATURES` says what each holds."
            )
        missing = [name for name in self.features if _has_missing(people[name])]
        if missing:
            raise SpecError(
                f"{self.label}: missing values in {listed(missing)}; whether these people are cases cannot be told. "
                "Leave them out first."
            )
        wrong = [fault for name in self.features if (fault := feature_fault(name, people[name]))]
        if not wrong and {"migraine_days", "headache_days"} <= {*self.features}:
            more = int((people["migraine_days"] > people["headache_days"]).sum())
            wrong = [f"`migraine_days` are more than `headache_days` for {few(more)} people"] if more else []
        if wrong:
            raise SpecError(
                f"{self.label}: {'; '.join(wrong)}. Recode them first, codes for no answer as missing; "
                "`cm.HEADACHE_FEATURES` says what each holds."
            )


def _has_missing(column: pd.Series) -> bool:
    plain = isinstance(column.dtype, np.dtype) and column.dtype.kind in "biu"
    return not plain and column.hasnans
