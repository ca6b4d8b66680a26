"""Result frames as readers expect them: rounded, labelled, with interval beside the estimate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from comorbid.columns import RATIO_MEASURES, words
from comorbid.columns.references import drop_intercept, with_references
from comorbid.columns.words import Words
from comorbid.disclosure import guarded
from comorbid.errors import SpecError
from comorbid.tables import naming


def format_estimates(
    frame: pd.DataFrame,
    *,
    labels: Mapping[str, str] | None = None,
    digits: int = 2,
    percent_digits: int = 1,
    columns: str | None = None,
    references: bool = True,
    fold: bool = True,
) -> pd.DataFrame:
    """A tidy result frame as strings for readers, protected first when its cohort is confidential.

    Ratios read "1.84 (1.62 to 2.09)", prevalences "21.5% (20.4 to 22.6)", differences of prevalences
    percentage points, p values "<0.001", counts "15,332", reference levels "1 (reference)", missing
    estimates "not estimable". What disclosure control hid reads "[n<10]", and a proportion that the NCHS
    standards would suppress ends in "[imprecise]"; both are explained in `attrs["note"]`. A column of notes
    says what these standards hold against a proportion, and what the row's own `note` says. Standard errors
    and test statistics are left to the frame itself; so is the intercept of a model on the ratio scale.

    Parameters
    ----------
    frame : DataFrame
        With `measure`, `estimate`, `conf_low`, `conf_high`, and columns that say what each row is.
    labels : mapping of name to label, optional
        Overrides the labels that the frame carries in `attrs["labels"]`.
    digits : int
        Decimals of all measures but percentages. Ratios from 100 on have none and end at ">1,000".
    percent_digits : int
        Decimals of percentages and percentage points.
    columns : str, optional
        Column whose values stand side by side, each with its own estimate: "model", "measure", "sex". Counts that hold
        for all of them follow.
    references : bool
        Whether reference levels get rows of their own.
    fold : bool
        Whether what is the same in every row (the outcome, the model, n) leaves the columns and is said once,
        in `attrs["context"]`, which every printed form of the table shows.

    Returns
    -------
    DataFrame
        Strings alone, empty where there is nothing to say. `attrs["numeric"]` lists the columns to align right;
        the other attributes are those of `frame`.

    Raises
    ------
    SpecError
        When a column that is needed is absent, or rows cannot be told apart once spread over `columns`.
    """
    _check(frame, columns)
    frame = guarded(frame)
    label = Words.of(frame, labels)
    rows = _rows(frame, references)
    estimates = [_estimate(row, digits, percent_digits) for row in rows.to_dict("records")]
    identity, figures = naming.identity(rows, label), naming.figure_columns(rows)
    context: list[str] = []
    if fold and len(rows) > 1:
        kept = naming.HEADERS.get(columns or "") or label.name(columns)
        identity, figures, context = naming.fold(identity, figures, kept)
    if columns:
        shown, numeric = _spread(identity, estimates, columns, rows, label, figures)
    else:
        shown = identity.assign(**{_estimate_header(frame): estimates}, **figures)
        numeric = list(shown.columns[identity.shape[1] :])
        notes = naming.remarks(rows)
        shown = shown.assign(Note=notes) if any(notes) else shown
    shown.attrs = {**frame.attrs, "note": naming.marks_note(rows, frame)}
    shown.attrs.update(numeric=numeric, context="; ".join(context), synthetic=words.is_synthetic(frame))
    return shown


def _check(frame: pd.DataFrame, columns: str | None) -> None:
    needed = ["measure", "estimate", "conf_low", "conf_high", *([columns] if columns else [])]
    absent = [name for name in needed if name not in frame.columns]
    if absent:
        raise SpecError(
            f"A table of estimates needs the columns {', '.join(needed)}; {', '.join(absent)} not found among "
            f"{', '.join(map(str, frame.columns))}.\n  Give a tidy frame, such as fit.tidy(exponentiate=True)."
        )


def _rows(frame: pd.DataFrame, references: bool) -> pd.DataFrame:
    if frame["measure"].isin(RATIO_MEASURES).any():
        frame = drop_intercept(frame)
    return with_references(frame) if references else frame.assign(is_reference=False).reset_index(drop=True)


def _estimate(row: Mapping[Any, Any], digits: int, percent_digits: int) -> str:
    if row["is_reference"]:
        return f"{float(row['estimate']):g} (reference)"
    if pd.isna(row["estimate"]) and naming.hidden(row):
        return naming.hidden(row)
    values = (row["estimate"], row["conf_low"], row["conf_high"])
    text = words.interval(*values, str(row["measure"]), digits, percent_digits)
    return f"{text} {naming.IMPRECISE}" if row.get("presentation") == "suppress" else text


def _estimate_header(frame: pd.DataFrame) -> str:
    measures = frame["measure"].unique()
    name = words.measure_label(measures[0]) if len(measures) == 1 else "Estimate"
    return f"{name} ({words.interval_name(frame)})"


def _spread_header(name: str, columns: str, frame: pd.DataFrame) -> str:
    if columns == "measure" or frame["measure"].unique().size > 1:
        return f"{name} ({words.interval_name(frame)})"
    header = _estimate_header(frame)
    return f"{name}, {header[:1].lower()}{header[1:]}"


def _spread(
    shown: pd.DataFrame,
    estimates: list[str],
    columns: str,
    rows: pd.DataFrame,
    label: Words,
    figures: Mapping[str, list[str]],
) -> tuple[pd.DataFrame, list[str]]:
    """One row for all values of `columns`, with an estimate each, and the names of the columns that stand right.

    A count that is the same for all values of `columns` in every row, as that of the people with both conditions of a
    pair is for every measure, follows the estimates.
    """
    header = naming.HEADERS.get(columns) or label.name(columns)
    values = [naming.value_text(columns, value, label) for value in rows[columns]]
    shown = shown.drop(columns=header, errors="ignore")
    keys = list(zip(*(shown[name] for name in shown.columns), strict=True)) or [()] * len(rows)
    repeated = len(keys) - len(set(zip(keys, values, strict=True)))
    if repeated:
        raise SpecError(
            f"`columns={columns!r}` leaves {repeated} of {len(rows)} rows with the same name as another.\n"
            "  Select one measure or one subgroup first, or leave `columns` out."
        )
    whole: dict[tuple[str, ...], dict[str, str]] = {}
    for key, value, text in zip(keys, values, estimates, strict=True):
        whole.setdefault(key, {})[value] = text
    names = list(dict.fromkeys(values))
    headers = [_spread_header(name, columns, rows) for name in names]
    cells = [[*key, *(texts.get(name, "") for name in names)] for key, texts in whole.items()]
    counts = {name: found for name in naming.COUNT_HEADERS if (found := _of_each_row(figures.get(name, []), keys))}
    table = pd.DataFrame(cells, columns=[*shown.columns, *headers], dtype=object).assign(**counts)
    return table, [*headers, *counts]


def _of_each_row(texts: list[str], keys: list[tuple[str, ...]]) -> list[str]:
    """What a figure says of each row, once; nothing where it says several things of one."""
    found = dict(zip(keys, texts, strict=False))
    same = all(found[key] == text for key, text in zip(keys, texts, strict=False))
    return list(found.values()) if same else []
