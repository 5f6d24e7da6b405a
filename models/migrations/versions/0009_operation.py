"""Operation: ways taken at choices, and an index for the times of finished tasks"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "passages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("diagram_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("gateway", sa.String(80), nullable=False),
        sa.Column("target", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referrals.id"], name=op.f("fk_passages_referral_id_referrals")
        ),
        sa.ForeignKeyConstraint(
            ["diagram_id"], ["diagrams.id"], name=op.f("fk_passages_diagram_id_diagrams")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passages")),
    )
    op.create_index(op.f("ix_passages_referral_id"), "passages", ["referral_id"])
    op.create_index("ix_passages_way", "passages", ["diagram_id", "at", "gateway", "target"])
    done = sa.text("outcome = 'done'")
    op.create_index(
        "ix_tasks_done",
        "tasks",
        ["closed_at", "element", "created_at", "due_at", "program_id"],
        sqlite_where=done,
        postgresql_where=done,
    )


def downgrade() -> None:
    op.drop_index("ix_tasks_done", "tasks")
    op.drop_table("passages")
