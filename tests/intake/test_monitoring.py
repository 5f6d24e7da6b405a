"""Health, readiness, figures and log lines: what they say, and that they say nothing of people."""

import json
import logging
import re
import signal
import threading
import time
import urllib.request

import sqlalchemy as sa

from intake.demo import player
from intake.demo.cases import organisation_of
from intake.logs import JsonLines
from models.session import connect
from tests.conftest import config_for
from tests.storm import Office

TOKEN = "a-token-of-the-office"
PETRA = "p.beispiel@example.org"


def test_a_living_process_is_healthy_and_a_furnished_one_ready(web):
    nobody = web.person()
    assert nobody.client.get("/healthz").text == "ok\n"
    assert nobody.client.get("/readyz").text == "ready\n"


def test_without_its_tables_the_office_is_not_ready(web):
    with web.app.extensions["engine"].begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    found = web.person().client.get("/readyz")
    assert (found.status_code, found.text) == (503, "the tables are of another version\n")


def test_without_a_database_the_office_is_healthy_and_not_ready(web, tmp_path):
    connect(f"sqlite:///{tmp_path}/no/such/folder.db")
    client = web.app.test_client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503


def test_figures_are_for_who_brings_the_token(web):
    with web.arranged():
        petra = player.user(PETRA)
        player.refer(organisation_of(petra), petra, last_name="Geheim-Demo")
    client = web.app.test_client()
    assert client.get("/metrics").status_code == 404
    object.__setattr__(web.app.extensions["intake"], "metrics_token", TOKEN)
    assert client.get("/metrics", headers={"Authorization": "Bearer x"}).status_code == 404
    text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    for line in (
        "intake_cases_running 1.0",
        "intake_tasks_open 1.0",
        "intake_tasks_overdue 0.0",
        "intake_incidents_open 0.0",
        'intake_mail{state="waiting"} 2.0',
    ):
        assert line in text
    assert 'intake_request_seconds_count{endpoint="monitoring.metrics",method="GET"' in text
    assert not re.search("Geheim|beispiel|Olten", text)


def test_a_log_line_is_json_with_named_values_only():
    record = logging.LogRecord("intake.x", logging.ERROR, "f.py", 1, "step %s", ("failed",), None)
    record.referral, record.secret = 7, "Geheim"
    try:
        raise ValueError("Nadira Karimi")
    except ValueError as error:
        record.exc_info = (type(error), error, error.__traceback__)
    line = JsonLines().format(record)
    found = json.loads(line)
    assert (found["message"], found["referral"]) == ("step failed", 7)
    assert "Geheim" not in line
    assert "Nadira" not in line
    assert "test_monitoring.py" in found["at"][0]


def test_a_request_is_noted_without_its_address(web, caplog):
    with caplog.at_level(logging.INFO, "intake.requests"):
        web.app.test_client().get("/password/a-secret-of-a-link?next=/x")
    (record,) = [r for r in caplog.records if r.name == "intake.requests"]
    assert (record.endpoint, record.status) == ("sign_in.password", record.status)
    assert "a-secret" not in JsonLines().format(record)


def test_pages_come_without_a_gap_while_web_processes_are_replaced(sqlite_url, tmp_path):
    """Two web processes, told to start anew under requests: every one is answered."""
    connect(sqlite_url).dispose()
    office = Office(sqlite_url, tmp_path, smtp_port=1).start()
    answers, stop = [], threading.Event()

    def ask():
        while not stop.is_set():
            try:
                url = f"http://127.0.0.1:{office.port}/readyz"
                answers.append(urllib.request.urlopen(url, timeout=10).status)
            except OSError as error:
                answers.append(str(error))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    try:
        for thread in threads:
            thread.start()
        before = set(office.web_processes())
        office.web.send_signal(signal.SIGHUP)
        for _ in range(100):
            time.sleep(0.1)
            if len(set(office.web_processes()) - before) == 2 and not before & set(
                office.web_processes()
            ):
                break
        for _ in range(300):  # the new ones answer too
            if len(answers) > 20:
                break
            time.sleep(0.1)
        stop.set()
        for thread in threads:
            thread.join()
        assert not before & set(office.web_processes())
        assert set(answers) == {200}
        assert len(answers) > 20
    finally:
        stop.set()
        office.stop()
    assert (office.web.returncode, office.worker.returncode) == (0, 0)


def test_unsafe_settings_of_monitoring_stop_the_start(tmp_path):
    for change, words in (({"log": "xml"}, "INTAKE_LOG"), ({"metrics_token": "short"}, "TOKEN")):
        try:
            config_for("sqlite://", tmp_path, **change)
        except Exception as error:
            assert words in str(error)
        else:
            raise AssertionError(change)


def test_the_database_is_asked_a_fixed_number_of_times(web):
    object.__setattr__(web.app.extensions["intake"], "metrics_token", TOKEN)
    statements = []
    sa.event.listen(
        web.app.extensions["engine"], "before_cursor_execute", lambda *a: statements.append(a[2])
    )
    web.app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert len(statements) == 8
