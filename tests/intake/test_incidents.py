"""The administrator's page of incidents, and what the others read meanwhile."""

import pytest
import sqlalchemy as sa

from intake.demo import player
from intake.demo.cases import organisation_of
from models.outbox import Mail, MailState
from models.session import db, transaction
from workflows import actions

PETRA, MONIKA, ANNA = (f"{n}@example.org" for n in ("p.beispiel", "m.muster", "a.admin"))


@pytest.fixture
def task(web):
    with web.arranged():
        petra = player.user(PETRA)
        case = player.refer(organisation_of(petra), petra)
        return f"/tasks/{player.step_of(case, 'completeness_check').id}"


def test_a_failed_step_keeps_the_answers_tells_everybody_and_is_mended(web, task, monkeypatch):
    real = actions.ACTIONS["ask_for_items"]

    def fail(*_args, **_given):
        raise LookupError("the service is down")

    monkeypatch.setitem(actions.ACTIONS, "ask_for_items", actions.Action(fail, real.routes))
    monika = web.person(MONIKA).open(task)
    given = {"outcome": "incomplete", "missing_items": ["goals"], "missing_text": "Welche Ziele?"}
    monika.send(expect=500, **given)
    assert "konnte hier nicht weitergehen" in monika.words
    assert ">Welche Ziele?</textarea>" in monika.text
    case = monika.page.xpath("//p[@class='crumbs']/a[2]/@href")[0]
    assert ">Welche Ziele?</textarea>" in monika.open(task).text
    assert "steht seit 12.01.2026" in web.person(PETRA).open(case).words
    anna = web.person(ANNA).open("/incidents")
    assert "the service is down" in anna.words
    (form,) = anna.page.xpath(
        "//form[starts-with(@action, '/incidents/') and .//button[@name='close']]"
    )
    anna.post(form.get("action"), retry="1")
    assert "Es geht noch nicht: the service is down" in anna.words
    monkeypatch.setitem(actions.ACTIONS, "ask_for_items", real)
    anna.post("/incidents/retry")
    assert "1 Fall läuft wieder." in anna.words
    assert "Fehlende Angaben nachreichen" in web.person(PETRA).open(case).words


def test_mail_that_did_not_arrive_is_sent_again_or_put_away(web, task):
    with web.arranged():
        first, second = db.scalars(sa.select(Mail.id).order_by(Mail.id).limit(2)).all()
        with transaction():
            db.execute(sa.update(Mail).values(state=MailState.UNKNOWN))
    anna = web.person(ANNA).open("/incidents")
    anna.post(f"/incidents/mails/{first}", resend="1")
    anna.post(f"/incidents/mails/{second}", drop="1")
    with web.arranged():
        states = dict(db.execute(sa.select(Mail.id, Mail.state)).all())
        assert (states[first], states[second]) == (MailState.WAITING, MailState.DROPPED)
    words = anna.open("/incidents").words
    assert "1 Mail wartet noch." in words
    assert "Alle Mails sind übergeben" not in words
