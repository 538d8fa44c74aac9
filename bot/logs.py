"""Logs: one JSON object a line on standard error, with ids, hashes, timings and decisions.

Message text, answers and identifiers are never logged: callers pass ids and numbers, and the last processor drops
every event key that is not on the list of keys allowed here. A test sends a marker through every face to prove it.
"""

from __future__ import annotations

import hashlib
import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        "component",
        "event",
        "level",
        "timestamp",
        "answer_id",
        "conversation",
        "digest",
        "index",
        "corpus",
        "encoder",
        "passages",
        "intent",
        "rule",
        "status",
        "verdict",
        "codes",
        "citations",
        "warnings",
        "dropped",
        "error_type",
        "ms",
        "timings_ms",
        "count",
        "batch_line",
        "host",
        "port",
        "channel",
    }
)
"""Keys that may appear in a log line."""


def configure(level: str = "warning") -> None:
    """Send events of `level` and above to standard error as JSON lines; safe to call again."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def get_logger(component: str) -> structlog.typing.FilteringBoundLogger:
    """A logger whose lines name the `component` that wrote them."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(component=component)
    return logger


def only_allowed(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Drop every key that is not allowed, so that a careless call cannot leak text."""
    return {key: value for key, value in event.items() if key in ALLOWED}


def digest(text: str) -> str:
    """A short hash that stands for `text` in logs: equal texts can be recognised, none can be read.

    Twelve hex digits of SHA-256; it hides nothing about a text that can be guessed, so never pass identifiers.
    """
    return hashlib.sha256(text.encode()).hexdigest()[:12]


# From the first import on, so that nothing is ever logged by structlog's defaults, which print every key.
configure()
