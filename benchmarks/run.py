"""Measure the library and its peers in one run: `make bench`, or `python benchmarks/run.py [--quick | --full]`.

Peers are installed from your package registry into build/peers on first use; R is measured where Rscript and its
package `survey` are found. Data are made in build/bench. The page is written anew after each section.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "2"))

import all_pairs
import collapsing
import eight_notebooks
import exactness
import growth
import imports
import one_model
import replicated
from processes import MOST_ROUNDS, peer
from results import Results
from setting import make_setting, say

SECTIONS = {"A": one_model, "B": all_pairs, "C": replicated, "D": collapsing, "E": growth, "F": imports,
            "G": eight_notebooks, "H": exactness}  # fmt: skip


def main() -> None:
    asked = _arguments()
    os.environ[MOST_ROUNDS] = asked.peer_rounds
    setting = make_setting(asked.quick, asked.full, asked.no_r)
    results = Results(setting.folder / ("quick.json" if asked.quick else "results.json"), asked.out)
    results.versions = {**_ours(), **_theirs(setting.peers), **_of_r(setting.rscript)}
    for key in asked.only or SECTIONS:
        start = time.perf_counter()
        for section in SECTIONS[key].run(setting):
            results.add(section)
        say(f"{key}: {time.perf_counter() - start:,.0f} s")
    say(f"written: {asked.out}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="stop at a million rows")
    size.add_argument("--full", action="store_true", help="go to 1e8 rows of Parquet (1.4 GB on disk)")
    parser.add_argument(
        "--no-r", action="store_true", help="leave R out, which takes two minutes and 12 GB at 1e7 rows"
    )
    parser.add_argument("--peer-rounds", default="1000", metavar="N", help="how often peers take their turn, at most")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, metavar="LETTER", help="some sections; others are kept")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("RESULTS.md"))
    return parser.parse_args()


def _ours() -> dict[str, str]:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
    import comorbid

    found = {"comorbid": comorbid.__version__}
    for name in ("numpy", "pandas", "scipy", "duckdb", "ibis-framework", "papermill", "statsmodels"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _theirs(python: Path) -> dict[str, str]:
    with peer(python) as worker:
        return {f"{name} (peers)": found for name, found in worker.ask("versions")["answer"].items()}


def _of_r(rscript: str | None) -> dict[str, str]:
    if not rscript:
        return {}
    asked = 'cat(R.version$major, ".", R.version$minor, " ", format(packageVersion("survey")), sep = "")'
    found = subprocess.run([rscript, "-e", asked], capture_output=True, text=True, check=True).stdout.split()
    return {"R": found[0], "survey": found[1]}


if __name__ == "__main__":
    main()
