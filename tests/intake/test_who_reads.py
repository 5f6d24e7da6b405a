"""Who reads which answer: every question of every form, every reader, everything that shows answers."""

import io
import json
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from intake import create_app
from intake.answers import sheet
from intake.demo import player
from intake.demo.cases import organisation_of
from intake.forms import REGISTRY, routing_of, vocabulary
from intake.forms.base import StepForm
from intake.forms.fields import Ahv, Day, Many, Money, Number, PartialDay, Text, Tick, Zemis
from models.outbox import Mail
from models.people import Membership, Role, User
from models.processes import run_of
from models.readers import BOTH, COORDINATION, NO_CASE, OFFICE, PROVIDER
from models.referrals import Referral
from models.session import connect, db, transaction
from models.submissions import Submission
from models.tasks import Task
from tests.browser import Web
from tests.conftest import config_for
from workflows.diagrams.published import specs_of
from workflows.stories import anonymous, story_of

PETRA, URS, RETO = (f"{n}@example.org" for n in ("p.beispiel", "u.beispiel", "r.beispiel"))
MONIKA, THOMAS, LEA = (f"{n}@example.org" for n in ("m.muster", "t.muster", "l.keller"))
CARLA = "c.muster@example.org"
PATRICK, ANNA = "p.prozess@example.org", "a.admin@example.org"
#: As whom each reads a case of Olten at Co-Pilot that Monika has and Petra wrote.
READS = {
    PETRA: OFFICE,
    URS: OFFICE,
    MONIKA: PROVIDER | COORDINATION,
    THOMAS: PROVIDER | COORDINATION,
    CARLA: PROVIDER,
    RETO: None,
    LEA: None,
    PATRICK: None,
    ANNA: None,
}
#: Forms about a case; the answers to others belong to none.
OF_CASES = sorted(key for key, form in REGISTRY.items() if not form.readers & NO_CASE)
SHARED = {"shared_with_case_office": True, "copy_to_case_office": True}


@pytest.fixture
def everywhere(url, tmp_path, clock):
    """The application on either database, to click through."""
    specs_of.cache_clear()
    app = create_app(config_for(url, tmp_path), connect(url))
    yield Web(app)
    app.extensions["engine"].dispose()


def colleague(email, of):
    """One more coordinator where somebody works."""
    with transaction():
        one = User(email=email, first_name="Carla", last_name="Muster-Demo")
        one.password_hash = of.password_hash
        place = of.memberships[0].organisation_id
        one.memberships.append(Membership(organisation_id=place, role=Role.COORDINATOR))
        db.add(one)


def marked(key, number=0):
    """Answers to every question of a form, each of which can be told from all others; and the signs."""
    answers, signs = {}, {}
    for place, (name, field) in enumerate(sorted(REGISTRY[key]()._fields.items())):
        sign = f"zz{key.replace('_', '')}{place}{number}zz"
        if isinstance(field, Many):
            first = next(iter(field._add_entry().form))
            field.pop_entry()
            answers[name] = [{first.short_name: sign}]
        elif isinstance(field, Tick):
            answers[name] = True
            continue
        elif isinstance(field, Day | PartialDay):
            day = date(1931, 1, 1) + timedelta(days=OF_CASES.index(key) * 100 + place)
            answers[name], sign = day.isoformat(), day.strftime("%d.%m.%Y")
        elif isinstance(field, Number | Money):
            amount = 71_000_00 + (OF_CASES.index(key) * 100 + place) * 100
            answers[name] = amount
            sign = (field.__class__.__name__ == "Money" and _francs(amount)) or str(amount)
        elif name.endswith("_id") or name == "forward_to":
            continue  # a number with a name behind it
        elif isinstance(field, Ahv | Zemis):
            answers[name] = sign = "7560000000002" if isinstance(field, Ahv) else "00000107.3"
            sign = "756.0000.0000.02" if isinstance(field, Ahv) else sign
        elif field.kind in ("checkboxes", "ranked", "availability"):
            answers[name] = [sign]
            if field.kind == "availability":
                continue
        else:
            answers[name] = sign
        signs[name] = sign
    return answers, signs


def _francs(rappen):
    francs, rest = divmod(rappen, 100)
    return f"{francs:,}".replace(",", "'") + f".{rest:02d}"


def readers_of(key, name):
    return REGISTRY[key](data=SHARED).readers_of(name)


def may(email, key, name):
    reads = READS[email]
    return reads is not None and bool(reads & readers_of(key, name))


