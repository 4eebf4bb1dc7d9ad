"""What goes on, told to screens: folds fed by the front office, a feed for each topic, and who follows them.

Changes of desks are told in the engine's own turn; figures are gathered and told a few times a second, their
rows made one by one with a look at what came in between. Those who follow are woken in small groups. So
telling five hundred screens never keeps a call waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Protocol

from core.kernel.clock import Clock
from core.model.commands import DeskCommand, PopScreen
from core.model.ids import AgentId
from core.model.message import DomainEvent
from web.live.feed import Feed, Table
from web.live.holders import Holders
from web.live.topic import PER_SECOND, Fold, Topic
from web.times import moment
from web.views.frames import BeatFrame
from web.views.view import View

TICK_S = 1.0
SERVED_AT_ONCE = 4
"""Screens that are served between two looks at what came in: about a tenth of a millisecond."""


class Follower(Protocol):
    """Somebody who follows feeds."""

    def wake(self) -> None:
        """Hear that a feed has a new frame; never blocks."""
        ...

    def tick(self, now_s: float, beat: str) -> None:
        """Hear what time it is on the loop's clock, about once a second; `beat` is the frame that says so."""
        ...


class Live:
    """The live side of one site: a listener of its front office.

    `began_us` is when it began; feeds are numbered from there. Nothing is told before `start`.
    """

    def __init__(self, folds: Iterable[Fold] = (), began_us: int = 0) -> None:
        self.holders = Holders()
        self._began_us = began_us
        self._prompt: list[Fold] = []
        self._gathering: list[Fold] = []
        self._feeds: dict[tuple[str, str], Feed] = {}
        self._followers: dict[Follower, None] = {}
        self._popped_s: dict[AgentId, float] = {}
        self.on_pop: Callable[[float], None] = lambda took_s: None
        """Told how many seconds a record took from the engine's word to the screen's connection."""
        self._of_feed: dict[Feed, dict[Follower, None]] = {}
        self._to_wake: dict[Follower, None] = {}
        self._to_tick: dict[Follower, None] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._clock: Clock | None = None
        self._beat: asyncio.TimerHandle | None = None
        self._beat_at_s = 0.0
        self._figures: Iterator[None] = iter(())
        self._second: asyncio.TimerHandle | None = None
        for fold in folds:
            self.own(fold)

    def own(self, fold: Fold) -> None:
        """Let `fold` hear of everything from now on, and tell its rows."""
        at_once = any(topic.at_once for topic in fold.topics)
        (self._prompt if at_once else self._gathering).append(fold)

    def start(self, clock: Clock) -> None:
        """Begin to tell, first and at once all that there is; the loop MUST run."""
        self._clock, self._loop = clock, asyncio.get_running_loop()
        self._tell_now()
        self._tick()

    def close(self) -> None:
        """Tell nothing more."""
        for timer in (self._beat, self._second):
            if timer is not None:
                timer.cancel()
        self._loop = None

    def now_us(self) -> int:
        """Return the instant on the site's clock; 0 before the start."""
        return self._clock.now_us() if self._clock else 0

    # --- the engine's side --------------------------------------------------------------------------

    def add(self, event: DomainEvent) -> None:
        """Hear of a fact."""
        for fold in (*self._prompt, *self._gathering):
            fold.add(event)
        self._tell_soon()

    def recall(self, event: DomainEvent) -> None:
        """Learn of a fact of the past: figures are made of it, nobody is told that it happens."""
        for fold in self._gathering:
            fold.add(event)

    def show(self, command: DeskCommand) -> None:
        """Hear what an agent's screen shows."""
        if isinstance(command, PopScreen) and self._loop is not None:
            self._popped_s[command.agent_id] = self._loop.time()
        for fold in (*self._prompt, *self._gathering):
            fold.show(command)
        self._tell_soon()

    def _tell_soon(self) -> None:
        """Tell at once what has to be, and the figures when it is time again."""
        self._tell(self._prompt)
        if self._loop is not None and self._beat is None:
            self._beat = self._loop.call_at(self._beat_at_s, self._tell_figures)

    def _tell_figures(self) -> None:
        assert self._loop is not None
        now_s, every_s = self._loop.time(), 1 / PER_SECOND
        late_s = now_s - self._beat_at_s
        self._beat = None
        # A loop that was a little late makes up for it; after a pause the time begins anew.
        self._beat_at_s = now_s + every_s - (late_s if late_s < every_s / 2 else 0)
        self._end_telling()
        self._figures = self._telling(self._gathering)
        self._go_on_telling(self._figures)

    def _go_on_telling(self, figures: Iterator[None]) -> None:
        """Make one more row, let the loop look at what came in, and go on."""
        for _ in figures:
            if self._loop is not None:
                self._loop.call_soon(self._go_on_telling, figures)
            return

    def _tell_now(self) -> None:
        """Tell all figures there are, those first whose telling has begun."""
        self._end_telling()
        self._tell(self._gathering)

    def _end_telling(self) -> None:
        for _ in self._figures:
            pass

    def _tell(self, folds: Iterable[Fold]) -> None:
        for _ in self._telling(folds):
            pass

    def _telling(self, folds: Iterable[Fold]) -> Iterator[None]:
        """Tell what became of the rows of `folds`, in small steps, each feed all of it at once."""
        changed: dict[Feed, None] = {}
        for fold in folds:
            for change in fold.changes():
                feed = self.feed(change.topic, change.owner)
                feed.add(change)
                changed[feed] = None
                yield
        for feed in changed:
            if feed.tell():
                self._wake_followers(feed)
            yield

    def _tick(self) -> None:
        assert self._loop is not None
        now_us, now_s = self.now_us(), self._loop.time()
        for fold in (*self._prompt, *self._gathering):
            fold.tick(now_us)
        beat = BeatFrame(server_time=moment(now_us)).model_dump_json()
        self._to_tick = dict(self._followers)
        self._serve_some(self._to_tick, lambda follower: follower.tick(now_s, beat))
        self._tell_soon()
        self._second = self._loop.call_later(TICK_S, self._tick)

    # --- the people's side ----------------------------------------------------------------------------

    def feed(self, topic: Topic, owner: str = "") -> Feed:
        """Return the feed of a topic, that of `owner` where each agent has an own one."""
        key = (topic.name, owner)
        if key not in self._feeds:
            kind = Feed if topic.is_log else Table
            self._feeds[key] = kind(topic, self._began_us)
        return self._feeds[key]

    def shown(self, topic: Topic) -> dict[str, View]:
        """Return the rows of a topic as they were last told, without telling anything."""
        feed = self.feed(topic)
        assert isinstance(feed, Table), "a log has no rows"
        return feed.rows

    def rows(self, topic: Topic, owner: str = "") -> dict[str, View]:
        """Return the rows of a topic as of now; whoever follows is told them by this too."""
        self._tell_now()
        feed = self.feed(topic, owner)
        assert isinstance(feed, Table), "a log has no rows"
        return feed.rows

    @property
    def followers(self) -> int:
        """Return how many are connected."""
        return len(self._followers)

    def join(self, follower: Follower) -> None:
        """Let `follower` know the time."""
        self._followers[follower] = None

    def follow(self, feed: Feed, follower: Follower) -> None:
        """Wake `follower` whenever `feed` has a new frame."""
        self._of_feed.setdefault(feed, {})[follower] = None

    def unfollow(self, feed: Feed, follower: Follower) -> None:
        """Wake it for this feed no more."""
        self._of_feed.get(feed, {}).pop(follower, None)

    def leave(self, follower: Follower) -> None:
        """Forget `follower`."""
        self._followers.pop(follower, None)
        self._to_wake.pop(follower, None)
        self._to_tick.pop(follower, None)
        for followers in self._of_feed.values():
            followers.pop(follower, None)

    def desk_sent(self, agent_id: AgentId | None) -> None:
        """Hear that an agent's screen has been sent all there is: the time that a record took is told."""
        popped_s = self._popped_s.pop(agent_id, None) if agent_id else None
        if popped_s is not None and self._loop is not None:
            self.on_pop(self._loop.time() - popped_s)

    def _wake_followers(self, feed: Feed) -> None:
        followers = self._of_feed.get(feed)
        if not followers:
            return
        if feed.topic.own:  # one screen, and it may be the record of a phone that is about to ring
            for follower in followers:
                follower.wake()
            return
        if not self._to_wake and self._loop is not None:
            self._loop.call_soon(self._serve_some, self._to_wake, _wake)
        self._to_wake |= followers

    def _serve_some(self, followers: dict[Follower, None], serve: Callable[[Follower], None]) -> None:
        """Serve a few, let the loop look at what came in, and go on."""
        for follower in list(islice(followers, SERVED_AT_ONCE)):
            del followers[follower]
            serve(follower)
        if followers and self._loop is not None:
            self._loop.call_soon(self._serve_some, followers, serve)


def _wake(follower: Follower) -> None:
    follower.wake()
