"""Who comes to a clinic: each condition is a reason to come, so that people with several are over-represented there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from comorbid.errors import SpecError, listed, require_known


@dataclass(frozen=True, slots=True)
class ClinicSelection:
    """Chance of coming to a clinic.

    A person with conditions x comes with probability 1 - (1 - background) prod_i (1 - reasons_i)^{x_i}: each condition
    is a reason of its own, and any one is enough.

    Parameters
    ----------
    background : float
        Chance for a person with none of the conditions, above 0 and below 1.
    reasons : mapping of condition to float
        Chance that the condition alone brings the person, 0 to below 1; a condition that is not named brings nobody.

    Raises
    ------
    SpecError
        When a chance lies outside its range.

    Notes
    -----
    Berkson, Biometrics Bull 1946;2:47-53, doi:10.2307/3002000.
    """

    background: float
    reasons: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wrong = [name for name, chance in self.reasons.items() if not 0 <= chance < 1]
        if wrong or not 0 < self.background < 1:
            raise SpecError(
                f"chance of coming to the clinic for {listed(wrong or ['background'])}: give a share from 0 to below "
                "1, and a background above 0."
            )

    def chance(self, conditions: pd.DataFrame) -> np.ndarray:
        """Chance of coming for each row of boolean columns, shape (n,).

        Raises
        ------
        UnknownNameError
            When a reason is no column.
        """
        stays = np.full(len(conditions), 1 - self.background)
        for name, brings in self.reasons.items():
            column = conditions[require_known(name, [str(c) for c in conditions.columns], "condition")]
            stays = stays * np.where(column.astype(bool), 1 - brings, 1.0)
        return 1 - stays


def clinic_expectation(
    combinations: pd.DataFrame, selection: ClinicSelection, condition_a: str, condition_b: str
) -> pd.DataFrame:
    """Two conditions in a population and among the people of it who come to a clinic, exactly.

    The share of a combination of conditions among those who come is its share in the population times its chance of
    coming, over the sum of these products.

    Parameters
    ----------
    combinations : DataFrame
        What `combinations(cohort)` gave, of one group.
    selection : ClinicSelection
    condition_a, condition_b : str

    Returns
    -------
    DataFrame
        One row for "population" and one for "clinic": where, prevalence_a, prevalence_b, b_among_a, a_among_b,
        odds_ratio.

    Raises
    ------
    SpecError
        When the frame holds no combinations, or those of several groups.
    UnknownNameError
        When a condition is no column.
    """
    cells = _cells(combinations, condition_a, condition_b)
    shares = cells["estimate"].to_numpy(dtype=float)
    weights = {"population": shares, "clinic": shares * selection.chance(cells)}
    rows = [{"where": where, **_pair(cells, weight, condition_a, condition_b)} for where, weight in weights.items()]
    return pd.DataFrame(rows)


def simulate_clinics(
    combinations: pd.DataFrame,
    selection: ClinicSelection,
    condition_a: str,
    condition_b: str,
    *,
    population: int = 20_000,
    clinics: int = 200,
    seed: int = 0,
) -> pd.DataFrame:
    """Clinics that each serve a population drawn from the same combinations; one row a clinic.

    People of each clinic's population are drawn, then each comes or does not come.

    Parameters
    ----------
    combinations, selection, condition_a, condition_b
        As in `clinic_expectation`.
    population : int
        People whom a clinic serves.
    clinics : int
    seed : int

    Returns
    -------
    DataFrame
        clinic, n (people who came), n_a, n_both, b_among_a (NaN where nobody with condition_a came).

    Raises
    ------
    SpecError
        As in `clinic_expectation`, and when population or clinics is no whole number of 1 or more.
    UnknownNameError
        When a condition is no column.
    """
    for name, value in (("population", population), ("clinics", clinics)):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
            raise SpecError(f"{name} = {value!r}: give a whole number of 1 or more.")
    cells = _cells(combinations, condition_a, condition_b)
    shares = cells["estimate"].to_numpy(dtype=float)
    rng = np.random.default_rng(seed)
    people = rng.multinomial(population, shares / shares.sum(), size=clinics)
    came = rng.binomial(people, selection.chance(cells)[None, :])
    a, b = (cells[name].to_numpy(dtype=bool) for name in (condition_a, condition_b))
    n_a, n_both = came[:, a].sum(axis=1), came[:, a & b].sum(axis=1)
    share = np.divide(n_both, n_a, out=np.full(clinics, np.nan), where=n_a > 0)
    return pd.DataFrame(
        {"clinic": np.arange(1, clinics + 1), "n": came.sum(axis=1), "n_a": n_a, "n_both": n_both, "b_among_a": share}
    )


def selection_needed(population_share: float, clinic_share: float) -> float:
    """How many times as likely people with both conditions must be to come as people with the first alone.

    With p the share of the second condition among people with the first, the odds p / (1 - p) in the clinic are those
    in the population times the ratio of the two chances of coming.

    Parameters
    ----------
    population_share, clinic_share : float
        Share of the second condition among people with the first, above 0 and below 1; of a missing one, such as one
        that disclosure control hid, nothing follows (NaN).

    Raises
    ------
    SpecError
        When a share lies outside that range.
    """
    for name, share in (("population_share", population_share), ("clinic_share", clinic_share)):
        if share <= 0 or share >= 1:
            raise SpecError(f"{name} lies outside 0 to 1; write 0.15 for 15%.")
    return (clinic_share / (1 - clinic_share)) / (population_share / (1 - population_share))


def why_no_clinics(combinations: pd.DataFrame) -> str:
    """Why clinics cannot be worked out from what `combinations(cohort)` gave, in words; empty when they can."""
    observed = combinations[combinations["measure"] == "prevalence"]
    unknown = int(observed["estimate"].isna().sum())
    if not unknown:
        return ""
    hidden = "suppressed" in observed and bool(observed["suppressed"].ne("").any())
    why = "hidden, since too few people stand behind some of them" if hidden else "not known"
    return (
        f"the shares of {unknown} of {len(observed)} combinations of conditions are {why}, and who comes to a clinic "
        "follows from all of them."
    )


def _cells(combinations: pd.DataFrame, *conditions: str) -> pd.DataFrame:
    """Rows of the observed shares of the combinations, each once."""
    absent = [name for name in ("combination", "measure", "estimate") if name not in combinations.columns]
    if absent:
        raise SpecError(f"{listed(absent)} not found among the columns; give what `combinations(cohort)` gave.")
    for name in conditions:
        require_known(name, [str(column) for column in combinations.columns], "condition")
    cells = combinations[combinations["measure"] == "prevalence"]
    if cells.empty or cells["combination"].duplicated().any():
        raise SpecError("the frame holds no combinations, or those of several groups; give the rows of one group.")
    if unknown := why_no_clinics(combinations):
        raise SpecError(unknown)
    return cells.reset_index(drop=True)


def _pair(cells: pd.DataFrame, weight: np.ndarray, condition_a: str, condition_b: str) -> dict[str, float]:
    a, b = (cells[name].to_numpy(dtype=bool) for name in (condition_a, condition_b))
    weight = weight / weight.sum()
    both, only_a, only_b, neither = (float(weight[group].sum()) for group in (a & b, a & ~b, ~a & b, ~a & ~b))
    apart = only_a * only_b
    return {
        "prevalence_a": both + only_a,
        "prevalence_b": both + only_b,
        "b_among_a": both / (both + only_a) if both + only_a else float("nan"),
        "a_among_b": both / (both + only_b) if both + only_b else float("nan"),
        "odds_ratio": both * neither / apart if apart else float("nan"),
    }
