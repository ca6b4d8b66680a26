"""One analysis in a process of its own: run, check, convert, and only then say so in a manifest.

Started by the runner as `python -m comorbid.analyses.worker SPEC`. Nothing that it writes leaves the working folder;
the runner publishes the report when the manifest says that it is complete.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from comorbid.analyses import guard
from comorbid.analyses.manifest import build_manifest, read_json, write_json
from comorbid.analyses.places import CONTENTS, MANIFEST

FAILURE = "failure.json"
FAILED_NOTEBOOK = "failed.ipynb"
PROGRESS = "progress"

UNUSED = ("rfc3987_syntax", "pyarrow")
"""Options that Jupyter's packages switch on where these are installed: web addresses in other alphabets (jsonschema),
notebooks on Hadoop (Papermill). A worker has no use for them, and their import takes longer than all the rest."""


def main(spec_file: str) -> int:
    """Run the job that `spec_file` describes; 0 when its draft is complete, 1 when `failure.json` says why not."""
    spec = json.loads(Path(spec_file).read_text(encoding="utf-8"))
    work = Path(spec["work"])
    guard.watch([work, Path(spec["runtime"])])
    leave_out_unused()
    from comorbid.analyses.execute import RunFault
    from comorbid.analyses.release import is_confidential

    try:
        _make_report(spec, work)
    except RunFault as fault:
        _record(spec, work, fault.cell, fault.source, fault.name, fault.message)
        return 1
    except Exception as fault:
        if not is_confidential(spec):
            traceback.print_exc()
        _record(spec, work, 0, "", type(fault).__name__, str(fault))
        return 1
    return 0


def leave_out_unused() -> None:
    """Keep Jupyter's packages from importing what a worker does not use."""
    for name in UNUSED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]


def _make_report(spec: Mapping[str, Any], work: Path) -> None:
    import nbformat

    from comorbid.analyses.execute import execute
    from comorbid.analyses.html import to_html
    from comorbid.analyses.release import begin_release, check_release, confirm_release
    from comorbid.analyses.scrub import scrub

    draft = Path(spec["draft"])
    begin_release(spec)
    notebook = scrub(execute(spec, work / PROGRESS), [spec["out"], spec["runtime"]])
    contents = {**read_json(draft / CONTENTS), "warnings": _count_warnings(notebook)}
    name = spec["analysis"]["name"]
    (draft / f"{name}.ipynb").write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    (draft / "index.html").write_text(to_html(notebook, spec, contents), encoding="utf-8")
    _check_artefacts(draft, contents)
    check_release(spec, draft, notebook)
    confirm_release(spec)
    write_json(draft / MANIFEST, build_manifest(spec, contents, draft))


def _count_warnings(notebook: Any) -> int:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return sum(output.output_type == "stream" and output.name == "stderr" for output in outputs)


def _check_artefacts(draft: Path, contents: Mapping[str, Any]) -> None:
    """Refuse a draft that lacks a file which the notebook says it wrote."""
    from comorbid.analyses.execute import RunFault

    listed = [file for kind in ("tables", "figures") for item in contents.get(kind, []) for file in item["files"]]
    missing = [file for file in listed if not (draft / file).is_file() or not (draft / file).stat().st_size]
    if missing:
        raise RunFault(0, "", "MissingArtefact", f"{', '.join(missing)} was announced and is not there")


def _record(spec: Mapping[str, Any], work: Path, cell: int, source: str, name: str, message: str) -> None:
    """Say why the run failed, and keep the notebook as far as it ran."""
    from comorbid.analyses.execute import first_line
    from comorbid.analyses.release import kept_message
    from comorbid.analyses.scrub import scrub_text

    message = scrub_text(kept_message(spec, name, message), [spec["out"], spec["runtime"]])
    failure = {"cell": cell, "line": first_line(source), "error": name, "message": message}
    write_json(work / FAILURE, failure)
    executed = Path(spec["executed"])
    if executed.is_file():
        _keep_notebook(spec, executed, work / FAILED_NOTEBOOK, failure)


def _keep_notebook(spec: Mapping[str, Any], executed: Path, kept: Path, failure: Mapping[str, Any]) -> None:
    import nbformat

    from comorbid.analyses.release import is_confidential, without_outputs
    from comorbid.analyses.scrub import scrub

    notebook = scrub(nbformat.read(executed, as_version=4), [spec["out"], spec["runtime"]])
    notebook = without_outputs(notebook) if is_confidential(spec) else notebook
    code = [cell for cell in notebook.cells[failure["cell"] - 1 : failure["cell"]] if cell.cell_type == "code"]
    for cell in code:
        if not any(output.output_type == "error" for output in cell.outputs):
            line = f"{failure['error']}: {failure['message']}"
            error = {"ename": failure["error"], "evalue": failure["message"], "traceback": [line]}
            cell.outputs.append(nbformat.v4.new_output("error", **error))
    kept.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
