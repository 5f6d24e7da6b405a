"""What a check says: a line with findings, each with a state, what was found and how to mend it."""

import enum
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext, ngettext

from intake.config import Config
from models.session import db

log = logging.getLogger(__name__)

#: So many names stand in a sentence; of more only how many.
MOST_NAMES = 13


class State(enum.StrEnum):
    """How it stands with something, from good to bad."""

    OK = "ok"
    NOT_APPLICABLE = "not_applicable"
    WARN = "warn"
    MISSING = "missing"


_WORSE = tuple(State)


class Needs(enum.IntEnum):
    """What has to be there before a check can look; each holds those before it."""

    NOTHING = 0
    DATABASE = 1
    TABLES = 2


@dataclass(frozen=True)
class Where:
    """Where something is mended: a page with the words of its link, or a setting or verb."""

    words: Any = ""
    endpoint: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    typed: str = ""


@dataclass(frozen=True)
class Finding:
    """What was found, in a sentence; how to mend it, in another; where."""

    state: State
    found: str
    mend: str = ""
    where: tuple[Where, ...] = ()


Look = Callable[[Config], Iterable[Finding]]


@dataclass(frozen=True)
class Check:
    """Something to look at.

    Attributes:
        cheap: it asks neither the network nor much of the processor.
        needs: what it reads; tables have to be of this version.
    """

    code: str
    title: Any
    look: Look
    cheap: bool = True
    needs: Needs = Needs.TABLES


@dataclass(frozen=True)
class Line:
    """What a check said."""

    code: str
    title: str
    findings: tuple[Finding, ...]

    @property
    def state(self) -> State:
        """The worst of what was found."""
        return max((finding.state for finding in self.findings), key=_WORSE.index)


def look_at(check: Check, config: Config) -> Line:
    """Do a check; one that fails itself is told as something missing, without its message.

    A message of an error may hold an address or a password.
    """
    try:
        findings = tuple(check.look(config))
    except Exception as error:
        db.rollback()
        log.warning("check failed", extra={"error": type(error).__name__})
        words = gettext("Das konnte nicht geprüft werden: %(why)s.", why=reason(error))
        findings = (
            missing(words, gettext("Beheben Sie die Ursache, und sehen Sie nochmals nach.")),
        )
    return Line(check.code, str(check.title), findings or (ok(""),))


def reason(error: Exception) -> str:
    """Why something failed, in the words of the system, without what another machine said."""
    if isinstance(error, TimeoutError):
        return "timeout"
    words = getattr(error, "strerror", None)
    return words if isinstance(words, str) and words else type(error).__name__


def ok(found: str, *where: Where) -> Finding:
    """It is as it should be."""
    return Finding(State.OK, found, where=where)


def warn(found: str, mend: str, *where: Where) -> Finding:
    """It works, and somebody should look at it."""
    return Finding(State.WARN, found, mend, where)


def missing(found: str, mend: str, *where: Where) -> Finding:
    """It does not work, or people's data are at risk."""
    return Finding(State.MISSING, found, mend, where)


def lacking(config: Config, found: str, mend: str, *where: Where) -> Finding:
    """What an office needs in production: elsewhere worth a look, in a demo not needed."""
    states = {"production": State.MISSING, "test": State.WARN}
    state = states.get(config.environment, State.NOT_APPLICABLE)
    if state is State.NOT_APPLICABLE:
        demo = gettext("In der Demo braucht es das nicht.")
        return Finding(state, f"{found} {demo}")
    return Finding(state, found, mend, where)


def page(words: Any, endpoint: str, **values: Any) -> Where:
    """A page where it is mended."""
    return Where(words, endpoint, values)


def typed(words: str) -> Where:
    """A setting or a command."""
    return Where(typed=words)


def names(found: Sequence[str]) -> str:
    """Names for a sentence; of many the first ones."""
    rest = len(found) - MOST_NAMES
    told = ", ".join(found[:MOST_NAMES])
    if rest <= 0:
        return told
    return told + " " + ngettext("und %(num)s weitere", "und %(num)s weitere", rest)
