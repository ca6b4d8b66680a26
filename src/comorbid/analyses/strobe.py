"""STROBE: which section of a report answers which item of the checklist for observational studies.

von Elm et al., Lancet 2007;370:1453-7, doi:10.1016/S0140-6736(07)61602-X; the items in our words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from comorbid.errors import AnalysisError, listed, require_known

__all__ = ["ABOUT", "ELSEWHERE", "IN_ABOUT", "ITEMS", "answers", "check_items"]

ITEMS = {
    "1": "Design and main result, in title and summary",
    "2": "What was known, and why this is asked",
    "3": "Questions, stated beforehand",
    "4": "Design of the study",
    "5": "Where and when",
    "6": "Who could take part, and how they were chosen",
    "7": "Outcomes, exposures and covariates defined",
    "8": "How each was measured",
    "9": "Possible bias, and what was done about it",
    "10": "How many people, and why",
    "11": "How numbers were grouped",
    "12": "Statistical methods: adjustment, subgroups, missing values, sampling design",
    "13": "How many people at each step",
    "14": "Who the people are; what is missing",
    "15": "How common the outcome is",
    "16": "Estimates, crude and adjusted, with intervals",
    "17": "Further analyses: subgroups, interactions, other definitions",
    "18": "Main result",
    "19": "Limits: bias and imprecision",
    "20": "What it means, beside other studies",
    "21": "To whom it applies",
    "22": "Who paid",
}


ABOUT = "About this cohort"
"""Title of the report that answers for the others who was studied."""

IN_ABOUT = f"In the report {ABOUT}"

ELSEWHERE = {
    **dict.fromkeys(("4", "6", "7", "8", "12", "13", "14", "15"), IN_ABOUT),
    "5": "In the survey's own documentation",
    "10": "Not applicable: who ran the survey settled its size",
    "11": "In the cohort's codebook, which holds the groups",
    "22": "Not told here: in the survey's own documentation",
}
"""Who answers an item that a report leaves out; of all others it says that it does not answer them."""

OPENING = ("1", "2", "18")
"""Items that the opening of every report answers: title, why it is asked, main result."""


def check_items(items: Mapping[str, object], where: str) -> dict[str, str]:
    """Items with the heading that answers each, once every one is known.

    Raises
    ------
    UnknownNameError
        For an item that the checklist does not have.
    AnalysisError
        When a heading is not text.
    """
    for item, heading in items.items():
        require_known(item, ITEMS, "STROBE item", where)
        if not isinstance(heading, str) or not heading.strip():
            raise AnalysisError(f"{where}: STROBE item {item} wants the heading of a section, as text.")
    return {item: str(heading) for item, heading in items.items()}


def answers(
    items: Mapping[str, str], headings: Mapping[str, str], about: str = ""
) -> Iterator[tuple[str, str, str, str]]:
    """Every item of the checklist: its number, what it asks, the answer, and the answer's address.

    Parameters
    ----------
    items : mapping of str to str
        Heading of the section that answers each item.
    headings : mapping of str to str
        Address in the page of each of its headings, such as "#limits"; the first heading is the title.
    about : str
        Address of the report that describes the cohort, where there is one.

    Yields
    ------
    tuple of str
        The answer is a heading of the page, or, with an empty address, the words of `ELSEWHERE`.

    Raises
    ------
    AnalysisError
        When the page has no such heading.
    """
    opening = dict.fromkeys(OPENING, next(iter(headings), ""))
    for item, asked in ITEMS.items():
        heading = items.get(item) or opening.get(item, "")
        if heading and heading not in headings:
            raise AnalysisError(
                f"STROBE item {item} is to be answered by the section {heading!r}, which the report does not have. "
                f"It has: {listed(headings, 30)}. Mend study.toml."
            )
        answer = heading or ELSEWHERE.get(item, "Not answered here")
        yield item, asked, answer, about if answer == IN_ABOUT else headings.get(heading, "")
