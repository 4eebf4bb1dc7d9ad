"""A floor on which everything happens by chance, to both the index and the scan, and what they say of it.

    python -m tests.unit.routing.chance --events 1000000 --seed 7

Contacts come with needs of every form, give up, are moved, held, preferred and relaxed; agents come and go
on one channel or two, learn, and are experts whom some must spare; queues keep their shares of all. Times
are whole seconds and scores few, so that there are many ties. After each event both are asked the same.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from random import Random  # only for its type: the streams are seeded
from typing import Any

from core.kernel.clock import SECOND_US
from core.kernel.rng import Streams
from core.model.agent import AgentProfile
from core.model.contact import VOICE, Contact, Requirement
from core.model.events import Term
from core.model.ids import AgentId, ContactId, LegId, QueueName
from core.model.need import Need, need_from_text, need_of
from routing.index import Index
from routing.rules import Kind, QueueRules, Queues, RatioGroup, Reserve, Rulebook, Strategy, TierRules
from routing.staff import Staff
from routing.standing import Choice, Place, Seat, Standing
from tests.unit.routing.scan import Scan

SKILLS = ("billing", "cards", "english", "loans", "tech")
QUEUES = tuple(QueueName(name) for name in ("cards", "claims", "loans", "sales"))
EXPRESSIONS = (
    "",
    "false",
    "billing <= 2",
    "cards >= 1 or loans >= 2",
    "cards >= 2 and english >= 1 or tech == 3",
    "billing >= 1 and english <= 1",
    "english >= 1 or loans >= 1 or tech >= 1",
    "billing >= 1 and cards >= 1 and english >= 1",
)
RESERVES = (
    Reserve(skill="tech", level=3, count=2, hold_us=0),
    Reserve(skill="english", level=2, count=1, hold_us=0),
)
TIERS = {strategy.value: TierRules(name=strategy.value, choose=strategy) for strategy in Strategy}
RATIOS = (RatioGroup(shares_ppm={QUEUES[0]: 700_000, QUEUES[1]: 300_000}, contact_us=2 * SECOND_US),)
RULEBOOK = Rulebook(queues=Queues({q: QueueRules(name=q) for q in QUEUES}), tiers=TIERS, ratios=RATIOS)
CONTACTS_MAX = 40
_ALIKE = {Strategy.LONGEST_IDLE: 0, Strategy.HIGHEST_LEVEL: 1, Strategy.LOWEST_LEVEL: -1}


class ChanceScores:
    """Scores out of the air: by level where the strategy looks at that alone, else by agent."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._luck: dict[AgentId, int] = {}

    def learn(self, agent_id: AgentId) -> None:
        self._luck[agent_id] = self._chance.randrange(3)

    def fit_us(self, kind: Kind, agent_id: AgentId, level: int) -> int:
        return sum(term.us for term in self.fit_terms(kind, agent_id, level))

    def rank_us(self, kind: Kind, agent_id: AgentId, level: int) -> int:
        return sum(term.us for term in self.rank_terms(kind, agent_id, level))

    def fit_terms(self, kind: Kind, agent_id: AgentId, level: int) -> tuple[Term, ...]:
        if kind.tier != Strategy.VALUE:
            return ()
        return (Term("fit", (level + self._luck.get(agent_id, 0)) * 5 * SECOND_US), Term("pace", -SECOND_US))

    def rank_terms(self, kind: Kind, agent_id: AgentId, level: int) -> tuple[Term, ...]:
        sign = _ALIKE.get(Strategy(kind.tier))
        if sign is not None:
            return (Term("level", sign * level * SECOND_US),) if sign else ()
        return (Term("luck", (level - 2 * self._luck.get(agent_id, 0)) * SECOND_US),)


class Disagreement(Exception):
    """Index and scan do not say the same."""


