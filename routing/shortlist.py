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
from routing.standing import Seat

Rival = tuple[int, int, AgentId, int]
"""An idle agent as a contact compares it: rank with bonus, sequence of its seat from behind, id, level."""

Contender = tuple[int, Entry, Line | None]
"""A contact as a freed agent compares it: its place less its worth to the agent, entry, and line."""

Head = tuple[int, Entry, Line]
"""A contender that is in a line."""

_FIRST = attrgetter("first")


def place_terms(queued_us: int, head_start_us: int, key_us: int, now_us: int) -> tuple[Term, ...]:
    """Return what a contact's place is made of: the time in line, its tier's head start, other credits."""
    credit_us = queued_us - head_start_us - key_us
    waited = Term("waited", now_us - queued_us)
    if not head_start_us and not credit_us:
        return (waited,)
    rest = (Term("head_start", head_start_us), Term("credit", credit_us))
    return (waited, *(term for term in rest if term.us))


def count_able(able: Mapping[int, Pool], spared: Mapping[AgentId, None]) -> int:
    """Return how many agents are able, beside those who are spared."""
    idle = sum(map(len, able.values()))
    return idle - sum(agent_id in pool for pool in able.values() for agent_id in spared) if spared else idle


def nearest_two(demands: list[Demand], own: Container[Line] = ()) -> list[Demand]:
    """Return all demands in `own`, and of the others those in whose lines the first two stand by place."""
    if not own:
        return sorted(demands, key=_FIRST)[:2]
    return nearest_two([each for each in demands if each not in own]) + [
        each for each in demands if each in own
    ]


def first_two(heads: list[Head]) -> list[Head]:
    """Return the first two of all that stand in the lines."""
    if len(heads) > 1:
        heads.sort()
        del heads[2:]
    if heads:
        after_us, first, line = heads[0]
        second = line.second()
        if second is not LAST:
            behind = (after_us + second[0] - first[0], second, line)
            if len(heads) == 1 or behind < heads[1]:
                heads[1:] = [behind]
    return heads


def passing_over(some: Container[ContactId], own: Container[Line], heads: Iterable[Head]) -> list[Head]:
    """Return the first two of all lines without `some`, who stand in none but `own`."""
    return first_two([head for head in heads if head[2] not in own]) + [
        (after_us + entry[0] - first[0], entry, line)
        for after_us, first, line in heads
        if line in own
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
        longest_idle = list(islice(idle.values(), 2))
        rank_us = scores.rank_us(longest_idle[0].profile.agent_id, level) if longest_idle else 0
        return [(rank_us, -seat.sequence, seat.profile.agent_id, level) for seat in longest_idle]
    agents = list(idle)
    worths = list(map(scores.ranks[level].__getitem__, agents))
    for _ in agents[:2]:
        at = worths.index(max(worths))
        best.append((worths[at], -idle[agents[at]].sequence, agents[at], level))
        del worths[at], agents[at]
    return best
