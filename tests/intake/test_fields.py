"""What people type and what becomes of it (DOMAIN.md 2.9), as tables."""

import pytest
from flask import Flask
from flask_babel import Babel
from werkzeug.datastructures import MultiDict

from intake.demo.answers import REFERRAL
from intake.demo.player import DoesNotFit, fill
from intake.forms.base import REGISTRY, StepForm
from intake.forms.fields import (
    Ahv,
    Day,
    Email,
    Money,
    Number,
    PartialDay,
    Phone,
    Ranked,
    Zemis,
    Zip,
)
from intake.forms.referral import ReferralForm
from models.readers import BOTH


def ask(kind, text, **options):
    """(answer, first error) of a question that was answered with a text."""
    form = type("One", (StepForm,), {"readers": BOTH, "q": kind("Frage", **options)})(
        MultiDict([("q", text)])
    )
    form.validate()
    return form.q.data, (form.q.errors or [""])[0]


GOOD = [
    (PartialDay, "1988", "1988"),
    (PartialDay, "11.2008", "2008-11"),
    (PartialDay, "2008-11", "2008-11"),
    (PartialDay, "31.3.1988", "1988-03-31"),
    (PartialDay, " 1.1.1990 ", "1990-01-01"),
    (Day, "31.03.2026", "2026-03-31"),
    (Day, "2026-03-31", "2026-03-31"),
    (Day, "1.2.26", "2026-02-01"),
    (Phone, "032 000 00 11", "+41320000011"),
    (Phone, "+41 32 000 00 11", "+41320000011"),
    (Phone, "0041320000011", "+41320000011"),
    (Phone, "+49 30 1234567", "+49301234567"),
    (Zemis, "12345678.9", "12345678.9"),
    (Zemis, "012345678.9", "12345678.9"),
    (Zemis, "012.345.678.9", "12345678.9"),
    (Zemis, "012.345.678-9", "12345678.9"),
    (Ahv, "756.9217.0769.85", "7569217076985"),
    (Ahv, "756.1234.5678.97", "7561234567897"),
    (Ahv, "7561234567897", "7561234567897"),
    (Zip, "4600", "4600"),
    (Email, "Nora@Example.org", "nora@example.org"),
    (Money, "1'234.50", 123450),
    (Money, "12,5", 1250),
    (Money, "CHF 3", 300),
    (Number, "9", 9),
    (Number, "1'000", 1000),
]
BAD = [
    (PartialDay, "13.2008"),
    (PartialDay, "31.2.1988"),
    (PartialDay, "1850"),
    (PartialDay, "88"),
    (PartialDay, "3000"),
    (Day, "31.2.2026"),
    (Day, "gestern"),
    (Day, "2026"),
    (Day, "1.1.0001"),
    (Phone, "12"),
    (Phone, "abc"),
    (Phone, "+999 1"),
    (Zemis, "1234567.8"),
    (Zemis, "12345678"),
    (Zemis, "x"),
    (Ahv, "756.9217.0769.86"),
    (Ahv, "756.1234.5678.98"),
    (Ahv, "123"),
    (Zip, "460"),
    (Zip, "0460"),
    (Zip, "46000"),
    (Email, "nora@"),
    (Email, "a b@c.ch"),
    (Email, "a@b"),
    (Money, "12.555"),
    (Money, "-1"),
    (Money, "viel"),
    (Number, "viele"),
    (Number, "1.5"),
    (Number, "-1"),
    (Number, "99999"),
    (Number, "NaN"),
    (Number, "1e400"),
    (Number, "Infinity"),
]


@pytest.mark.parametrize(("kind", "text", "answer"), GOOD)
def test_good_answers(kind, text, answer):
    with app():
        assert ask(kind, text) == (answer, "")


