"""The web's end of the link: feeds a front office in a process of its own as if the engine were beside it.

Whenever it has come anew, or has missed something, it greets the engine, is told how everything is, reads
from the ledger the events it does not know, and goes on from there with what the engine says. So the front
office hears every event once and in order, and the screens as they are, whoever was away meanwhile: this
process, the broker or the engine.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from enum import StrEnum
from typing import Protocol, TypeVar

import orjson
import structlog

from core.kernel import json_text
from core.kernel.clock import Clock
from core.kernel.fsm import Table
from core.kernel.record import Struct
from core.model.codec import Message, encode
from core.model.commands import ClearScreen, DeskCommand, PopScreen
from core.model.ids import AgentId
from core.model.message import DomainEvent, Event
from core.model.requests import DeskBack, DeskLost
from core.ports import DoorAnswer
from web.bus import stream
from web.bus.broker import Presence
from web.bus.engine_end import LinkSettings
from web.bus.envelope import CloudEvent, Envelopes, unsealed, unwrap
from web.bus.outbox import Outbox, Outgoing
from web.bus.screens import Screens
from web.bus.stream import GONE, HERE
from web.bus.topics import Topics
from web.front import FrontOffice, FrontSettings
from web.ports import Place

log = structlog.get_logger(__name__)

S = TypeVar("S", bound=Struct)

GREET_EVERY_S = 1.0
"""How long an engine may leave a greeting unanswered: it may come later than we."""
LEDGER_WITHIN_S = 5.0
"""How long the ledger may take to have what the engine has told: it writes within 50 ms, unless its database
is away. Then the floor is shown without what is missing, and the desks are right all the same."""
LEDGER_LOOK_S = 0.05
"""Pause between two looks into the ledger: its database tells nobody."""
REQUEST_EXPIRES_S = 5
"""After so long the broker drops a request: its asker waits no longer (`FrontSettings.patience_s`)."""
HELD_BACK_MAX = 10_000
"""Frames kept while the ledger is read; beyond, it is begun anew."""


class EventLog(Protocol):
    """The ledger as a web process reads it. Raises `OSError` or `TimeoutError` where it is away."""

    def after(self, place: Place) -> AsyncIterator[tuple[Place, DomainEvent]]:
        """Yield all events beyond `place`, of later runs too, in their order."""
        ...


class LinkState(StrEnum):
    """How far the link is."""

    AWAY = "away"
    GREETING = "greeting"
    READING = "reading"
    LIVE = "live"


class LinkTrigger(StrEnum):
    """What moves it."""

    CONNECT = "connect"
    WELCOME = "welcome"
    CATCH_UP = "catch_up"
    MISS = "miss"
    LOSE = "lose"


_S, _T = LinkState, LinkTrigger

LINK = Table[LinkState, LinkTrigger](
    name="link",
    start=LinkState.AWAY,
    rows={
        (_S.AWAY, _T.CONNECT): _S.GREETING,
        (_S.GREETING, _T.WELCOME): _S.READING,
        (_S.READING, _T.CATCH_UP): _S.LIVE,
        # A frame is missing, or the engine began a new run: as if we had just come.
        (_S.GREETING, _T.MISS): _S.GREETING,
        (_S.READING, _T.MISS): _S.GREETING,
        (_S.LIVE, _T.MISS): _S.GREETING,
        (_S.AWAY, _T.LOSE): _S.AWAY,
        (_S.GREETING, _T.LOSE): _S.AWAY,
        (_S.READING, _T.LOSE): _S.AWAY,
        (_S.LIVE, _T.LOSE): _S.AWAY,
    },
)


class WebEnd:
    """Feeds its `front` office; `place` is the last event it was fed, from which the ledger is read.

    `gaps` counts how often something was missed, `unread` the events that the ledger did not have in time.
    """

    def __init__(
        self,
        settings: LinkSettings,
        name: str,
        outbox: Outbox,
        events: EventLog,
        clock: Clock,
        place: Place,
    ) -> None:
        self.front = FrontOffice(self._ask, FrontSettings(name=name))
        self.place = place
        self.gaps = 0
        self.unread = 0
        self.state = LINK.start
        self.live = asyncio.Event()
        """Set while everything that the engine says comes through."""
        self._settings = settings
        self._name = name
        self._outbox = outbox
        self._events = events
        self._clock = clock
        self._topics = Topics(settings.site)
        self._envelopes = Envelopes(f"{settings.site}/{name}", name, settings.token)
        self._screens = Screens()
        self._desks: dict[AgentId, DeskBack] = {}
        self._run = 0
        self._next = 0
        self._held_back: deque[stream.Frame] = deque()
        self._task: asyncio.Task[None] | None = None

    @property
    def subscriptions(self) -> list[str]:
        """Return the topics by which the engine reaches us."""
        return [self._topics.status, self._topics.welcomed(self._name), self._topics.stream]

    def presence(self) -> Presence:
        """Return how the engine is told that this process is gone, and its desks with it."""

        def told(word: str) -> bytes:
            return self._envelopes.wrap(
                stream.LEFT, self._name, self._clock.now_us(), {"state": word}, sealed=True
            )

        return Presence(topic=self._topics.left(self._name), here=told(HERE), gone=told(GONE), retain=False)

    def up(self) -> None:
        """The broker is there: greet the engine."""
        self._begin(LinkTrigger.CONNECT)

    def down(self) -> None:
        """The broker is gone."""
        self._move(LinkTrigger.LOSE)
        self._stop()

    async def close(self) -> None:
        """Stop reading."""
        self._stop()

    # --- what the engine says -----------------------------------------------------------------------

    def hear(self, topic: str, payload: bytes) -> None:
        """Take what the engine says; without the seal it is somebody else."""
        if topic == self._topics.status:
            if self.state is LinkState.LIVE and not is_here(payload):
                self._begin(LinkTrigger.MISS)
            return
        event = unsealed(payload, self._settings.token)
        if event is None:
            log.warning("link_message_refused", topic=topic)
        elif topic == self._topics.stream:
            self._hear_frame(_content(event, stream.Frame))
        elif self.state is LinkState.GREETING:
            self._take_welcome(_content(event, stream.Welcome))

    def _hear_frame(self, frame: stream.Frame) -> None:
        match self.state:
            case LinkState.READING if len(self._held_back) < HELD_BACK_MAX:
                self._held_back.append(frame)
            case LinkState.READING:
                self._begin(LinkTrigger.MISS)
            case LinkState.LIVE:
                self._feed_frame(frame)
            case _:
                pass  # the welcome will tell

    def _feed_frame(self, frame: stream.Frame) -> None:
        """Feed what is new in the frame; begin anew where something before it is missing."""
        if frame.run < self._run:
            return
        if frame.run > self._run or frame.first > self._next:
            self.gaps += 1
            log.warning("link_gap", run=frame.run, first=frame.first, expected=self._next)
            self._begin(LinkTrigger.MISS)
            return
        known = self._next - frame.first
        for place, message in list(stream.messages_of(frame))[known:]:
            self._feed(message, place)
        self._next = max(self._next, frame.first + len(frame.messages))

    def _feed(self, message: Message | None, place: Place) -> None:
        match message:
            case DomainEvent():
                if place > self.place:
                    self.place = place
                    self.front.add(message)
            case DeskCommand():
                self._screens.show(message)
                self.front.show(message)
            case _ if isinstance(message, DoorAnswer):
                self.front.answer(message)
            case _:
                pass

    # --- catching up --------------------------------------------------------------------------------

    def _begin(self, trigger: LinkTrigger) -> None:
        """Greet the engine, and go on greeting until it answers."""
        self._move(trigger)
        self._stop()
        self._task = asyncio.get_running_loop().create_task(self._greet())  # det-ok: an edge

    async def _greet(self) -> None:
        while True:
            self._send(self._topics.greeted(self._name), stream.HELLO, b"{}", round(GREET_EVERY_S))
            await asyncio.sleep(GREET_EVERY_S)

    def _take_welcome(self, welcome: stream.Welcome) -> None:
        self._move(LinkTrigger.WELCOME)
        self._stop()
        self._task = asyncio.get_running_loop().create_task(self._catch_up(welcome))  # det-ok: an edge

    async def _catch_up(self, welcome: stream.Welcome) -> None:
        await self._read_ledger((welcome.run, welcome.told))
        self._run, self._next = welcome.run, welcome.next
        self._draw_screens([stream.read(raw) for raw in welcome.screens])
        self._move(LinkTrigger.CATCH_UP)
        log.info("link_live", run=welcome.run, told=welcome.told)
        for request in self._desks.values():
            self._send_request(request)
        while self._held_back and self.state is LinkState.LIVE:
            self._feed_frame(self._held_back.popleft())

    def _draw_screens(self, messages: Sequence[Message | None]) -> None:
        """Show the screens as they are now; what they showed before and do not any more is cleared."""
        commands = [message for message in messages if isinstance(message, DeskCommand)]
        shown = {(it.agent_id, it.contact_id) for it in commands if isinstance(it, PopScreen)}
        for old in list(self._screens):
            if isinstance(old, PopScreen) and (old.agent_id, old.contact_id) not in shown:
                commands.append(ClearScreen(agent_id=old.agent_id, contact_id=old.contact_id))
        for command in commands:
            self._feed(command, self.place)

    async def _read_ledger(self, until: Place) -> None:
        """Feed what the ledger has beyond `place`, waiting for it to have all up to `until`."""
        try:
            async with asyncio.timeout(LEDGER_WITHIN_S):
                await self._read_on(until)
        except OSError as error:  # TimeoutError is one
            self.unread += until[1] - (self.place[1] if self.place[0] == until[0] else 0)
            log.warning("ledger_behind", has=self.place, told=until, error=repr(error))
            self.place = until

    async def _read_on(self, until: Place) -> None:
        while True:
            async for place, event in self._events.after(self.place):
                if place > until:
                    return  # it comes on the stream too
                self._feed(event, place)
            if self.place >= until or until[1] == 0:
                return
            await asyncio.sleep(LEDGER_LOOK_S)

    # --- what the web says --------------------------------------------------------------------------

    def _ask(self, request: Event) -> None:
        """Send a request to the engine; its answer comes by the stream.

        Raises `TimeoutError` where the engine would not hear it: nothing is granted after its asker has gone.
        Which desks are open is told when it hears again, for till then it takes them for lost.
        """
        match request:
            case DeskBack():
                self._desks[request.agent_id] = request
            case DeskLost():
                self._desks.pop(request.agent_id, None)
            case _ if self.state is not LinkState.LIVE:
                raise TimeoutError("the engine is not heard")
            case _:
                pass
        if self.state is LinkState.LIVE:
            self._send_request(request)

    def _send_request(self, request: Event) -> None:
        self._send(self._topics.asked(self._name), stream.REQUEST, encode(request), REQUEST_EXPIRES_S)

    # --- small things -------------------------------------------------------------------------------

    def _move(self, trigger: LinkTrigger) -> None:
        self.state = LINK.after(self.state, trigger)
        if self.state is LinkState.LIVE:
            self.live.set()
        else:
            self.live.clear()
        if self.state is LinkState.GREETING:
            self._held_back.clear()

    def _stop(self) -> None:
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()
        self._task = None

    def _send(self, topic: str, kind: str, content: bytes, expires_s: int) -> None:
        payload = self._envelopes.wrap(kind, self._name, self._clock.now_us(), content, sealed=True)
        self._outbox.send(Outgoing(topic, payload, expires_s=expires_s))


def is_here(status: bytes) -> bool:
    """Tell whether the engine that said `status` is there."""
    event = unwrap(status)
    return event is not None and orjson.loads(bytes(event.data)).get("state") == HERE


def _content(event: CloudEvent, kind: type[S]) -> S:
    return json_text.decode(bytes(event.data), type=kind)
