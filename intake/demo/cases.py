"""Cases A, B and C of DOMAIN.md 8, day by day, through the real process.

The dates are the literal ones; a shift in days moves a story as a whole, for the demo.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from intake.demo.player import do, fill, mentor, refer, send, user
from intake.forms.status_change import StatusChangeForm
from models.base import OFFICE_ZONE
from models.mentees import participants_of
from models.mentors import Mentor
from models.organisations import Organisation
from models.people import User
from models.referrals import Referral
from workflows import desk
from workflows.worker import work_until_idle


@dataclass
class Stage:
    """The clock and the people a story is played with.

    Attributes:
        move_to: sets the clock.
        shift: days by which every date of the story is moved.
        until: the last day that is played; a story stops there.
    """

    move_to: Callable[[datetime], None]
    shift: int = 0
    until: date = date(9999, 12, 31)
    over: bool = field(default=False)

    def at(self, year: int, month: int, day: int) -> bool:
        """Come to the morning of a day and let everything due happen; False past the end."""
        today = date(year, month, day) + timedelta(self.shift)
        if self.over or today > self.until:
            self.over = True
            return False
        moment = datetime(today.year, today.month, today.day, 10, tzinfo=OFFICE_ZONE)
        self.move_to(moment.astimezone(UTC))
        work_until_idle(lambda _mail: None)
        return True

    def day(self, year: int, month: int, day: int) -> str:
        """A date of the story, shifted, as an answer."""
        return (date(year, month, day) + timedelta(self.shift)).isoformat()


def organisation_of(person: User) -> Organisation:
    """Where somebody works."""
    return person.memberships[0].organisation


FAMILY: list[dict[str, Any]] = [
    {
        "first_name": "Samir",
        "born": "1985",
        "sex": "1",
        "relation": "partner",
        "takes_part": True,
        "permit": "B",
        "asylum_status": "FL_ASYL",
    },
    {
        "first_name": "Arian",
        "born": "2017-04-09",
        "sex": "1",
        "relation": "child",
        "takes_part": True,
        "permit": "B",
        "asylum_status": "FL_ASYL",
        "school_level": "primary",
    },
    {
        "first_name": "Mina",
        "born": "1955",
        "sex": "2",
        "relation": "grandparent",
        "takes_part": True,
        "permit": "N",
        "asylum_status": "ASYL_N",
    },
    {"first_name": "Lina", "born": "2023", "sex": "2", "relation": "child", "takes_part": False},
]


def case_a(stage: Stage) -> Referral:
    """«Familie»: referral, waiting list, tandem, change of status, extension question, closure."""
    petra, monika = user("p.beispiel@example.org"), user("m.muster@example.org")
    stage.at(2026, 1, 12)
    regula = mentor(
        organisation_of(monika),
        monika,
        extract_kind="special",
        extract_date=stage.day(2026, 1, 8),
        extract_seen_on=stage.day(2026, 1, 9),
        extract_valid_until=stage.day(2029, 1, 20),
        languages=[{"language": "en", "level": "B2"}],
        code_of_conduct_signed_on=stage.day(2026, 1, 5),
        confidentiality_signed_on=stage.day(2026, 1, 5),
        agreement_signed_on=stage.day(2026, 1, 5),
        privacy_consent_on=stage.day(2026, 1, 5),
    )
    case = refer(
        organisation_of(petra),
        petra,
        deputy_name="Urs Beispiel",
        deputy_email="u.beispiel@example.org",
        last_name="Karimi-Demo",
        first_name="Nadira",
        date_of_birth="1988",
        status_valid_from=stage.day(2024, 5, 3) if stage.shift <= 0 else "2024-05-03",
        interpreter_needed="yes",
        interpreter_language="fa-AF",
        household_type="FAMILY",
        household_members=FAMILY,
        target_group="FAMILY",
        topics=["SCHULE", "POST", "KONTAKTE"],
        goals="Elterngespräch in der Schule selbst vorbereiten. Briefe der Gemeinde verstehen.",
        mentor_gender_wish="F",
        consent_given_on=stage.day(2026, 1, 9),
        consent_interpreter="yes",
    )
    _admit(stage, case, monika)
    _match_a(stage, case, monika, regula)
    if stage.at(2026, 6, 3):
        do(case, "check_in", monika)
    if stage.at(2026, 9, 16):
        do(case, "check_in", monika, meetings_count=10, hours_total=20.0)
        _status_of_mina(case, petra, stage.day(2026, 9, 15))
    if stage.at(2026, 12, 3):
        do(case, "check_in", monika, meetings_count=9, hours_total=18.0)
    if stage.at(2027, 1, 17):
        do(
            case,
            "extension",
            monika,
            mentee_agrees=True,
            mentor_agrees=True,
            reason="118 Wartende; die Ziele sind bald erreicht.",
        )
    if stage.at(2027, 3, 12):
        do(
            case,
            "final_report",
            monika,
            meetings_total=38,
            hours_total=74.0,
            goal_results=[
                {"goal": "Elterngespräch in der Schule selbst vorbereiten", "result": "4"},
                {"goal": "Briefe der Gemeinde verstehen", "result": "3"},
            ],
            overall_goal_attainment="4",
            satisfaction_office="4",
            german_oral_end="A2",
            contacts_continue="yes",
        )
    return case


def _admit(stage: Stage, case: Referral, monika: User) -> None:
    if stage.at(2026, 1, 15):
        do(case, "completeness_check", monika)
    if stage.at(2026, 1, 22):
        do(case, "triage", monika)
    if stage.at(2026, 1, 30):
        do(case, "intake_interview", monika, interpreter_used="yes")


def _match_a(stage: Stage, case: Referral, monika: User, regula: Mentor) -> None:
    if stage.at(2026, 2, 9):
        do(case, "matching_proposal", monika, mentor=regula)
    if stage.at(2026, 2, 11):
        do(case, "proposal_answer", monika, "mentor")
    if stage.at(2026, 2, 13):
        do(case, "proposal_answer", monika, "mentee")
    if stage.at(2026, 2, 20):
        do(case, "first_meeting", monika)
    if stage.at(2026, 2, 23):
        do(
            case,
            "tandem_agreement",
            monika,
            start_date=stage.day(2026, 3, 2),
            planned_end_date=stage.day(2027, 2, 28),
            trial_until=stage.day(2026, 4, 27),
            goals=[
                {"topic": "SCHULE", "words": "Elterngespräch in der Schule selbst vorbereiten"},
                {"topic": "POST", "words": "Briefe der Gemeinde verstehen"},
            ],
        )
    if stage.at(2026, 4, 28):
        do(case, "trial_review", monika)


def _status_of_mina(case: Referral, petra: User, valid_from: str) -> None:
    """In September the case manager records that Mina is admitted provisionally."""
    mina = next(p for p in participants_of(case.mentee_id) if p.first_name == "Mina")
    form = StatusChangeForm()
    form.prepare(case)
    answers = {
        "participant_id": str(mina.id),
        "permit": "F",
        "asylum_status": "VA_AUSLAENDER",
        "valid_from": valid_from,
        "source": "Verfügung SEM",
    }
    desk.record(case, fill(form, answers), by=petra)


def case_b(stage: Stage) -> Referral:
    """Early break and rematching: one referral, two tandems, the first waiting date kept."""
    reto, lea = user("r.beispiel@example.org"), user("l.keller@example.org")
    stage.at(2026, 3, 30)
    srk = organisation_of(lea)
    signed = {
        name: stage.day(2026, 3, 2)
        for name in (
            "code_of_conduct_signed_on",
            "confidentiality_signed_on",
            "agreement_signed_on",
            "privacy_consent_on",
        )
    }
    extract = {
        "extract_kind": "special",
        "extract_date": stage.day(2026, 3, 9),
        "extract_seen_on": stage.day(2026, 3, 16),
        "extract_valid_until": stage.day(2029, 3, 16),
    }
    daniel = mentor(
        srk,
        lea,
        last_name="Beispiel-Demo",
        first_name="Daniel",
        sex="1",
        date_of_birth="1992",
        occupation="Informatik",
        email="daniel.beispiel-demo@example.org",
        availability=["mo_ev", "we_ev"],
        **signed,
        **extract,
    )
    marta = mentor(
        srk,
        lea,
        last_name="Beispiel-Demo",
        first_name="Marta",
        sex="2",
        date_of_birth="1968",
        occupation="Personalwesen",
        email="marta.beispiel-demo@example.org",
        availability=["tu_ev", "we_ev"],
        **signed,
        **extract,
    )
    case = refer(
        organisation_of(reto),
        reto,
        case_manager_name="Reto Beispiel",
        case_manager_email="r.beispiel@example.org",
        last_name="Tesfay-Demo",
        first_name="Yonas",
        date_of_birth=_born(stage, 2008, 11),
        sex="1",
        nationality="ER",
        permit="F",
        asylum_status="VA_FLUECHTLING",
        zemis_number="00000102.2",
        native_language="ti",
        german_oral="B1",
        german_written="A2",
        household_type="MNA",
        legal_representative_name="Claudia Beispiel",
        legal_representative_phone="+41320000012",
        legal_representative_relation="Beistandsperson",
        target_group="MNA",
        topics=["LEHRSTELLE", "DEUTSCH", "FREIZEIT"],
        goals="Eine Lehrstelle finden",
        zip="4528",
        town="Zuchwil",
        municipality_id="2534",
        availability=["mo_ev", "tu_ev", "we_ev"],
        program_wish="seite_an_seite",
        consent_given_on=None,
        consent_by="representative",
        consent_language="ti",
    )
    if stage.at(2026, 4, 1):
        do(
            case,
            "completeness_check",
            lea,
            outcome="incomplete",
            missing_items=["consent"],
            missing_text="Es fehlt die Einwilligung der Beistandsperson.",
        )
    if stage.at(2026, 4, 8):
        do(case, "supply_items", reto, consent_given_on=stage.day(2026, 4, 8))
        do(case, "completeness_check", lea)
        do(case, "triage", lea, decision="admit_direct")
    if stage.at(2026, 4, 10):
        do(case, "intake_interview", lea, result="match_now")
        do(case, "matching_proposal", lea, mentor=daniel)
    if stage.at(2026, 4, 17):
        do(case, "proposal_answer", lea, "mentor")
        do(case, "proposal_answer", lea, "mentee")
        do(case, "first_meeting", lea)
    if stage.at(2026, 4, 20):
        do(
            case,
            "tandem_agreement",
            lea,
            start_date=stage.day(2026, 4, 20),
            planned_end_date=stage.day(2026, 10, 20),
            trial_until=stage.day(2026, 6, 15),
            goals=[{"topic": "LEHRSTELLE", "words": "Eine Lehrstelle finden"}],
        )
    if stage.at(2026, 5, 29):
        send(case, "early_termination", lea)
    if stage.at(2026, 6, 1):
        do(case, "final_report", lea, end_type="early_mentor", meetings_total=5, hours_total=9.0)
    _second_tandem(stage, case, lea, marta)
    return case


def _born(stage: Stage, year: int, month: int) -> str:
    """The birth month moves with the story, so that Yonas comes of age in the same place of it."""
    moved = date(year, month, 15) + timedelta(stage.shift)
    return f"{moved.year}-{moved.month:02d}"


def _second_tandem(stage: Stage, case: Referral, lea: User, marta: Mentor) -> None:
    if stage.at(2026, 6, 8):
        do(case, "matching_proposal", lea, mentor=marta)
        do(case, "proposal_answer", lea, "mentor")
        do(case, "proposal_answer", lea, "mentee")
    if stage.at(2026, 6, 12):
        do(case, "first_meeting", lea)
        do(
            case,
            "tandem_agreement",
            lea,
            start_date=stage.day(2026, 6, 15),
            planned_end_date=stage.day(2026, 12, 15),
            trial_until=stage.day(2026, 8, 10),
            goals=[{"topic": "LEHRSTELLE", "words": "Eine Lehrstelle finden"}],
        )
    if stage.at(2026, 8, 11):
        do(case, "trial_review", lea)
    if stage.at(2026, 9, 16):
        do(case, "check_in", lea, meetings_count=11, hours_total=22.0)
    if stage.at(2026, 11, 20):
        do(
            case,
            "extension",
            lea,
            decision="extend",
            mentee_agrees=True,
            mentor_agrees=True,
            reason="Die Lehrstelle ist gefunden, der Einstieg soll gelingen.",
            new_goals="Gut in der Lehre ankommen",
            new_end=stage.day(2027, 6, 15),
        )


def case_c(stage: Stage) -> Referral:
    """Decline: the need is too professional, and it was not voluntary."""
    sandra, monika = user("s.beispiel@example.org"), user("m.muster@example.org")
    stage.at(2026, 5, 11)
    case = refer(
        organisation_of(sandra),
        sandra,
        case_manager_name="Sandra Beispiel",
        case_manager_email="s.beispiel@example.org",
        last_name="Novak-Demo",
        first_name="Milan",
        date_of_birth="1979-08-12",
        sex="1",
        nationality="HR",
        permit="C",
        asylum_status="NONE",
        zemis_number=None,
        native_language="hr",
        german_oral="B1",
        german_written="B1",
        zip="4563",
        town="Gerlafingen",
        municipality_id="2519",
        topics=["ALLTAG", "POST"],
        goals="Jemand, der alles regelt",
        exclusion_check="not_checked",
        risk_information="Schulden, hängiges Strafverfahren",
        consent_given_on=stage.day(2026, 5, 8),
        consent_language="hr",
    )
    if stage.at(2026, 5, 12):
        do(case, "completeness_check", monika)
    if stage.at(2026, 5, 20):
        do(
            case,
            "triage",
            monika,
            voluntary_ok="no",
            decision="decline",
            decline_reason="PROFESSIONAL_NEED",
            further_reasons=["NOT_VOLUNTARY"],
            decision_text_to_office=(
                "Der geschilderte Bedarf (Schuldensanierung, Strafverfahren) gehört zu einer "
                "Fachberatung. Freiwillige leisten keine Rechts- und Schuldenberatung. "
                "Empfehlung: Schuldenberatung; bei neuer Ausgangslage kann eine neue Anmeldung "
                "eingereicht werden."
            ),
        )
    return case
