"""Shipped files and the folders where source files are looked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from comorbid import paths
from comorbid.errors import SourceError, UnknownNameError


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "src" / "comorbid"
    folder.mkdir(parents=True)
    monkeypatch.setattr(paths, "_PACKAGE", folder)
    return folder


@pytest.mark.parametrize(
    ("kind", "place"),
    [("codebooks", "data/codebooks"), ("codelists", "data/codelists"), ("notebooks", "notebooks")],
)
def test_a_checkout_uses_its_own_folders(package: Path, tmp_path: Path, kind: paths.ResourceKind, place: str) -> None:
    (tmp_path / place).mkdir(parents=True)
    assert paths.resource_dir(kind) == tmp_path / place


def test_a_wheel_uses_what_it_carries(package: Path, tmp_path: Path) -> None:
    (tmp_path / "data" / "evidence").mkdir(parents=True)
    (package / "_data" / "evidence").mkdir(parents=True)
    assert paths.resource_dir("evidence") == package / "_data" / "evidence"


def test_an_incomplete_installation_says_where_it_looked(package: Path) -> None:
    with pytest.raises(SourceError, match=r"neither .*_data.* nor .* is a folder"):
        paths.resource_dir("evidence")


def test_an_unknown_kind_is_refused_with_the_kinds_there_are() -> None:
    with pytest.raises(UnknownNameError, match=r"'codebook'.*codebooks, codelists, evidence, notebooks"):
        paths.resource_dir("codebook")


def test_named_folders_come_first_and_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    named = [tmp_path / "a", tmp_path / "b", tmp_path / "a"]
    monkeypatch.setenv("COMORBID_DATA", os.pathsep.join(map(str, named)))
    assert paths.data_dirs() == [tmp_path / "a", tmp_path / "b", paths.cache_dir()]


@pytest.mark.parametrize("value", ["", " ", os.pathsep])
def test_an_empty_variable_names_no_folder(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("COMORBID_DATA", value)
    assert paths.data_dirs() == [paths.cache_dir()]


def test_a_relative_folder_becomes_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMORBID_DATA", "files")
    assert paths.data_dirs()[0] == tmp_path / "files"


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {"XDG_CACHE_HOME": "/somewhere"}, "/somewhere/comorbid"),
        ("linux", {}, "/people/ada/.cache/comorbid"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "/people/ada/.cache/comorbid"),
        ("darwin", {"XDG_CACHE_HOME": "/somewhere"}, "/people/ada/Library/Caches/comorbid"),
        ("win32", {"LOCALAPPDATA": "/profile"}, "/profile/comorbid"),
        ("win32", {}, "/people/ada/AppData/Local/comorbid"),
    ],
)
def test_the_cache_lies_where_each_system_keeps_caches(
    monkeypatch: pytest.MonkeyPatch, platform: str, variables: dict[str, str], expected: str
) -> None:
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(paths.sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: Path("/people/ada"))
    assert paths.cache_dir() == Path(expected)
