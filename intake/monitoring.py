"""Whether the office runs: health, readiness, and figures for Prometheus without a person in them."""

import hmac
import logging
import os
import time
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from flask import Blueprint, Flask, Response, abort, current_app, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from intake.permissions import public
from models.base import now
from models.incidents import incident_count
from models.jobs import Job
from models.migrations import newest
from models.outbox import Mail
from models.processes import Run
from models.session import db
from models.tasks import Task

pages = Blueprint("monitoring", __name__)
log = logging.getLogger("intake.requests")

SECONDS = Histogram(
    "intake_request_seconds",
    "Time to answer a request",
    ("endpoint", "method", "status"),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
STEPS = Counter("intake_steps_total", "Steps that people finished", ("form",))


def watch(app: Flask) -> None:
    """Time every request, and note it without its address, which may hold a secret."""

    @app.before_request
    def begin() -> None:
        g.begun = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        seconds = time.perf_counter() - g.get("begun", time.perf_counter())
        endpoint = request.endpoint or "none"
        if endpoint != "static":
            SECONDS.labels(endpoint, request.method, f"{response.status_code // 100}xx").observe(
                seconds
            )
            log.info(
                "request",
                extra={
                    "endpoint": endpoint,
                    "method": request.method,
                    "status": response.status_code,
                    "milliseconds": round(seconds * 1000, 1),
                },
            )
        return response


@pages.get("/healthz")
@public
def healthz() -> Any:
    """The process answers; asks nothing of the database."""
    return Response("ok\n", mimetype="text/plain")


@pages.get("/readyz")
@public
def readyz() -> Any:
    """The database is there and its tables are those of this version; 503 with a word if not."""
    try:
        connection = db.connection()
        version = MigrationContext.configure(connection).get_current_revision()
    except sa.exc.SQLAlchemyError:
        return Response("the database does not answer\n", 503, mimetype="text/plain")
    finally:
        db.rollback()
    if version != newest():
        return Response("the tables are of another version\n", 503, mimetype="text/plain")
    return Response("ready\n", mimetype="text/plain")


@pages.get("/metrics")
@public
def metrics() -> Any:
    """Figures, for who brings the token of INTAKE_METRICS_TOKEN; without a token set, no page."""
    token = current_app.extensions["intake"].metrics_token
    brought = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(brought.encode(), token.encode()):
        abort(404)
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    figures = CollectorRegistry()
    figures.register(Office())  # type: ignore[arg-type]
    text = generate_latest(registry) + generate_latest(figures)
    return Response(text, content_type=CONTENT_TYPE_LATEST)


class Office:
    """What the database says at the moment of asking; six selects on indexes."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Cases, tasks, timers, jobs, incidents and mail."""
        moment = now()
        count = sa.func.count()
        open_task = Task.closed_at.is_(None)
        running, due = Run.ended_at.is_(None), Run.due_at < moment
        overdue, waiting = Task.due_at <= moment, Job.done_at.is_(None)
        late = db.scalar(sa.select(sa.func.min(Run.due_at)).where(due))
        seconds = (moment - late).total_seconds() if late else 0.0
        for name, words, value in (
            ("cases_running", "Cases without an end", _number(running)),
            ("tasks_open", "Steps that wait for people", _number(open_task)),
            ("tasks_overdue", "Steps past their deadline", _number(open_task, overdue)),
            ("timers_late", "Timers due and not fired", _number(due)),
            ("timers_late_seconds", "Age of the oldest due timer", seconds),
            ("jobs_waiting", "Jobs due and not done", _number(waiting, Job.due_at <= moment)),
            ("incidents_open", "What could not be done", incident_count()),
        ):
            yield GaugeMetricFamily(f"intake_{name}", words, value)
        mails = GaugeMetricFamily("intake_mail", "Mail by state", labels=["state"])
        for state, number in db.execute(sa.select(Mail.state, count).group_by(Mail.state)):
            mails.add_metric([state.value], number)
        yield mails


def _number(*conditions: sa.ColumnElement[bool]) -> int:
    return db.scalar(sa.select(sa.func.count()).where(*conditions)) or 0
