"""How a sample was drawn: the columns that hold weights, strata, PSUs and replicate weights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from comorbid.errors import DesignError, listed

LONELY = ("error", "adjust", "average", "remove", "certainty")
METHODS = ("jackknife", "brr", "fay", "bootstrap", "sdr")
CREATED = ("jackknife", "bootstrap")
"""Methods whose replicates can be made from strata and PSUs; the others are taken as the publisher made them."""


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
    replicates : sequence of str, or str, optional
        Columns of replicate weights, in their order, or a regular expression that their whole names match, such as
        "repwt[0-9]+".
    method : {"jackknife", "brr", "fay", "bootstrap", "sdr"}, optional
        How the replicates were made: delete-one jackknife, balanced half-samples, those with Fay's factor, bootstrap,
        successive differences. Without `replicates`, "jackknife" and "bootstrap" are made from strata and PSUs; see
        `Cohort.with_replicates`.
    rho : float
        Fay's factor: what the weights of the lighter half are multiplied by; for "fay" alone, in [0, 1).
    scale : float, optional
        Multiplies the sum of squares; by method (R replicates): jackknife (R - 1) / R when `rscales` is left out too
        and 1 otherwise, brr 1 / R, fay 1 / (R (1 - rho)^2), bootstrap 1 / (R - 1), sdr 4 / R.
    rscales : sequence of float, optional
        Multiplies the square of each replicate; (n_h - 1) / n_h of its stratum for a stratified jackknife. 1 without.
    mse : bool
        Whether squares are taken about the estimate itself; about the mean of the replicates otherwise.
    combined : bool
        Whether the columns are whole weights; False when they are factors to be multiplied by `weights`.
    n_replicates, seed : int
        Of a bootstrap that is made here.
    df : float, optional
        Degrees of freedom that the publisher states. Without it: PSUs minus strata of the domain when `psu` is named,
        otherwise the rank of the replicate weights of the domain minus 1, as in R.

    Raises
    ------
    DesignError
        When nothing is named, a choice is not one of those accepted, or the parts do not fit together.

    Notes
    -----
    Without replicates, variances are those of Taylor linearisation with a with-replacement first stage, as in R
    `survey`. With replicates: V = scale * sum_r rscales_r (t_r - centre)(t_r - centre)'.
    Source: Wolter, Introduction to Variance Estimation, 2007, doi:10.1007/978-0-387-35099-8; Fay's method: Judkins,
    J Off Stat 1990;6:223-39; rescaled bootstrap: Rao & Wu, J Am Stat Assoc 1988;83:231-41,
    doi:10.1080/01621459.1988.10478591.
    """

    weights: str | None = None
    strata: str | None = None
    psu: str | None = None
    fpc: str | None = None
    lonely: str = "error"
    label: str = ""
    replicates: str | tuple[str, ...] = ()
    method: str | None = None
    rho: float = 0.0
    scale: float | None = None
    rscales: tuple[float, ...] | None = None
    mse: bool = False
    combined: bool = True
    n_replicates: int = 500
    seed: int = 0
    df: float | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.replicates, str):
            object.__setattr__(self, "replicates", tuple(self.replicates))
        if self.rscales is not None:
            object.__setattr__(self, "rscales", tuple(float(value) for value in self.rscales))
        if self.lonely not in LONELY:
            raise DesignError(f"lonely = {self.lonely!r} is not a choice. Accepted: {listed(LONELY)}.")
        if not (self.weights or self.strata or self.psu):
            raise DesignError("a survey design needs weights, strata or psu; leave `design` out when there is none.")
        if self.replicates or self.method is not None:
            _check_replicates(self)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the design needs by name, without repeats; those of a pattern are found in the data."""
        listed_replicates = () if isinstance(self.replicates, str) else self.replicates
        named = (self.weights, self.strata, self.psu, self.fpc, *listed_replicates)
        return tuple(dict.fromkeys(name for name in named if name))

    @property
    def makes_replicates(self) -> bool:
        """Whether replicates are made from strata and PSUs."""
        return self.method is not None and not self.replicates

    def replicated(self, method: str, *, n_replicates: int = 500, seed: int = 0, mse: bool = False) -> SurveyDesign:
        """The same sample with replicates made from its strata and PSUs; see `Cohort.with_replicates`."""
        fresh = replace(self, replicates=(), scale=None, rscales=None, rho=0.0, combined=True, df=None)
        return replace(fresh, method=method, n_replicates=n_replicates, seed=seed, mse=mse)

    def describe(self) -> str:
        """One line: what is weighted, stratified, clustered and replicated."""
        parts = [f"{what} {name}" for what, name in (("weights", self.weights), ("strata", self.strata)) if name]
        if not self.replicates:
            parts.append(f"PSUs {self.psu}" if self.psu else "people sampled one by one")
        if self.method:
            parts.append(f"{self.method} replicates" + ("" if self.replicates else ", made here"))
        return ", ".join(parts)


def _check_replicates(design: SurveyDesign) -> None:
    """Raise when the parts of a replicated design do not fit together."""
    if design.method not in METHODS:
        raise DesignError(f"method = {design.method!r} is not a choice for replicates. Accepted: {listed(METHODS)}.")
    for wrong, message in _misfits(design):
        if wrong:
            raise DesignError(message)


def _misfits(design: SurveyDesign) -> Iterable[tuple[bool, str]]:
    given = bool(design.replicates)
    yield (
        not given and design.method not in CREATED,
        f"{design.method} replicates are taken as given: name their columns with replicates=[...]. "
        f"Made from strata and PSUs: {listed(CREATED)}.",
    )
    yield given and not design.weights, "replicate weights need the full-sample weights too: SurveyDesign(weights=...)."
    yield (
        given and bool(design.fpc),
        "replicate weights that are given carry their own correction: leave fpc out, or multiply it into rscales.",
    )
    yield not 0 <= design.rho < 1, f"rho = {design.rho!r} is not in [0, 1); it is the factor of the lighter half."
    yield (
        (design.method == "fay") != (design.rho > 0),
        "rho belongs to method 'fay' and is above zero there; half-samples without it are method 'brr'.",
    )
    yield (
        not given and (design.scale is not None or design.rscales is not None),
        "scale and rscales follow from strata and PSUs when replicates are made here; leave them out.",
    )
    yield (
        not given and design.method == "bootstrap" and design.n_replicates < 2,
        f"n_replicates = {design.n_replicates}: a bootstrap needs two or more.",
    )
