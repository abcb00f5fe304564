"""Logs on standard error: one JSON object per line for machines, readable lines on a terminal.

Our own lines come from `structlog.get_logger()`; those of the libraries (logging) go through the same formatter.
"""

import logging
import os
import sys
from pathlib import Path
from typing import TextIO

import structlog
from structlog.typing import Processor

from isnad.settings import ServiceSettings

TALKATIVE = ("aiokafka", "faust", "mode", "elastic_transport", "elasticsearch", "uvicorn.access", "asyncio", "urllib3")
"""Libraries whose information is of no use in operation; their warnings and errors are."""


_QUIET_SECONDS = 60.0
_REMEMBERED = 1000


class Repeats(logging.Filter):
    """Lets a library say the same thing once a minute: without Kafka, aiokafka has a hundred errors a second."""

    def __init__(self) -> None:
        super().__init__()
        self._said_at: dict[tuple[str, object], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is to be shown."""
        if not record.name.startswith(TALKATIVE):
            return True
        said = (record.name, record.msg)
        if record.created - self._said_at.get(said, float("-inf")) < _QUIET_SECONDS:
            return False
        if len(self._said_at) > _REMEMBERED:
            self._said_at.clear()
        self._said_at[said] = record.created
        return True


def configure(settings: ServiceSettings, service: str, stream: TextIO | None = None) -> None:
    """Set up logging for the whole process; every line names the service.

    To be called by composition roots only, once. Where standard error was closed nothing is logged.
    """
    stream = stream or sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115  for as long as the process runs
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    readable = settings.log_format == "text" or (settings.log_format == "auto" and stream.isatty())

    def name_service(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event.setdefault("service", service)
        return event

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        name_service,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if readable else "iso", utc=not readable),
        structlog.processors.StackInfoRenderer(),
    ]
    if readable:
        last: list[Processor] = [
            structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback)
        ]
    else:
        last = [
            structlog.processors.format_exc_info,
            structlog.processors.EventRenamer("message"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.addFilter(Repeats())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder(), _name_logger],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    logging.captureWarnings(capture=True)


def _name_logger(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    record = event.get("_record")
    if record is not None:
        event["logger"] = record.name
    return event
