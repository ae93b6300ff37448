"""Structured logs: one JSON line an event, facts apart from the words, no personal data."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

NEVER_LOGGED = frozenset(
    {"text", "message", "phone", "name", "code", "token", "password", "description", "contact"}
)
_LONG_DIGITS = re.compile(r"\d{7,}")


def _without_personal_data(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:  # structlog's processor signature
    for key, value in event.items():
        if key in NEVER_LOGGED:
            event[key] = "…"
        elif isinstance(value, str) and key not in {"timestamp", "exception"}:
            event[key] = _LONG_DIGITS.sub("…", value) if not key.endswith("_id") else value
    return event


def set_up_logging(*, level: str, process: str) -> None:
    """Send our own and the libraries' logs to standard error as JSON lines."""
    shared: list[Any] = [  # structlog's processors have no common type
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_personal_data,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    structlog.contextvars.bind_contextvars(process=process)
    for noisy in ("uvicorn.access", "httpx", "httpx2", "apscheduler", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
