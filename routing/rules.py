"""The rules of routing as the engine holds them: queues, tiers, policies, steps. Times in microseconds.

`goldline.config` reads them from TOML in seconds; nothing here runs. A rule that belongs to a queue, a tier
and a policy at once is found by `Rulebook.tier`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from core.kernel.clock import SECOND_US
from core.model.contact import Requirement
from core.model.destination import HANG_UP, Destination
from core.model.expression import ALWAYS, Expression
from core.model.hours import OpeningHours
from core.model.ids import AgentId, QueueName


class Strategy(StrEnum):
    """By what an arriving contact ranks the idle agents; among equals the longest idle comes first.

    `routing.scores` says of each in a sentence whom it chooses.
    """

    LONGEST_IDLE = "longest_idle"
    HIGHEST_LEVEL = "highest_level"
    LOWEST_LEVEL = "lowest_level"
    WEIGHTED_LEVEL = "weighted_level"
    LEAST_OCCUPIED = "least_occupied"
    FEWEST_CONTACTS = "fewest_contacts"
    ROUND_ROBIN = "round_robin"
    FASTEST = "fastest"
    VALUE = "value"


class Kind(NamedTuple):
    """What decides how well an agent suits a contact: all contacts of a kind are worth the same to one."""

    queue: QueueName
    tier: str
    policy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve:
    """The last `count` idle agents with `skill` at `level` or above are spared for those who outrank.

    A contact whose tier spares them gets one only after `hold_us` in line.
    """

    skill: str
    level: int
    count: int
    hold_us: int

    def covers(self, skills: Mapping[str, int]) -> bool:
        """Tell whether an agent with `skills` is one of its experts."""
        return skills.get(self.skill, 0) >= self.level


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What agents are worth, in microseconds of waiting, for value routing (`routing.value`).

    Waiting contacts compare by `fit_us` x (good - `delay` x pace) of the freed agent; idle agents by
    `resolution_us` x good - `price_us` x price - `pace_us` x pace; good is resolution + `satisfaction` x
    satisfaction. `level_us` is for each level; under `weighted_level` it is how much longer idle an agent one
    level higher counts as.
    """

    fit_us: int = 0
    delay: float = 0.0
    satisfaction: float = 0.0
    level_us: int = 0
    resolution_us: int = 0
    price_us: int = 0
    pace_us: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TierRules:
    """What a value tier is given: head start in line, choice of agents, and the agent of last time.

    `value` is what a resolved contact is worth beside one of the lowest tier. `prefer_us` is how long a
    contact waits for its preferred agent alone, `preferred_us` what that agent counts for afterwards.
    """

    name: str
    value: float = 1.0
    head_start_us: int = 0
    choose: Strategy = Strategy.LONGEST_IDLE
    weights: Weights = Weights()
    prefer_us: int = 0
    preferred_us: int = 0
    reserve: Reserve | None = None


