"""The front office: where the engine and the web side meet.

The engine tells it of every domain event (`add`), of all that a desk shows (`show`) and of the answers to
what was asked (`answer`); it passes these on to whoever listens. What people ask goes through `ask`, which
returns when the engine has granted it. In one process it stands between the runner and the web; where the
web runs apart, there is one on the web's end of the bus, and nothing above it knows the difference.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import structlog

from core.kernel.errors import RequestRefused
from core.kernel.record import replace
from core.model.commands import AnswerRequest, DeskCommand
from core.model.message import DomainEvent, Request
from core.ports import DoorAnswer, Sink

log = structlog.get_logger()

Answer = AnswerRequest | DoorAnswer
"""What the engine says to a request."""


class Listener(Protocol):
    """Whoever wants to hear what the engine tells."""

    def add(self, event: DomainEvent) -> None:
        """Hear of a fact; never blocks."""
        ...

    def show(self, command: DeskCommand) -> None:
        """Hear what an agent's screen shows; never blocks."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontSettings:
    """How this front office asks: its name is unique among all that ask one engine.

    The engine answers within its turn; `patience_s` is for one that is apart and may be away.
    """

    name: str = "web"
    patience_s: float = 5.0


@contextmanager
def _own_faults(listener: Listener) -> Iterator[None]:
    """Keep a fault of a listener its own: it hears within the engine's turn, which has a call to connect."""
    try:
        yield
    except Exception:
        log.exception("listener_failed", listener=type(listener).__name__)


class FrontOffice:
    """The engine's watcher, desk and door for other programs, as far as the web is concerned."""

    def __init__(self, sink: Sink, settings: FrontSettings | None = None) -> None:
        self._sink = sink
        self._settings = settings or FrontSettings()
        self._asked: dict[str, asyncio.Future[Answer]] = {}
        self._count = 0
        self._listeners: dict[Listener, None] = {}
        self._heeding: list[Sink] = []

    # --- the engine's side -------------------------------------------------------------------------

    def add(self, event: DomainEvent) -> None:
        """Pass a fact on."""
        for listener in tuple(self._listeners):
            with _own_faults(listener):
                listener.add(event)

    def show(self, command: DeskCommand) -> None:
        """Pass on what an agent's screen shows; the answer to a request of ours goes to who asked."""
        if isinstance(command, AnswerRequest):
            self.answer(command)
            return
        for listener in tuple(self._listeners):
            with _own_faults(listener):
                listener.show(command)

    def answer(self, command: Answer) -> None:
        """Give the engine's word to who asked; drop it where nobody waits for it (any more)."""
        asked = self._asked.pop(command.request_id, None)
        if asked is not None and not asked.done():
            asked.set_result(command)

    # --- the people's side -------------------------------------------------------------------------

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Let `listener` hear of everything from now on; return what ends that."""
        self._listeners[listener] = None

        def leave() -> None:
            self._listeners.pop(listener, None)

        return leave

    def heed(self, hear: Sink) -> None:
        """Let `hear` know of every request just before the engine is asked."""
        self._heeding.append(hear)

    def tell(self, request: Request) -> None:
        """Tell the engine what cannot be refused; nobody waits for an answer."""
        self._sink(request)

    async def ask(self, request: Request) -> Answer:
        """Ask the engine; return its answer where the request was granted.

        The request gets an identity of ours. Raises `RequestRefused` with the engine's code and reason, and
        `TimeoutError` where it does not answer: whether it was granted is then unknown.
        """
        self._count += 1
        request_id = f"{self._settings.name}-{self._count}"
        asked: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._asked[request_id] = asked
        try:
            async with asyncio.timeout(self._settings.patience_s):
                for hear in self._heeding:
                    hear(request)
                self._sink(replace(request, request_id=request_id))
                answer = await asked
        finally:
            self._asked.pop(request_id, None)
        if answer.code:
            raise RequestRefused(answer.code, answer.reason)
        return answer
