"""What a caption says of where its numbers come from."""

from __future__ import annotations

from comorbid.columns.words import ORIGINS, origins

__all__ = ["origin_sentence"]

ALONE = {"published": "Published numbers.", "computed": "Computed, not observed.", "simulated": "Simulated."}


def origin_sentence(numbers: str, synthetic: bool) -> str:
    """The last words of a caption: "Synthetic data.", "Published numbers.", "Simulated.", several, or none.

    Parameters
    ----------
    numbers : str
        "people", "published", "computed", "simulated", several of them joined by " and ", or "none".
    synthetic : bool
        Whether the people of the cohort are synthetic. Real people alone need no words.

    Raises
    ------
    SpecError
        When `numbers` is none of these.
    """
    found = [name for name in (*ORIGINS[1:], ORIGINS[0]) if name in origins(numbers)]
    if not found or found == ["people"]:
        return "Synthetic data." if found and synthetic else ""
    if len(found) == 1:
        return ALONE[found[0]]
    people = "synthetic data" if synthetic else "this cohort"
    said = [people if name == "people" else f"{name} numbers" for name in found]
    return f"{', '.join(said[:-1])} and {said[-1]}.".capitalize()
