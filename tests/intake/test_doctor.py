"""Each check goes from missing to in order when what is missing is put there, and back."""

import os
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from flask_babel import force_locale

from intake import accounts, backups
from intake.demo import player
from intake.demo.people import create_people
from intake.doctor.checks import PAGE, SERVER
from intake.doctor.lines import Check, State, look_at
from intake.forms import vocabulary
from intake.passwords import hashed
from models import jobs
from models.base import now, today
from models.deadlines import Deadline
from models.jobs import Job
from models.organisations import Area, Organisation, OrganisationKind, organisation_called
from models.outbox import Mail, MailState
from models.people import Membership, Role, User
from models.places import social_regions
from models.processes import Diagram
from models.programs import Contract, Program, programs
from models.session import db, transaction
from tests.conftest import config_for
from tests.storm import free_port
from tests.workflows.test_differences import changed_bundles
from workflows.calendar import confirm_terms, set_term
from workflows.diagrams.published import REFERRAL, publish
from workflows.incidents import watch

CHECKS = {check.code: check for check in (*PAGE, *SERVER)}
CERTIFICATE = Path(__file__).parents[1] / "fixtures/mail_server.pem"
LISTED = ("ok", "warn", "missing")


def looked(app, code, **changes):
    """(state, all that was found) of a check, in German."""
    config = replace(app.extensions["intake"], **changes)
    with force_locale("de"):
        line = look_at(CHECKS[code], config)
    return line.state.value, " ".join(finding.found for finding in line.findings)


def wheres(app, code):
    """Where what was found is mended."""
    with force_locale("de"):
        line = look_at(CHECKS[code], app.extensions["intake"])
    return [where for finding in line.findings for where in finding.where]


def change(statement):
    with transaction():
        db.execute(statement)
    db.expire_all()


def test_offices_are_missing_until_every_sozialregion_is_served(bare):
    with bare.arranged():
        state, found = looked(bare.app, "offices")
        assert state == "missing"
        assert "Keine Stelle ist offen" in found
        assert "13 von 13 Sozialregionen haben keine offene Stelle." in found
        olten, *others = social_regions(today())
        add_office(olten.name, [olten], email="")
        state, found = looked(bare.app, "offices")
        assert state == "warn"
        assert found.startswith("1 Stelle ist offen. 12 von 13 Sozialregionen")
        assert f"Ohne E-Mail-Adresse: {olten.name}." in found
        add_office("Übrige", others, email="stelle@example.org")
        change(sa.update(Organisation).values(email="stelle@example.org"))
        assert looked(bare.app, "offices") == ("ok", "2 Stellen sind offen.")


def add_office(name, regions, **more):
    with transaction():
        db.add(Organisation(kind=OrganisationKind.OFFICE, name=name, **more))
        db.flush()
        key = organisation_called(name).id
        db.add_all(Area(organisation_id=key, social_region_id=region.id) for region in regions)


def test_a_programme_needs_a_contract_and_a_provider_a_programme(office):
    app = office
    assert looked(app, "programs")[0] == "ok"
    change(sa.delete(Contract))
    state, found = looked(app, "programs")
    assert (state, "Ohne Vertrag, der heute gilt: Co-Pilot, Seite an Seite." in found) == (
        "missing",
        True,
    )
    co_pilot, seite = programs()
    contract(co_pilot, 400)
    contract(seite, 59)
    state, found = looked(app, "programs")
    assert state == "warn"
    assert "Der Vertrag von Seite an Seite endet am 12.03.2026." in found.replace("12.3.", "12.03.")
    with transaction():
        db.add(next_contract(seite))
    db.expire_all()
    assert looked(app, "programs")[0] == "ok"
    change(sa.update(Program).where(Program.id == seite.id).values(valid_to=today() - DAY))
    assert looked(app, "programs")[0] == "warn"
    assert "Ohne offenes Angebot: SRK Kanton Solothurn." in looked(app, "programs")[1]
    change(sa.update(Program).values(valid_to=today() - DAY))
    assert looked(app, "programs")[0] == "missing"


DAY = timedelta(1)


def contract(program, days):
    start = today() - DAY
    with transaction():
        db.add(
            Contract(
                program_id=program.id, valid_from=start, valid_to=today() + days * DAY, places=20
            )
        )
    db.expire_all()


def next_contract(program):
    start = today() + 60 * DAY
    return Contract(program_id=program.id, valid_from=start, valid_to=start + 365 * DAY, places=9)


