"""The flow files that a configuration names, checked against its queues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from core.kernel.errors import ConfigError
from goldline.config import Config
from ivr.flow import Flow
from ivr.loader import load_flow, parse_flow
from ivr.nodes import Callback, Enqueue, QueueState, TellWait


def load_flows(config: Config, folder: Path) -> dict[str, Flow]:
    """Return the flows by name; relative paths are beside the configuration, in `folder`.

    Raises `ConfigError` for a broken flow, two of one name, a queue the configuration does not have, and a
    callback from a queue that makes none.
    """
    return _by_name(((file, load_flow(folder / file)) for file in config.ivr.flows), config)


def parse_flows(config: Config, texts: Mapping[str, str]) -> dict[str, Flow]:
    """Return the flows by name from the `texts` of their files; raises as `load_flows` does."""
    return _by_name(((file, parse_flow(text, file)) for file, text in texts.items()), config)


def flow_texts(config: Config, folder: Path) -> dict[str, str]:
    """Return what stands in the flow files that `config` names, by file, in its order."""
    return {file: (folder / file).read_text(encoding="utf-8") for file in config.ivr.flows}


def _by_name(files: Iterable[tuple[str, Flow]], config: Config) -> dict[str, Flow]:
    flows: dict[str, Flow] = {}
    for file, flow in files:
        if flow.name in flows:
            raise ConfigError(f"{file}: name", flow.name, "a name no other flow has")
        _check_queues(flow, config, file)
        flows[flow.name] = flow
    return flows


def _check_queues(flow: Flow, config: Config, file: str) -> None:
    for name, node in flow.nodes.items():
        if isinstance(node, Callback | Enqueue | QueueState | TellWait) and node.queue not in config.queues:
            known = ", ".join(sorted(config.queues))
            raise ConfigError(f"{file}: nodes.{name}.queue", node.queue, f"one of the queues: {known}")
        if isinstance(node, Callback) and config.queues[node.queue].callback is None:
            allowed = "a queue that calls back, by a table queues.NAME.callback"
            raise ConfigError(f"{file}: nodes.{name}.queue", node.queue, allowed)
