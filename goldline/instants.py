"""Instants as people write them on a command line."""

from __future__ import annotations

from datetime import UTC, datetime

from core.kernel.clock import microseconds
from core.kernel.errors import ConfigError


def instant_us(option: str, text: str) -> int:
    """Return the instant that was given for `option`; without a zone it is of UTC."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(option, text, "an instant such as 2026-11-23T09:00-05:00") from None
    instant = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant
    return microseconds(instant.timestamp())
