"""The desks as agents see them: each agent's state with the legal requests, and the records that pop up."""

from __future__ import annotations

from collections.abc import Iterable

from core.model.agent import AgentState
from core.model.commands import DeskCommand, PopScreen, ShowAgentState
from core.model.events import AgentStateChanged
from core.model.ids import AgentId
from core.model.message import DomainEvent
from web.house import House
from web.live.records import record_view
from web.live.topic import DESK, Change
from web.screen import Screen
from web.times import moment, moment_if
from web.views.desk import DeskView, PartyView, WorkView

STATE = "state"
"""The key of the row of the state; those of records begin with `RECORD`."""
RECORD = "record:"


class Desks:
    """The fold of the topic `desk`: a table for each agent."""

    topics = (DESK,)

    def __init__(self, house: House, began_us: int = 0) -> None:
        self._house = house
        self._at_us = began_us
        self._screens: dict[AgentId, Screen] = {}
        self._extensions: dict[AgentId, str] = {}
        self._changes: list[Change] = []
        for agent_id in house.agents:  # of those who are not logged in the engine says nothing
            self.show(_logged_out(agent_id, began_us))

    def add(self, event: DomainEvent) -> None:
        """Hear of a fact: from which phone an agent works, and what time it is."""
        self._at_us = event.at_us
        if isinstance(event, AgentStateChanged) and event.extension != self._extensions.get(event.agent_id):
            self._extensions[event.agent_id] = event.extension
            self._show_state(event.agent_id)

    def tick(self, now_us: int) -> None:
        """Hear what time it is: pages count the seconds themselves."""

    def show(self, command: DeskCommand) -> None:
        """Hear what an agent's screen shows."""
        agent_id = command.agent_id
        for contact_id in self._screens.setdefault(agent_id, Screen()).show(command):
            self._changes.append(Change(DESK, RECORD + contact_id, None, agent_id))
        match command:
            case ShowAgentState():
                self._show_state(agent_id)
            case PopScreen():
                # The event of the offer came before, in the same instant.
                view = record_view(command, self._at_us, self._house)
                self._changes.append(Change(DESK, RECORD + command.contact_id, view, agent_id))
            case _:
                pass

    def changes(self) -> Iterable[Change]:
        """Return what was shown since this was last asked."""
        changes, self._changes = self._changes, []
        return changes

    def _show_state(self, agent_id: AgentId) -> None:
        screen = self._screens.get(agent_id)
        if screen is not None and screen.state is not None:
            self._changes.append(Change(DESK, STATE, self._state(screen.state), agent_id))

    def _state(self, shown: ShowAgentState) -> DeskView:
        profile = self._house.agents.get(shown.agent_id)
        return DeskView(
            agent_id=shown.agent_id,
            name=profile.name if profile else "",
            state=shown.state,
            reason=shown.reason,
            since=moment(shown.since_us),
            until=moment_if(shown.until_us),
            next_state=shown.next_state,
            asked_by=shown.asked_by,
            because=shown.because,
            extension=self._extensions.get(shown.agent_id, ""),
            contact_id=shown.contact_id,
            legal=shown.legal,
            work=tuple(
                WorkView(
                    contact_id=work.contact_id,
                    channel=work.channel,
                    offer_id=work.offer_id,
                    version=work.version,
                    in_hand=work.in_hand,
                )
                for work in shown.work
            ),
            standing=shown.standing,
            on_hold=shown.on_hold,
            is_muted=shown.is_muted,
            parties=tuple(
                PartyView(leg_id=party.leg_id, name=party.name, state=party.state) for party in shown.parties
            ),
            owes_result=shown.owes_result,
            undone=shown.undone,
        )


def _logged_out(agent_id: AgentId, since_us: int) -> ShowAgentState:
    return ShowAgentState(
        agent_id=agent_id, state=AgentState.LOGGED_OUT, reason="", since_us=since_us, legal=("LogIn",)
    )
