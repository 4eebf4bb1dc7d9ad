"""One way to play a telephony story to a `Pbx` port, whatever telephone system stands behind it.

A `Line` is the port under test, everything it told, and the people around it: callers who go through a
script of `tests.services.sipp` and phones that answer, refuse or ring on. On the simulated lines the
people are played by the exchange, on the real one by sipp. Stories wait for events, never for time.
"""

from __future__ import annotations

import asyncio
import heapq
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from typing import TypeVar

import pytest

from core.kernel.clock import SECOND_US, Clock
from core.model.events import DialogueOpened, LegEvent, PbxSynced
from core.model.ids import LegId
from core.model.message import Event
from core.ports import Pbx, Scheduler
from cti.agi.server import AgiSettings
from cti.ami.link import AmiSettings
from cti.asterisk.adapter import AsteriskPbx, AsteriskSettings
from cti.asterisk.dialogue import DialogueSettings
from goldline.wall_clock import WallClock
from simulator.ami_server import Account, AmiServer
from simulator.channel import Channel, ChannelState
from simulator.dialplan import DialplanSettings
from simulator.listener import PbxListener
from simulator.pbx import Exchange
from simulator.phones import PhoneBook, Reach, Voice, always
from simulator.port import SimPbx
from tests.services.ami_observer import AmiObserver
from tests.services.asterisk import OBSERVER, OBSERVER_SECRET, RealAsterisk
from tests.services.cable import Cable
from tests.services.ears import Ears
from tests.services.loop_time import LoopTime
from tests.services.ports import free_tcp_port
from tests.services.sipp import BUSY, DECLINES, FIRST_WORD_MS, STAY, Callers, Phones, Step, Wait

CONGESTED = "503 Service Unavailable"
NOT_FOUND = "404 Not Found"
BLOCKED = "608 Rejected"
DIALED = "5551000"
LIMIT_S = 15
"""Of the wall, or of virtual time."""
SPEED = 5.0
"""Simulated seconds in one over TCP: what takes a socket 2 ms seems to take 10."""
SECRET = "only-for-this-test"
MS_US = 1_000

ON_TCP = pytest.param("tcp", marks=pytest.mark.slow)
ON_ASTERISK = pytest.param("asterisk", marks=[pytest.mark.asterisk, pytest.mark.slow])

E = TypeVar("E", bound=Event)


class Line(ABC):
    """A telephone system behind its port, and the people around it."""

    pbx: Pbx

    def __init__(self) -> None:
        self.told: list[Event] = []
        self._numbers = count(5_550_001)

    def hear(self, event: Event) -> None:
        """Keep what the port tells: its sink."""
        self.told.append(event)

    @abstractmethod
    def dial_in(self, number: str, name: str, steps: Sequence[Step]) -> None:
        """Let somebody call `DIALED`, go through `steps` from the answer on, and hang up."""

    @abstractmethod
    def phone(
        self,
        extension: str,
        *,
        ring_ms: int | None = 0,
        talk_ms: int | None = None,
        refusal: str = "",
        speaks_ms: int = 0,
        picks_up: bool = False,
    ) -> None:
        """Put a phone at `extension`; the words are those of `tests.services.sipp.Phones`."""

    @abstractmethod
    async def hearing_phone(self, extension: str, *, speaks_ms: int = 0) -> None:
        """Put a phone at `extension` that answers at once and whose end of the line can be listened to."""

    @abstractmethod
    async def is_loud_at(self, extension: str) -> bool:
        """Tell whether somebody is heard speaking at that phone from now on."""

    @abstractmethod
    async def keys_heard(self, leg_id: LegId, count: int) -> str:
        """Return the keys that a caller has heard, once there are so many."""

    @abstractmethod
    async def come_true(self, condition: Callable[[], bool]) -> None:
        """Let time pass until `condition` holds; raise `TimeoutError` if it never does."""

    @abstractmethod
    async def replace_engine(self) -> None:
        """Let the port go without a word and open another one, as after a crash; `told` begins anew."""

    async def caller(self, *steps: Step, name: str = "") -> DialogueOpened:
        """Let somebody call who goes through `steps`, and wait until the engine has them in hand."""
        number = str(next(self._numbers))
        self.dial_in(number, name, steps or STAY)
        return await self.wait_for(DialogueOpened, caller_number=number)

    async def wait_for(self, kind: type[E], *, since: int = 0, **wanted: object) -> E:
        """Return the first `kind` with the `wanted` fields after the first `since` events."""
        matching = partial(self.all_of, kind, since=since, **wanted)
        await self.come_true(lambda: bool(matching()))
        return matching()[0]

    def all_of(self, kind: type[E], *, since: int = 0, **wanted: object) -> list[E]:
        """Return every `kind` told until now with the `wanted` fields."""
        return [
            event
            for event in self.told[since:]
            if isinstance(event, kind) and all(getattr(event, name) == wanted[name] for name in wanted)
        ]

    def about(self, leg_id: str) -> list[type[Event]]:
        """Return the kinds of what was told about the leg, in order."""
        return [type(event) for event in self.told if isinstance(event, LegEvent) and event.leg_id == leg_id]


