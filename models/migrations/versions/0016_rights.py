"""Roles that wait for a second administrator, whose hands are in a drawing, security events"""

import json

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

#: What the version that brings this calls a security event, of what older ones have noted.
GROUPS = {
    "sign_in": ("signed_in",),
    "password": ("password_set",),
    "rights": (
        "invited",
        "user_added",
        "role_given",
        "role_taken",
        "deactivated",
        "reactivated",
    ),
    "protection": ("diagram_published",),
}
ROLES = (
    "case_manager",
    "office_lead",
    "coordinator",
    "program_lead",
    "process_owner",
    "controlling",
    "finance",
    "cantonal_office",
    "steering_member",
    "administrator",
)
OUTCOMES = ("agreed", "refused", "taken_back", "lapsed")
ALL_GROUPS = ("sign_in", "password", "factor", "rights", "protection", "export")
DREW = (
    "drawing_begun",
    "drawing_imported",
    "drawing_changed",
    "example_kept",
    "example_forgotten",
)


def upgrade() -> None:
    op.create_table(
        "role_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Enum(*ROLES, name="role", native_enum=False, length=40), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.Enum(*OUTCOMES, name="outcome", native_enum=False, length=40)),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column], ["users.id"], name=op.f(f"fk_role_requests_{column}_users")
            )
            for column in ("user_id", "asked_by_id", "decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_role_requests_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_requests")),
    )
    op.create_index(op.f("ix_role_requests_user_id"), "role_requests", ["user_id"])
    op.create_index(
        "uq_role_requests_open",
        "role_requests",
        ["user_id", "organisation_id", "role"],
        unique=True,
        sqlite_where=sa.text("outcome is null"),
        postgresql_where=sa.text("outcome is null"),
    )
    _hands()
    with op.batch_alter_table("journal") as batch_op:
        batch_op.add_column(sa.Column("security", sa.Enum(*ALL_GROUPS, name="group", native_enum=False, length=40)))
    for group, events in GROUPS.items():
        mark = sa.text("UPDATE journal SET security = :group WHERE event IN :events")
        mark = mark.bindparams(sa.bindparam("events", expanding=True))
        op.get_bind().execute(mark, {"group": group, "events": list(events)})
    op.create_index(
        "ix_journal_security",
        "journal",
        ["id"],
        sqlite_where=sa.text("security is not null"),
        postgresql_where=sa.text("security is not null"),
    )


def _hands() -> None:
    """Who is known to have drawn in a draft: its author, who changed it last, who the journal names."""
    hands = op.create_table(
        "drawing_hands",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"],
            ["drawing_drafts.id"],
            name=op.f("fk_drawing_hands_draft_id_drawing_drafts"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_drawing_hands_user_id_users")
        ),
        sa.PrimaryKeyConstraint("draft_id", "user_id", name=op.f("pk_drawing_hands")),
    )
    connection = op.get_bind()
    drafts = connection.execute(
        sa.text("SELECT id, author_id, changed_by_id FROM drawing_drafts")
    ).all()
    known = {(draft, user) for draft, *users in drafts for user in users}
    there = {draft for draft, *_users in drafts}
    lines = sa.text("SELECT by_id, facts FROM journal WHERE by_id IS NOT NULL AND event IN :events")
    lines = lines.bindparams(sa.bindparam("events", expanding=True))
    for user, facts in connection.execute(lines, {"events": list(DREW)}):
        draft = (json.loads(facts) if isinstance(facts, str) else facts).get("draft")
        if draft in there:
            known.add((draft, user))
    if known:
        op.bulk_insert(hands, [{"draft_id": draft, "user_id": user} for draft, user in known])


def downgrade() -> None:
    op.drop_index("ix_journal_security", table_name="journal")
    with op.batch_alter_table("journal") as batch_op:
        batch_op.drop_column("security")
    op.drop_table("drawing_hands")
    op.drop_table("role_requests")
