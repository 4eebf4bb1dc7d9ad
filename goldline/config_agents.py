"""The agents' side of the configuration: who works, offers in vain, work besides calls, wrap-ups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from agents.agent import WorkRules
from agents.misses import MissRules
from agents.standing_leg import StandingRules
from agents.wrap_up import WrapUpLimit
from core.kernel.clock import microseconds
from core.kernel.errors import KeyRefused
from core.model.agent import AgentProfile
from core.model.causes import RingOutcome
from core.model.contact import VOICE
from core.model.ids import AgentId, QueueName
from goldline.config_routing import QueueSection
from goldline.section import Level, Name, Seconds, Section
from simulator.room import Capacity

Slots = Annotated[int, Field(ge=0, le=50)]
"""More things at once than this nobody keeps apart."""


class CapacitySection(Section):
    """Whatever says how many contacts at once somebody can have."""

    capacity: dict[Name, Slots] = {}
    """For each channel how many contacts an agent has at once; nobody talks to two callers."""

    @model_validator(mode="after")
    def _one_call_at_a_time(self) -> CapacitySection:
        calls = self.capacity.get(VOICE, 0)
        if calls > 1:
            raise KeyRefused(f"capacity.{VOICE}", calls, "0 or 1: nobody talks to two callers at once")
        return self


class AgentSection(CapacitySection):
    """An agent and the level of each skill, 1 to 10; `capacity` where it differs from `work.capacity`."""

    name: str = ""
    """What the agent is called on screens."""
    skills: dict[Name, Level] = {}
    """The level of each skill; a skill that is not here is one the agent lacks."""
    wrap_up_limit_s: Seconds | None = None
    """How long a wrap-up of this agent lasts at the longest; without, as each queue says."""
    standing: bool = False
    """Whether the agent's phone is rung once, at log-in, and the call stands all shift."""


class WorkSection(CapacitySection):
    """Work besides calls: tasks, mails and whatever else other programs bring, and how it goes with calls."""

    capacity: dict[Name, Slots] = {VOICE: 1}
    """For each channel how many contacts an agent has at once, where the agent's own table does not say."""
    during_calls: bool = False
    """Whether work is offered to agents who are in a call or wrap one up."""
    calls_interrupt: bool = True
    """Whether calls are offered to agents who have work in hand."""
    leaving: Literal["wait", "return"] = "wait"
    """Whether a wish to pause or to log out waits for the end of work in hand, or returns it to the line."""
    behind_calls_s: Seconds = 0
    """How much further back work stands than a call that came at the same time."""


class OffersSection(Section):
    """What becomes of an agent whose offer came to nothing: a while without offers, and at last not ready."""

    reject_delay_s: Seconds = 0
    """How long no offer is made after one was rejected."""
    busy_delay_s: Seconds = 0
    """How long no offer is made after the phone was found busy."""
    no_answer_delay_s: Seconds = 0
    """How long no offer is made after one that nobody answered."""
    unreachable_delay_s: Seconds = 0
    """How long no offer is made after the phone could not be reached."""
    misses_max: Annotated[int, Field(ge=1, le=100)] = 1
    """After so many in a row the agent is not ready until it says otherwise; 1: after the first."""


class StandingSection(Section):
    """Agents' calls that stand all shift: how a phone is rung at log-in, and again when the call was lost."""

    ring_timeout_s: Annotated[float, Field(ge=5, le=120)] = 30
    """How long the phone rings."""
    retry_delay_s: Annotated[float, Field(ge=1, le=600)] = 5
    """How long after a call was lost, or not answered, the phone is rung again."""
    attempts_max: Annotated[int, Field(ge=1, le=100)] = 3
    """After so many in vain in a row the phone is left alone until the agent wishes to be ready."""
    music: Name = "default"
    """The music class that the agent hears between contacts."""


def standing_rules(standing: StandingSection) -> StandingRules:
    """Return the rules in microseconds."""
    return StandingRules(
        ring_timeout_us=microseconds(standing.ring_timeout_s),
        retry_delay_us=microseconds(standing.retry_delay_s),
        attempts_max=standing.attempts_max,
        music=standing.music,
    )


def miss_rules(offers: OffersSection) -> MissRules:
    """Return the rules in microseconds."""
    return MissRules(
        delays_us={
            RingOutcome.REJECTED: microseconds(offers.reject_delay_s),
            RingOutcome.BUSY: microseconds(offers.busy_delay_s),
            RingOutcome.NO_ANSWER: microseconds(offers.no_answer_delay_s),
            RingOutcome.UNREACHABLE: microseconds(offers.unreachable_delay_s),
        },
        misses_max=offers.misses_max,
    )


def work_rules(work: WorkSection) -> WorkRules:
    """Return how calls and work go together; who says nothing of calls still takes one at a time."""
    return WorkRules(
        capacity={VOICE: 1} | work.capacity,
        during_calls=work.during_calls,
        calls_interrupt=work.calls_interrupt,
        returns=work.leaving == "return",
    )


def work_channels(work: WorkSection, agents: Mapping[AgentId, AgentProfile]) -> frozenset[str]:
    """Return the channels besides voice that somebody has room for."""
    capacities = [work.capacity, *(agent.capacity for agent in agents.values())]
    return frozenset(channel for each in capacities for channel, count in each.items() if count) - {VOICE}


def capacity_of(work: WorkSection, agents: Mapping[AgentId, AgentProfile]) -> Capacity:
    """Return what the checkers of a simulated day hold agents' contacts against."""
    everybody = {VOICE: 1} | work.capacity
    return Capacity(
        of={agent_id: {**everybody, **agent.capacity} for agent_id, agent in agents.items()},
        during_calls=work.during_calls,
        calls_interrupt=work.calls_interrupt,
    )


def wrap_up_limits(queues: Mapping[str, QueueSection]) -> dict[QueueName, WrapUpLimit]:
    """Return the limits by queue, in microseconds."""
    return {
        QueueName(name): WrapUpLimit(
            microseconds(queue.wrap_up_limit_s),
            microseconds(queue.wrap_up_extension_s),
            queue.wrap_up_extensions_max,
        )
        for name, queue in queues.items()
    }


def agent_profile(agent_id: AgentId, agent: AgentSection) -> AgentProfile:
    """Return who the agent is."""
    limit_s = agent.wrap_up_limit_s
    return AgentProfile(
        agent_id=agent_id,
        name=agent.name or agent_id,
        skills=agent.skills,
        capacity=agent.capacity,
        wrap_up_limit_us=None if limit_s is None else microseconds(limit_s),
        standing=agent.standing,
    )
