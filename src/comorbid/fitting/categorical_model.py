"""What a fitted multinomial or ordinal model holds."""

from __future__ import annotations

from dataclasses import dataclass

from comorbid.fitting.fitted import FittedModel
from comorbid.fitting.matrix import Column


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One coefficient: its column, the outcome level (or cut, "low|high") it belongs to, and that level's reference."""

    column: Column
    outcome_level: str | None
    outcome_reference: str | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CategoricalModel(FittedModel):
    """One fitted multinomial or ordinal model.

    kind : "multinomial" or "ordinal"
    terms : what each coefficient is
    levels : outcome levels that somebody has, in order
    log_likelihood : weighted; a pseudo-likelihood when weights are sampling weights
    """

    kind: str
    terms: tuple[Coefficient, ...]
    levels: tuple[str, ...]
    log_likelihood: float

    def events(self, outcome_level: str) -> int:
        """People with an outcome level, unweighted."""
        number = self.cells.variable(self.spec.outcome).level_names.index(outcome_level)
        return int(self.cells.table.count[self.cells.codes(self.spec.outcome) == number].sum())
