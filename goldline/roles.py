"""Which part of the program a process is."""

from __future__ import annotations

from enum import StrEnum


class ServeRole(StrEnum):
    """What `goldline serve` serves: all in one process, or engine and web side in one each, over the bus."""

    ALL = "all"
    ENGINE = "engine"
    WEB = "web"
