"""A survey of invented people, its publisher on this machine, and a cache folder of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from comorbid.paths import cache_dir
from comorbid.sources import frequencies
from tests.sources.fake_survey import (
    COHORT,
    Publisher,
    fake_tables,
    frequencies_of,
    serving,
    write_frequencies,
    write_tables,
)


@pytest.fixture(scope="session")
def tables() -> dict[str, pd.DataFrame]:
    return fake_tables()


@pytest.fixture(scope="session")
def xpt_folder(tables: dict[str, pd.DataFrame], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tables(tables, tmp_path_factory.mktemp("publisher"), "xpt")


@pytest.fixture(scope="session")
def csv_folder(tables: dict[str, pd.DataFrame], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tables(tables, tmp_path_factory.mktemp("folder"), "csv.xz")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The survey's cache folder, not made yet; no other data folder, no proxy, no mirror."""
    for name in ("COMORBID_DATA", "COMORBID_MIRROR", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    return cache_dir() / COHORT


@pytest.fixture(scope="session")
def counts_folder(tables: dict[str, pd.DataFrame], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented survey's published counts, as a codebook folder holds them."""
    folder = tmp_path_factory.mktemp("codebooks")
    write_frequencies(frequencies_of(tables), folder / f"{COHORT}-frequencies.csv")
    return folder


@pytest.fixture
def shipped(counts_folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[frequencies.Frequencies]:
    """The invented survey's counts in place of those that ship with the library."""
    monkeypatch.setattr(frequencies, "resource_dir", lambda kind: counts_folder)
    frequencies.published_frequencies.cache_clear()
    yield frequencies.published_frequencies(COHORT)
    frequencies.published_frequencies.cache_clear()


@pytest.fixture
def publisher(xpt_folder: Path, shipped: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    """A publisher of the invented survey, in place of the real one."""
    with serving(Publisher(xpt_folder)) as publisher:
        monkeypatch.setenv("COMORBID_MIRROR", publisher.address)
        yield publisher
