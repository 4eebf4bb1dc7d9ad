"""The people of the demonstration: every agent, a supervisor, a campaign manager, an administrator."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from core.model.agent import AgentProfile
from core.model.ids import AgentId
from core.model.person import Person
from web.gate.passwords import hash_password
from web.ports import PeopleStore
from web.roles import Role

PASSWORD = "goldline-demo"
"""Everybody's. It opens invented people's desks on this machine, as long as the demonstration runs."""
EVERYWHERE = "demo"
"""Who may open all three pages with one sign-in, and sits in `ANNA`'s place."""
ANNA = AgentId("anna")
WALL = "wall"
"""Who may look at everything and change nothing."""
_OFFICE = (
    Person(
        login=EVERYWHERE,
        name="Anna, and everybody else",
        roles=(Role.AGENT, Role.SUPERVISOR, Role.CAMPAIGN_MANAGER),
        agent_id=ANNA,
    ),
    Person(login="supervisor", name="Sam Porter", roles=(Role.SUPERVISOR,)),
    Person(login="campaigns", name="Cleo Marsh", roles=(Role.CAMPAIGN_MANAGER,)),
    Person(login="admin", name="Ada Wells", roles=(Role.ADMINISTRATOR,)),
    Person(login=WALL, name="The wall", roles=(Role.READ_ONLY,)),
)


async def add_demo_people(people: PeopleStore, agents: Mapping[AgentId, AgentProfile]) -> None:
    """Let each of `agents` and the office sign in with `PASSWORD`."""
    password_hash = await asyncio.to_thread(hash_password, PASSWORD)
    at_desks = (
        Person(login=agent_id, name=profile.name, roles=(Role.AGENT,), agent_id=agent_id)
        for agent_id, profile in agents.items()
    )
    for person in (*at_desks, *_OFFICE):
        await people.add_person(replace(person, password_hash=password_hash))
