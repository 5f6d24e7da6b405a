"""Ten codes for whoever has lost the device: shown once, kept as hashes, each good once."""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models import journal
from models.base import now
from models.people import User
from models.second_factors import (
    RecoveryCode,
    forget_recovery_codes,
    keep_recovery_codes,
    recovery_code_of,
    recovery_codes_of,
)
from models.session import db, transaction
from workflows.notices import tell_of_access

NUMBER = 10
#: Without letters and digits that look alike.
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_LABEL, _REST = 4, 12

#: OWASP's least for argon2id: the codes are random, ten are made at once.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def renew(user: User) -> list[str]:
    """Ten new codes; those before are worth nothing now."""
    made: dict[str, str] = {}
    while len(made) < NUMBER:
        made.setdefault(_random(_LABEL), _random(_REST))
    hashes = {label: _hasher.hash(rest) for label, rest in made.items()}
    with transaction():
        if recovery_codes_of(user.id):
            tell_of_access(user, "recovery_codes_made")
        forget_recovery_codes(user.id)
        for label, digest in hashes.items():
            db.add(RecoveryCode(user_id=user.id, label=label, hash=digest, created_at=now()))
        journal.write("recovery_codes_made", by=user)
    return [_in_fours(label + rest) for label, rest in made.items()]


def fits(user: User, typed: str) -> bool:
    """Whether this is a code of the person that was not used yet; now it is. In a transaction."""
    code = letters(typed)
    found = recovery_code_of(user.id, code[:_LABEL]) if code else None
    if found is None:
        return False
    try:
        _hasher.verify(found.hash, code[_LABEL:])
    except (VerificationError, InvalidHashError):
        return False
    found.used_at = now()
    return True


def letters(typed: str) -> str:
    """What was typed, as it is kept; empty if it is no recovery code."""
    plain = "".join(c for c in typed.upper() if c not in "-–‐ \t\r\n")
    return plain if len(plain) == _LABEL + _REST and set(plain) <= set(_LETTERS) else ""


def put_away(user: User) -> None:
    """The person says that they have kept the codes."""
    with transaction():
        keep_recovery_codes(user.id, now())


def left(user: User) -> int:
    """How many codes can still be used."""
    return sum(code.used_at is None for code in recovery_codes_of(user.id))


def are_put_away(user: User) -> bool:
    """Whether there are codes and the person has said that they kept them."""
    codes = recovery_codes_of(user.id)
    return bool(codes) and all(code.kept_at for code in codes)


def _random(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def _in_fours(code: str) -> str:
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))
