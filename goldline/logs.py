"""Logs: lines for people on a terminal, JSON elsewhere; personal data masked unless asked for.

Whatever tells of a person stands in a field whose name begins with `pii_`, and in no other; so one rule
here keeps numbers, names and keys out of every log.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, TextIO, cast

import structlog

PERSONAL = "pii_"
MASK = "***"

Fields = MutableMapping[str, Any]


class Patient:
    """A stream whose lines may be lost: a disk that is full, or a reader that is gone, shall stop no call."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        """Write, if that can be."""
        with suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        """Hand on what was written, if that can be."""
        with suppress(OSError):
            self._stream.flush()


def set_up_logs(show_personal: bool = False, level: int = logging.INFO) -> None:
    """Send logs from `level` on to standard error, in the form that suits who reads it."""
    on_terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if show_personal else [mask_personal]),
            structlog.dev.ConsoleRenderer() if on_terminal else structlog.processors.dict_tracebacks,
            *([] if on_terminal else [structlog.processors.JSONRenderer()]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, Patient(sys.stderr))),
    )


def mask_personal(logger: object, method: str, fields: Fields) -> Fields:
    """Return the fields of a log line with personal ones masked."""
    return {name: MASK if name.startswith(PERSONAL) else value for name, value in fields.items()}