class ChanceFloor:
    """The index and the scan side by side; `step` lets one thing happen."""

    def __init__(self, seed: int, agents: int = 25) -> None:
        self.chance = Streams(seed).stream("floor")
        self.decisions = 0
        self._now_us = 0
        self._sequence = 0
        self._scores = ChanceScores(self.chance)
        self._profiles = [self._somebody(number) for number in range(agents)]
        self._staff = Staff({profile.agent_id: profile for profile in self._profiles})
        self._index = Index(RULEBOOK, self._scores, self._staff)
        self._scan = Scan(RULEBOOK, self._scores, self._staff)
        self._waiting: dict[ContactId, None] = {}
        self._seated: dict[AgentId, Seat] = {}
        self._events: list[tuple[int, Callable[[], None]]] = [
            (30, self._contact_comes),
            (25, self._agent_is_freed),
            (10, self._contact_gives_up),
            (12, self._contact_is_altered),
            (6, self._agent_leaves),
            (4, self._agent_is_put_back),
            (6, self._agent_learns),
            (3, self._agent_is_moved),
            (8, self._contact_asks_again),
            (4, self._agent_asks_again),
        ]
        # Who comes less often for a while, so that now agents are idle and now contacts wait.
        self._rare: str | None = None

    def step(self) -> None:
        """Let one thing happen, and raise `Disagreement` where it is not the same to both."""
        if self.chance.random() < 0.01:
            self._rare = self.chance.choice(("contacts", "agents", None))
        self._now_us += self.chance.choice((0, 0, 1, 2)) * SECOND_US
        weights, events = zip(*self._events, strict=True)
        self.chance.choices(events, weights)[0]()
        self._compare_lines()

    # --- contacts -----------------------------------------------------------------------------------

    def _contact_comes(self) -> None:
        if len(self._waiting) >= CONTACTS_MAX or (self._rare == "contacts" and self.chance.random() < 0.8):
            return
        self._sequence += 1
        contact_id = ContactId(f"C{self._sequence}")
        head_start_us = self.chance.choice((0, 0, 10)) * SECOND_US
        place = Place(self._now_us - head_start_us, self._sequence)
        stands = self._stands()
        for side in (self._index, self._scan):
            contact = Contact(
                contact_id=contact_id,
                leg_id=LegId(f"leg-{contact_id}"),
                arrived_us=self._now_us,
                queued_us=self._now_us,
                head_start_us=head_start_us,
            )
            side.join(Standing(contact=contact, place=place, **stands))
        self._waiting[contact_id] = None
        self._ask_for_agent(contact_id)

    def _stands(self) -> dict[str, Any]:
        named = self._anybody() if self.chance.random() < 0.3 else None
        return {
            "kind": Kind(self.chance.choice(QUEUES), self.chance.choice(list(Strategy))),
            "need": self._need(),
            "channel": VOICE if self.chance.random() < 0.8 else "task",
            "held_for": named if self.chance.random() < 0.4 else None,
            "preferred": named,
            "preferred_us": self.chance.choice((0, 5, 20)) * SECOND_US,
            "spares": self.chance.choice(RESERVES) if self.chance.random() < 0.2 else None,
        }

    def _need(self) -> Need:
        if self.chance.random() < 0.25:
            return need_from_text(self.chance.choice(EXPRESSIONS))
        asked = self.chance.sample(SKILLS, self.chance.choice((0, 1, 1, 1, 2, 2, 3)))
        return need_of(Requirement(skill=skill, minimum=self.chance.randint(1, 3)) for skill in asked)

    def _contact_gives_up(self) -> None:
        if self._waiting:
            self._take_out(self.chance.choice(list(self._waiting)))

    def _contact_is_altered(self) -> None:
        """A step of its plan, a hold that ends, another queue: some of how it stands becomes different."""
        if not self._waiting:
            return
        contact_id = self.chance.choice(list(self._waiting))
        before = self._scan.standing(contact_id)
        assert before is not None
        stands = self._stands()
        changes = {name: stands[name] for name in self.chance.sample(sorted(stands), 2)}
        if self.chance.random() < 0.5:
            boost_us = self.chance.choice((-10, 10, 20)) * SECOND_US
            changes["place"] = Place(before.place.key_us - boost_us, before.place.sequence)
        self._index.alter(contact_id, **changes)
        self._scan.alter(contact_id, **changes)
        self._ask_for_agent(contact_id)

    def _contact_asks_again(self) -> None:
        if self._waiting:
            self._ask_for_agent(self.chance.choice(list(self._waiting)))

    def _take_out(self, contact_id: ContactId) -> None:
        del self._waiting[contact_id]
        self._index.leave(contact_id)
        self._scan.leave(contact_id)

    # --- agents --------------------------------------------------------------------------------------

    def _somebody(self, number: int) -> AgentProfile:
        skills = self.chance.sample(SKILLS, self.chance.randint(0, 4))
        levels = {skill: self.chance.randint(1, 3) for skill in skills}
        return AgentProfile(agent_id=AgentId(f"A{number}"), skills=levels)

    def _anybody(self) -> AgentId:
        return self.chance.choice(self._profiles).agent_id

    def _agent_is_freed(self) -> None:
        if self._rare == "agents" and self.chance.random() < 0.8:
            return
        profile = self._staff[self._anybody()]
        self._sequence += 1
        channels = self.chance.choice(([VOICE], [VOICE], [VOICE, "task"], ["task"]))
        self._sit_down(profile, self._now_us, self._sequence, channels)

    def _sit_down(self, profile: AgentProfile, since_us: int, sequence: int, channels: list[str]) -> None:
        seat = Seat(profile=profile, since_us=since_us, sequence=sequence, channels=frozenset(channels))
        self._index.seat(seat)
        self._scan.seat(seat)
        self._seated[profile.agent_id] = seat
        self._ask_for_contact(profile.agent_id)

    def _agent_is_put_back(self) -> None:
        """An idle agent takes up or lays down a channel, and is idle as long as before."""
        if self._seated:
            seat = self._seated[self.chance.choice(list(self._seated))]
            channels = self.chance.choice(([VOICE], [VOICE, "task"]))
            self._sit_down(seat.profile, seat.since_us, seat.sequence, channels)

    def _agent_leaves(self) -> None:
        if self._seated:
            self._stand_up(self.chance.choice(list(self._seated)))

    def _agent_is_moved(self) -> None:
        """A supervisor keeps an agent from some of the queues; half the time from none any more."""
        agent_id = self._anybody()
        kept_from = self.chance.sample(QUEUES, self.chance.choice((0, 0, 1, 3)))
        for queue in self._staff.keep_from(agent_id, kept_from):
            self._index.ask_anew(queue)
        seat = self._seated.get(agent_id)
        if seat is not None:
            self._sit_down(self._staff[agent_id], seat.since_us, seat.sequence, sorted(seat.channels))

    def _agent_learns(self) -> None:
        agent_id = self._anybody()
        self._scores.learn(agent_id)
        self._index.refresh(agent_id)

    def _agent_asks_again(self) -> None:
        if self._seated:
            self._ask_for_contact(self.chance.choice(list(self._seated)))

    def _stand_up(self, agent_id: AgentId) -> None:
        del self._seated[agent_id]
        if self._index.unseat(agent_id) != self._scan.unseat(agent_id):
            raise Disagreement(f"who sat there: {agent_id}")

    # --- decisions -----------------------------------------------------------------------------------

    def _ask_for_agent(self, contact_id: ContactId) -> None:
        one = self._index.best_agent(contact_id, self._now_us)
        self._decide(one, self._scan.best_agent(contact_id, self._now_us))

    def _ask_for_contact(self, agent_id: AgentId) -> None:
        one = self._index.best_contact(agent_id, self._now_us)
        self._decide(one, self._scan.best_contact(agent_id, self._now_us))

    def _decide(self, one: Choice | None, other: Choice | None) -> None:
        """Compare two choices, and most of the time do what they say."""
        if one != other:
            raise Disagreement(f"index {one}\nscan {other}")
        if one is None or self.chance.random() < 0.4:
            return
        self.decisions += 1
        if one.asked == "contact":
            self._index.note_served(one.winner.contact_id)
            self._scan.note_served(one.winner.contact_id)
        self._take_out(one.winner.contact_id)
        self._stand_up(one.winner.agent_id)

    def _compare_lines(self) -> None:
        """Compare what can be asked beside decisions, of one queue, need, contact and agent at a time."""
        queue, channel = self.chance.choice(QUEUES), self.chance.choice((VOICE, "task"))
        need, agent_id = self._need(), self._anybody()
        one, other = (
            (
                [contact.contact_id for contact in side.of_queue(queue, channel)],
                side.length(queue, channel),
                side.first_queued_us(queue, channel),
                [side.position(contact_id) for contact_id in list(self._waiting)[:1]],
                side.ready(need, channel),
                side.is_ready(agent_id, need, channel),
            )
            for side in (self._index, self._scan)
        )
        if one != other:
            raise Disagreement(f"asked of {queue}, {channel}, {need.text}, {agent_id}: {one}, {other}")


def compare(seed: int, events: int) -> int:
    """Let so many things happen; return the decisions made, raise `Disagreement` at the first difference."""
    floor = ChanceFloor(seed)
    for number in range(events):
        try:
            floor.step()
        except Exception as error:
            raise Disagreement(f"seed {seed}, event {number}: {error}") from error
    return floor.decisions


def main() -> None:
    """Compare as many events as asked for, a new seed every 5,000."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    for seed in range(asked.seed, asked.seed + asked.events // 5_000):
        print(f"seed {seed}: {compare(seed, 5_000)} decisions the same in 5,000 events", flush=True)


if __name__ == "__main__":
    main()
