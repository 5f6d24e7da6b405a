"""Anmeldung als Mentorin oder Mentor, as the coordinator enters it (DOMAIN.md 2.4)."""

from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta
from flask_babel import lazy_gettext as _

from intake.forms import choices as lists
from intake.forms.base import Group, StepForm
from intake.forms.fields import (
    Availability,
    Choice,
    Day,
    Email,
    LongText,
    Many,
    ManyChoices,
    Number,
    PartialDay,
    Phone,
    Text,
    Tick,
    YesNo,
    Zip,
)
from intake.forms.referral import FurtherLanguage
from models.base import today
from models.places import municipality_choices
from models.readers import PROVIDER

_SIGNED = _("Nötig, bevor jemand einsatzbereit ist.")

STATUS = (
    ("prospect", _("interessiert")),
    ("interview", _("Erstgespräch")),
    ("in_check", _("in Abklärung")),
    ("approved", _("einsatzbereit")),
    ("assigned", _("im Einsatz")),
    ("on_hold", _("pausiert")),
    ("left", _("ausgetreten")),
    ("rejected", _("nicht aufgenommen")),
)


class Training(Group):
    """A training, required or not, done or not."""

    title = Text(_("Titel"))
    held_on = Day(_("Datum"), optional=True)
    required = Tick(_("Pflicht"), optional=True)
    done = Tick(_("absolviert"), optional=True)


