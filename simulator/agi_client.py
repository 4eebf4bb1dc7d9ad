"""The FastAGI side of the simulated Asterisk: it connects out to the engine for one channel.

One `AgiClient` is one `AGI(agi://...)` line of the dialplan being run. Edge file: the socket is here, the
commands are in `simulator.agi_commands`, and what happens afterwards is the dialplan's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

from cti.agi.wire import encode_environment
from simulator.agi_commands import AgiConversation
from simulator.ami_text import ASTERISK_VERSION
from simulator.channel import Channel
from simulator.pbx import Exchange

AGI_PORT = 4573
LINE_BYTES_MAX = 8_192
"""A longer line is read as two commands by Asterisk; here it ends the script."""


class AgiClient(asyncio.Protocol):
    """One script's hold on one channel; `ended(channel)` is called when the socket is gone."""

    def __init__(
        self,
        exchange: Exchange,
        channel: Channel,
        url: str,
        arguments: tuple[str, ...],
        missing: frozenset[str],
        ended: Callable[[Channel], None],
    ) -> None:
        self._channel = channel
        self._url = url
        self._arguments = arguments
        self._ended = ended
        self._rest = b""
        self._transport: asyncio.Transport | None = None
        self._conversation = AgiConversation(exchange, channel, self._write, missing)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the environment: the script is running."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._write(encode_environment(environment(self._channel, self._url, self._arguments)))
        if self._channel.ended or self._channel.bridge is not None:
            self._conversation.leave()

    def data_received(self, data: bytes) -> None:
        """Take command lines of the script."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._conversation.take(line.decode("utf-8", "replace").removesuffix("\r"))
        if len(self._rest) > LINE_BYTES_MAX:
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let the dialplan go on: the script is over."""
        self._transport = None
        self._ended(self._channel)

    def leave(self) -> None:
        """Tell the script that its channel left; the script is expected to close."""
        self._conversation.leave()

    def close(self) -> None:
        """Drop the connection."""
        if self._transport is not None:
            self._transport.close()

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)


def address_of(url: str) -> tuple[str, int]:
    """Return host and port of `agi://host:port/path`."""
    parts = urlsplit(url)
    return parts.hostname or "127.0.0.1", parts.port or AGI_PORT


def environment(channel: Channel, url: str, arguments: tuple[str, ...]) -> dict[str, str]:
    """Return what Asterisk tells a script of its channel, with the URL's path as the script's name."""
    values = {
        "agi_network": "yes",
        "agi_network_script": urlsplit(url).path.removeprefix("/"),
        "agi_request": url,
        "agi_channel": channel.name,
        "agi_language": channel.language,
        "agi_type": channel.address.partition("/")[0],
        "agi_uniqueid": channel.uniqueid,
        "agi_version": ASTERISK_VERSION,
        "agi_callerid": channel.caller_number or "unknown",
        "agi_calleridname": channel.caller_name or "unknown",
        "agi_callingpres": "0",
        "agi_callingani2": "0",
        "agi_callington": "0",
        "agi_callingtns": "0",
        "agi_dnid": channel.dialed_number or "unknown",
        "agi_rdnis": "unknown",
        "agi_context": channel.context,
        "agi_extension": channel.exten,
        "agi_priority": str(channel.priority),
        "agi_enhanced": "0.0",
        "agi_accountcode": "",
        "agi_threadid": "1",
    }
    numbered = {f"agi_arg_{place}": text for place, text in enumerate(arguments, start=1)}
    return values | numbered
