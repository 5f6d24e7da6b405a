"""Seals what nobody may read who has only the database: with keys made from the installation's own."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

_NONCE = 12


class CannotBeOpened(Exception):
    """Sealed with another key, for another place, or changed since."""


def key_for(purpose: str) -> bytes:
    """A key of its own for each purpose; it changes with INTAKE_SECRET_KEY."""
    secret = current_app.extensions["intake"].secret_key.encode()
    return HKDF(hashes.SHA256(), 32, salt=None, info=f"intake {purpose}".encode()).derive(secret)


def seal(text: str, *, place: str) -> bytes:
    """A text that can be opened only here, and only for the place that it was sealed for."""
    nonce = secrets.token_bytes(_NONCE)
    cipher = AESGCM(key_for("second factor"))
    return nonce + cipher.encrypt(nonce, text.encode(), place.encode())


def opened(sealed: bytes, *, place: str) -> str:
    """What was sealed.

    Raises:
        CannotBeOpened
    """
    cipher = AESGCM(key_for("second factor"))
    try:
        return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode()).decode()
    except (InvalidTag, ValueError):
        raise CannotBeOpened(place) from None
