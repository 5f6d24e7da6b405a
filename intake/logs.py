"""Log lines for machines: JSON, one a line, and nothing about people.

Only the values named here are written beside the message; whoever logs something else sees it left
out, not leaked.
"""

import json
import logging
from datetime import UTC, datetime

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


class JsonLines(logging.Formatter):
    """A record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, message, and the extras that are set."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update({key: getattr(record, key) for key in EXTRAS if hasattr(record, key)})
        if record.exc_info:
            # The place, not the values: a traceback's message may hold somebody's answers.
            line["at"] = _place(record)
        return json.dumps(line, ensure_ascii=False, default=str)


def _place(record: logging.LogRecord) -> list[str]:
    found = []
    trace = record.exc_info[2] if record.exc_info else None
    while trace is not None:
        code = trace.tb_frame.f_code
        found.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return found[-12:]


def configure(*, as_json: bool) -> None:
    """Set the process's logging up: JSON in production, plain lines for people elsewhere."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        JsonLines()
        if as_json
        else logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s")
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("spiff").setLevel(logging.WARNING)  # below, the library logs a case's data
