"""Notes and papers belong to the organisation that wrote them"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

#: Where who wrote a row works, at an organisation of this kind: that of the case first.
_AT = """coalesce(
 (select min(m.organisation_id) from memberships m join referrals r on r.id = {t}.referral_id
  where m.user_id = {t}.{by} and m.organisation_id = r.{side}_id),
 (select min(m.organisation_id) from memberships m join organisations o on o.id = m.organisation_id
  where m.user_id = {t}.{by} and o.kind = '{side}'))"""
#: Of who has left: the office of a case that never had another.
_ONLY_OFFICE = """(select r.office_id from referrals r where r.id = {t}.referral_id and not exists
  (select 1 from journal j where j.referral_id = r.id and j.event = 'handed_over'))"""


def upgrade() -> None:
    for table in ("messages", "documents"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("organisation_id", sa.Integer(), nullable=True))
            batch_op.create_foreign_key(
                op.f(f"fk_{table}_organisation_id_organisations"),
                "organisations",
                ["organisation_id"],
                ["id"],
            )
    with op.batch_alter_table("documents") as batch_op:
        batch_op.add_column(
            sa.Column("given_along", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    office = _AT.format(t="messages", by="by_id", side="office")
    only = _ONLY_OFFICE.format(t="messages")
    op.execute(
        "update messages set organisation_id = case audience "
        f"when 'office' then coalesce({office}, {only}) when 'provider' then provider_id "
        f"else coalesce({office}, provider_id) end"
    )
    by = {"t": "documents", "by": "uploaded_by_id"}
    office, provider = _AT.format(side="office", **by), _AT.format(side="provider", **by)
    op.execute(
        "update documents set organisation_id = case when draft_id is not null then coalesce("
        "(select r.office_id from referrals r where r.id = documents.referral_id), "
        "(select d.organisation_id from drafts d where d.id = documents.draft_id)) "
        f"else coalesce({office}, {provider}, {_ONLY_OFFICE.format(t='documents')}) end"
    )
    with op.batch_alter_table("documents") as batch_op:
        batch_op.alter_column("given_along", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("documents") as batch_op:
        batch_op.drop_column("given_along")
    for table in ("documents", "messages"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(
                op.f(f"fk_{table}_organisation_id_organisations"), type_="foreignkey"
            )
            batch_op.drop_column("organisation_id")
