"""Log lines for machines, one a line, to the system's log or a file; nothing about people in them.

Only the values named here are written beside the message; whoever logs something else sees it left
out, not leaked.
"""

import json
import logging
import logging.handlers
import re
import sys
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path

from intake.config import Config, UnsafeSetting
from models import private

#: Where `serve` and `worker` write when a person sits at their terminal.
BESIDE_A_TERMINAL = Path("var/intake.log")

EXTRAS = (
    "endpoint",
    "method",
    "status",
    "milliseconds",
    "referral",
    "element",
    "fired",
    "error",
    "mail",
    "job",
)


#: Loggers whose messages are our own.
OURS = ("intake", "workflows", "models")
#: Of a warning the file, the line and its kind; what follows may hold a value.
_WARNING = re.compile(r"(?s)^(.*?:\d+: \w+):.*")


class JsonLines(logging.Formatter):
    """A record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, message, and the extras that are set."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
        }
        line.update({key: getattr(record, key) for key in EXTRAS if hasattr(record, key)})
        if record.exc_info:
            # The place, not the values: a traceback's message may hold somebody's answers.
            line["at"] = _place(record)
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """The same for people to read: a line, never a value of a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, message, the extras that are set, and where it failed."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        parts = [moment, record.levelname, record.name, _message(record)]
        parts += [f"{key}={getattr(record, key)}" for key in EXTRAS if hasattr(record, key)]
        if record.exc_info:
            parts.append(f"at={' < '.join(reversed(_place(record)))}")
        return " ".join(parts).replace("\n", " ")


def _message(record: logging.LogRecord) -> str:
    """What is said. Of others' warnings only the pattern: the values may be addresses with names."""
    if record.name == "py.warnings":
        return _WARNING.sub(r"\1", record.getMessage())
    ours = record.name.partition(".")[0] in OURS
    return record.getMessage() if ours or record.levelno < logging.WARNING else str(record.msg)


def _place(record: logging.LogRecord) -> list[str]:
    found = []
    trace = record.exc_info[2] if record.exc_info else None
    while trace is not None:
        code = trace.tb_frame.f_code
        found.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return found[-12:]


class PrivateFile(logging.handlers.WatchedFileHandler):
    """A file for its owner only, opened anew after it was rotated."""

    _said = False

    def _open(self) -> TextIOWrapper:
        return TextIOWrapper(private.append(Path(self.baseFilename)), self.encoding or "utf-8")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Say once that lines are lost; the library would print a traceback for each."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handleError(record)
        elif not self._said:
            self._said = True
            words = (
                f"intake: the log file {self.baseFilename} cannot be written ({error.strerror}).\n"
            )
            sys.stderr.write(words)


def destination(config: Config, *, lasting: bool) -> Path | None:
    """The file for log lines; None: standard error, which is the system's log where nobody looks.

    Lasting are the verbs that go on until they are stopped, `serve` and `worker`.
    """
    if config.log_file is None and lasting and sys.stderr.isatty():
        return BESIDE_A_TERMINAL
    return config.log_file


def configure(config: Config, *, lasting: bool) -> None:
    """Set the process's logging up, in the format of the settings.

    A short verb speaks to a person: without a file of the settings only warnings reach the terminal.

    Raises:
        UnsafeSetting: the file cannot be written.
    """
    path = destination(config, lasting=lasting)
    handler = logging.StreamHandler() if path is None else _file(path)
    handler.setFormatter(JsonLines() if config.log_json else TextLines())
    level = logging.INFO if lasting or path else logging.WARNING
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # its lines are addresses
    logging.getLogger("spiff").setLevel(logging.WARNING)  # below, the library logs a case's data


def _file(path: Path) -> logging.Handler:
    try:
        if path == BESIDE_A_TERMINAL:
            path.parent.mkdir(parents=True, exist_ok=True)
        return PrivateFile(path)
    except OSError as error:
        raise UnsafeSetting(
            f"INTAKE_LOG_FILE: {path} cannot be written ({error.strerror})."
        ) from None
