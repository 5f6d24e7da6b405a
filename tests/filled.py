"""A filled office: one of everything, people who may open it, and every form of every page."""

import io
import re
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import sqlalchemy as sa
from flask import Flask
from lxml import html

from intake.demo import player
from intake.demo.answers import REFERRAL as REFERRAL_ANSWERS
from intake.demo.cases import organisation_of
from intake.forms.referral import ReferralForm
from models.base import now
from models.calendars import Calendar, ExtraDay
from models.deadlines import common_terms
from models.documents import Document
from models.incidents import Incident, IncidentKind
from models.mentors import Mentor
from models.organisations import Organisation
from models.outbox import Mail, MailState
from models.processes import latest_diagram
from models.programs import Contract, Program, programs_of
from models.session import db, transaction
from models.tasks import Task
from tests.browser import Person, Web, _values
from tests.intake.test_access import ANNA, MAY, MONIKA, NORA, PATRICK, PETRA, THOMAS
from workflows import calendar, drawing_drafts
from workflows.diagrams.published import REFERRAL
from workflows.drafts import start_draft

#: Who is asked first; each role of the demo's first case.
PEOPLE = (PETRA, MONIKA, ANNA, PATRICK, THOMAS, NORA)
#: While all of it goes on.
YEAR = date(2020, 1, 1), date(2030, 12, 31)
#: What ends the session of the person who tries.
NOT_PRESSED = {"sign_in.leave", "acting.choose", "account.password"}


@dataclass
class Sent:
    """A form of a page, as a browser would send it."""

    email: str
    page: str
    action: str
    pairs: list[tuple[str, str]]
    kinds: dict[str, str] = field(default_factory=dict)

    def with_value(self, name: str, *values: str) -> list[tuple[str, str]]:
        """All pairs, those of one name replaced."""
        rest = [pair for pair in self.pairs if pair[0] != name]
        return [*rest, *((name, value) for value in values)]

    @property
    def names(self) -> list[str]:
        """What it asks, each name once."""
        return [name for name in self.kinds if name != "csrf_token"]


def body_of(pairs: list[tuple[str, str]]) -> bytes:
    """As a browser writes them, lone surrogates too."""
    return urlencode(pairs, encoding="utf-8", errors="surrogatepass").encode()


class Filled:
    """The office with its rows and its people; what one trial wrote is taken back before the next."""

    def __init__(self, app: Flask, file: Path | None = None) -> None:
        self.app, self.file = app, file
        self.web = Web(app)
        self.rows = fill(self.web)
        self.people: dict[str, Person] = {}
        for email in PEOPLE:
            self.people[email] = self.web.person(email)
        self.people[NORA].act_for("Sozialregion Wasseramt")
        self.tokens = {email: one.open("/account").token for email, one in self.people.items()}
        if file:
            self._leave()
            shutil.copy(file, file.with_suffix(".kept"))

    def _leave(self) -> None:
        self.app.extensions["engine"].dispose()
        with sa.create_engine(f"sqlite:///{self.file}").connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def put_back(self) -> None:
        """Everything as it was."""
        if self.file is None:
            return
        db.remove()
        kept, live = (sqlite3.connect(one) for one in (self.file.with_suffix(".kept"), self.file))
        kept.backup(live)
        kept.close()
        live.close()

    def url(self, rule: str, **odd: str) -> str:
        """The address of a route with the rows of this office."""
        drawn = "/workbench/" in rule
        known = {**self.rows, "draft_id": self.rows["drawing_id" if drawn else "draft_id"], **odd}
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(known.get(found[1], 1)), rule)

    def who(self, endpoint: str) -> list[str]:
        """Who may open a route, two at most."""
        return [email for email in PEOPLE if email in MAY.get(endpoint, {PETRA})][:2]

    def routes(self, method: str) -> Iterator[tuple[str, str]]:
        """(endpoint, rule) of every route with a method."""
        for rule in sorted(self.app.url_map.iter_rules(), key=lambda r: r.rule):
            if rule.endpoint != "static" and method in rule.methods:
                yield rule.endpoint, rule.rule

    def endpoint(self, action: str, method: str = "POST") -> str:
        """Where an address leads."""
        return self.app.url_map.bind("localhost").match(urlsplit(action).path, method)[0]

    def pages(self) -> Iterator[tuple[str, str]]:
        """(who, address) of every page there is."""
        for endpoint, rule in self.routes("GET"):
            for url in self.urls(rule):
                for email in self.who(endpoint):
                    yield email, url

    def urls(self, rule: str) -> list[str]:
        """The addresses of a route; of one with variants all of them."""
        variants = {
            "<change>": ("merge", "rename", "move", "add-region", "end-region", "count"),
            "<code>": self.rows["sections"],
        }
        for argument, values in variants.items():
            if argument in rule:
                return [self.url(rule.replace(argument, value)) for value in values]
        return [self.url(rule)]

    def forms(self) -> list[Sent]:
        """Every form that somebody is shown, each once."""
        found: dict[object, Sent] = {}
        for email, url in self.pages():
            answer = self.people[email].client.get(url)
            if answer.status_code != 200 or answer.mimetype != "text/html":
                continue
            for form in html.fromstring(answer.text).forms:
                if form.method.lower() == "post" and form.xpath("ancestor::main"):
                    sent = _sent(form, email, url)
                    key = (self.endpoint(sent.action), tuple(sent.kinds))
                    found.setdefault(key, sent)
        return [f for f in found.values() if self.endpoint(f.action) not in NOT_PRESSED]

    def call(self, method: str, email: str, url: str, **more):
        """Anything at all, with the token of somebody's page."""
        token = {"X-CSRFToken": self.tokens[email]}
        return self.people[email].client.open(url, method=method, headers=token, **more)

    def post(self, sent: Sent, pairs: list[tuple[str, str]]):
        """Send a form with other values."""
        return self.people[sent.email].client.post(
            sent.action,
            data=body_of(pairs),
            content_type="application/x-www-form-urlencoded",
        )


