"""A cohort: people, what their columns mean, how they were sampled, and how they came to be the ones studied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from comorbid._numerics.structure import Clusters
from comorbid.codebook import Codebook, Variable
from comorbid.columns import SYNTHETIC
from comorbid.design import SurveyDesign
from comorbid.disclosure import CONFIDENTIAL, protect, read_rules, releasing, withheld
from comorbid.errors import DesignError, EmptyDomainError, few, names_given
from comorbid.flow import FlowStep, count_in, count_missing, few_outside, missing_from, steps_of
from comorbid.gaps import ReportPeople, shared_gaps
from comorbid.people import PeopleFrame
from comorbid.relation import PeopleRelation
from comorbid.restriction import Known, Narrowing, Negated, Restriction, names_in, parse_restriction


@dataclass(frozen=True, slots=True, repr=False)
class Cohort:
    """People + codebook + survey design; each step gives a new cohort and adds a row to its flow.

    A subgroup is a domain: nobody is deleted, so that strata and PSUs keep their place in every standard error.

    Attributes
    ----------
    people : the people, never shown
    codebook : Codebook
    design : SurveyDesign or None
    restrictions : what people of the domain have in common
    steps : the flow so far
    """

    people: PeopleFrame | PeopleRelation
    codebook: Codebook
    design: SurveyDesign | None = None
    restrictions: tuple[Restriction, ...] = ()
    steps: tuple[FlowStep, ...] = ()

    @property
    def name(self) -> str:
        return self.codebook.name

    @property
    def title(self) -> str:
        return self.codebook.title

    @property
    def synthetic(self) -> bool:
        return self.codebook.synthetic

    @property
    def release(self) -> str:
        """ "public-use", or "confidential": what leaves the program is then protected (`disclosure.protect`)."""
        return self.codebook.release

    @property
    def conditions(self) -> tuple[str, ...]:
        return self.codebook.conditions

    @property
    def labels(self) -> dict[str, str]:
        return self.codebook.labels

    @property
    def n(self) -> int:
        """People in the domain, unweighted."""
        return count_in(self.people, self.codebook, self.domain)

    @property
    def mask(self) -> np.ndarray | None:
        """People in the domain, shape (n,); None when it is everybody."""
        return self.people.mask(self.domain, self.codebook)

    @property
    def domain(self) -> tuple[Narrowing, ...]:
        """What the people studied have in common: the restrictions and, under a report, that they share their gaps."""
        reported = self.people.reported
        return self.restrictions if reported is None else reported.domain(self.restrictions)

    def report_on(self, named: Iterable[str]) -> None:
        """Make these the people of the report on a confidential cohort that is being made.

        People who lack answers that fewer than the threshold lack together are left out of all that is computed from
        here on, of this cohort and of every other of the same people that is restricted as this one is, or further.
        They leave before the complete cases are taken, so that these differ from all by the threshold or not at all.

        Parameters
        ----------
        named : iterable of str
            Variables that the reports on the cohort may look at, besides its conditions.
        """
        gaps = shared_gaps(self.codebook, named, read_rules(self.name).threshold)
        restrictions = self.restrictions
        while restrictions and isinstance(restrictions[-1], Known):
            restrictions = restrictions[:-1]
        self.people.reported = ReportPeople(restrictions, gaps)

    def close(self) -> None:
        """Make whatever is computed of these people from here on an error: the report shows nothing of them."""
        self.people.reported = ReportPeople()

    @property
    def clusters(self) -> Clusters:
        """Strata and sampled units of the whole sample."""
        return self.people.clusters(self.design)

    def restrict(self, where: str, reason: str) -> Cohort:
        """The people for whom `where` is true, as a domain.

        Parameters
        ----------
        where : str
            E.g. "age >= 20 and sex == 'female'". People for whom it cannot be told (a missing value) leave too.
        reason : str
            Why the others leave, as the flow table says it: "younger than 20". Where somebody leaves for want of a
            value, it goes on: ", or unknown".

        Raises
        ------
        SpecError, UnknownNameError
            When `where` cannot be read, or names no variable or level of the codebook.
        EmptyDomainError
            When nobody is left; the message names the step.
        """
        restriction = parse_restriction(where)
        for name in names_in(restriction):
            self.codebook[name]
        narrowed = self._narrowed(restriction, where, reason)
        if not self._unknown(narrowed):
            return narrowed
        *before, step = narrowed.steps
        return replace(narrowed, steps=(*before, replace(step, reason=f"{reason}, or unknown")))

    def _unknown(self, narrowed: Cohort) -> bool:
        """Whether somebody left by the last restriction since it cannot be told of them."""
        restriction, left = narrowed.restrictions[-1], narrowed.steps[-1].n_excluded
        if not left or not any(self.people.may_miss(self.codebook[name]) for name in names_in(restriction)):
            return False
        return count_in(self.people, self.codebook, (*self.domain, Negated(restriction))) < left

    def complete_cases(self, variables: Iterable[str]) -> Cohort:
        """The people with none of the variables missing, so that several models rest on the same people.

        Parameters
        ----------
        variables : names of variables, e.g. `LogisticSpec.variables`
        """
        names = names_given(variables, "complete_cases")
        return self._narrowed(
            Known(names), "complete cases", missing_from(self.people, self.codebook, self.domain, names)
        )

    def _narrowed(self, restriction: Restriction, step: str, reason: str) -> Cohort:
        before = self.n
        after = replace(self, restrictions=(*self.restrictions, restriction))
        if after.n == 0:
            raise EmptyDomainError(
                f"{step!r} leaves nobody of {few(before)} people in {self.title}. "
                "Look at the flow so far (`cohort.flow()`) and at the levels of the variables (`cohort.describe()`)."
            )
        return replace(after, steps=(*self.steps, FlowStep(step, reason, after.n, before - after.n)))

    def define(self, **definitions: str) -> Cohort:
        """The same people with conditions under another definition of the codebook: `define(fibromyalgia="F")`.

        Restrictions made before are applied anew, so that domain and flow are those of the new definition.

        Raises
        ------
        UnknownNameError
            When there is no such condition or definition.
        EmptyDomainError
            When nobody meets a restriction under the new definition.
        """
        cohort = replace(self, codebook=self.codebook.define(definitions), restrictions=(), steps=())
        for restriction, step in zip(self.restrictions, self.steps, strict=True):
            if isinstance(restriction, Known):
                cohort = cohort.complete_cases(restriction.variables)
            else:
                cohort = cohort._narrowed(restriction, step.step, step.reason)
        return cohort

    def with_design(self, design: SurveyDesign | str | None) -> Cohort:
        """The same people under another design: one of the codebook by name, one's own, or None.

        Raises
        ------
        UnknownNameError
            When the codebook has no such design, or the data no such column.
        DesignError
            When a weight, stratum, PSU or population size is missing or cannot be one.
        """
        chosen = self.codebook.design(design) if isinstance(design, str) else design
        self.people.weights(chosen)
        self.people.clusters(chosen)
        return replace(self, design=chosen)

    def with_replicates(
        self, method: str = "jackknife", *, n_replicates: int = 500, seed: int = 0, mse: bool = False
    ) -> Cohort:
        """The same people, whose standard errors come from replicates made of the design's strata and PSUs.

        Parameters
        ----------
        method : {"jackknife", "bootstrap"}
            Leave one PSU out at a time (JK1 without strata, JKn with them); or Rao and Wu's rescaled bootstrap, which
            draws n_h - 1 of the n_h PSUs of each stratum with replacement.
        n_replicates, seed : int
            Of the bootstrap.
        mse : bool
            Squares about the estimate itself; about the mean of the replicates otherwise, as R does by default.

        Raises
        ------
        DesignError
            When the cohort has no design, or a stratum holds one PSU and the design does not call it certain.

        Notes
        -----
        Prevalence, standardised or not, pair measures, combinations, tables, models and what is asked of them are
        estimated anew in each replicate. A publisher's own replicate weights are named in
        `SurveyDesign(replicates=...)` instead.
        """
        if self.design is None:
            raise DesignError(f"{self.title} has no survey design to make replicates of; give one with `with_design`.")
        chosen = self.design.replicated(method, n_replicates=n_replicates, seed=seed, mse=mse)
        self.people.clusters(chosen)
        return replace(self, design=chosen)

    def n_missing(self, variables: Iterable[str]) -> dict[str, int]:
        """People of the domain without a value, by variable."""
        return count_missing(self.people, self.codebook, self.domain, names_given(variables, "n_missing"))

    def flow(self) -> pd.DataFrame:
        """How the people studied came to be: step, reason, n, n_excluded; the first row is everybody on file."""
        first = FlowStep("on file", "", len(self.people), 0)
        steps = steps_of(self.people, self.codebook, self.domain, self.steps)
        rows = [(step.step, step.reason, step.n, step.n_excluded) for step in (first, *steps)]
        frame = pd.DataFrame(rows, columns=["step", "reason", "n", "n_excluded"])
        return self.labelled(frame)

    def describe(self) -> pd.DataFrame:
        """The schema: variable, kind, label, levels or unit, people of the domain without a value. No person's data."""
        variables = self.codebook.variables
        missing = self.n_missing(variables)
        rows = [
            (name, v.kind, v.label, ", ".join(v.level_names) or v.unit, missing[name]) for name, v in variables.items()
        ]
        return self.labelled(pd.DataFrame(rows, columns=["variable", "kind", "label", "levels", "n_missing"]))

    def labelled(
        self,
        frame: pd.DataFrame,
        variables: Mapping[str, Variable] | None = None,
        conf_level: float | None = None,
    ) -> pd.DataFrame:
        """A result frame with the labels of this cohort; synthetic numbers get their last column `source`.

        Every result frame passes here: it carries whether the cohort is confidential, and while a report is made from a
        confidential cohort it is protected at once, so that a notebook never holds what a report must not show, and
        withheld where it is of a part of the report's people and few others are left.
        """
        variables = variables or self.codebook.variables
        if self.synthetic:
            frame = frame.assign(source=SYNTHETIC)
        frame.attrs = {
            "cohort": self.title,
            "cohort_name": self.name,
            "release": self.release,
            "restrictions": [step.step for step in self.steps],
            "synthetic": self.synthetic,
            "labels": {name: variable.label for name, variable in variables.items()},
        }
        if conf_level is not None:
            frame.attrs["conf_level"] = conf_level
        if self.release != CONFIDENTIAL or not releasing():
            return frame
        texts = [frame[name].dropna().astype(str).unique() for name in frame if not is_numeric_dtype(frame[name])]
        names = {*map(str, frame.columns), *(text for found in texts for text in found)}
        told = few_outside(self.people, self.codebook, self.restrictions, sorted(names))
        return withheld(frame) if told else protect(frame)

    def shown(self, count: int) -> str:
        """A number of people for a text; a small one of a confidential cohort is masked, since texts travel."""
        return few(count, read_rules(self.name).threshold) if self.release == CONFIDENTIAL else f"{count:,}"

    def __repr__(self) -> str:
        what = "synthetic data" if self.synthetic else "real data"
        design = self.design.describe() if self.design else "no survey design"
        return (
            f"<Cohort {self.title} ({what}): {self.shown(self.n)} of {self.shown(len(self.people))} people; {design}>"
        )
