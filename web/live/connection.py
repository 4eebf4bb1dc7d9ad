"""One screen or program on the live connection: what it follows, how far it has been told, what it asks.

    -> {"subscribe": ["desk", "queues"], "since": {"queues": 17}, "screen": "tab-5f2"}
    -> {"unsubscribe": ["queues"]}
    -> {"take_over": true}

It keeps no frames of its own but a number for each feed, and reads on from there: who reads slowly is told
newer figures, not more of them. Nobody may miss what is told at once, nor hold a frame back for long: such a
connection is closed with 1013, and whoever it was comes back and is told how things stand.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import suppress

import structlog
from pydantic import ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from core.model.ids import OfferId
from web.live.feed import Feed
from web.live.live import Live
from web.live.topic import DESK, TOPICS, Topic
from web.roles import Caller
from web.times import moment
from web.views.frames import CallerView, HeldElsewhereFrame, RefusedFrame, WelcomeFrame, WishFrame
from web.views.view import View

log = structlog.get_logger()

TRY_AGAIN_LATER = 1013
"""With this code somebody is let go who does not read what is sent (RFC 6455, section 7.4)."""
SENDING_MAX_S = 5.0
"""How long one frame may take to be sent: a screen that lives takes milliseconds."""
CLOSING_MAX_S = 2.0
BEAT_S = 2.0
"""How often the time is told: pages call what they hear nothing about for five seconds stale, and a
demonstration's clock runs fast.
"""
NOTES_MAX = 100
"""Answers to its own wishes that wait for a connection to read them."""

NEVER = -1
"""The number of who was told nothing yet."""


class Connection:
    """Serves one connection that was accepted, until it ends."""

    def __init__(self, socket: WebSocket, caller: Caller, live: Live) -> None:
        self.screen = ""
        self._socket = socket
        self._caller = caller
        self._live = live
        self._told: dict[Feed, int] = {}
        self._notes: deque[str] = deque()
        self._news = asyncio.Event()
        self._sending = False
        self._sent_at_s = self._beat_at_s = asyncio.get_running_loop().time()
        self._let_go: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def serve(self) -> None:
        """Tell what is asked for, until the other side leaves or has to."""
        self._note(WelcomeFrame(server_time=moment(self._live.now_us()), caller=_about(self._caller)))
        self._live.join(self)
        loop = asyncio.get_running_loop()
        both = loop.create_task(self._read()), loop.create_task(self._write())  # det-ok: an edge
        try:
            await asyncio.wait((*both, self._let_go), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in both:
                each.cancel()
            for error in await asyncio.gather(*both, return_exceptions=True):
                if isinstance(error, Exception) and not isinstance(error, WebSocketDisconnect):
                    log.error("live_connection_failed", error=repr(error))
            self._live.leave(self)
            self._let_go_of_desk()
        if self._let_go.done():
            await self._close(self._let_go.result())

    async def _close(self, why: str) -> None:
        with suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
            async with asyncio.timeout(CLOSING_MAX_S):
                await self._socket.close(TRY_AGAIN_LATER, why)

    # --- told by the live side ----------------------------------------------------------------------

    def wake(self) -> None:
        """Look at the feeds soon."""
        self._news.set()

    def tick(self, now_s: float, beat: str) -> None:
        """Let go of whoever does not read; tell the others what time it is, by the frame `beat`."""
        if self._sending:
            if now_s - self._sent_at_s > SENDING_MAX_S:
                self._end("you did not read what was sent")
        elif now_s - self._beat_at_s >= BEAT_S:
            self._beat_at_s = now_s
            self._say(beat)

    def lose_desk(self, since_us: int) -> None:
        """Show the desk no more: another screen does."""
        self._drop(DESK)
        self._note(HeldElsewhereFrame(since=moment(since_us)))

    # --- what it asks -----------------------------------------------------------------------------------

    async def _read(self) -> None:
        while (message := await self._socket.receive())["type"] != "websocket.disconnect":
            try:
                wish = WishFrame.model_validate_json(message.get("text") or b"")
            except ValidationError:
                self._note(RefusedFrame(code="unreadable"))
            else:
                self._grant(wish)

    def _grant(self, wish: WishFrame) -> None:
        self.screen = wish.screen or self.screen
        for name in wish.unsubscribe:
            if name in TOPICS:
                self._drop(TOPICS[name])
        for name in wish.subscribe:
            self._subscribe(name, wish.since.get(name, NEVER), take_over=wish.take_over)
        if wish.take_over and DESK.name not in wish.subscribe:
            self._subscribe(DESK.name, NEVER, take_over=True)
        if wish.seen and self._caller.agent_id is not None:
            self._live.holders.see(self._caller.agent_id, self, OfferId(wish.seen))

    def _subscribe(self, name: str, since: int, *, take_over: bool) -> None:
        topic = TOPICS.get(name)
        if topic is None:
            self._note(RefusedFrame(code="unknown_topic", what=name))
        elif not topic.is_for(self._caller):
            self._note(RefusedFrame(code="role_missing", what=name))
        elif topic is not DESK or self._holds_desk(take_over):
            owner = self._caller.agent_id if topic.own else None
            self._follow(self._live.feed(topic, owner or ""), since)

    def _holds_desk(self, take_over: bool) -> bool:
        """Hold the desk of the caller; say so where another screen does."""
        agent_id = self._caller.agent_id
        assert agent_id is not None, "the topic is for agents alone"
        held_us = self._live.holders.hold(agent_id, self, self._live.now_us(), take_over=take_over)
        if held_us is not None:
            self._note(HeldElsewhereFrame(since=moment(held_us)))
        return held_us is None

    def _follow(self, feed: Feed, since: int) -> None:
        self._told[feed] = since if feed.since(since) is not None else NEVER
        self._live.follow(feed, self)
        self.wake()

    def _drop(self, topic: Topic) -> None:
        for feed in [feed for feed in self._told if feed.topic is topic]:
            del self._told[feed]
            self._live.unfollow(feed, self)
        if topic is DESK:
            self._let_go_of_desk()

    def _let_go_of_desk(self) -> None:
        if self._caller.agent_id is not None:
            self._live.holders.let_go(self._caller.agent_id, self)

    # --- what it is told ----------------------------------------------------------------------------------

    async def _write(self) -> None:
        loop, send = asyncio.get_running_loop(), self._socket.send_text
        while True:
            await self._news.wait()
            self._news.clear()
            for frame in self._due():
                self._sending, self._sent_at_s = True, loop.time()
                await send(frame)
                self._sending = False

    def _due(self) -> Iterator[str]:
        """Yield the frames that are due, as of when each is asked for."""
        while self._notes:
            yield self._notes.popleft()
        for feed in tuple(self._told):
            told = self._told.get(feed, feed.seq)
            if told == feed.seq:
                continue
            frames = feed.since(told)
            if frames is None and told != NEVER and feed.topic.at_once:
                self._end("you missed what nobody may miss")
                return
            self._told[feed] = feed.seq
            yield from [feed.snapshot()] if frames is None else frames
            if feed.topic.own:
                self._live.desk_sent(self._caller.agent_id)

    def _note(self, note: View) -> None:
        self._say(note.model_dump_json())

    def _say(self, frame: str) -> None:
        if len(self._notes) >= NOTES_MAX:
            self._end("you did not read what you were answered")
            return
        self._notes.append(frame)
        self.wake()

    def _end(self, why: str) -> None:
        if not self._let_go.done():
            self._let_go.set_result(why)


def _about(caller: Caller) -> CallerView:
    roles = tuple(sorted(caller.roles))
    return CallerView(login=caller.login, name=caller.name, roles=roles, agent_id=caller.agent_id)