class SimulatedLine(Line, PbxListener):
    """A line whose people the exchange plays."""

    def __init__(self, scheduler: Scheduler) -> None:
        super().__init__()
        self._book = PhoneBook()
        self.exchange = Exchange(scheduler, self._book)
        self.exchange.watch(self)
        self._scripts: dict[Channel, Sequence[Step]] = {}
        self._talk_ms: dict[str, int] = {}

    def dial_in(self, number: str, name: str, steps: Sequence[Step]) -> None:
        channel = self.exchange.call_in(caller_number=number, caller_name=name, dialed_number=DIALED)
        self._scripts[channel] = steps

    def phone(
        self,
        extension: str,
        *,
        ring_ms: int | None = 0,
        talk_ms: int | None = None,
        refusal: str = "",
        speaks_ms: int = 0,
        picks_up: bool = False,
    ) -> None:
        address = f"PJSIP/{extension}"
        rings_on = ring_ms is None or picks_up
        reach = Reach.IGNORE if rings_on else _REACHES[refusal]
        voice = Voice(silent_us=FIRST_WORD_MS * MS_US, speaks_us=speaks_ms * MS_US)
        self._book.add(address, always(reach, (ring_ms or 0) * MS_US, voice))
        if talk_ms is not None:
            self._talk_ms[address] = talk_ms

    async def hearing_phone(self, extension: str, *, speaks_ms: int = 0) -> None:
        self.phone(extension, speaks_ms=speaks_ms)

    async def is_loud_at(self, extension: str) -> bool:
        channels = self.exchange.channels.values()
        channel = next(each for each in channels if each.address == f"PJSIP/{extension}")
        return any(voice.voice.speaks_us for voice in self.exchange.voices(channel))

    async def keys_heard(self, leg_id: LegId, count: int) -> str:
        channel = self.exchange.channels[leg_id]
        await self.come_true(lambda: len(channel.keys_heard) >= count)
        return channel.keys_heard

    def state_changed(self, channel: Channel) -> None:
        if channel.state is ChannelState.UP and channel in self._scripts:
            self._play(channel, self._scripts.pop(channel))
        elif channel.state is ChannelState.UP and channel.address in self._talk_ms:
            self._play(channel, [Wait(self._talk_ms[channel.address])])

    def _play(self, channel: Channel, steps: Sequence[Step]) -> None:
        after_us = 0
        for step in steps:
            if isinstance(step, Wait):
                after_us += step.ms * MS_US
            else:
                self.exchange.after(after_us, partial(self.exchange.press, channel, step.key))
        self.exchange.after(after_us, partial(self.exchange.leave, channel))


_REACHES = {
    "": Reach.ANSWER,
    BUSY: Reach.BUSY,
    DECLINES: Reach.REJECT,
    CONGESTED: Reach.CONGESTED,
    NOT_FOUND: Reach.NOT_FOUND,
    BLOCKED: Reach.BLOCKED,
}


class VirtualLine(SimulatedLine):
    """`SimPbx` in virtual time, which jumps from one thing to do to the next."""

    def __init__(self) -> None:
        self._now_us = 1_000 * SECOND_US
        self._agenda: list[tuple[int, int, Callable[[], None]]] = []
        self._asked = count()
        super().__init__(self)
        self._open()

    def _open(self) -> None:
        self._port = SimPbx(self.exchange, self.hear)
        self.pbx = self._port
        self._port.start()

    async def replace_engine(self) -> None:
        self._port.stop()
        self.told.clear()
        self._open()

    def now_us(self) -> int:
        return self._now_us

    def call_at(self, at_us: int, action: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (at_us, next(self._asked), action))

    async def come_true(self, condition: Callable[[], bool]) -> None:
        limit_us = self._now_us + LIMIT_S * SECOND_US
        while not condition():
            if not self._agenda or self._agenda[0][0] > limit_us:
                raise TimeoutError(self.told)
            self._now_us, _, action = heapq.heappop(self._agenda)
            action()


