"""The engine: a message in, commands out, nothing else.

    Engine.handle(message) -> list[Command]

A message is published on the bus, every feature that subscribed to its class does its part, what they
publish is delivered in turn, and when all is quiet the commands they sent are returned in the order of
sending. The engine never awaits, reads no clock, draws no random number and opens nothing; so a live
day, a simulated one, a replay and a test are the same program.

Features are plain objects that subscribe in their constructor; `goldline.app` builds them, in the order
in which they shall hear of things.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from core.kernel.bus import Bus
from core.kernel.errors import RequestRefused
from core.model.campaign_requests import AnswerCampaign, CampaignRequest
from core.model.commands import AnswerRequest, AppendToLedger
from core.model.events import TimerFired
from core.model.message import Command, DomainEvent, Event
from core.model.requests import AgentRequest

M = TypeVar("M", bound=Event)
R = TypeVar("R", bound=AgentRequest | CampaignRequest)


class Engine:
    """The brain: features on a bus, and the commands of the turn in hand."""

    def __init__(self) -> None:
        self._bus = Bus()
        self._queue = self._bus.publish
        self._commands: list[Command] = []
        self._urgent: list[Command] = []
        self.send: Callable[[Command], None] = self._commands.append
        """Add a command to what this turn asks of the edges."""
        self.send_first: Callable[[Command], None] = self._urgent.append
        """Add a command that a caller waits for: it is carried out before all that is merely sent."""
        self._timers: dict[str, list[Callable[[TimerFired], None]]] = {}
        self._bus.subscribe(TimerFired, self._timer_fired)

    def handle(self, message: Event) -> list[Command]:
        """Return what to do about `message`, an event of an edge or a person's request.

        Where a feature raises, nothing that the message led to is carried over into the next turn.
        """
        self._queue(message)
        try:
            self._bus.drain()
            return self._urgent + self._commands
        finally:
            self._urgent.clear()
            self._commands.clear()

    def subscribe(self, kind: type[M], handler: Callable[[M], None]) -> None:
        """Let a feature hear of every message of exactly the class `kind`."""
        self._bus.subscribe(kind, handler)

    def on_timer(self, kind: str, handler: Callable[[TimerFired], None]) -> None:
        """Let a feature hear of its own timers: those whose keys begin with `kind`."""
        self._timers.setdefault(kind, []).append(handler)

    def _timer_fired(self, event: TimerFired) -> None:
        for handler in self._timers.get(event.key[0], ()):
            handler(event)

    def serve(self, kind: type[R], handler: Callable[[R], None]) -> None:
        """Let a feature answer the request `kind`: who asked is told whether it was granted or refused."""

        def answer(request: R) -> None:
            code = reason = ""
            try:
                handler(request)
            except RequestRefused as refusal:
                code, reason = refusal.code, refusal.reason
            self.send(_answer(request, code, reason))

        self._bus.subscribe(kind, answer)

    def publish(self, event: Event) -> None:
        """Tell the other features a fact; facts about contacts and agents also go to the ledger."""
        if isinstance(event, DomainEvent):
            self.send(AppendToLedger(event=event))
        self._queue(event)


def _answer(request: AgentRequest | CampaignRequest, code: str, reason: str) -> Command:
    """Return the word to whoever asked: a desk, or a program that looks after campaigns."""
    if isinstance(request, CampaignRequest):
        return AnswerCampaign(
            campaign=request.campaign, request_id=request.request_id, code=code, reason=reason
        )
    return AnswerRequest(agent_id=request.agent_id, request_id=request.request_id, code=code, reason=reason)
