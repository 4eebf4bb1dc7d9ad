"""An IVR flow: nodes (`ivr.nodes`), where it begins, and what it says in each language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import get_args, get_type_hints

from ivr.nodes import AnyNode, NodeName
from ivr.prompts import PromptSet

SCHEMA = 1
"""The version of the file format; a file of another version is refused, never guessed at."""
NODES_MAX = 500
"""Nodes in one flow; more than anybody can oversee, and a bound for the checks."""
NODES_PER_CALL = 200
"""Nodes one call may take; a caller who has heard that many is a machine or lost."""
NODES_PER_CALL_MAX = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A checked flow. `prompts` has one set for each language, the language of newcomers first.

    A call that has taken `nodes_per_call` nodes is hung up.
    """

    name: str
    start: NodeName
    nodes: Mapping[NodeName, AnyNode]
    prompts: Mapping[str, PromptSet]
    nodes_per_call: int = NODES_PER_CALL

    @property
    def language(self) -> str:
        """Return the language a caller is spoken to before anything else is known."""
        return next(iter(self.prompts))


def mentions(node: AnyNode, kind: object) -> Iterator[tuple[str, str]]:
    """Yield (key, name) for each `NodeName` or `PromptName` (the `kind`) that `node` mentions."""
    hints = get_type_hints(type(node))
    for key in fields(node):
        hint, value = hints[key.name], getattr(node, key.name)
        if hint is kind and value:
            yield key.name, value
        elif get_args(hint)[1:] == (kind,):
            yield from ((f"{key.name}.{case}", name) for case, name in value.items())
