"""The RO-Crate of a cohort's reports: every file in it, every reference resolved, nothing that changes by itself."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from comorbid.analyses.crate import CRATE, write_crate
from comorbid.cli import main
from comorbid.errors import AnalysisError
from tests.analyses.toy_study import SETUP, run, write_study

CELLS = [
    SETUP + 'import pandas as pd\nreport.table(pd.DataFrame({"n": [1]}), "ages", "Ages")\nreport.headline("Done.")'
]


@pytest.fixture(scope="module")
def cohort_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crate")
    cited = 'citations = ["Someone, Some Journal 2020, doi:10.1000/xyz", "A book without a number"]'
    run(write_study(folder / "study", {"one": CELLS, "two": CELLS}, one=cited), folder / "reports")
    return folder / "reports" / "toy"


def entities(folder: Path) -> dict[str, dict[str, object]]:
    crate = json.loads(write_crate(folder).read_text())
    assert crate["@context"] == "https://w3id.org/ro/crate/1.1/context"
    found = {entity["@id"]: entity for entity in crate["@graph"]}
    assert len(found) == len(crate["@graph"])
    return found


def test_every_file_is_described_with_its_hash(cohort_folder: Path) -> None:
    described = {key: entity for key, entity in entities(cohort_folder).items() if entity["@type"] == "File"}
    there = {path.relative_to(cohort_folder).as_posix() for path in cohort_folder.glob("*/**/*") if path.is_file()}
    assert set(described) == there
    for name, entity in described.items():
        content = (cohort_folder / name).read_bytes()
        assert entity["contentSize"] == str(len(content))
        if not name.endswith("manifest.json"):
            assert entity["sha256"] == hashlib.sha256(content).hexdigest()
    assert described["one/tables/ages.csv"]["description"] == "Table 1. Ages. Synthetic data."


def references(value: object) -> list[str]:
    if isinstance(value, dict):
        return [value["@id"]] if set(value) == {"@id"} else [r for v in value.values() for r in references(v)]
    return [reference for item in value for reference in references(item)] if isinstance(value, list) else []


def test_every_reference_resolves(cohort_folder: Path) -> None:
    found = entities(cohort_folder)
    asked = {reference for entity in found.values() for reference in references(list(entity.values()))}
    assert asked - set(found) == {"https://w3id.org/ro/crate/1.1"}


def test_the_run_names_its_inputs_parameters_and_result(cohort_folder: Path) -> None:
    found = entities(cohort_folder)
    assert found["#run-one"]["result"] == {"@id": "one/"}
    assert found["#one-min_age"]["value"] == 18
    assert found["#one-input-data"]["value"] == "0" * 64
    assert found["one/"]["citation"][0] == {"@id": "https://doi.org/10.1000/xyz"}  # type: ignore[index]
    assert "Synthetic data" in str(found["./"]["description"])


def test_it_is_the_same_when_written_again(cohort_folder: Path) -> None:
    first = write_crate(cohort_folder).read_bytes()
    assert write_crate(cohort_folder).read_bytes() == first
    assert (cohort_folder / CRATE).is_file()


def test_a_changed_report_or_none_is_refused(cohort_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match="no complete report"):
        write_crate(tmp_path)
    table = cohort_folder / "two" / "tables" / "ages.csv"
    before = table.read_bytes()
    table.write_bytes(before + b"2\n")
    try:
        with pytest.raises(AnalysisError, match="changed after it was made"):
            write_crate(cohort_folder)
    finally:
        table.write_bytes(before)


def test_the_command_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = write_study(tmp_path / "study", {"one": ["x = cohort"]})
    assert (
        main(["report", "--study", str(study.path), "--out", str(tmp_path / "reports"), "--jobs", "1", "--crate"]) == 0
    )
    crate = tmp_path / "reports" / "synthetic" / CRATE
    assert f"crate: {crate}" in capsys.readouterr().out
    assert "#run-one" in crate.read_text()
