"""Passkeys: what a device is asked to sign, and what is kept of it. The library verifies, we decide."""

import hashlib
import hmac
import ipaddress
import json
import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from intake.sealing import key_for
from models import journal
from models.base import now
from models.people import User
from models.second_factors import (
    Passkey,
    PasskeyChallenge,
    clear_expired,
    passkey_of,
    passkeys_of,
    take_challenge,
)
from models.session import db, transaction
from workflows.notices import tell_of_access

ANSWER_WITHIN = timedelta(minutes=5)
#: An answer of a device is a few kilobytes.
LONGEST_ANSWER = 20_000
MOST = 20
ADD, ENTER = "add", "enter"
_VERIFIED = UserVerificationRequirement.REQUIRED


class NotAccepted(Exception):
    """The answer of a device does not fit what it was asked, or is not from here."""


def possible() -> bool:
    """Whether browsers allow passkeys at our address: a name, over https, or this very machine."""
    url = _ours()
    host = url.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return url.scheme == "https" or host == "localhost"
    return False


def ask_for_new(user: User) -> str:
    """What a device needs to make a passkey, as JSON; those that have one already are left out."""
    options = generate_registration_options(
        rp_id=_rp_id(),
        rp_name="Intake",
        user_name=user.email,
        user_id=hmac.digest(key_for("passkey handle"), str(user.id).encode(), hashlib.sha256),
        user_display_name=user.name,
        challenge=_challenge(user, ADD),
        exclude_credentials=_known(user),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=_VERIFIED
        ),
    )
    return options_to_json(options)


def add(user: User, answer: str, name: str) -> None:
    """Keep the passkey that a device has made.

    Raises:
        NotAccepted
    """
    parsed, challenge = _asked(user, answer, ADD)
    try:
        made = verify_registration_response(
            credential=parsed,
            expected_challenge=challenge,
            expected_rp_id=_rp_id(),
            expected_origin=_origin(),
            require_user_verification=True,
        )
    except Exception as error:  # the library meets bytes of a stranger and raises what it likes
        raise NotAccepted(type(error).__name__) from None
    credential = bytes_to_base64url(made.credential_id)
    with transaction():
        if len(credential) > 1400 or passkey_of(user.id, credential) or len(_known(user)) >= MOST:
            raise NotAccepted("known already, or too many")
        row = Passkey(user_id=user.id, credential=credential, created_at=now())
        row.public_key, row.sign_count = made.credential_public_key, made.sign_count
        row.name = named(name) or f"Passkey {len(_known(user)) + 1}"
        db.add(row)
        journal.write("passkey_added", by=user)
        tell_of_access(user, "passkey_added")


def ask(user: User) -> str:
    """What one of a person's devices is to sign, as JSON."""
    options = generate_authentication_options(
        rp_id=_rp_id(),
        challenge=_challenge(user, ENTER),
        allow_credentials=_known(user),
        user_verification=_VERIFIED,
    )
    return options_to_json(options)


def fits(user: User, answer: str) -> bool:
    """Whether one of a person's devices has signed what it was asked; a second time it has not."""
    try:
        parsed, challenge = _asked(user, answer, ENTER)
        with transaction():
            _verify(user, parsed, challenge)
    except NotAccepted:
        return False
    return True


def _verify(user: User, parsed: dict[str, Any], challenge: bytes) -> None:
    row = passkey_of(user.id, str(parsed.get("id", "")), held=True)
    if row is None:
        raise NotAccepted("unknown")
    try:
        signed = verify_authentication_response(
            credential=parsed,
            expected_challenge=challenge,
            expected_rp_id=_rp_id(),
            expected_origin=_origin(),
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except Exception as error:  # as above
        raise NotAccepted(type(error).__name__) from None
    row.sign_count, row.used_at = signed.new_sign_count, now()


def named(typed: str) -> str:
    """A name as it is kept: on one line, not too long."""
    return " ".join("".join(c if c.isprintable() else " " for c in typed).split())[:60].strip()


def _known(user: User) -> list[PublicKeyCredentialDescriptor]:
    ids = [base64url_to_bytes(row.credential) for row in passkeys_of(user.id)]
    return [PublicKeyCredentialDescriptor(id=one) for one in ids]


def _challenge(user: User, purpose: str) -> bytes:
    """Something new to sign; only its digest is kept, until it is answered or too old."""
    challenge = secrets.token_bytes(32)
    with transaction():
        clear_expired(now())
        db.add(
            PasskeyChallenge(
                digest=hashlib.sha256(challenge).hexdigest(),
                user_id=user.id,
                purpose=purpose,
                expires_at=now() + ANSWER_WITHIN,
            )
        )
    return challenge


def _asked(user: User, answer: str, purpose: str) -> tuple[dict[str, Any], bytes]:
    """The answer of a device and what it was asked, which counts as answered from now on."""
    try:
        if len(answer) > LONGEST_ANSWER:
            raise NotAccepted("too long")
        parsed = json.loads(answer)
        client = json.loads(base64url_to_bytes(parsed["response"]["clientDataJSON"]))
        challenge = base64url_to_bytes(client["challenge"])
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise NotAccepted("no answer of a device") from None
    digest = hashlib.sha256(challenge).hexdigest()
    with transaction():
        if not take_challenge(user.id, digest, purpose, now()):
            raise NotAccepted("not asked, answered already, or too late")
    return parsed, challenge


def _ours() -> Any:
    return urlsplit(current_app.extensions["intake"].base_url)


def _rp_id() -> str:
    return str(_ours().hostname)


def _origin() -> str:
    """As browsers write it: without the port that goes without saying."""
    url = _ours()
    usual = {"https": 443, "http": 80}[url.scheme]
    port = "" if url.port in (None, usual) else f":{url.port}"
    return f"{url.scheme}://{url.hostname}{port}"