class Join(StrEnum):
    """Who may join a queue, by who is there to serve it."""

    ALWAYS = "always"
    STAFFED = "staffed"
    """Somebody who could serve the contact, by now or after some step, is at work: idle or busy."""
    READY = "ready"
    """Somebody who could serve the contact at once is idle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A change for a contact that still stands in its queue's line after `after_us`, once `when` is met too.

    `needs` takes the place of what the queue asks of an agent (None: unchanged), with `waive_menu` of what
    the menu asked as well; after `for_us` (0: never) what held before holds again. `credit_us` moves the
    contact forward. `end_hold` lets it have the last experts, `end_preferred` anybody beside its preferred
    agent. `to` sends it away. A step is taken once.
    """

    after_us: int = 0
    for_us: int = 0
    when: Expression | None = None
    needs: Expression | None = None
    waive_menu: bool = False
    credit_us: int = 0
    end_hold: bool = False
    end_preferred: bool = False
    to: Destination | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """Two policies in force by turns, each for blocks of `block_us`, to compare what they bring.

    Who is queued within `warm_up_us` of a change is left out: the other policy's queue is still there. Which
    comes first in a pair of blocks is drawn from `seed`; without one it alternates.
    """

    policies: tuple[str, str]
    block_us: int
    warm_up_us: int = 0
    seed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRules:
    """How a queue calls customers back who left its line.

    A customer is dialed at most `attempts_max` times, `spacing_us` apart at least, and rung for
    `ring_timeout_us`; `shown_number` is the number they see. Who was not reached after `keep_us` is given up.
    At most `open_max` callbacks wait in the queue. Who waits may book by pressing `key` while an announcement
    plays, where that is not empty; `offer` is the sound that says so.
    """

    attempts_max: int = 3
    spacing_us: int = 900 * SECOND_US
    ring_timeout_us: int = 30 * SECOND_US
    keep_us: int = 72 * 3_600 * SECOND_US
    open_max: int = 1_000
    shown_number: str = ""
    key: str = ""
    offer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRules:
    """A queue. `length_max` bounds the line so that a flood of calls is told so instead of kept for ever.

    An agent must meet `requirements` and `needs`; a queue of one `agent` waits for that agent alone.
    `credit_us` is the queue's weight: all its contacts stand that much further forward. `skill` is what
    its agents' quality is measured in; empty for the first of `requirements`. `tiers` are those that differ
    in this queue, `policy` is the one in force where `compare` names no two in turns.

    `closed`, `full` and `empty` are where contacts go that may not join. Those in line go to `empty` as well
    when nobody has been at work who could serve them for `leave_empty_us` (None: they stay). What steps ask
    of the queue's state is looked at every `recheck_us`.

    Who hangs up in line and calls again within `resume_within_us` stands at the old place. Without `callback`
    rules nobody is called back.
    """

    name: QueueName
    requirements: tuple[Requirement, ...] = ()
    needs: Expression = ALWAYS
    agent: AgentId | None = None
    skill: str = ""
    credit_us: int = 0
    tiers: Mapping[str, TierRules] = field(default_factory=dict)
    policy: str = ""
    compare: Turns | None = None
    steps: tuple[Step, ...] = ()
    recheck_us: int = 5 * SECOND_US
    hours: OpeningHours | None = None
    closed: Destination = HANG_UP
    full: Destination = HANG_UP
    join: Join = Join.ALWAYS
    empty: Destination = HANG_UP
    leave_empty_us: int | None = None
    ring_timeout_us: int = 15 * SECOND_US
    accept_timeout_us: int = 60 * SECOND_US
    music: str = "default"
    announce_first_us: int = 20 * SECOND_US
    announce_every_us: int = 60 * SECOND_US
    announce_edges_min: tuple[int, ...] = (2, 5, 10, 15, 20, 30)
    handle_expected_us: int = 240 * SECOND_US
    length_max: int = 1_000
    resume_within_us: int = 0
    callback: CallbackRules | None = None

    @property
    def quality_skill(self) -> str:
        """The skill whose outcomes tell how good an agent is here."""
        return self.skill or (self.requirements[0].skill if self.requirements else self.name)


class Queues(dict[QueueName, QueueRules]):
    """Queues by name.

    A queue that left the configuration while callers waited in it is served to its end with the ordinary
    settings: their notes still name it, and say what they need.
    """

    def __missing__(self, name: QueueName) -> QueueRules:
        return QueueRules(name=name)

    def skills(self) -> dict[QueueName, str]:
        """Return the skill in which the work of each queue counts."""
        return {name: queue.quality_skill for name, queue in self.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioGroup:
    """Queues that are to keep fixed shares of all that wait in them, in millionths; they sum to a million.

    Each contact beyond a queue's share moves its contacts forward by `contact_us` (`routing.ratios`).
    """

    shares_ppm: Mapping[QueueName, int]
    contact_us: int = 3_600 * SECOND_US


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """All rules. `policies` hold, by name, the tiers that differ under that policy.

    A queue is in one of `ratios` at most. `agent_attribute` is the attribute of a customer's record that
    names the agent of a key account; `outside` is the address of a number beyond the trunk.
    """

    queues: Queues
    tiers: Mapping[str, TierRules] = field(default_factory=dict)
    policies: Mapping[str, Mapping[str, TierRules]] = field(default_factory=dict)
    ratios: tuple[RatioGroup, ...] = ()
    agent_attribute: str = "agent"
    outside: str = "PJSIP/{number}@trunk"

    def tier(self, kind: Kind) -> TierRules:
        """Return what holds for contacts of `kind`: under its policy, else in its queue, else anywhere.

        A tier nobody configured gets nothing special.
        """
        for tiers in (self.policies.get(kind.policy, {}), self.queues[kind.queue].tiers, self.tiers):
            if kind.tier in tiers:
                return tiers[kind.tier]
        return _nothing_special(kind.tier)

    def every_tier(self) -> Iterator[TierRules]:
        """Go through all that holds for any tier: anywhere, under a policy, in a queue."""
        for tiers in (self.tiers, *self.policies.values(), *(queue.tiers for queue in self.queues.values())):
            yield from tiers.values()

    def chooses_by_any(self, strategies: Set[Strategy]) -> bool:
        """Tell whether some tier, anywhere, has one of these strategies."""
        return any(tier.choose in strategies for tier in self.every_tier())


@lru_cache(maxsize=1_000)
def _nothing_special(tier: str) -> TierRules:
    return TierRules(name=tier)
