"""The runner: what counts as a report, what a failure leaves, and that equal inputs give equal bytes."""

from __future__ import annotations

import io
import json
import os
import pickle
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from comorbid.analyses.environment import FORK
from comorbid.analyses.lock import ReportLock
from comorbid.analyses.manifest import is_current, read_manifest
from comorbid.analyses.nursery import can_fork
from comorbid.analyses.places import Places
from comorbid.analyses.plan import plan_jobs
from comorbid.analyses.publish import publish, recover
from comorbid.analyses.run import Outcome, Run
from comorbid.analyses.study import Study, load_study
from comorbid.errors import AnalysisError
from tests.analyses.toy_study import SETUP, TOY, files, run, write_study

WHOLE = [
    SETUP
    + """
import pandas as pd
from matplotlib import pyplot as plt
report.headline(f"People from {min_age} years.")
report.table(pd.DataFrame({"condition": ["<img src=x onerror=alert(1)>"], "share": [0.5]}), "shares", "Shares")
figure, axes = plt.subplots(figsize=(2, 1))
axes.plot([1, 2], label="a")
axes.legend()
report.figure(axes, "line", "A line", "It rises from 1 to 2.")
""",
    """
import os, sys, warnings
warnings.warn("look at this")
print(os.getcwd(), sys.prefix, os.environ["COMORBID_REPORT_DIR"], {"a", "b", "c"})
object()
""",
    """
import signal, tempfile
import matplotlib
import comorbid
everything = [getattr(comorbid, name) for name in comorbid.__all__]
print(sorted(os.environ), [os.path.basename(path) for path in sys.path], sys.argv[0], len(sys.argv))
print(tempfile.gettempdir())
print(sorted(map(str, warnings.filters)))
print({str(number): str(signal.getsignal(number)) for number in signal.valid_signals()})
print(matplotlib.get_backend(), plt.get_fignums(), sorted(map(str, matplotlib.rcParams.items())))
print(os.getsid(0) == os.getpgid(0) == os.getpid(), sys.modules["__main__"].__dict__.get("min_age"))
""",
]
NOTE = """
import json, os, random, sys
known = "scipy.special" in sys.modules
import numpy as np
note = {"random": [random.random(), np.random.random()], "parent": os.getppid(), "forked": known}
with open(os.environ["COMORBID_REPORT_DIR"] + f"/../../../{os.getpid()}.note", "w") as file:
    json.dump(note, file)
"""
"""Written by two of the notebooks: what tells their kernels apart, and from plain processes."""

