"""The second factor: time codes, passkeys, recovery codes, half sign-ins, guesses"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _time_codes()
    _passkeys()
    _recovery_codes()
    _expiring("passkey_challenges", sa.Column("purpose", sa.String(10), nullable=False))
    _expiring("half_sign_ins", sa.Column("password", sa.String(64), nullable=False))
    op.create_table(
        "factor_guesses",
        sa.Column("id", sa.Integer(), nullable=False),
        _user(),
        sa.Column("place", sa.String(60), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        _of_a_user("factor_guesses"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factor_guesses")),
    )
    op.create_index(op.f("ix_factor_guesses_user_id"), "factor_guesses", ["user_id"])
    with op.batch_alter_table("user_sessions") as batch_op:
        batch_op.add_column(sa.Column("proved_at", UtcDateTime(), nullable=True))


def _time_codes() -> None:
    op.create_table(
        "time_codes",
        _user(),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        _of_a_user("time_codes"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_time_codes")),
    )


def _passkeys() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Integer(), nullable=False),
        _user(),
        sa.Column("credential", sa.String(1400), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        _of_a_user("passkeys"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential", name=op.f("uq_passkeys_credential")),
    )
    op.create_index(op.f("ix_passkeys_user_id"), "passkeys", ["user_id"])


def _recovery_codes() -> None:
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        _user(),
        sa.Column("label", sa.String(8), nullable=False),
        sa.Column("hash", sa.String(200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("kept_at", UtcDateTime(), nullable=True),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        _of_a_user("recovery_codes"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint("user_id", "label", name=op.f("uq_recovery_codes_user_id_label")),
    )


def _expiring(table: str, more: sa.Column) -> None:
    op.create_table(
        table,
        sa.Column("digest", sa.String(64), nullable=False),
        _user(),
        more,
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        _of_a_user(table),
        sa.PrimaryKeyConstraint("digest", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_user_id"), table, ["user_id"])


def _user() -> sa.Column:
    return sa.Column("user_id", sa.Integer(), nullable=False)


def _of_a_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f(f"fk_{table}_user_id_users"))


def downgrade() -> None:
    with op.batch_alter_table("user_sessions") as batch_op:
        batch_op.drop_column("proved_at")
    for table in (
        "factor_guesses",
        "half_sign_ins",
        "passkey_challenges",
        "recovery_codes",
        "passkeys",
        "time_codes",
    ):
        op.drop_table(table)
