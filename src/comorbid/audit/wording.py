"""Odds ratios that were put into words as numbers of times."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import permutations

import pandas as pd

from comorbid.audit.finding import DOUBTFUL, Finding, Row, Rows
from comorbid.rebuilding.printed import read_printed

TIMES = re.compile(r"(\d+(?:\.\d+)?) times (?:more|as|higher|greater|likelier)\b", re.IGNORECASE)


def odds_as_times(rows: Rows, claims: pd.DataFrame | None = None) -> Iterator[Finding]:
    """Numbers of times that two printed prevalences do not have, while their odds ratio is near."""
    told: set[tuple[str, str]] = set()
    shares = _shares(rows)
    notes = ((row.text("note"), shares.get((row.text("study"), row.text("outcome")), [])) for row in rows)
    for text, mentioned in [*_claims(rows, claims), *notes]:
        for times in TIMES.findall(text):
            pair = _nearest_pair(float(times), mentioned)
            if pair is None or (key := (pair[0].text("study"), times)) in told:
                continue
            finding = _judge(times, *pair)
            if finding is not None:
                told.add(key)
                yield finding


def _claims(rows: Rows, claims: pd.DataFrame | None) -> Iterator[tuple[str, list[Row]]]:
    """Text of each claim with the prevalences that it rests on."""
    for claim in [] if claims is None else claims.to_dict("records"):
        ids = str(claim["estimates"]).split()
        yield str(claim["claim"]), [row for row in rows if row.text("id") in ids and _is_share(row)]


def _shares(rows: Rows) -> dict[tuple[str, str], list[Row]]:
    """Prevalences by study and outcome."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in filter(_is_share, rows):
        found.setdefault((row.text("study"), row.text("outcome")), []).append(row)
    return found


def _is_share(row: Row) -> bool:
    return row.text("measure") == "prevalence" and bool(row.printed.values) and 0 < row.printed.values[0] < 1


def _nearest_pair(times: float, rows: Rows) -> tuple[Row, Row] | None:
    """The two prevalences whose odds ratio is nearest to the number of times."""
    pairs = list(permutations(rows, 2))
    return min(pairs, key=lambda pair: abs(math.log(_odds_ratio(*pair) / times))) if pairs else None


def _judge(times: str, more: Row, fewer: Row) -> Finding | None:
    p, q = more.printed.values[0], fewer.printed.values[0]
    ratio, odds = p / q, _odds_ratio(more, fewer)
    greatest = (p + more.printed.half_units[0]) / (q - fewer.printed.half_units[0])
    quoted = read_printed(times)
    least_quoted = quoted.values[0] - quoted.half_units[0]
    if least_quoted <= greatest or abs(math.log(odds / quoted.values[0])) >= abs(math.log(ratio / quoted.values[0])):
        return None
    return more.found(
        "odds ratio told as a number of times",
        f'"{times} times" is near the odds ratio, {odds:.1f}; {more.text("outcome")} is {ratio:.1f} times as prevalent',
        f"{100 * p:.1f}% / {100 * q:.1f}% = {ratio:.2f}, with rounding at most {greatest:.2f}; "
        f"({p:g} / {1 - p:.3g}) / ({q:g} / {1 - q:.3g}) = {odds:.1f}",
        DOUBTFUL, quoted.values[0], greatest,
    )  # fmt: skip


def _odds_ratio(more: Row, fewer: Row) -> float:
    p, q = more.printed.values[0], fewer.printed.values[0]
    return p / (1 - p) / (q / (1 - q))
