"""Logging, set up once: events with keys, on standard error, without anybody's name or address.

Keys are an allow-list, not a deny-list: what nobody thought of does not get out.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    """event level timestamp logger connection stream run trigger step status reason error lead leads handoff stage
    counts outcome attempts attempt code seconds records activities changed planned sent held failed address port
    epoch holder version rule_hash object id signal point problem file line key seq method path bytes limit used pid
    retry_after_s wait_s exception kept dropped names""".split()
)


def set_up(*, level: str = "info", form: str = "console") -> None:
    """Write events to standard error as JSON lines or for people; other libraries only from warnings on."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s: %(message)s")
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(
                structlog.tracebacks.ExceptionDictTransformer(show_locals=False, locals_max_string=0)
            ),
            only_allowed,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def only_allowed(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every key that is not on the list, and say how many were dropped."""
    dropped = [key for key in event if key not in ALLOWED]
    for key in dropped:
        del event[key]
    if dropped:
        event["dropped"] = len(dropped)
    return event
