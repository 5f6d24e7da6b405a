"""What people prove themselves with beside the password: time codes, passkeys, recovery codes."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.people import Membership, Role, User
from models.session import db


class TimeCode(Base):
    """The app of a person that shows a code every half minute (RFC 6238).

    Attributes:
        secret: what the app and we share, sealed with the key of the installation.
        last_step: the half minute whose code was used last; no code counts twice.
    """

    __tablename__ = "time_codes"
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), primary_key=True)
    secret: Mapped[bytes]
    last_step: Mapped[int] = mapped_column(sa.BigInteger)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A device or key of a person that signs what we ask; only its public key is kept."""

    __tablename__ = "passkeys"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    credential: Mapped[str] = mapped_column(sa.String(1400), unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(sa.BigInteger)
    name: Mapped[str] = mapped_column(sa.String(60))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """One of the codes for a lost device; its first letters find it, the hash proves the rest.

    Attributes:
        kept_at: when the person said that they had put the codes away.
    """

    __tablename__ = "recovery_codes"
    __table_args__ = (sa.UniqueConstraint("user_id", "label"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    label: Mapped[str] = mapped_column(sa.String(8))
    hash: Mapped[str] = mapped_column(sa.String(200))
    created_at: Mapped[datetime]
    kept_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class PasskeyChallenge(Base):
    """What a passkey is asked to sign; taken away by the first answer."""

    __tablename__ = "passkey_challenges"
    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    purpose: Mapped[str] = mapped_column(sa.String(10))
    expires_at: Mapped[datetime]


class HalfSignIn(Base):
    """Somebody whose password was right and who has not given the second factor yet.

    Attributes:
        digest: of the secret that the browser holds.
        password: digest of the password's hash; another password ends the attempt.
    """

    __tablename__ = "half_sign_ins"
    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    password: Mapped[str] = mapped_column(sa.String(64))
    expires_at: Mapped[datetime]


class FactorGuess(Base):
    """A second factor that was tried; counted before it is looked at, forgotten when it is right.

    Attributes:
        place: the browser, if the person has signed in with it before; empty for anywhere else.
    """

    __tablename__ = "factor_guesses"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    place: Mapped[str] = mapped_column(sa.String(60))
    at: Mapped[datetime]


def time_code_of(user_id: int, *, held: bool = False) -> TimeCode | None:
    """The app of a person; held until the end of the transaction if asked."""
    select = sa.select(TimeCode).where(TimeCode.user_id == user_id)
    if held:
        select = select.with_for_update().execution_options(populate_existing=True)
    return db.scalar(select)


def time_codes() -> list[TimeCode]:
    """The app of everybody who has one."""
    return list(db.scalars(sa.select(TimeCode).order_by(TimeCode.user_id)))


def passkeys_of(user_id: int) -> list[Passkey]:
    """The passkeys of a person, the oldest first."""
    select = sa.select(Passkey).where(Passkey.user_id == user_id)
    return list(db.scalars(select.order_by(Passkey.id)))


def own_passkey(user_id: int, passkey_id: int) -> Passkey | None:
    """One passkey of a person by its key; nobody else's."""
    return db.scalar(sa.select(Passkey).where(Passkey.user_id == user_id, Passkey.id == passkey_id))


def passkey_of(user_id: int, credential: str, *, held: bool = False) -> Passkey | None:
    """One passkey of a person by what its device calls it."""
    select = sa.select(Passkey).where(Passkey.user_id == user_id, Passkey.credential == credential)
    if held:
        select = select.with_for_update().execution_options(populate_existing=True)
    return db.scalar(select)


def recovery_codes_of(user_id: int) -> list[RecoveryCode]:
    """The codes of a person, used ones too."""
    select = sa.select(RecoveryCode).where(RecoveryCode.user_id == user_id)
    return list(db.scalars(select.order_by(RecoveryCode.id)))


def recovery_code_of(user_id: int, label: str) -> RecoveryCode | None:
    """The unused code of a person that begins so; held until the end of the transaction."""
    select = sa.select(RecoveryCode).where(
        RecoveryCode.user_id == user_id,
        RecoveryCode.label == label,
        RecoveryCode.used_at.is_(None),
    )
    return db.scalar(select.with_for_update().execution_options(populate_existing=True))


def has_role(user: User, roles: Iterable[Role]) -> bool:
    """Whether somebody has one of these roles, whomever they act for just now."""
    return any(membership.role in set(roles) for membership in user.memberships)


def has_factor(user_id: int) -> bool:
    """Whether somebody has an app or a passkey."""
    app = sa.exists().where(TimeCode.user_id == user_id)
    passkey = sa.exists().where(Passkey.user_id == user_id)
    return bool(db.scalar(sa.select(app | passkey)))


def without_factor(roles: Iterable[Role]) -> list[User]:
    """The active people with one of these roles who have come and have no second factor."""
    select = (
        sa.select(User)
        .where(User.active, User.password_hash.is_not(None))
        .where(User.memberships.any(Membership.role.in_(list(roles))))
        .where(~sa.exists().where(TimeCode.user_id == User.id))
        .where(~sa.exists().where(Passkey.user_id == User.id))
    )
    return list(db.scalars(select.order_by(User.last_name, User.first_name, User.id)))


def forget_factors(user_id: int) -> None:
    """Take every factor and code of a person away. Call inside a transaction."""
    for table in (
        TimeCode,
        Passkey,
        RecoveryCode,
        PasskeyChallenge,
        HalfSignIn,
        FactorGuess,
    ):
        db.execute(sa.delete(table).where(table.user_id == user_id))


def forget_recovery_codes(user_id: int) -> None:
    """Take the recovery codes of a person away. Call inside a transaction."""
    db.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def keep_recovery_codes(user_id: int, moment: datetime) -> None:
    """The person has put their codes away. Call inside a transaction."""
    shown = sa.update(RecoveryCode).where(
        RecoveryCode.user_id == user_id, RecoveryCode.kept_at.is_(None)
    )
    db.execute(shown.values(kept_at=moment))


def take_challenge(user_id: int, digest: str, purpose: str, moment: datetime) -> bool:
    """Whether a person was asked this and has not answered yet; now they have."""
    asked = sa.delete(PasskeyChallenge).where(
        PasskeyChallenge.digest == digest,
        PasskeyChallenge.user_id == user_id,
        PasskeyChallenge.purpose == purpose,
        PasskeyChallenge.expires_at > moment,
    )
    return db.scalar(asked.returning(PasskeyChallenge.digest)) is not None


def half_sign_in(digest: str, moment: datetime) -> HalfSignIn | None:
    """The attempt with this digest, while it lasts."""
    select = sa.select(HalfSignIn).where(
        HalfSignIn.digest == digest, HalfSignIn.expires_at > moment
    )
    return db.scalar(select)


def end_half_sign_in(digest: str) -> bool:
    """The attempt is over; False if it was already. Call inside a transaction."""
    ended = sa.delete(HalfSignIn).where(HalfSignIn.digest == digest)
    return db.scalar(ended.returning(HalfSignIn.digest)) is not None


def clear_expired(moment: datetime) -> None:
    """Throw away what nobody can answer any more. Call inside a transaction."""
    for table in (PasskeyChallenge, HalfSignIn):
        db.execute(sa.delete(table).where(table.expires_at <= moment))


def hold(user_id: int) -> None:
    """Hold a person's row, so that what is done to their factors is done one after the other."""
    db.execute(sa.select(User.id).where(User.id == user_id).with_for_update())


def guesses_since(user_id: int, place: str, moment: datetime) -> list[datetime]:
    """When factors of a person were tried at a place since then, the last one first.

    Holds the person's row: guesses at the same moment are counted one after the other.
    """
    hold(user_id)
    tried = sa.select(FactorGuess.at).where(
        FactorGuess.user_id == user_id, FactorGuess.place == place, FactorGuess.at > moment
    )
    return list(db.scalars(tried.order_by(FactorGuess.at.desc())))


def forget_guesses(user_id: int, place: str) -> None:
    """The person has proved themselves there. Call inside a transaction."""
    mine = sa.delete(FactorGuess).where(FactorGuess.user_id == user_id, FactorGuess.place == place)
    db.execute(mine)