class MentorForm(StepForm):
    """The register's card of a volunteer."""

    form_key = "mentor"
    title = _("Mentorin oder Mentor")
    readers = PROVIDER
    sections = (
        (
            "person",
            _("Personalien"),
            (
                "last_name",
                "first_name",
                "date_of_birth",
                "sex",
                "street",
                "zip",
                "town",
                "municipality_id",
                "phone",
                "email",
            ),
        ),
        (
            "skills",
            _("Sprachen und Fähigkeiten"),
            (
                "native_language",
                "languages",
                "occupation",
                "retired",
                "motivation",
                "experience",
                "skills_topics",
                "interests",
                "target_group_wish",
            ),
        ),
        (
            "time",
            _("Zeit und Ort"),
            (
                "time_per_week",
                "availability",
                "duration_ready",
                "max_travel_minutes",
                "mobility",
                "meeting_place_ok",
                "household_notes",
                "health_limits",
            ),
        ),
        (
            "checks",
            _("Abklärungen und Vereinbarung"),
            (
                "reference",
                "extract_kind",
                "extract_date",
                "extract_seen_on",
                "extract_valid_until",
                "code_of_conduct_signed_on",
                "confidentiality_signed_on",
                "agreement_signed_on",
                "trainings",
                "insurance_noted",
                "expenses_agreed",
                "contact_person",
                "privacy_consent_on",
                "photo_consent",
            ),
        ),
        ("standing", _("Einsatz"), ("status", "max_mentees")),
    )
    last_name = Text(_("Name"))
    first_name = Text(_("Vorname"))
    date_of_birth = PartialDay(_("Geburtsdatum"))
    sex = Choice(_("Geschlecht"), lists.SEX)
    street = Text(_("Strasse und Hausnummer"))
    zip = Zip(_("Postleitzahl"))
    town = Text(_("Ort"), 60)
    municipality_id = Choice(
        _("Wohngemeinde"), optional=True, hint=_("Leer, wenn ausserhalb des Kantons.")
    )
    phone = Phone(_("Telefon"))
    email = Email(_("E-Mail"))
    native_language = Choice(_("Erstsprache"))
    languages = Many(_("Weitere Sprachen"), FurtherLanguage, one=_("Sprache"), most=8)
    occupation = Text(_("Beruf oder Tätigkeit"), optional=True)
    retired = Tick(_("pensioniert"), optional=True)
    motivation = LongText(_("Motivation"))
    experience = LongText(_("Erfahrung mit Freiwilligenarbeit oder Migration"), optional=True)
    skills_topics = ManyChoices(_("Fähigkeiten und Themen"), lists.TOPICS)
    interests = LongText(_("Interessen, Hobbys"), 500, rows=2)
    target_group_wish = ManyChoices(
        _("Wen möchten Sie begleiten?"),
        (
            ("woman", _("Frau")),
            ("man", _("Mann")),
            ("couple", _("Paar")),
            ("family", _("Familie")),
            ("child", _("Kind")),
            ("youth", _("Jugendliche")),
        ),
    )
    time_per_week = Choice(
        _("Zeit pro Woche"),
        (
            ("1", _("1 Stunde")),
            ("2", _("2 Stunden")),
            ("3", _("3 Stunden")),
            ("4", _("4 und mehr")),
        ),
        hint=_("Benevol: höchstens 6 Stunden pro Woche im Jahresschnitt."),
    )
    availability = Availability(_("Verfügbarkeit"))
    duration_ready = Choice(
        _("Bereit für mindestens"),
        (("6", _("6 Monate")), ("12", _("12 Monate")), ("longer", _("länger"))),
    )
    max_travel_minutes = Number(_("Höchste Wegzeit in Minuten"), 0, 180)
    mobility = ManyChoices(_("Unterwegs mit"), lists.MOBILITY)
    meeting_place_ok = ManyChoices(_("Treffpunkte"), lists.MEETING_PLACE, optional=True)
    household_notes = ManyChoices(
        _("Hinweise zum Haushalt"),
        (("children", _("Kinder willkommen")), ("animals", _("Tiere")), ("smoking", _("Rauchen"))),
        optional=True,
        hint=_("Nur bei Treffen zuhause."),
    )
    health_limits = Text(_("Einschränkungen, die zu beachten sind"), 300, optional=True)
    reference = Text(_("Referenz: Name, Telefon"), 200, optional=True)
    extract_kind = Choice(
        _("Auszug"),
        (
            ("none", _("nicht nötig")),
            ("special", _("Sonderprivatauszug")),
            ("private", _("Privatauszug")),
        ),
        hint=_(
            "Sonderprivatauszug bei Kontakt mit Minderjährigen oder besonders Schutzbedürftigen."
        ),
    )
    extract_date = Day(
        _("Auszug ausgestellt am"),
        not_after=today,
        only_if=("extract_kind", ("special", "private")),
        hint=_("Nicht älter als drei Monate. Der Auszug selbst wird nicht aufbewahrt."),
    )
    extract_seen_on = Day(
        _("Gesehen am"), not_after=today, only_if=("extract_kind", ("special", "private"))
    )
    extract_valid_until = Day(_("Gültig bis"), only_if=("extract_kind", ("special", "private")))
    code_of_conduct_signed_on = Day(
        _("Verhaltenskodex unterzeichnet am"), by_rule=True, hint=_SIGNED
    )
    confidentiality_signed_on = Day(
        _("Schweigepflicht unterzeichnet am"), by_rule=True, hint=_SIGNED
    )
    agreement_signed_on = Day(_("Einsatzvereinbarung unterzeichnet am"), by_rule=True, hint=_SIGNED)
    trainings = Many(_("Schulungen"), Training, one=_("Schulung"), most=10)
    insurance_noted = Tick(_("Versicherung durch die Organisation erklärt"), optional=True)
    expenses_agreed = Text(_("Spesenregelung"), 200)
    contact_person = Text(_("Ansprechperson der Organisation"))
    privacy_consent_on = Day(_("Einwilligung Datenbearbeitung am"))
    photo_consent = YesNo(_("Bild und Name dürfen genannt werden"), optional=True)
    status = Choice(_("Status"), STATUS)
    max_mentees = Number(_("Gleichzeitige Tandems"), 1, 9)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.native_language.choices = list(lists.languages())
        if self.max_mentees.empty and not self.max_mentees.typed:
            self.max_mentees.data = 1

    def offer(self, home: int | None = None) -> "MentorForm":
        """Fill the list that comes from the tables.

        Args:
            home: the municipality that the register has already; it stays choosable.
        """
        self.municipality_id.choices = municipality_choices(today(), home)
        return self

    def consistent(self) -> bool:
        """Who is ready has signed what must be signed (Benevol, DOMAIN.md 2.4)."""
        return self._fresh_extract() and self._signed()

    def _fresh_extract(self) -> bool:
        """An extract is at most three months old when it is seen (T14)."""
        issued, seen = self.extract_date.data, self.extract_seen_on.data
        if not self.asked(self.extract_date) or not issued or not seen:
            return True
        oldest = date.fromisoformat(seen) - relativedelta(months=3)
        if date.fromisoformat(issued) >= oldest:
            return True
        self.extract_date.errors = [
            _("Der Auszug war älter als drei Monate. Verlangen Sie einen neuen.")
        ]
        return False

    def _signed(self) -> bool:
        if self.status.data not in ("approved", "assigned"):
            return True
        good = True
        for field in (
            self.code_of_conduct_signed_on,
            self.confidentiality_signed_on,
            self.agreement_signed_on,
        ):
            if field.empty:
                field.errors = [_("Einsatzbereit ist nur, wer dies unterzeichnet hat.")]
                good = False
        return good
