"""The rules of a configuration held against the agents and the menus they will meet (`routing.checker`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from core.kernel.errors import ConfigError, Said
from core.model.agent import AgentProfile
from core.model.destination import DestinationKind
from core.model.ids import AgentId, QueueName
from goldline.agents_check import check_agents
from goldline.campaigns_check import check_campaigns
from goldline.config import Config
from goldline.config_agents import work_channels
from goldline.rulebook import rulebook_of
from ivr.flow import Flow, mentions
from ivr.nodes import AnyNode, Callback, Enqueue, Menu, NodeName
from routing.checker import check_rules
from routing.checks.finding import Finding, FlowEnds, Severity, Surroundings
from routing.checks.walk import destinations
from routing.rules import Rulebook


class RulesRefused(ConfigError):
    """Everything that is wrong with the rules of a file, errors first."""

    def __init__(self, origin: str, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(origin, Said(f"{len(self.findings)} mistakes in the rules"), "none")

    def __str__(self) -> str:
        return "\n".join((f"{self.where}:", *(f"  {finding}" for finding in self.findings)))


def check_config_rules(
    config: Config,
    flows: Mapping[str, Flow],
    agents: Mapping[AgentId, AgentProfile],
    origin: Path,
    served: frozenset[QueueName] | None = None,
) -> list[Finding]:
    """Return the warnings about the rules of the file `origin`; raise `RulesRefused` where there is an error.

    `agents` are those who will work by these rules, in the queues `served` or in all; where there are none,
    nothing is said of who could serve what.
    """
    nodes = [node for flow in flows.values() for node in flow.nodes.values()]
    choices = (choice for node in nodes if isinstance(node, Menu) for choice in node.options.values())
    rules = rulebook_of(config)
    around = Surroundings(
        agents={agent_id: agent.skills for agent_id, agent in agents.items()},
        flows={name: _ends(flow) for name, flow in flows.items()},
        languages=tuple(dict.fromkeys(language for flow in flows.values() for language in flow.prompts)),
        choices=tuple(dict.fromkeys(choices)),
        default_tier=config.rules.default_tier,
        served=None if served is None else _with_overflow(served, rules),
        has_work=bool(work_channels(config.work, agents)),
        called_for=tuple(QueueName(campaign.queue) for campaign in config.campaigns.values()),
    )
    findings = [*check_rules(rules, around), *check_agents(config, agents), *check_campaigns(config, flows)]
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise RulesRefused(str(origin), findings)
    return findings


def _with_overflow(called: Iterable[QueueName], rules: Rulebook) -> frozenset[QueueName]:
    """Return the queues that calls come to, and those that these send contacts to."""
    found = dict.fromkeys(called)
    ahead = list(found)
    for name in ahead:
        for _, to in destinations(rules.queues[name]):
            target = QueueName(to.target)
            if to.kind is DestinationKind.QUEUE and target in rules.queues and target not in found:
                found[target] = None
                ahead.append(target)
    return frozenset(found)


def _ends(flow: Flow) -> FlowEnds:
    """Return where a flow ends; the loader has seen to it that each of its nodes is reached."""
    nodes = flow.nodes.values()
    queues = (QueueName(node.queue) for node in nodes if isinstance(node, Enqueue))
    others = (node for node in nodes if not isinstance(node, Enqueue))
    elsewhere = any(_ends_calls(node) for node in others)
    return FlowEnds(tuple(dict.fromkeys(queues)), elsewhere)


def _ends_calls(node: AnyNode) -> bool:
    return isinstance(node, Callback) or not any(True for _ in mentions(node, NodeName))
