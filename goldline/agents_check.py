"""What is well formed on the agents' side of a configuration and cannot be meant: all this is merely told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.model.agent import AgentProfile
from core.model.contact import VOICE
from core.model.ids import AgentId
from goldline.config import Config
from goldline.config_agents import WorkSection, capacity_of, work_channels
from routing.checks.finding import Finding, warning


def check_agents(config: Config, agents: Mapping[AgentId, AgentProfile]) -> list[Finding]:
    """Return the warnings about offers, work and capacities, for the `agents` who will work by them."""
    return [
        *_delays_nobody_sits_out(config),
        *_extensions_that_are_none(config),
        *_work_nobody_may_have(config, agents),
        *_agents_who_have_nothing(config, agents),
    ]


def _delays_nobody_sits_out(config: Config) -> Iterator[Finding]:
    if config.offers.misses_max > 1:
        return
    for key in sorted(config.offers.model_fields_set - {"misses_max"}):
        if getattr(config.offers, key):
            yield warning(
                ["offers", key],
                "nobody sits this delay out: the first miss makes not ready",
                "let misses_max be 2 or more, or leave the delay out",
            )


def _extensions_that_are_none(config: Config) -> Iterator[Finding]:
    for name, queue in config.queues.items():
        if "wrap_up_extensions_max" in queue.model_fields_set and not queue.wrap_up_extension_s:
            yield warning(
                ["queues", name, "wrap_up_extensions_max"],
                "a wrap-up is never extended here",
                "say by how much: wrap_up_extension_s",
            )


def _work_nobody_may_have(config: Config, agents: Mapping[AgentId, AgentProfile]) -> Iterator[Finding]:
    """Yield rules about work where nobody has room for any channel but voice."""
    if work_channels(config.work, agents):
        return
    unmet = "nobody has room for work besides calls"
    advice = "give somebody a capacity, such as work.capacity = { voice = 1, task = 2 }"
    for key in sorted(config.work.model_fields_set - {"capacity"}):
        if getattr(config.work, key) != WorkSection.model_fields[key].default:
            yield warning(["work", key], unmet, advice)
    if config.work_door.token.get_secret_value():
        yield warning(["work_door"], unmet, advice)


def _agents_who_have_nothing(config: Config, agents: Mapping[AgentId, AgentProfile]) -> Iterator[Finding]:
    for agent_id, capacity in capacity_of(config.work, agents).of.items():
        if not any(capacity.values()):
            advice = f"let {VOICE} be 1, or another channel more than 0"
            yield warning(["agents", agent_id, "capacity"], "this agent is never offered anything", advice)
