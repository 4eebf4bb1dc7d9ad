"""Where the broker is and how it is used, for whoever reads the configuration without knowing MQTT."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """Where the broker is, who we are there, and the limits of the link.

    With a `ca_file`, or the authorities of the system (`tls` alone), the broker has to prove who it is; with
    `cert_file` and `key_file` we prove it by certificate too. `keepalive_s` after the last word a silent
    broker is taken for gone. Pauses between attempts double from the first to the longest.
    """

    host: str = "127.0.0.1"
    port: int = 1883
    tls: bool = False
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    login: str = ""
    password: str = field(default="", repr=False)
    client_id: str
    keepalive_s: int = 10
    answer_within_s: float = 5.0
    pause_first_s: float = 0.1
    pause_max_s: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """How it is told under a topic whether a program is there: `gone` is its last will."""

    topic: str
    here: bytes
    gone: bytes
    retain: bool = True
