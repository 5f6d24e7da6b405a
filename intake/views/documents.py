"""Papers of a case: added and fetched only through the access check."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, current_app, flash, redirect, request, send_file, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.datastructures import FileStorage

from intake import store
from intake.permissions import Permission, requires
from models.base import now
from models.documents import Document
from models.drafts import Draft
from models.journal import Audience, write
from models.people import OFFICE_ROLES, PROVIDER_ROLES
from models.referrals import Referral
from models.session import db, transaction
from workflows import desk

pages = Blueprint("documents", __name__)

KINDS = ("consent", "evidence", "agreement", "other")


@pages.get("/documents/<key>")
@requires(Permission.SEE_CASES)
def fetch(key: str) -> Any:
    """The bytes, as a download that the browser does not run."""
    document = _document(key)
    path = store.path_of(current_app.extensions["intake"], document.key)
    if not path.exists():
        abort(404)
    return send_file(
        path.resolve(),
        mimetype=document.media_type,
        as_attachment=True,
        download_name=document.filename,
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
    else:
        flash(gettext("Das Dokument ist abgelegt."))
    return redirect(url_for("cases.show", referral_id=referral_id, _anchor="documents"))


def keep_upload(
    upload: FileStorage, kind: str, *, referral: Referral | None = None, draft: Draft | None = None
) -> str:
    """Keep an uploaded file; the sentence to show if it cannot be kept."""
    try:
        kept = store.Kept(upload, current_app.extensions["intake"])
    except store.BadFile as error:
        return str(error)
    with transaction():
        db.add(
            Document(
                key=kept.key,
                referral_id=referral.id if referral else None,
                draft_id=draft.id if draft else None,
                kind=kind if kind in KINDS else "other",
                filename=kept.filename,
                media_type=kept.media_type,
                size=kept.size,
                sha256=kept.sha256,
                scan=kept.scan,
                audience=Audience.BOTH,
                uploaded_by_id=current_user.id,
                uploaded_at=now(),
            )
        )
        if referral is not None:
            write("document_added", by=current_user, referral_id=referral.id, kind=kind)
    return ""


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
