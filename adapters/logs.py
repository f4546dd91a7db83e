"""JSON log lines that carry the request's reference, the same one an error page shows."""

from __future__ import annotations

import logging
import re
import secrets
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime

import orjson

_reference: ContextVar[str] = ContextVar("reference", default="")
# PostgreSQL adds the values of the row that it refused: `DETAIL:  Key (email)=(...) already exists.`
QUOTED_VALUES = re.compile(r"^DETAIL:.*$", re.MULTILINE)
FIELDS = ("method", "path", "status", "ms", "user_id", "job", "code", "callback")


def new_reference() -> str:
    """Eight characters a customer can read out on the phone, such as `8F3A-21C9`; bound to the current context."""
    raw = secrets.token_hex(4).upper()
    reference = f"{raw[:4]}-{raw[4:]}"
    _reference.set(reference)
    return reference


def current_reference() -> str:
    return _reference.get()


class JsonLines(logging.Formatter):
    """One JSON object a line; new lines inside a message cannot forge a second one."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if reference := current_reference():
            line["reference"] = reference
        line.update({name: getattr(record, name) for name in FIELDS if hasattr(record, name)})
        if record.exc_info:
            line["exception"] = QUOTED_VALUES.sub("DETAIL: ...", "".join(traceback.format_exception(*record.exc_info)))
        return orjson.dumps(line, default=str).decode()


def configure(level: str) -> None:
    """Send everything from `level` on to standard error as JSON lines; safe to call again."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    for old in [known for known in root.handlers if isinstance(known.formatter, JsonLines)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for talkative in ("werkzeug", "alembic"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
