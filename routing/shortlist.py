"""Of agents or contacts in their orders, the few among whom the best two are; and how many there are.

Pure functions over what `routing.index` keeps. Contacts compare by their place less what they are worth to
the agent, agents by their rank and then by how long they have been idle.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from itertools import islice
from operator import attrgetter

from core.kernel.ordered import LAST, Entry
from core.model.events import Term
from core.model.ids import AgentId, ContactId
from routing.demand import Demand, Line
from routing.kept_scores import KindScores
from routing.pools import Pool
from routing.standing import Seat, Standing

Rival = tuple[int, int, AgentId, int]
"""An idle agent as a contact compares it: rank with bonus, sequence of its seat from behind, id, level."""

Contender = tuple[int, Entry, int, Line | None]
"""A contact as a freed agent compares it: its place less its worth to the agent, entry, level, and line."""

Head = tuple[int, Entry, int, Line]
"""A contender that is in a line."""

_FIRST = attrgetter("first")


def place_terms(standing: Standing, now_us: int) -> tuple[Term, ...]:
    """Return what a contact's place is made of: the time in line, its tier's head start, other credits."""
    contact = standing.contact
    waited_us, head_start_us = contact.waited_us(now_us), contact.head_start_us
    credit_us = now_us - standing.place.key_us - waited_us - head_start_us
    terms: tuple[Term, ...] = (Term("waited", waited_us),)
    if head_start_us:
        terms += (Term("head_start", head_start_us),)
    if credit_us:
        terms += (Term("credit", credit_us),)
    return terms


def count_able(able: Mapping[int, Pool], spared: Mapping[AgentId, None]) -> int:
    """Return how many agents are able, beside those who are spared."""
    idle = sum(map(len, able.values()))
    return idle - sum(agent_id in pool for pool in able.values() for agent_id in spared) if spared else idle


def nearest_two(demands: list[Demand]) -> list[Demand]:
    """Return the demands in whose own lines the first two stand, where places alone decide."""
    if len(demands) < 3:
        return demands
    others = demands.copy()
    nearest = min(others, key=_FIRST)
    others.remove(nearest)
    return [nearest, min(others, key=_FIRST)]


def first_two(heads: list[Head]) -> list[Head]:
    """Return the first two of all that stand in the lines."""
    heads.sort()
    best = heads[:2]
    if best:
        after_us, first, level, line = best[0]
        second = line.second()
        if second is not LAST:
            behind = (after_us + second[0] - first[0], second, level, line)
            if len(best) == 1 or behind < best[1]:
                best[1:] = [behind]
    return best


def passing_over(some: Container[ContactId], heads: Iterable[Head]) -> list[Head]:
    """Return the first two of each line without `some`."""
    return [
        (after_us + entry[0] - first[0], entry, level, line)
        for after_us, first, level, line in heads
        for entry in islice((each for each in line if each[2] not in some), 2)
    ]


def best_two(
    scores: KindScores, level: int, idle: Mapping[AgentId, Seat], spared: Mapping[AgentId, None]
) -> list[Rival]:
    """Return the best two of the idle agents of one level, who come longest idle first."""
    if spared:
        idle = {agent_id: seat for agent_id, seat in idle.items() if agent_id not in spared}
    best: list[Rival] = []
    if scores.level_only:
        for agent_id, seat in islice(idle.items(), 2):
            best.append((scores.rank_us(agent_id, level), -seat.sequence, agent_id, level))
        return best
    agents = list(idle)
    worths = list(map(scores.ranks[level].__getitem__, agents))
    for _ in agents[:2]:
        at = worths.index(max(worths))
        best.append((worths[at], -idle[agents[at]].sequence, agents[at], level))
        del worths[at], agents[at]
    return best
