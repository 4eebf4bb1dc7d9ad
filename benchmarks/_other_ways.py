"""How app_queue of Asterisk and mod_callcenter of FreeSWITCH find an agent, restated for the benchmark.

Written from a description of what their code does and how its cost grows, not from the code; kinder than the
originals wherever there was a choice. Neither knows skills: a contact joins the queue of its first skill, and
an agent is a member of the queues of all of its own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from core.model.agent import AgentProfile
from core.model.ids import AgentId, ContactId
from routing.standing import Standing


class AppQueue:
    """Callers in a list for each queue by priority; each waiting caller asks again every second.

    Who asks counts the available members and walks the list to its own place; if it is near enough to the
    front, a metric is worked out for every member and the best of those available is searched for. Here
    only the first caller of each queue of a freed agent asks, as if it were always the quickest.
    """

    def __init__(self, profiles: Iterable[AgentProfile]) -> None:
        self._lines: dict[str, list[tuple[int, ContactId]]] = {}
        self._members: dict[str, list[AgentId]] = {}
        self._available_since: dict[AgentId, int] = {}
        self._queues_of = {profile.agent_id: tuple(profile.skills) for profile in profiles}
        for agent_id, queues in self._queues_of.items():
            for queue in queues:
                self._members.setdefault(queue, []).append(agent_id)

    def join(self, standing: Standing) -> None:
        """Insert a caller behind the last one of its priority or a higher one."""
        priority = standing.contact.head_start_us
        line = self._lines.setdefault(standing.kind.queue, [])
        place = 0
        for ahead, _ in line:
            if ahead < priority:
                break
            place += 1
        line.insert(place, (priority, standing.contact.contact_id))

    def free(self, agent_id: AgentId, now_us: int) -> ContactId | None:
        """Let an agent be available, and return the first caller whose turn it is."""
        self._available_since[agent_id] = now_us
        for queue in self._queues_of[agent_id]:
            line = self._lines.get(queue, [])
            if line and self.ask(queue, line[0][1]) is not None:
                return line.pop(0)[1]
        return None

    def ask(self, queue: str, contact_id: ContactId) -> AgentId | None:
        """Return the agent that a waiting caller gets now, None where it is not its turn."""
        members = self._members[queue]
        available = sum(1 for member in members if member in self._available_since)
        place = 0
        for _, other in self._lines[queue]:
            if other == contact_id:
                break
            place += 1
        if place >= available:
            return None
        metrics = [(self._available_since.get(member, 0), member) for member in members]
        best = min(metric for metric in metrics if metric[1] in self._available_since)[1]
        del self._available_since[best]
        return best

    def ask_all(self) -> int:
        """Let every caller ask once, as happens each second; return how many asked."""
        asked = 0
        for queue, line in self._lines.items():
            for _, contact_id in line:
                self.ask(queue, contact_id)
                asked += 1
        return asked


class Pass(NamedTuple):
    """What one look at the whole database came to."""

    asked: int
    decisions: int


class ModCallcenter:
    """Callers, agents and tiers in SQLite; ten times a second all callers are read, best score first.

    For each of them its queue's agents are read in their order until one is found waiting. Here there
    are indexes, the database is in memory, and a pass ends when no agent is left.
    """

    def __init__(self, profiles: Iterable[AgentProfile]) -> None:
        self._tables = sqlite3.connect(":memory:")
        self._tables.executescript(
            """
            CREATE TABLE members (id TEXT PRIMARY KEY, queue TEXT, joined INTEGER, base_score INTEGER);
            CREATE TABLE agents (name TEXT PRIMARY KEY, state TEXT, last_offered INTEGER);
            CREATE TABLE tiers (queue TEXT, agent TEXT, level INTEGER, position INTEGER);
            CREATE INDEX tiers_by_queue ON tiers (queue);
            """
        )
        for profile in profiles:
            self._tables.execute("INSERT INTO agents VALUES (?, 'Busy', 0)", (profile.agent_id,))
            tiers = [(skill, profile.agent_id, 10 - level, 1) for skill, level in profile.skills.items()]
            self._tables.executemany("INSERT INTO tiers VALUES (?, ?, ?, ?)", tiers)

    def join(self, standing: Standing) -> None:
        """Write a caller down."""
        contact = standing.contact
        self._tables.execute(
            "INSERT INTO members VALUES (?, ?, ?, ?)",
            (contact.contact_id, standing.kind.queue, contact.queued_us, contact.head_start_us),
        )

    def free(self, agent_id: AgentId) -> None:
        """Write down that an agent waits."""
        self._tables.execute("UPDATE agents SET state = 'Waiting' WHERE name = ?", (agent_id,))

    def look(self, now_us: int, freed: int) -> Pass:
        """Go through all callers as one pass does, until the `freed` agents are taken."""
        callers = self._tables.execute(
            "SELECT id, queue, (? - joined) + base_score AS score FROM members ORDER BY score DESC", (now_us,)
        ).fetchall()
        decisions = 0
        for asked, (contact_id, queue, _) in enumerate(callers, start=1):
            agent = self._agent_for(queue)
            if agent is not None:
                self._tables.execute("UPDATE agents SET state = 'Busy' WHERE name = ?", (agent,))
                self._tables.execute("DELETE FROM members WHERE id = ?", (contact_id,))
                decisions += 1
            if decisions == freed:
                return Pass(asked, decisions)
        return Pass(len(callers), decisions)

    def _agent_for(self, queue: str) -> str | None:
        rows = self._tables.execute(
            "SELECT name, state FROM agents JOIN tiers ON agents.name = tiers.agent WHERE tiers.queue = ? "
            "ORDER BY level, position, last_offered",
            (queue,),
        )
        return next((name for name, state in rows if state == "Waiting"), None)
