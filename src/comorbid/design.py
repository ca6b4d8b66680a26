"""How a sample was drawn: the columns that hold weights, strata and PSUs."""

from __future__ import annotations

from dataclasses import dataclass

from comorbid.errors import DesignError, listed

LONELY = ("error", "adjust", "average", "remove", "certainty")


@dataclass(frozen=True, slots=True)
class SurveyDesign:
    """A stratified, clustered, weighted sample, by the names of its columns.

    Parameters
    ----------
    weights : str, optional
        Column of sampling weights: people of the population that a person stands for; not below zero.
    strata : str, optional
        Column of first-stage strata.
    psu : str, optional
        Column of primary sampling units. Labels count within their stratum, so that "1" in two strata is two PSUs.
        Without it each person is a sampled unit.
    fpc : str, optional
        Column with the size of the population, in sampled units, of the person's stratum; or the sampled fraction when
        its values lie in (0, 1]. Leave it out for large populations.
    lonely : {"error", "adjust", "average", "remove", "certainty"}
        What a stratum with one PSU adds to a variance: an error that names it; its squared distance from the mean of
        all PSUs; the average of the other strata; nothing (the last two).
    label : str
        What the weights stand for, as a report says it.

    Raises
    ------
    DesignError
        When nothing is named, or `lonely` is not one of the five.

    Notes
    -----
    Variances are those of Taylor linearisation with a with-replacement first stage, as in R `survey`.
    """

    weights: str | None = None
    strata: str | None = None
    psu: str | None = None
    fpc: str | None = None
    lonely: str = "error"
    label: str = ""

    def __post_init__(self) -> None:
        if self.lonely not in LONELY:
            raise DesignError(f"lonely = {self.lonely!r} is not a choice. Accepted: {listed(LONELY)}.")
        if not (self.weights or self.strata or self.psu):
            raise DesignError("a survey design needs weights, strata or psu; leave `design` out when there is none.")

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the design needs, without repeats."""
        named = (self.weights, self.strata, self.psu, self.fpc)
        return tuple(dict.fromkeys(name for name in named if name))

    def describe(self) -> str:
        """One line: what is weighted, stratified and clustered."""
        parts = [f"{what} {name}" for what, name in (("weights", self.weights), ("strata", self.strata)) if name]
        parts.append(f"PSUs {self.psu}" if self.psu else "people sampled one by one")
        return ", ".join(parts)
