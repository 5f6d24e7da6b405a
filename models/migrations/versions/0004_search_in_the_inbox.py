"""Search in the inbox: trigrams of the names of open tasks, where PostgreSQL has them"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

#: There already, or shipped with the server and ours to create (a trusted extension since 13).
TRIGRAMS = """
select exists (select from pg_extension where extname = 'pg_trgm')
    or exists (select from pg_available_extensions where name = 'pg_trgm')
       and has_database_privilege(current_database(), 'create')
"""


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql" or not connection.scalar(sa.text(TRIGRAMS)):
        return  # a search then reads the person's own queues: right, and slow at a million tasks
    op.execute("create extension if not exists pg_trgm")
    op.create_index(
        "ix_tasks_search",
        "tasks",
        ["search"],
        postgresql_using="gin",
        postgresql_ops={"search": "gin_trgm_ops"},
        postgresql_where=sa.text("closed_at is null"),
    )


def downgrade() -> None:
    op.execute("drop index if exists ix_tasks_search")
