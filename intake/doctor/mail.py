"""Does mail go out? The server is asked as `intake.mail` asks it, and nothing is sent."""

import ipaddress
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import timedelta

from flask_babel import gettext, ngettext

from intake.config import Config
from intake.doctor.lines import Finding, lacking, missing, ok, page, reason, typed, warn
from intake.doctor.patience import SECONDS, within
from intake.mail_server import NoEncryption, greet, line_to
from models.base import now
from models.outbox import troubled
from models.setup import mails_waiting

#: A mail that has waited so long has nobody who takes it.
WAITS_TOO_LONG = timedelta(minutes=15)
#: Spoken to in TLS from the first byte.
TLS_FROM_THE_START = 465


def mail(config: Config) -> Iterator[Finding]:
    """The server takes us, and what is to go has gone."""
    if config.smtp_host:
        yield _server(config)
    else:
        yield lacking(
            config,
            gettext("Es ist kein Mailserver gesetzt; Mails stehen nur im Log des Workers."),
            gettext("Setzen Sie den Mailserver."),
            typed("INTAKE_SMTP_HOST"),
        )
    yield from _waiting()


def _waiting() -> Iterator[Finding]:
    here = page(gettext("Störungen ansehen"), "incidents.index")
    bad, late = len(troubled()), mails_waiting(now() - WAITS_TOO_LONG)
    if bad:
        text = ngettext(
            "%(num)s Mail ist nicht angekommen, oder ihr Ende ist unbekannt.",
            "%(num)s Mails sind nicht angekommen, oder ihr Ende ist unbekannt.",
            bad,
        )
        yield warn(text, gettext("Senden Sie sie nochmals, oder legen Sie sie weg."), here)
    if late:
        text = ngettext(
            "%(num)s Mail wartet seit mehr als einer Viertelstunde.",
            "%(num)s Mails warten seit mehr als einer Viertelstunde.",
            late,
        )
        yield warn(text, gettext("Prüfen Sie, ob der Worker läuft."), typed("intake worker"))


def _server(config: Config) -> Finding:
    """One line for the end of the conversation with the server, good or bad."""
    place = f"{config.smtp_host}:{config.smtp_port}"
    talk = _Talk(config)
    try:
        within(SECONDS, talk.through, talk.hang_up)
    except ssl.SSLCertVerificationError as error:
        return _certificate(place, error.verify_message.rstrip("."))
    except smtplib.SMTPAuthenticationError:
        return missing(
            gettext("%(place)s nimmt Name und Passwort nicht an.", place=place),
            gettext("Prüfen Sie beide beim Betreiber des Mailservers."),
            typed("INTAKE_SMTP_USER, INTAKE_SMTP_PASSWORD"),
        )
    except NoEncryption:
        return missing(
            gettext(
                "%(place)s bietet keine Verschlüsselung (STARTTLS) an. Intake sendet nichts "
                "dorthin; die Mails warten.",
                place=place,
            ),
            gettext("Nehmen Sie einen Anschluss, der sie kann: meist 587, oder 465 mit tls."),
            typed("INTAKE_SMTP_PORT, INTAKE_SMTP_TLS"),
        )
    except smtplib.SMTPNotSupportedError:
        return missing(
            gettext("%(place)s bietet keine Anmeldung an.", place=place),
            gettext("Nehmen Sie einen Anschluss, der sie kann, meist 587."),
            typed("INTAKE_SMTP_PORT"),
        )
    except (OSError, smtplib.SMTPException) as error:
        return _no_answer(config, place, error)
    return _good(config, place)


class _Talk:
    """A conversation with a mail server, up to the point where a mail would follow."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._server = line_to(config, SECONDS)

    def through(self) -> None:
        """Say hello, go over to TLS and sign in as a mail would."""
        with closing(self._server):
            greet(self._server, self._config)
            self._server.quit()

    def hang_up(self) -> None:
        """End it from outside."""
        if (line := self._server.sock) is not None:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


def _certificate(place: str, problem: str) -> Finding:
    return missing(
        gettext(
            "Das Zertifikat von %(place)s ist nicht gültig: %(problem)s. Intake sendet nichts "
            "dorthin; die Mails warten.",
            place=place,
            problem=problem,
        ),
        gettext(
            "Nehmen Sie den Namen, der im Zertifikat steht, lassen Sie es erneuern, oder nennen "
            "Sie die Datei Ihrer eigenen Zertifizierungsstelle."
        ),
        typed("INTAKE_SMTP_HOST, INTAKE_SMTP_CA"),
    )


def _no_answer(config: Config, place: str, error: Exception) -> Finding:
    mend = gettext("Prüfen Sie Namen, Anschluss und Firewall.")
    if config.smtp_port == TLS_FROM_THE_START and config.smtp_tls != "tls":
        mend = gettext("Anschluss 465 spricht von Anfang an TLS: setzen Sie tls.")
    return missing(
        gettext(
            "%(place)s antwortet nicht, wie ein Mailserver es tut: %(why)s.",
            place=place,
            why=reason(error),
        ),
        mend,
        typed("INTAKE_SMTP_HOST, INTAKE_SMTP_PORT, INTAKE_SMTP_TLS"),
    )


def _good(config: Config, place: str) -> Finding:
    if config.smtp_tls != "none":
        return ok(
            gettext(
                "%(place)s nimmt uns an, verschlüsselt und mit gültigem Zertifikat.", place=place
            )
        )
    if _on_this_machine(config.smtp_host):
        return ok(
            gettext(
                "%(place)s antwortet, auf dieser Maschine, unverschlüsselt "
                "(INTAKE_SMTP_TLS ist none).",
                place=place,
            )
        )
    return missing(
        gettext(
            "%(place)s antwortet; Mails gehen unverschlüsselt dorthin (INTAKE_SMTP_TLS ist none).",
            place=place,
        ),
        gettext("Sonst kann jemand dazwischen mitlesen: setzen Sie starttls oder tls."),
        typed("INTAKE_SMTP_TLS"),
    )


def _on_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
