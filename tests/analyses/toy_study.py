"""Small studies for the runner: notebooks of one or two cells, a cohort that is a name alone."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from comorbid.analyses.cohorts import CohortFacts
from comorbid.analyses.run import Outcome
from comorbid.analyses.runner import run_study
from comorbid.analyses.study import Study, load_study

PARAMETERS = 'cohort: str = "toy"  # cohort to run on\nmin_age: int = 18  # youngest age kept, years'

SETUP = """
from types import SimpleNamespace
from comorbid.analyses.report import Report
report = Report(SimpleNamespace(name=cohort, title="Toy", synthetic=True, release="public-use"))
"""

CONDITIONS = ("migraine", "neck_pain")
TOY = CohortFacts("toy", "Toy cohort", True, (*CONDITIONS, "age"), CONDITIONS, "0" * 64, release="public-use")


def facts(name: str) -> CohortFacts:
    """The only cohort there is."""
    assert name == "toy"
    return TOY


def notebook(cells: Sequence[str], parameters: str = PARAMETERS, title: str = "A toy report") -> dict[str, Any]:
    """A notebook as it lies in a repository: a heading, the parameters, then code."""
    head = {"cell_type": "markdown", "id": "head", "metadata": {}, "source": f"# {title}\n\nWhat it is about."}
    tagged = _code("parameters", parameters, ["parameters"])
    code = [_code(f"code-{number}", source, []) for number, source in enumerate(cells)]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": [head, tagged, *code], "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}


def _code(name: str, source: str, tags: list[str]) -> dict[str, Any]:
    metadata = {"tags": tags} if tags else {}
    return {
        "cell_type": "code", "id": name, "metadata": metadata, "source": source, "outputs": [], "execution_count": None,
    }  # fmt: skip


def write_study(folder: Path, analyses: Mapping[str, Sequence[str]], extra: str = "", **settings: str) -> Study:
    """A study with one notebook an analysis; `settings` are lines of TOML for the analysis of that name."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for name, cells in analyses.items():
        (folder / f"{name}.ipynb").write_text(json.dumps(notebook(cells)), encoding="utf-8")
        lines += [f"[analysis.{name}]", f'notebook = "{name}.ipynb"', f'title = "Title of {name}"']
        lines += [f'question = "What is {name}?"', settings.get(name, ""), ""]
    (folder / "study.toml").write_text("\n".join([*lines, extra]), encoding="utf-8")
    return load_study(folder / "study.toml")


def run(study: Study, out: Path, *names: str, **options: Any) -> dict[str, Outcome]:
    """Outcomes by analysis."""
    options = {"stream": io.StringIO(), "facts": facts, **options}
    return {outcome.analysis: outcome for outcome in run_study(study, names, cohort="toy", out=out, **options)}


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
