"""One line of an inbox: a step of a case that waits for a person; and the inbox select."""

import enum
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import (
    Mapped,
    contains_eager,
    joinedload,
    lazyload,
    mapped_column,
    relationship,
)
from sqlalchemy.sql.operators import custom_op

from models.base import Base
from models.people import Role, User
from models.programs import Program
from models.referrals import Referral, Urgency
from models.session import db

#: The ids and deadlines of a queue.
Found = sa.Select[int, datetime]
Column = Any

#: Tasks without a deadline sort last; a real value keeps the index and the pages simple.
NO_DEADLINE = datetime(9999, 1, 1, tzinfo=UTC)
COUNTED_UP_TO = 500
#: Lines of a queue that are simply read for a word, before the index of trigrams is asked: a common
#: name fills its page from them, and sorting all who bear it takes longer.
WINDOW = 4_000
_TRIGRAM = 3


class TaskOutcome(enum.StrEnum):
    """How a task left the inbox."""

    DONE = "done"
    CANCELLED = "cancelled"


class Task(Base):
    """A user task of a running case. Its name comes from the drawing, its page from the form."""

    __tablename__ = "tasks"
    __table_args__ = tuple(
        sa.Index(name, *columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
        for name, columns, where in (
            ("ix_tasks_group", ("organisation_id", "role", "due_at", "id"), "closed_at is null"),
            ("ix_tasks_mine", ("assignee_id", "due_at", "id"), "closed_at is null"),
            (
                "ix_tasks_done",  # all that the figures of operation read, so that no row is opened
                ("closed_at", "element", "created_at", "due_at", "program_id"),
                "outcome = 'done'",
            ),
        )
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    engine_id: Mapped[str] = mapped_column(sa.String(32), unique=True)
    referral_id: Mapped[int] = mapped_column(sa.ForeignKey("referrals.id"), index=True)
    element: Mapped[str] = mapped_column(sa.String(80))
    name: Mapped[str] = mapped_column(sa.String(120))
    instructions: Mapped[str] = mapped_column(sa.String(500), default="")
    form_key: Mapped[str] = mapped_column(sa.String(40))
    variant: Mapped[str] = mapped_column(sa.String(40), default="")
    role: Mapped[Role]
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    assignee_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    program_id: Mapped[int] = mapped_column(sa.ForeignKey("programs.id"))
    social_region_id: Mapped[int] = mapped_column(sa.ForeignKey("social_regions.id"))
    urgency: Mapped[Urgency]
    search: Mapped[str] = mapped_column(sa.String(240))
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    outcome: Mapped[TaskOutcome | None]

    referral: Mapped[Referral] = relationship(lazy="select")
    assignee: Mapped[User | None] = relationship(foreign_keys=assignee_id, lazy="joined")
    closed_by: Mapped[User | None] = relationship(foreign_keys=closed_by_id, lazy="select")

    @property
    def has_deadline(self) -> bool:
        """False for a task that nobody counts days for."""
        return self.due_at < NO_DEADLINE

    def overdue(self, at: datetime) -> bool:
        """True when the deadline has passed."""
        return self.closed_at is None and self.due_at <= at


@dataclass(frozen=True)
class InboxFilter:
    """What a person wants to see of their inbox; filters are data, never code."""

    whose: str = "all"
    form_key: str = ""
    program_id: int = 0
    social_region_id: int = 0
    urgency: str = ""
    text: str = ""
    newest_first: bool = False

    @property
    def words(self) -> list[str]:
        """What is looked for in the names, as the lines hold them."""
        return self.text.casefold().split()[:5]

    @property
    def narrows(self) -> bool:
        """True if anything but the order is chosen."""
        return self != InboxFilter(newest_first=self.newest_first)


def _narrowed(select: Found, chosen: InboxFilter) -> Found:
    if chosen.form_key:
        select = select.where(Task.form_key == chosen.form_key)
    if chosen.program_id:
        select = select.where(Task.program_id == chosen.program_id)
    if chosen.social_region_id:
        select = select.where(Task.social_region_id == chosen.social_region_id)
    if chosen.urgency:
        select = select.where(Task.urgency == chosen.urgency)
    return select


def _by_words(select: Found, chosen: InboxFilter) -> Found:
    for word in chosen.words:
        select = select.where(_holds(Task.search, word))
    return _by_trigrams(select, chosen)


def _holds(column: Column, word: str) -> sa.ColumnElement[bool]:
    """A word somewhere in a column. It stands in the statement itself, quoted by SQLAlchemy, so that
    PostgreSQL plans for this word and not for any, for which no index of trigrams would help.
    """
    for special in "/%_":
        word = word.replace(special, f"/{special}")
    given = sa.bindparam(None, word, sa.String(), literal_execute=True)
    found: sa.ColumnElement[bool] = column.contains(given, escape="/")
    return found


def _by_trigrams(select: Found, chosen: InboxFilter) -> Found:
    """Let the database look words up; PostgreSQL takes its index of trigrams by itself."""
    long = [word for word in chosen.words if len(word) >= _TRIGRAM]
    if not _looked_up(chosen):
        return select
    quoted = " ".join('"{}"'.format(word.replace('"', '""')) for word in long)
    found = sa.text("select rowid from tasks_search where tasks_search match :words")
    hits = Task.id.in_(found.bindparams(words=quoted).columns(sa.column("rowid", sa.Integer)))
    return select.where(hits)


def _looked_up(chosen: InboxFilter) -> bool:
    """Whether SQLite's index of trigrams can be asked."""
    long = any(len(word) >= _TRIGRAM for word in chosen.words)
    return long and db.get_bind().dialect.name == "sqlite"


def _unindexed(column: Column, really: bool) -> Column:
    """A column by whose index SQLite shall not read: it knows too little of names to choose well."""
    return sa.UnaryExpression(column, operator=custom_op("+")) if really else column


def _branches(user: User, chosen: InboxFilter, *, with_words: bool = True) -> list[Found]:
    """One indexed select per queue; together they are the inbox (ENGINE.md 9)."""

    def narrowed(queue: Found) -> Found:
        queue = _narrowed(queue, chosen)
        return _by_words(queue, chosen) if with_words else queue

    looked_up = with_words and _looked_up(chosen)
    base = sa.select(Task.id, Task.due_at).where(Task.closed_at.is_(None))
    if chosen.whose == "mine":
        held = base.where(_unindexed(Task.assignee_id, looked_up) == user.id)
        return [narrowed(held.where(_in_queues(user)))]
    groups = [
        base.where(
            _unindexed(Task.organisation_id, looked_up) == organisation_id, Task.role == role
        )
        for organisation_id, role in sorted(user.groups())
    ]
    if chosen.whose == "free":
        groups = [group.where(Task.assignee_id.is_(None)) for group in groups]
    return [narrowed(group) for group in groups]


def _in_queues(user: User) -> sa.ColumnElement[bool]:
    """Only what the person works on for whom they act now; the index of what one holds is read."""
    return sa.or_(
        sa.false(),
        *(
            sa.and_(_unindexed(Task.organisation_id, True) == organisation_id, Task.role == role)
            for organisation_id, role in sorted(user.groups())
        ),
    )


#: What a line of the inbox shows, and nothing more: mentee, programme, who holds it.
_LINE = (
    contains_eager(Task.referral).options(
        lazyload(Referral.office),
        lazyload(Referral.provider),
        lazyload(Referral.case_manager),
        lazyload(Referral.coordinator),
        lazyload(Referral.social_region),
        joinedload(Referral.program).lazyload(Program.provider),
    ),
    joinedload(Task.assignee).lazyload(User.memberships),
)


def inbox(
    user: User,
    chosen: InboxFilter,
    *,
    after: tuple[datetime, int] | None = None,
    before: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> list[Task]:
    """One page of a person's open tasks, the most overdue first.

    Args:
        after: (due_at, id) of the last line of the page before this one.
        before: (due_at, id) of the first line of the page after this one.
        limit: lines on the page.
    """
    down = chosen.newest_first != (before is not None)
    ids: list[int] = []
    if chosen.words:
        ids = _page(user, chosen, after or before, down, limit, window=WINDOW)
    if len(ids) < limit:
        ids = _page(user, chosen, after or before, down, limit)
    rows = db.scalars(
        sa.select(Task).join(Task.referral).options(*_LINE).where(Task.id.in_(ids))
    ).unique()
    by_id = {row.id: row for row in rows}
    page = [by_id[task_id] for task_id in ids if task_id in by_id]
    return page[::-1] if before is not None else page


def _page(
    user: User,
    chosen: InboxFilter,
    edge: tuple[datetime, int] | None,
    down: bool,
    limit: int,
    window: int = 0,
) -> list[int]:
    """The ids of a page; with a window only among so many next lines of each queue."""
    key = sa.tuple_(Task.due_at, Task.id)
    order = (Task.due_at.desc(), Task.id.desc()) if down else (Task.due_at, Task.id)
    limited = []
    for queue in _branches(user, chosen, with_words=not window):
        branch = queue if edge is None else queue.where(key < edge if down else key > edge)
        if window:
            near = branch.add_columns(Task.search).order_by(*order).limit(window).subquery()
            branch = sa.select(near.c.id, near.c.due_at)
            for word in chosen.words:
                branch = branch.where(_holds(near.c.search, word))
            limited.append(branch)
        else:
            limited.append(sa.select(branch.order_by(*order).limit(limit).subquery()))
    if not limited:
        return []
    union = sa.union_all(*limited).subquery()
    last_order = (
        (union.c.due_at.desc(), union.c.id.desc()) if down else (union.c.due_at, union.c.id)
    )
    return list(db.scalars(sa.select(union.c.id).order_by(*last_order).limit(limit)))


def inbox_count(user: User, chosen: InboxFilter, *, due_before: datetime | None = None) -> int:
    """How many open tasks, counted up to COUNTED_UP_TO so that it costs the same at any size."""
    total = 0
    limited = []
    for queue in _branches(user, chosen):
        branch = queue if due_before is None else queue.where(Task.due_at <= due_before)
        limited.append(sa.select(branch.limit(COUNTED_UP_TO).subquery()))
    if limited:
        total = (
            db.scalar(sa.select(sa.func.count()).select_from(sa.union_all(*limited).subquery()))
            or 0
        )
    return min(total, COUNTED_UP_TO)


def open_tasks(referral_id: int) -> list[Task]:
    """What a case waits for, soonest first."""
    return list(
        db.scalars(
            sa.select(Task)
            .where(Task.referral_id == referral_id, Task.closed_at.is_(None))
            .order_by(Task.due_at, Task.id)
        )
    )
