"""Undo beside the state: a step writes one row less"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("undo", sa.JSON(none_as_null=True), nullable=True))
    op.drop_table("undos")


def downgrade() -> None:
    op.drop_column("runs", "undo")
    op.create_table(
        "undos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("step", sa.String(length=120), nullable=False),
        sa.Column("run_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_undos_by_id_users")),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referrals.id"], name=op.f("fk_undos_referral_id_referrals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_undos")),
        sa.UniqueConstraint("referral_id", name=op.f("uq_undos_referral_id")),
    )
