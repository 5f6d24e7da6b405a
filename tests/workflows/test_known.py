"""What can be read where, where each answer is used, and which conventions a drawing keeps."""

import re

import pytest

from intake.ech import CONVENTIONS
from intake.forms import vocabulary
from intake.known_words import ACTION, FACT, MESSAGE, NOTICE, all_of_it
from tests.workflows.test_differences import changed_bundles
from workflows.actions import ACTIONS
from workflows.diagrams.check import check, names_known
from workflows.diagrams.ech import MODES, RULES
from workflows.diagrams.files import NAMES, roots_of
from workflows.diagrams.known import Known
from workflows.diagrams.published import REFERRAL, shipped_bundle
from workflows.diagrams.uses import uses
from workflows.expressions import names_in
from workflows.facts import FACTS
from workflows.messages import SENT
from workflows.notices import NOTICES, OF_CASE


@pytest.fixture
def forms(sqlite_app):
    return vocabulary()


def at(forms, process, element, bundle=None):
    found = Known(bundle or shipped_bundle(), forms).at(process, element)
    return {name for name in found if name not in FACTS}


def test_behind_a_task_its_answers_are_known_and_before_it_they_are_not(forms):
    assert "triage.decision" in at(forms, "check_referral", "f_decision_admitted")
    assert at(forms, REFERRAL, "start") == set()
    assert "intake_interview.result" not in at(forms, "check_referral", "decision")


def test_in_a_loop_what_comes_later_is_known_too(forms):
    assert "triage.decision" in at(forms, "check_referral", "completeness_check")


def test_a_called_process_knows_what_was_set_before_it_and_gives_back_its_end(forms):
    assert "triage.decision" in at(forms, "prepare_admission", "start")
    assert "check_referral.end" in at(forms, REFERRAL, "f_checked_prepare")
    assert "routing.program" in at(forms, "check_referral", "triage")


def test_every_condition_of_the_shipped_drawings_reads_what_is_known_there(forms):
    bundle = shipped_bundle()
    known = Known(bundle, forms)
    for root in roots_of(bundle)[0].values():
        for process in root.iterfind("bpmn:process", NAMES):
            for flow in process.iterfind("bpmn:sequenceFlow", NAMES):
                text = flow.findtext("bpmn:conditionExpression", "", NAMES)
                found = set(known.at(process.get("id"), flow.get("id")))
                assert not text or names_in(text) <= found, flow.get("id")


def test_processes_that_call_each_other_in_a_circle_end(forms):
    bundle = shipped_bundle()
    bundle["x.bpmn"] = (
        bundle["close_tandem.bpmn"]
        .replace(b'id="close_tandem"', b'id="loop"')
        .replace(
            b"<bpmn:sequenceFlow",
            b'<bpmn:callActivity id="c" calledElement="loop"/><bpmn:sequenceFlow',
            1,
        )
    )
    assert Known(bundle, forms).at("loop", "c")


def test_an_answer_says_who_reads_it_and_which_choices(forms):
    found = uses(shipped_bundle(), forms)["triage.decision"]
    assert {(u.what, u.element) for u in found} == {
        ("condition", "f_decision_admitted"),
        ("condition", "f_decision_forward"),
        ("condition", "f_decision_tell_decline"),
    }
    assert ("decline",) in {u.values for u in found}
    cells = uses(shipped_bundle(), forms)["referral.permit"]
    assert [(u.what, u.element, u.values) for u in cells] == [("cell", "eligibility", ("G",))]
    assert uses(shipped_bundle(), forms)["referral.complete_on"][0].what in ("deadline", "timer")


def test_a_choice_that_goes_away_breaks_exactly_what_is_listed(forms):
    """Where-used and check agree: without the choice «decline» the check names the same places."""
    fewer = {**forms, "triage": {"decision": ("admit", "admit_direct", "forward", "ask_back")}}
    broken = {
        f.element for f in check(shipped_bundle(), REFERRAL, fewer) if f.code == "UNKNOWN_CHOICE"
    }
    listed = {
        u.element for u in uses(shipped_bundle(), forms)["triage.decision"] if "decline" in u.values
    }
    assert broken == listed == {"f_decision_tell_decline"}


def test_every_convention_has_its_words_and_every_word_its_meaning():
    assert set(RULES) == set(CONVENTIONS)
    assert MODES == ("analytic", "descriptive")
    assert (set(FACT), set(ACTION), set(MESSAGE)) == (set(FACTS), set(ACTIONS), set(SENT))


def test_the_panel_offers_forms_in_words_and_nothing_by_its_key(sqlite_app):
    known = all_of_it()
    for form in known["forms"]:
        assert form["words"] != form["code"]
    assert all(re.match(r"T\d+[BC]?: \d+ ", one["words"]) for one in known["deadlines"])


def test_names_know_their_choices(forms):
    before, _after = changed_bundles()
    assert "decline" in (names_known(before, forms)["triage.decision"] or ())


def test_every_mail_that_a_drawing_may_send_has_words_and_no_other_is_offered(sqlite_app):
    assert set(NOTICE) == OF_CASE < NOTICES
    offered = all_of_it()["notices"]
    assert {one["code"] for one in offered} == OF_CASE
    assert not {one["code"] for one in offered} & {one["words"] for one in offered}
