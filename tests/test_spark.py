"""The same cells from local Spark, through Ibis. Runs where the `spark` extra and Java are installed."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

import comorbid as cm
from comorbid.cells import collapse_cohort
from comorbid.synthetic import generate

pyspark = pytest.importorskip("pyspark", reason="local Spark needs `pip install comorbid[spark]`")
ibis = pytest.importorskip("ibis")

WHERE = "age >= 30 and not (sex == 'male' and education in ['high school']) or 20 <= bmi < 22"


@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java 17 or newer")
@pytest.mark.filterwarnings("ignore")
def test_identical_cells_and_models(tmp_path):
    from pyspark.sql import SparkSession

    people = generate(8_000, 3)
    people.to_parquet(tmp_path / "people.parquet")
    session = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    table = ibis.pyspark.connect(session).read_parquet(str(tmp_path / "people.parquet"))
    in_memory, in_spark = (cm.load_cohort(source, codebook="synthetic") for source in (people, table))
    names = ["migraine", "sex", "age_band", "bmi"]
    one, other = (collapse_cohort(c.restrict(WHERE, "outside"), names).table for c in (in_memory, in_spark))
    for part in ("codes", "count", "cell_unit", "cell_pattern"):
        assert np.array_equal(getattr(one, part), getattr(other, part)), part
    assert other.cell_weight == pytest.approx(one.cell_weight, rel=1e-13)
    fits = [cm.fit_logistic(c, "migraine ~ neck_pain + sex + age").tidy() for c in (in_memory, in_spark)]
    assert fits[1]["estimate"].to_numpy() == pytest.approx(fits[0]["estimate"].to_numpy(), rel=1e-9)
    assert fits[1]["std_error"].to_numpy() == pytest.approx(fits[0]["std_error"].to_numpy(), rel=1e-9)
