"""F. What an import costs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from processes import LIBRARY, Failed, in_rounds
from results import Measure, Section
from setting import Setting, say

TITLE = "Imports"
TEXT = """A new Python process that imports, from its start to its end, in the library's own environment. Names of the
library load when they are first used; the third row loads those that fit a model."""
PROGRAMS = {
    "import comorbid": "import comorbid",
    "import statsmodels.api": "import statsmodels.api",
    "import comorbid, and what fits a model": "import comorbid as cm; cm.load_cohort, cm.fit_logistic",
    "python alone": "pass",
}


def run(setting: Setting) -> Iterator[Section]:
    say("F: imports")
    section = Section("F", TITLE, TEXT)
    tasks = {label: _timed(code) for label, code in PROGRAMS.items()}
    in_rounds(tasks, dict.fromkeys(tasks, 1), say)
    found = in_rounds(tasks, dict.fromkeys(tasks, 9), say)
    for label, replies in found.items():
        good = [reply["seconds"] for reply in replies if "error" not in reply]
        section.measures.append(Measure(label, 0, good, against="import comorbid"))
    medians = [section.median(label, 0) for label in PROGRAMS]
    section.at_most("import comorbid beside import statsmodels.api", medians[0] / medians[1], 0.4, "times")
    section.remarks.append(
        f"With what fits a model loaded as well, it is {medians[2] / medians[1]:.2f} of `import statsmodels.api`."
    )
    yield section


def _timed(code: str) -> Callable[[], dict[str, Any]]:
    def call() -> dict[str, Any]:
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, **LIBRARY}, capture_output=True, check=False
        )
        if done.returncode:
            raise Failed(done.stderr.decode()[-200:])
        return {"seconds": time.perf_counter() - start}

    return call
