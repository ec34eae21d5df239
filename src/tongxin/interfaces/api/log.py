"""Log lines: one JSON object a request, with its id, never with personal text."""

import sys

import msgspec
import structlog


def configure() -> None:
    """Write log lines as JSON to standard error, unless somebody has decided otherwise."""
    if structlog.is_configured():
        return
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(
                serializer=lambda line, **_: msgspec.json.encode(line, enc_hook=str).decode()
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger("info"),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
