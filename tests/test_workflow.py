"""The workflow for continuous integration: least privileges, actions pinned by commit, commands that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "study.yml").read_text(encoding="utf-8"))
JOBS: dict[str, Any] = WORKFLOW["jobs"]
STEPS = [step for job in JOBS.values() for step in job["steps"]]


def test_every_action_is_github_s_own_and_pinned_by_commit() -> None:
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert used
    assert [action for action in used if not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action)] == []


def test_one_action_has_one_commit() -> None:
    used = {tuple(step["uses"].split("@")) for step in STEPS if "uses" in step}
    assert len({name for name, _ in used}) == len(used)


def test_only_the_site_may_write_and_only_what_it_needs() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    granted = {name: job["permissions"] for name, job in JOBS.items() if "permissions" in job}
    assert granted == {"site": {"pages": "write", "id-token": "write"}}
    assert "checkout" not in str(JOBS["site"]) and JOBS["site"]["if"] == "github.ref == 'refs/heads/main'"


def test_no_credentials_stay_in_a_checkout_and_no_job_runs_for_ever() -> None:
    checkouts = [step for step in STEPS if step.get("uses", "").startswith("actions/checkout@")]
    assert [step["with"]["persist-credentials"] for step in checkouts] == [False] * len(checkouts)
    assert all(job["timeout-minutes"] <= 60 for job in JOBS.values())


def test_what_it_runs_are_targets_of_the_makefile_and_nothing_of_a_pull_request_reaches_the_shell() -> None:
    commands = [step["run"] for step in STEPS if "run" in step]
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert {"make test", "make report"} <= set(commands)
    assert {command.split()[1] for command in commands if command.startswith("make ")} <= set(targets)
    assert [command for command in commands if "${{" in command] == []


def test_the_environment_is_solved_under_its_own_name() -> None:
    name = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["name"]
    assert f"run --name {name} " in str(JOBS["environment"])


def test_pythons_are_those_that_the_project_accepts() -> None:
    pythons = JOBS["test"]["strategy"]["matrix"]["python"]
    assert pythons[0] == "3.11" and set(pythons) <= {"3.11", "3.12", "3.13"}
