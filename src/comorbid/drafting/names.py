"""What column names and labels give away: conditions, design columns, identifiers, reasons for a missing answer."""

from __future__ import annotations

import re

__all__ = [
    "design_role",
    "is_identifier",
    "is_missing_label",
    "is_quasi_identifier",
    "known_condition",
    "known_covariate",
    "plain",
]

CONDITIONS = {
    "migraine": r"migr|head ?aches?|cephal",
    "low_back_pain": r"(low(er)? )?back ?(pain|ache|problem|trouble)|lumb(ar|ago)|\blbp\b|pain ?lb",
    "neck_pain": r"neck|cervical",
    "fibromyalgia": r"fibromyalg|widespread pain|\bcwp\b|\bfms?\b",
    "jaw_pain": r"jaw|facial pain|face pain|pain ?face|\btmd\b|temporomandibular",
    "depression": r"depress",
}
COVARIATES = {
    "age": r"^age\b|\bage (p|yrs|years|at|in)\b|\bage$|^ridageyr$",
    "sex": r"^sex\b|\bsex$|gender|^riagendr$",
    "education": r"^educ|education|school",
    "smoking": r"smok|^smk",
}
"""What the analyses of the study adjust for, by the names that they use."""
SOMEBODY_ELSE = r"\b(parents?|mother|father|spouse|partner|husband|wife|sibling|brother|sister)('?s)?\b"
"""Words that make a covariate another person's: whether a parent smokes is not whether the person does."""
DESIGN = {
    "weights": r"^(.*_)?w(eigh)?t(s|ing)?(_.*|\d.*)?$|^(p|final|sample|survey)_?w(eigh)?ts?$|^wt[a-z]*\d*",
    "strata": r"strat|^str$|^sdmvstra$|^var_str",
    "psu": r"psu|cluster",
}
NAMING = (
    r"name|surname|e-?mail|phone|mobile|address|street|\bssn\b|social.?sec|passport|insur(ance)?.?n(o|um)|\bip\b|nhs.?n"
)
DATES = r"birth|\bdob\b|date\b|visit date"
BODY = r"\bbody\b|\bkgs?\b|\blbs?\b|pounds?|kilo|height"
PLACES = r"zip|post.?code|\bplz\b|municipal|village|\btown\b|gps|latitude|longitude"
QUASI = (
    r"\bage\b|age_|^age|sex|gender|race|ethnic|region|state|county|educ|school|marital|income|occupation|job|"
    r"country"
)
MISSING = (
    r"refus|don'?t know|do not know|not ascertained|not stated|no answer|not answered|missing|unknown|inapplicable|"
    r"not applicable|not asked|skip|declined|prefer not|valid skip|no response|n/?a$|no data|not available"
)


def plain(*texts: str) -> str:
    """Texts in small letters with blanks between words."""
    words = " ".join(text for text in texts if text)
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", words)
    return re.sub(r"[_.\s]+", " ", apart).strip().lower()


def known_condition(name: str, label: str) -> str:
    """The condition that a column seems to be about; empty for none."""
    told = plain(name, label)
    return next((condition for condition, words in CONDITIONS.items() if re.search(words, told)), "")


def known_covariate(name: str, label: str, kind: str) -> str:
    """The covariate of the study that a column seems to be; empty for none. Age is a quantity, others have levels."""
    told = [plain(name), plain(label)]
    if any(re.search(SOMEBODY_ELSE, text) for text in told):
        return ""
    for covariate, words in COVARIATES.items():
        fits = kind == ("continuous" if covariate == "age" else "categorical")
        if fits and any(re.search(words, text) for text in told):
            return covariate
    return ""


def design_role(name: str, label: str) -> str:
    """ "weights", "strata" or "psu" where the name or label says so; empty for none."""
    told = plain(label)
    for role, words in DESIGN.items():
        if re.search(words, name.lower()) and not (role == "weights" and re.search(BODY, told)):
            return role
    spoken = {"weights": r"\bweights?\b(?!.*(kg|body|pound))", "strata": r"\bstrat(um|a)\b", "psu": r"\bsampling unit"}
    return next((role for role, words in spoken.items() if re.search(words, told) and "sampl" in told), "")


def is_identifier(name: str, label: str) -> bool:
    """Whether a column seems to name a person, a place of living or a day."""
    return bool(re.search(f"{NAMING}|{DATES}|{PLACES}", plain(name, label)))


def is_quasi_identifier(name: str, label: str) -> bool:
    """Whether a column tells what a neighbour could know of a person."""
    return bool(re.search(QUASI, plain(name, label)))


def is_missing_label(label: str) -> bool:
    """Whether the label of a code says that there is no answer."""
    return bool(re.search(MISSING, plain(label)))
