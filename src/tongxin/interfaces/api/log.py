"""Log lines: one JSON object a request, with its id, never with personal text."""

import sys
from typing import Any

import msgspec
import structlog


def _line(facts: dict[str, Any], **_: Any) -> str:
    return msgspec.json.encode(facts, enc_hook=str).decode()


def configure() -> None:
    """Write log lines as JSON to standard error, unless somebody has decided otherwise."""
    if structlog.is_configured():
        return
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=_line),
        ],
        wrapper_class=structlog.make_filtering_bound_logger("info"),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
