"""A frame whose columns describe themselves: categories are levels, booleans are conditions, floats are continuous."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from unicodedata import category as unicode_kind
from unicodedata import normalize

import numpy as np
import pandas as pd

from comorbid.codebook import Codebook, Kind, Variable
from comorbid.design import SurveyDesign
from comorbid.errors import CohortError, few, names_given, require_known
from comorbid.people import with_text_names
from comorbid.recode import key

YES_NO = {"no": (0,), "yes": (1,)}
WORDS = {"no": "no", "yes": "yes", "0": "no", "1": "yes"}
"""Categories that a condition may have, in lower case, with the level that each means."""
FEW_NUMBERS = 12
"""Whole numbers of up to as many distinct values could be codes, and are not taken for quantities."""
NO_ANSWER = (7, 8, 9, 77, 88, 97, 98, 99, 777, 888, 997, 998, 999, 7777, 9999)
"""Codes that surveys give to refused and don't know."""
BLOCK = 65_536
"""Rows that are looked at first."""
MANY_LEVELS = 20
FEW_SHARE = 10
"""More levels than this, and more than half as many as people, are an identifier."""
ABSENT = ("NA", "N/A", "NaN", "nan")
"""How programs write a missing number as text."""
GONE = ("nan", "NaN", "NaT", "<NA>")
"""What becomes of a missing value when a column is turned into text before it is made categorical."""
TRUTH = {"no": ("FALSE", "False", "false"), "yes": ("TRUE", "True", "true")}
"""How programs write truth values as text."""
CODEBOOK = "describe it in a codebook"


def describe_frame(
    frame: pd.DataFrame,
    design: SurveyDesign | str | None = None,
    conditions: Sequence[str] | None = None,
    name: str = "cohort",
) -> Codebook:
    """A codebook made from the types of a frame's columns; columns that do not say what they are stay out, with why.

    Raises
    ------
    CohortError
        When no column can serve as a condition, a column stands in the frame twice, a condition has other categories
        than no and yes, or categories differ by blanks alone.
    """
    frame = with_text_names(frame)
    reserved = design.columns if isinstance(design, SurveyDesign) else ()
    wanted = None if conditions is None else names_given(conditions, "conditions")
    for condition in wanted or ():
        require_known(condition, frame.columns, "column", "the data")
    variables, left_out = {}, {}
    for column in frame.columns:
        is_condition = None if wanted is None else column in wanted
        found = "is a column of the survey design" if column in reserved else _describe(frame[column], is_condition)
        if isinstance(found, Variable):
            variables[column] = found
        else:
            left_out[column] = found
    asked = [condition for condition in wanted or () if condition not in variables]
    if asked:
        raise CohortError(f"`{asked[0]}` cannot be a condition as it is: it {left_out[asked[0]]}.")
    chosen = wanted or tuple(v.name for v in variables.values() if v.kind == "condition")
    if not chosen:
        raise CohortError(
            "no column can serve as a condition: make conditions boolean, name them with conditions=[...], "
            "or describe the columns in a codebook."
        )
    return Codebook(name=name, title=name, variables=variables, conditions=chosen, left_out=left_out)


def _describe(column: pd.Series, is_condition: bool | None) -> Variable | str:
    """The variable that a column is, or why it is none; `is_condition` is None where nobody said which are."""
    name, label = str(column.name), str(column.name).replace("_", " ")
    if isinstance(column.dtype, pd.CategoricalDtype):
        return _of_categories(column, name, label, bool(is_condition))
    if pd.api.types.is_bool_dtype(column.dtype):
        return Variable(name, "categorical" if is_condition is False else "condition", label, name, YES_NO)
    if pd.api.types.is_numeric_dtype(column.dtype) and column.dtype.kind != "c":
        return _of_numbers(column, name, label, bool(is_condition))
    return _of_text(column, is_condition)


def _of_categories(column: pd.Series, name: str, label: str, is_condition: bool) -> Variable | str:
    categories = [category for category in column.cat.categories if key(category) and key(category) not in GONE]
    twice = sum(times > 1 for times in Counter(map(_seen, categories)).values())
    if twice:
        raise CohortError(
            f"{twice} of {len(categories)} categories of `{name}` stand there twice but for blanks around them, signs "
            "that are not seen, or their type. Strip and merge them, e.g. with "
            ".astype(str).str.strip().astype('category')."
        )
    missing = dict.fromkeys((key(word) for word in column.cat.categories if key(word) in GONE), "missing")
    if is_condition:
        return Variable(name, "condition", label, name, _no_and_yes(categories, name), missing)
    if len(categories) > MANY_LEVELS and len(categories) > len(column) / 2:
        return f"has {len(categories):,} categories for {len(column):,} people, as an identifier has; group it"
    if len(categories) > MANY_LEVELS and (column.value_counts() < FEW_SHARE).mean() > 0.5:
        return f"has {len(categories):,} categories, most of them with fewer than {FEW_SHARE} people; group it"
    return Variable(name, "categorical", label, name, {str(level).strip(): (level,) for level in categories}, missing)


