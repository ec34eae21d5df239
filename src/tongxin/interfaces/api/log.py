"""Log lines: one JSON object a request, with its id, never with personal text."""

import logging
import sys
from traceback import extract_tb
from typing import Any

import msgspec
import structlog


def _line(facts: dict[str, Any], **_: Any) -> str:
    return msgspec.json.encode(facts, enc_hook=str).decode()


def configure() -> None:
    """Write log lines as JSON to standard error, unless somebody has decided otherwise."""
    pages = logging.getLogger("django")
    if not pages.handlers:
        pages.addHandler(Lines(logging.WARNING))
        pages.propagate = False
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


class Lines(logging.Handler):
    """Says what Django has to say of pages as lines of ours: by route, for an address may hold a secret link."""

    def emit(self, record: logging.LogRecord) -> None:
        request = getattr(record, "request", None)
        match = getattr(request, "resolver_match", None)
        told: dict[str, Any] = {"logger": record.name, "route": match.route if match else "-"}
        if request is not None:
            told |= {"method": request.method, "status": getattr(record, "status_code", None)}
        if record.exc_info and (error := record.exc_info[1]):  # never its message: it may quote a row
            told |= {"error": type(error).__qualname__, "trace": traced(error)}
        structlog.get_logger("tongxin.pages").log(record.levelno, "page", **told)


def traced(error: BaseException) -> list[str]:
    """Return where an error arose."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(error.__traceback__)]
