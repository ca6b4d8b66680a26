"""What a run shows: live lines on a terminal, one line a report in a pipe."""

from __future__ import annotations

import io
from pathlib import Path

from comorbid.analyses.plan import plan_jobs
from comorbid.analyses.progress import Progress, outcome_line
from comorbid.analyses.run import Outcome, Run
from tests.analyses.toy_study import TOY, write_study


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def outcome(status: str, **more: object) -> Outcome:
    return Outcome("pairs", "toy", status, Path("/out/toy/pairs"), **more)  # type: ignore[arg-type]


def test_a_terminal_shows_each_run_until_its_line_stays(tmp_path: Path) -> None:
    jobs = plan_jobs(write_study(tmp_path, {"pairs": ["1"], "people": ["1"]}), [], TOY, {})
    terminal = Terminal()
    progress = Progress(terminal)
    progress.show([Run(job, tmp_path) for job in jobs])
    assert terminal.getvalue().count("waiting") == 2
    progress.show([Run(job, tmp_path) for job in jobs])
    assert terminal.getvalue().count("waiting") == 2, "redrawn at once"
    progress.finish(outcome("done", seconds=1.25))
    assert terminal.getvalue().count("\x1b[1A") == 2
    assert terminal.getvalue().splitlines()[-1].endswith("1.2 s  /out/toy/pairs/index.html")


def test_a_pipe_gets_finished_lines_alone(tmp_path: Path) -> None:
    jobs = plan_jobs(write_study(tmp_path, {"pairs": ["1"]}), [], TOY, {})
    pipe = io.StringIO()
    progress = Progress(pipe)
    progress.show([Run(job, tmp_path) for job in jobs])
    assert pipe.getvalue() == ""
    progress.finish(outcome("unchanged"))
    assert pipe.getvalue().split() == ["unchanged", "0.0", "s", "/out/toy/pairs/index.html"]


def test_a_line_says_why_or_where() -> None:
    assert outcome_line(outcome("done", warnings=2), Path("/out")).endswith("toy/pairs/index.html  (2 warnings)")
    assert outcome_line(outcome("failed", message="cell 4: Timeout\nmore")).endswith("toy/pairs: cell 4: Timeout")
    assert outcome_line(outcome("skipped", message="toy has no age")).endswith("toy has no age")
