"""Logging, set up once: events with keys, on standard error, without anybody's name or address.

Keys are an allow-list, not a deny-list: what nobody thought of does not get out. Of an exception only
its class and place are told, and what looks like an address or a telephone number is masked in every
value, because a system's own words may repeat what it was sent.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import Processor

from config.settings import Log

ALLOWED = frozenset(
    {
        *("event", "level", "timestamp", "logger", "error", "file", "line", "reason", "problem", "dropped"),
        *("connection", "stream", "step", "status", "code", "outcome", "attempts", "method", "path"),
        *("run", "trigger", "lead", "leads", "handoff", "stage", "rule_hash", "point"),
        *("counts", "records", "activities", "changed", "planned", "sent", "held", "failed"),
        *("epoch", "address", "port", "pid", "seconds", "retry_after_s", "wait_s", "request", "exit_code"),
    }
)

LEVELS = {-1: "error", 0: "warning", 1: "info", 2: "debug"}
"""By how loud a person wants it: `-q`, nothing, `-v`, `-vv`."""

# Only from where a word begins: from each of its letters on it would take minutes over an endless one.
_EMAIL = re.compile(r"(?<![^\s\"'<>,;:=()\[\]])[^\s\"'<>,;:=()\[\]]+(?:@|%40)[^\s\"'<>,;:=()\[\]]+")
_PHONE = re.compile(r"(?<![\w.:-])\+?\d[\d ()/-]{7,}\d(?![\w:])")
_MARKS = {"warning": "! ", "error": "✗ ", "critical": "✗ "}

Event = MutableMapping[str, Any]


class Form(StrEnum):
    """How a line looks: for the person who typed a command, for one who reads a daemon's log, for a collector."""

    PLAIN = "plain"
    CONSOLE = "console"
    JSON = "json"


def set_up(*, level: str, form: str) -> None:
    """Write events of this level and above to standard error; of other libraries warnings only."""
    logging.basicConfig(handlers=[_Foreign()], level=logging.WARNING, force=True)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns of every job that outlasts its interval
    structlog.configure(
        processors=_processors(Form(form)),
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def follow(settings: Log, *, volume: int, daemon: bool) -> None:
    """Log as the installation wants it; what was said on the command line counts more.

    A command typed by a person speaks plainly unless a collector is meant to read it.
    """
    form = Form(settings.format) if daemon or settings.format == "json" else Form.PLAIN
    level = LEVELS[volume] if volume or form is Form.PLAIN else settings.level
    set_up(level=level, form=form)


def _processors(form: Form) -> list[Processor]:
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        where_it_failed,
        only_allowed,
        without_addresses,
    ]
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    if form is Form.JSON:
        return [*common, stamp, structlog.processors.JSONRenderer()]
    if form is Form.CONSOLE:
        return [*common, stamp, structlog.dev.ConsoleRenderer(colors=False)]
    return [*common, in_plain_words]


def where_it_failed(_logger: object, _method: str, event: Event) -> Event:
    """Replace an exception by its class and place: its text may repeat what people wrote."""
    told = event.pop("exc_info", None)
    error = told if isinstance(told, BaseException) else sys.exc_info()[1] if told else None
    if error is not None:
        event["error"] = type(error).__name__
        event.update(_place(error.__traceback__))
    return event


def _place(trace: TracebackType | None) -> dict[str, str | int]:
    if trace is None:
        return {}
    while trace.tb_next is not None:
        trace = trace.tb_next
    return {"file": Path(trace.tb_frame.f_code.co_filename).name, "line": trace.tb_lineno}


def only_allowed(_logger: object, _method: str, event: Event) -> Event:
    """Drop every key that is not on the list, and say how many were dropped."""
    dropped = [key for key in event if key not in ALLOWED]
    for key in dropped:
        del event[key]
    if dropped:
        event["dropped"] = len(dropped)
    return event


def without_addresses(_logger: object, _method: str, event: Event) -> Event:
    """Mask e-mail addresses and telephone numbers in every text."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = _PHONE.sub("<phone>", _EMAIL.sub("<email>", value))
    return event


def in_plain_words(_logger: object, _method: str, event: Event) -> str:
    """`! connection failed: connection hubspot, step pull, reason …`"""
    mark = _MARKS.get(event.pop("level", ""), "")
    said = str(event.pop("event", "")).replace("_", " ")
    rest = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in event.items())
    return f"{mark}{said}: {rest}" if rest else f"{mark}{said}"


class _Foreign(logging.Handler):
    """What other libraries log: the constant part of their sentence, never what they put into it."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        log = structlog.get_logger()
        log.log(record.levelno, "library_warned", logger=record.name, problem=str(record.msg), exc_info=error)
