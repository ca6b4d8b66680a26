"""SPSS files, read in a program of their own: texts take room by their letters, limits follow the size of the file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from comorbid.errors import SourceError
from comorbid.sources import spss_apart
from comorbid.sources.statistical import read_spss


def saved(path: Path, people: pd.DataFrame) -> Path:
    pyreadstat.write_sav(people, str(path), compress=path.suffix == ".zsav")
    return path


def test_one_long_text_does_not_make_every_row_as_long(tmp_path: Path) -> None:
    """As one array of fixed width these texts would take 2.6 gigabytes, here and in the program."""
    said = ["no"] * 20_000
    said[7] = "é" * 16_000 + "\U0001f600"
    read, _ = read_spss(saved(tmp_path / "mine.zsav", pd.DataFrame({"a": 1.0, "said": said})))
    assert list(read["said"]) == said


def test_texts_come_back_as_they_were(tmp_path: Path) -> None:
    people = pd.DataFrame({"said": ["naïve", "", " a b", "日本語", "1"] * 2, "n": [1.0, np.nan] * 5, "none": [""] * 10})
    read, _ = read_spss(saved(tmp_path / "mine.sav", people))
    assert list(read["said"].fillna("")) == list(people["said"]) and list(read["none"].fillna("")) == [""] * 10
    assert read["n"].tolist()[0] == 1.0 and int(read["n"].isna().sum()) == 5


def test_missing_texts_are_missing() -> None:
    letters = np.frombuffer("aé".encode(), dtype=np.uint8)
    read = spss_apart._texts(letters.tobytes(), np.array([1, -1, 0, 2]))
    assert read.isna().tolist() == [False, True, False, False] and read.dropna().tolist() == ["a", "", "é"]


@pytest.mark.parametrize(
    ("limit", "most", "said"),
    [
        ("allowance", 2**20, "takes more than 1 MiB of memory"),
        ("seconds", 0.05, "takes more than 0 seconds of processor time"),
    ],
)
def test_a_program_that_takes_too_much_is_stopped_and_the_error_says_at_which_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, most: float, said: str
) -> None:
    path = saved(tmp_path / "mine.zsav", pd.DataFrame({f"v{i}": np.zeros(100_000) for i in range(5)}))
    assert len(read_spss(path)[0]) == 100_000
    monkeypatch.setattr(spss_apart, limit, lambda _: most)
    with pytest.raises(SourceError, match=rf"mine\.zsav \([0-9,]+ bytes\).*{said}.*UNCOMPRESSED"):
        read_spss(path)


def test_the_clock_stops_what_the_processor_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path / "mine.sav", pd.DataFrame({"a": [0.0, 1.0]}))
    monkeypatch.setattr(spss_apart, "SLOWER", 1e-4)
    with pytest.raises(SourceError, match="by the clock"):
        read_spss(path)


def test_limits_grow_with_the_file(tmp_path: Path) -> None:
    """A hostile file of a few kilobytes costs no gigabyte and no hour; 200 megabytes may take several, and minutes."""
    for size, memory, time in ((2**10, 2**30, 120), (200 * 2**20, 2**40, 1800)):
        with (tmp_path / "mine.sav").open("wb") as file:
            file.truncate(size)
        assert spss_apart.allowance(tmp_path / "mine.sav") < memory
        assert spss_apart.seconds(tmp_path / "mine.sav") < time
    assert spss_apart.allowance(tmp_path / "mine.sav") >= 20 * 200 * 2**20
    assert spss_apart.seconds(tmp_path / "mine.sav") >= 500
