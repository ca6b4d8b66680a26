"""Files that are not the tables they are named for, beside the numbered kinds of `test_bad_input`."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

import comorbid as cm
from comorbid.codebook import Codebook, parse_codebook
from comorbid.errors import (
    CodebookError,
    CohortError,
    SourceError,
)

PAGE = "<!DOCTYPE html><html><body>404</body></html>"
FILES: dict[str, tuple[str, str | bytes, str]] = {
    "42 a row cut short": ("f.csv", "a,b\n1,0\n0\n", "fewer fields than the 2 of the header"),
    "43 rows longer than the header": ("f.csv", "a,b\n1,0,1\n0,1,0\n", "more fields than the 2 of the header"),
    "43 trailing commas": ("f.csv", "a,b\n1,0,\n1,1,\n", "more fields than the 2 of the header"),
    "44 a web page": ("f.csv", PAGE, "web page"),
    "44 a web page behind a byte order mark": ("f.csv", "\ufeff" + PAGE, "web page"),
    "44 a web page, compressed": ("f.csv.gz", gzip.compress(PAGE.encode()), "web page"),
    "44 an XML document": ("f.csv", "<?xml version='1.0'?><rows/>", "XML"),
    "45 semicolons": ("f.csv", "a;b\n1;0\n0;1\n", "semicolons"),
    "45 tabs": ("f.csv", "a\tb\n1\t0\n0\t1\n", "tabs"),
    "45 bars": ("f.csv", "a|b\n1|0\n0|1\n", "bars"),
    "46 Latin-1": ("f.csv", "a,b\n1,é\n0,u\n".encode("latin-1"), "UTF-8"),
    "46 UTF-16": ("f.csv", "a,b\n1,0\n0,1\n".encode("utf-16"), "UTF-16"),
    "46 NUL bytes": ("f.csv", "a,b\n1,2\0\n0,1\n", "binary"),
    "24 a column twice": ("f.csv", "a,b,a\n1,0,0\n0,1,1\n", "a stands in the header 2 times"),
    "24 a column twice but for a blank": ("f.csv", "a,b,a \n1,0,0\n0,1,1\n", "'a' stands in the data twice"),
    "compressed without saying so": ("f.csv", gzip.compress(b"a,b\n1,0\n"), "compressed"),
    "not compressed as it says": ("f.csv.xz", "a,b\n1,0\n", "cannot be unpacked"),
    "compressed and cut": ("f.csv.gz", gzip.compress(bytes(range(256)) * 40)[:200], "cannot be unpacked|binary"),
    "a workbook": ("f.csv", b"PK\x03\x04 etc", "compressed"),
    "a pickle": ("f.pkl", b"\x80\x04.", "of a kind that is not read"),
    "a quote that is never closed": ("f.csv", 'a,b\n1,"2\n0,1\n', "cannot be read as CSV|fewer fields"),
    "a header alone": ("f.csv", "a,b\n", "holds no people"),
    "nothing": ("f.csv", "", "is empty"),
    "48 a transport file without its header": ("f.xpt", b"\0" * 400, "not a SAS transport file"),
}


@pytest.mark.parametrize(("name", "content", "message"), FILES.values(), ids=FILES)
def test_files_that_are_refused(tmp_path: Path, name: str, content: str | bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises((SourceError, CohortError), match=message):
        cm.load_cohort(tmp_path / name, conditions=["a", "b"])


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "f.csv").mkdir()
    with pytest.raises(SourceError, match="is a folder, not a file"):
        cm.load_cohort(tmp_path / "f.csv")


def saved(folder: Path, text: str, **more: Any) -> cm.Cohort:
    (folder / "f.csv").write_text(text, encoding="utf-8")
    return cm.load_cohort(folder / "f.csv", **more)


def book(**variables: Any) -> Codebook:
    return parse_codebook({"variables": {"a": {"kind": "condition"}, **variables}})


@pytest.mark.parametrize("gap", ["", "NA", "NaN"])
def test_numbers_and_conditions_with_gaps_in_csv(tmp_path: Path, gap: str) -> None:
    cohort = saved(tmp_path, f"a,b,x\n1,TRUE,1.5\n0,{gap},{gap}\n{gap},FALSE,3\n", conditions=["a", "b"])
    assert cohort.n_missing(["a", "b", "x"]) == {"a": 1, "b": 1, "x": 1}
    assert cm.prevalence(cohort)["events"].tolist() == [1, 1]
    assert cohort.restrict("x == 3", "three").n == 1


def test_codes_with_gaps_in_csv_are_codes_still(tmp_path: Path) -> None:
    """Pandas reads whole numbers with gaps as floats, which would make quantities of them."""
    cohort = saved(tmp_path, "a,b,e\n1,0,1\n0,1,\n1,1,7\n0,0,2\n", conditions=["a", "b"])
    with pytest.raises(CodebookError, match=r"`e`.*could be codes"):
        cm.fit_logistic(cohort, "a ~ e")
