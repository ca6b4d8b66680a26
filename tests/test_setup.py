"""The files a user starts from agree with each other, and the two commands do what they say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import comorbid

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))

CONDA_NAMES = {
    "duckdb": "python-duckdb",
    "jupyter-client": "jupyter_client",
    "ibis-framework": "ibis-duckdb",  # the package that brings the DuckDB backend with it
    "matplotlib": "matplotlib-base",
    "nbconvert": "nbconvert-core",
    "seaborn": "seaborn-base",
}
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def declared() -> list[Requirement]:
    """Every requirement of pyproject.toml but those of the `spark` extra, which the standard lock leaves out."""
    extras = {name: lines for name, lines in PROJECT["project"]["optional-dependencies"].items() if name != "spark"}
    groups = [PROJECT["project"]["dependencies"], *extras.values(), *PROJECT["dependency-groups"].values()]
    return [Requirement(line) for group in groups for line in group]


def locked() -> list[Requirement]:
    """One requirement a pinned line; markers may give a package several lines."""
    return [Requirement(line.removesuffix("\\").strip()) for line in LOCK.splitlines() if "==" in line.split(";")[0]]


def in_conda() -> dict[str, Requirement]:
    lines = [Requirement(line) for line in ENVIRONMENT["dependencies"] if isinstance(line, str)]
    return {line.name: line for line in lines if line.name not in {"python", "pip"}}


def test_environment_and_pyproject_ask_for_the_same() -> None:
    asked = {CONDA_NAMES.get(line.name, line.name): line.specifier for line in declared()}
    assert {name: line.specifier for name, line in in_conda().items()} == asked


def test_environment_and_pyproject_accept_the_same_python() -> None:
    (python,) = [line for line in ENVIRONMENT["dependencies"] if str(line).startswith("python>")]
    assert PROJECT["project"]["requires-python"] == python.removeprefix("python").split(",")[0]


def test_the_conda_environment_ends_with_the_project_itself() -> None:
    assert ENVIRONMENT["dependencies"][-1] == {"pip": ["-e ."]}


def test_every_requirement_is_locked_at_a_version_both_files_accept() -> None:
    pins: dict[str, list[str]] = {}
    for line in locked():
        pins.setdefault(canonicalize_name(line.name), []).append(next(iter(line.specifier)).version)
    conda = in_conda()
    for line in declared():
        versions = pins.get(canonicalize_name(line.name), [])
        assert versions, f"{line.name} is not in requirements.lock; run `make lock`"
        for version in versions:
            assert line.specifier.contains(version), f"lock has {line.name} {version}; pyproject.toml asks {line}"
            assert conda[CONDA_NAMES.get(line.name, line.name)].specifier.contains(version)


def test_every_locked_line_is_pinned_and_has_a_hash() -> None:
    entries = re.split(r"\n(?=\S)", "\n".join(line for line in LOCK.splitlines() if not line.startswith("#")).strip())
    bare = [entry.split()[0] for entry in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}", entry)]
    assert not bare
    assert len(entries) == len(locked()) >= len(declared())


@pytest.mark.parametrize("mark", ["://", "http:", "https:", "file:", " @ ", "index-url", "find-links", "trusted-host"])
def test_the_lock_names_no_address(mark: str) -> None:
    assert mark not in LOCK


def test_one_version_is_told_everywhere() -> None:
    version = PROJECT["project"]["version"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == comorbid.__version__ == version
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_data_folder_lists_its_files() -> None:
    listed = re.findall(r"^\| `([^`]+)` \|", (ROOT / "data" / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(listed) == names(ROOT / "data") - {"README.md"}


def run(*command: str | Path, cwd: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a user would, apart from the `make` that may have started these tests."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        command, cwd=cwd, env=environment | variables, capture_output=True, text=True, timeout=120, check=False
    )


@needs_make
def test_an_old_python_is_refused_in_one_line(tmp_path: Path) -> None:
    old = tmp_path / "python3.10"
    older = "import sys; sys.version_info = (3, 10, 13); sys.version = '3.10.13'; $2"
    old.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{older}"\n')
    old.chmod(0o755)
    made = run("make", "setup", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}")
    said = [line for line in made.stderr.splitlines() if not line.startswith("make")]
    assert made.returncode != 0
    assert said == ["comorbid needs Python 3.11 or newer; found 3.10.13. Name another: make PYTHON=python3.12"]
    assert not (tmp_path / "venv").exists()


@needs_make
@pytest.mark.parametrize("target", ["report", "test", "lab", "check", "bench"])
def test_the_environment_is_built_once(tmp_path: Path, target: str) -> None:
    before = run("make", "-n", target, f"VENV={tmp_path}").stdout
    (tmp_path / ".stamp").touch()
    after = run("make", "-n", target, f"VENV={tmp_path}").stdout
    assert "--require-hashes" in before
    assert after.strip()
    assert "pip" not in after


@pytest.mark.parametrize(("given", "expected"), [(None, "shared/data"), ("/mine", "/mine")])
def test_ci_looks_for_survey_files_beside_the_repository(tmp_path: Path, given: str | None, expected: str) -> None:
    for folder in ("repo/.ci", "shared/data", "bin"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "run", tmp_path / "repo" / ".ci" / "run")
    stand_in = tmp_path / "bin" / "make"
    stand_in.write_text('#!/bin/sh\necho "$1 $COMORBID_DATA $PWD"\n')
    stand_in.chmod(0o755)
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    told = run(tmp_path / "repo/.ci/run", PATH=path, COMORBID_DATA=given or "")
    assert told.stdout.split() == ["test", given or str(tmp_path / expected), str(tmp_path / "repo")]


@pytest.mark.slow
def test_the_wheel_carries_codebooks_evidence_and_notebooks(tmp_path: Path) -> None:
    built = run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path))
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    kinds = ("codebooks", "codelists", "evidence", "notebooks")
    ask = f"from comorbid.paths import resource_dir as d; [print(d(k)) for k in {kinds}]"
    told = run(sys.executable, "-c", ask, cwd=tmp_path, PYTHONPATH=str(tmp_path / "installed"))
    carried = [Path(line) for line in told.stdout.splitlines()]
    for kept, shipped in zip(("data/codebooks", "data/codelists", "data/evidence", "notebooks"), carried, strict=True):
        assert shipped.is_relative_to(tmp_path / "installed")
        assert names(shipped) == names(ROOT / kept) != set()
    assert (tmp_path / "installed" / "comorbid" / "py.typed").is_file()


def names(folder: Path) -> set[str]:
    """Files below a folder, by relative path; caches apart."""
    found = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    return {path.as_posix() for path in found if not path.parts[0].startswith((".", "__"))}
