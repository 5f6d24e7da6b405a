"""Settings from INTAKE_* variables; in production an unsafe one stops the start with a sentence."""

import os
import ssl
from dataclasses import dataclass
from pathlib import Path

from intake.whole import whole
from models.people import Role

SHORTEST_SECRET = 32
SHORTEST_TOKEN = 16


class UnsafeSetting(Exception):
    """A setting is missing or would endanger people's data; the message says which."""


@dataclass(frozen=True)
class Config:
    """Everything that differs between a laptop and an office.

    Attributes:
        environment: `production`, `test` or `demo`; shown in a band unless production.
        database_url: SQLite or PostgreSQL.
        secret_key: signs sessions; at least 32 characters.
        documents: the folder of uploaded papers, outside the database.
        backups: the folder of dated backups, or none.
        base_url: how mail links to this installation, and from where forms are taken.
        idle_minutes: signed out after so long without a click.
        session_hours: signed out after so long, whatever one does.
        smtp_*: where mail goes; without a host it is written to the log of the worker.
        smtp_tls: `starttls`, `tls` from the first byte, or `none`, which is told at every start.
        smtp_ca: a file with the certificate of an own authority, or none for the system's.
        clamd: `host:port` of a virus scanner, or empty.
        ahv: whether offices may enter AHV numbers (DOMAIN.md 5.1: off).
        largest_file: bytes of one document.
        metrics_token: who brings it may read /metrics; empty: nobody.
        second_factor_roles: whose holders need a second factor, beside those who always do.
        four_eyes: who drew a version cannot release it.
        two_for_roles: a second administrator agrees to roles that let somebody read cases.
        log: `json` or `text`; JSON in production.
        log_file: where log lines go; none: standard error (`intake.logs`).
        proxies: how many proxies stand in front and tell the caller's address.
    """

    environment: str = "production"
    database_url: str = ""
    secret_key: str = ""
    documents: Path = Path("var/documents")
    backups: Path | None = None
    base_url: str = "http://127.0.0.1:8000"
    idle_minutes: int = 60
    session_hours: int = 12
    smtp_host: str = ""
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_tls: str = "starttls"
    smtp_ca: Path | None = None
    mail_from: str = "intake@example.org"
    clamd: str = ""
    ahv: bool = False
    largest_file: int = 10 * 1024 * 1024
    insecure_cookies: bool = False
    proxies: int = 0
    metrics_token: str = ""
    four_eyes: bool = False
    second_factor_roles: frozenset[str] = frozenset()
    two_for_roles: bool = False
    log: str = ""
    log_file: Path | None = None

    @property
    def log_json(self) -> bool:
        """Whether log lines are JSON."""
        return self.log == "json" or (not self.log and self.production)

    @property
    def production(self) -> bool:
        """Whether real people's data are at stake."""
        return self.environment == "production"

    def checked(self) -> "Config":
        """This, if it is safe to start with.

        Raises:
            UnsafeSetting
        """
        if not self.database_url:
            raise UnsafeSetting("INTAKE_DATABASE_URL is missing: name the database to use.")
        if not _is_database(self.database_url):
            raise UnsafeSetting(
                "INTAKE_DATABASE_URL is no address of a database that Intake knows: it begins with "
                "sqlite:/// or postgresql:// ."
            )
        if len(self.secret_key) < SHORTEST_SECRET:
            raise UnsafeSetting(
                f"INTAKE_SECRET_KEY is missing or shorter than {SHORTEST_SECRET} characters: "
                'make one with python3 -c "import secrets; print(secrets.token_hex(32))".'
            )
        if self.production and not self.base_url.startswith("https://"):
            raise UnsafeSetting("INTAKE_BASE_URL must begin with https:// in production.")
        if self.production and self.insecure_cookies:
            raise UnsafeSetting("INTAKE_INSECURE_COOKIES cannot be used in production.")
        if self.environment not in ("production", "test", "demo"):
            raise UnsafeSetting("INTAKE_ENVIRONMENT must be production, test or demo.")
        if self.log not in ("", "json", "text"):
            raise UnsafeSetting("INTAKE_LOG must be json or text.")
        if self.log_file and not self.log_file.parent.is_dir():
            raise UnsafeSetting(f"INTAKE_LOG_FILE: there is no folder {self.log_file.parent}.")
        if self.smtp_tls not in ("starttls", "tls", "none"):
            raise UnsafeSetting("INTAKE_SMTP_TLS must be starttls, tls or none.")
        if self.smtp_ca and not _has_certificate(self.smtp_ca):
            raise UnsafeSetting(
                f"INTAKE_SMTP_CA: {self.smtp_ca} is no file with certificates (PEM) that can be read."
            )
        _roles(self.second_factor_roles)
        if self.metrics_token and len(self.metrics_token) < SHORTEST_TOKEN:
            raise UnsafeSetting(
                f"INTAKE_METRICS_TOKEN is shorter than {SHORTEST_TOKEN} characters."
            )
        return self


