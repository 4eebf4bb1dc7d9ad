"""People whose telephone may ring: callers whom nobody served, at the numbers they called from.

They answer in a share of all cases, after a while; else they let it ring. Whoever is on the telephone just
then is busy. What was on their mind when they called is still on it when they are called back.
"""

from __future__ import annotations

from functools import partial

from core.kernel.record import Entity
from simulator.call import Call
from simulator.demand import CallerHabits
from simulator.draws import happens
from simulator.phones import Phone, Reach, Reaction, number_outside


class _Home(Entity, kw_only=True):
    """The call that somebody made last, how often the phone rang since, and whether it is in use."""

    call: Call
    rings: int = 0
    in_use: bool = False


class AtHome:
    """Everybody who called and was not served, by number."""

    def __init__(self, habits: CallerHabits) -> None:
        self._habits = habits
        self._homes: dict[str, _Home] = {}

    def calls_us(self, call: Call) -> None:
        """Take note that somebody is on the telephone, with us."""
        self._homes[call.person.number] = _Home(call=call, in_use=True)

    def comes_home(self, call: Call, *, served: bool) -> None:
        """Take note that the telephone is free again; who was served is called by nobody."""
        home = self._homes.get(call.person.number)
        if home is None or home.call is not call:
            return
        if served:
            del self._homes[call.person.number]
        else:
            home.in_use = False

    def call_at(self, address: str) -> Call | None:
        """Return the call of who is at an address beyond the trunk, None where nobody is known there."""
        home = self._homes.get(number_outside(address))
        return home.call if home is not None else None

    def takes_key(self, address: str) -> float:
        """Return how likely that person presses the one key that is offered: for a callback."""
        return self._habits.callback_share

    def phone_at(self, address: str) -> Phone | None:
        """Return the telephone at an address beyond the trunk, None where nobody is known there."""
        home = self._homes.get(number_outside(address))
        return Phone(address, partial(self._react, home)) if home is not None else None

    def _react(self, home: _Home, peer: str) -> Reaction:
        if home.in_use:
            return Reaction(Reach.BUSY)
        home.rings += 1
        call, habits = home.call, self._habits
        if not happens(habits.callback_answered_share, call.stream("callback_answered", home.rings)):
            return Reaction(Reach.IGNORE)
        return Reaction(
            Reach.ANSWER, habits.callback_answer.draw_us(call.stream("callback_answer", home.rings))
        )
