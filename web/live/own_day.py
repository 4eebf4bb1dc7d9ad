"""What agents see of their own day: their figures, and the contacts they had, the newest last.

The figures are those of the floor, so an agent and a supervisor never read different ones.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from core.kernel.clock import seconds
from core.model.agent import AgentState
from core.model.commands import DeskCommand
from core.model.events import AgentStateChanged, InteractionRecorded, OfferFailed
from core.model.ids import AgentId
from core.model.message import DomainEvent
from metrics.agent_figures import AgentFigures
from web.live.floor import Floor
from web.live.topic import OWN_DAY, Change
from web.times import moment
from web.views.desk import OwnContactView, OwnDayView

DAY = "day"
"""The key of the row of the figures; those of contacts begin with `CONTACT`."""
CONTACT = "contact:"
CONTACTS_MAX = 25
"""So many of an agent's last contacts are shown: those one may be asked about."""


class OwnDays:
    """The fold of the topic `own_day`, a table for each agent; it MUST hear of events after `floor` did."""

    topics = (OWN_DAY,)

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._day = floor.today.day.day
        self._contacts: dict[AgentId, deque[str]] = {}
        self._shown: dict[AgentId, None] = {}
        self._counted_us = floor.counted_us
        self._touched: dict[AgentId, None] = {}
        self._changes: list[Change] = []

    def add(self, event: DomainEvent) -> None:
        """Hear of a fact."""
        match event:
            case InteractionRecorded() if event.agent_id:
                self._record(AgentId(event.agent_id), event)
            case AgentStateChanged() | OfferFailed():
                self._touched[event.agent_id] = None
            case _:
                pass

    def show(self, command: DeskCommand) -> None:
        """Hear what an agent's screen shows: nothing of the day."""

    def tick(self, now_us: int) -> None:
        """Hear what time it is: at midnight the figures begin anew, and with each minute time has passed."""
        day, counted_us = self._floor.today.day.day, self._floor.counted_us
        if (self._day, self._counted_us) != (day, counted_us):
            self._day, self._counted_us = day, counted_us
            self._touched |= self._shown

    def changes(self) -> Iterable[Change]:
        """Return what changed since this was last asked."""
        changes, self._changes = self._changes, []
        touched, self._touched = self._touched, {}
        self._shown |= touched
        figures = self._floor.today.day.agents
        return [
            *changes,
            *(Change(OWN_DAY, DAY, day_view(figures.of(agent_id)), agent_id) for agent_id in touched),
        ]

    def _record(self, agent_id: AgentId, event: InteractionRecorded) -> None:
        self._touched[agent_id] = None
        shown = self._contacts.setdefault(agent_id, deque())
        shown.append(event.contact_id)
        self._changes.append(Change(OWN_DAY, CONTACT + event.contact_id, contact_view(event), agent_id))
        if len(shown) > CONTACTS_MAX:
            self._changes.append(Change(OWN_DAY, CONTACT + shown.popleft(), None, agent_id))


def day_view(figures: AgentFigures) -> OwnDayView:
    """Return an agent's day in figures."""
    return OwnDayView(
        handled=figures.handled,
        worked=figures.worked,
        missed=figures.missed,
        talk_seconds=seconds(figures.talk_us),
        hold_seconds=seconds(figures.hold_us),
        wrap_up_seconds=seconds(figures.wrap_up_us),
        ready_seconds=seconds(figures.spent_us.get(AgentState.READY, 0)),
        not_ready_seconds=seconds(figures.spent_us.get(AgentState.NOT_READY, 0)),
        occupancy=figures.occupancy.value,
    )


def contact_view(event: InteractionRecorded) -> OwnContactView:
    """Return a contact that is over."""
    return OwnContactView(
        contact_id=event.contact_id,
        ended=moment(event.at_us),
        channel=event.channel,
        number=event.caller_number,
        queue=event.queue,
        tier=event.tier,
        outcome=event.outcome,
        disposition=event.disposition,
        talk_seconds=seconds(event.talk_us),
        notes=event.notes,
    )
