"""Papers that wait for the virus scanner, drafts whose end was announced, look-ups that are counted"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("drafts") as batch_op:
        batch_op.add_column(sa.Column("warned_at", UtcDateTime(), nullable=True))
    op.create_index("ix_journal_by_event", "journal", ["by_id", "event", "at"])


def downgrade() -> None:
    """An older version knows no paper that waits: it reads as one that nobody scanned."""
    op.execute("update documents set scan = 'not_scanned' where scan in ('waiting', 'infected')")
    op.drop_index("ix_journal_by_event", "journal")
    with op.batch_alter_table("drafts") as batch_op:
        batch_op.drop_column("warned_at")
