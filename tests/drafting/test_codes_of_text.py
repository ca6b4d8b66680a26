"""Codes that are no numbers, and texts that are no dates, as they come in survey files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import comorbid as cm
from comorbid.codebook import read_codebook
from comorbid.drafting import draft_codebook
from comorbid.drafting.coded import guess_yes
from comorbid.drafting.looks import look_like_contacts, look_like_dates
from comorbid.drafting.names import is_identifier
from comorbid.drafting.proposals import propose
from comorbid.drafting.sniffing import sniffed

N = 300


def test_codes_that_begin_with_zero_stay_text(tmp_path: Path) -> None:
    """The zeros come late in the file, far behind what is looked at first."""
    codes = ["10"] * 70_000 + ["007", "010", "100"] * 100
    people = pd.DataFrame({"site": codes, "migraine": [0, 1] * (len(codes) // 2), "dose": 0.5})
    people.loc[3, "dose"] = 0.25
    people.to_csv(tmp_path / "mine.csv", index=False)
    text = draft_codebook(tmp_path / "mine.csv").text
    assert 'text = ["site"]' in text
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    levels = read_codebook(tmp_path / "mine.toml").variables["site"].levels
    assert set(levels) == {"007", "010", "10", "100"}
    assert cm.load_cohort(tmp_path / "mine.toml").n == len(codes)


@pytest.mark.parametrize(
    ("text", "is_date"),
    [
        ("2024-01-31", True),
        ("31.1.1999", True),
        ("1/31/99", True),
        ("2024-01-31T12:00:00Z", True),
        ("192.168.1.10", False),
        ("10.0.12.55", False),
        ("8.8.8.8", False),
        ("1.2.3", False),
        ("12:30", False),
        ("1-2", False),
        ("1/2", False),
        ("030-12-3456", False),
        ("1,234", False),
        ("45%", False),
    ],
)
def test_what_is_a_date(text: str, is_date: bool) -> None:
    assert look_like_dates(pd.Series([text] * 5)) is is_date


def test_an_address_of_a_computer_is_an_address() -> None:
    assert look_like_contacts(pd.Series([f"10.0.12.{i}" for i in range(20)]))


@pytest.mark.parametrize(
    ("yes", "no"),
    [("ja", "nein"), ("Oui", "Non"), ("sí", "no"), ("sim", "não"), ("sì", "no"), ("ja", "nee"), ("Ja", "Nej")],
)
def test_yes_and_no_in_the_languages_of_the_files(yes: str, no: str) -> None:
    proposal = propose(pd.Series([yes, no] * N, name="q1"), "", {}, ())
    found = guess_yes(proposal, asked=False)
    assert found is not None and found.levels == {"no": no, "yes": yes}


@pytest.mark.parametrize("missing", [[-9, -8], [998, 999], [-7]])
def test_missing_codes_by_habit(missing: list[int]) -> None:
    column = pd.Series([1, 2, 3] * N + missing * 9, name="q1")
    assert set(propose(column, "", {}, ()).missing) == {str(code) for code in missing}


IDENTIFIERS = (
    "Vorname", "nachname", "prenom", "nom", "apellido", "nombre_del_paciente", "cognome", "sobrenome", "voornaam",
    "efternamn", "etternavn", "sukunimi", "Anschrift", "adresse", "direccion", "endereço", "indirizzo", "adres",
    "courriel", "correo_electronico", "e-post", "telefonnummer", "telefono", "teléfono", "telefoon", "celular",
    "Geburtsdatum", "geburtstag", "date_de_naissance", "fecha_nacimiento", "data_nascimento", "data_di_nascita",
    "geboortedatum", "fødselsdato", "personnummer", "fodselsnummer", "codice_fiscale", "DNI", "CPF", "bsn",
    "Versichertennummer", "Patientennummer", "patientnr", "numero_dossier", "numero_paziente", "Postleitzahl", "PLZ",
    "code_postal", "codigo_postal", "postnummer", "CEP", "Wohnort", "gemeente",
)  # fmt: skip
ITEMS = (
    "Nombre d'enfants", "nombre de cigarettes", "telefonisch befragt", "Benommenheit", "numero de crises", "dolor",
    "Ernährung", "economia", "phenomenon", "Schmerzen_Nacken", "mal_di_testa", "rygsmerter", "dates_eaten_per_week",
    "nomada", "direct_costs", "handy", "data_quality", "posture", "patientenzufriedenheit", "personality", "niveau",
)  # fmt: skip


@pytest.mark.parametrize("name", IDENTIFIERS)
def test_identifiers_in_other_languages(name: str) -> None:
    assert is_identifier(name, "")


@pytest.mark.parametrize("name", ITEMS)
def test_items_of_surveys_are_no_identifiers(name: str) -> None:
    assert not is_identifier(name, "")


def test_a_header_of_many_columns_is_no_field(tmp_path: Path) -> None:
    """Cut at another sign, it is one field, longer than a reader of CSV takes."""
    names = [f"column_number_{i:05d}_of_many" for i in range(6_000)]
    (tmp_path / "mine.csv").write_text(",".join(names) + "\n" + ",".join("0" * len(names)) + "\n")
    assert sniffed(tmp_path / "mine.csv").delimiter == ","
