"""Does the engine believe what is true? Its legs, contacts and agents are held against the exchange.

Faults keep the two apart for a moment; they must agree again within a few seconds. So each disagreement
is remembered with the instant it was first seen, and one that lasts too long breaks the promise. While the
link with the telephone system is down nobody can know better, and nothing is demanded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.calls import CallBook
from core.contacts import ContactBook
from core.kernel.clock import SECOND_US, seconds
from core.model.agent import AgentState
from core.model.contact import VOICE, Contact, ContactState
from core.model.events import AgentStateChanged, PbxEvent, PbxLost, PbxSynced
from core.model.ids import NO_LEG, AgentId, LegId
from core.model.leg import LegState
from core.model.standing_leg import StandingState
from simulator.channel import Channel, ChannelState
from simulator.faults import FaultKind, FaultPlan
from simulator.pbx import Exchange
from simulator.phones import is_outside

AGREES_WITHIN_US = 5 * SECOND_US
"""Whatever was lost, engine and telephone system agree again after so long."""

ALLOWANCES_US = {
    FaultKind.ACTION_LATE: 4 * SECOND_US,
    FaultKind.READER_STALLED: 8 * SECOND_US,
    FaultKind.ACTION_LOST: 30 * SECOND_US,
}
"""What is granted on top where even asking takes longer; an action without a reply costs five seconds."""

_UP = frozenset({LegState.UP, LegState.HELD})
_ON_CALL = frozenset({ContactState.IN_IVR, ContactState.QUEUED, ContactState.OFFERED, ContactState.CONNECTED})
_PHONE_IN_USE = {
    AgentState.LOGGED_OUT: False,
    AgentState.NOT_READY: False,
    AgentState.READY: False,
    AgentState.RESERVED: True,
    AgentState.ON_CONTACT: True,
    AgentState.WRAP_UP: False,
}
"""Whether the phone of an agent in this state rings or talks."""


_LEG_THERE = frozenset({StandingState.RINGING, StandingState.UP, StandingState.IN_HAND})


def _is_phone_in_use(last: AgentStateChanged) -> bool:
    """Tell what is believed of the agent's phone: that it rings or is off the hook."""
    return _PHONE_IN_USE[last.new] if last.standing is None else last.standing in _LEG_THERE


def agrees_within_us(plan: FaultPlan) -> int:
    """Return how long engine and telephone system may disagree in a run with the faults of `plan`."""
    return AGREES_WITHIN_US + sum(ALLOWANCES_US.get(kind, 0) for kind in plan.kinds)


@dataclass(frozen=True, slots=True)
class Belief:
    """What the engine believes, where it can be looked at from outside."""

    calls: CallBook
    contacts: ContactBook


class Agreement:
    """Watches one engine and one exchange; `longest_us` is how long they disagreed at the longest."""

    def __init__(self, exchange: Exchange, belief: Belief, within_us: int) -> None:
        self._exchange = exchange
        self._belief = belief
        self._within_us = within_us
        self.longest_us = 0
        self._linked = False
        self._since: dict[str, int] = {}
        self._agents: dict[AgentId, AgentStateChanged] = {}
        self.watchers: dict[type, Callable[..., None]] = {
            AgentStateChanged: self._agent,
            PbxLost: self._link,
            PbxSynced: self._link,
        }

    def _agent(self, event: AgentStateChanged) -> None:
        self._agents[event.agent_id] = event

    def _link(self, event: PbxEvent) -> None:
        self._linked = isinstance(event, PbxSynced)
        self._since.clear()

    def look(self, now_us: int) -> str | None:
        """Return a disagreement that has lasted too long, or None."""
        if not self._linked:
            return None
        self._since = {each: self._since.get(each, now_us) for each in self.disagreements()}
        if not self._since:
            return None
        worst = min(self._since, key=self._since.__getitem__)
        lasted_us = now_us - self._since[worst]
        self.longest_us = max(self.longest_us, lasted_us)
        return f"{worst}, for {seconds(self._within_us):g} s" if lasted_us > self._within_us else None

    def disagreements(self) -> Iterator[str]:
        """Yield in words all that the engine believes and the exchange does not, or the other way round."""
        yield from self._about_legs()
        for contact in self._belief.contacts:
            if contact.channel == VOICE:
                yield from self._about_contact(contact)
        for channel in self._exchange.channels.values():
            if channel.inbound:
                yield from self._about_caller(channel)
        yield from self._about_agents()

    def _about_legs(self) -> Iterator[str]:
        legs, channels = self._belief.calls.legs, self._exchange.channels
        for leg_id in legs:
            if leg_id not in channels:
                yield f"leg {leg_id} is gone and the engine does not know"
        for uniqueid, channel in channels.items():
            leg = legs.get(LegId(uniqueid))
            if leg is None:
                yield f"leg {uniqueid} is there and the engine does not know"
            elif (leg.state in _UP) != (channel.state is ChannelState.UP):
                yield f"leg {uniqueid} is {channel.state.name} and the engine thinks it {leg.state}"
            elif leg.bridge_id != (channel.bridge.uniqueid if channel.bridge else None):
                yield f"leg {uniqueid} is in another bridge than {leg.bridge_id}"

    def _about_contact(self, contact: Contact) -> Iterator[str]:
        channel = self._exchange.channels.get(contact.leg_id)
        peers = [peer.uniqueid for peer in channel.peers()] if channel is not None else []
        if channel is None and contact.leg_id != NO_LEG and contact.state in _ON_CALL:
            yield f"contact {contact.contact_id} is {contact.state} and its caller is gone"
        elif contact.state is ContactState.CONNECTED and contact.agent_leg_id not in peers:
            yield f"contact {contact.contact_id} is connected and talks to nobody"

    def _about_caller(self, channel: Channel) -> Iterator[str]:
        contact = self._belief.contacts.of_leg(LegId(channel.uniqueid))
        talks_with = [peer for peer in channel.peers() if not is_outside(peer.address)]
        if contact is None:
            if not self._was_sent_on(channel):
                yield f"caller {channel.uniqueid} is on the line and has no contact"
        elif talks_with and contact.state is not ContactState.CONNECTED:
            yield f"contact {contact.contact_id} talks and is {contact.state}"

    def _was_sent_on(self, channel: Channel) -> bool:
        others = (other for other in self._exchange.channels.values() if other is not channel)
        return any(other.linkedid == channel.linkedid and is_outside(other.address) for other in others)

    def _about_agents(self) -> Iterator[str]:
        in_use = [channel.address for channel in self._exchange.channels.values() if not channel.inbound]
        for agent_id, last in self._agents.items():
            if last.extension and (last.extension in in_use) != _is_phone_in_use(last):
                yield f"agent {agent_id} is {last.new}, the phone is not"
