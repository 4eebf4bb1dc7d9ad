"""Work on agents' screens: they look at it after a moment, take it, turn it down or overlook it, and do it.

Several pieces are done side by side, each in its own time, which belongs to the piece of work: a chat leaves
room for another, and a mail waits on the screen while its reader telephones.
"""

from __future__ import annotations

from functools import partial

from core.model.commands import PopScreen, ShowAgentState
from core.model.ids import ContactId
from core.model.requests import AcceptOffer, FinishWork, RejectOffer
from simulator.draws import happens
from simulator.pbx import Exchange
from simulator.scenario import Scenario
from simulator.senders import PieceOf
from simulator.staffing import Service
from simulator.worker import Worker


class DeskWork:
    """What all agents do with the work that their screens show."""

    def __init__(self, exchange: Exchange, scenario: Scenario, piece_of: PieceOf) -> None:
        self._exchange = exchange
        self._scenario = scenario
        self._habits = scenario.workforce
        self._piece_of = piece_of

    def pop(self, worker: Worker, shown: PopScreen) -> None:
        """Let the agent notice work that is offered; what is overlooked runs out."""
        worker.shown[shown.contact_id] = shown
        piece = self._piece_of(shown.reference)
        if piece is None:
            return
        piece.shows += 1
        if happens(self._habits.misses, piece.stream_of_show("misses")):
            return
        rejects = happens(self._habits.rejects, piece.stream_of_show("rejects"))
        delay_us = self._habits.accepts.draw_us(piece.stream_of_show("answers"))
        self._exchange.after(delay_us, partial(self._decide, worker, shown, rejects))

    def _decide(self, worker: Worker, shown: PopScreen, rejects: bool) -> None:
        if worker.shown.get(shown.contact_id) is shown:
            kind = RejectOffer if rejects else AcceptOffer
            worker.ask(partial(kind, offer_id=shown.offer_id, version=shown.version))

    def clear(self, worker: Worker, contact_id: ContactId) -> None:
        """Take note that the work is not for this agent any more."""
        worker.shown.pop(contact_id, None)
        worker.in_hand.pop(contact_id, None)

    def read(self, worker: Worker, state: ShowAgentState) -> None:
        """Begin with what is in hand for the first time."""
        for work in state.work:
            shown = worker.shown.get(work.contact_id)
            if work.in_hand and shown is not None and work.contact_id not in worker.in_hand:
                self._begin(worker, shown)

    def _begin(self, worker: Worker, shown: PopScreen) -> None:
        worker.in_hand[shown.contact_id] = shown
        service = self._scenario.service_of(shown.queue, shown.tier, worker.plan, shown.channel)
        piece = self._piece_of(shown.reference)
        usual_us = piece.takes_us(service.talk) if piece is not None else 0
        finish = partial(self._finish, worker, shown, service)
        self._exchange.after(round(usual_us * worker.plan.pace), finish)

    def _finish(self, worker: Worker, shown: PopScreen, service: Service) -> None:
        if worker.in_hand.get(shown.contact_id) is shown:
            worker.ask(partial(FinishWork, contact_id=shown.contact_id, disposition=service.disposition))