def test_a_registration_has_to_get_to_the_programme_that_it_wishes_for(office):
    assert looked(office, "routing")[0] == "ok"
    with transaction():
        srk = organisation_called("SRK").id
        new = Program(
            code="treff", name="Treff", provider_id=srk, duration_months=6, longest_months=12
        )
        new.check_in_months = [3]
        db.add(new)
    assert looked(office, "routing")[0] == "ok", "a table that says «as wished» needs no change"
    route(('"as_wished"', '"co_pilot"'))
    state, found = looked(office, "routing")
    assert state == "missing"
    assert "Wer «Seite an Seite» wünscht, kommt nicht dorthin: erwachsene Einzelperson" in found
    assert "Wer «Treff» wünscht" in found
    assert "Co-Pilot" not in found


def test_without_a_wish_the_table_leads_to_an_open_programme(office):
    change(sa.update(Program).where(Program.code == "co_pilot").values(valid_to=today() - DAY))
    state, found = looked(office, "routing")
    assert state == "missing"
    assert found == (
        "Ohne Wunsch führt die Tabelle «Angebot bestimmen» zu keinem offenen Angebot: "
        "erwachsene Einzelperson, Paar, Familie."
    )
    route(("referral.target_group</text>", "referral.permit</text>"))
    state, found = looked(office, "routing")
    assert (state, "nicht im Voraus beurteilen" in found) == ("warn", True)
    change(sa.delete(Diagram))
    assert looked(office, "routing")[0] == "missing"


def route(*edits):
    publish(changed_bundles(*edits, file="routing.dmn")[1], REFERRAL, vocabulary(), by=None)


def test_deadlines_that_nobody_has_looked_at_are_worth_a_look(office):
    state, found = looked(office, "deadlines")
    assert (state, "Noch niemand hat sie geprüft." in found) == ("warn", True)
    confirm_terms(by=player.user("p.prozess@example.org"))
    assert looked(office, "deadlines")[0] == "ok"
    set_term("T4", None, 12, by=player.user("p.prozess@example.org"))
    state, found = looked(office, "deadlines")
    assert state == "ok"
    assert "Annahmen" in found
    assert "Zuletzt geprüft oder geändert von Patrick Prozess-Demo am 12." in found
    change(sa.delete(Deadline).where(Deadline.code == "T9"))
    assert looked(office, "deadlines") == ("missing", "Es fehlen Fristen: T9.")


def test_somebody_has_to_be_able_to_sign_in_everywhere(office):
    state, found = looked(office, "people")
    assert (state, found) == (
        "warn",
        "Nur eine Person administriert; fällt sie aus, lädt niemand Leute ein.",
    )
    vseg = organisation_called("VSEG")
    second = ("b.admin@example.org", "Beat", "Admin-Demo", vseg, Role.ADMINISTRATOR)
    accounts.add_user(*second, "ein langer guter Satz")
    assert looked(office, "people")[0] == "ok"
    at_srk = ("l.keller", "b.keller", "n.beispiel")
    for person in [player.user(f"{name}@example.org") for name in at_srk]:
        change(sa.update(User).where(User.id == person.id).values(active=False))
    state, found = looked(office, "people")
    assert state == "missing"
    assert (
        found == "Anbieterinnen, bei denen sich noch niemand anmelden kann: SRK Kanton Solothurn."
    )
    srk, anna = organisation_called("SRK"), player.user("a.admin@example.org")
    accounts.invite("n@example.org", "Neu", "Neu-Demo", srk.id, Role.COORDINATOR, by=anna)
    state, found = looked(office, "people")
    assert state == "missing", "who is invited cannot sign in yet"
    (at_srk,) = [w for w in wheres(office, "people") if w.words == srk.name]
    assert (at_srk.endpoint, at_srk.values["state"]) == ("people.index", "invited")
    assert "1 eingeladene Person ist noch nie gekommen. Die älteste Einladung ist vom 12." in found
    assert "n@example.org" not in found
    new = sa.update(User).where(User.email == "n@example.org")
    change(new.values(password_hash=hashed("ein langer guter Satz")))
    assert looked(office, "people")[0] == "ok"
    change(sa.delete(Membership).where(Membership.role == Role.PROCESS_OWNER))
    assert "Niemand verantwortet den Prozess" in looked(office, "people")[1]


def test_an_invitation_that_ran_out_is_told(office, clock):
    srk, anna = organisation_called("SRK"), player.user("a.admin@example.org")
    accounts.invite("n@example.org", "Neu", "Neu-Demo", srk.id, Role.COORDINATOR, by=anna)
    assert "abgelaufen" not in looked(office, "people")[1]
    clock.shift(timedelta(days=4))
    assert "Ihre Links sind abgelaufen." in looked(office, "people")[1]


