"""The people and machines behind the numbers of lead lists: what happens when a campaign dials them.

What an attempt comes to is drawn by key (which lead, which attempt at it), so other rules meet the very same
people. Somebody who answers says hello and waits in silence for an agent as long as patience lasts; who
hears the message for the abandoned hears it to its end, or presses its key. A machine plays its greeting,
and is talked to by nobody for long.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from core.kernel.clock import microseconds
from core.kernel.record import Entity
from core.model.campaign_requests import PauseCampaign
from core.model.causes import Answerer
from core.ports import Sink
from simulator.call import Call, Origin
from simulator.channel import Channel
from simulator.customers import Person
from simulator.demand import ArrivalsEntry
from simulator.draws import Duration, happens
from simulator.lead_lists import LeadList
from simulator.listener import PbxListener
from simulator.pbx import Exchange
from simulator.phones import Phone, Reach, Reaction, Voice, number_outside
from simulator.scenario import Scenario
from simulator.trace import Arrival

_PREFIX = "1201"
_DIGITS = 7
_NUMBER = f"+{_PREFIX}{{:0{_DIGITS}d}}"
_NUMBERS_FROM = 2_000_000


class Fate(NamedTuple):
    """What an attempt comes to."""

    reach: Reach
    after_us: int = 0
    answerer: Answerer | None = None


class ListedLead(NamedTuple):
    """A lead as its list has it: what the engine's store is to be filled with."""

    serial: int
    number: str
    zone: str


class _Callee(Entity, kw_only=True):
    """A lead that was dialed: the call to them, and what the last attempt comes to."""

    entry: LeadList
    call: Call
    fate: Fate = Fate(Reach.IGNORE)

    @property
    def voice(self) -> Voice:
        """What is heard when they answer."""
        greeting = self.entry.greeting if self.fate.answerer is Answerer.MACHINE else self.entry.hello
        return Voice(speaks_us=greeting.draw_us(self.call.stream("voice")))


class Listed:
    """One list: its people by serial, and what attempts at them come to."""

    def __init__(self, entry: LeadList, place: int, first_serial: int, seed: int) -> None:
        self.entry = entry
        self._serials = range(first_serial, first_serial + entry.count)
        self._origin = Origin(ArrivalsEntry(talk=entry.talk), place, seed, table="leads")
        self._callees: dict[int, _Callee] = {}
        self.opened_us = 0

    def __contains__(self, serial: int) -> bool:
        return serial in self._serials

    def leads(self) -> Iterator[ListedLead]:
        """Go through the leads in the order of the list."""
        zones = self.entry.zones
        for place, serial in enumerate(self._serials):
            yield ListedLead(serial, _NUMBER.format(serial), zones[place % len(zones)])

    def dial(self, serial: int, now_us: int) -> _Callee:
        """Dial a lead: draw what this attempt comes to."""
        callee = self._callees.get(serial)
        if callee is None:
            callee = self._callees[serial] = _Callee(entry=self.entry, call=self._first_call(serial))
        else:
            callee.call = callee.call.again()
        callee.fate = self._fate(callee.call, now_us)
        if callee.fate.answerer is Answerer.MACHINE:
            talk_us = self.entry.machine_talk.draw_us(callee.call.stream("machine_talk"))
            callee.call = callee.call.about(talk_us)
        return callee

    def callee(self, serial: int) -> _Callee | None:
        """Return who was dialed by that number, None where nobody was."""
        return self._callees.get(serial)

    def _first_call(self, serial: int) -> Call:
        patience = self.entry.patience
        return Call(
            key=serial,
            origin=self._origin,
            arrival=Arrival(0),
            dialed_number="",
            person=Person(number=_NUMBER.format(serial), name="", patience=patience),
            patience=patience,
        )

    def _fate(self, call: Call, now_us: int) -> Fate:
        entry = self.entry
        by_nature = entry.alike and happens(entry.alike, call.stream("alike"))
        drawn = (call.lasting_stream("nature") if by_nature else call.stream("fate")).random()
        for share, reach, answerer in (
            (self._reach(now_us), Reach.ANSWER, Answerer.PERSON),
            (entry.machines, Reach.ANSWER, Answerer.MACHINE),
            (entry.busy, Reach.BUSY, None),
            (entry.invalid, Reach.NOT_FOUND, None),
            (entry.congested, Reach.CONGESTED, None),
        ):
            if drawn < share:
                return Fate(reach, self._rings(answerer).draw_us(call.stream("rings")), answerer)
            drawn -= share
        return Fate(Reach.IGNORE)

    def _rings(self, answerer: Answerer | None) -> Duration:
        match answerer:
            case Answerer.PERSON:
                return self.entry.answers
            case Answerer.MACHINE:
                return self.entry.machine_answers
            case _:
                return self.entry.fails_after

    def _reach(self, now_us: int) -> float:
        """Return the share that a person answers in the present interval."""
        place = (now_us - self.opened_us) // microseconds(self.entry.interval_s)
        return self.entry.reach[min(place, len(self.entry.reach) - 1)]