@pytest.mark.parametrize("kind", [Day, PartialDay])
def test_a_day_that_is_none_is_told_apart_from_one_written_otherwise(kind):
    with app():
        assert "Diesen Tag gibt es nicht" in ask(kind, "31.2.2026")[1]
        assert "Diesen Tag gibt es nicht" in ask(kind, "2026-02-31")[1]
        assert "Prüfen Sie das Jahr" in ask(kind, "1.1.1850")[1]
        assert "Tag.Monat.Jahr" in ask(kind, "gestern")[1]
        assert "gibt es nicht" not in ask(PartialDay, "31.12.2099")[1]


@pytest.mark.parametrize(("kind", "text"), BAD)
def test_bad_answers_get_a_sentence(kind, text):
    with app():
        assert len(ask(kind, text)[1]) > 10


def app():
    flask = Flask("forms")
    Babel(flask, default_locale="de")
    return flask.test_request_context()


def test_decimals_take_comma_and_point():
    with app():
        assert ask(Number, "2,5", decimals=True)[0] == ask(Number, "2.5", decimals=True)[0] == 2.5


def test_ranked_keeps_the_order_and_each_once():
    with app():
        form = type(
            "R",
            (StepForm,),
            {"readers": BOTH, "q": Ranked("Q", (("a", "A"), ("b", "B"), ("c", "C")))},
        )
        assert form(MultiDict([("q", "c"), ("q", "a"), ("q", "c")])).q.data == ["c", "a"]


CONFLICTS = [
    ({"permit": "N"}, "passen nicht zusammen"),
    ({"asylum_status": "VA_AUSLAENDER"}, "passen nicht zusammen"),
    ({"permit": "CH"}, "passen nicht zusammen"),
    ({"phone": None}, "Telefon oder eine E-Mail"),
    ({"date_of_birth": "2015"}, "gesetzliche Vertretung"),
    (
        {"date_of_birth": "2015", "legal_representative_name": "X"},
        "willigt die gesetzliche Vertretung ein",
    ),
    ({"zemis_number": None}, "ZEMIS-Nummer"),
    ({"urgency": "DRINGEND"}, "Warum ist es dringend"),
    ({"informed": None}, "Ohne diese Information"),
    ({"consent_scope": ["providers"]}, "Rückmeldung"),
    ({"topics": ["ANDERES"]}, "Anderes Thema"),
    ({"interpreter_needed": "yes"}, "Sprache für das Dolmetschen"),
    (
        {
            "household_members": [
                {"first_name": "A", "born": "1985", "relation": "partner", "takes_part": True}
            ]
        },
        "braucht einen Ausweis",
    ),
    ({"municipality_id": "9999"}, "Möglichkeiten"),
    ({"last_name": "x" * 101}, "höchstens 100"),
]


@pytest.mark.parametrize(("changes", "said"), CONFLICTS)
def test_the_referral_form_says_what_does_not_fit(sqlite_app, changes, said):
    answers = {k: v for k, v in {**REFERRAL, **changes}.items() if v is not None}
    with pytest.raises(DoesNotFit, match=said):
        fill(ReferralForm().offer(), answers)


def test_a_mismatch_is_a_warning_that_a_reason_settles(sqlite_app):
    filled = fill(
        ReferralForm().offer(), {**REFERRAL, "permit": "N", "status_reason": "Verfahren hängig"}
    )
    assert filled.answers["permit"] == "N"


def test_what_is_not_asked_is_not_kept(sqlite_app):
    filled = fill(
        ReferralForm().offer(),
        {**REFERRAL, "urgency_reason": "x", "asylum_status": "NONE", "permit": "C"},
    )
    assert "urgency_reason" not in filled.answers
    assert "zemis_number" not in filled.answers


def test_every_form_has_a_version_that_its_questions_decide(sqlite_app):
    versions = {key: form.version() for key, form in REGISTRY.items()}
    assert len(set(versions.values())) == len(versions)


def test_two_forms_cannot_claim_one_key():
    with pytest.raises(TypeError, match="claim the key"):
        type("Twin", (StepForm,), {"form_key": "triage"})
