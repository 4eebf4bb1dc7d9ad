"""A flow as a picture, in the language of Mermaid. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.flow import Flow, mentions
from ivr.nodes import AnyNode, Branch, Callback, Enqueue, HangUp, Menu, NodeName, Record, Transfer

_ENDS = (Enqueue, Transfer, Record, Callback, HangUp)
_CHOICES = (Menu, Branch)


def drawn(flow: Flow) -> str:
    """Return the chart: a box for each node, round where a flow ends, an arrow for each way."""
    lines = ["flowchart TD", *_boxes(flow), *_arrows(flow)]
    return "\n".join(lines) + "\n"


def _boxes(flow: Flow) -> Iterator[str]:
    for name, node in flow.nodes.items():
        opening, closing = ("([", "])") if isinstance(node, _ENDS) else ("[", "]")
        yield f'    {_box(flow, name)}{opening}"{_label(name, node)}"{closing}'


def _label(name: NodeName, node: AnyNode) -> str:
    return f"{name}<br/><small>{node.kind}</small>" if name != node.kind else name


def _arrows(flow: Flow) -> Iterator[str]:
    for name, node in flow.nodes.items():
        for key, target in mentions(node, NodeName):
            word = key.partition(".")[2] if isinstance(node, _CHOICES) and "." in key else key
            said = f'|"{word}"|' if word != "next" else ""
            yield f"    {_box(flow, name)} -->{said} {_box(flow, NodeName(target))}"


def _box(flow: Flow, name: NodeName) -> str:
    """Return what the chart calls a node: some names mean something to Mermaid."""
    return f"n{list(flow.nodes).index(name)}"
