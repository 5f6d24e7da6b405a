"""Rebindings: which case went on with which version of its drawings"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rebindings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.Column("back_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referrals.id"], name=op.f("fk_rebindings_referral_id_referrals")
        ),
        sa.ForeignKeyConstraint(
            ["from_id"], ["diagrams.id"], name=op.f("fk_rebindings_from_id_diagrams")
        ),
        sa.ForeignKeyConstraint(
            ["to_id"], ["diagrams.id"], name=op.f("fk_rebindings_to_id_diagrams")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_rebindings_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rebindings")),
    )
    op.create_index(op.f("ix_rebindings_referral_id"), "rebindings", ["referral_id"])
    op.create_index(op.f("ix_rebindings_to_id"), "rebindings", ["to_id"])


def downgrade() -> None:
    op.drop_table("rebindings")
