"""An office under load while its processes are killed, and what must be true afterwards."""

import contextlib
import http.client
import http.cookiejar
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from pathlib import Path

import sqlalchemy as sa
from aiosmtpd.controller import Controller

from intake import create_app
from intake.demo import player
from intake.demo.cases import organisation_of
from intake.demo.people import PASSWORD
from models.base import now
from models.incidents import open_incidents
from models.jobs import Job
from models.journal import Entry
from models.outbox import Mail, MailState
from models.processes import Run
from models.session import connect, db, transaction
from models.submissions import Submission
from models.tasks import Task, TaskOutcome
from tests.conftest import config_for
from workflows import incidents
from workflows.desk.moving import Moving

ROOT = Path(__file__).parents[1]
PEOPLE = ("m.muster@example.org", "t.muster@example.org")


def free_port():
    """A port for a server that starts later: of those that the system gives to nobody by itself."""
    while True:
        port = random.SystemRandom().randrange(10_000, 32_000)
        with contextlib.suppress(OSError), socket.socket() as found:
            found.bind(("127.0.0.1", port))
            return port


def installation(url, **more):
    """The environment of the processes of an office on this database."""
    return {
        **os.environ,
        "INTAKE_ENVIRONMENT": "test",
        "INTAKE_DATABASE_URL": url,
        "INTAKE_SECRET_KEY": "0123456789abcdef0123456789abcdef",
        "INTAKE_INSECURE_COOKIES": "1",
        **more,
    }


class Sink:
    """A mail server that remembers the ids of what it took."""

    def __init__(self):
        self.ids = []
        self._server = Controller(self, hostname="127.0.0.1", port=free_port())

    async def handle_DATA(self, _server, _session, envelope):
        found = re.search(rb"^Message-ID: <intake-(\d+)@", envelope.content, re.M)
        self.ids.append(int(found[1]))
        return "250 OK"

    def __enter__(self):
        self._server.start()
        return self

    def __exit__(self, *_):
        self._server.stop()

    @property
    def port(self):
        return self._server.port


class Office:
    """Web and worker processes of an installation, which can be killed and started again."""

    def __init__(self, url, folder, smtp_port, web_processes=2):
        self._web_processes = str(web_processes)
        self.port = free_port()
        self._environment = installation(
            url,
            INTAKE_DOCUMENTS=str(folder / "documents"),
            INTAKE_BASE_URL=f"http://127.0.0.1:{self.port}",
            INTAKE_SMTP_HOST="127.0.0.1",
            INTAKE_SMTP_PORT=str(smtp_port),
            INTAKE_SMTP_TLS="none",
        )
        self._log = (folder / "office.log").open("ab")
        self.web = self.worker = None

    def start(self):
        """Start what does not run, and wait until pages come."""
        if self.web is None or self.web.poll() is not None:
            self.web = self._run(
                "serve", "--bind", f"127.0.0.1:{self.port}", "--workers", self._web_processes
            )
        if self.worker is None or self.worker.poll() is not None:
            self.worker = self._run("worker")
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/sign-in", timeout=5).read()
            except OSError:
                time.sleep(0.1)
            else:
                return self
        raise RuntimeError("the office does not start")

    def _run(self, *words):
        command = [sys.executable, "-m", "intake", *words]
        return subprocess.Popen(
            command, cwd=ROOT, env=self._environment, stdout=self._log, stderr=self._log
        )

    def kill_something(self, dice):
        """SIGKILL to the worker, a web process, or the master of the web processes."""
        children = self.web_processes()
        what = dice.choice(["worker", "child", "child", "master"])
        if what == "worker":
            self.worker.kill()
            self.worker.wait()
        elif what == "child" and children:
            os.kill(dice.choice(children), signal.SIGKILL)
        else:
            self.web.kill()
            self.web.wait()
            for child in children:  # they outlive their master for a moment
                try:
                    os.kill(child, signal.SIGKILL)
                except ProcessLookupError:
                    continue
        return what

    def web_processes(self):
        path = Path(f"/proc/{self.web.pid}/task/{self.web.pid}/children")
        try:
            return [int(pid) for pid in path.read_text().split()]
        except OSError:
            return []

    def stop(self):
        for process in (self.web, self.worker):
            process.terminate()
        for process in (self.web, self.worker):
            process.wait(timeout=60)
        self._log.close()


class Browser:
    """A person with a cookie, over real HTTP."""

    def __init__(self, port, email):
        self._base = f"http://127.0.0.1:{port}"
        jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(jar), _StayHere()
        )
        token = self._token("/sign-in")
        self.post("/sign-in", token, sign_in_email=email, sign_in_password=PASSWORD)

    def _token(self, path):
        with self._opener.open(self._base + path, timeout=20) as answer:
            return re.search(r'name="csrf_token" value="([^"]+)"', answer.read().decode())[1]

    def post(self, path, token, **fields):
        data = urllib.parse.urlencode({**fields, "csrf_token": token}).encode()
        try:
            with self._opener.open(self._base + path, data, timeout=20) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def step(self, task_id, marker):
        """Finish a completeness check with a text of one's own; the answer's status."""
        path = f"/tasks/{task_id}"
        fields = {"outcome": "incomplete", "missing_items": "goals", "missing_text": marker}
        return self.post(path, self._token(path), **fields)


