"""Every form says which of its fields wait for their person when a session is over, or why none do."""

from pathlib import Path

import pytest

from intake import keeping
from intake.forgery import SAFE
from intake.forms import REGISTRY

CHOICE = "one click or one choice, made again as fast as read"
SCRIPT = "the page itself keeps what it sends and tries again"
FILE = "a file; a browser lets nobody choose one for somebody"
SECRET = "passwords and secrets are never kept"
TRIAL = "invented cases, with answers that are suggested"
#: What keeps nothing, and why that loses nothing that somebody typed.
KEEPS_NOTHING = {
    "account.password": SECRET,
    "account.end_session": CHOICE,
    "account.end_sessions": CHOICE,
    "account.discard": CHOICE,
    "acting.choose": CHOICE,
    "board.keep": SCRIPT,
    "board.copy": SCRIPT,
    "board.seen": SCRIPT,
    "board.pdf": SCRIPT,
    "cases.undo": CHOICE,
    "deadlines.forget_day": CHOICE,
    "documents.add": FILE,
    "drafts.start": CHOICE,
    "drafts.save": SCRIPT,
    "drafts.delete": CHOICE,
    "examples.forget": CHOICE,
    "examples.from_case": CHOICE,
    "factors.add_passkey": SECRET,
    "factors.app": SECRET,
    "factors.challenge": SECRET,
    "factors.codes": SECRET,
    "factors.kept": SECRET,
    "factors.passkey": SECRET,
    "factors.password": SECRET,
    "factors.remove_app": SECRET,
    "factors.remove_passkey": SECRET,
    "incidents.retry_all": CHOICE,
    "incidents.mend": CHOICE,
    "incidents.mail": CHOICE,
    "people.active": CHOICE,
    "people.reset_factors": CHOICE,
    "people.take": CHOICE,
    "people.invite_again": CHOICE,
    "places.call_off": CHOICE,
    "programs.forget_contract": CHOICE,
    "rehearsals.begin": CHOICE,
    "role_requests.agree": CHOICE,
    "role_requests.refuse": CHOICE,
    "releases.hand_in": CHOICE,
    "sign_in.enter": SECRET,
    "sign_in.enter_as": CHOICE,
    "sign_in.leave": CHOICE,
    "sign_in.forgotten": SECRET,
    "sign_in.password": SECRET,
    "sign_in.language": CHOICE,
    "tasks.draft": SCRIPT,
    "tasks.claim": CHOICE,
    "tasks.release": CHOICE,
    "tasks.assign": CHOICE,
    "tryout.do": TRIAL,
    "tryout.turn": TRIAL,
    "tryout.undo": TRIAL,
    "tryout.begin": TRIAL,
    "second_step.challenge": SECRET,
    "second_step.enter": SECRET,
    "tryout.tell": TRIAL,
    "tryout.keep": TRIAL,
    "workbench.bring": FILE,
    "workbench.discard": CHOICE,
    "workbench.take_back": CHOICE,
}


def asked_by(app):
    return {rule.endpoint for rule in app.url_map.iter_rules() if rule.methods - SAFE}


def test_every_form_keeps_its_own_fields_or_says_why_not(web):
    views = web.app.view_functions
    keep = {name for name in asked_by(web.app) if hasattr(views[name], "keeps")}
    missing = asked_by(web.app) - keep - set(KEEPS_NOTHING)
    assert not missing, f"add @keeps(…) to the view, or a reason to KEEPS_NOTHING: {missing}"
    assert not keep & set(KEEPS_NOTHING)
    assert set(KEEPS_NOTHING) <= asked_by(web.app), "routes that are gone"
    assert all(KEEPS_NOTHING.values())


def test_no_password_is_ever_among_the_fields(web):
    """Whatever a form declares: also one that is added tomorrow."""
    with web.app.test_request_context():
        view = web.app.view_functions["account.change"]
        view.keeps = ("phone", "new_password", "sign_in_password")
        try:
            assert keeping.own_fields("account.change", {}) == {"phone"}
        finally:
            view.keeps = ("phone", "function")


@pytest.mark.parametrize("form_key", sorted(REGISTRY))
def test_the_fields_of_a_step_are_those_of_its_form(web, form_key):
    with web.app.test_request_context():
        own = keeping.own_fields("cases.act", {"referral_id": 1, "form_key": form_key})
        assert own == set(REGISTRY[form_key]()._fields)


def test_views_read_a_form_only_where_what_waits_stands_in_it_too():
    """`X(request.form if … else None)` would leave empty what a person typed before signing in."""
    folder = Path(keeping.__file__).parent / "views"
    wrong = [p.name for p in folder.glob("*.py") if "request.form if" in p.read_text()]
    assert not wrong, f"take keeping.sent() in {wrong}"
