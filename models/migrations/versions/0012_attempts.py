"""Attempts by address and place, in digests; what is no answer goes from drafts: passwords, tokens"""

import re

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

#: As what a draft never keeps was called (`models.drafts`).
SECRET = re.compile(r"passw|csrf|token|secret|^sign_in|^username$", re.IGNORECASE)


def upgrade() -> None:
    op.drop_table("sign_in_attempts")  # failures of the last quarter of an hour
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("place", sa.String(80), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_sign_in_attempts_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index("ix_sign_in_attempts_address", "sign_in_attempts", ["address", "at"])
    for column in ("at", "place", "user_id"):
        op.create_index(op.f(f"ix_sign_in_attempts_{column}"), "sign_in_attempts", [column])
    _clean_drafts()


def _clean_drafts() -> None:
    drafts = sa.table("drafts", sa.column("id", sa.Integer()), sa.column("answers", sa.JSON()))
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        op.execute("PRAGMA secure_delete=ON")  # else the old text stays in the file
    for key, answers in connection.execute(sa.select(drafts.c.id, drafts.c.answers)).all():
        kept = {name: v for name, v in (answers or {}).items() if not SECRET.search(name)}
        if kept != (answers or {}):
            connection.execute(sa.update(drafts).where(drafts.c.id == key).values(answers=kept))


def downgrade() -> None:
    op.drop_table("sign_in_attempts")
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(200), nullable=False),
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempts")),
    )
    for column in ("email", "source"):
        op.create_index(op.f(f"ix_sign_in_attempts_{column}"), "sign_in_attempts", [column])
