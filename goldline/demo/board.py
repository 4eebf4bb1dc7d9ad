"""The live picture: a fold of the ledger's events, drawn as tables for the terminal."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from core.kernel.clock import seconds
from core.model.agent import AgentProfile, AgentState
from core.model.contact import ContactState
from core.model.events import AgentStateChanged, DecisionMade
from core.model.ids import AgentId, QueueName
from core.model.message import DomainEvent
from goldline.app import Brain
from goldline.board_tables import STATE_COLOURS, board_table
from goldline.config import Config
from metrics.day import DayFigures
from metrics.ratio import Ratio

DECISIONS_SHOWN = 8
_RULES = {"highest_level": "level", "longest_idle": "idle", "by_place": "place"}
"""Which came first in the choice of the agent, in one word."""
_WAITING = (ContactState.QUEUED, ContactState.OFFERED)


@dataclass(slots=True)
class _Seat:
    """One agent as the board shows it."""

    state: AgentState = AgentState.LOGGED_OUT
    reason: str = ""
    since_us: int = 0


class Board:
    """What a supervisor wants to see; fed with `add`, drawn with `draw`."""

    def __init__(self, brain: Brain, agents: Mapping[AgentId, AgentProfile], config: Config) -> None:
        self._contacts = brain.contacts
        self._router = brain.router
        self._agents = agents
        self._tiers = list(config.tiers)
        self._queues = [QueueName(name) for name in config.queues]
        self._seats = {agent_id: _Seat() for agent_id in agents}
        self._decisions: deque[tuple[DecisionMade, str]] = deque(maxlen=DECISIONS_SHOWN)
        self.figures = DayFigures()

    def add(self, event: DomainEvent) -> None:
        """Fold one event of the ledger in."""
        self.figures.add(event)
        match event:
            case AgentStateChanged():
                self._seats[event.agent_id] = _Seat(event.new, event.reason, event.at_us)
            case DecisionMade():
                contact = self._contacts.get(event.contact_id)
                self._decisions.appendleft((event, contact.tier if contact else ""))
            case _:
                pass

    def draw(self, now_us: int, heading: RenderableType, wide: bool = True) -> Group:
        """Return the picture as of `now_us` below `heading`; a `wide` one has the agents beside the rest."""
        tables = (self._tiers_table(now_us), self._queues_table(now_us), self._decisions_table())
        agents = self._agents_table(now_us)
        if not wide:
            return Group(heading, *tables, agents)
        columns = Table.grid(padding=(0, 3))
        columns.add_row(agents, Group(*tables))
        return Group(heading, columns)

    def _queues_table(self, now_us: int) -> Table:
        table = board_table("Queues", "queue", "waiting", "longest s", "ready", "at work")
        for queue in self._queues:
            table.add_row(
                queue,
                str(self._router.waiting(queue)),
                f"{seconds(self._router.longest_wait_us(queue, now_us)):.0f}",
                str(self._router.ready_agents(queue)),
                str(self._router.working_agents(queue)),
            )
        return table

    def _tiers_table(self, now_us: int) -> Table:
        headings = ("waiting", "longest s", "answered", "left", "mean s", "in 20 s", "level")
        table = board_table("Tiers", "tier", *headings)
        for tier in self._tiers:
            table.add_row(tier, *self._tier_cells(tier, now_us))
        return table

    def _tier_cells(self, tier: str, now_us: int) -> list[str]:
        waits_us = [c.waited_us(now_us) for c in self._contacts if c.tier == tier and c.state in _WAITING]
        figures = self.figures.of(tier=tier)
        return [
            str(len(waits_us)),
            f"{seconds(max(waits_us, default=0)):.0f}",
            str(figures.answered),
            str(figures.abandoned),
            _shown(figures.mean_wait_s, ".1f"),
            _shown(figures.service_level(self.figures.frame), ".0%"),
            _shown(figures.mean_level, ".1f"),
        ]

    def _agents_table(self, now_us: int) -> Table:
        table = board_table("Agents", "agent", "state", "for s")
        for agent_id, seat in self._seats.items():
            if seat.state is not AgentState.LOGGED_OUT:
                word = f"{seat.state.value} {seat.reason}".strip()
                since = f"{seconds(now_us - seat.since_us):.0f}"
                table.add_row(self._agents[agent_id].name, Text(word, style=STATE_COLOURS[seat.state]), since)
        return table

    def _decisions_table(self) -> Table:
        table = board_table(
            "Last decisions", "contact", "tier", "to (level)", "by", "second", "of", "in line"
        )
        for decision, tier in self._decisions:
            second = _second(decision)
            table.add_row(
                decision.contact_id,
                tier,
                f"{decision.winner.agent_id} ({decision.winner.level})",
                _RULES.get(decision.rule, decision.rule),
                second,
                str(decision.candidates),
                str(decision.waiting),
            )
        return table


def _second(decision: DecisionMade) -> str:
    if decision.runner_up is None:
        return "-"
    return decision.runner_up.agent_id if decision.asked == "agent" else decision.runner_up.contact_id


def _shown(figure: Ratio, form: str) -> str:
    return "" if figure.value is None else format(figure.value, form)