@pytest.fixture
def marked_case(everywhere):
    """A case with one old and one later submission of every form, all answers marked."""
    with everywhere.arranged():
        petra, monika = player.user(PETRA), player.user(MONIKA)
        colleague(CARLA, monika)
        case = player.refer(organisation_of(petra), petra)
        player.do(case, "completeness_check", monika)
        signs = {}
        for number in (1, 2):
            with transaction():
                for key in OF_CASES:
                    answers, found = marked(key, number)
                    real = {} if key != "referral" else dict(latest(case.id, key))
                    kept = {**real, **answers} if key == "referral" else answers
                    for name in ("municipality_id", "program_wish", "urgency"):
                        if key == "referral":
                            kept[name] = real[name]
                            found.pop(name, None)
                    if key == "proposal_answer":
                        kept["side"] = "mentor"
                    by = petra if key in ("referral", "withdrawal") else monika
                    db.add(_submission(case, key, kept, by))
                    signs |= {(key, name, number): sign for name, sign in found.items()}
        return case.id, signs


def latest(case_id, key):
    one = sa.select(Submission.answers).where(
        Submission.referral_id == case_id, Submission.form_key == key
    )
    return db.scalars(one.order_by(Submission.id.desc())).first()


def _submission(case, key, answers, by):
    return Submission(
        referral_id=case.id,
        form_key=key,
        form_version="x",
        answers=answers,
        provider_id=case.provider_id,
        by_id=by.id,
        at=case.received_at,
    )


def pages_of(person, case_id, task_id):
    """Everything that a person may open of a case, as text."""
    found = {}
    for name, url in {
        "page": f"/cases/{case_id}",
        "place": f"/cases/{case_id}/place.json",
        "correction": f"/cases/{case_id}/correct",
        "task": f"/tasks/{task_id}",
        "inbox": "/tasks",
        "cases": "/cases",
        "received": f"/cases/{case_id}/received",
        "waiting list": "/waiting-list",
    }.items():
        answer = person.client.get(url)
        found[name] = answer.text if answer.status_code == 200 else ""
    paper = person.client.get(f"/cases/{case_id}/referral.pdf")
    if paper.status_code == 200:
        pages = PdfReader(io.BytesIO(paper.data)).pages
        found["pdf"] = "".join("".join(page.extract_text().split()) for page in pages)
    return found


@pytest.mark.parametrize("email", READS)
def test_no_answer_is_shown_to_whom_it_is_not_for(everywhere, marked_case, email):
    case_id, signs = marked_case
    with everywhere.arranged():
        task_id = db.scalars(sa.select(Task.id).where(Task.closed_at.is_(None))).first()
    shown = pages_of(everywhere.person(email), case_id, task_id)
    leaks, missing = [], []
    for (key, name, number), sign in signs.items():
        seen = [where for where, text in shown.items() if sign in text.replace("&#39;", "'")]
        if not may(email, key, name) and seen:
            leaks.append((key, name, number, seen))
        if may(email, key, name) and "page" not in seen:
            missing.append((key, name, number))
    assert leaks == []
    assert missing == []


def test_no_answer_is_found_by_searching_or_stands_in_mail_or_in_a_story(everywhere, marked_case):
    case_id, signs = marked_case
    with everywhere.arranged():
        case = db.get(Referral, case_id)
        lines = [task.search for task in db.scalars(sa.select(Task))]
        lines += [json.dumps(mail.facts) for mail in db.scalars(sa.select(Mail))]
        lines.append(case.mentee.search_name)
        said = " ".join(lines)
        assert [key for key, sign in signs.items() if sign in said] == []


def test_no_answer_is_in_a_story_without_its_person(office, case, monika):
    player.do(case, "completeness_check", monika)
    specs = specs_of(run_of(case.id).diagram_id)
    words = json.dumps(
        anonymous(story_of(case, specs, vocabulary(), routing_of), specs, vocabulary())
    )
    for name, answer in latest(case.id, "referral").items():
        field = REGISTRY["referral"]()._fields.get(name)
        if isinstance(field, Text | Day | PartialDay | Zemis) and isinstance(answer, str):
            assert f'"{answer}"' not in words, name


def test_every_question_says_who_reads_it():
    for key, form in REGISTRY.items():
        unbound = form(data=SHARED)
        for name, field in unbound._fields.items():
            assert unbound.readers_of(name), f"{key}.{name}: nobody reads it"
            if isinstance(field, Ahv | Zemis):
                assert unbound.readers_of(name) == OFFICE, f"{key}.{name}: only the office reads it"


def test_a_question_of_which_nobody_says_who_reads_it_is_refused():
    with pytest.raises(TypeError, match="say who reads the answer"):
        type("New", (StepForm,), {"secret": Text("Geheim")})
    with pytest.raises(TypeError, match=r"Newer\.secret"):
        type("Newer", (REGISTRY["triage"],), {"form_key": "", "secret": Text("Geheim")})
    assert type("Said", (StepForm,), {"secret": Text("Geheim", readers=OFFICE)})
    assert type("All", (StepForm,), {"readers": BOTH, "secret": Text("Offen")})


