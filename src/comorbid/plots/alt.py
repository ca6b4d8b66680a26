"""Figures in words: the estimates that a figure shows, for those who do not see it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from comorbid.columns.words import (
    NOT_ESTIMABLE,
    Words,
    interval,
    interval_name,
    measure_label,
    number,
    source_line,
    unknown,
    value_text,
)
from comorbid.disclosure import guarded
from comorbid.errors import SpecError
from comorbid.plots.courses import Profile, arrange_profile
from comorbid.plots.funnel import arrange_funnel
from comorbid.plots.hidden import why_hidden
from comorbid.plots.pairs import NO_ESTIMATE, TOO_FEW, triangle
from comorbid.plots.pooled import Drawable, as_frame, spread_text
from comorbid.plots.rows import Forest, forest_rows
from comorbid.plots.sets import arrange_sets
from comorbid.plots.subjects import one_measure, pair_label

KINDS = ("forest", "funnel", "heatmap", "upset", "profile")
MOST = 12
"""Estimates said one by one; what follows is counted."""


def alt_text(
    frame: pd.DataFrame | Drawable,
    kind: str = "forest",
    *,
    labels: Mapping[str, str] | None = None,
    measure: str | None = None,
    most: int = MOST,
) -> str:
    """What a figure of this frame shows, estimates included.

    Parameters
    ----------
    frame : DataFrame or PooledEstimates
        What the figure was drawn from.
    kind : {"forest", "funnel", "heatmap", "upset", "profile"}
        The figure: `forest_plot`, `funnel_plot`, `cooccurrence_heatmap`, `upset_plot`, `profile_plot`.
    labels : mapping of name to label, optional
        Labels of variables, over those in `frame.attrs["labels"]`.
    measure : str, optional
        The measure drawn, when the frame holds several; of a heatmap, observed_expected when absent.
    most : int
        Estimates said one by one.

    Returns
    -------
    str
        A few sentences, without markup.

    Raises
    ------
    SpecError
        For an unknown kind, and where the figure itself could not be drawn.
    """
    sayers = {"forest": _forest, "funnel": _funnel, "heatmap": _heatmap, "upset": _upset, "profile": _profile}
    if kind not in sayers:
        raise SpecError(f"`kind={kind!r}` is no kind of figure; it is one of {', '.join(KINDS)}.")
    frame = guarded(as_frame(frame))
    opening, said = sayers[kind](frame, labels, measure)
    if why := why_hidden(frame):
        opening, said = f"{opening.rstrip(':')}.", [why.rstrip(".")]
    rest = f"{len(said) - most:,} more in the table." if len(said) > most else ""
    source = source_line(frame).replace(" · ", ", ")
    body = "; ".join(said[:most]) + "."
    return " ".join(part for part in (opening, body, rest, f"{source}." if source else "") if part)


def _forest(frame: pd.DataFrame, labels: Mapping[str, str] | None, measure: str | None) -> tuple[str, list[str]]:
    forest = forest_rows(frame, labels, measure)
    opening = f"Forest plot of {_title(forest.measure, frame)}:"
    spread = spread_text(frame).replace(" · ", ", ")
    if spread:
        opening = f"Forest plot of {_title(forest.measure, frame)} ({spread}):"
    return opening, _forest_lines(forest)


def _funnel(frame: pd.DataFrame, labels: Mapping[str, str] | None, measure: str | None) -> tuple[str, list[str]]:
    funnel = arrange_funnel(frame)
    seen = funnel.y[~funnel.filled]
    shown = [number(float(value), funnel.measure) for value in funnel.shown(np.array([seen.min(), seen.max()]))]
    errors = [number(value) for value in (funnel.std_error.min(), funnel.std_error.max())]
    said = [
        f"{int((~funnel.filled).sum())} studies, standard errors {errors[0]} to {errors[1]}, "
        f"estimates {shown[0]} to {shown[1]}"
    ]
    said.append(f"pooled {number(float(funnel.shown(funnel.pooled)), funnel.measure)}")
    if np.isfinite(funnel.adjusted):
        said.append(
            f"{int(funnel.filled.sum())} studies filled in, pooled with them "
            f"{number(float(funnel.shown(funnel.adjusted)), funnel.measure)}"
        )
    title = measure_label(funnel.measure)
    return f"Funnel plot of {title[:1].lower()}{title[1:]} against standard error:", said


def _forest_lines(forest: Forest) -> list[str]:
    """Rows in words, pooled estimates before the studies they come from."""
    said: list[str] = []
    pooled: list[bool] = []
    above: list[str] = []
    for row in forest.rows:
        above = [*above[: row.depth], row.label]
        if row.reference or row.heading:
            continue
        texts = [f"{entry.group} {entry.text}".strip() for entry in row.entries]
        pooled.append(all(entry.kind in ("summary", "prediction") for entry in row.entries))
        said.append(f"{', '.join(above)}: {', '.join(texts)}")
    first = [text for text, is_pooled in zip(said, pooled, strict=True) if is_pooled]
    return [*first, *(text for text, is_pooled in zip(said, pooled, strict=True) if not is_pooled)]


def _title(measure: str, frame: pd.DataFrame) -> str:
    label = measure_label(measure)
    return f"{label[:1].lower()}{label[1:]} with {interval_name(frame)}"


def _heatmap(frame: pd.DataFrame, labels: Mapping[str, str] | None, measure: str | None) -> tuple[str, list[str]]:
    pairs, words = triangle(frame, measure or "observed_expected"), Words.of(frame, labels)
    strongest = sorted(pairs.cells, key=lambda cell: -math.inf if math.isnan(cell.estimate) else cell.estimate)[::-1]
    said = []
    for cell in strongest:
        name = pair_label(pairs.names[cell.column], pairs.names[cell.row + 1], pairs.measure, words)
        shown = cell.shown.replace(NO_ESTIMATE, NOT_ESTIMABLE).replace(TOO_FEW, "too few people")
        said.append(f"{name} {shown}" + (f" ({cell.interval})" if cell.interval else ""))
    opening = f"Heatmap of {_title(pairs.measure, frame)} for {len(pairs.cells)} pairs, highest first:"
    return opening, said


def _upset(frame: pd.DataFrame, labels: Mapping[str, str] | None, measure: str | None) -> tuple[str, list[str]]:
    sets, words = arrange_sets(frame), Words.of(frame, labels)
    said = []
    for one in sets.combinations:
        names = " + ".join(words.name(name) for name in sets.conditions if name in one.members)
        shown = interval(one.observed, one.low, one.high, "prevalence").replace(NOT_ESTIMABLE, one.absent)
        expected = f", expected {number(one.expected, 'prevalence')}%" if math.isfinite(one.expected) else ""
        said.append(f"{names} {shown}{expected}")
    if math.isfinite(sets.nobody):
        said.insert(0, f"none of them {number(sets.nobody, 'prevalence')}%")
    if sets.hidden:
        said.insert(0, f"{sets.hidden:,} of {sets.total:,} combinations hidden ({sets.absent})")
    return "UpSet plot of combinations of conditions and no others, prevalence observed and expected:", said


def _profile(frame: pd.DataFrame, labels: Mapping[str, str] | None, measure: str | None) -> tuple[str, list[str]]:
    words = Words.of(frame, labels)
    profile = arrange_profile(one_measure(frame, measure, "profile_plot"), None, None, words)
    said = [_course(rows, profile, panel, group, words) for (panel, group), rows in _courses(profile)]
    across = " and ".join(words.name(name) for name in (profile.by, profile.group) if name)
    return f"{measure_label(profile.measure)} by {across}, first to last level:", said


def _courses(profile: Profile) -> list[tuple[tuple[str, object], pd.DataFrame]]:
    rows = profile.rows
    panels = list(dict.fromkeys(rows["panel"]))
    return [
        ((panel, group), rows[(rows["panel"] == panel) & (rows[profile.group] == group if profile.group else True)])
        for panel in panels
        for group in profile.groups
    ]


def _course(rows: pd.DataFrame, profile: Profile, panel: str, group: object, words: Words) -> str:
    """First and last level of one group, and the highest where it is neither."""
    order = {level: at for at, level in enumerate(profile.levels)}
    known = rows[rows["estimate"].notna()]
    known = known.assign(at=known[profile.by].map(order).astype(int)).sort_values("at")
    name = ", ".join(part for part in (panel, value_text(profile.group, group, words) if profile.group else "") if part)
    if known.empty:
        return f"{name}: {unknown(next(iter(rows.to_dict('records')), {}))}"
    points = [_point(row, profile, words) for row in known.to_dict("records")]
    said = " to ".join(dict.fromkeys([points[0], points[-1]]))
    peak = points[int(known["estimate"].to_numpy().argmax())]
    return f"{name}: {said}" + ("" if peak in (points[0], points[-1]) else f", highest {peak}")


def _point(row: Mapping[Any, Any], profile: Profile, words: Words) -> str:
    text = interval(row["estimate"], row["conf_low"], row["conf_high"], profile.measure)
    return f"{text} at {value_text(profile.by, row[profile.by], words)}"
