"""What makes a flow sound beyond its keys' types: each name leads somewhere, each caller to an end. Pure.

"Loop without exit" is meant as a silent caller meets it. Leave out the ways that only a pressed key opens
(the options of a menu, `next` of a collection): what is left must have no circle. Then a caller who does
nothing ends in a queue, at a number or hung up, whatever the store answers. A circle through a key is the
caller's own wish, and `Flow.nodes_per_call` bounds it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from core.kernel.errors import ConfigError
from ivr.flow import Flow, mentions
from ivr.nodes import (
    AnyNode,
    Branch,
    Callback,
    Collect,
    Lookup,
    Menu,
    NodeName,
    PromptName,
    QueueState,
    Say,
    SetValues,
)
from ivr.values import FACTS, VARIABLE, is_reference, spoken

THRESHOLDS = (
    "waiting_at_least",
    "longest_wait_at_least_s",
    "expected_wait_at_least_s",
    "ready_agents_at_most",
)
_KEYED_WAYS: Mapping[type[AnyNode], str] = {Menu: "options.", Collect: "next"}
"""What the keys begin with whose ways only a pressed key opens."""
_REFERENCES = f"a reference is one of {', '.join(FACTS)}, attribute.NAME, variable.NAME"


def node_problems(flow: Flow, names: Collection[str]) -> Iterator[ConfigError]:
    """Yield what is wrong in single nodes of `flow`; `names` are all the nodes its file has."""
    known = _variables(flow)
    for name, node in flow.nodes.items():
        where = f"nodes.{name}"
        yield from _unknown_nodes(where, node, names)
        yield from _missing_prompts(where, node, flow)
        yield from _unknown_values(where, node, known)
        yield from _contradictions(where, node, flow)


def whole_problems(flow: Flow) -> Iterator[ConfigError]:
    """Yield what is wrong with the way the nodes of `flow` hang together."""
    if flow.start not in flow.nodes:
        yield ConfigError("start", flow.start, _node_names(flow.nodes))
        return
    reached = _reached(flow)
    for name in flow.nodes:
        if name not in reached:
            yield ConfigError(f"nodes.{name}", "no way to it", "every node is reached from the start")
    circle = _silent_circle(flow)
    if circle:
        path = " -> ".join(circle)
        yield ConfigError(
            f"nodes.{circle[0]}",
            path,
            "a loop without exit: a caller who presses no key would go round for ever",
        )


# --- single nodes -----------------------------------------------------------------------------------


def _unknown_nodes(where: str, node: AnyNode, names: Collection[str]) -> Iterator[ConfigError]:
    for key, target in mentions(node, NodeName):
        if target not in names:
            yield ConfigError(f"{where}.{key}", target, _node_names(names))


def _missing_prompts(where: str, node: AnyNode, flow: Flow) -> Iterator[ConfigError]:
    for key, prompt in mentions(node, PromptName):
        for language, prompts in flow.prompts.items():
            if prompt not in prompts.sounds:
                yield ConfigError(
                    f"{where}.{key}",
                    prompt,
                    f"the prompt set {language!r} has only {', '.join(sorted(prompts.sounds))}",
                )


def _unknown_values(where: str, node: AnyNode, variables: Collection[str]) -> Iterator[ConfigError]:
    """Yield references that name nothing, and variables that no node of the flow ever sets."""
    for key, reference in _references(node):
        if not is_reference(reference):
            yield ConfigError(f"{where}.{key}", reference, _REFERENCES)
        elif reference.startswith(VARIABLE) and reference.removeprefix(VARIABLE) not in variables:
            allowed = f"the flow sets only the variables {', '.join(sorted(variables)) or '(none)'}"
            yield ConfigError(f"{where}.{key}", reference, allowed)


def _references(node: AnyNode) -> Iterator[tuple[str, str]]:
    match node:
        case Say(of=reference) if reference:
            yield "of", reference
        case Branch(on=reference):
            yield "on", reference
        case Callback(number=number) if number:
            yield "number", VARIABLE + number
        case Lookup(by="account", account=account, pin=pin) if account and pin:
            yield "account", VARIABLE + account
            yield "pin", VARIABLE + pin


def _contradictions(where: str, node: AnyNode, flow: Flow) -> Iterator[ConfigError]:
    """Yield keys of one node that do not go together."""
    match node:
        case Collect() if node.digits_min > node.digits_max:
            yield ConfigError(
                f"{where}.digits_min", node.digits_min, f"at most digits_max, {node.digits_max}"
            )
        case Say() if bool(node.of) is bool(node.value):
            yield ConfigError(f"{where}.value", node.value, "give either a value or a reference in `of`")
        case Say() if (
            node.value and spoken(node.what, node.value, node.currency, flow.prompts[flow.language]) is None
        ):
            yield ConfigError(f"{where}.value", node.value, f"not a {node.what}")
        case Lookup(by="account") if not (node.account and node.pin):
            yield ConfigError(f"{where}.by", node.by, "needs the keys account and pin, each a variable")
        case Lookup(wait=False) if node.unknown or node.unavailable:
            yield ConfigError(f"{where}.wait", False, "the keys unknown and unavailable need wait = true")
        case QueueState() if all(getattr(node, threshold) is None for threshold in THRESHOLDS):
            yield ConfigError(where, "no threshold", f"give at least one of {', '.join(THRESHOLDS)}")
        case SetValues() if node.language and node.language not in flow.prompts:
            yield ConfigError(f"{where}.language", node.language, f"one of {', '.join(flow.prompts)}")


def _variables(flow: Flow) -> set[str]:
    """Return the variables that some node of the flow sets."""
    names: set[str] = set()
    for node in flow.nodes.values():
        match node:
            case Collect(into=name):
                names.add(name)
            case SetValues(variables=values):
                names.update(values)
    return names


def _node_names(names: Collection[str]) -> str:
    return f"the nodes are {', '.join(names)}"


# --- the whole -----------------------------------------------------------------------------------------


def _reached(flow: Flow) -> set[str]:
    seen: set[str] = {flow.start}
    frontier: list[str] = [flow.start]
    while frontier:
        node = flow.nodes.get(NodeName(frontier.pop()))
        for _, target in mentions(node, NodeName) if node is not None else ():
            if target not in seen:
                seen.add(target)
                frontier.append(target)
    return seen


def _silent_circle(flow: Flow) -> tuple[str, ...]:
    """Return a circle that a caller who presses no key can be led round, or nothing.

    Nodes are taken away, again and again, that lead only to nodes already taken away; what stays lies on a
    circle or leads to one.
    """
    ways = {name: _silent_ways(node) for name, node in flow.nodes.items()}
    while ends := [name for name, targets in ways.items() if not any(target in ways for target in targets)]:
        for name in ends:
            del ways[name]
    return _walk_round(ways)


def _silent_ways(node: AnyNode) -> tuple[NodeName, ...]:
    """Return where `node` can lead without a key pressed."""
    keyed = _KEYED_WAYS.get(type(node))
    ways = mentions(node, NodeName)
    return tuple(NodeName(target) for key, target in ways if keyed is None or not key.startswith(keyed))


def _walk_round(ways: Mapping[NodeName, tuple[NodeName, ...]]) -> tuple[str, ...]:
    """Return one circle of a graph in which every node leads to another, or nothing where it is empty."""
    path: list[NodeName] = []
    here = next(iter(ways), None)
    while here is not None:
        if here in path:
            return (*path[path.index(here) :], here)
        path.append(here)
        here = next(target for target in ways[here] if target in ways)
    return ()
