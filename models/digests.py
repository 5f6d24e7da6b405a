"""What is kept of a random secret: enough to know it again, not to make it."""

import hashlib


def digest(secret: str) -> str:
    """The SHA-256 of a secret that cannot be guessed, as 64 hexadecimal digits."""
    return hashlib.sha256(secret.encode()).hexdigest()
