"""Half-sent requests: they once held every thread, so that nobody else was answered.

The server here has two threads; ten people begin to send and stop. A whole request is answered all the same:
by our worker after a while, behind the example proxy at once.
"""

import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from intake import gunicorn
from intake.slow_clients import Deadline, Worker
from tests.storm import free_port
from workflows import bounds

ROOT = Path(__file__).parents[2]
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
OPENSSL = shutil.which("openssl")
SERVER = """
import sys
from workflows import bounds
bounds.RECEIVE_SECONDS = float(sys.argv.pop(1))
from gunicorn.app.wsgiapp import run
run()
"""
APP = """
def app(environ, answer):
    body = environ["wsgi.input"].read()
    answer("200 OK", [("Content-Length", "5")])
    return [b"whole"]
"""


@contextmanager
def running(command, port, folder):
    """A server that answers, ended with the test."""
    log = (folder / f"{port}.log").open("wb")
    process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        for _try in range(200):
            assert process.poll() is None, (folder / f"{port}.log").read_text()
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(20)
        log.close()


@contextmanager
def web_server(folder, worker, seconds):
    (folder / "small.py").write_text(APP)
    port = free_port()
    command = [sys.executable, "-c", SERVER, str(seconds), "--workers", "1", "--threads", "2"]
    command += ["--worker-class", worker, "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    command += ["--pythonpath", f"{ROOT},{folder}", "--graceful-timeout", "1", "small:app"]
    with running(command, port, folder):
        yield port


HALF_HEAD = b"POST / HTTP/1.1\r\nHost: intake.example.org\r\nX-Half"
HALF_BODY = b"POST / HTTP/1.1\r\nHost: intake.example.org\r\nContent-Length: 900\r\n\r\nhalf"
WHOLE = b"POST / HTTP/1.1\r\nHost: intake.example.org\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfull"


def connected(port, secure):
    plain = socket.create_connection(("127.0.0.1", port), timeout=20)
    if not secure:
        return plain
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(plain)


def answered(port, half, secure=False):
    """Whether somebody is answered while ten others have sent a half."""
    others = [connected(port, secure) for _one in range(10)]
    try:
        for one in others:
            one.sendall(half)
        with connected(port, secure) as mine:
            mine.sendall(WHOLE)
            found = b""
            while part := mine.recv(4096):
                found += part
            return found.endswith(b"whole")
    except TimeoutError:
        return False
    finally:
        for one in others:
            one.close()


@pytest.mark.parametrize("half", [HALF_HEAD, HALF_BODY], ids=["head", "body"])
def test_half_sent_requests_free_their_threads_again(tmp_path, half):
    with web_server(tmp_path, "intake.slow_clients.Worker", 1) as port:
        assert answered(port, half)


def test_a_request_that_takes_too_long_ends_as_if_the_other_side_had_gone(monkeypatch):
    monkeypatch.setattr(bounds, "RECEIVE_SECONDS", 0.2)
    here, there = socket.socketpair()
    reading = Deadline(here)
    there.sendall(b"half")
    assert reading.recv(9) == b"half"
    assert reading.recv(9) == b""
    there.sendall(b"too late")
    assert reading.recv(9) == b""
    here.close()
    there.close()


def test_the_server_is_set_as_the_bounds_say():
    assert gunicorn.worker_class is Worker
    assert gunicorn.threads == bounds.THREADS
    assert gunicorn.timeout == bounds.ANSWER_SECONDS
    assert gunicorn.limit_request_line == bounds.REQUEST_LINE
    assert gunicorn.limit_request_fields == bounds.HEADERS
    assert gunicorn.limit_request_field_size == bounds.HEADER


@contextmanager
def proxy(folder, behind):
    """The example of the manual, with ports and folders of this test and nothing else changed."""
    plain, secure = free_port(), free_port()
    text = (ROOT / "docs/office/nginx.conf").read_text()
    for before, after in (
        ("127.0.0.1:8000", f"127.0.0.1:{behind}"),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl", f"listen 127.0.0.1:{secure} ssl"),
        ("/etc/ssl/certs/intake.pem", f"{folder}/cert.pem"),
        ("/etc/ssl/private/intake.key", f"{folder}/key.pem"),
    ):
        assert before in text
        text = text.replace(before, after)
    made = [OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj"]
    made += ["/CN=intake.example.org", "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"]
    subprocess.run(made, check=True, capture_output=True)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}"
        f"http {{ {paths}\n{text} }}"
    )
    folder.chmod(0o755)
    for above in (*folder.parents,):
        if above.name.startswith(("pytest-", "popen-")):
            above.chmod(0o755)
    with running([NGINX, "-c", f"{folder}/nginx.conf"], secure, folder):
        yield plain, secure


@pytest.mark.skipif(not (NGINX and OPENSSL), reason="no nginx here")
def test_behind_the_example_proxy_half_sent_requests_reach_nobody(tmp_path):
    with web_server(tmp_path, "gthread", 600) as port, proxy(tmp_path, port) as (plain, secure):
        assert answered(secure, HALF_HEAD, secure=True)
        assert answered(secure, HALF_BODY, secure=True)
        with connected(plain, secure=False) as mine:
            mine.sendall(WHOLE)
            assert mine.recv(999).startswith(b"HTTP/1.1 301")


def test_the_example_proxy_takes_a_little_more_than_we_do():
    text = (ROOT / "docs/office/nginx.conf").read_text()
    megabytes = int(re.search(r"client_max_body_size (\d+)m", text)[1])
    assert megabytes * bounds.MB > bounds.REQUEST
    assert "proxy_request_buffering on;" in text
    assert f"{bounds.HEADER // 1000}k" in text