class _StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Load:
    """People who finish steps as fast as they can, and remember what was accepted."""

    def __init__(self, port, tasks, people=4):
        self._port, self._tasks = port, list(tasks)
        self.accepted, self.answered, self.seconds = {}, Counter(), []
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(email, number))
            for number, email in enumerate(PEOPLE * (people // 2))
        ]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def wait_for_an_answer(self, seconds=30):
        """Until somebody's step is answered after now; a slow machine is not only killed starting."""
        before, until = self.answered.total(), time.monotonic() + seconds
        while self.answered.total() == before:
            assert time.monotonic() < until, "nobody is answered any more"
            time.sleep(0.02)

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _work(self, email, number):
        dice, browser = random.Random(number), None
        while not self._stop.is_set():
            task = dice.choice(self._tasks)
            marker = f"{number}-{time.time_ns()}"
            try:
                browser = browser or Browser(self._port, email)
                begun = time.perf_counter()
                status = browser.step(task, marker)
                self.seconds.append(time.perf_counter() - begun)
            except (OSError, TypeError, http.client.HTTPException):
                browser = None
                time.sleep(0.05)
                continue
            self.answered[status] += 1
            if status == 302:
                self.accepted[marker] = task


def crowd(url, folder, seconds):
    """Eight people finish steps through four web processes, as fast as they can."""
    app = create_app(config_for(url, folder), connect(url))
    with app.test_request_context(), Sink() as sink:
        petra = player.user("p.beispiel@example.org")
        for number in range(60):
            player.refer(organisation_of(petra), petra, zemis_number=f"0000{number:04d}.1")
        tasks = db.scalars(sa.select(Task.id)).all()
        db.remove()
        office = Office(url, folder, sink.port, web_processes=4).start()
        try:
            with Load(office.port, tasks, people=8) as load:
                time.sleep(seconds)
        finally:
            office.stop()
    app.extensions["engine"].dispose()
    return load


def bring_mail_forward():
    """Mail of a step waits two minutes; here it is due at once."""
    moment = now()
    with transaction():
        db.execute(sa.update(Mail).where(Mail.state == MailState.WAITING).values(send_after=moment))
        db.execute(
            sa.update(Job)
            .where(Job.kind == "send_mail", Job.done_at.is_(None))
            .values(due_at=moment)
        )


def wait_until_idle(seconds=90):
    """Until the worker has done everything that is due; leases of killed workers run out here."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        bring_mail_forward()
        with transaction():
            db.execute(sa.update(Job).values(leased_until=None).where(Job.done_at.is_(None)))
        waiting = db.scalar(
            sa.select(sa.func.count()).where(Job.kind == "send_mail", Job.done_at.is_(None))
        )
        timers = db.scalar(sa.select(sa.func.count()).where(Run.due_at < now()))
        db.rollback()
        if not waiting and not timers:
            return
        time.sleep(0.5)
    raise AssertionError("the worker does not come to rest")


def invariants(accepted, received):
    """Everything that must be true, whatever was killed when."""
    db.expire_all()
    kept = {s.answers.get("missing_text"): s.task_id for s in db.scalars(sa.select(Submission))}
    lost = {marker for marker, task in accepted.items() if kept.get(marker) != task}
    assert lost == set(), "an accepted answer is lost"
    twice = Counter(s for s in db.scalars(sa.select(Submission.task_id)) if s is not None)
    assert [task for task, times in twice.items() if times > 1] == [], "a step was done twice"
    for run in db.scalars(sa.select(Run)):
        moving = Moving.load(run.referral_id, None, hold=False)
        waiting = {step.id for step in moving.case.open_steps()}
        lines = set(
            db.scalars(
                sa.select(Task.engine_id).where(
                    Task.referral_id == run.referral_id, Task.closed_at.is_(None)
                )
            )
        )
        assert waiting == lines, "an open step without its inbox line, or a line without its step"
    overdue = Counter(db.scalars(sa.select(Mail.referral_id).where(Mail.notice == "check_overdue")))
    assert max(overdue.values(), default=1) == 1, "a timer fired twice"
    done = db.scalar(sa.select(sa.func.count()).where(Task.outcome == TaskOutcome.DONE))
    noted = db.scalar(sa.select(sa.func.count()).where(Entry.event == "done"))
    assert done == noted, "the journal is not complete"
    times = Counter(received)
    assert [mail for mail, count in times.items() if count > 1] == [], "a mail was sent twice"
    states = dict(db.execute(sa.select(Mail.id, Mail.state)).all())
    assert set(times) <= states.keys(), "a mail was sent before its commit"
    for mail, state in states.items():
        assert state in (MailState.SENT, MailState.UNKNOWN, MailState.DROPPED), (mail, state)
        assert state is not MailState.SENT or mail in times, "a mail counts as sent and was not"
    assert open_incidents() == []
    assert incidents.watch() == 0
