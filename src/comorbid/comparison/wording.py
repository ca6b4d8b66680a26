"""What several cohorts asked for the same condition, and whether it was the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from comorbid.cohort import Cohort
from comorbid.columns import SYNTHETIC
from comorbid.disclosure import CONFIDENTIAL, PUBLIC_USE
from comorbid.errors import SpecError, WordingError, names_given

__all__ = ["condition_wording", "labelled", "require_same_wording", "same_wording", "titled"]

ASKED = ("question", "recall")
"""What two cohorts must have in common before their estimates are pooled."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What one condition's question or recall period is in several cohorts."""

    condition: str
    part: str
    texts: Mapping[str, str]

    def __str__(self) -> str:
        by_text: dict[str, list[str]] = {}
        for cohort, text in self.texts.items():
            by_text.setdefault(text, []).append(cohort)
        said = "; ".join(f"{', '.join(names)}: {text or 'not stated'}" for text, names in by_text.items())
        return f"{self.part} of `{self.condition}` ({said})"


def condition_wording(cohorts: Sequence[Cohort], conditions: Iterable[str]) -> pd.DataFrame:
    """What each cohort asked for each condition.

    Returns
    -------
    DataFrame
        cohort, condition, label, question, recall, note; a cohort that did not ask has no row.
    """
    names = names_given(conditions, "condition_wording")
    rows = []
    for title, cohort in titled(cohorts, names).items():
        for name in names:
            if name in cohort.conditions:
                variable = cohort.codebook[name]
                rows.append((title, name, variable.label, variable.question, variable.recall, variable.note))
    columns = ["cohort", "condition", "label", "question", "recall", "note"]
    return labelled(cohorts, pd.DataFrame(rows, columns=columns))


def require_same_wording(cohorts: Mapping[str, Cohort], conditions: Sequence[str]) -> None:
    """Raise when question or recall period of a condition differ between cohorts, or are not stated.

    Raises
    ------
    WordingError
        The message lists every difference.
    """
    found = _differences(cohorts, conditions)
    if found:
        raise WordingError(
            f"estimates of {' and '.join(conditions)} are not pooled, since the cohorts did not ask the same: "
            f"{'; '.join(map(str, found))}. Set them side by side (compare_cohorts), or leave out cohorts that differ."
        )


def same_wording(cohorts: Sequence[Cohort], conditions: Iterable[str]) -> list[Cohort]:
    """The largest group of cohorts that asked the same of every condition; the earliest one where several are as large.

    Parameters
    ----------
    cohorts : sequence of Cohort
        Each with all the conditions.
    conditions : sequence of str
    """
    names = names_given(conditions, "same_wording")
    groups: dict[tuple[str, ...], list[Cohort]] = {}
    for cohort in titled(cohorts, names).values():
        said = tuple(_said(cohort, name, part) for name in names for part in ASKED)
        groups.setdefault(said, []).append(cohort)
    return max(groups.values(), key=len)


def titled(cohorts: Sequence[Cohort], conditions: Sequence[str]) -> dict[str, Cohort]:
    """Cohorts by title, with the definitions in use where there is a choice."""
    if not cohorts:
        raise SpecError("no cohort is given. Load some with load_cohort, or take cohorts_with([...]).")
    if len({cohort.synthetic for cohort in cohorts}) > 1:
        raise SpecError("real and synthetic cohorts are not set side by side: synthetic numbers are no evidence.")
    titles = {}
    for cohort in cohorts:
        used = [cohort.codebook.variables[name].definition for name in conditions if name in cohort.conditions]
        title = ", ".join(dict.fromkeys([cohort.title, *filter(None, used)]))
        if title in titles:
            raise SpecError(f"{title} is given twice. Give each cohort once, or under another definition.")
        titles[title] = cohort
    return titles


def labelled(cohorts: Sequence[Cohort], frame: pd.DataFrame, conf_level: float | None = None) -> pd.DataFrame:
    """A frame of several cohorts: labels stay names, since a name is worded otherwise in each.

    It is confidential when one of the cohorts is.
    """
    if cohorts[0].synthetic:
        frame = frame.assign(source=SYNTHETIC)
    titles = list(dict.fromkeys(cohort.title for cohort in cohorts))
    release = CONFIDENTIAL if any(cohort.release == CONFIDENTIAL for cohort in cohorts) else PUBLIC_USE
    frame.attrs = {"cohort": ", ".join(titles), "release": release, "synthetic": cohorts[0].synthetic, "labels": {}}
    if conf_level is not None:
        frame.attrs["conf_level"] = conf_level
    return frame


def _said(cohort: Cohort, name: str, part: str) -> str:
    """Question or recall period of a condition; blanks between words are one, and around the text none."""
    return " ".join(str(getattr(cohort.codebook.condition(name), part)).split())


def _differences(cohorts: Mapping[str, Cohort], conditions: Sequence[str]) -> list[Difference]:
    """Questions and recall periods that are not one and the same, or are not stated at all."""
    found = []
    for name in conditions:
        for part in ASKED:
            texts = {title: _said(cohort, name, part) for title, cohort in cohorts.items()}
            if len(set(texts.values())) > 1 or not all(texts.values()):
                found.append(Difference(name, part, texts))
    return found