class Taking:
    """A mail server's answers: nothing is ever to be sent."""

    async def handle_DATA(self, _server, _session, _envelope):
        raise AssertionError("a mail was sent")


@contextmanager
def mail_server(**options):
    server = Controller(Taking(), hostname="127.0.0.1", port=free_port(), **options)
    server.start()
    try:
        yield {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_tls": "none"}
    finally:
        server.stop()


def certified():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def only_the_right_word(_server, _session, _envelope, _mechanism, data):
    return AuthResult(success=data.password == b"richtig", handled=False)


SIGNED_IN = {"smtp_user": "intake", "smtp_password": "richtig"}


def test_mail_needs_a_server_that_answers(sqlite_app):
    assert looked(sqlite_app, "mail")[0] == "warn"
    assert looked(sqlite_app, "mail", environment="production")[0] == "missing"
    assert looked(sqlite_app, "mail", environment="demo")[0] == "not_applicable"
    with mail_server() as place:
        state, found = looked(sqlite_app, "mail", **place)
        assert state == "ok"
        assert "antwortet, auf dieser Maschine, unverschlüsselt" in found
        state, found = looked(sqlite_app, "mail", **{**place, "smtp_tls": "starttls"})
        assert (state, "bietet keine Verschlüsselung (STARTTLS) an" in found) == ("missing", True)
        state, found = looked(sqlite_app, "mail", **place, **SIGNED_IN)
        assert (state, "bietet keine Anmeldung an" in found) == ("missing", True)
    state, found = looked(sqlite_app, "mail", **place)
    assert (state, "Connection refused" in found) == ("missing", True)


def test_the_certificate_of_the_mail_server_is_looked_at(sqlite_app):
    options = {"authenticator": only_the_right_word, "auth_required": True}
    with mail_server(tls_context=certified(), require_starttls=True, **options) as there:
        place = {**there, **SIGNED_IN, "smtp_tls": "starttls"}
        state, found = looked(sqlite_app, "mail", **place)
        assert state == "missing"
        assert "ist nicht gültig: self-signed certificate." in found.replace(
            "self signed", "self-signed"
        )
        assert "Intake sendet nichts" in found
        place["smtp_ca"] = CERTIFICATE
        state, found = looked(sqlite_app, "mail", **place)
        assert (state, "mit gültigem Zertifikat" in found) == ("ok", True)
        state, found = looked(sqlite_app, "mail", **place | {"smtp_password": "geheim und falsch"})
        assert (state, "nimmt Name und Passwort nicht an" in found) == ("missing", True)
        assert "geheim" not in found


@contextmanager
def dripping(first=b""):
    """A machine that takes connections and says one letter now and then, for ever."""
    stop = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.1)

    def drip():
        lines = []
        while not stop.is_set():
            try:
                line, _ = server.accept()
                lines.append(line)
                line.sendall(first)
            except OSError:
                pass
            for line in lines:
                try:
                    line.sendall(b"2")
                except OSError:
                    continue
        for line in lines:
            line.close()

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        stop.set()
        thread.join()
        server.close()


@pytest.mark.parametrize("first", [b"", b"220 hello\r\n250-"])
def test_machines_that_never_come_to_an_end_are_left(sqlite_app, first):
    with dripping(first) as port:
        begun, threads = time.perf_counter(), threading.active_count()
        state, found = looked(sqlite_app, "mail", smtp_host="127.0.0.1", smtp_port=port)
        assert (state, "timeout" in found) == ("missing", True)
        assert looked(sqlite_app, "scanner", clamd=f"127.0.0.1:{port}")[0] == "missing"
        assert time.perf_counter() - begun < 7
        for _ in range(50):
            if threading.active_count() == threads:
                break
            time.sleep(0.1)
        assert threading.active_count() == threads, "nobody waits on"


def test_mails_that_wait_or_failed_are_told(office):
    with transaction():
        for state, minutes in (
            (MailState.WAITING, 20),
            (MailState.WAITING, 1),
            (MailState.FAILED, 99),
        ):
            moment = now() - timedelta(minutes=minutes)
            db.add(
                Mail(
                    notice="message",
                    recipient="x@example.org",
                    facts={},
                    state=state,
                    created_at=moment,
                    send_after=moment,
                )
            )
    found = looked(office, "mail", environment="demo")
    assert found[0] == "warn"
    assert "1 Mail ist nicht angekommen" in found[1]
    assert "1 Mail wartet seit mehr als einer Viertelstunde." in found[1]
    assert "x@example.org" not in found[1]


