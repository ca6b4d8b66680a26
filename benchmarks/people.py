"""The people that library and peers are measured on: twelve conditions, six covariates, a survey's design."""

from __future__ import annotations

from pathlib import Path

import numpy as np

OUTCOME, EXPOSURE = "migraine", "low_back_pain"
CONDITIONS = (OUTCOME, EXPOSURE, "neck_pain", "fibromyalgia", *(f"condition_{i}" for i in range(5, 13)))
COVARIATES = {"sex": 2, "age_band": 6, "education": 4, "smoking": 3, "bmi_band": 4}
STRATA, UNITS, REGIONS = 30, 60, 3
MODEL = (OUTCOME, EXPOSURE, *COVARIATES)
DESIGN = ("weight", "stratum", "psu")
NAMES = ["intercept", EXPOSURE, *(f"{name}={level}" for name, k in COVARIATES.items() for level in range(1, k))]
FORMULA = f"{OUTCOME} ~ {EXPOSURE} + " + " + ".join(COVARIATES)
PREVALENCE = (0.15, 0.25, 0.18, 0.05, 0.1, 0.08, 0.12, 0.3, 0.06, 0.2, 0.07, 0.14)
CHUNK = 1_000_000


def _chunk(rng: np.random.Generator, n: int) -> dict[str, np.ndarray]:
    """People whose conditions share a latent liability that depends on covariates and sampling unit."""
    people = {name: rng.integers(0, k, n, dtype=np.int8) for name, k in COVARIATES.items()}
    people["region"] = rng.integers(0, REGIONS, n, dtype=np.int8)
    people["psu"] = rng.integers(0, UNITS, n, dtype=np.int16)
    people["stratum"] = (people["psu"] * STRATA // UNITS).astype(np.int16)
    of_unit = np.random.default_rng(7).normal(0, 0.15, UNITS)
    liability = 0.8 * rng.standard_normal(n) + of_unit[people["psu"]] + 0.35 * (people["sex"] == 1)
    liability += 0.12 * people["age_band"] - 0.1 * people["education"] + 0.15 * people["smoking"]
    for i, (name, share) in enumerate(zip(CONDITIONS, PREVALENCE, strict=True)):
        odds = np.exp(np.log(share / (1 - share)) - 0.4 + (0.6 + 0.04 * i) * liability)
        people[name] = (rng.random(n) < odds / (1 + odds)).astype(np.int8)
    people["weight"] = rng.lognormal(8, 0.7, n) * (1 + 0.3 * (people["age_band"] > 3))
    return people


def path_of(folder: Path, n: int) -> Path:
    return folder / f"people-{n}.parquet"


def make_people(folder: Path, n: int, only: tuple[str, ...] = ()) -> Path:
    """Write n people, with all columns or some, to Parquet; and, up to 1e7 of them, a model's columns raw, for R."""
    import pyarrow
    import pyarrow.parquet as parquet

    path = path_of(folder, n)
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    rng, writer = np.random.default_rng(n), None
    partial = path.with_suffix(".partial")
    raw = {} if only else {name: (folder / f"people-{n}.{name}.bin").open("wb") for name in (*MODEL, *DESIGN)}
    for start in range(0, n, CHUNK):
        people = _chunk(rng, min(CHUNK, n - start))
        for name, file in raw.items():
            file.write(people[name].tobytes())
        table = pyarrow.table({name: people[name] for name in only or people})
        writer = writer or parquet.ParquetWriter(partial, table.schema, compression="zstd")
        writer.write_table(table)
    writer.close()
    for file in raw.values():
        file.close()
    partial.rename(path)
    return path


def read_frame(path: Path, names: tuple[str, ...]):  # type: ignore[no-untyped-def]
    """Columns as a data frame: conditions 0 and 1 in one byte, covariates as categories, where every method starts."""
    import pandas as pd
    import pyarrow.parquet as parquet

    file = parquet.ParquetFile(path)
    n, columns = file.metadata.num_rows, {}
    for name in names:
        values = np.concatenate([c.to_numpy(zero_copy_only=False) for c in file.read([name]).column(0).chunks])
        assert len(values) == n
        levels = {**COVARIATES, "region": REGIONS}.get(name)
        columns[name] = pd.Categorical.from_codes(values, [str(i) for i in range(levels)]) if levels else values
    return pd.DataFrame(columns, copy=False)


def codebook_text() -> str:
    """A codebook of the columns as they lie in Parquet."""
    lines = [
        'name = "people"',
        'title = "Synthetic people"',
        "synthetic = true",
        f"conditions = {list(CONDITIONS[:2])}",
    ]
    levels = {OUTCOME: 2, EXPOSURE: 2, **COVARIATES}
    for name, k in levels.items():
        kind = "condition" if name in CONDITIONS else "categorical"
        names = ["no", "yes"] if kind == "condition" else [f"level {i}" for i in range(k)]
        lines += ["", f"[variables.{name}]", f'kind = "{kind}"', f'label = "{name.replace("_", " ")}"', ""]
        lines += [f"[variables.{name}.levels]", *(f'"{text}" = [{i}]' for i, text in enumerate(names))]
    return "\n".join(lines).replace("'", '"') + "\n"