def _has_certificate(path: Path) -> bool:
    try:
        ssl.create_default_context(cafile=str(path))
    except OSError:  # an SSLError is one too
        return False
    return True


def _roles(codes: frozenset[str]) -> None:
    if unknown := codes - set(Role):
        raise UnsafeSetting(
            f"INTAKE_SECOND_FACTOR_ROLES: no role is called {min(unknown)}; roles are: "
            f"{', '.join(Role)}."
        )


def _is_database(url: str) -> bool:
    return url.startswith(("sqlite://", "postgresql://", "postgresql+psycopg://"))


def from_environment() -> Config:
    """The settings of this process. Raises UnsafeSetting for a number that is none."""

    def number(name: str, default: int) -> int:
        text = os.environ.get(name, str(default))
        found = whole(text)
        if found is None:
            raise UnsafeSetting(f"{name} must be a whole number, not {text[:40]!r}.")
        return found

    get = os.environ.get
    tls = get("INTAKE_SMTP_TLS", "starttls")
    return Config(
        environment=get("INTAKE_ENVIRONMENT", "production"),
        database_url=get("INTAKE_DATABASE_URL", ""),
        secret_key=get("INTAKE_SECRET_KEY", ""),
        documents=Path(get("INTAKE_DOCUMENTS", "var/documents")),
        backups=Path(get("INTAKE_BACKUPS", "")) if get("INTAKE_BACKUPS") else None,
        base_url=get("INTAKE_BASE_URL", "http://127.0.0.1:8000").rstrip("/"),
        idle_minutes=number("INTAKE_IDLE_MINUTES", 60),
        session_hours=number("INTAKE_SESSION_HOURS", 12),
        smtp_host=get("INTAKE_SMTP_HOST", ""),
        smtp_port=number("INTAKE_SMTP_PORT", 465 if tls == "tls" else 25),
        smtp_user=get("INTAKE_SMTP_USER", ""),
        smtp_password=get("INTAKE_SMTP_PASSWORD", ""),
        smtp_tls=tls,
        smtp_ca=Path(get("INTAKE_SMTP_CA", "")) if get("INTAKE_SMTP_CA") else None,
        mail_from=get("INTAKE_MAIL_FROM", "intake@example.org"),
        clamd=get("INTAKE_CLAMD", ""),
        ahv=get("INTAKE_AHV", "") == "1",
        largest_file=number("INTAKE_LARGEST_FILE", 10 * 1024 * 1024),
        proxies=number("INTAKE_PROXIES", 0),
        metrics_token=get("INTAKE_METRICS_TOKEN", ""),
        second_factor_roles=frozenset(
            get("INTAKE_SECOND_FACTOR_ROLES", "").replace(",", " ").split()
        ),
        four_eyes=get("INTAKE_FOUR_EYES", "") == "1",
        two_for_roles=get("INTAKE_TWO_FOR_ROLES", "") == "1",
        log=get("INTAKE_LOG", ""),
        log_file=Path(get("INTAKE_LOG_FILE", "")) if get("INTAKE_LOG_FILE") else None,
        insecure_cookies=get("INTAKE_INSECURE_COOKIES", "") == "1",
    )
