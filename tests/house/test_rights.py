"""Every event of the journal is a security event or is none, and each call that gives rights asks for two."""

import ast
from pathlib import Path

from intake.security_words import EVENT
from models.journal import SECURITY

ROOT = Path(__file__).parents[2]
#: Of a case, or of what the administration keeps: nobody gets in or gets rights by it.
NOT_SECURITY = {
    "a step of a case, in its history": (
        "assigned claimed corrected document_added done ended follow_up_due handed_over lapsed "
        "notified rebound received released status_control stopped timer undone"
    ),
    "a drawing in the making, in the list of the workbench; its release is an event": (
        "drawing_begun drawing_imported drawing_changed drawing_discarded drawing_handed_in "
        "drawing_released drawing_taken_back example_forgotten example_kept rehearsal_begun "
        "move_begun move_ended"
    ),
    "a row of the office that gives nobody rights": (
        "contract_added contract_changed contract_forgotten day_forgotten day_set deadline_set "
        "deadlines_confirmed extract_expired inhabitants_counted intake_paused intake_resumed "
        "mentor_edited mentor_entered merged merger_called_off municipality_moved "
        "municipality_renamed organisation_added organisation_changed program_added "
        "program_changed region_added region_ended"
    ),
    "a registration that nobody sends": "draft_deleted",
    "mended by the administration, in its list of incidents": (
        "incident_closed mail_dropped mail_resent retried"
    ),
}
#: What is noted under a name that is put together, and where.
PUT_TOGETHER = {
    "user_added": "intake/accounts.py",
    "sign_in_slowed": "intake/guessing.py",
    "link_slowed": "intake/guessing.py",
    "app_used": "intake/factors.py",
    "passkey_used": "intake/factors.py",
    "recovery_code_used": "intake/factors.py",
    "factor_failed": "intake/factors.py",
    "drawing_begun": "workflows/drawing_drafts.py",
    "drawing_imported": "workflows/drawing_drafts.py",
}


def calls(name):
    """Every call of a function of this name: (file, node)."""
    for room in ("intake", "workflows", "models"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call):
                    called = node.func
                    found = (
                        called.attr
                        if isinstance(called, ast.Attribute)
                        else getattr(called, "id", "")
                    )
                    if found == name:
                        yield path.relative_to(ROOT), node


def events():
    """Every event that is noted anywhere, with the files that do."""
    found = {}
    for name in ("write", "_note", "note"):
        for path, node in calls(name):
            for text in _texts(node.args[0]) if node.args else ():
                found.setdefault(text, set()).add(str(path))
    return found


def _texts(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value] if node.value.isidentifier() and node.value.islower() else []
    if isinstance(node, ast.IfExp):
        return [*_texts(node.body), *_texts(node.orelse)]
    return []


def known():
    return {event for events in NOT_SECURITY.values() for event in events.split()}


def test_of_every_event_it_is_said_whether_it_is_one_of_security():
    noted = {*events(), *PUT_TOGETHER}
    undecided = {e: sorted(events().get(e, ())) for e in noted - known() - SECURITY.keys()}
    assert not undecided, f"name these in models/journal.SECURITY or in NOT_SECURITY: {undecided}"
    assert not known() & SECURITY.keys()
    assert not (known() | SECURITY.keys()) - noted, "nothing notes these any more"


def test_what_is_put_together_stands_where_it_is_said_to():
    for event, file in PUT_TOGETHER.items():
        assert f'"{event.removesuffix("_used")}"' in (ROOT / file).read_text()


def test_every_security_event_has_its_words():
    assert EVENT.keys() == SECURITY.keys()


def test_each_page_that_gives_rights_asks_for_a_second():
    """A view that forgets it would let one administrator give what two should."""
    for name in ("give_role", "reactivate", "invite"):
        found = [(path, node) for path, node in calls(name) if "views" in path.parts]
        assert found, name
        for path, node in found:
            called = node.func.value.id if isinstance(node.func, ast.Attribute) else ""
            if called in ("memberships", "accounts"):
                assert "two" in {word.arg for word in node.keywords}, f"{path}:{node.lineno}"
