"""Several models on the same people, so that what changes between them is the model alone."""

from __future__ import annotations

from collections.abc import Sequence

from comorbid.cohort import Cohort
from comorbid.errors import SpecError
from comorbid.fitting.fit import LogisticFit
from comorbid.fitting.logistic import fit_logistic
from comorbid.spec import LogisticSpec, as_spec


def fit_all(cohort: Cohort, models: Sequence[LogisticSpec | str]) -> tuple[LogisticFit, ...]:
    """Fit each model to the people who have a value in every variable of all of them.

    A crude and an adjusted odds ratio differ by adjustment alone only if both rest on the same people. This is
    `cohort.complete_cases` over the variables of all models, then `fit_logistic` on each.

    Parameters
    ----------
    cohort : Cohort
    models : sequence of LogisticSpec or str
        One or more, as `fit_logistic` takes them.

    Returns
    -------
    tuple of LogisticFit
        In the order given. The `cohort` of each is the same: its `flow()` says how its people came to be, and
        `tidy(fits)` stacks the coefficients.

    Raises
    ------
    SpecError
        When no model is given, or only one formula where a sequence of them is wanted.
    EmptyDomainError
        When nobody has a value in every variable.

    Notes
    -----
    People with any missing value are left out of all models, which is right when missing does not depend on the outcome
    given the covariates; the flow says how many they are.
    """
    if isinstance(models, str | LogisticSpec) or not models:
        raise SpecError(
            f"`fit_all` takes a sequence of one or more models; found {models!r}. One model: `fit_logistic`."
        )
    specs = [as_spec(model) for model in models]
    known = cohort.complete_cases(dict.fromkeys(name for spec in specs for name in spec.variables))
    return tuple(fit_logistic(known, spec) for spec in specs)
