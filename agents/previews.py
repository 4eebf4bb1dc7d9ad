"""Previews: an agent looks at a lead before anything rings, and says whether to call.

    OfferMade -> the agent is locked, the record pops up -> `PreviewDial`, or time is over -> AgentReserved
                                                         -> `PreviewSkip` -> PreviewSkipped

Until then the contact is a pending offer like any other: nobody else has it, and the agent is given no other
call. What time ends does (dial, or pass over) is the campaign's rule and stands in the contact.
"""

from __future__ import annotations

from agents.agent import Agent
from agents.reservations import reserved
from agents.roster import Roster
from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.errors import RequestRefused
from core.model.attempt_events import PreviewSkipped
from core.model.commands import CancelTimer, StartTimer
from core.model.events import OfferFailed, OfferMade, OfferWithdrawn, TimerFired
from core.model.ids import AgentId, TimerKey
from core.model.message import Event
from core.model.requests import OfferRequest, PreviewDial, PreviewSkip

TIME_OVER = "time_over"


class Previews:
    """The feature that lets agents look first; built after `Reservations`, who have locked the agent."""

    def __init__(
        self, engine: Engine, contacts: ContactBook, roster: Roster, skip_reasons: tuple[str, ...]
    ) -> None:
        self._engine = engine
        self._contacts = contacts
        self._roster = roster
        self._skip_reasons = skip_reasons
        self._open: dict[AgentId, OfferMade] = {}
        engine.subscribe(OfferMade, self._offered)
        engine.subscribe(OfferFailed, self._over)
        engine.subscribe(OfferWithdrawn, self._over)
        engine.on_timer("preview", self._time_over)
        engine.serve(PreviewDial, self._dial)
        engine.serve(PreviewSkip, self._skip)

    def _offered(self, event: OfferMade) -> None:
        agent = self._roster[event.agent_id]
        if not agent.looks or agent.contact_id != event.contact_id:
            return
        contact = self._contacts.get(event.contact_id)
        assert contact is not None, "who looks at a record has it"
        self._open[event.agent_id] = event
        self._engine.send(StartTimer(key=_timer(event.agent_id), at_us=event.at_us + contact.preview_us))

    def _dial(self, request: PreviewDial) -> None:
        self._proceed(self._meant(request), request)

    def _skip(self, request: PreviewSkip) -> None:
        offer = self._meant(request)
        if request.reason not in self._skip_reasons:
            allowed = ", ".join(self._skip_reasons)
            raise RequestRefused("unknown_reason", f"{request.reason!r} is none of: {allowed}")
        self._pass_over(offer, request.reason, request)

    def _meant(self, request: OfferRequest) -> OfferMade:
        """Return the offer that the agent looks at; refuse where what the desk saw is out of date."""
        offer = self._open.get(request.agent_id)
        if offer is None:
            raise RequestRefused("no_preview", "this agent looks at no record before a call now")
        if request.offer_id not in ("", offer.offer_id):
            raise RequestRefused("offer_over", f"{request.offer_id} is not looked at any more")
        return offer

    def _time_over(self, event: TimerFired) -> None:
        offer = self._open[AgentId(event.key[1])]
        contact = self._contacts.get(offer.contact_id)
        assert contact is not None, "what is offered is in the book"
        if contact.preview_dials:
            self._proceed(offer, event)
        else:
            self._pass_over(offer, TIME_OVER, event)

    def _proceed(self, offer: OfferMade, why: Event) -> None:
        """Let the phones ring."""
        agent = self._forget(offer)
        agent.looks, agent.until_us = False, 0
        self._roster.tell(agent, why)
        self._engine.publish(reserved(offer, agent, why))

    def _pass_over(self, offer: OfferMade, reason: str, why: Event) -> None:
        """Tell who brought the lead, who then asks for the end of the offer."""
        self._forget(offer)
        self._engine.publish(
            PreviewSkipped(
                at_us=why.at_us,
                cause_id=why.cause_id,
                contact_id=offer.contact_id,
                agent_id=offer.agent_id,
                reason=reason,
            )
        )

    def _over(self, event: OfferFailed | OfferWithdrawn) -> None:
        offer = self._open.get(event.agent_id)
        if offer is not None and offer.offer_id == event.offer_id:
            self._forget(offer)

    def _forget(self, offer: OfferMade) -> Agent:
        del self._open[offer.agent_id]
        self._engine.send(CancelTimer(key=_timer(offer.agent_id)))
        return self._roster[offer.agent_id]


def _timer(agent_id: AgentId) -> TimerKey:
    return ("preview", agent_id)
