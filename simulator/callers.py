"""The people who call: they press keys when asked, wait as long as their patience lasts, and hang up.

They know of the exchange only what one hears in a receiver: a prompt, music, a voice. What becomes of
the call in between is none of their business.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from core.kernel.rng import Streams
from simulator.channel import Activity, Bridge, Channel
from simulator.customers import Person, Population
from simulator.demand import HANG_UP
from simulator.listener import PbxListener
from simulator.pbx import Exchange
from simulator.phones import is_outside
from simulator.scenario import Scenario


@dataclass(slots=True, eq=False, kw_only=True)
class Caller:
    """One call as its caller lives it: the menus still to come, and how far the fingers are."""

    person: Person
    channel: Channel
    keys: list[str]
    typing: bool = False
    waiting: bool = False


class Callers(PbxListener):
    """All callers of the simulated world."""

    def __init__(
        self, exchange: Exchange, scenario: Scenario, population: Population, streams: Streams
    ) -> None:
        self._exchange = exchange
        self._habits = scenario.callers
        self._journeys = scenario.journeys
        self._population = population
        self._streams = streams
        self._callers: dict[str, Caller] = {}
        exchange.watch(self)

    def call(self, dialed_number: str) -> Channel:
        """Let the next caller dial `dialed_number`."""
        person = self._population.next_caller()
        keys = self._journey(dialed_number, person)
        channel = self._exchange.call_in(
            caller_number=person.number, caller_name=person.name, dialed_number=dialed_number
        )
        self._callers[channel.uniqueid] = Caller(person=person, channel=channel, keys=keys)
        return channel

    def _journey(self, dialed_number: str, person: Person) -> list[str]:
        """Return the keys of this call, entry by entry, the first one last."""
        able = [journey for journey in self._journeys if journey.dialed_number in ("", dialed_number)]
        if not able:
            return []
        weights = [journey.weight for journey in able]
        journey = self._streams.stream("journey").choices(able, weights)[0]
        own = {"account": person.account, "pin": person.pin}
        return [entry.format(**own) for entry in reversed(journey.keys)]

    # --- what one hears -------------------------------------------------------------------------

    def listening_began(self, channel: Channel) -> None:
        """Take up the next entry of keys at a prompt; speak and press # where a message is recorded."""
        caller = self._callers.get(channel.uniqueid)
        listening = channel.listening
        if caller is None or listening is None or not listening.keys:
            return
        if listening.activity is Activity.RECORD:
            self._after("message", caller, partial(self._exchange.press, channel, "#"))
        elif listening.activity is Activity.PROMPT and caller.keys and not caller.typing:
            caller.typing = True
            self._after("thinking", caller, partial(self._type, caller, caller.keys.pop()))

    def _type(self, caller: Caller, entry: str) -> None:
        if caller.channel.ended:
            return
        if entry == HANG_UP:
            self._exchange.leave(caller.channel)
            return
        caller.typing = len(entry) > 1
        if entry:
            self._exchange.press(caller.channel, entry[0])
        if caller.typing:
            self._after("between_keys", caller, partial(self._type, caller, entry[1:]))

    def music_started(self, channel: Channel) -> None:
        """Begin to lose patience."""
        caller = self._callers.get(channel.uniqueid)
        if caller is not None and not caller.waiting:
            caller.waiting = True
            patience_us = caller.person.patience.draw_us(self._streams.stream("patience"))
            self._exchange.after(patience_us, partial(self._give_up, caller))

    def _give_up(self, caller: Caller) -> None:
        if caller.channel.bridge is None:
            self._exchange.leave(caller.channel)

    def bridge_entered(self, bridge: Bridge, channel: Channel) -> None:
        """End a talk with somebody outside after a while; talks with agents are the workforce's."""
        caller = self._callers.get(channel.uniqueid)
        if caller is not None and any(is_outside(peer.address) for peer in channel.peers()):
            self._after("outside_talk", caller, partial(self._exchange.leave, channel))

    def channel_ended(self, channel: Channel, cause: int) -> None:
        """Forget the call."""
        self._callers.pop(channel.uniqueid, None)

    # --- inside ------------------------------------------------------------------------------------

    def _after(self, habit: str, caller: Caller, action: Callable[[], None]) -> None:
        """Run `action` after the time that the habit of this name takes."""
        duration = getattr(self._habits, habit)
        self._exchange.after(duration.draw_us(self._streams.stream(habit)), action)
