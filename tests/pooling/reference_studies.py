"""Data sets of tests/reference/pooling.json as frames to pool, and what metafor calls our methods."""

from __future__ import annotations

import pandas as pd

from tests.references import records

METHODS = {"FE": "common", "DL": "dersimonian-laird", "PM": "paule-mandel", "REML": "reml", "ML": "ml"}
TESTS = {"z": "z", "knha": "knapp-hartung", "adhoc": "knapp-hartung-adhoc"}
CELLS = ["a", "b", "c", "d"]


def studies_of(data: str) -> pd.DataFrame:
    """Rows of a data set: cells as they are, effects as `estimate` and `std_error` of a plain measure."""
    frame = pd.DataFrame(records("pooling", set="data", data=data)).drop(columns=["set", "data"])
    if "y" in frame.columns:
        frame = frame.assign(measure="effect", estimate=frame["y"], std_error=frame["v"] ** 0.5)
    return frame


def measure_of(record: dict) -> str | None:
    """What `measure` pool_estimates takes for a record: none for estimates."""
    return None if record["measure"] == "effect" else record["measure"]
