"""What column names and labels give away: conditions, design columns, identifiers, reasons for a missing answer."""

from __future__ import annotations

import re

__all__ = [
    "calls_it_a_date",
    "design_role",
    "gives_birth_year",
    "is_identifier",
    "is_missing_code",
    "is_missing_label",
    "is_quasi_identifier",
    "known_condition",
    "known_covariate",
    "names_a_person",
    "plain",
    "replicate_stem",
]

CONDITIONS = {
    "migraine": r"migr|head ?aches?|cephal|cefalea|kopfschmerz|c\u00e9phal",
    "low_back_pain": r"lombalg|mal de dos|(r\u00fccken|ruecken|kreuz)schmerz|"
    r"(low(er)? )?back ?(pain|ache|problem|trouble)|lumb(ar|ago|alg)|\blbp\b|pain ?lb",
    "neck_pain": r"neck|cervical|nackenschmerz",
    "fibromyalgia": r"fibromyalg|widespread pain|\bcwp\b|\bfms?\b",
    "jaw_pain": r"jaw|facial pain|face pain|pain ?face|\btmd\b|temporomandibular",
    "depression": r"depress",
}
COVARIATES = {
    "age": r"^age\b|\bage (p|yrs|years|at|in)\b|\bage$|^ridageyr$|how old (are|is)|"
    r"^alter\b|wie alt sind|^edad\b|^\u00e2ge\b|^idade\b|^et\u00e0\b|^leeftijd\b|^\u00e5lder\b|^ik\u00e4\b",
    "sex": r"^sex\b|\bsex$|^gender\b|\bgender$|^riagendr$|\bgeschlecht$|^sexe$|^sexo$",
    "education": r"^educ|\beducation(al)?\b|^school(ing)?$",
    "smoking": r"\bsmok|^smk",
}
"""What the analyses of the study adjust for, by the names that they use."""
QUESTIONS = {
    "age": r"^age\b|^alter$|how old (are|is)|your age\b",
    "sex": r"^sex\b|^gender\b|respondent'?s (sex|gender)|your (sex|gender)\b",
    "education": r"^educ|(highest|last) (grade|class|degree|diploma|level of (school|education))",
    "smoking": r"^smok|do you (now |currently |presently )?smoke\b",
}
"""The same for labels that are whole questions, where a word such as school can stand for anything."""
LONG_LABEL = 8
"""Words from which on a label is a question."""
SOMEBODY_ELSE = r"\b(parents?|mother|father|spouse|partner|husband|wife|sibling|brother|sister|interviewer)('?s)?\b"
"""Words that make a covariate another person's: whether a parent smokes is not whether the person does."""
OTHER_HEADACHES = r"(cluster|tension([- ]type)?|overuse|rebound|sinus|spannungs)[- ]?(head ?aches?|kopfschmerz\w*)"
"""Headaches that are no migraine; a headache of no kind is, as surveys ask for severe headache or migraine."""
MEDICINE = r"\b(medic(ations?|ines?)|drugs?|pills?|tablets?|prescri\w+)\b"
"""Words that make a condition what is taken for it: a medicine for headache is not migraine."""
DESIGN = {
    "weights": r"^w$|^gewichtung|^(.*_)?w(eigh)?t(s|ing)?(_.*|\d.*)?$|^(p|sample|survey)_?weights?$|"
    r"^wt[a-z]*\d*|w(g|gh)?ts?(_.*)?$|pondera|^pond$|^fac(tor)?_?(de_)?exp|^fexp|^peso_(amostral|muestral|campionario)",
    "strata": r"strat(?!eg|ion|iv|ed|or\b)|^str$|^sdmvstra$|^var_str|^schicht(ung)?$|^strate$",
    "psu": r"(?<!ca)psu|cluster|^up[am]\b|^conglomerado|^grappe",
}
REPLICATE = re.compile(r"(.*(?:bsr|brr|jk|rep|boot|fay|wgt|wt|weight|rw)[a-z]*_?)\d{1,4}")
NAMING = (
    r"\b(sur|first|last|fore|family|full|maiden)?name\b|e-?mail|phone|mobile|address|street|\bssn\b|social.?sec|"
    r"passport|insur(ance)?.?n(o|um)|\bip\b|nhs.?n"
)
NAMING_ELSEWHERE = (
    r"\b(vor|nach|familien)name\b|\b(pr[ée])?nom\b|\bnombres?\b(?! d(e\b|'))|\bapellidos?\b|\b(sobre)?nome\b|"
    r"\bcognome\b|\b((voor|achter)?naam|(för|efter)?namn|(for|etter|efter)?navn|(suku|etu)?nimi)\b|"
    r"\b(adress?e?|anschrift|direcci[oó]n|domicilio|endere[çc]o|indirizzo|osoite)\b|stra(ss|ß)e\b|straat\b|"
    r"\bcourriel\b|\bcorreo electr|\bcorreio eletr|\bposta elettr|\be-?post\b|\bsähköposti|"
    r"\b(mobil)?tel[eé]fon([eo]s?|nummer|nr)?\b|\btelefoon|\bcelular\b|\bm[oó]vil\b|\bpuhelin|\bhandynummer|"
    r"\bversicher(ten|ungs)(nummer|nr)|\bperson(en)?(nummer|nr)\b|\bf[öøo]dselsnummer|\bcpr\b|\bdni\b|\bnif\b|"
    r"\bcpf\b|\bcodice fiscale|\bbsn\b|\bburgerservicenummer|\bhenkil[öo]tunnus|"
    r"\bn(um[eé]r|[uú]mer)o d[ei] (la )?(s[eé]curit[eé]|segur)|"
    r"\bpa(t|s)ient(en)?(nummer|nr)\b|\bn(um[eé]r|[uú]mer)o (d[eiou]l? )?(patient|paciente|paziente|dossier)\b|"
    r"\bpotilasnumero"
)
"""The same in German, French, Spanish, Portuguese, Italian, Dutch and the languages of the north."""
DATES = r"birth ?(day|date)|date of birth|^birth$|\bdob\b|(?<!up)(?<!candi)date\b"
DATES_ELSEWHERE = (
    r"geburts ?(tag|datum)|datum\b|\bdato\b|\bfecha\b|\bdata (d[aeio]|nasc)|f[öøo]dsels(dato|datum|dag)|\bsyntymäaika"
)
BIRTH_YEAR = (
    r"birth ?(yr|year)|(yr|year) ?(of ?)?birth|\byob\b|geburtsjahr|ann[eé]e (de )?naissance|a[ñn]o (de )?nacimiento|"
    r"ano (de )?nascimento|anno (di )?nascita|geboortejaar|f[öø]delse ?år|fødselsår|syntymävuosi"
)
COMPLAINT = "|".join(CONDITIONS.values()) + r"|\b(pain|ache|symptoms?)\b"
"""Words that make a cluster or a weight what people complain of: cluster headache is no sampling unit."""
BODY = r"body|birth|kgs?\b|\blbs?\b|pounds?|kilo|height"
PLACES = (
    r"zip|post.?code|\bplz\b|municipal|village|\btown\b|gps|latitude|longitude|\b(lat|lon|lng)\b|"
    r"^long$|\bfips\b|\barea ?code\b|\bmsa\b|"
    r"\bcensus tract\b"
)
PLACES_ELSEWHERE = (
    r"postleitzahl|\bcode postal|c[oó]digo postal|codice postale|\bcep\b|\bpost(nummer|nr|inumero)\b|\bwohnort|"
    r"\bwoonplaats|\b(gemeinde|gemeente|commune|kommune?|comune|munic[ií]pio)\b"
)
NUMBER = r"(id|no|nr|num(ber)?)"
PERSON = rf"^(id ?{NUMBER}?|pid|seqn|(person|resp(ondent)?|subj(ect)?|patient|participant|case) ?{NUMBER})$"
QUASI = (
    r"^alter\b|^edad\b|^sexe$|^sexo$|geschlecht|\bage\b|^age|\bsex\b|gender|\brace|ethnic|\bregion\b|\bstate\b|\bcounty\b|\beduc|\bschool(ing)?\b|\bmarital|"
    r"\bmarried\b|\bincome\b|occupation|employment|\bjob ?(cat|category|title)?$|\bcountry\b|"
    r"\bhisp|minority|religi|nationality"
)
NAMING, DATES, PLACES = f"{NAMING}|{NAMING_ELSEWHERE}", f"{DATES}|{DATES_ELSEWHERE}", f"{PLACES}|{PLACES_ELSEWHERE}"
MISSING = (
    r"refus|\bdon['\u2019]?t know|do not know|not ascertained|not stated|no answer|not answered|missing|unknown|"
    r"inapplicable|not applicable|not asked|\bskip|declined|prefer not|no response|no data|not available|"
    r"(^|\W)n\W?a\W*$|^\W+$|wei(ss|\u00df) nicht|keine (angabe|antwort)|verweigert|trifft nicht zu|ne sait pas|"
    r"ne veut pas|non applicable|ne s'applique pas|no sabe|no contesta|"
    r"no responde|no aplica|\bno s\u00e9\b|"
    r"n\u00e3o (sabe|sei|respond|se aplica)|non (sa|so|risponde)\b|weet (ik )?niet|geen antwoord|vet (ej|inte|ikke)|"
    r"nicht zutreffend|^k a$|^nsp$|^ns ?/ ?n[cr]$"
)
EXPORTED = r"[\W_]+|\.[a-z]|#(null|n/?a|nv|value|div/0|ref|num|name)[!?]?|null|nan"
"""What SPSS, Stata, SAS and spreadsheets write into text files where there is no value."""
MISSING_SHORT = r"\bd\W?k\b|\bref\b"
"""Short words for no answer that labels use, and that could be codes with a meaning of their own."""


