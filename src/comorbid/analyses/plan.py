"""What a run is going to do, settled before any kernel starts: all mistakes of the user come to light here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from comorbid.analyses.cohorts import CohortFacts, surveys_fingerprint
from comorbid.analyses.fingerprint import input_hashes, key_of
from comorbid.analyses.parameter_cell import read_parameters
from comorbid.analyses.parameters import Parameter, require_parameter, resolve_parameters
from comorbid.analyses.places import Places
from comorbid.analyses.strobe import ABOUT
from comorbid.analyses.study import Analysis, Study
from comorbid.errors import AnalysisError, listed

__all__ = ["DESCRIBED", "Job", "check_request", "inputs_of", "plan_jobs"]

WORD = re.compile(r"\w+")
DESCRIBED = ("title", "question", "citations", "strobe")
"""What the study says of an analysis and its report repeats, so that a change of it makes the report anew."""


@dataclass(frozen=True, slots=True)
class Job:
    """One analysis on one cohort, with every parameter settled.

    Attributes
    ----------
    analysis, cohort : Analysis, CohortFacts
    parameters, inputs : dict
        Values of the parameters; hashes of what the report is made from.
    key : str
        Hash over all of it: reports with equal keys are equal.
    missing : tuple of str
        Variables that the analysis needs and the cohort lacks; with any, the job is skipped.
    variables : tuple of str
        Those of the cohort that a notebook of the study names: every report on a confidential cohort is about the
        people who share their gaps in them, so that no two reports differ by a few people.
    about : str
        The study's analysis that describes the cohort, to which its reports lead; empty where there is none.
    """

    analysis: Analysis
    cohort: CohortFacts
    parameters: Mapping[str, Any]
    inputs: Mapping[str, str]
    key: str
    missing: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    about: str = ""

    @property
    def reason(self) -> str:
        """Why the job is skipped; empty when it runs."""
        return f"{self.cohort.name} has no {listed(self.missing)}" if self.missing else ""

    def places(self, out: Path) -> Places:
        """Paths of the report below `out`."""
        return Places(out, self.cohort.name, self.analysis.name)

    def spec(self, out: Path, runtime: Path, kernels: str = "") -> dict[str, Any]:
        """What the worker is told; `kernels` is the socket of the process that forks kernels, if there is one."""
        places = self.places(out)
        facts = asdict(self.analysis)
        return {
            "analysis": {key: facts[key] for key in ("name", "title", "question", "citations", "strobe")},
            "cohort": {key: getattr(self.cohort, key) for key in ("name", "title", "synthetic", "release")},
            "parameters": dict(self.parameters),
            "variables": list(self.variables),
            "about": self.about,
            "inputs": dict(self.inputs),
            "key": self.key,
            "timeout": self.analysis.timeout,
            "notebook": str(self.analysis.notebook),
            "out": str(out),
            "work": str(places.work),
            "draft": str(places.draft),
            "executed": str(places.work / "executed.ipynb"),
            "runtime": str(runtime),
            "scratch": str(runtime / "scratch"),
            "kernels": kernels,
        }


def check_request(study: Study, names: Iterable[str], given: Mapping[str, str]) -> None:
    """Raise for every mistake that can be told without the cohort, as `plan_jobs` would; quick, since nothing loads."""
    chosen = study.select(names)
    signatures = {analysis.name: read_parameters(analysis.notebook) for analysis in chosen}
    _check_given(given, signatures)
    for analysis in chosen:
        resolve_parameters(signatures[analysis.name], given, where=analysis.name, study=analysis.parameters)


def plan_jobs(study: Study, names: Iterable[str], cohort: CohortFacts, given: Mapping[str, str]) -> tuple[Job, ...]:
    """Jobs of the named analyses (all when none is named) on one cohort.

    Raises
    ------
    UnknownNameError
        For an analysis that the study does not list.
    AnalysisError
        For a parameter that a chosen analysis does not have, a wrong type or a value outside the choices; and when
        the cohort lacks what every chosen analysis needs.
    """
    chosen = study.select(names)
    signatures = {analysis.name: read_parameters(analysis.notebook) for analysis in chosen}
    _check_given(given, signatures)
    named, about = _named(study, given, cohort), _about(study, cohort)
    jobs = tuple(_job(analysis, signatures[analysis.name], cohort, given, named, about) for analysis in chosen)
    if all(job.missing for job in jobs):
        lines = "; ".join(f"{job.analysis.name} needs {listed(job.missing)}" for job in jobs)
        raise AnalysisError(f"nothing to run: {cohort.name} lacks what the analyses need ({lines}).")
    return jobs


def _named(study: Study, given: Mapping[str, str], cohort: CohortFacts) -> tuple[str, ...]:
    """Variables of the cohort that stand anywhere in the study's notebooks, its file or the parameters given."""
    files = [study.path, *(analysis.notebook for analysis in study.analyses)]
    texts = [*given.values(), *(file.read_text(encoding="utf-8", errors="replace") for file in files)]
    words = set(WORD.findall(" ".join(texts).replace("\\n", " ")))
    return tuple(name for name in cohort.variables if name in words)


