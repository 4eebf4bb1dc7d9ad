"""The state of one call in the IVR: where it stands in its flow and what it waits for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from core.kernel.record import Entity, field
from core.model.contact import Contact, ContactTrigger, Requirement
from core.model.prompts import Prompt
from ivr.flow import Flow
from ivr.nodes import AnyNode, Lookup, NodeName, SetValues
from ivr.prompts import PromptSet


class PendingLookup(NamedTuple):
    """A question to the CRM store that has no answer yet."""

    lookup_id: str
    node: Lookup


class Dialogue(Entity, kw_only=True):
    """One caller's way through one flow."""

    contact: Contact
    flow: Flow
    # The node in hand, and how many were taken so far.
    at: NodeName
    taken: int = 0
    # The step whose end is awaited, empty while none runs, and when it was asked for.
    step: str = ""
    step_began_us: int = 0
    # Failed tries at the menu or collection in hand, and whether its prompt has been heard out.
    tries: int = 0
    prompted: bool = False
    # What the caller keyed in; may hold an account number.
    variables: dict[str, str] = field(default_factory=dict)
    # The lookup on its way, and whether the node in hand waits for it.
    lookup: PendingLookup | None = None
    awaits_lookup: bool = False
    # Whether any lookup was settled, whether the caller proved account and PIN, how often in vain.
    identified: bool = False
    verified: bool = False
    refusals: int = 0
    # The wait that the node in hand tells, in minutes.
    wait_min: tuple[int, int | None] = (0, None)
    # A language that the flow has set stands above the one in the customer's record.
    language_set: bool = False
    # What it means when the caller hangs up now: left in vain, served, or a message left.
    if_gone: ContactTrigger = ContactTrigger.LEAVE

    def __repr__(self) -> str:
        return f"Dialogue({self.contact.contact_id} at {self.at})"  # and nothing of what was keyed in

    @property
    def node(self) -> AnyNode:
        """Return the node in hand."""
        return self.flow.nodes[self.at]

    @property
    def prompts(self) -> PromptSet:
        """Return the prompt set of the language that is spoken now."""
        return self.flow.prompts[self.contact.language]

    def say(self, *names: str) -> Prompt:
        """Return the named prompts, one after the other, in the language that is spoken now."""
        return tuple(part for name in names for part in self.prompts.named(name))

    def set_values(self, node: SetValues) -> None:
        """Let what the flow says of the call hold from now on: its language, skills to ask for, variables."""
        if node.language:
            self.contact.language = node.language
            self.language_set = True
        self.require(node.skills)
        self.variables.update(node.variables)

    def require(self, skills: Mapping[str, int]) -> None:
        """Ask for `skills` of the agent too; the later level of a skill holds."""
        if skills:
            levels = {need.skill: need.minimum for need in self.contact.requirements} | dict(skills)
            self.contact.requirements = tuple(
                [Requirement(skill=skill, minimum=level) for skill, level in levels.items()]
            )
