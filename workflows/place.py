"""Where a case stands on which drawing, for people who look rather than read."""

from typing import Any

import sqlalchemy as sa

from models.journal import Entry
from models.processes import Run
from models.session import db
from workflows.diagrams.published import REFERRAL, files_of
from workflows.engine.codec import live_elements


def processes_now(referral_id: int) -> list[str]:
    """The processes in which something waits now, the innermost first."""
    state = db.scalar(sa.select(Run.state).where(Run.referral_id == referral_id)) or b""
    called = [process for process, _element in live_elements(state) if process]
    return [*dict.fromkeys(reversed(called)), REFERRAL]


def diagram_xml(referral_id: int, process: str = "") -> str:
    """The drawing of a process, of the version that this case runs on.

    Without a process: the one in which the case waits now.
    """
    diagram_id = db.scalar(sa.select(Run.diagram_id).where(Run.referral_id == referral_id))
    files = files_of(diagram_id or 0)
    wanted = process or processes_now(referral_id)[0]
    for text in files.values():
        if f'<bpmn:process id="{wanted}"' in text:
            return text
    return files[f"{REFERRAL}.bpmn"]


def _stands_aside(element: str, drawn: str) -> bool:
    """True for what only listens or waits for others: boundary events, joins."""
    aside = ("parallelGateway", "inclusiveGateway", "boundaryEvent")
    return any(f'<bpmn:{kind} id="{element}"' in drawn for kind in aside)


def place_of(referral_id: int, process: str, entries: list[Entry]) -> dict[str, Any]:
    """Elements passed, elements waiting now, and a sentence for each that was passed."""
    state = db.scalar(sa.select(Run.state).where(Run.referral_id == referral_id)) or b""
    drawn = diagram_xml(referral_id, process)
    now = [e for _process, e in live_elements(state) if not _stands_aside(e, drawn)]
    said: dict[str, str] = {}
    for entry in reversed(entries):
        if entry.element and entry.event == "done":
            who = entry.by.name if entry.by else ""
            said[entry.element] = f"{entry.at:%d.%m.%Y} · {who}"
    return {"now": now, "passed": [e for e in said if e not in now], "said": said}
