"""Who a person or a program is to the web side, and what that lets them do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.model.ids import AgentId


class Role(StrEnum):
    """What a person or a program may do."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    CAMPAIGN_MANAGER = "campaign_manager"
    ADMINISTRATOR = "administrator"
    READ_ONLY = "read_only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A person who signed in, or a program with a key; `agent_id` is the desk of a person who has one."""

    login: str
    name: str = ""
    roles: frozenset[Role] = frozenset()
    agent_id: AgentId | None = None

    def may(self, *roles: Role) -> bool:
        """Tell whether the caller has one of `roles`."""
        return Role.ADMINISTRATOR in self.roles or not self.roles.isdisjoint(roles)
