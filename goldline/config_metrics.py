"""The `[metrics]` table: who may look at how the program does, and where."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from goldline.section import Port, Section, said
from web.ops.monitors import LOOPBACK, Monitors


def _is_network(text: str) -> str:
    ip_network(text)
    return text


NetworkName = Annotated[
    str, AfterValidator(_is_network), said("a network or an address, such as 10.20.0.0/16")
]


class MetricsSection(Section):
    """Who may see metrics, and where an engine that runs apart tells them and its health."""

    host: str = "127.0.0.1"
    """The address to listen on, of an engine that runs apart."""
    port: Port = 8083
    """The port; an engine with its pages tells them at theirs."""
    networks: tuple[NetworkName, ...] = tuple(map(str, LOOPBACK))
    """From where metrics, and what is missing to be ready, may be seen without a token."""
    token: SecretStr = SecretStr("")
    """What is shown from elsewhere, as `Authorization: Bearer ...`; without it, nothing is told there."""
    by_agent: bool = False
    """Whether metrics name agents: as many more lines as there are agents, and people can be told apart."""


def monitors_of(section: MetricsSection) -> Monitors:
    """Return who may look."""
    return Monitors(networks=tuple(map(ip_network, section.networks)), token=section.token.get_secret_value())
