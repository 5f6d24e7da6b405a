"""A paper is read by nobody before the virus scanner has said a whole word; tried with a stand-in."""

import io
import re
import socket
import struct
import threading
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from intake import scanner
from intake.demo import player
from intake.demo.cases import organisation_of
from intake.doctor.checks import PAGE
from intake.doctor.lines import State, look_at
from models.base import now
from models.documents import Document, ScanState
from models.jobs import Job
from models.outbox import Mail
from models.session import db
from tests.house.test_house import SOURCES
from workflows import papers, worker
from workflows.papers import ScannerSilent

PETRA, MONIKA = "p.beispiel@example.org", "m.muster@example.org"
PAPER = b"%PDF-1.7 \xe4 paper with a marker"


class Clamd:
    """Speaks clamd's protocol as far as a test wants it to."""

    def __init__(self, answer=b"stream: OK\0", most=None):
        self.answer, self.most, self.heard = answer, most, []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.place = f"127.0.0.1:{self._server.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self):
        while True:
            line, _ = self._server.accept()
            with line, line.makefile("rb") as file:
                if not (asked := file.read(10)):
                    return  # `stop`
                assert asked == b"zINSTREAM\0"
                line.sendall(self._looked_at(file))

    def _looked_at(self, file):
        data = b""
        while size := struct.unpack("!L", file.read(4))[0]:
            data += file.read(size)
            if self.most is not None and len(data) > self.most:
                return b"INSTREAM size limit exceeded. ERROR\0"
        self.heard.append(data)
        return self.answer(data) if callable(self.answer) else self.answer

    def stop(self):
        with socket.create_connection(self._server.getsockname()):
            pass
        self._thread.join()
        self._server.close()


@contextmanager
def clamd(*args, **options):
    there = Clamd(*args, **options)
    try:
        yield there
    finally:
        there.stop()


def eicar(data):
    return b"stream: Eicar-Test FOUND\0" if b"EICAR" in data else b"stream: OK\0"


@pytest.mark.parametrize("size", [1, 64 * 1024, 300_000])
def test_every_byte_is_looked_at(size):
    data = bytes(n % 251 for n in range(size))
    with clamd() as there:
        assert scanner.scan(data, there.place, 5) is ScanState.CLEAN
        assert there.heard == [data]


def test_what_is_found_is_infected():
    with clamd(eicar) as there:
        assert scanner.scan(b"x EICAR x", there.place, 5) is ScanState.INFECTED


@pytest.mark.parametrize(
    "answer",
    [
        *(b"stream: OK\0"[:n] for n in range(11)),
        b"stream: Eicar FOUND",
        b"stream: not OK\0",
        b"stream: OK ERROR\0",
        b"OK\0",
        b"UNKNOWN COMMAND\0",
        b"x" * 10_000,
    ],
)
def test_half_and_odd_answers_are_no_answer(answer):
    with clamd(answer) as there, pytest.raises(ScannerSilent):
        scanner.scan(PAPER, there.place, 5)


def test_a_file_that_is_too_large_for_the_scanner_is_not_clean():
    with clamd(most=1000) as there, pytest.raises(ScannerSilent, match="size limit"):
        scanner.scan(b"x" * 3_000_000, there.place, 5)


def test_a_scanner_that_never_answers_is_left_in_time():
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(ScannerSilent, match="TimeoutError"):
            scanner.scan(b"x" * 20_000_000, place, 0.3)


@pytest.mark.parametrize(
    "place", ["127.0.0.1:1", "127.0.0.1:none", "127.0.0.1:99999999", "nobody.invalid"]
)
def test_a_scanner_that_is_not_there_is_silent(place):
    with pytest.raises(ScannerSilent):
        scanner.scan(PAPER, place, 1)


@pytest.fixture
def page(web):
    """The page of a case of Petra's office."""
    with web.arranged():
        petra = player.user(PETRA)
        return f"/cases/{player.refer(organisation_of(petra), petra).id}"


def scan_with(web, place):
    object.__setattr__(web.app.extensions["intake"], "clamd", place)


def add(person, page, content=PAPER, expect=200):
    paper = MultiDict([("document", (io.BytesIO(content), "einwilligung.pdf"))])
    return person.open(page).post(f"{page}/documents", expect=expect, data=paper, kind="consent")


def work(web):
    with web.arranged():
        config = web.app.extensions["intake"]
        worker.work_until_idle(lambda _mail: None, papers=scanner.papers(config))


def rows(web, table=Document):
    with web.arranged():
        return list(db.scalars(sa.select(table).order_by(table.id)))


def files(web):
    return [path for path in web.app.extensions["intake"].documents.rglob("*") if path.is_file()]


def test_a_clean_paper_is_read_by_both_sides(web, page):
    with clamd(eicar) as there:
        scan_with(web, there.place)
        petra = add(web.person(PETRA), page)
        assert "auf Viren geprüft" in petra.words
    [paper] = rows(web)
    assert petra.open(f"/documents/{paper.key}").response.data == PAPER


