"""The second factor of the test office's people: an app whose secret the tests know."""

import time

import pyotp
import sqlalchemy as sa

from intake import time_codes
from models.base import now
from models.people import Role, User
from models.second_factors import Passkey, RecoveryCode, TimeCode, has_role, time_code_of
from models.session import db, transaction

#: Every test app has the same secret; it is sealed anew for each person.
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NEED_ONE = frozenset({Role.ADMINISTRATOR, Role.PROCESS_OWNER})


def code(drift: int = 0) -> str:
    """What the app shows now, or so many half minutes later or earlier."""
    totp = pyotp.TOTP(SECRET)
    return totp.generate_otp(int(time.time()) // totp.interval + drift)


def equip(*users: User) -> None:
    """Give people an app and a code each that they have put away, as if they had done it long ago."""
    for user in users:
        kept = TimeCode(user_id=user.id, last_step=0, created_at=now())
        kept.secret = time_codes.seal(SECRET, place=f"time_codes:{user.id}")
        spare = RecoveryCode(user_id=user.id, label="TEST", hash="", created_at=now())
        spare.kept_at = now()
        with transaction():
            db.add_all([kept, spare])


def passkey(user: User) -> int:
    """A passkey that no device has; its key in the table."""
    row = Passkey(user_id=user.id, credential=f"none-{user.id}", public_key=b"", sign_count=0)
    row.name, row.created_at = "Telefon", now()
    with transaction():
        db.add(row)
    return row.id


def equip_who_needs_it() -> None:
    """An app for everybody whose role needs one and who has none."""
    users = [user for user in db.scalars(sa.select(User)) if has_role(user, NEED_ONE)]
    equip(*(user for user in users if time_code_of(user.id) is None))


def unused_code(engine: sa.Engine) -> str:
    """What the app shows, good once more: tests sign in more often than every half minute."""
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        connection.execute(sa.update(TimeCode).values(last_step=0))
        connection.commit()
    return code()
