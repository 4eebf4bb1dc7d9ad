"""The people who call: they press keys when asked, wait as long as their patience lasts, and hang up.

They know of the exchange only what one hears in a receiver: busy, a prompt, music, a voice. What becomes of
the call in between is none of their business. Who found all lines busy was never heard of by the exchange;
some of them, and some of those who lost patience, call once more.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from core.kernel.clock import SECOND_US, microseconds
from core.kernel.record import Entity
from simulator.at_home import AtHome
from simulator.call import Call, Origin
from simulator.callees import Callees
from simulator.channel import Activity, Bridge, Channel
from simulator.customers import Population
from simulator.demand import HANG_UP, DialerArrivals, Journey
from simulator.draws import Duration, happens
from simulator.listener import PbxListener
from simulator.pbx import Exchange
from simulator.phones import Phone, is_outside
from simulator.scenario import Scenario
from simulator.trace import Arrival

REDIAL_US = SECOND_US
"""Nobody dials again faster; without it, who hears busy could call for ever within one instant."""
BALK_US = 1
"""Who will not wait at all still hears whether an agent is there at the very instant of the call."""
_SILENT = Journey()


class Caller(Entity, kw_only=True):
    """One call as its caller lives it: the menus still to come, and how far the fingers are.

    `acts` and `rings` count what the caller did and how many phones rang for the call, for draws by key.
    The channel is that on which they called us, or on which they are called. `takes_key` is how likely they
    press the one key that is offered to who waits.
    """

    call: Call
    channel: Channel
    keys: list[str]
    takes_key: float
    typing: bool = False
    waiting: bool = False
    served: bool = False
    acts: int = 0
    rings: int = 0


class Home(Protocol):
    """Where people outside have telephones that we may ring."""

    def phone_at(self, address: str) -> Phone | None:
        """Return the telephone at an address beyond the trunk, None where nobody is known there."""
        ...

    def call_at(self, address: str) -> Call | None:
        """Return the call to who is there, None where nobody is known."""
        ...

    def takes_key(self, address: str) -> float:
        """Return how likely that person presses the one key that is offered to who waits."""
        ...


class Callers(PbxListener):
    """All callers of the simulated world.

    `calls`, `blocked` and `retrials` count what only callers know: calls made, those that heard busy, and
    those of people who had tried before. They count from the end of the warm-up.
    """

    def __init__(
        self, exchange: Exchange, scenario: Scenario, population: Population, callees: Callees
    ) -> None:
        self._exchange = exchange
        self._scenario = scenario
        self._habits = scenario.callers
        self._lines = scenario.lines
        self._population = population
        self._at_home = AtHome(scenario.callers)
        self._homes: tuple[Home, ...] = (callees, self._at_home)
        exchange.phones.people = self._phone_at
        self._callers: dict[str, Caller] = {}
        self._journeys: dict[str, list[Journey]] = {}
        self._counts_from_us = 0
        self._closes_us = 0
        self.calls = self.blocked = self.retrials = 0
        exchange.watch(self)

    def start(self) -> None:
        """Let the day begin now."""
        opened_us = self._exchange.now_us()
        self._counts_from_us = opened_us + microseconds(self._scenario.warm_up_s)
        self._closes_us = opened_us + microseconds(self._scenario.duration_s)

    def call(self, origin: Origin, arrival: Arrival) -> Channel | None:
        """Let somebody make the call; return None where they hear busy."""
        number = origin.next_number()
        entry = origin.entry
        group = arrival.customers or entry.customers
        person = self._population.caller(group, arrival.customer, origin.stream("who_calls", number))
        return self._dial(
            Call(
                key=number,
                origin=origin,
                arrival=arrival,
                dialed_number=arrival.dialed_number or entry.dialed_number,
                person=person,
                patience=entry.patience or person.patience,
            )
        )

    def call_of(self, channel: Channel) -> Call | None:
        """Return the call behind the caller's channel; None where it is nobody of ours."""
        caller = self._callers.get(channel.uniqueid)
        return caller.call if caller else None

    def left_unsettled(self, call: Call) -> None:
        """Let the caller find out that the matter is not settled, and perhaps call once more."""
        self._perhaps_again(call, self._habits.retry_unsettled_share)

    def ring_for(self, uniqueid: str) -> tuple[Call, int] | None:
        """Return the call behind the caller's channel, and how many phones have rung for it with this one.

        None where it is nobody of ours.
        """
        caller = self._callers.get(uniqueid)
        if caller is None:
            return None
        caller.rings += 1
        return caller.call, caller.rings

    def _dial(self, call: Call) -> Channel | None:
        self.calls += self._counts
        if self._lines is not None and len(self._callers) >= self._lines:
            self.blocked += self._counts
            self._perhaps_again(call, self._habits.retry_blocked_share)
            return None
        channel = self._exchange.call_in(
            caller_number=call.person.number, caller_name=call.person.name, dialed_number=call.dialed_number
        )
        self._callers[channel.uniqueid] = Caller(
            call=call, channel=channel, keys=self._journey(call), takes_key=self._habits.callback_share
        )
        self._at_home.calls_us(call)
        return channel

    def _perhaps_again(self, call: Call, share: float) -> None:
        """Plan one more attempt, unless the day is over by then; who was called does not call back."""
        if isinstance(call.origin.entry, DialerArrivals) or not happens(share, call.stream("retries")):
            return
        delay_us = max(REDIAL_US, self._habits.retry_after.draw_us(call.stream("retry_after")))
        if self._exchange.now_us() + delay_us < self._closes_us:
            self._exchange.after(delay_us, partial(self._try_again, call.again()))

    def _try_again(self, call: Call) -> None:
        self.retrials += self._counts
        self._dial(call)

    @property
    def _counts(self) -> bool:
        return self._exchange.now_us() >= self._counts_from_us

    def _journey(self, call: Call) -> list[str]:
        """Return the keys of this call, entry by entry, the first one last."""
        dialed = call.dialed_number
        if dialed not in self._journeys:
            able = [journey for journey in self._scenario.journeys if journey.dialed_number in ("", dialed)]
            self._journeys[dialed] = able or [_SILENT]
        able = self._journeys[dialed]
        if len(able) == 1:
            return list(reversed(able[0].keys))
        weights = [journey.weight for journey in able]
        return list(reversed(call.stream("journey").choices(able, weights)[0].keys))

    # --- what one hears -------------------------------------------------------------------------

    def channel_created(self, channel: Channel) -> None:
        """Be called, or called back."""
        for home in self._homes if is_outside(channel.address) else ():
            call = home.call_at(channel.address)
            if call is not None:
                takes_key = home.takes_key(channel.address)
                caller = Caller(call=call, channel=channel, keys=[], takes_key=takes_key, waiting=True)
                self._callers[channel.uniqueid] = caller
                return

    def listening_began(self, channel: Channel) -> None:
        """Take up the next entry of keys at a prompt; speak and press # where a message is recorded."""
        caller = self._callers.get(channel.uniqueid)
        listening = channel.listening
        if caller is None or listening is None or not listening.keys:
            return
        if listening.activity is Activity.RECORD:
            self._after("message", caller, partial(self._exchange.press, channel, "#"))
        elif caller.waiting and len(listening.keys) == 1:
            self._consider_offer(caller, listening.keys)
        elif listening.activity is Activity.PROMPT and caller.keys and not caller.typing:
            caller.typing = True
            person = caller.call.person
            entry = caller.keys.pop().format(account=person.account, pin=person.pin)
            self._after("thinking", caller, partial(self._type, caller, entry))

    def _consider_offer(self, caller: Caller, key: str) -> None:
        """Press the one key that is offered to who waits, or wait on: the same mind at every offer."""
        if happens(caller.takes_key, caller.call.stream("callback")):
            self._after("thinking", caller, partial(self._exchange.press, caller.channel, key))

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
            patience_us = max(BALK_US, caller.call.patience_us())
            self._exchange.after(patience_us, partial(self._give_up, caller))

    def _give_up(self, caller: Caller) -> None:
        if caller.channel.bridge is None and not caller.channel.ended:
            self._exchange.leave(caller.channel)
            self._perhaps_again(caller.call, self._habits.retry_share)

    def bridge_entered(self, bridge: Bridge, channel: Channel) -> None:
        """Be served, once both are there; a talk with somebody outside ends after a while.

        How long one talks with an agent is the workforce's.
        """
        for party in bridge.channels if len(bridge.channels) > 1 else ():
            caller = self._callers.get(party.uniqueid)
            if caller is None:
                continue
            caller.served = True
            if any(is_outside(peer.address) for peer in party.peers()):
                self._after("outside_talk", caller, partial(self._exchange.leave, party))

    def channel_ended(self, channel: Channel, cause: int) -> None:
        """Forget the call; who was not served may be called back."""
        caller = self._callers.pop(channel.uniqueid, None)
        if caller is not None:
            self._at_home.comes_home(caller.call, served=caller.served)

    def _phone_at(self, address: str) -> Phone | None:
        found = (home.phone_at(address) for home in self._homes)
        return next((phone for phone in found if phone is not None), None)

    # --- inside ------------------------------------------------------------------------------------

    def _after(self, habit: str, caller: Caller, action: Callable[[], None]) -> None:
        """Run `action` after the time that the habit of this name takes."""
        duration: Duration = getattr(self._habits, habit)
        caller.acts += 1
        self._exchange.after(duration.draw_us(caller.call.stream(habit, caller.acts)), action)
