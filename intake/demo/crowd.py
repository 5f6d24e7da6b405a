"""About 150 further cases in all stages, invented, so that the office looks like an office."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from intake.demo.cases import organisation_of
from intake.demo.player import DoesNotFit, do, mentor, refer, send, user
from models.base import OFFICE_ZONE, today
from models.mentors import Mentor, places_held
from models.people import OFFICE_ROLES, Membership, Role, User
from models.places import Municipality, members_of
from models.referrals import Referral, Urgency
from models.session import db
from workflows.errors import WorkflowError
from workflows.worker import work_until_idle

FIRST = [
    "Amina",
    "Bashir",
    "Chiara",
    "Dawit",
    "Elif",
    "Farid",
    "Gulnar",
    "Hamid",
    "Ivana",
    "Jamal",
    "Kidane",
    "Leyla",
    "Maryam",
    "Nuri",
    "Olena",
    "Parwin",
    "Rahel",
    "Selam",
    "Tarik",
    "Viktor",
    "Yasmin",
    "Zahra",
]
LAST = [
    "Abdi",
    "Ahmadi",
    "Berhane",
    "Demir",
    "Gashi",
    "Haile",
    "Jafari",
    "Kaya",
    "Kovalenko",
    "Mehari",
    "Nazari",
    "Osman",
    "Petrova",
    "Rezai",
    "Sahin",
    "Tekle",
    "Usman",
    "Yilmaz",
]
LANGUAGES = ("ti", "fa-AF", "ar", "uk", "tr", "so", "sq", "ta")
TOPICS = ("DEUTSCH", "POST", "WOHNEN", "SCHULE", "LEHRSTELLE", "ARBEIT", "KONTAKTE", "FREIZEIT")
MENTORS = [
    "Beat",
    "Christine",
    "Dora",
    "Ernst",
    "Fritz",
    "Gabriela",
    "Hans",
    "Irene",
    "Jürg",
    "Kathrin",
    "Lukas",
    "Margrit",
    "Niklaus",
    "Olivia",
    "Peter",
    "Ruth",
    "Stefan",
    "Therese",
    "Ueli",
    "Verena",
]
FAMILIES = ("Ammann", "Brunner", "Frei", "Gerber", "Huber", "Kunz", "Marti", "Roth")

#: stage, how many, days ago that it began
STAGES = (
    ("submitted", 14, 3),
    ("overdue", 6, 20),
    ("incomplete", 10, 12),
    ("in_triage", 12, 14),
    ("admitted", 8, 24),
    ("waiting", 26, 60),
    ("waiting", 10, 130),
    ("proposed", 6, 60),
    ("active", 24, 210),
    ("extended", 6, 230),
    ("terminated", 6, 200),
    ("declined", 8, 90),
    ("withdrawn", 6, 80),
    ("completed", 8, 330),
)


class Crowd:
    """Plays the further cases, each from its beginning to its stage."""

    def __init__(self, move_to: Callable[[datetime], None], today: date) -> None:
        self._move_to, self._today = move_to, today
        self._dice = random.Random(20260101)
        self._coordinators = {
            "co_pilot": user("m.muster@example.org"),
            "seite_an_seite": user("l.keller@example.org"),
        }
        select = sa.select(User).join(Membership).where(Membership.role == Role.CASE_MANAGER)
        self._managers = list(db.scalars(select.order_by(User.id)).unique())

    def play(self, said: Callable[[int, int], None]) -> None:
        """Everybody; `said` is told how many of how many are done."""
        plan = [(stage, ago) for stage, count, ago in STAGES for _ in range(count)]
        self._mentors()
        for number, (stage, ago) in enumerate(plan, 1):
            self._one(stage, ago + self._dice.randrange(-ago // 4, ago // 4 + 1))
            said(number, len(plan))
        self._come_to(self._today)

    def _come_to(self, day: date) -> None:
        moment = datetime(day.year, day.month, day.day, 9, tzinfo=OFFICE_ZONE)
        self._move_to(moment.astimezone(UTC))
        work_until_idle(lambda _mail: None)

    def _mentors(self) -> None:
        self._come_to(self._today - timedelta(400))
        seen = (self._today - timedelta(400)).isoformat()
        places = (2581, 2546, 2601, 2534, 2513)
        towns = {key: db.get_one(Municipality, key).name for key in places}
        for number, first in enumerate(MENTORS * 2):
            town = self._dice.choice(places)
            coordinator = self._coordinators["co_pilot" if number % 2 else "seite_an_seite"]
            mentor(
                organisation_of(coordinator),
                coordinator,
                first_name=first,
                last_name=f"{FAMILIES[(number * 3 + number // 20) % len(FAMILIES)]}-Demo",
                sex=self._dice.choice(("1", "2")),
                email=f"mentor{number}@example.org",
                municipality_id=str(town),
                town=towns[town],
                languages=[{"language": self._dice.choice(LANGUAGES), "level": "B1"}],
                skills_topics=sorted(self._dice.sample(TOPICS, 3)),
                availability=sorted(
                    self._dice.sample(["mo_ev", "tu_ev", "we_pm", "th_ev", "sa_am"], 3)
                ),
                status="approved" if number % 9 else "in_check",
                extract_kind="none" if number % 7 == 3 else "special",
                extract_date=seen,
                extract_seen_on=seen,
                extract_valid_until=(self._today + timedelta(20 + 97 * (number % 8))).isoformat(),
                **{
                    name: (self._today - timedelta(405)).isoformat()
                    for name in (
                        "code_of_conduct_signed_on",
                        "confidentiality_signed_on",
                        "agreement_signed_on",
                        "privacy_consent_on",
                    )
                },
            )

    def _one(self, stage: str, ago: int) -> None:
        manager = self._dice.choice(self._managers)
        day = self._today - timedelta(max(1, ago))
        self._come_to(day)
        half_a_year = stage in ("extended", "completed")
        program = "seite_an_seite" if half_a_year else self._dice.choice(tuple(self._coordinators))
        case = refer(self._office(manager), manager, **self._person(manager, program))
        try:
            self._go(stage, case, self._coordinators[program], manager, day)
        except (WorkflowError, DoesNotFit, LookupError):
            db.rollback()  # a stage that the calendar made impossible stays where it got to

    @staticmethod
    def _office(manager: User) -> Any:
        return next(m.organisation for m in manager.memberships if m.role in OFFICE_ROLES)

    def _person(self, manager: User, program: str) -> dict[str, Any]:
        office, dice = self._office(manager), self._dice
        towns = members_of([region.id for region in office.areas], today())
        town = dice.choice(sorted(towns, key=lambda one: one.id))
        urgent = dice.random() < 0.12
        language = dice.choice(LANGUAGES)
        return {
            "case_manager_name": manager.name,
            "case_manager_email": manager.email,
            "last_name": f"{dice.choice(LAST)}-Demo",
            "first_name": dice.choice(FIRST),
            "date_of_birth": str(dice.randrange(1960, 2004)),
            "sex": dice.choice(("1", "2")),
            "zemis_number": f"0000{dice.randrange(1000, 9999)}.{dice.randrange(10)}",
            "native_language": language,
            "consent_language": language,
            "municipality_id": str(town.id),
            "town": town.name,
            "zip": "4500",
            "topics": dice.sample(TOPICS, 2),
            "program_wish": program,
            "urgency": "DRINGEND" if urgent else "NORMAL",
            "urgency_reason": "Die Wohnung ist gekündigt." if urgent else None,
            "availability": sorted(dice.sample(["mo_ev", "tu_ev", "we_pm", "th_ev", "sa_am"], 3)),
        }

    def _go(self, stage: str, case: Referral, by: User, manager: User, day: date) -> None:
        """Step by step, each some days after the one before, until the stage is reached."""
        if stage in ("submitted", "overdue"):
            return
        self._later(day, 2)
        if stage == "incomplete":
            do(
                case,
                "completeness_check",
                by,
                outcome="incomplete",
                missing_items=["contact"],
                missing_text="Bitte ergänzen Sie eine Telefonnummer.",
            )
            return
        do(case, "completeness_check", by)
        if stage == "in_triage":
            return
        self._later(day, 7)
        if stage == "declined":
            do(
                case,
                "triage",
                by,
                decision="decline",
                decline_reason="LANGUAGE",
                decision_text_to_office="Zuerst ein Sprachkurs, danach gern eine neue Anmeldung.",
            )
            return
        do(
            case,
            "triage",
            by,
            urgency_confirmed=case.urgency is Urgency.DRINGEND,
        )
        if stage == "admitted":
            return
        self._later(day, 16)
        do(case, "intake_interview", by)
        if stage == "withdrawn":
            self._later(day, 30)
            send(case, "withdrawal", manager)
        if stage in ("waiting", "withdrawn"):
            return
        self._later(day, 40)
        self._match(stage, case, by, day)

    def _match(self, stage: str, case: Referral, by: User, day: date) -> None:
        free = self._free_mentor(by)
        if free is None:
            return
        do(case, "matching_proposal", by, mentor=free)
        if stage == "proposed":
            return
        do(case, "proposal_answer", by, "mentor")
        do(case, "proposal_answer", by, "mentee")
        do(case, "first_meeting", by)
        do(case, "tandem_agreement", by)
        self._later(day, 100)
        do(case, "trial_review", by)
        if stage == "terminated":
            send(case, "early_termination", by, next="close")
            do(case, "final_report", by, end_type="early_mentor")
            return
        self._later(day, 136)
        do(case, "check_in", by)
        if stage == "active":
            return
        self._later(day, 190)
        answers: dict[str, Any] = {
            "decision": "extend",
            "mentee_agrees": True,
            "mentor_agrees": True,
            "new_goals": "Selbständig Behördengänge erledigen",
        }
        do(case, "extension", by, **(answers if stage == "extended" else {}))
        if stage == "extended":
            return
        self._later(day, 228)
        do(case, "check_in", by)
        self._later(day, 232)
        do(case, "final_report", by)

    def _free_mentor(self, by: User) -> Mentor | None:
        ready = list(
            db.scalars(
                sa.select(Mentor)
                .where(Mentor.provider_id == organisation_of(by).id)
                .where(Mentor.status.in_(["approved"]))
                .order_by(Mentor.id)
            )
        )
        held = places_held([m.id for m in ready])
        free = [m for m in ready if len(held.get(m.id, [])) < m.max_mentees]
        return self._dice.choice(free) if free else None

    def _later(self, day: date, days: int) -> None:
        self._come_to(min(self._today, day + timedelta(days)))
