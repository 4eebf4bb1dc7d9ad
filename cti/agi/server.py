"""The socket edge of FastAGI: Asterisk connects to us, once for each caller in a dialogue.

FastAGI has neither encryption nor a login, so the server binds to loopback unless told otherwise and asks
for a token in the path: `agi://host:port/TOKEN/caller`. A connection with another path is closed and
counted, as is one that talks too long or too slowly before it says who it is. What a dialogue does is
none of this file's business: it hands each accepted `AgiLink` to one callback.
"""

from __future__ import annotations

import asyncio
import hmac
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import structlog

from core.kernel.errors import ConfigError, InvariantBroken
from cti.agi.session import AgiEvent, AgiSession, Ended, Ending, OnReply, Opened, Replied
from cti.agi.wire import ENVIRONMENT_MAX_BYTES

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")
_TOKEN_BEARERS = ("agi_network_script", "agi_request")

REMIND_FIRST_S = 0.04
"""A mark is answered within a few milliseconds, unless Asterisk overlooked it."""
REMIND_MAX_S = 1.0
"""A recording or a spoken number cannot be cut; each reminder meanwhile is one more line to answer."""

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class AgiSettings:
    """Where FastAGI listens, for whom, and how much it bears."""

    host: str = "127.0.0.1"
    port: int = 4573
    """4573 is FastAGI's own; 0 takes any free port."""
    token: str = field(repr=False)
    links_max: int = 2_000
    """Callers in a dialogue at once; each holds one file descriptor."""
    environment_max_bytes: int = ENVIRONMENT_MAX_BYTES
    environment_timeout_s: float = 5.0
    """Asterisk sends its environment within a millisecond of connecting."""

    def __post_init__(self) -> None:
        if not _TOKEN.fullmatch(self.token):
            raise ConfigError("agi.token", "a secret", "allowed are 16 to 128 of A-Z a-z 0-9 _ -")

    @property
    def path(self) -> str:
        """Return the path Asterisk must ask for, secret as the token."""
        return f"{self.token}/caller"


class Verdict(StrEnum):
    """What became of a connection at the door."""

    ACCEPTED = "accepted"
    WRONG_TOKEN = "wrong_token"
    TOO_MANY = "too_many"
    TOO_SLOW = "too_slow"
    UNREADABLE = "unreadable"


Accept = Callable[["AgiLink"], None]
OnEnded = Callable[[Ending], None]


class AgiServer:
    """Listen for Asterisk and give each proven connection to `accept`."""

    def __init__(self, settings: AgiSettings, accept: Accept) -> None:
        self._settings = settings
        self._accept = accept
        self._links: dict[AgiLink, None] = {}
        self._listener: asyncio.Server | None = None
        self._all_gone = asyncio.Event()
        self.verdicts: Counter[Verdict] = Counter()

    async def start(self) -> None:
        """Begin to listen; raise `OSError` when the address is taken."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._new_link, self._settings.host, self._settings.port)

    async def stop(self) -> None:
        """Stop listening and close every link; their dialplans go on. Return when the last one is gone."""
        if self._listener is not None:
            self._listener.close()
        for link in [*self._links]:
            link.close()
        if self._links:
            await self._all_gone.wait()

    @property
    def url(self) -> str:
        """Return the address for the dialplan's AGI line, secret as the token in it; only once started."""
        if self._listener is None:
            raise InvariantBroken("the FastAGI server was asked for its address before it listens")
        port = self._listener.sockets[0].getsockname()[1]
        return f"agi://{self._settings.host}:{port}/{self._settings.path}"

    def _new_link(self) -> AgiLink:
        return AgiLink(self._settings, self)

    def admit(self, link: AgiLink, path: str) -> None:
        """Give a link that told its environment to `accept`, or close it where its path is not ours."""
        if not hmac.compare_digest(path.encode(), self._settings.path.encode()):
            self.refuse(link, Verdict.WRONG_TOKEN)
            return
        self.verdicts[Verdict.ACCEPTED] += 1
        self._accept(link)

    def refuse(self, link: AgiLink, verdict: Verdict) -> None:
        """Count and close a link that does not get in."""
        self.verdicts[verdict] += 1
        log.warning("FastAGI connection refused", verdict=verdict.value, peer=link.peer)
        link.close()

    def enter(self, link: AgiLink) -> None:
        """Count a new connection in; too many are turned away at once."""
        self._all_gone.clear()
        self._links[link] = None
        if len(self._links) > self._settings.links_max:
            self.refuse(link, Verdict.TOO_MANY)

    def leave(self, link: AgiLink) -> None:
        """Forget a connection that is gone."""
        del self._links[link]
        if not self._links:
            self._all_gone.set()


