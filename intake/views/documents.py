"""Papers of a case: added and fetched only through the access check."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, current_app, flash, redirect, request, send_file, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.datastructures import FileStorage

from intake import raw, scanner, store
from intake.permissions import Permission, requires
from models.base import now
from models.documents import Document, ScanState
from models.drafts import Draft
from models.journal import Audience
from models.people import OFFICE_ROLES, PROVIDER_ROLES
from models.referrals import Referral
from models.session import db, transaction
from workflows import desk, papers

pages = Blueprint("documents", __name__)

KINDS = ("consent", "evidence", "agreement", "other")


@pages.get("/documents/<key>")
@requires(Permission.SEE_CASES)
def fetch(key: str) -> Any:
    """The bytes, as a download that the browser does not run."""
    document = _document(key)
    path = store.readable(current_app.extensions["intake"], document)
    if not path.exists():
        abort(404)
    return raw.sealed(
        send_file(
            path.resolve(),
            mimetype=document.media_type,
            as_attachment=True,
            download_name=document.filename,
        )
    )


@pages.post("/cases/<int:referral_id>/documents")
@requires(Permission.SEE_CASES)
def add(referral_id: int) -> Any:
    """Add a paper to a case."""
    referral = desk.referral_for(current_user, referral_id)
    kind = request.form.get("kind", "other")
    upload = request.files.get("document")
    if upload is None or not upload.filename:
        flash(gettext("Wählen Sie zuerst eine Datei."), "bad")
    elif sentence := keep_upload(upload, kind, referral=referral):
        flash(sentence, "bad")
    return redirect(url_for("cases.show", referral_id=referral_id, _anchor="documents"))


def keep_upload(
    upload: FileStorage, kind: str, *, referral: Referral | None = None, draft: Draft | None = None
) -> str:
    """Keep an uploaded file and say so; the sentence to show if it cannot be kept."""
    config = current_app.extensions["intake"]
    kind = kind if kind in KINDS else "other"
    try:
        kept = store.Kept(upload, config)
        state = scanner.at_upload(kept.data, config)
        if state is ScanState.INFECTED:
            papers.refused(kind, referral.id if referral else None, by=current_user)
            return gettext("Der Virenscanner hat die Datei abgelehnt. Sie ist nicht abgelegt.")
        papers.announce(kept.key)
        kept.write(config)
    except store.BadFile as error:
        return str(error)
    with transaction():
        papers.keep(_row(kept, kind, state, referral, draft), by=current_user)
    if state is ScanState.WAITING:
        flash(
            gettext(
                "Das Dokument ist abgelegt. Der Virenscanner antwortet gerade nicht: Lesbar wird "
                "es, sobald es geprüft ist."
            )
        )
    elif referral is not None:
        flash(gettext("Das Dokument ist abgelegt."))
    return ""


def _row(
    kept: store.Kept, kind: str, state: ScanState, referral: Referral | None, draft: Draft | None
) -> Document:
    return Document(
        key=kept.key,
        referral_id=referral.id if referral else None,
        draft_id=draft.id if draft else None,
        kind=kind,
        filename=kept.filename,
        media_type=kept.media_type,
        size=kept.size,
        sha256=kept.sha256,
        scan=state,
        audience=Audience.BOTH,
        uploaded_by_id=current_user.id,
        uploaded_at=now(),
    )


def _document(key: str) -> Document:
    document = db.scalar(sa.select(Document).where(Document.key == key))
    if document is None:
        abort(404)
    if document.referral_id is not None:
        referral = desk.referral_for(current_user, document.referral_id)
        if document.audience not in desk.sides(current_user, referral):
            abort(404)
        return document
    draft = db.get(Draft, document.draft_id)
    own = current_user.organisation_ids(OFFICE_ROLES | PROVIDER_ROLES)
    if draft is None or draft.organisation_id not in own:
        abort(404)
    return document