class Callees(PbxListener):
    """Everybody on the lists of a scenario."""

    def __init__(self, exchange: Exchange, scenario: Scenario, seed: int, sink: Sink) -> None:
        self._exchange = exchange
        self._sink = sink
        self._day_us = microseconds(scenario.duration_s)
        self.lists: list[Listed] = []
        serial = _NUMBERS_FROM
        for place, entry in enumerate(scenario.leads):
            self.lists.append(Listed(entry, place, serial, seed))
            serial += entry.count
        if self.lists:
            exchange.watch(self)

    def start(self) -> None:
        """Let the day begin: the intervals of all lists count from here. At its end the campaigns pause."""
        for listed in self.lists:
            listed.opened_us = self._exchange.now_us()
        for campaign in dict.fromkeys(listed.entry.campaign for listed in self.lists):
            self._exchange.after(self._day_us, partial(self._pause, campaign))

    def _pause(self, campaign: str) -> None:
        """Ask, as whoever looks after the campaign does, that nobody new be dialed."""
        now_us = self._exchange.now_us()
        self._sink(PauseCampaign(at_us=now_us, request_id=f"end-of-day-{campaign}", campaign=campaign))

    def phone_at(self, address: str) -> Phone | None:
        """Return the telephone at an address beyond the trunk, None where nobody of ours is there."""
        serial = _serial_of(address)
        listed = self._list_of(serial)
        return Phone(address, partial(self._rung, listed, serial)) if listed is not None else None

    def call_at(self, address: str) -> Call | None:
        """Return the call to who is at an address beyond the trunk, None where nobody of ours is there."""
        callee = self._callee_at(address)
        return callee.call if callee is not None else None

    def takes_key(self, address: str) -> float:
        """Return how likely that person presses the one key that is offered: to be called no more."""
        callee = self._callee_at(address)
        return callee.entry.opts_out if callee is not None else 0.0

    def state_changed(self, channel: Channel) -> None:
        """Begin to lose patience where a person has answered."""
        callee = self._callee_at(channel.address) if channel.is_up else None
        if callee is not None and callee.fate.answerer is Answerer.PERSON:
            self._exchange.after(callee.call.patience_us(), partial(self._give_up, channel))

    def _give_up(self, channel: Channel) -> None:
        """Hang up on silence; who hears an agent or a message stays."""
        if channel.bridge is None and channel.listening is None:
            self._exchange.leave(channel)

    def _rung(self, listed: Listed, serial: int, peer: str) -> Reaction:
        callee = listed.dial(serial, self._exchange.now_us())
        return Reaction(callee.fate.reach, callee.fate.after_us, callee.voice)

    def _callee_at(self, address: str) -> _Callee | None:
        serial = _serial_of(address)
        listed = self._list_of(serial)
        return listed.callee(serial) if listed is not None else None

    def _list_of(self, serial: int) -> Listed | None:
        return next((listed for listed in self.lists if serial in listed), None)


def _serial_of(address: str) -> int:
    """Return the serial of the number at an address, 0 where no list has such numbers."""
    number = number_outside(address).removeprefix("+")
    serial = number.removeprefix(_PREFIX)
    return int(serial) if len(number) - len(serial) == len(_PREFIX) and _is_serial(serial) else 0


def _is_serial(digits: str) -> bool:
    return len(digits) == _DIGITS and digits.isdecimal()
