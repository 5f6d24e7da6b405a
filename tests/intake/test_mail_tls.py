"""Mail goes only to a server that is encrypted and proven, unless the office said otherwise aloud."""

import ipaddress
import logging
import ssl
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from intake import commands, mail
from intake.config import Config, UnsafeSetting, from_environment
from models.outbox import MOST_ATTEMPTS, Mail, MailState, troubled
from models.session import db, transaction
from tests.conftest import config_for
from tests.storm import free_port
from workflows import notices, worker
from workflows.worker import MailRefused


class Authority:
    """A certificate authority of an office, which signs what a test needs."""

    def __init__(self, folder):
        self.folder = folder
        self._key, self._name = ec.generate_private_key(ec.SECP256R1()), _name("an authority")
        self.path = folder / "authority.pem"
        certificate = self._sign(_name("an authority"), self._key, authority=True)
        self.path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def server(self, host, *, until=2120, own=False):
        """The TLS of a server for a host or address; `own` signed by nobody but itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(_name(host), key, host=host, until=until, own=own)
        file = self.folder / f"{host}-{until}-{own}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _sign(self, subject, key, *, host="", until=2120, authority=False, own=False):
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if own else self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(until, 1, 1, tzinfo=UTC))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if host:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([_alternative(host)]), critical=False
            )
        return builder.sign(key if own else self._key, hashes.SHA256())


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _alternative(host):
    if host[0].isdigit():
        return x509.IPAddress(ipaddress.ip_address(host))
    return x509.DNSName(host)


class Keep:
    """Takes every mail, and remembers whether the line was encrypted."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, _session, envelope):
        encrypted = server.transport.get_extra_info("sslcontext") is not None
        self.mails.append((encrypted, envelope.content))
        return "250 OK"


@contextmanager
def server(**options):
    kept = Keep()
    controller = Controller(kept, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield kept, {"smtp_host": "127.0.0.1", "smtp_port": controller.port}
    finally:
        controller.stop()


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def one_mail(sqlite_app):
    """A mail that waits, as the worker finds it."""
    with transaction():
        notices.post("password_reset", "p@example.org", locale="de", secret="x", hours="1")
    return sqlite_app


def work(app, settings):
    """What became of the mail when the worker went by."""
    config = config_for(
        app.extensions["intake"].database_url, app.extensions["intake"].documents, **settings
    )
    worker.work_until_idle(mail.sender(app, config))
    row = db.scalars(sa.select(Mail)).one()
    return row.state, row.error


@pytest.mark.parametrize("way", ["starttls", "tls"])
def test_mail_goes_encrypted_to_a_server_that_the_own_authority_signed(one_mail, authority, way):
    context = authority.server("127.0.0.1")
    options = {"ssl_context": context} if way == "tls" else {"tls_context": context}
    with server(**options) as (kept, place):
        settings = {**place, "smtp_tls": way, "smtp_ca": authority.path}
        assert work(one_mail, settings) == (MailState.SENT, None)
    assert [encrypted for encrypted, _content in kept.mails] == [True]


@pytest.mark.parametrize("way", ["starttls", "tls"])
@pytest.mark.parametrize(
    "certificate",
    [
        {"host": "127.0.0.1", "own": True},
        {"host": "mail.example.org"},
        {"host": "127.0.0.2"},
        {"host": "127.0.0.1", "until": 2021},
    ],
    ids=["signed by itself", "of another name", "of another address", "run out"],
)
def test_a_server_that_is_not_proven_gets_nothing(one_mail, authority, way, certificate):
    context = authority.server(**certificate)
    options = {"ssl_context": context} if way == "tls" else {"tls_context": context}
    with server(**options) as (kept, place):
        settings = {**place, "smtp_tls": way, "smtp_ca": authority.path}
        assert work(one_mail, settings) == (MailState.WAITING, "SSLCertVerificationError")
    assert kept.mails == []


@pytest.mark.parametrize("way", ["starttls", "tls"])
def test_without_an_own_authority_the_systems_decide(one_mail, authority, way):
    context = authority.server("127.0.0.1")
    options = {"ssl_context": context} if way == "tls" else {"tls_context": context}
    with server(**options) as (kept, place):
        assert work(one_mail, {**place, "smtp_tls": way})[0] is MailState.WAITING
    assert kept.mails == []


def test_a_server_that_offers_no_encryption_gets_nothing_not_even_the_password(one_mail):
    heard = []

    def listen(_server, _session, _envelope, _mechanism, data):
        heard.append(data)

    with server(authenticator=listen, auth_require_tls=False) as (kept, place):
        settings = {**place, "smtp_user": "intake", "smtp_password": "geheim"}
        assert work(one_mail, settings) == (MailState.WAITING, "NoEncryption")
    assert (kept.mails, heard) == ([], [])


def test_none_said_aloud_sends_readable_mail_and_is_in_the_log(one_mail, caplog):
    with server() as (kept, place):
        settings = {**place, "smtp_tls": "none"}
        assert work(one_mail, settings) == (MailState.SENT, None)
    assert [encrypted for encrypted, _content in kept.mails] == [False]
    with caplog.at_level(logging.WARNING):
        commands._say_where(Config(**settings), "The worker runs")
    assert "INTAKE_SMTP_TLS=none" in caplog.text


def test_encrypted_mail_is_not_said_to_be_readable(caplog):
    commands._say_where(Config(smtp_host="mail.example.org"), "The worker runs")
    assert "INTAKE_SMTP_TLS" not in caplog.text


def test_an_authority_that_is_gone_leaves_the_mail_waiting(one_mail, authority):
    with server(tls_context=authority.server("127.0.0.1")) as (kept, place):
        config = Config(**place, smtp_ca=authority.path)
        authority.path.unlink()
        with pytest.raises(MailRefused):
            mail._hand_over(EmailMessage(), config)
    assert kept.mails == []


def test_unknown_ways_and_files_stop_the_start(monkeypatch, tmp_path):
    with pytest.raises(UnsafeSetting, match="INTAKE_SMTP_TLS must be"):
        config_for("sqlite://", tmp_path, smtp_tls="ssl")
    for content in (None, b"", b"no certificate"):
        file = tmp_path / "ca.pem"
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(UnsafeSetting, match="INTAKE_SMTP_CA"):
            config_for("sqlite://", tmp_path, smtp_ca=file)
    assert from_environment().smtp_tls == "starttls"
    monkeypatch.setenv("INTAKE_SMTP_TLS", "tls")
    assert from_environment().smtp_port == 465


def test_mail_waits_in_the_outbox_until_the_server_is_mended(one_mail, authority, clock):
    with server(tls_context=authority.server("127.0.0.1", own=True)) as (kept, place):
        for _ in range(MOST_ATTEMPTS + 2):
            found = work(one_mail, {**place, "smtp_ca": authority.path})
            assert found == (MailState.WAITING, "SSLCertVerificationError")
            clock.shift(timedelta(hours=12))
    assert kept.mails == []
    assert [mail.state for mail in troubled()] == [MailState.WAITING], "the page of incidents tells"
    with server(tls_context=authority.server("127.0.0.1")) as (kept, place):
        assert work(one_mail, {**place, "smtp_ca": authority.path}) == (MailState.SENT, None)
    assert len(kept.mails) == 1