def test_the_folder_of_documents_is_there_and_ours_alone(sqlite_app, tmp_path):
    folder = tmp_path / "papers"
    assert looked(sqlite_app, "papers", documents=folder)[0] == "warn"
    assert looked(sqlite_app, "papers", documents=folder, environment="production")[0] == "missing"
    folder.mkdir(mode=0o755)
    state, found = looked(sqlite_app, "papers", documents=folder)
    assert (state, "andere Konten" in found) == ("missing", True)
    assert looked(sqlite_app, "modes", documents=folder)[0] == "missing"
    folder.chmod(0o700)
    state, found = looked(sqlite_app, "papers", documents=folder)
    assert (state, "ist bereit" in found) == ("ok", True)
    if os.geteuid():
        folder.chmod(0o500)
        assert looked(sqlite_app, "papers", documents=folder)[0] == "missing"


def test_a_backup_is_whole_and_of_these_days(sqlite_app, tmp_path, clock):
    config = sqlite_app.extensions["intake"]
    assert looked(sqlite_app, "backup")[0] == "warn"
    assert looked(sqlite_app, "backup", environment="production")[0] == "missing"
    kept = replace(config, backups=tmp_path / "kept")
    state, found = looked(sqlite_app, "backup", backups=kept.backups)
    assert (state, "liegt keine ganze Sicherung" in found) == ("missing", True)
    file = backups.back_up_in_turn(kept, sqlite_app.extensions["engine"], 3)[0]
    state, found = looked(sqlite_app, "backup", backups=kept.backups)
    assert (state, "Die neueste Sicherung ist vom 12." in found) == ("ok", True)
    file.chmod(0o644)
    assert looked(sqlite_app, "modes", backups=kept.backups)[0] == "missing"
    clock.shift(timedelta(hours=49))
    assert looked(sqlite_app, "backup", backups=kept.backups)[0] == "missing"
    clock.shift(-timedelta(hours=49))
    file.write_bytes(b"half")
    assert looked(sqlite_app, "backup", backups=kept.backups)[0] == "missing"


def test_files_of_people_are_read_by_their_owner_only(sqlite_app, tmp_path):
    for path in tmp_path.glob("office.db*"):
        path.chmod(0o600)
    assert looked(sqlite_app, "modes") == (
        "ok",
        "Was Daten von Personen enthält, liest nur sein Besitzer.",
    )
    (tmp_path / "office.db").chmod(0o644)
    assert looked(sqlite_app, "modes")[0] == "missing"


@pytest.mark.parametrize(("answer", "state"), [(b"PONG\0", "ok"), (b"220 mail\r\n", "missing")])
def test_the_virus_scanner_is_pinged(sqlite_app, answer, state):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def clamd():
            line, _ = server.accept()
            with line:
                assert line.recv(16) == b"zPING\0"
                line.sendall(answer)

        thread = threading.Thread(target=clamd)
        thread.start()
        place = f"127.0.0.1:{server.getsockname()[1]}"
        assert looked(sqlite_app, "scanner", clamd=place)[0] == state
        thread.join()
    assert looked(sqlite_app, "scanner", clamd=place)[0] == "missing"
    assert looked(sqlite_app, "scanner", clamd="127.0.0.1:none")[0] == "missing"
    assert looked(sqlite_app, "scanner")[0] == "warn"
    assert looked(sqlite_app, "scanner", environment="demo")[0] == "not_applicable"


def test_a_drawing_is_in_force_the_shipped_one_or_the_offices_own(office):
    state, found = looked(office, "drawing")
    assert (state, "wie mitgeliefert" in found) == ("ok", True)
    change(sa.update(Diagram).values(checksum="of an earlier program"))
    state, found = looked(office, "drawing")
    assert (state, "neuere Zeichnung" in found) == ("warn", True)
    change(sa.update(Diagram).values(note="unsere"))
    state, found = looked(office, "drawing")
    assert (state, "hier freigegeben" in found) == ("warn", True)
    change(sa.update(Diagram).values(files={"referral.bpmn": "<definitions/>"}, checksum="bad"))
    state, found = looked(office, "drawing")
    assert (state, "gegen version" in found.lower()) == ("missing", True)
    change(sa.delete(Diagram))
    assert looked(office, "drawing")[0] == "missing"


