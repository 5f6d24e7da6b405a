"""Workbench: drafts of drawings, and versions that carry examples and take force on a day"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATES = sa.Enum(
    "editing",
    "in_review",
    "released",
    "discarded",
    name="draftstate",
    native_enum=False,
    length=40,
)


def upgrade() -> None:
    with op.batch_alter_table("diagrams") as table:
        table.add_column(sa.Column("examples", sa.JSON(), nullable=False, server_default="{}"))
        table.add_column(sa.Column("author_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("in_force_at", UtcDateTime(), nullable=True))
        table.create_foreign_key(
            op.f("fk_diagrams_author_id_users"), "users", ["author_id"], ["id"]
        )
    op.execute("UPDATE diagrams SET in_force_at = published_at")
    with op.batch_alter_table("diagrams") as table:
        table.alter_column("in_force_at", existing_type=UtcDateTime(), nullable=False)
        table.alter_column(
            "examples", existing_type=sa.JSON(), existing_nullable=False, server_default=None
        )
    _drafts()


def _drafts() -> None:
    op.create_table(
        "drawing_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("process_id", sa.String(80), nullable=False),
        sa.Column("based_on_id", sa.Integer(), nullable=True),
        sa.Column("diagram_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("examples", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", STATES, nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["based_on_id"], ["diagrams.id"], name=op.f("fk_drawing_drafts_based_on_id_diagrams")
        ),
        sa.ForeignKeyConstraint(
            ["diagram_id"], ["diagrams.id"], name=op.f("fk_drawing_drafts_diagram_id_diagrams")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_drawing_drafts_author_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["users.id"], name=op.f("fk_drawing_drafts_changed_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drawing_drafts")),
    )
    op.create_table(
        "drawing_editors",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"],
            ["drawing_drafts.id"],
            name=op.f("fk_drawing_editors_draft_id_drawing_drafts"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_drawing_editors_user_id_users")
        ),
        sa.PrimaryKeyConstraint("draft_id", "user_id", name=op.f("pk_drawing_editors")),
    )
    op.create_table(
        "tryouts",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("example", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["drawing_drafts.id"], name=op.f("fk_tryouts_draft_id_drawing_drafts")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_tryouts_user_id_users")),
        sa.PrimaryKeyConstraint("draft_id", "user_id", name=op.f("pk_tryouts")),
    )


def downgrade() -> None:
    op.drop_table("tryouts")
    op.drop_table("drawing_editors")
    op.drop_table("drawing_drafts")
    with op.batch_alter_table("diagrams") as table:
        table.drop_constraint(op.f("fk_diagrams_author_id_users"), type_="foreignkey")
        table.drop_column("in_force_at")
        table.drop_column("author_id")
        table.drop_column("examples")