class AgiLink(asyncio.Protocol):
    """The connection of one channel that Asterisk put into our hands."""

    def __init__(self, settings: AgiSettings, server: AgiServer) -> None:
        self._server = server
        self._agi = AgiSession(settings.environment_max_bytes)
        self._patience_s = settings.environment_timeout_s
        self._patience: asyncio.TimerHandle | None = None
        self._reminder: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None
        self._on_ended: OnEnded | None = None
        self.environment: Mapping[str, str] = {}

    # --- for the one who talks with the caller ---

    def when_ended(self, on_ended: OnEnded) -> None:
        """Call `on_ended` once when the conversation is over, whoever ended it."""
        self._on_ended = on_ended

    @property
    def idle(self) -> bool:
        """Tell whether a command sent now would be carried out at once."""
        return self._agi.idle

    def send(self, command: bytes, on_reply: OnReply) -> None:
        """Send `command` after those before it; `on_reply` gets its reply (see `AgiSession.send`)."""
        self._agi.send(command, on_reply)
        self._flush()

    def cut(self) -> None:
        """Cut the command under way short where its kind allows, and forget those that wait."""
        self._agi.cut()
        self._flush()
        self._remind_later(REMIND_FIRST_S)

    def close(self) -> None:
        """End the conversation and close the socket: the dialplan goes on at once."""
        self._deliver(self._agi.close())

    @property
    def peer(self) -> str:
        """Return the far address, for the log."""
        return str(self._transport.get_extra_info("peername")) if self._transport else ""

    # --- for asyncio ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin: asyncio has a connection."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        loop = asyncio.get_running_loop()
        self._patience = loop.call_later(self._patience_s, self._lose_patience)
        self._server.enter(self)

    def data_received(self, data: bytes) -> None:
        """Take what Asterisk sent."""
        self._deliver(self._agi.receive(data))

    def connection_lost(self, exc: Exception | None) -> None:
        """Take that the connection is gone, by whatever cause."""
        self._deliver(self._agi.receive_eof())
        self._server.leave(self)

    def _deliver(self, events: list[AgiEvent]) -> None:
        self._flush()
        for event in events:
            match event:
                case Opened(environment):
                    self._open(environment.values)
                case Replied(on_reply, reply):
                    on_reply(reply)
                case Ended(ending):
                    self._end(ending)

    def _open(self, values: Mapping[str, str]) -> None:
        self._calm()
        self.environment = {name: text for name, text in values.items() if name not in _TOKEN_BEARERS}
        self._server.admit(self, values.get("agi_network_script", ""))

    def _end(self, ending: Ending) -> None:
        if self._patience is not None and ending is Ending.BROKEN:
            self._server.refuse(self, Verdict.UNREADABLE)
        self._calm()
        self._forget_reminder()
        self._hang_up()
        if self._on_ended is not None:
            self._on_ended(ending)

    def _hang_up(self) -> None:
        if self._transport is None:
            return
        if self._transport.get_write_buffer_size():
            # The far side has stopped reading: waiting for it could last for ever.
            self._transport.abort()
        else:
            self._transport.close()

    def _remind_later(self, delay_s: float) -> None:
        """See to it that a mark Asterisk has read and not noticed is answered (see `AgiSession.remind`)."""
        self._forget_reminder()
        if self._agi.cutting:
            loop = asyncio.get_running_loop()
            self._reminder = loop.call_later(delay_s, self._remind, delay_s)

    def _forget_reminder(self) -> None:
        if self._reminder is not None:
            self._reminder.cancel()
            self._reminder = None

    def _remind(self, delay_s: float) -> None:
        self._agi.remind()
        self._flush()
        self._remind_later(min(2 * delay_s, REMIND_MAX_S))

    def _lose_patience(self) -> None:
        self._server.refuse(self, Verdict.TOO_SLOW)

    def _calm(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _flush(self) -> None:
        if (outgoing := self._agi.bytes_to_send()) and self._transport is not None:
            self._transport.write(outgoing)