@pytest.mark.parametrize(
    ("key", "tick"),
    [("check_in", "shared_with_case_office"), ("tandem_agreement", "copy_to_case_office")],
)
def test_what_is_not_shared_is_not_read_by_the_office(office, case, key, tick):
    petra, thomas = player.user(PETRA), player.user(THOMAS)
    answers, _signs = marked(key)
    for given, seen in (({tick: True}, True), ({tick: False}, False), ({}, False)):
        without = {name: one for name, one in answers.items() if name != tick}
        assert bool(sheet(petra, case, key, {**without, **given}).sections) is seen
        assert sheet(thomas, case, key, {**without, **given}).sections


RISK = "Der Bruder droht."


@pytest.fixture
def risky(everywhere):
    with everywhere.arranged():
        petra, monika = player.user(PETRA), player.user(MONIKA)
        colleague(CARLA, monika)
        return player.refer(organisation_of(petra), petra, risk_information=RISK).id


def read_risk(web, case_id):
    return {
        email
        for email in READS
        if any(RISK in text or RISK.replace(" ", "") in text for text in _open(web, email, case_id))
    }


def _open(web, email, case_id):
    with web.arranged():
        task_id = db.scalars(sa.select(Task.id).where(Task.closed_at.is_(None))).first()
    return pages_of(web.person(email), case_id, task_id).values()


def test_risk_is_read_by_all_coordinators_until_one_of_them_has_the_case(everywhere, risky):
    assert read_risk(everywhere, risky) == {MONIKA, CARLA, THOMAS}
    with everywhere.arranged():
        player.do(db.get(Referral, risky), "completeness_check", player.user(MONIKA))
    assert read_risk(everywhere, risky) == {MONIKA, THOMAS}
    with everywhere.arranged(), transaction():
        player.user(MONIKA).active = False
    assert RISK in everywhere.person(CARLA).open(f"/cases/{risky}").text


def test_who_wrote_the_risk_sees_that_it_was_given_and_her_colleague_sees_nothing(web, risky_web):
    case = f"/cases/{risky_web}"
    assert "angegeben; nur die Koordination liest es" in web.person(PETRA).open(case).text
    assert "Sicherheitsrelevante" not in web.person(URS).open(case).text
    assert "Sie haben hier etwas angegeben" in web.person(PETRA).open(f"{case}/correct").text
    assert "Sie haben hier etwas angegeben" not in web.person(URS).open(f"{case}/correct").text


@pytest.fixture
def risky_web(web):
    with web.arranged():
        petra = player.user(PETRA)
        return player.refer(organisation_of(petra), petra, risk_information=RISK).id


def test_a_correction_by_somebody_else_keeps_the_risk_and_a_new_text_replaces_it(web, risky_web):
    case = f"/cases/{risky_web}"
    urs = web.person(URS).open(f"{case}/correct")
    urs.send(town="Trimbach")
    assert RISK in web.person(MONIKA).open(case).text
    assert "angegeben; nur" in web.person(PETRA).open(case).text
    urs.open(f"{case}/correct").send(risk_information="Der Hund beisst.")
    with web.arranged():
        assert latest(risky_web, "referral")["risk_information"] == "Der Hund beisst."
    assert "Sicherheitsrelevante" in history(web.person(MONIKA).open(case))
    assert "Sicherheitsrelevante" not in history(web.person(PETRA).open(case))


def history(person):
    return person.page.xpath('//ol[@class="timeline"]')[0].text_content()


def test_a_provider_is_not_told_of_a_corrected_number(web, risky_web):
    case = f"/cases/{risky_web}"
    with web.arranged(), transaction():
        db.execute(sa.delete(Mail))
    web.person(PETRA).open(f"{case}/correct").send(zemis_number="00000107.3")
    monika = web.person(MONIKA).open(case)
    assert "korrigiert" not in monika.text
    assert "ZEMIS" not in monika.text
    assert "ZEMIS-Nummer" in web.person(PETRA).open(case).words
    with web.arranged():
        assert db.scalars(sa.select(Mail.notice)).all() == []


def test_a_provider_is_told_of_the_rest_that_was_corrected_along(web, risky_web):
    case = f"/cases/{risky_web}"
    web.person(PETRA).open(f"{case}/correct").send(zemis_number="00000107.3", town="Trimbach")
    monika = web.person(MONIKA).open(case)
    assert "1 Angaben (Ort)" in monika.words
    assert "ZEMIS" not in monika.text
