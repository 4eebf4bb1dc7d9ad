"""Instants as people and programs outside read them: UTC, where the engine counts microseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(at_us: int) -> datetime:
    """Return the instant, to the microsecond: no float is on the way."""
    return _EPOCH + timedelta(microseconds=at_us)


def moment_if(at_us: int) -> datetime | None:
    """Return the instant, None for 0, which stands for none."""
    return moment(at_us) if at_us else None
