"""Every agent of the house, at work or not: a fold of the ledger's events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from core.kernel.clock import seconds
from core.model.agent import AT_WORK, BUSY_STATES, AgentProfile, AgentState, skills_with
from core.model.control import ContactHeld, ContactResumed
from core.model.events import AgentStateChanged, ContactConnected, OfferMade
from core.model.ids import AgentId
from core.model.message import DomainEvent
from core.model.supervision import AgentLevelsSet, AgentQueuesSet, AgentSupervised, SupervisionEnded
from metrics.agent_figures import AgentFigures
from web.house import House
from web.live.contacts import KnownContact
from web.times import moment, moment_if
from web.views.floor import AgentView


@dataclass(slots=True)
class Seat:
    """An agent as the board knows one. `queues` are those that the agent serves, `contact_id` the call.

    Of all that its skills allow these are the ones `chosen` for it, None where it serves all. Levels that
    were `set` at work hold until `levels_until_us`, 0 for until they are taken back.
    """

    profile: AgentProfile
    queues: tuple[str, ...]
    since_us: int
    chosen: tuple[str, ...] | None = None
    set_levels: dict[str, int] = field(default_factory=dict)
    levels_until_us: int = 0
    state: AgentState = AgentState.LOGGED_OUT
    reason: str = ""
    next_state: AgentState | None = None
    asked_by: str = ""
    because: str = ""
    supervisors: dict[str, str] = field(default_factory=dict)
    no_longer: dict[str, str] = field(default_factory=dict)
    extension: str = ""
    contact_id: str = ""
    on_hold: bool = False
    has_screen: bool = False

    @property
    def skills(self) -> dict[str, int]:
        """The agent's levels as they are now."""
        return skills_with(self.profile.skills, self.set_levels)


