"""How the mail server is spoken to: encrypted and proven, unless a setting says otherwise aloud."""

import smtplib
import ssl

from intake.config import Config


class NoEncryption(smtplib.SMTPException):
    """The server offers no STARTTLS, so that nothing is said to it."""


def line_to(config: Config, timeout: float) -> smtplib.SMTP:
    """A line to the server that is not open yet; `greet` opens it."""
    server: smtplib.SMTP
    if config.smtp_tls == "tls":
        server = smtplib.SMTP_SSL(timeout=timeout, context=tls_context(config))
    else:
        server = smtplib.SMTP(timeout=timeout)
    # TLS asks the certificate for the host of the constructor, which has not connected yet.
    server._host = config.smtp_host  # type: ignore[attr-defined]
    return server


def greet(server: smtplib.SMTP, config: Config) -> None:
    """Connect, go over to TLS, sign in; the password only to who is proven.

    Raises:
        NoEncryption: the server offers no STARTTLS.
        ssl.SSLCertVerificationError: its certificate is not good, or of another host.
        OSError, smtplib.SMTPException: any other trouble.
    """
    code, words = server.connect(config.smtp_host, config.smtp_port)
    if code != 220:
        raise smtplib.SMTPConnectError(code, words)
    server.ehlo_or_helo_if_needed()
    if config.smtp_tls == "starttls":
        if not server.has_extn("starttls"):
            raise NoEncryption
        server.starttls(context=tls_context(config))
    if config.smtp_user:
        server.login(config.smtp_user, config.smtp_password)


def tls_context(config: Config) -> ssl.SSLContext:
    """Certificates and host names are checked; an own authority stands alone."""
    authority = str(config.smtp_ca) if config.smtp_ca else None
    context = ssl.create_default_context(cafile=authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def unencrypted(config: Config) -> str:
    """What is said in the log at the start, where mail goes readable; else nothing."""
    if not config.smtp_host or config.smtp_tls != "none":
        return ""
    return "INTAKE_SMTP_TLS=none: mail goes to the server without encryption, readable on the way"