def test_a_worker_that_takes_nothing_is_noticed(office, clock):
    assert looked(office, "worker")[0] == "warn", "nobody has been here yet"
    clock.shift(timedelta(minutes=16))
    state, found = looked(office, "worker")
    assert (state, "seit 12.01.2026, 10:00 wartet Arbeit" in found) == ("missing", True), found
    watch()
    change(sa.delete(Job).where(Job.kind == "daily_round"))
    state, found = looked(office, "worker")
    assert (state, "der stündliche Rundgang war am 12.01.2026, 10:16" in found) == ("ok", True), (
        found
    )
    with transaction():
        jobs.put("rehearse", now() - timedelta(hours=1))
    assert looked(office, "worker")[0] == "missing"
    change(sa.update(Job).values(leased_until=now() + timedelta(minutes=1)))
    assert looked(office, "worker")[0] == "ok", "somebody is at it"
    change(sa.delete(Job))
    assert looked(office, "worker")[0] == "missing"


def test_the_settings_of_a_server(sqlite_app):
    production = {"environment": "production", "insecure_cookies": False, "proxies": 1}
    production |= {"base_url": "https://intake.example.org", "secret_key": "0123456789abcdef" * 3}
    for code in ("address", "proxies", "secret", "cookies"):
        assert looked(sqlite_app, code, **production)[0] == "ok", code
    for code, wrong, state in (
        ("address", {"base_url": "http://intake.example.org"}, "missing"),
        ("proxies", {"proxies": 0}, "warn"),
        ("secret", {"secret_key": "short"}, "missing"),
        ("secret", {"secret_key": "ab" * 20}, "missing"),
        ("cookies", {"insecure_cookies": True}, "missing"),
    ):
        found = looked(sqlite_app, code, **{**production, **wrong})
        assert found[0] == state, code
        assert "short" not in found[1]


def test_the_database_says_its_version_its_clock_and_how_it_keeps(url, tmp_path):
    from intake import create_app
    from models.session import connect

    app = create_app(config_for(url, tmp_path), connect(url))
    with app.test_request_context():
        assert looked(app, "version")[0] == "ok"
        assert looked(app, "clock") == ("ok", "Die Uhren stimmen überein.")
        assert looked(app, "zones")[0] == "ok"
        assert looked(app, "room")[0] in LISTED
        assert looked(app, "durability")[0] == "ok"
        change(sa.text("UPDATE journal SET at = '2999-01-01 00:00:00+00'"))
        account = ("z@example.org", "Z", "Z-Demo", organisation_called("VSEG"), Role.ADMINISTRATOR)
        accounts.add_user(*account, "ein langer guter Satz")
        change(sa.text("UPDATE journal SET at = '2999-01-01 00:00:00.000000'"))
        assert looked(app, "clock")[0] == "missing"
        change(sa.text("UPDATE alembic_version SET version_num = '0001'"))
        assert looked(app, "version")[0] == "missing"
        db.remove()
    app.extensions["engine"].dispose()


def test_a_database_that_does_not_wait_for_the_disk_is_noticed(sqlite_app, tmp_path):
    """One opened without `models.session.connect` keeps no log ahead of its pages."""
    kept = sqlite_app.extensions["engine"]
    sqlite_app.extensions["engine"] = sa.create_engine(f"sqlite:///{tmp_path}/plain.db")
    state, found = looked(sqlite_app, "durability")
    sqlite_app.extensions["engine"].dispose()
    sqlite_app.extensions["engine"] = kept
    assert (state, "journal_mode=delete" in found) == ("missing", True)


def test_a_check_that_fails_itself_is_missing_and_says_nothing_secret(sqlite_app):
    def fails(_config):
        raise ValueError("postgresql://intake:geheim@db, petra@example.org")
        yield

    with force_locale("de"):
        line = look_at(Check("x", "X", fails), sqlite_app.extensions["intake"])
    assert line.state is State.MISSING
    assert line.findings[0].found == "Das konnte nicht geprüft werden: ValueError."


def test_looking_writes_nothing(office):
    statements = []
    sa.event.listen(
        office.extensions["engine"], "before_cursor_execute", lambda *a: statements.append(a[2])
    )
    for check in (*PAGE, *SERVER):
        look_at(check, office.extensions["intake"])
    written = [s for s in statements if not s.lstrip().startswith(("SELECT", "PRAGMA", "SHOW"))]
    assert written == []


def test_the_demos_people_are_found_on_an_empty_installation(bare):
    with bare.arranged():
        assert looked(bare.app, "people")[0] == "missing"
        create_people()
        assert looked(bare.app, "people")[0] == "ok"