FAULTS = {
    "raises": [NOTE + "1 / 0"],
    "exits": [NOTE + "sys.exit(0)"],
    "killed": ["import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"],
    "slow": ["import time\ntime.sleep(60)"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all workers of a parallel test run."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "report-runner"


@pytest.fixture(scope="module")
def outcomes(folder: Path) -> Iterator[dict[str, Outcome]]:
    """One run of everything, by the worker that comes first; a good report of each faulty analysis is there before."""
    lock = ReportLock(folder.with_suffix(".lock"))
    while not lock.acquire():
        time.sleep(0.1)
    kept = folder / "outcomes.pickle"
    if not kept.is_file():
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(pickle.dumps(run_everything(folder)))
    lock.release()
    yield pickle.loads(kept.read_bytes())


@pytest.fixture(scope="module")
def study(outcomes: dict[str, Outcome], folder: Path) -> Study:
    return load_study(folder / "study.toml")


def run_everything(folder: Path) -> dict[str, Outcome]:
    needs = {"jaw": 'needs = ["jaw_pain"]', "slow": "timeout = 1"}
    study = write_study(folder, {"whole": WHOLE, "jaw": ["1"], **FAULTS}, **needs)
    for name in FAULTS:
        report_at(folder / "out" / "toy" / name, "the last good report")
    stream = io.StringIO()
    found = run(study, folder / "out", stream=stream)
    (folder / "printed.txt").write_text(stream.getvalue(), encoding="utf-8")
    shutil.copy(folder / "out" / "log.txt", folder / "log.txt")
    return found


def report_at(path: Path, text: str) -> None:
    path.mkdir(parents=True)
    (path / "index.html").write_text(text, encoding="utf-8")


@pytest.mark.slow
def test_a_whole_run_leaves_a_whole_report(outcomes: dict[str, Outcome], folder: Path) -> None:
    outcome = outcomes["whole"]
    assert (outcome.status, outcome.warnings) == ("done", 1)
    names = {
        "contents.json", "figures/line.png", "figures/line.svg", "index.html", "manifest.json", "tables/shares.csv",
        "whole.ipynb",
    }  # fmt: skip
    assert set(files(outcome.path)) == names
    manifest = read_manifest(outcome.path)
    assert manifest["status"] == "complete"
    assert manifest["parameters"] == {"cohort": "toy", "min_age": 18}
    assert manifest["headline"] == "People from 18 years."
    assert set(manifest["artefacts"]) == names - {"manifest.json"}
    assert "&lt;img src=x onerror=alert(1)&gt;" in (outcome.path / "index.html").read_text()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "error"),
    [("raises", "ZeroDivisionError"), ("exits", "SystemExit"), ("killed", "DeadKernel"), ("slow", "Timeout")],
)
def test_a_fault_is_named_and_the_last_good_report_stays(
    outcomes: dict[str, Outcome], folder: Path, name: str, error: str
) -> None:
    outcome = outcomes[name]
    assert outcome.status == "failed"
    assert outcome.message.startswith("cell 4 (") and f": {error}: " in outcome.message
    assert files(folder / "out" / "toy" / name) == {"index.html": b"the last good report"}
    assert outcome.path == folder / "out" / "failed" / "toy" / f"{name}.ipynb"
    kept = json.loads(outcome.path.read_text())
    assert [output["ename"] for output in kept["cells"][3]["outputs"] if "ename" in output] == [error]


@pytest.mark.slow
def test_an_analysis_that_does_not_fit_the_cohort_is_skipped(outcomes: dict[str, Outcome], folder: Path) -> None:
    assert (outcomes["jaw"].status, outcomes["jaw"].message) == ("skipped", "toy has no jaw_pain")
    assert not (folder / "out" / "toy" / "jaw").exists()


@pytest.mark.slow
def test_nothing_of_the_run_is_left_but_reports_index_and_log(outcomes: dict[str, Outcome], folder: Path) -> None:
    assert {path.name for path in (folder / "out").iterdir()} == {".locks", "failed", "index.html", "log.txt", "toy"}
    lines = (folder / "printed.txt").read_text().splitlines()
    assert len(lines) == len(outcomes) == len((folder / "log.txt").read_text().splitlines())
    assert "\x1b" not in "".join(lines)


@pytest.mark.slow
def test_the_index_tells_of_each_report(outcomes: dict[str, Outcome], folder: Path) -> None:
    from bs4 import BeautifulSoup

    for page, href in [("index.html", "toy/whole/index.html"), ("toy/index.html", "whole/index.html")]:
        soup = BeautifulSoup((folder / "out" / page).read_text(), "html.parser")
        cards = {card.h3.get_text(): card for card in soup.select(".card")}
        assert next(iter(cards)) == "Title of whole" and "Title of jaw" not in cards
        assert cards["Title of whole"].a["href"] == href
        assert cards["Title of whole"].img["alt"] == "It rises from 1 to 2."
        assert "People from 18 years." in cards["Title of whole"].get_text()
        assert soup.select_one(".left-out").get_text(" ", strip=True) == "Title of jaw needs jaw pain"
        assert "the last run failed" in cards["Title of raises"].get_text()
        assert (folder / "out" / page).parent.joinpath(cards["Title of whole"].img["src"]).is_file()


