"""How codes of a vocabulary are written, and which spellings of one are the same."""

from __future__ import annotations

import re

import pandas as pd

__all__ = ["EXAMPLES", "compared_code", "compared_codes", "family", "listable", "well_formed"]

MARKS = "+*!†#-"
"""Signs after an ICD code that say how it was used (cause, manifestation, addition), or that it goes on."""
FORMS = {
    "ICD10": re.compile(rf"[A-Z]\d[0-9A-Z]\.?[0-9A-Z]{{0,4}}[{re.escape(MARKS)}]?"),
    "ICD9CM": re.compile(r"(\d{3}|V\d\d|E\d{3})\.?\d{0,2}"),
    "SNOMED": re.compile(r"\d{6,18}"),
    "OMOP": re.compile(r"\d+"),
    "PHECODE": re.compile(r"\d{1,4}(\.\d{1,2})?"),
}
EXAMPLES = {"ICD10": "G43.9", "ICD9CM": "346.90", "SNOMED": "37796009", "OMOP": "318736", "PHECODE": "340.1"}
NUMBERED = ("SNOMED", "OMOP")
"""Vocabularies whose codes are numbers without meaning: what begins alike has nothing in common."""


def family(vocabulary: str) -> str:
    """The name under which the form of a vocabulary's codes is known; empty when it is not."""
    if vocabulary.startswith("ICD10") and not vocabulary.startswith("ICD10PCS"):
        return "ICD10"  # of the WHO, and with the additions of countries: CM, CA, GM
    return vocabulary if vocabulary in FORMS else ""


def well_formed(vocabulary: str, codes: pd.Series) -> pd.Series:
    """Whether each text is one code of the vocabulary; always so where its form is not known."""
    form = FORMS.get(family(vocabulary))
    if form is None:
        return pd.Series(True, index=codes.index)
    distinct = codes.drop_duplicates()
    return codes.isin(distinct[[form.fullmatch(code.upper()) is not None for code in distinct]])


def listable(vocabulary: str, code: str, match: str) -> bool:
    """Whether a line of a code list can mean what it says: no wildcards, ranges or prefixes of mere numbers."""
    if vocabulary in NUMBERED and match == "prefix":
        return False
    if match == "prefix" and family(vocabulary) in ("ICD10", "ICD9CM"):
        return re.fullmatch(r"[0-9A-Z]+\.?[0-9A-Z]*", code.upper()) is not None
    return bool(well_formed(vocabulary, pd.Series([code])).all()) and not code.endswith(tuple(MARKS))


def compared_codes(vocabulary: str, codes: pd.Series) -> pd.Series:
    """Codes as they are compared; in ICD neither dot nor case nor a mark at the end counts: M54.2 is also m542."""
    return codes.map({code: compared_code(vocabulary, code) for code in codes.unique()})


def compared_code(vocabulary: str, code: str) -> str:
    """One code as `compared_codes` gives it."""
    return code.replace(".", "").rstrip(MARKS).upper() if vocabulary.startswith("ICD") else code
