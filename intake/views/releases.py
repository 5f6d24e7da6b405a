"""Release a draft: what it changes, who must look at it, from when; then move running cases."""

from datetime import datetime, time
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_login import current_user

from intake.arriving import arrived
from intake.differences import by_place
from intake.examples import sentence as failure_sentence
from intake.findings import told
from intake.forms import vocabulary
from intake.keeping import keeps
from intake.permissions import Permission, requires
from intake.whole import whole
from models.base import OFFICE_ZONE, today
from models.drawing_drafts import DrawingDraft
from models.processes import latest_diagram
from models.rehearsals import last_rehearsal
from workflows import drawing_drafts as drafts
from workflows.diagrams.differences import differences
from workflows.diagrams.shown import names
from workflows.errors import ChangedMeanwhile, FailedExamples, FourEyes, NotOpen, RefusedDrawing

pages = Blueprint("releases", __name__, url_prefix="/workbench/<int:draft_id>/release")


@pages.get("")
@requires(Permission.DRAW)
def show(draft_id: int) -> Any:
    """What a release would change, in sentences."""
    return _page(drafts.drawing_draft(draft_id))


@pages.post("/hand-in")
@requires(Permission.DRAW)
def hand_in(draft_id: int) -> Any:
    """Ask another person to look at the draft and release it."""
    draft = drafts.drawing_draft(draft_id)
    drafts.hand_in(draft, by=current_user)
    flash(gettext("Der Entwurf ist zur Prüfung. Eine andere Person gibt ihn frei."))
    return redirect(url_for(".show", draft_id=draft.id))


@pages.post("")
@requires(Permission.DRAW)
@keeps("from")
def release(draft_id: int) -> Any:
    """Make the draft a version, at once or from a day on."""
    draft = drafts.drawing_draft(draft_id)
    try:
        at = _day()
    except ValueError:
        words = gettext(
            "Geben Sie einen Tag ab morgen als Tag.Monat.Jahr ein, oder lassen Sie das Feld leer."
        )
        return _page(draft, wrong=words), 422
    four_eyes = current_app.extensions["intake"].four_eyes
    try:
        diagram = drafts.release(
            draft,
            vocabulary(),
            by=current_user,
            four_eyes=four_eyes,
            revision=whole(arrived("revision")),
            in_force_at=at,
        )
    except RefusedDrawing as refused:
        return _page(draft, refused=[told(f) for f in refused.findings if f.forbids]), 422
    except FailedExamples as failed:
        examples = {name: failure_sentence(f) for name, f in failed.failures.items()}
        return _page(draft, failed=examples), 422
    except FourEyes:
        return _page(
            draft, wrong=gettext("Freigeben muss eine andere Person als die, die gezeichnet hat.")
        ), 409
    except (NotOpen, ChangedMeanwhile):
        return _page(
            draft, wrong=gettext("Der Entwurf hat sich eben geändert. Sehen Sie ihn nochmals an.")
        ), 409
    flash(gettext("Version %(n)s ist freigegeben.", n=diagram.version))
    return redirect(url_for("processes.show", diagram_id=diagram.id))


def _day() -> datetime | None:
    """The morning from which new cases take the version; None for at once. Raises ValueError."""
    text = arrived("from").strip()
    if not text:
        return None
    day = datetime.strptime(text, "%d.%m.%Y").date()
    if not today() < day < today().replace(year=today().year + 2):
        raise ValueError(text)
    return datetime.combine(day, time(0), OFFICE_ZONE)


def _page(draft: DrawingDraft, **more: Any) -> str:
    base = draft.based_on or latest_diagram(draft.process_id)
    old = {name: text.encode() for name, text in base.files.items()} if base else {}
    last = last_rehearsal(draft.id)
    return render_template(
        "releases/show.html",
        draft=draft,
        base=base,
        newest=latest_diagram(draft.process_id),
        changes=by_place(differences(old, draft.bundle)[0]),
        named={**(names(base.files) if base else {}), **names(draft.files)},
        rehearsed=last if last and last.revision == draft.revision else None,
        four_eyes=current_app.extensions["intake"].four_eyes,
        own=drafts.is_drawn_by(draft, current_user),
        **more,
    )
