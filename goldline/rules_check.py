"""The rules of a configuration held against the agents and the menus they will meet (`routing.checker`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from core.kernel.errors import ConfigError, Said
from core.model.ids import AgentId, QueueName
from goldline.config import Config
from goldline.rulebook import rulebook_of
from ivr.flow import AnyNode, Callback, Enqueue, Flow, Menu, NodeName, mentions
from routing.checker import check_rules
from routing.checks.finding import Finding, FlowEnds, Severity, Surroundings


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
    agents: Mapping[AgentId, Mapping[str, int]],
    origin: Path,
    served: frozenset[QueueName] | None = None,
) -> list[Finding]:
    """Return the warnings about the rules of the file `origin`; raise `RulesRefused` where there is an error.

    `agents` are the skills of those who will work by these rules, in the queues `served` or in all; where
    there are none, nothing is said of who could serve what.
    """
    nodes = [node for flow in flows.values() for node in flow.nodes.values()]
    choices = (choice for node in nodes if isinstance(node, Menu) for choice in node.options.values())
    around = Surroundings(
        agents=agents,
        flows={name: _ends(flow) for name, flow in flows.items()},
        languages=tuple(dict.fromkeys(language for flow in flows.values() for language in flow.prompts)),
        choices=tuple(dict.fromkeys(choices)),
        default_tier=config.rules.default_tier,
        served=served,
    )
    findings = check_rules(rulebook_of(config), around)
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise RulesRefused(str(origin), findings)
    return findings


def _ends(flow: Flow) -> FlowEnds:
    """Return where a flow ends; the loader has seen to it that each of its nodes is reached."""
    nodes = flow.nodes.values()
    queues = (QueueName(node.queue) for node in nodes if isinstance(node, Enqueue))
    others = (node for node in nodes if not isinstance(node, Enqueue))
    elsewhere = any(_ends_calls(node) for node in others)
    return FlowEnds(tuple(dict.fromkeys(queues)), elsewhere)


def _ends_calls(node: AnyNode) -> bool:
    return isinstance(node, Callback) or not any(True for _ in mentions(node, NodeName))