def test_an_infected_paper_is_never_kept(web, page):
    with clamd(eicar) as there:
        scan_with(web, there.place)
        petra = add(web.person(PETRA), page, PAPER + b"EICAR", expect=422)
        assert "Der Virenscanner hat die Datei abgelehnt." in petra.words
    assert (rows(web), files(web)) == ([], [])
    assert "enthielt Schadsoftware" in petra.open(page).words, "the journal of the case tells it"


def test_a_paper_waits_unread_for_a_scanner_that_does_not_answer(web, page, clock):
    scan_with(web, "127.0.0.1:1")
    petra = add(web.person(PETRA), page)
    assert "Der Virenscanner antwortet gerade nicht" in petra.words
    assert "wird noch auf Viren geprüft" in petra.open(page).words
    [paper] = rows(web)
    assert not petra.page.xpath(f"//a[contains(@href, '{paper.key}')]")
    for email in (PETRA, MONIKA):
        refused = web.person(email).open(f"/documents/{paper.key}", expect=409)
        assert PAPER not in refused.response.data
    for hours in (1, 6, 24):
        clock.shift(timedelta(hours=hours))
        work(web)
        assert [row.scan for row in rows(web)] == [ScanState.WAITING]
    with clamd(eicar) as there:
        scan_with(web, there.place)
        clock.shift(timedelta(hours=7))
        work(web)
    assert [row.scan for row in rows(web)] == [ScanState.CLEAN]
    assert web.person(PETRA).open(f"/documents/{paper.key}").response.data == PAPER


def test_pauses_between_tries_grow(web, page, clock):
    scan_with(web, "127.0.0.1:1")
    add(web.person(PETRA), page)
    waits = []
    for _ in range(7):
        [job] = [job for job in rows(web, Job) if job.kind == papers.SCAN]
        waits.append(round((job.due_at - now()).total_seconds()))
        clock.move_to(job.due_at + timedelta(seconds=1))
        work(web)
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (60, papers.PAUSES[-1])


def test_one_found_infected_later_goes_from_disk_and_its_uploader_is_told(web, page, clock):
    scan_with(web, "127.0.0.1:1")
    petra = add(web.person(PETRA), page, PAPER + b"EICAR")
    [paper] = rows(web)
    assert len(files(web)) == 1
    clock.shift(timedelta(hours=1))
    with clamd(eicar) as there:
        scan_with(web, there.place)
        work(web)
    assert (rows(web), files(web)) == ([], [])
    petra = web.person(PETRA).open(page)
    assert "enthielt Schadsoftware" in petra.words
    petra.open(f"/documents/{paper.key}", expect=404)
    [told] = [mail for mail in rows(web, Mail) if mail.notice == "document_infected"]
    assert (told.recipient, told.facts) == (PETRA, {})


def test_a_disk_that_refuses_is_asked_again(web, page, clock, monkeypatch):
    scan_with(web, "127.0.0.1:1")
    add(web.person(PETRA), page, PAPER + b"EICAR")
    clock.shift(timedelta(hours=1))
    unlink = Path.unlink

    def full(*_args, **_options):
        raise PermissionError

    with clamd(eicar) as there:
        scan_with(web, there.place)
        monkeypatch.setattr(Path, "unlink", full)
        work(web)
        assert (rows(web), len(files(web))) == ([], 1)
        monkeypatch.setattr(Path, "unlink", unlink)
        clock.shift(timedelta(hours=1))
        work(web)
    assert files(web) == []


def test_a_file_whose_row_never_came_goes(web, page, clock, monkeypatch):
    """The process dies between the file and its row."""

    class Killed(BaseException):
        pass

    def killed(*_args, **_options):
        raise Killed

    petra = web.person(PETRA)
    with monkeypatch.context() as dying:
        dying.setattr(papers, "keep", killed)
        with pytest.raises(Killed):
            add(petra, page)
    assert len(files(web)) == 1
    work(web)
    assert len(files(web)) == 1, "its row may still come"
    clock.shift(papers.UNCLAIMED + timedelta(seconds=1))
    work(web)
    assert files(web) == []


def test_a_paper_with_its_row_stays(web, page, clock):
    add(web.person(PETRA), page)
    clock.shift(timedelta(days=2))
    work(web)
    assert len(files(web)) == 1


def test_the_doctor_tells_of_papers_that_wait(web, page, clock):
    scan_with(web, "127.0.0.1:1")
    add(web.person(PETRA), page)
    clock.shift(timedelta(minutes=20))
    with web.arranged():
        line = look_at(next(c for c in PAGE if c.code == "unscanned"), web.app.extensions["intake"])
    assert line.state is State.MISSING
    assert "1 Dokument" in line.findings[0].found


def test_the_bytes_of_papers_are_opened_in_one_place_only():
    """Whoever serves or attaches papers asks `store.readable`; the rest are named here."""
    allowed = {"store.py", "backups.py", "restore.py", "scanner.py"}
    found = {p.name for p in SOURCES if re.search(r"\bpath_of\b", p.read_text(encoding="utf-8"))}
    assert found <= allowed, "ask store.readable(config, document) for the bytes of a paper"