def _about(study: Study, cohort: CohortFacts) -> str:
    """The analysis of the study that says who the cohort's people are, if the cohort has what it needs."""
    able = (a for a in study.analyses if not a.lacks(cohort.variables, len(cohort.conditions)))
    return next((a.name for a in able if a.title == ABOUT), "")


def _job(
    analysis: Analysis,
    signature: tuple[Parameter, ...],
    cohort: CohortFacts,
    given: Mapping[str, str],
    named: tuple[str, ...],
    about: str,
) -> Job:
    missing = analysis.lacks(cohort.variables, len(cohort.conditions))
    values = {} if missing else _values(analysis, signature, cohort, given)
    inputs = inputs_of(analysis, cohort.fingerprint)
    facts = asdict(analysis)
    described = {**inputs, **{key: str(facts[key]) for key in DESCRIBED}}
    key = key_of(analysis.name, cohort.name, values, described)
    return Job(analysis, cohort, values, inputs, key, missing, named, about)


def inputs_of(analysis: Analysis, fingerprint: str) -> dict[str, str]:
    """Hashes of all that a report is made from; `surveys` where it reads those beside its cohort."""
    inputs = input_hashes(analysis.notebook, fingerprint)
    return {**inputs, "surveys": surveys_fingerprint()} if analysis.every_survey else inputs


def _values(
    analysis: Analysis, signature: tuple[Parameter, ...], cohort: CohortFacts, given: Mapping[str, str]
) -> dict[str, Any]:
    if "cohort" not in {parameter.name for parameter in signature}:
        raise AnalysisError(f'{analysis.notebook.name} has no parameter `cohort: str = "synthetic"`.')
    texts = {**given, "cohort": cohort.name}
    return resolve_parameters(signature, texts, where=analysis.name, study=analysis.parameters, names=cohort.names)


def _check_given(given: Mapping[str, str], signatures: Mapping[str, tuple[Parameter, ...]]) -> None:
    """Every parameter given must be one of every chosen analysis: none is passed over in silence."""
    if "cohort" in given:
        raise AnalysisError("-p cohort=... is not accepted; name the cohort with --cohort.")
    names = {analysis: [p.name for p in signature] for analysis, signature in signatures.items()}
    everything = [name for found in names.values() for name in found]
    for name in given:
        require_parameter(name, everything, listed(names))
        without = [analysis for analysis, found in names.items() if name not in found]
        if without:
            having = " ".join(analysis for analysis, found in names.items() if name in found)
            raise AnalysisError(
                f"{listed(without)} has no parameter {name!r}. Name the analyses that have it: "
                f"comorbid report {having} -p {name}={given[name]}"
            )
