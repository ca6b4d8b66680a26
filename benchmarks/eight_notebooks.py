"""G. Eight notebooks of the study, as reports and through stock Papermill."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from processes import LIBRARY, Failed, in_rounds
from results import Goal, Measure, Section
from setting import Setting, say

TITLE = "Eight notebooks"
TEXT = """The notebooks of the study, in turn until there are eight, each with another youngest age. `comorbid report
--jobs 2 --force` runs them and makes their pages, index and manifests; stock `papermill` runs the same notebooks one
after another, in the same environment, and makes no page. Results are the same when every printed table is."""
NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
OURS, STOCK = "comorbid report --jobs 2", "papermill, one after another"


def run(setting: Setting) -> Iterator[Section]:
    say("G: notebooks")
    section = Section("G", TITLE, TEXT)
    place = setting.folder / "reports"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    runs = _eight()
    study = _study(place, runs)
    tasks = {OURS: lambda: _report(place, study), STOCK: lambda: _papermill(place, runs)}
    found = in_rounds(tasks, {OURS: 5, STOCK: 2}, say)
    for label, replies in found.items():
        good = [reply["seconds"] for reply in replies if "error" not in reply]
        note = "" if good else replies[-1]["error"][:100]
        section.measures.append(Measure(label, len(runs), good, against=OURS, note=note))
    section.at_least(
        "faster than stock papermill", section.median(STOCK, len(runs)) / section.median(OURS, len(runs)), 4
    )
    same = sum(_same(place, name) for name, *_ in runs)
    section.goals.append(
        Goal("the same results", f"{len(runs)} of {len(runs)}", f"{same} of {len(runs)}", same == len(runs))
    )
    yield section


def _eight() -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Name, table of the study and parameters of each run."""
    tables = tomllib.loads((NOTEBOOKS / "study.toml").read_text(encoding="utf-8"))["analysis"]
    found = []
    for number, (name, table) in enumerate(itertools.islice(itertools.cycle(tables.items()), 8)):
        source = (NOTEBOOKS / table["notebook"]).read_text(encoding="utf-8")
        more = {"min_age": 20 + number} if "min_age" in source else {}
        found.append((f"{name}-{number + 1}", table, {**table.get("parameters", {}), **more}))
    return found


def _study(place: Path, runs: list[tuple[str, dict[str, Any], dict[str, Any]]]) -> Path:
    lines = []
    for name, table, parameters in runs:
        lines += [f"[analysis.{name}]", f"notebook = {json.dumps(str(NOTEBOOKS / table['notebook']))}"]
        lines += [f"{key} = {json.dumps(table[key])}" for key in ("title", "question")]
        lines += [
            f"parameters = {{ {', '.join(f'{key} = {json.dumps(value)}' for key, value in parameters.items())} }}",
            "",
        ]
    path = place / "study.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _run(command: list[str], place: Path) -> None:
    done = subprocess.run(command, cwd=place, env={**os.environ, **LIBRARY}, capture_output=True, check=False)
    if done.returncode:
        raise Failed(done.stderr.decode()[-300:])


def _report(place: Path, study: Path) -> dict[str, Any]:
    start = time.perf_counter()
    _run(
        [sys.executable, "-m", "comorbid", "report", "--study", str(study), "--jobs", "2", "--force", "--out", "ours"],
        place,
    )
    return {"seconds": time.perf_counter() - start}


def _papermill(place: Path, runs: list[tuple[str, dict[str, Any], dict[str, Any]]]) -> dict[str, Any]:
    (place / "stock").mkdir(exist_ok=True)
    start = time.perf_counter()
    for name, table, parameters in runs:
        given = [part for key, value in parameters.items() for part in ("-p", key, str(value))]
        _run([sys.executable, "-m", "papermill", str(NOTEBOOKS / table["notebook"]), f"stock/{name}.ipynb", *given,
              "--no-progress-bar", "--log-level", "ERROR", "--cwd", str(NOTEBOOKS)], place)  # fmt: skip
    return {"seconds": time.perf_counter() - start}


def _same(place: Path, name: str) -> bool:
    """Whether the plain text of every table that both runs show is the same."""
    ours = next((place / "ours" / "synthetic" / name).glob("*.ipynb"), None)
    stock = place / "stock" / f"{name}.ipynb"
    if ours is None or not stock.exists():
        return False
    first, second = _texts(ours), _texts(stock)
    return bool(first) and first == second


def _texts(path: Path) -> list[str]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    outputs = [
        output for cell in cells for output in cell.get("outputs", []) if "image/png" not in output.get("data", {})
    ]
    return ["".join(output["data"]["text/plain"]) for output in outputs if "text/plain" in output.get("data", {})]
