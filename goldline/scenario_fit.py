"""Where a scenario meets the engine's configuration: what one names, the other must have.

A misspelt queue or skill stops no simulation: its callers would wait in vain, and the figures would be
wrong in silence. So the names are held against each other before the day begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

from core.kernel.errors import Said
from core.kernel.schema import Steps, one_of
from core.model.contact import VOICE
from core.model.ids import QueueName
from goldline.config import Config
from goldline.config_dispositions import required_results
from goldline.flows import load_flows
from goldline.rulebook import rulebook_of
from goldline.rules_check import check_config_rules
from ivr.flow import Flow, mentions
from ivr.nodes import Branch, Callback, Enqueue, NodeName, SetValues
from routing.checks.finding import Finding
from routing.checks.walk import asks_by_value, skills_of
from simulator.demand import FileArrivals
from simulator.scenario import Scenario
from simulator.scenario_checks import Problem
from simulator.world import agent_profiles


def check_fit(scenario: Scenario, config: Config) -> list[Finding]:
    """Return the warnings about the rules by which the scenario's agents will work.

    Raises `ConfigError` about the first thing on which scenario and configuration do not agree, and for rules
    that cannot be meant.
    """
    path = scenario.folder / scenario.engine_config
    flows = load_flows(config, path.parent)
    for steps, found, allowed in _problems(scenario, config, flows):
        raise scenario.refusal(steps, found, allowed)
    called = {QueueName(node.queue) for _, _, node in _queues_called(scenario, config, flows)}
    return check_config_rules(config, flows, agent_profiles(scenario), path, served=frozenset(called))


def _problems(scenario: Scenario, config: Config, flows: Mapping[str, Flow]) -> Iterator[Problem]:
    """Yield what scenario and configuration do not agree on, in a fixed order."""
    if not scenario.arrivals and not scenario.leads:
        yield ["arrivals"], Said("nothing"), "at least 1, or leads: a day without calls shows nothing"
    yield from _names(scenario, config)
    yield from _skills(scenario, config, flows)
    yield from _queues_nobody_serves(scenario, config, flows)
    yield from _work_nobody_does(scenario, config)
    yield from _results_nobody_takes(scenario, config)


def _names(scenario: Scenario, config: Config) -> Iterator[Problem]:
    for entry, service in enumerate(scenario.service):
        yield from _unknown(service.queue, config.queues, ["service", entry, "queue"])
        yield from _unknown(service.tier, config.tiers, ["service", entry, "tier"])
    for entry, group in enumerate(scenario.customers):
        yield from _unknown(group.tier, config.tiers, ["customers", entry, "tier"])
    for entry, listed in enumerate(scenario.leads):
        if listed.campaign not in config.campaigns:
            known = list(config.campaigns)
            yield (
                ["leads", entry, "campaign"],
                listed.campaign,
                one_of(known) if known else "no: there are none",
            )
        yield from _unknown(listed.tier, config.tiers, ["leads", entry, "tier"])
    for entry, agent in enumerate(scenario.agents):
        for nth, pause in enumerate(agent.breaks):
            yield from _unknown(
                pause.reason,
                config.rules.not_ready_reasons,
                ["agents", entry, "breaks", nth, "reason"],
            )


def _unknown(name: str, known: Iterable[str], steps: Steps) -> Iterator[Problem]:
    """Complain of a name the configuration does not have; one that has no tiers knows any."""
    names = list(known)
    if name and names and name not in names:
        yield steps, name, one_of(names)


# --- skills --------------------------------------------------------------------------------------------


def _skills(scenario: Scenario, config: Config, flows: Mapping[str, Flow]) -> Iterator[Problem]:
    """Yield the skills of agents that no queue and no flow asks for: they are misspelt."""
    rules = rulebook_of(config)
    if asks_by_value(rules):
        return  # any skill may be asked for
    asked = set(skills_of(rules))
    asked |= {skill for flow in flows.values() for skill in _skills_of(flow.nodes.values())}
    skilled: list[tuple[Steps, Mapping[str, int]]]
    skilled = [(["agents", entry], agent.skills) for entry, agent in enumerate(scenario.agents)]
    skilled += [(["teams", entry], team.skills) for entry, team in enumerate(scenario.teams)]
    for steps, skills in skilled:
        for skill, level in skills.items():
            if skill not in asked:
                yield [*steps, "skills", skill], level, _nearest(skill, sorted(asked))


def _skills_of(nodes: Iterable[object]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, Callback | Enqueue | SetValues):
            yield from node.skills


def _nearest(skill: str, asked: Sequence[str]) -> str:
    near = get_close_matches(skill, asked, n=1)
    return f"no queue asks for it; did you mean {near[0]}?" if near else "no queue asks for it"


# --- queues ----------------------------------------------------------------------------------------------


def _queues_nobody_serves(scenario: Scenario, config: Config, flows: Mapping[str, Flow]) -> Iterator[Problem]:
    """Yield the numbers whose callers may come to stand in a line that no agent of the day serves.

    Where a queue has steps, its requirements change: the check of the rules looks at these.
    """
    for entry, number, node in _queues_called(scenario, config, flows):
        queue = config.queues[node.queue]
        needs = queue.requirements | dict(node.skills)
        if not queue.steps and not any(_meets(agent.skills, needs) for agent in scenario.staff):
            yield ["arrivals", entry, "dialed_number"], number, _needed(node.queue, needs)


def _work_nobody_does(scenario: Scenario, config: Config) -> Iterator[Problem]:
    """Yield work for queues there are not, or that no agent of the day can do and has room for."""
    for entry, arrivals in enumerate(scenario.arrivals):
        if arrivals.channel == VOICE:
            continue
        if arrivals.queue not in config.queues:
            yield ["arrivals", entry, "queue"], arrivals.queue, one_of(list(config.queues))
            continue
        room = config.work.capacity.get(arrivals.channel, 0)
        able = [a for a in scenario.staff if a.capacity.get(arrivals.channel, room)]
        needs = config.queues[arrivals.queue].requirements
        if not able:
            yield ["arrivals", entry, "channel"], arrivals.channel, "a channel that somebody has capacity for"
        elif not config.queues[arrivals.queue].steps and not any(_meets(a.skills, needs) for a in able):
            yield ["arrivals", entry, "queue"], arrivals.queue, _needed(arrivals.queue, needs)


def _results_nobody_takes(scenario: Scenario, config: Config) -> Iterator[Problem]:
    """Yield what agents enter, or that they enter nothing, where a queue requires one of other results.

    What a service by skill enters depends on how it went, and is not known before.
    """
    for queue, words in required_results(config.queues, config.dispositions).items():
        tiers = list(config.tiers) or [""]
        used = [scenario.service_of(queue, tier, agent) for tier in tiers for agent in scenario.staff]
        for entry, service in enumerate(scenario.service):
            if service.skill or not any(service is each for each in used):
                continue
            for word in service.dispositions or [service.disposition]:
                if word not in words:
                    allowed = f"{one_of(list(words))}: the queue {queue} requires a result"
                    yield ["service", entry, "disposition"], word, allowed


def _queues_called(
    scenario: Scenario, config: Config, flows: Mapping[str, Flow]
) -> Iterator[tuple[int, str, Enqueue]]:
    """Yield the nodes that hand callers over, with the entry of their arrivals and the number dialed."""
    for entry, arrivals in enumerate(scenario.arrivals):
        if arrivals.channel != VOICE:
            continue
        numbers = [arrivals.dialed_number]
        if isinstance(arrivals, FileArrivals):
            numbers += sorted({call.dialed_number for call in arrivals.trace if call.dialed_number})
        for number in numbers:
            flow = flows.get(config.ivr.numbers.get(number, config.ivr.default))
            for node in _queues_reached(flow, number) if flow else ():
                yield entry, number, node


def _queues_reached(flow: Flow, number: str) -> Iterator[Enqueue]:
    """Yield the nodes that hand over a caller of `number`, on whatever way through the flow."""
    seen: set[NodeName] = set()
    ahead = [flow.start]
    while ahead:
        name = ahead.pop()
        if name in seen:
            continue
        seen.add(name)
        node = flow.nodes[name]
        if isinstance(node, Enqueue):
            yield node
        elif isinstance(node, Branch) and node.on == "dialed_number":
            ahead.append(node.cases.get(number, node.otherwise))
        else:
            ahead += [NodeName(way) for _, way in mentions(node, NodeName)]


def _meets(skills: Mapping[str, int], needs: Mapping[str, int]) -> bool:
    return all(skills.get(skill, 0) >= level for skill, level in needs.items())


def _needed(queue: str, needs: Mapping[str, int]) -> str:
    skills = ", ".join(f"{skill} {level}" for skill, level in sorted(needs.items()))
    return f"nobody can serve its queue {queue}: give somebody the skills {skills}"
