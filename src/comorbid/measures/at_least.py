"""How many people have at least one, two, ... of several conditions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from comorbid.cells import collapse_cohort
from comorbid.codebook import CONDITION_LEVELS, Variable
from comorbid.cohort import Cohort
from comorbid.errors import EmptyDomainError, few
from comorbid.measures.arguments import chosen_conditions
from comorbid.measures.derived import cohort_of_cells, with_variable
from comorbid.measures.prevalence import prevalence


def prevalence_of_at_least(
    cohort: Cohort, conditions: Sequence[str] | None = None, *, conf_level: float = 0.95
) -> pd.DataFrame:
    """Weighted share of people with at least 1, 2, ... of some conditions.

    Parameters
    ----------
    cohort : Cohort
        Its domain is the denominator: restrict it to people with a further condition to ask what they have beside it.
    conditions : sequence of str, optional
        Two or more conditions of the codebook that are counted; all without it.
    conf_level : float
        Between 0 and 1.

    Returns
    -------
    DataFrame
        outcome ("at_least_1", ...), measure ("prevalence"), estimate, std_error, conf_low, conf_high, n, events,
        presentation, presentation_reason, as `prevalence` gives them.

    Raises
    ------
    UnknownNameError, SpecError, EmptyDomainError, DesignError

    Notes
    -----
    Rests on people with every answer known, as a domain.
    """
    names = chosen_conditions(cohort, conditions, least=2)
    cells = collapse_cohort(cohort, list(names))
    known = cells.select(cells.known(names))
    if not known.n:
        raise EmptyDomainError(f"nobody of {few(cells.n)} people has an answer to all of {', '.join(names)}.")
    number = np.sum([known.present(name) for name in names], axis=0).astype(np.int32)
    levels = {level: (code,) for code, level in enumerate(CONDITION_LEVELS)}
    made = [
        Variable(f"at_least_{k}", "condition", f"At least {k} of {len(names)}", levels=levels)
        for k in range(1, len(names) + 1)
    ]
    for k, variable in enumerate(made, start=1):
        known = with_variable(known, variable, (number >= k).astype(np.int32))
    variables = {**cohort.codebook.variables, **{variable.name: variable for variable in made}}
    codebook = replace(
        cohort.codebook, variables=variables, conditions=(*cohort.conditions, *(variable.name for variable in made))
    )
    people = cohort_of_cells(known, replace(cohort, codebook=codebook, restrictions=(), steps=()))
    return prevalence(people, [variable.name for variable in made], conf_level=conf_level)
