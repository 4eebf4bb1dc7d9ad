"""The programs that bring work: one arrival of another channel than voice is one task, mail or the like.

They know of the centre what they are told (`AnswerWork`) and nothing else. Who waits for work to be done has
patience, if the arrivals give any: then it is withdrawn, unless somebody is at it. What nobody has begun an
hour after the day is withdrawn as well.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random

from core.kernel.clock import microseconds
from core.kernel.record import Entity
from core.model.commands import AnswerWork
from core.model.ids import QueueName
from core.model.requests import AddWork, WithdrawWork
from core.ports import DoorAnswer, Sink
from simulator.call import NTH, Origin
from simulator.customers import Population
from simulator.draws import Duration
from simulator.pbx import Exchange
from simulator.scenario import Scenario
from simulator.trace import Arrival

GIVE_UP_S = 3_600.0
"""How long after the day what nobody has begun is withdrawn: nobody comes to work at night."""


class Piece(Entity, kw_only=True):
    """One piece of work; what is random about it is drawn by its key, as with calls.

    `shows` counts the screens it was shown on, for what each agent makes of it.
    """

    key: int
    origin: Origin
    arrival: Arrival
    shows: int = 0

    def stream(self, purpose: str) -> Random:
        """Return the stream for the one draw for `purpose`; draw at once."""
        return self.origin.stream(purpose, self.key)

    def stream_of_show(self, purpose: str) -> Random:
        """Return the stream for the draw for `purpose` that belongs to the screen it is shown on now."""
        return self.origin.stream(purpose, self.key + self.shows * NTH)

    def takes_us(self, usual: Duration) -> int:
        """Return how long it takes: as given, or drawn from what is `usual`."""
        given = self.arrival.talk_us
        return (self.origin.entry.talk or usual).draw_us(self.stream("talk")) if given is None else given


class Senders:
    """All of them; the `WorkDoor` port of the simulated world. Requests go to `sink`.

    `brought`, `refused` and `withdrawn` count from the end of the warm-up.
    """

    def __init__(self, exchange: Exchange, scenario: Scenario, population: Population, sink: Sink) -> None:
        self._exchange = exchange
        self._scenario = scenario
        self._population = population
        self._sink = sink
        self._counts_from_us = 0
        self._gives_up_us = 0
        self._pieces: dict[str, Piece] = {}
        self.brought = self.refused = self.withdrawn = 0

    def start(self) -> None:
        """Let the day begin now."""
        opened_us = self._exchange.now_us()
        self._counts_from_us = opened_us + self._scenario.warm_up_us
        self._gives_up_us = opened_us + microseconds(self._scenario.duration_s + GIVE_UP_S)

    def bring(self, origin: Origin, arrival: Arrival) -> None:
        """Ask for one piece of work to be done."""
        key, entry = origin.next_number(), origin.entry
        piece = Piece(key=key, origin=origin, arrival=arrival)
        person = self._population.caller(
            arrival.customers or entry.customers, arrival.customer, piece.stream("who_calls")
        )
        work_id = f"{entry.channel}-{origin.place}-{key}"
        self._pieces[work_id] = piece
        self.brought += self._counts
        self._exchange.after(self._patience_us(piece), partial(self._withdraw, work_id))
        self._sink(
            AddWork(
                at_us=self._exchange.now_us(),
                request_id=work_id,
                work_id=work_id,
                channel=entry.channel,
                queue=QueueName(entry.queue),
                customer_id=person.customer_id,
                reference=work_id,
            )
        )

    def piece(self, reference: str) -> Piece | None:
        """Return the work that `reference` on an agent's screen is about."""
        return self._pieces.get(reference)

    def answer(self, command: DoorAnswer) -> None:
        """Hear what became of a request; see `core.ports.WorkDoor`. They bring work and do nothing else."""
        if not isinstance(command, AnswerWork):
            return
        adds = command.request_id == command.work_id
        if adds:
            self.refused += bool(command.code) and self._counts
        else:
            self.withdrawn += not command.code and self._counts

    def _patience_us(self, piece: Piece) -> int:
        left_us = max(0, self._gives_up_us - self._exchange.now_us())
        given, drawn = piece.arrival.patience_us, piece.origin.entry.patience
        if given is not None:
            return min(left_us, given)
        return min(left_us, drawn.draw_us(piece.stream("patience"))) if drawn is not None else left_us

    def _withdraw(self, work_id: str) -> None:
        """Take the work back; who does it already, or has done it, is left to finish."""
        self._sink(
            WithdrawWork(at_us=self._exchange.now_us(), request_id=f"{work_id}/withdraw", work_id=work_id)
        )

    @property
    def _counts(self) -> bool:
        return self._exchange.now_us() >= self._counts_from_us


PieceOf = Callable[[str], Piece | None]
"""Finds work by the reference on a screen."""
