"""The engine's end of the link: says to all web processes what the engine says, hears what they ask.

It is a watcher, a desk and a door of the engine, as the front office is. What it is told within one turn of
the loop goes out as one frame. A request is taken only with the seal of the token, when it is fresh, and
once: the broker may hand it over twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import orjson
import structlog

from core.kernel import json_text
from core.kernel.clock import SECOND_US, Clock
from core.kernel.errors import UnreadableRecord
from core.kernel.record import Struct, replace
from core.model.codec import decode, encode
from core.model.commands import DeskCommand
from core.model.ids import AgentId
from core.model.message import DomainEvent, Request
from core.model.requests import DeskBack, DeskLost
from core.ports import Sink
from web.bus import stream
from web.bus.envelope import CloudEvent, Envelopes, unsealed
from web.bus.outbox import Outbox, Outgoing
from web.bus.screens import Screens
from web.bus.topics import Topics
from web.front import Answer

log = structlog.get_logger(__name__)

FRAME_BYTES_MAX = 256 * 1024
"""A frame is said at this size at the latest: a broker's usual bound for one message lies far above."""
ASKED_KEPT_MAX = 10_000
"""Ids of requests that are remembered, to know one that comes twice: more than can be fresh at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSettings:
    """How the two ends know each other.

    Without the shared `token` nobody is heard and nothing is said on the link. A request older than
    `fresh_s` is void: who asked has given up by then, and it may be somebody's recording.
    """

    site: str
    token: str = field(default="", repr=False)
    fresh_s: float = 10.0


class EngineEnd:
    """Says what the engine says; `refused` counts what came without the seal, too late, or twice."""

    def __init__(self, settings: LinkSettings, run: int, outbox: Outbox, sink: Sink, clock: Clock) -> None:
        self.refused = 0
        self._settings = settings
        self._run = run
        self._outbox = outbox
        self._sink = sink
        self._clock = clock
        self._topics = Topics(settings.site)
        self._envelopes = Envelopes(f"{settings.site}/engine", f"link-{run}", settings.token)
        self._screens = Screens()
        self._told = 0
        self._said = 0
        self._frame: list[json_text.Raw] = []
        self._frame_bytes = 0
        self._frame_told = 0
        self._flush: asyncio.Handle | None = None
        self._asked: dict[str, None] = {}
        self._desks: dict[AgentId, str] = {}

    @property
    def subscriptions(self) -> list[str]:
        """Return the topics by which web processes reach the engine."""
        topics = self._topics
        return [topics.greeted(), topics.asked(), topics.left()] if self._settings.token else []

    def up(self) -> None:
        """The broker is there: web processes greet by themselves."""

    def down(self) -> None:
        """The broker is gone: what is said meanwhile waits, and no desk apart shows anything."""
        self._lose_desks(list(self._desks))

    # --- what the engine says -----------------------------------------------------------------------

    def add(self, event: DomainEvent) -> None:
        """Say a fact; it has the number that it has in the ledger."""
        self._say(encode(event))
        self._told += 1

    def show(self, command: DeskCommand) -> None:
        """Say what an agent's screen shows."""
        self._screens.show(command)
        self._say(encode(command))

    def answer(self, command: Answer) -> None:
        """Say the answer to a request; the web process that asked knows its own."""
        self._say(encode(command))

    def _say(self, message: bytes) -> None:
        if not self._settings.token:
            return
        if not self._frame:
            self._frame_told = self._told
            self._flush = asyncio.get_running_loop().call_soon(self._send_frame)
        self._frame.append(json_text.Raw(message))
        self._frame_bytes += len(message)
        self._said += 1
        if self._frame_bytes >= FRAME_BYTES_MAX:
            self._send_frame()

    def _send_frame(self) -> None:
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None
        if self._frame:
            messages = tuple(self._frame)
            first = self._said - len(messages)
            frame = stream.Frame(run=self._run, first=first, told=self._frame_told, messages=messages)
            self._frame, self._frame_bytes = [], 0
            self._send(self._topics.stream, stream.FRAME, frame)

    def _send(self, topic: str, kind: str, content: Struct) -> None:
        payload = self._envelopes.wrap(
            kind, "engine", self._clock.now_us(), json_text.encode(content), sealed=True
        )
        self._outbox.send(Outgoing(topic, payload))

    # --- what web processes say ---------------------------------------------------------------------

    def is_for(self, topic: str) -> bool:
        """Tell whether a topic is one of the link."""
        return topic.startswith(f"{self._topics.root}/link/")

    def hear(self, topic: str, payload: bytes) -> None:
        """Take a greeting, a request or a last will."""
        event = unsealed(payload, self._settings.token)
        if event is not None and topic.startswith(self._topics.left("")):
            self._let_go(event)  # a last will was written when its process came, so it is never fresh
        elif event is None or not self._is_fresh(event):
            self.refused += 1
            log.warning("link_message_refused", topic=topic)
        elif topic.startswith(self._topics.greeted("")):
            self._welcome(topic.removeprefix(self._topics.greeted("")))
        else:
            self._take(event)

    def _welcome(self, web: str) -> None:
        """Tell a web process that has come how everything is; what is said later follows in frames."""
        self._send_frame()
        screens = tuple(json_text.Raw(encode(command)) for command in self._screens)
        welcome = stream.Welcome(run=self._run, next=self._said, told=self._told, screens=screens)
        self._send(self._topics.welcomed(web), stream.WELCOME, welcome)

    def _take(self, event: CloudEvent) -> None:
        try:
            request = decode(bytes(event.data))
        except UnreadableRecord as error:
            log.warning("link_request_unreadable", error=str(error))
            return
        match request:
            case DeskBack():
                self._desks[request.agent_id] = event.subject
            case DeskLost() if self._desks.get(request.agent_id, event.subject) != event.subject:
                return  # the page has found another web process before this one noticed
            case DeskLost():
                self._desks.pop(request.agent_id, None)
            case Request():
                pass
            case _:
                return
        self._sink(replace(request, at_us=self._clock.now_us()))

    def _let_go(self, event: CloudEvent) -> None:
        """Take the desks of a web process that is gone for lost."""
        if orjson.loads(bytes(event.data)).get("state") == stream.GONE:
            self._lose_desks([agent_id for agent_id, web in self._desks.items() if web == event.subject])

    def _lose_desks(self, agent_ids: Sequence[AgentId]) -> None:
        for agent_id in agent_ids:
            del self._desks[agent_id]
            self._sink(DeskLost(at_us=self._clock.now_us(), agent_id=agent_id))

    def _is_fresh(self, event: CloudEvent) -> bool:
        """Tell whether the message was written just now and has not come before."""
        try:
            written_us = datetime.fromisoformat(event.time).timestamp() * SECOND_US
        except ValueError:
            return False
        name = f"{event.source} {event.id}"
        age_us = abs(self._clock.now_us() - written_us)
        if age_us > self._settings.fresh_s * SECOND_US or name in self._asked:
            return False
        self._asked[name] = None
        if len(self._asked) > ASKED_KEPT_MAX:
            del self._asked[next(iter(self._asked))]
        return True
