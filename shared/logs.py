"""structlog for every service: JSON lines in containers, readable lines in a terminal.

Document, tenant, stage, attempt, trace and consumer are bound to the context of a job's task, so that every line of a
job carries them (`Job.log_fields`); each JSON line also has the service and its version.
"""

import logging
import sys
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any, ClassVar, Literal

import structlog

from shared.settings import Settings, setting
from shared.version import VERSION

# Without local variables: they would write what people uploaded, and secrets, into the logs.
_TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=20)
)


_job_fields: ContextVar[Callable[[], Mapping[str, Any]] | None] = ContextVar("job_fields", default=None)


def bind_to_task(fields: Callable[[], Mapping[str, Any]]) -> None:
    """Give every line of this task the fields that `fields` returns. It is asked when a line is written; binding each
    field by itself takes longer than all else that a job's log does where no line is."""
    _job_fields.set(fields)


def add_task_fields(_logger: Any, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """The processor that adds them."""
    if fields := _job_fields.get():
        for name, value in fields().items():
            event.setdefault(name, value)
    return event


class LogSettings(Settings):
    group: ClassVar[str] = "Logs"
    log_format: Literal["auto", "json", "text"] = setting(
        "auto", "json for machines, text for people; auto is text when standard error is a terminal."
    )
    log_level: Literal["debug", "info", "warning", "error"] = setting("info", "Least severe lines that are written.")


def configure_logging(service: str, settings: LogSettings | None = None) -> None:
    """Set up structlog and the standard library's logging for this process.

    Args:
        service: name on every line.
        settings: instead of the environment's.
    """
    settings = settings or LogSettings.load()
    text = settings.log_format == "text" or (settings.log_format == "auto" and sys.stderr.isatty())
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        add_task_fields,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if text else "iso", utc=not text),
        structlog.processors.StackInfoRenderer(),
    ]
    last: list[structlog.types.Processor] = (
        [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
        if text
        else [_TRACEBACKS, structlog.processors.JSONRenderer()]
    )
    level = getattr(logging, settings.log_level.upper())
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(service=service)
    if not text:
        # During an upgrade both versions write into the same log.
        structlog.contextvars.bind_contextvars(version=VERSION)
    # Libraries that use the standard library's logging come out in the same form.
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)


def get_logger(name: str) -> structlog.types.FilteringBoundLogger:
    """A logger whose lines carry `name` as ``source``; ``logger`` is a parameter of structlog's own and would clash."""
    logger: structlog.types.FilteringBoundLogger = structlog.get_logger(source=name)
    return logger
