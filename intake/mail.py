"""Turns a notice into words and hands it to the mail server."""

import logging
import smtplib
import ssl
from contextlib import closing, suppress
from email.message import EmailMessage

from flask import Flask, render_template
from flask_babel import force_locale

from intake.config import Config
from intake.mail_server import NoEncryption, greet, line_to
from models.outbox import Mail
from workflows.worker import MailRefused, Sender, ServerNotProven

log = logging.getLogger(__name__)

#: How long the server may be silent.
SECONDS = 20.0


def sender(app: Flask, config: Config) -> Sender:
    """What the worker calls for each mail. Without a server mail only shows in the log."""

    def send(mail: Mail) -> None:
        with app.test_request_context(base_url=config.base_url), force_locale(mail.locale):
            message = compose(mail, config)
        if not config.smtp_host:
            log.info("mail not sent, no server is set: %s to %s", mail.notice, mail.id)
            return
        _hand_over(message, config)

    return send


def compose(mail: Mail, config: Config) -> EmailMessage:
    """Plain text, a link, no personal data; the first line of the template is the subject."""
    link = f"{config.base_url}/cases/{mail.referral_id}" if mail.referral_id else config.base_url
    text = render_template(
        f"notices/{mail.notice}.txt", link=link, base_url=config.base_url, **mail.facts
    )
    subject, _, body = text.strip().partition("\n")
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, config.mail_from, mail.recipient
    message["Message-ID"] = f"<intake-{mail.id}@{config.mail_from.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body.strip() + "\n")
    return message


def _hand_over(message: EmailMessage, config: Config) -> None:
    """Give a message to the server.

    Before it is handed over, any trouble means that it certainly did not go; after that only the
    server's own refusal does. Anything else leaves the end unknown.
    """
    with closing(_greeted(config)) as server:
        try:
            server.send_message(message)
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
            raise MailRefused(type(error).__name__) from error
        with suppress(OSError, smtplib.SMTPException):
            server.quit()


def _greeted(config: Config) -> smtplib.SMTP:
    """A line to a server that is proven and took us; nothing has been handed over. Or MailRefused."""
    try:
        server = line_to(config, SECONDS)
        try:
            greet(server, config)
        except BaseException:
            server.close()
            raise
    except (NoEncryption, ssl.SSLError) as error:
        raise ServerNotProven(type(error).__name__) from error
    except (OSError, smtplib.SMTPException) as error:
        raise MailRefused(type(error).__name__) from error
    return server