def _sent(form, email: str, url: str) -> Sent:
    """As a browser sends it: empty lines too, and of its buttons the first."""
    pairs, kinds = [], {}
    (button,) = form.xpath(".//button")[:1] or (None,)
    if button is not None and button.get("name"):
        pairs.append((button.get("name"), button.get("value")))
    for element in form.inputs:
        name = element.get("name")
        if not name:
            continue
        kind = element.get("type") or element.tag
        if kind in ("submit", "button"):
            continue
        kinds[name] = kind
        found = _values(element)
        if not found and kind not in ("checkbox", "radio", "file"):
            found = [""]
        pairs += [(name, value) for value in found]
    return Sent(email, url, form.get("action") or url, pairs, kinds)


def fill(web: Web) -> dict[str, object]:
    """One of everything: a case of Olten at Co-Pilot, its task, drafts, a mentor, a paper, a mail."""
    with web.arranged():
        petra, monika, patrick = (player.user(one) for one in (PETRA, MONIKA, PATRICK))
        case_id = player.refer(organisation_of(petra), petra).id
        player.mentor(organisation_of(monika), monika)
        draft = start_draft(organisation_of(petra).id, _typed(), by=petra)
        drawn = drawing_drafts.begin(latest_diagram(REFERRAL), by=patrick)
        _rich(petra, monika, player.user(THOMAS))
        calendar.set_day(Calendar.OFFICE, date(2026, 3, 2), "Fasnacht", free=True, by=patrick)
        _stopped(case_id)
        draft_id, drawing_id = draft.id, drawn.id
    petra = web.person(PETRA).open(f"/cases/{case_id}")
    petra.client.post(
        f"/cases/{case_id}/documents",
        data={"csrf_token": petra.token, "document": (io.BytesIO(b"%PDF-1.7 x"), "a.pdf")},
    )
    with web.arranged():
        return _keys(case_id, draft_id, drawing_id)


def _rich(petra, monika, thomas) -> None:
    """Answers that one may leave out stand everywhere: what is never filled is never cleared."""
    program = programs_of(organisation_of(monika).id)[0]
    for code in [term.code for term in common_terms()][:2]:
        calendar.set_term(code, program.id, 9, by=thomas)
    with transaction():
        for user in (petra, monika):
            user.phone, user.function, user.shortcuts = "+41320000011", "Fachperson", True
        for place in (organisation_of(petra), organisation_of(monika)):
            row = db.get_one(Organisation, place.id)
            row.email, row.valid_from, row.valid_to = "post@example.org", YEAR[0], YEAR[1]
        program = db.get_one(Program, program.id)
        program.valid_from, program.valid_to = YEAR
        if not program.contracts:
            db.add(Contract(program_id=program.id, valid_from=YEAR[0], valid_to=YEAR[1], places=9))


def _typed() -> dict[str, list[str]]:
    """A registration that lacks nothing, as the wizard keeps it."""
    answers = {**REFERRAL_ANSWERS, "consent_given_on": "2026-01-05"}
    return player.raw_of(ReferralForm().offer(), answers)


def _stopped(case_id: int) -> None:
    """Something that stopped, and a mail that was refused."""
    with transaction():
        common = {"referral_id": case_id, "first_at": now(), "last_at": now(), "attempts": 1}
        db.add(Incident(kind=IncidentKind.TIMER, element="triage", reason="x", **common))
        mail = {"notice": "message", "recipient": "x@example.org", "facts": {}, "created_at": now()}
        db.add(Mail(referral_id=case_id, state=MailState.FAILED, send_after=now(), **mail))


def _keys(case_id: int, draft_id: int, drawing_id: int) -> dict[str, object]:
    petra, monika = player.user(PETRA), player.user(MONIKA)
    one = lambda column: db.scalars(sa.select(column).order_by(column)).first()  # noqa: E731  short
    return {
        "referral_id": case_id,
        "task_id": one(Task.id),
        "mentor_id": one(Mentor.id),
        "key": one(Document.key),
        "extra_id": one(ExtraDay.id),
        "incident_id": one(Incident.id),
        "mail_id": db.scalars(sa.select(Mail.id).where(Mail.state == MailState.FAILED)).first(),
        "organisation_id": organisation_of(monika).id,
        "program_id": one(Program.id),
        "contract_id": one(Contract.id) or 1,
        "municipality_id": 2500,
        "change": "merge",
        "code": "person",
        "user_id": player.user(NORA).id,
        "membership_id": player.user(NORA).memberships[0].id,
        "form_key": "withdrawal",
        "diagram_id": 1,
        "draft_id": draft_id,
        "drawing_id": drawing_id,
        "name": "referral.bpmn",
        "secret": "x",
        "example": "declined.json",
        "decision": "routing",
        "element": "triage",
        "question": "triage.decision",
        "sections": [code for code, _heading, _names in ReferralForm.sections],
        "petra_id": petra.id,
    }
