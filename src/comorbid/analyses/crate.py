"""The reports of a cohort as one RO-Crate: a `ro-crate-metadata.json` that says what each file is and how it was made.

RO-Crate 1.1 (Soiland-Reyes et al., Data Science 2022;5:97-138, doi:10.3233/DS-210053), written from the manifests.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from comorbid.analyses.manifest import COMPLETE, artefact_hashes, read_manifest, write_json
from comorbid.analyses.places import MANIFEST
from comorbid.errors import AnalysisError

__all__ = ["CRATE", "write_crate"]

CRATE = "ro-crate-metadata.json"
CONTEXT = "https://w3id.org/ro/crate/1.1/context"
CONFORMS = "https://w3id.org/ro/crate/1.1"
LICENCE = "Not stated: whoever publishes the reports chooses one."
SOFTWARE = "#comorbid"
DOI = re.compile(r"doi:(10\.\S+)")
TYPES = {".ipynb": "application/x-ipynb+json", ".csv": "text/csv", ".json": "application/json"}

Entity = dict[str, Any]


def write_crate(folder: Path) -> Path:
    """Describe every complete report below a cohort's folder; returns the path of the file written.

    The crate carries the day on which its newest report was published, so it is equal when the reports are.

    Raises
    ------
    AnalysisError
        When the folder holds no complete report, or a report's files are not those of its manifest.
    """
    manifests = {path.parent: read_manifest(path.parent) for path in sorted(folder.glob(f"*/{MANIFEST}"))}
    reports = {report: manifest for report, manifest in manifests.items() if manifest.get("status") == COMPLETE}
    if not reports:
        raise AnalysisError(f"no complete report in {folder}: run `comorbid report` first.")
    for report, manifest in reports.items():
        if manifest["artefacts"] != artefact_hashes(report):
            raise AnalysisError(
                f"files of {report} were changed after it was made. Run it again: comorbid report --force."
            )
    entities = [_descriptor(), _root(folder, reports), *_software(reports)]
    for report, manifest in reports.items():
        entities += _report(report, manifest)
    graph = list({entity["@id"]: entity for entity in entities}.values())
    write_json(folder / CRATE, {"@context": CONTEXT, "@graph": graph})
    return folder / CRATE


def _descriptor() -> Entity:
    return {"@id": CRATE, "@type": "CreativeWork", "conformsTo": _ref(CONFORMS), "about": _ref("./")}


def _root(folder: Path, reports: Mapping[Path, Mapping[str, Any]]) -> Entity:
    cohort = next(iter(reports.values()))["cohort"]
    newest = max((report / MANIFEST).stat().st_mtime for report in reports)
    kind = "Synthetic data: nobody real is behind these numbers." if cohort["synthetic"] else "Survey data."
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": f"comorbid reports: {cohort['title']}",
        "description": f"How migraine, low back pain, neck pain and fibromyalgia occur together. {kind}",
        "datePublished": datetime.fromtimestamp(newest, UTC).date().isoformat(),
        "license": LICENCE,
        "hasPart": [_ref(f"{report.name}/") for report in reports],
        "mentions": [_ref(f"#run-{report.name}") for report in reports],
    }


def _software(reports: Mapping[Path, Mapping[str, Any]]) -> Iterator[Entity]:
    """The library and the packages that can move a number, in the versions that ran."""
    manifest = next(iter(reports.values()))
    packages = {name: version for found in reports.values() for name, version in found["packages"].items()}
    yield {
        "@id": SOFTWARE,
        "@type": "SoftwareApplication",
        "name": "comorbid",
        "version": manifest["library"],
        "softwareRequirements": [_ref(f"#package-{name}") for name in packages],
    }
    for name, version in packages.items():
        yield {"@id": f"#package-{name}", "@type": "SoftwareApplication", "name": name, "version": version}


def _report(report: Path, manifest: Mapping[str, Any]) -> Iterator[Entity]:
    analysis, home = manifest["analysis"], f"{report.name}/"
    names = [*manifest["artefacts"], MANIFEST]
    citations = list(_citations(analysis["citations"]))
    yield {
        "@id": home,
        "@type": "Dataset",
        "name": analysis["title"],
        "description": " ".join(filter(None, [analysis["question"], manifest["headline"]])),
        "hasPart": [_ref(home + name) for name in names],
        "citation": [_ref(work["@id"]) for work in citations],
    }
    yield from citations
    captions = {
        file: item["caption"] for kind in ("tables", "figures") for item in manifest[kind] for file in item["files"]
    }
    for name in names:
        yield _file(report, name, captions.get(name, ""), manifest["artefacts"].get(name, ""))
    yield from _run(home, report.name, manifest)


def _file(report: Path, name: str, caption: str, digest: str) -> Entity:
    path = report / name
    described = {"description": caption} if caption else {}
    return {
        "@id": f"{report.name}/{name}",
        "@type": "File",
        "name": path.name,
        "encodingFormat": TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        "contentSize": str(path.stat().st_size),
        **({"sha256": digest} if digest else {}),
        **described,
    }


def _run(home: str, name: str, manifest: Mapping[str, Any]) -> Iterator[Entity]:
    """The act that made the report: with which program, from which inputs, with which parameters."""
    values = {f"#{name}-input-{key}": (f"SHA-256 of {key}", value) for key, value in manifest["inputs"].items()}
    values |= {f"#{name}-{key}": (key, value) for key, value in manifest["parameters"].items()}
    yield {
        "@id": f"#run-{name}",
        "@type": "CreateAction",
        "name": f"comorbid report {name} --cohort {manifest['cohort']['name']}",
        "instrument": _ref(SOFTWARE),
        "object": [_ref(identifier) for identifier in values],
        "result": _ref(home),
    }
    for identifier, (label, value) in values.items():
        yield {"@id": identifier, "@type": "PropertyValue", "name": label, "value": "none" if value is None else value}


def _citations(works: list[str]) -> Iterator[Entity]:
    for work in works:
        found = DOI.search(work)
        identifier = f"https://doi.org/{found[1]}" if found else f"#work-{re.sub('[^a-z0-9]+', '-', work.lower())[:60]}"
        yield {"@id": identifier, "@type": "ScholarlyArticle", "name": work}


def _ref(identifier: str) -> Entity:
    return {"@id": identifier}