def plain(*texts: str) -> str:
    """Texts in small letters with blanks between words."""
    words = " ".join(text for text in texts if text)
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", words)
    return re.sub(r"[_.\s]+", " ", apart).strip().lower()


def known_condition(name: str, label: str) -> str:
    """The condition that a column seems to be about; empty for none, another person's, or a medicine for it."""
    told = plain(name, label)
    if re.search(f"{SOMEBODY_ELSE}|{MEDICINE}", told):
        return ""
    told = re.sub(OTHER_HEADACHES, " ", told)
    return next((condition for condition, words in CONDITIONS.items() if re.search(words, told)), "")


def known_covariate(name: str, label: str, kind: str) -> str:
    """The covariate of the study that a column seems to be; empty for none. Age is a quantity, others have levels."""
    if re.search(SOMEBODY_ELSE, plain(name, label)):
        return ""
    fitting = [covariate for covariate in COVARIATES if kind == ("continuous" if covariate == "age" else "categorical")]
    told = plain(label)
    patterns = QUESTIONS if _is_question(label) else COVARIATES
    return next(
        (c for c in fitting if re.search(COVARIATES[c], plain(name)) or (told and re.search(patterns[c], told))), ""
    )


def _is_question(label: str) -> bool:
    return len(label.split()) >= LONG_LABEL