class WireLine(Line):
    """The Asterisk adapter, whatever is at the far end of its sockets; `cable` carries AMI."""

    cable: Cable
    agi: AgiSettings
    username: str
    secret: str
    phones: str
    phones_secret: str
    recordings: str

    def __init__(self) -> None:
        super().__init__()
        self._news = asyncio.Event()

    def hear(self, event: Event) -> None:
        super().hear(event)
        self._news.set()

    @property
    @abstractmethod
    def clock(self) -> Clock:
        """What stamps the events."""

    async def open(self) -> None:
        """Connect an adapter and wait until it is up."""
        settings = AsteriskSettings(
            ami=AmiSettings(port=self.cable.port, username=self.username, secret=self.secret),
            phones=AmiSettings(port=self.cable.port, username=self.phones, secret=self.phones_secret),
            agi=self.agi,
            dialogue=DialogueSettings(recordings_folder=self.recordings),
        )
        self._adapter = AsteriskPbx(settings, self.hear, self.clock, Random(1))
        self.pbx = self._adapter
        await self._adapter.start()
        await self.wait_for(PbxSynced)

    async def close(self) -> None:
        """Leave the telephone system."""
        await self._adapter.close()

    async def replace_engine(self) -> None:
        await self.close()
        self.told.clear()
        await self.open()

    async def come_true(self, condition: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(LIMIT_S):
                while not condition():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError as late:
            raise TimeoutError(self.told) from late


class TcpLine(SimulatedLine, WireLine):
    """The adapter on the simulated Asterisk, everything over sockets, time running fast."""

    def __init__(self) -> None:
        super().__init__(LoopTime(SPEED))
        self.username, self.secret, self.recordings = "goldline", SECRET, "messages"
        self.phones, self.phones_secret = "goldline-phones", SECRET
        self.agi = AgiSettings(port=free_tcp_port(), token=SECRET)
        engine = f"agi://{self.agi.host}:{self.agi.port}/{self.agi.path}"
        accounts = {name: Account(secret=SECRET) for name in (self.username, self.phones)}
        self.server = AmiServer(self.exchange, accounts, DialplanSettings(engine_url=engine))

    def listening_began(self, channel: Channel) -> None:
        self._news.set()

    def key_heard(self, channel: Channel, key: str) -> None:
        self._news.set()

    @property
    def clock(self) -> Clock:
        return self.exchange


class RealLine(WireLine):
    """The adapter on a real Asterisk; sipp plays the people, its logs lie in `folder`."""

    def __init__(
        self, asterisk: RealAsterisk, phone_ports: dict[str, int], folder: Path, people: ExitStack
    ) -> None:
        super().__init__()
        self._asterisk = asterisk
        self._phone_ports = phone_ports
        self._folders = (folder / f"sipp-{number}" for number in count(1))
        self._people = people
        self._callers: list[Callers] = []
        self._ears: dict[str, Ears] = {}
        dialplan = asterisk.dialplan
        self.username, self.secret = dialplan.manager_name, dialplan.manager_secret
        self.phones, self.phones_secret = dialplan.phones_name, dialplan.phones_secret
        self.recordings = str(asterisk.folder / "spool")
        self.agi = AgiSettings(port=dialplan.agi_port, token=dialplan.agi_token)

    @property
    def clock(self) -> Clock:
        return WallClock()

    def dial_in(self, number: str, name: str, steps: Sequence[Step]) -> None:
        callers = Callers(next(self._folders), self._asterisk.sip_address, [number], DIALED, steps, name=name)
        self._callers.append(self._people.enter_context(callers))

    async def hearing_phone(self, extension: str, *, speaks_ms: int = 0) -> None:
        ears = self._ears[extension] = await Ears().open()
        self._people.callback(ears.close)
        port, folder = self._phone_ports[extension], next(self._folders)
        self._people.enter_context(Phones(folder, port, speaks_ms=speaks_ms, hears_at=ears.port))

    async def is_loud_at(self, extension: str) -> bool:
        return await self._ears[extension].is_loud()

    async def keys_heard(self, leg_id: LegId, count: int) -> str:
        (caller,) = self._callers
        heard = await caller.saw("heard", count)
        return "".join(moment.number for moment in heard)

    def phone(
        self,
        extension: str,
        *,
        ring_ms: int | None = 0,
        talk_ms: int | None = None,
        refusal: str = "",
        speaks_ms: int = 0,
        picks_up: bool = False,
    ) -> None:
        port = self._phone_ports[extension]
        self._people.enter_context(
            Phones(next(self._folders), port, ring_ms, talk_ms, refusal, speaks_ms, picks_up)
        )


@asynccontextmanager
async def tcp_line() -> AsyncIterator[TcpLine]:
    """Give a line to the simulated Asterisk over TCP."""
    line = TcpLine()
    async with Cable(await line.server.start()) as line.cable:
        await line.open()
        try:
            yield line
        finally:
            await line.close()
            await line.server.stop()


@asynccontextmanager
async def real_line(
    asterisk: RealAsterisk, phone_ports: dict[str, int], folder: Path
) -> AsyncIterator[RealLine]:
    """Give a line to the real Asterisk; no call outlives it."""
    with ExitStack() as people:
        line = RealLine(asterisk, phone_ports, folder, people)
        async with Cable(asterisk.ami_port) as line.cable:
            await line.open()
            try:
                yield line
            finally:
                await line.close()
    await hang_up_everybody(asterisk)


async def hang_up_everybody(asterisk: RealAsterisk) -> None:
    """End all calls and wait until they are gone."""
    async with AmiObserver(asterisk.ami_port, OBSERVER, OBSERVER_SECRET) as observer:
        for channel in await observer.enumerate("CoreShowChannels"):
            await observer.act("Hangup", Channel=channel["Channel"])
        while True:
            begin = len(observer.events)
            if not await observer.enumerate("CoreShowChannels"):
                return
            await observer.seen(lambda event: event["Event"] == "Hangup", begin)