class Seats:
    """The fold."""

    def __init__(self, house: House, began_us: int) -> None:
        self._house = house
        self._seats = {
            agent_id: Seat(profile, self._able(agent_id, profile.skills), began_us)
            for agent_id, profile in house.agents.items()
        }
        self._changed: dict[AgentId, None] = dict.fromkeys(self._seats)

    def __getitem__(self, agent_id: AgentId) -> Seat:
        return self._seats[agent_id]

    def serving(self, queue: str) -> Iterator[Seat]:
        """Yield the agents who serve `queue`."""
        return (seat for seat in self._seats.values() if queue in seat.queues)

    def ready(self, queue: str) -> int:
        """Return how many agents who serve `queue` wait for a contact."""
        return sum(seat.state is AgentState.READY for seat in self.serving(queue))

    def working(self, queue: str) -> int:
        """Return how many agents who serve `queue` are ready or busy, not away."""
        return sum(seat.state in AT_WORK for seat in self.serving(queue))

    def add(self, event: DomainEvent) -> None:
        """Fold one event in; events that change no agent are passed over."""
        match event:
            case AgentStateChanged():
                self._moved(event)
            case AgentQueuesSet():
                self._set(event.agent_id, chosen=event.queues)
                self._serve(event.agent_id)
            case AgentLevelsSet():
                levels = dict(event.levels)
                self._set(event.agent_id, set_levels=levels, levels_until_us=event.until_us)
                self._serve(event.agent_id)
            case OfferMade(channel="voice") | ContactConnected(channel="voice"):
                self._set(event.agent_id, contact_id=event.contact_id)
            case AgentSupervised():
                self._hear(event.agent_id, event.asked_by, mode=event.mode)
            case SupervisionEnded():
                self._hear(event.agent_id, event.asked_by, ended=event.reason)
            case ContactHeld():
                self._set(event.agent_id, on_hold=True)
            case ContactResumed():
                self._set(event.agent_id, on_hold=False)
            case _:
                pass

    def screen(self, agent_id: AgentId, is_open: bool) -> None:
        """Know whether the agent's desk is open on a screen."""
        self._set(agent_id, has_screen=is_open)

    def touch(self, agent_id: AgentId) -> None:
        """Note that something shown beside the agent changed."""
        if agent_id in self._seats:
            self._changed[agent_id] = None

    def take_changed(self) -> Iterable[AgentId]:
        """Return the agents who changed since this was last asked."""
        changed, self._changed = self._changed, {}
        return changed

    def touch_those_in(self) -> None:
        """Note that time has passed for all who are logged in."""
        self._changed |= {
            agent_id: None
            for agent_id, seat in self._seats.items()
            if seat.state is not AgentState.LOGGED_OUT
        }

    def touch_all(self) -> None:
        """Note that figures of all agents changed: a new day has begun."""
        self._changed = dict.fromkeys(self._seats)

    def _moved(self, event: AgentStateChanged) -> None:
        seat = self._seats.get(event.agent_id)
        if seat is None:
            return
        if (seat.state, seat.reason) != (event.new, event.reason):
            seat.since_us = event.at_us
        seat.state, seat.reason = event.new, event.reason
        seat.next_state, seat.asked_by, seat.because = event.next_state, event.asked_by, event.because
        seat.extension = event.extension
        if event.new not in BUSY_STATES:
            seat.contact_id, seat.on_hold = "", False
        self._changed[event.agent_id] = None

    def _hear(self, agent_id: AgentId, login: str, *, mode: str = "", ended: str = "") -> None:
        """Take note of who hears the agent in which mode, or why it has ended."""
        seat = self._seats.get(agent_id)
        if seat is not None:
            self._set(
                agent_id,
                supervisors=_with(seat.supervisors, login, mode),
                no_longer=_with(seat.no_longer, login, ended),
            )

    def _able(self, agent_id: AgentId, skills: Mapping[str, int]) -> tuple[str, ...]:
        """Return the queues that these skills allow the agent to serve."""
        return tuple(name for name, card in self._house.queues.items() if card.is_for(agent_id, skills))

    def _serve(self, agent_id: AgentId) -> None:
        """See which queues the agent serves by now."""
        seat = self._seats.get(agent_id)
        if seat is not None:
            able = self._able(agent_id, seat.skills)
            seat.queues = tuple(name for name in able if seat.chosen is None or name in seat.chosen)

    def _set(self, agent_id: AgentId, **parts: object) -> None:
        seat = self._seats.get(agent_id)
        if seat is not None:
            for name, value in parts.items():
                setattr(seat, name, value)
            self._changed[agent_id] = None


def _with(words: Mapping[str, str], login: str, word: str) -> dict[str, str]:
    """Return the words with the one of `login`, which has none where it is empty."""
    return {name: each for name, each in {**words, login: word}.items() if each}


def agent_view(seat: Seat, contact: KnownContact | None, figures: AgentFigures) -> AgentView:
    """Return the agent as supervisors see one, with the call in hand and the figures of today."""
    return AgentView(
        agent_id=seat.profile.agent_id,
        name=seat.profile.name,
        state=seat.state,
        reason=seat.reason,
        since=moment(seat.since_us),
        next_state=seat.next_state,
        asked_by=seat.asked_by,
        because=seat.because,
        supervisors=seat.supervisors,
        no_longer=seat.no_longer,
        extension=seat.extension,
        desk=seat.has_screen,
        on_hold=seat.on_hold,
        contact_id=seat.contact_id,
        queue=contact.queue if contact else "",
        tier=contact.tier if contact else "",
        queues=seat.queues,
        skills=seat.skills,
        set_levels=seat.set_levels,
        levels_until=moment_if(seat.levels_until_us),
        handled=figures.handled,
        talk_seconds=seconds(figures.talk_us),
        hold_seconds=seconds(figures.hold_us),
        wrap_up_seconds=seconds(figures.wrap_up_us),
        occupancy=figures.occupancy.value,
    )