def design_role(name: str, label: str) -> str:
    """ "weights", "strata" or "psu" where the name or label says so; empty for none."""
    told = plain(label)
    for role, words in DESIGN.items():
        if re.search(words, name.lower()) and not (role == "weights" and re.search(BODY, plain(name, label))):
            return "" if re.search(COMPLAINT, plain(name, label)) else role
    spoken = {"weights": r"\bweights?\b(?!.*(kg|body|pound))", "strata": r"\bstrat(um|a)\b", "psu": r"\bsampling unit"}
    return next((role for role, words in spoken.items() if re.search(words, told) and "sampl" in told), "")


def replicate_stem(name: str) -> str:
    """What a numbered column has in common with the other replicate weights, such as brr_ of brr_1; empty for none."""
    found = REPLICATE.fullmatch(name.lower())
    return found[1] if found else ""


def is_identifier(name: str, label: str) -> bool:
    """Whether a column seems to name a person, a place of living or a day."""
    return bool(re.search(f"{NAMING}|{DATES}|{PLACES}", plain(name, label)))


def gives_birth_year(told: str) -> bool:
    """Whether plain words call a column the year of birth."""
    return bool(re.search(BIRTH_YEAR, told))


def calls_it_a_date(name: str) -> bool:
    """Whether a column is called a day."""
    return bool(re.search(DATES, plain(name)))


def names_a_person(name: str) -> bool:
    """Whether a column is called the number of a person."""
    return bool(re.search(PERSON, plain(name)))


def is_quasi_identifier(name: str, label: str) -> bool:
    """Whether a column tells what a neighbour could know of a person; a label that is a question is not looked at."""
    return any(re.search(QUASI, text) for text in (plain(name), "" if _is_question(label) else plain(label)))


def is_missing_code(code: str) -> bool:
    """Whether a code that is text says by itself that there is no answer."""
    return bool(re.search(MISSING, plain(code)) or re.fullmatch(EXPORTED, code.strip().lower()))


def is_missing_label(label: str) -> bool:
    """Whether the label of a code says that there is no answer."""
    return bool(re.search(f"{MISSING}|{MISSING_SHORT}", plain(label)))
