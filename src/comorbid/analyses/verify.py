"""Whether a report still follows from the code and the data at hand."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from comorbid.analyses.cohorts import CohortFacts, cohort_facts
from comorbid.analyses.fingerprint import key_of, library_version, package_versions
from comorbid.analyses.manifest import COMPLETE, artefact_hashes, read_manifest
from comorbid.analyses.places import MANIFEST
from comorbid.analyses.plan import DESCRIBED, inputs_of
from comorbid.analyses.study import Analysis, Study
from comorbid.errors import AnalysisError, ComorbidError

__all__ = ["Check", "find_reports", "verify_report"]

SAME, CHANGED, MISSING, ADDED = "same", "changed", "missing", "added"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a report rests on or consists of.

    Attributes
    ----------
    part : str
        "file", "input", "package" or "rebuilt file".
    name : str
        Path inside the report, or what the input or package is called.
    recorded, found : str
        Hash or version in the manifest, and at hand; empty where there is none.
    """

    part: str
    name: str
    recorded: str
    found: str

    @property
    def status(self) -> str:
        """`same`, `changed`, `missing` (recorded, not at hand) or `added` (at hand, not recorded)."""
        if self.recorded == self.found:
            return SAME
        return MISSING if not self.found else ADDED if not self.recorded else CHANGED


def find_reports(path: Path) -> tuple[Path, ...]:
    """The report in this folder, or every report below it.

    Raises
    ------
    AnalysisError
        When there is none.
    """
    if path.name == MANIFEST:
        path = path.parent
    found = [path] if (path / MANIFEST).is_file() else sorted(file.parent for file in path.rglob(MANIFEST))
    reports = tuple(
        folder for folder in found if not any(part.startswith(".") for part in folder.parts[len(path.parts) :])
    )
    if not reports:
        raise AnalysisError(
            f"no report at {path}: a report is a folder with a {MANIFEST}, as `comorbid report` writes it."
        )
    return reports


def verify_report(
    folder: Path, study: Study, *, rebuild: bool = False, facts: Callable[[str], CohortFacts] = cohort_facts
) -> tuple[Check, ...]:
    """Compare a report with its manifest, and the manifest with the code and data at hand.

    Parameters
    ----------
    folder : Path
        The report: a folder with a manifest.
    study : Study
        Where the report's notebook is looked for.
    rebuild : bool
        Also run the analysis anew, with the recorded parameters, and compare every file byte for byte.
    facts : callable
        Gives the `CohortFacts` of a name.

    Returns
    -------
    tuple of Check
        A report follows from what is at hand when the status of every check is "same".

    Raises
    ------
    AnalysisError
        When the manifest cannot be read or is not that of a complete report.
    """
    manifest = read_manifest(folder)
    if manifest.get("status") != COMPLETE or not isinstance(manifest.get("artefacts"), dict):
        raise AnalysisError(
            f"{folder / MANIFEST} is not the manifest of a complete report. Make it again: comorbid report."
        )
    checks = [*_files(manifest, folder), *_inputs(manifest, study, facts), *_packages(manifest)]
    if rebuild:
        checks += _rebuilt(manifest, study, facts)
    return tuple(checks)


def _pairs(part: str, recorded: Mapping[str, str], found: Mapping[str, str]) -> Iterator[Check]:
    for name in sorted({*recorded, *found}):
        yield Check(part, name, recorded.get(name, ""), found.get(name, ""))


def _files(manifest: Mapping[str, Any], folder: Path) -> Iterator[Check]:
    yield from _pairs("file", manifest["artefacts"], artefact_hashes(folder))


def _inputs(manifest: Mapping[str, Any], study: Study, facts: Callable[[str], CohortFacts]) -> Iterator[Check]:
    """Notebook, library, data and lock; then the key, which also covers title, citations and parameters."""
    analysis, found = _analysis(manifest, study), {}
    if analysis is not None:
        found = inputs_of(analysis, _fingerprint(manifest, facts))
    yield from _pairs("input", manifest["inputs"], found)
    yield Check("input", "key", manifest["key"], _key(manifest, analysis, found) if analysis else "")


def _analysis(manifest: Mapping[str, Any], study: Study) -> Analysis | None:
    name = manifest["analysis"]["name"]
    return next((analysis for analysis in study.analyses if analysis.name == name), None)


def _fingerprint(manifest: Mapping[str, Any], facts: Callable[[str], CohortFacts]) -> str:
    """Hash of the data at hand; empty when they are not here."""
    try:
        return facts(manifest["cohort"]["name"]).fingerprint
    except ComorbidError:
        return ""


def _key(manifest: Mapping[str, Any], analysis: Analysis, inputs: Mapping[str, str]) -> str:
    described = {key: str(getattr(analysis, key)) for key in DESCRIBED}
    return key_of(analysis.name, manifest["cohort"]["name"], manifest["parameters"], {**inputs, **described})


def _packages(manifest: Mapping[str, Any]) -> Iterator[Check]:
    recorded = {"comorbid": manifest["library"], **manifest["packages"]}
    yield from _pairs("package", recorded, {"comorbid": library_version(), **package_versions()})


def _rebuilt(manifest: Mapping[str, Any], study: Study, facts: Callable[[str], CohortFacts]) -> Iterator[Check]:
    """Files of a fresh run with the recorded parameters, in a folder that is removed afterwards."""
    from comorbid.analyses.runner import run_study

    analysis, cohort = _analysis(manifest, study), manifest["cohort"]["name"]
    if analysis is None:
        raise AnalysisError(f"{manifest['analysis']['name']} is not in {study.path.name}: it cannot be run again.")
    parameters = {name: value for name, value in manifest["parameters"].items() if name != "cohort"}
    alone = Study(study.path, (replace(analysis, parameters=parameters),))
    with tempfile.TemporaryDirectory() as scratch:
        (outcome,) = run_study(alone, cohort=cohort, out=scratch, jobs=1, stream=io.StringIO(), facts=facts)
        if outcome.status not in {"done", "differs"}:
            raise AnalysisError(f"{cohort}/{analysis.name} cannot be run again: {outcome.message}.")
        yield from _pairs("rebuilt file", manifest["artefacts"], artefact_hashes(outcome.path))
