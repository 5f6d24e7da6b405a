"""Search in the inbox on SQLite: its own index of trigrams, kept by triggers"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEPT = {
    "insert": "insert into tasks_search (rowid, search) values (new.id, new.search);",
    "delete": "insert into tasks_search (tasks_search, rowid, search)"
    " values ('delete', old.id, old.search);",
}


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    op.execute(
        "create virtual table tasks_search using fts5"
        " (search, content='tasks', content_rowid='id', tokenize='trigram')"
    )
    op.execute("insert into tasks_search (tasks_search) values ('rebuild')")
    for event, kept in {**KEPT, "update of search": KEPT["delete"] + KEPT["insert"]}.items():
        name = event.partition(" ")[0]
        op.execute(f"create trigger tasks_search_{name} after {event} on tasks begin {kept} end")


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for event in ("insert", "delete", "update"):
        op.execute(f"drop trigger tasks_search_{event}")
    op.execute("drop table tasks_search")
