"""Anmeldung: what the case-managing office tells about a person (DOMAIN.md 2.1), sections A to E."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from intake.forms import choices as lists
from intake.forms.base import Group, StepForm
from intake.forms.fields import (
    Ahv,
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
    Ranked,
    Text,
    Tick,
    YesNo,
    Zemis,
    Zip,
)
from models.base import today
from models.places import municipality_choices, region_of
from models.programs import program_called, program_choices
from models.readers import BOTH, COORDINATION, OFFICE, Readers
from models.referrals import Referral
from models.submissions import latest_answers
from workflows.facts import OPEN, comes_of_age_on

ASYLUM_HINT = _(
    "Der Ausweis allein genügt nicht: Mit F ist man vorläufig aufgenommen oder Flüchtling."
)


class Member(Group):
    """A person of the household; whoever takes part has a status of their own."""

    first_name = Text(_("Vorname"))
    born = PartialDay(_("Geburtsdatum"), hint=_("Das Jahr allein genügt."))
    sex = Choice(_("Geschlecht"), lists.SEX, optional=True)
    relation = Choice(
        _("Beziehung zur angemeldeten Person"),
        (
            ("partner", _("Partnerin oder Partner")),
            ("child", _("Kind")),
            ("parent", _("Elternteil")),
            ("grandparent", _("Grossmutter oder Grossvater")),
            ("sibling", _("Geschwister")),
            ("other", _("andere")),
        ),
    )
    takes_part = Tick(_("nimmt am Mentoring teil"), optional=True)
    permit = Choice(
        _("Ausweis"), lists.PERMIT, by_rule=True, hint=_("Nötig, wenn die Person teilnimmt.")
    )
    asylum_status = Choice(
        _("Asylrechtlicher Status"),
        lists.ASYLUM_STATUS,
        by_rule=True,
        hint=_("Nötig, wenn die Person teilnimmt."),
    )
    school_level = Choice(
        _("Schulstufe"),
        (
            ("none", _("keine")),
            ("kindergarten", _("Kindergarten")),
            ("primary", _("Primarschule")),
            ("secondary", _("Sekundarstufe I")),
            ("secondary_2", _("Sekundarstufe II")),
        ),
        optional=True,
    )


class FurtherLanguage(Group):
    """Another language a person speaks."""

    language = Choice(_("Sprache"))
    level = Choice(_("Niveau"), lists.LANGUAGE_LEVEL)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.language.choices = list(lists.languages())


class ReferralForm(StepForm):
    """The uniform registration form."""

    form_key = "referral"
    title = _("Anmeldung")
    readers = BOTH
    rules_at_once = True  # its sections are sent one by one
    sections = (
        (
            "office",
            _("Zuweisende Stelle"),
            (
                "case_manager_name",
                "case_manager_function",
                "case_manager_email",
                "case_manager_phone",
                "deputy_name",
                "deputy_email",
                "case_reference",
                "participates_from",
            ),
        ),
        (
            "person",
            _("Angemeldete Person"),
            (
                "last_name",
                "first_name",
                "date_of_birth",
                "sex",
                "nationality",
                "permit",
                "asylum_status",
                "status_valid_from",
                "status_reason",
                "zemis_number",
                "n_number",
                "ahv_number",
                "entry_date_ch",
                "street",
                "house_number",
                "zip",
                "town",
                "municipality_id",
                "phone",
                "email",
                "preferred_channel",
                "native_language",
                "further_languages",
                "german_oral",
                "german_written",
                "german_evidence",
                "literacy",
                "interpreter_needed",
                "interpreter_language",
                "household_type",
                "household_members",
                "legal_representative_name",
                "legal_representative_phone",
                "legal_representative_relation",
                "education_status",
                "employment_status",
                "social_assistance",
                "financed_by",
            ),
        ),
        (
            "needs",
            _("Bedarf"),
            (
                "target_group",
                "topics",
                "topics_other",
                "goals",
                "integration_plan",
                "previous_measures",
                "previous_measures_text",
                "motivation_mentee",
                "interests",
                "life_situation",
                "special_needs",
                "special_needs_text",
                "exclusion_check",
                "exclusion_text",
                "risk_information",
            ),
        ),
        (
            "wishes",
            _("Rahmen und Wünsche"),
            (
                "program_wish",
                "availability",
                "online_possible",
                "max_travel_minutes",
                "mobility",
                "meeting_place",
                "mentor_gender_wish",
                "mentor_other_wishes",
                "childcare_needed",
                "urgency",
                "urgency_reason",
            ),
        ),
        (
            "consent",
            _("Einwilligung"),
            (
                "informed",
                "consent_given_on",
                "consent_by",
                "consent_scope",
                "consent_language",
                "consent_interpreter",
                "remarks",
            ),
        ),
    )

    # A
    case_manager_name = Text(_("Fallführende Person"))
    case_manager_function = Text(
        _("Funktion"),
        60,
        optional=True,
        hint=_(
            "Zum Beispiel Sozialarbeit, Integrationsfachstelle, Schulsozialarbeit, KESB-Mandat."
        ),
    )
    case_manager_email = Email(_("E-Mail"))
    case_manager_phone = Phone(_("Telefon"))
    deputy_name = Text(_("Stellvertretung: Name"), optional=True)
    deputy_email = Email(
        _("Stellvertretung: E-Mail"),
        optional=True,
        hint=_("Erhält die zweite Erinnerung auch."),
    )
    case_reference = Text(_("Dossiernummer der Stelle"), 30, optional=True)
    participates_from = Day(
        _("Mentoring erwünscht ab"),
        optional=True,
        hint=_("Leer lassen, wenn es sofort beginnen kann."),
    )
    # B
    last_name = Text(_("Name"), missing=_("Geben Sie den Namen ein."))
    first_name = Text(_("Vorname"), missing=_("Geben Sie den Vornamen ein."))
    date_of_birth = PartialDay(
        _("Geburtsdatum"),
        hint=_("Zum Beispiel 31.3.1988. Ist nur das Jahr bekannt, genügt 1988."),
        missing=_("Geben Sie das Geburtsdatum ein. Das Jahr allein genügt auch."),
    )
    sex = Choice(_("Geschlecht"), lists.SEX)
    nationality = Choice(_("Staatsangehörigkeit"))
    permit = Choice(_("Ausweis"), lists.PERMIT)
    asylum_status = Choice(_("Asylrechtlicher Status"), lists.ASYLUM_STATUS, hint=ASYLUM_HINT)
    status_valid_from = Day(_("Status gültig ab"), optional=True, not_after=today)
    status_reason = LongText(
        _("Warum Ausweis und Status so stimmen"),
        300,
        rows=2,
        by_rule=True,
        hint=_(
            "Nur nötig, wenn Ausweis und Status nicht zusammenpassen, etwa wegen eines Verfahrens."
        ),
    )
    zemis_number = Zemis(
        _("ZEMIS-Nummer"),
        only_if=("asylum_status", lists.WITH_ZEMIS),
        hint=_("Zum Beispiel 12345678.9. Nur die Fallführung sieht sie."),
        readers=OFFICE,
    )
    n_number = Text(_("N-Nummer"), 12, optional=True, readers=OFFICE)
    ahv_number = Ahv(_("AHV-Nummer"), optional=True, readers=OFFICE)
    entry_date_ch = PartialDay(_("Einreise in die Schweiz"), optional=True)
    street = Text(_("Strasse"))
    house_number = Text(_("Hausnummer"), 12, optional=True)
    zip = Zip(_("Postleitzahl"))
    town = Text(_("Ort"), 60)
    municipality_id = Choice(
        _("Wohngemeinde"),
        hint=_("Sie bestimmt die Sozialregion. Es zählt die politische Gemeinde."),
    )
    phone = Phone(_("Telefon der Person"), by_rule=True, hint=_("Telefon oder E-Mail ist nötig."))
    email = Email(_("E-Mail der Person"), by_rule=True)
    preferred_channel = Choice(
        _("Am besten erreichbar über"),
        (
            ("phone", _("Telefon")),
            ("sms", _("SMS")),
            ("whatsapp", _("WhatsApp (Daten gelangen ins Ausland)")),
            ("letter", _("Brief")),
            ("case_manager", _("die Fallführung")),
        ),
        optional=True,
    )
    native_language = Choice(_("Erstsprache"))
    further_languages = Many(_("Weitere Sprachen"), FurtherLanguage, one=_("Sprache"), most=6)
    german_oral = Choice(_("Deutsch mündlich"), lists.LANGUAGE_LEVEL)
    german_written = Choice(_("Deutsch schriftlich"), lists.LANGUAGE_LEVEL)
    german_evidence = Choice(_("Nachweis"), lists.LANGUAGE_EVIDENCE, optional=True)
    literacy = YesNo(_("Liest und schreibt lateinische Schrift"), optional=True)
    interpreter_needed = YesNo(_("Dolmetschen für das Erstgespräch nötig"))
    interpreter_language = Choice(
        _("Sprache für das Dolmetschen"), only_if=("interpreter_needed", ("yes",))
    )
    household_type = Choice(_("Haushaltsform"), lists.HOUSEHOLD)
    household_members = Many(
        _("Personen im Haushalt"),
        Member,
        one=_("Person"),
        hint=_("Wer teilnimmt, braucht einen eigenen Ausweis und Status."),
    )
    legal_representative_name = Text(
        _("Gesetzliche Vertretung: Name"),
        by_rule=True,
        hint=_("Nötig bei Minderjährigen: Eltern, Beistandsperson oder Vormundin."),
    )
    legal_representative_phone = Phone(_("Gesetzliche Vertretung: Telefon"), optional=True)
    legal_representative_relation = Text(_("Gesetzliche Vertretung: Beziehung"), 60, optional=True)
    education_status = Choice(
        _("Schule, Ausbildung"),
        (
            ("none", _("keine")),
            ("compulsory", _("obligatorische Schule")),
            ("bridge", _("Brückenangebot")),
            ("apprenticeship", _("Lehre (EBA, EFZ)")),
            ("secondary", _("Mittelschule")),
            ("studies", _("Studium")),
            ("abroad", _("im Ausland abgeschlossen")),
        ),
        optional=True,
    )
    employment_status = Choice(
        _("Arbeit, Tagesstruktur"),
        (
            ("none", _("keine")),
            ("language_course", _("Sprachkurs")),
            ("program", _("Beschäftigungsprogramm")),
            ("part_time", _("Teilzeit")),
            ("full_time", _("Vollzeit")),
            ("internship", _("Praktikum, Vorlehre")),
            ("care", _("Betreuungspflichten")),
            ("unable", _("krank, Invalidität")),
        ),
        optional=True,
    )
    social_assistance = YesNo(_("Bezug von Sozialhilfe"), optional=True, readers=OFFICE)
    financed_by = Choice(
        _("Kostenzuständigkeit"),
        (
            ("social_assistance", _("Sozialhilfe")),
            ("asylum_social_assistance", _("Asylsozialhilfe")),
            ("none", _("keine")),
        ),
        optional=True,
        readers=OFFICE,
    )
    # C
    target_group = Choice(_("Zielgruppe"), lists.TARGET_GROUP)
    topics = Ranked(_("Themen"), lists.TOPICS, hint=_("Höchstens drei, das wichtigste zuerst."))
    topics_other = Text(_("Anderes Thema"), only_if=("topics", ("ANDERES",)))
    goals = LongText(
        _("Ziele des Mentorings"),
        hint=_("Ein bis drei Ziele in Stichworten: was soll in einem Jahr anders sein?"),
    )
    integration_plan = Choice(
        _("Ist das Mentoring Teil eines Integrationsplans oder einer Zielvereinbarung?"),
        (
            ("ias", _("ja, IAS-Integrationsplan")),
            ("sg148", _("ja, Zielvereinbarung nach § 148 SG")),
            ("no", _("nein")),
        ),
    )
    previous_measures = ManyChoices(
        _("Bisherige und parallele Massnahmen"),
        (
            ("language_course", _("Sprachkurs")),
            ("assessment", _("Potenzialabklärung")),
            ("job_coaching", _("Jobcoaching")),
            ("family", _("Familienbegleitung")),
            ("school", _("Schulsozialarbeit")),
            ("volunteers", _("andere Freiwillige")),
        ),
        optional=True,
    )
    previous_measures_text = Text(_("Mehr zu den Massnahmen"), 300, optional=True)
    motivation_mentee = LongText(
        _("Motivation und Erwartungen"), hint=_("In den Worten der Person, so gut es geht.")
    )
    interests = LongText(_("Interessen, Hobbys"), 500, rows=2)
    life_situation = LongText(
        _("Lebenssituation"),
        optional=True,
        hint=_("Hinweise für das Matching. Schreiben Sie keine Diagnosen und keine Strafsachen."),
    )
    special_needs = ManyChoices(
        _("Besonderer Unterstützungsbedarf"),
        (
            ("mobility", _("Mobilität")),
            ("sight", _("Sehen")),
            ("hearing", _("Hören")),
            ("trauma", _("Traumabelastung (nur mit Einwilligung)")),
            ("care", _("Betreuungspflichten")),
        ),
        optional=True,
    )
    special_needs_text = Text(_("Mehr zum Unterstützungsbedarf"), 300, optional=True)
    exclusion_check = Choice(
        _("Gibt es einen Ausschlussgrund?"),
        (
            ("none", _("nein, geprüft")),
            ("exists", _("ja")),
            ("not_checked", _("nicht geprüft")),
        ),
        hint=_(
            "Akute Gefährdung, akute Sucht, ungeklärte Gewalt oder Bedarf an professioneller "
            "Begleitung. Mentoring ersetzt keine professionelle Beratung."
        ),
    )
    exclusion_text = LongText(
        _("Welcher Ausschlussgrund?"), 500, only_if=("exclusion_check", ("exists",))
    )
    risk_information = LongText(
        _("Sicherheitsrelevante Hinweise"),
        500,
        optional=True,
        hint=_("Nur die Koordinationspersonen der Anbieterin sehen sie."),
        readers=COORDINATION,
    )
    # D
    program_wish = Choice(_("Gewünschtes Angebot"), default=OPEN)
    availability = Availability(_("Verfügbarkeit"))
    online_possible = YesNo(_("Treffen online möglich"), optional=True)
    max_travel_minutes = Number(_("Höchste Wegzeit in Minuten"), 0, 180, optional=True)
    mobility = ManyChoices(_("Unterwegs mit"), lists.MOBILITY, optional=True)
    meeting_place = ManyChoices(_("Mögliche Treffpunkte"), lists.MEETING_PLACE, optional=True)
    mentor_gender_wish = Choice(
        _("Wunsch zum Geschlecht der Mentorin oder des Mentors"), lists.GENDER_WISH, default="ANY"
    )
    mentor_other_wishes = Text(
        _("Weitere Wünsche"), 300, optional=True, hint=_("Alter, Sprache, Familie.")
    )
    childcare_needed = YesNo(_("Kinderbetreuung während der Treffen nötig"), optional=True)
    urgency = Choice(_("Dringlichkeit"), lists.URGENCY, default="NORMAL")
    urgency_reason = LongText(
        _("Warum ist es dringend?"), 300, rows=2, only_if=("urgency", ("ERHOEHT", "DRINGEND"))
    )
    # E
    informed = Tick(
        _("Die Person wurde über Angebot, Freiwilligkeit und Datenbearbeitung informiert."),
        missing=_("Ohne diese Information darf niemand angemeldet werden."),
    )
    consent_given_on = Day(
        _("Einwilligung erteilt am"),
        optional=True,
        not_after=today,
        hint=_("Fehlt sie noch, können Sie trotzdem einreichen; sie wird nachgefordert."),
    )
    consent_by = Choice(
        _("Einwilligung erteilt durch"),
        (("mentee", _("Mentee")), ("representative", _("gesetzliche Vertretung"))),
    )
    consent_scope = ManyChoices(
        _("Umfang der Einwilligung"),
        (
            ("providers", _("Weitergabe an die Anbieterin")),
            ("feedback", _("Rückmeldung der Anbieterin an die Fallführung")),
            ("statistics", _("anonymisierte Auswertung")),
            ("survey", _("Kontakt für eine Nachbefragung")),
        ),
        needed=("providers", "feedback"),
        hint=_("Ohne Weitergabe und Rückmeldung geht es nicht; Auswertung und Kontakt sind frei."),
    )
    consent_language = Choice(_("Sprache, in der informiert wurde"))
    consent_interpreter = YesNo(_("Mit Dolmetschen"), optional=True)
    remarks = LongText(_("Bemerkungen"), optional=True)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        languages = list(lists.languages())
        for field in (self.native_language, self.interpreter_language, self.consent_language):
            field.choices = languages
        self.nationality.choices = list(lists.countries())
        self.program_wish.choices = [(OPEN, _("offen – Triage entscheidet"))]

    def offer(
        self, *, ahv: bool = False, case: Referral | None = None, side: Readers = OFFICE
    ) -> "ReferralForm":
        """Fill the lists that come from the tables.

        Args:
            ahv: whether this office may collect the AHV number at all (DOMAIN.md 5.1).
            case: a case that is corrected; what it has already stays choosable in it.
            side: who fills the form; a provider is not asked what the office keeps to itself.
        """
        self.referral = case
        home = case.municipality_id if case else None
        self.municipality_id.choices = municipality_choices(today(), home)
        wished = latest_answers(case.id, self.form_key).get("program_wish", "") if case else ""
        self.program_wish.choices += program_choices(today(), also=wished)
        if not ahv:
            self._fields.pop("ahv_number", None)
        return self.asked_of(side)

    @property
    def is_minor(self) -> bool:
        """Whether the person is under 18 by the birth date given."""
        born = self.date_of_birth.data
        of_age = comes_of_age_on(born) if isinstance(born, str) else None
        return of_age is not None and of_age > today()

    @property
    def mismatch(self) -> bool:
        """Whether permit and asylum status do not go together."""
        fitting = lists.FITTING_PERMITS.get(self.asylum_status.data or "")
        if self.permit.data == "CH" and self.asylum_status.data not in (None, "NONE"):
            return True
        return fitting is not None and bool(self.permit.data) and self.permit.data not in fitting

    def consistent(self) -> bool:
        """Rules over several answers: some stop, some want a reason. Also asked of half a form."""
        good = True
        if self.phone.empty and self.email.empty:
            good = _say(
                self.phone, gettext("Geben Sie ein Telefon oder eine E-Mail-Adresse der Person an.")
            )
        if self.mismatch and self.status_reason.empty:
            good = _say(
                self.status_reason,
                gettext(
                    "Ausweis und asylrechtlicher Status passen nicht zusammen. "
                    "Prüfen Sie beide, oder schreiben Sie hier, warum es stimmt."
                ),
            )
        if self.is_minor:
            good = self._minor_is_represented() and good
        if not self._served():
            good = _say(
                self.program_wish,
                gettext(
                    "Dieses Angebot nimmt aus der Sozialregion dieser Wohngemeinde niemanden auf. "
                    "Wählen Sie ein anderes, oder lassen Sie es offen."
                ),
            )
        for entry in self.household_members.entries:
            member = entry.form
            if member.takes_part.data and (member.permit.empty or member.asylum_status.empty):
                good = _say(
                    member.permit,
                    gettext("Wer teilnimmt, braucht einen Ausweis und einen Status."),
                )
        return good

    def _served(self) -> bool:
        """Whether the wished programme works where the person lives; a wish once sent stays."""
        wish, home = self.program_wish.data, self.municipality_id.data
        unread = self.program_wish.errors or self.municipality_id.errors
        if unread or self.referral is not None or wish in (None, OPEN) or not home:
            return True
        region = region_of(int(home), today())
        return region is None or program_called(wish).provider.serves(region.id)

    def _minor_is_represented(self) -> bool:
        good = True
        if self.legal_representative_name.empty:
            good = _say(
                self.legal_representative_name,
                gettext("Die Person ist minderjährig. Nennen Sie die gesetzliche Vertretung."),
            )
        if self.consent_by.data == "mentee":
            good = _say(
                self.consent_by,
                gettext("Bei Minderjährigen willigt die gesetzliche Vertretung ein."),
            )
        return good


def _say(field: Any, sentence: str) -> bool:
    field.errors = [*field.errors, sentence]
    return False