@pytest.mark.slow
def test_an_unchanged_report_is_left_and_a_damaged_one_is_not(
    outcomes: dict[str, Outcome], study: Study, folder: Path, tmp_path: Path
) -> None:
    started = time.monotonic()
    assert run(study, folder / "out", "whole")["whole"].status == "unchanged"
    assert time.monotonic() - started < 5
    copy, key = tmp_path / "copy", read_manifest(outcomes["whole"].path)["key"]
    shutil.copytree(outcomes["whole"].path, copy)
    assert is_current(copy, key) and not is_current(copy, "0" * 64)
    (copy / "tables" / "shares.csv").write_text("condition,share\n", encoding="utf-8")
    assert not is_current(copy, key)


@pytest.mark.slow
def test_kernels_are_forked_from_one_process_and_share_no_random_numbers(
    outcomes: dict[str, Outcome], folder: Path
) -> None:
    notes = [json.loads(path.read_text()) for path in folder.glob("*.note")]
    assert [note["forked"] for note in notes] == [can_fork()] * 2
    assert (len({note["parent"] for note in notes}) == 1) is can_fork()
    assert len({number for note in notes for number in note["random"]}) == 4


@pytest.mark.slow
def test_a_rebuild_elsewhere_in_plain_processes_is_equal_to_the_byte(
    outcomes: dict[str, Outcome], study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FORK, "0")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    again = run(study, tmp_path / "elsewhere", "whole", force=True)["whole"]
    found, before = files(again.path), files(outcomes["whole"].path)
    assert {name for name in found if found[name] != before[name]} == set()
    everything = b"".join(before.values())
    for path in (tmp_path, outcomes["whole"].path.parents[2], Path(sys.prefix), Path(__file__).parents[2]):
        assert str(path).encode() not in everything


def test_one_run_at_a_time_for_each_report(tmp_path: Path) -> None:
    (job,) = plan_jobs(write_study(tmp_path, {"whole": ["1"]}), [], TOY, {})
    held = ReportLock(job.places(tmp_path).lock)
    assert held.acquire()
    second = Run(job, tmp_path)
    assert second.step() is None
    assert second.state == "another run holds this report"
    assert not ReportLock(held.path).acquire()
    held.release()
    assert held.acquire()
    held.release()


def test_publication_puts_the_draft_in_place_whole(tmp_path: Path) -> None:
    places = Places(tmp_path, "toy", "pairs")
    report_at(places.report, "old")
    report_at(places.draft, "new")
    publish(places)
    recover(places)
    assert files(tmp_path) == {"toy/pairs/index.html": b"new"}


def test_a_run_killed_between_two_renames_loses_no_report(tmp_path: Path) -> None:
    places = Places(tmp_path, "toy", "pairs")
    report_at(places.previous, "old")
    report_at(places.draft, "new")
    recover(places)
    assert files(tmp_path) == {"toy/pairs/index.html": b"old"}


def test_a_draft_that_cannot_be_moved_leaves_the_old_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from comorbid.analyses import publish as module

    places = Places(tmp_path, "toy", "pairs")
    report_at(places.report, "old")
    report_at(places.draft, "new")
    replace = module.os.replace

    def fail(start: Path, end: Path) -> None:
        if start == places.draft:
            raise OSError(28, "No space left on device")
        replace(start, end)

    monkeypatch.setattr(module.os, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        publish(places)
    assert files(tmp_path) == {"toy/pairs/index.html": b"old"}


def test_an_output_folder_that_cannot_be_made_is_named_before_anything_runs(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", {"pairs": ["1"]})
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(AnalysisError, match="Nothing was run"):
        run(study, tmp_path / "file" / "out")


def test_at_least_one_worker_is_needed(tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match="--jobs 0"):
        run(write_study(tmp_path / "study", {"pairs": ["1"]}), tmp_path / "out", jobs=0)


def test_a_full_disk_is_one_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = write_study(tmp_path / "study", {"pairs": ["1"]})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("comorbid.analyses.run.make_runtime", full)
    outcome = run(study, tmp_path / "out")["pairs"]
    assert (outcome.status, outcome.message) == ("failed", "No space left on device")
    monkeypatch.setattr("comorbid.analyses.publish.os.replace", full)
    with pytest.raises(AnalysisError, match=r"index of out could not be written.*Failed before: pairs"):
        run(study, tmp_path / "out")