def _seen(category: object) -> str:
    """A category as a reader sees it: letters with accents in one spelling, without signs that have no width."""
    text = normalize("NFKC", str(category))
    return "".join(sign for sign in text if unicode_kind(sign) not in ("Cc", "Cf")).strip()


def _no_and_yes(categories: Sequence[object], name: str) -> dict[str, tuple[object]]:
    """Categories of a condition by the level that they mean, no before yes."""
    meant = {WORDS.get(key(category).lower(), ""): (category,) for category in categories}
    if len(categories) != 2 or set(meant) != {"no", "yes"}:
        raise CohortError(
            f"`{name}` is to be a condition and has {len(categories)} categories; a condition has two, no and yes. "
            "Make it boolean (e.g. frame[column] == 'the level that counts'), or describe it in a codebook, with other "
            "categories as missing."
        )
    return {"no": meant["no"], "yes": meant["yes"]}


def _of_numbers(column: pd.Series, name: str, label: str, is_condition: bool) -> Variable | str:
    if is_condition:
        return Variable(name, "condition", label, name, YES_NO)
    codes = (
        f"holds whole numbers with at most {FEW_NUMBERS} distinct values, which could be codes; {CODEBOOK}, or make it"
    )
    if pd.api.types.is_integer_dtype(column.dtype) and _few_distinct(column):
        return f"{codes} categorical, or float when it is a quantity"
    if _codes_as_floats(column):
        return f"{codes} categorical (values are missing, for which pandas made floats of them)"
    return Variable(name, "continuous", label, name)


def _codes_as_floats(column: pd.Series) -> bool:
    """Whether floats with gaps are codes, for which pandas has no other gap: 1 and 2, or 7 to 9 far above others."""
    if column.dtype.kind != "f" or not column.hasnans or not (column.iloc[:BLOCK].dropna() % 1 == 0).all():
        return False
    known = column.dropna()
    if not len(known) or not (known % 1 == 0).all() or not _few_distinct(known):
        return False
    values = sorted(map(int, known.unique()))
    answers = [value for value in values if value not in NO_ANSWER]
    refused = [value for value in values if value in NO_ANSWER and answers and value > answers[-1]]
    return values == [1, 2] or bool(refused and refused[0] > answers[-1] + 2)


def _few_distinct(column: pd.Series, block: int = BLOCK) -> bool:
    """Whether there are no more than `FEW_NUMBERS` distinct values; most columns show it in their first rows."""
    known = column if isinstance(column.dtype, np.dtype) else column.dropna()
    if len(known) == 0 or int(known.max()) - int(known.min()) < FEW_NUMBERS:
        return True
    seen: set[object] = set()
    for start in range(0, len(known), block):
        seen.update(known.iloc[start : start + block].unique().tolist())
        if len(seen) > FEW_NUMBERS:
            return False
    return True


def _of_text(column: pd.Series, is_condition: bool | None) -> Variable | str:
    """Text is left out, unless it is numbers or truth values with the usual marks where one is missing."""
    if not (pd.api.types.is_object_dtype(column.dtype) or pd.api.types.is_string_dtype(column.dtype)):
        return f"holds neither numbers nor categories; {CODEBOOK}, or make it a number"
    known = column.dropna()
    known = known[~known.isin(ABSENT)]
    if len(known) and known.isin([word for words in TRUTH.values() for word in words]).all():
        kind: Kind = "categorical" if is_condition is False else "condition"
        name = str(column.name)
        return Variable(name, kind, name.replace("_", " "), name, TRUTH, dict.fromkeys(ABSENT, "missing"))
    if len(known) == 0 or not (_are_numbers(known.iloc[:1000]) and _are_numbers(known)):
        held = f"text or other objects ({few(len(known))} values)"
        return f"holds {held}, not numbers; make it categorical, or {CODEBOOK}"
    found = _describe(pd.to_numeric(known.astype(object)).rename(str(column.name)), is_condition)
    return replace(found, missing=dict.fromkeys(ABSENT, "missing")) if isinstance(found, Variable) else found


def _are_numbers(values: pd.Series) -> bool:
    plain = values.map(lambda value: isinstance(value, (str, bool, int, float)))
    return bool(plain.all() and pd.to_numeric(values.astype(object), errors="coerce").notna().all())
