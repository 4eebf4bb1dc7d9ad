"""The `[bus]` table: the MQTT broker by which other programs, and web processes apart, follow the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr

from core.kernel.errors import ConfigError
from goldline.section import Section, said
from web.bus.broker import BrokerSettings

SCHEMES = {"mqtt": 1883, "mqtts": 8883}
"""What a broker's address may begin with, and the port of each (IANA)."""
Address = Annotated[
    str,
    Field(pattern=r"^(mqtts?://[A-Za-z0-9.\-\[\]:]{1,255})?$"),
    said("mqtt://HOST[:PORT] or mqtts://HOST[:PORT], or nothing"),
]


class BusSection(Section):
    """Where the MQTT broker is and who we are there; without a `url` the bus stays in the process.

    With `mqtts` the broker proves who it is, to the authority in `ca_file` or those of the system; with
    `cert_file` and `key_file` we prove it by a certificate. Files are beside this one if not absolute.
    """

    url: Address = ""
    """The broker, such as `mqtts://broker.example.com:8883`."""
    login: str = ""
    """Who we are there, unless a certificate says it."""
    password: SecretStr = SecretStr("")
    """What proves it."""
    ca_file: str = ""
    """The authority that signed the broker's certificate; empty for those of the system."""
    cert_file: str = ""
    """Our certificate, where the broker asks for one."""
    key_file: str = ""
    """Its key."""
    token: SecretStr = SecretStr("")
    """What engine and web processes share; without it the engine takes no requests from the bus."""
    waiting_bytes_max: Annotated[int, Field(ge=65_536, le=1024**3)] = 64 * 1024**2
    """Bytes of events kept for a broker that is away; the oldest are dropped then, and counted."""


def broker_settings(section: BusSection, folder: Path, client_id: str) -> BrokerSettings:
    """Return how the program called `client_id` reaches the broker; files are looked for in `folder`."""
    scheme, _, address = section.url.partition("://")
    host, _, port = address.rpartition(":") if _has_port(address) else (address, "", "")
    return BrokerSettings(
        host=host.strip("[]"),
        port=_port(port, SCHEMES[scheme]),
        tls=scheme == "mqtts",
        ca_file=_file(section.ca_file, folder),
        cert_file=_file(section.cert_file, folder),
        key_file=_file(section.key_file, folder),
        login=section.login,
        password=section.password.get_secret_value(),
        client_id=client_id,
    )


def _has_port(address: str) -> bool:
    return address.rpartition(":")[2].isdigit() and not address.endswith("]")


def _port(text: str, usual: int) -> int:
    port = int(text or usual)
    if not 1 <= port <= 65_535:
        raise ConfigError("bus.url", port, "a port between 1 and 65535")
    return port


def _file(name: str, folder: Path) -> Path | None:
    if not name:
        return None
    file = folder / name
    if not file.is_file():
        raise ConfigError("bus", str(file), "a file that is there")
    return file
