"""Ways into and out of queues: hours that never open, doors without a wall, circles, policies of no use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from core.kernel.schema import Steps
from core.model.destination import HANG_UP, Destination, DestinationKind
from core.model.hours import OpeningHours
from core.model.ids import QueueName
from routing.checks.finding import Finding, Surroundings, error, warning
from routing.checks.walk import destinations
from routing.rules import Join, QueueRules, Rulebook

Ways = Mapping[str, tuple[Destination, ...]]
"""The ways out of a queue by the reason for which they are taken."""

Graph = Mapping[QueueName, tuple[QueueName, ...]]
"""The queues that contacts of each queue are sent to."""


def check_ways(rules: Rulebook, around: Surroundings) -> Iterator[Finding]:
    """Yield what is wrong with the ways into and out of queues."""
    for queue in rules.queues.values():
        here = ["queues", queue.name]
        if queue.hours is not None:
            yield from _hours([*here, "hours"], queue.hours)
        yield from _doors(here, queue)
        yield from _callback(here, queue)
    yield from _policies(rules)
    yield from _ratios(rules)
    yield from _circles(rules, around)
    yield from _unreached(rules, around)


# --- hours -------------------------------------------------------------------------------------------


def _hours(here: Steps, hours: OpeningHours) -> Iterator[Finding]:
    if not any(hours.weekly.values()):
        yield error([*here, "weekly"], "never open", "give at least one day an opening")
    for day, openings in hours.weekly.items():
        ordered = sorted(openings, key=lambda opening: opening.from_min)
        if any(after.from_min < before.until_min for before, after in pairwise(ordered)):
            yield warning([*here, "weekly", day], "openings overlap", "join them to one")


def _doors(here: Steps, queue: QueueRules) -> Iterator[Finding]:
    """Complain of ways out that are never taken."""
    if queue.closed != HANG_UP and queue.hours is None:
        yield warning([*here, "closed"], "the queue is always open", "give it hours, or leave this out")
    if queue.empty != HANG_UP and queue.join is Join.ALWAYS and queue.leave_empty_us is None:
        yield warning([*here, "empty"], "anybody may join and stay", "give join or leave_empty_s")


def _callback(here: Steps, queue: QueueRules) -> Iterator[Finding]:
    rules = queue.callback
    if rules is None:
        return
    if rules.offer and not rules.key:
        yield warning([*here, "callback", "offer"], "no key books one", "give a key")
    if rules.key and not queue.announce_first_us:
        what = "nothing is announced during which it could be pressed"
        yield warning([*here, "callback", "key"], what, "give announce_first_s")


# --- policies and shares -----------------------------------------------------------------------------


def _policies(rules: Rulebook) -> Iterator[Finding]:
    used = {queue.policy for queue in rules.queues.values()}
    for queue in rules.queues.values():
        if queue.compare is None:
            continue
        here, (one, other) = ["queues", queue.name, "compare", "policies"], queue.compare.policies
        used |= {one, other}
        if queue.policy:
            yield warning(["queues", queue.name, "policy"], "two others are compared", "leave it out")
        if one == other or rules.policies.get(one) == rules.policies.get(other):
            yield error(here, f"{one} and {other} are the same", "compare two that differ")
    for policy in rules.policies:
        if policy not in used:
            yield warning(["policies", policy], "no queue runs it", "name it in a queue, or leave it out")


def _ratios(rules: Rulebook) -> Iterator[Finding]:
    seen: dict[QueueName, int] = {}
    for number, group in enumerate(rules.ratios):
        for queue in group.shares_ppm:
            first = seen.setdefault(queue, number)
            if first != number:
                what = f"{queue} has a share among ratios {first + 1} already"
                yield error(["ratios", number, "shares", queue], what, "let a queue stand in one of them")


# --- circles -----------------------------------------------------------------------------------------


def _circles(rules: Rulebook, around: Surroundings) -> Iterator[Finding]:
    """Complain of contacts sent round: for one and the same reason, or by a mixture of reasons."""
    ways = {name: _ways(queue) for name, queue in rules.queues.items()}
    said: set[frozenset[QueueName]] = set()
    for reason in ("full", "closed", "empty", "steps"):
        graph = {name: _queues_behind(each.get(reason, ()), around) for name, each in ways.items()}
        for circle in _circles_in(graph, said):
            path = " -> ".join((*circle, circle[0]))
            yield error(["queues", circle[0], reason], f"contacts go round: {path}", "let one way lead out")
    graph = {
        name: tuple(queue for tos in each.values() for queue in _queues_behind(tos, around))
        for name, each in ways.items()
    }
    for circle in _circles_in(graph, said):
        path = " -> ".join((*circle, circle[0]))
        yield warning(["queues", circle[0]], f"contacts can go round: {path}", "let one way lead out")


def _ways(queue: QueueRules) -> Ways:
    is_emptied = queue.join is not Join.ALWAYS or queue.leave_empty_us is not None
    return {
        "full": (queue.full,),
        "closed": (queue.closed,) if queue.hours is not None else (),
        "empty": (queue.empty,) if is_emptied else (),
        "steps": tuple(step.to for step in queue.steps if step.to is not None),
    }


def _queues_behind(tos: tuple[Destination, ...], around: Surroundings) -> tuple[QueueName, ...]:
    """Return the queues that ways lead to, of themselves or by a flow that ends nowhere else."""
    found: list[QueueName] = []
    for to in tos:
        if to.kind is DestinationKind.QUEUE:
            found.append(QueueName(to.target))
        elif to.kind is DestinationKind.FLOW and to.target in around.flows:
            ends = around.flows[to.target]
            found += () if ends.elsewhere else ends.queues
    return tuple(dict.fromkeys(found))


def _circles_in(graph: Graph, said: set[frozenset[QueueName]]) -> Iterator[list[QueueName]]:
    """Yield one circle through each queue that has any, unless one of the same queues was `said` before."""
    for start in graph:
        circle = _way_back(graph, start)
        if circle and frozenset(circle) not in said:
            said.add(frozenset(circle))
            yield circle


def _way_back(graph: Graph, start: QueueName) -> list[QueueName]:
    """Return the shortest way from a queue to itself, empty where there is none."""
    ways, seen = [[start]], {start}
    for way in ways:
        for queue in graph.get(way[-1], ()):
            if queue == start:
                return way
            if queue not in seen:
                seen.add(queue)
                ways.append([*way, queue])
    return []


# --- queues that nobody comes to ---------------------------------------------------------------------


def _unreached(rules: Rulebook, around: Surroundings) -> Iterator[Finding]:
    """Complain of a queue that no menu, queue or campaign leads to; work besides calls may come to any."""
    reached = {queue for ends in around.flows.values() for queue in ends.queues} | {*around.called_for}
    for queue in rules.queues.values():
        reached |= {QueueName(to.target) for _, to in destinations(queue)}
    for queue in rules.queues.values():
        if around.flows and not around.has_work and queue.name not in reached:
            yield warning(["queues", queue.name], "no call ever comes here", "lead a menu or a queue here")
