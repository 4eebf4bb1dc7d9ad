"""What outcomes teach about each agent: the share of matters resolved, the pace, the customers' satisfaction.

Every contact that an agent closes counts in the skill of its queue. What is expected of the next one is a
posterior: the prior of the agent's level, worth so many contacts, and what was seen. So a newcomer is
taken for what the level says, nobody for what a few contacts happened to show, and a level typed by hand
fades with experience.

Nothing is decided here. `QualityLearned` tells when an agent's figures moved noticeably, so that routing
need not hear of every contact, and brings back after a restart all that was learned (`RestoreQuality`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.errors import RequestRefused
from core.kernel.record import Entity
from core.model.agent import AgentProfile
from core.model.events import ContactClosed, ContactRated, QualityLearned, TalkEnded
from core.model.ids import AgentId, ContactId, QueueName
from core.model.message import Event
from core.model.quality import PPM, Prior, Quality, SkillQuality, Tally
from core.model.requests import RateContact, RestoreQuality


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRules:
    """How outcomes are read, and how quickly they outweigh the level.

    A disposition that is neither in `resolved` nor in `unresolved` counts for the part that `worth_ppm` says,
    or says nothing. The prior is worth `prior_outcomes` outcomes, `prior_contacts` handle times (which
    scatter more than outcomes do) and `prior_scores` scores. What lies more than about `memory` contacts back
    fades. News is told when an expectation moved by `told_moved_ppm`, or after `told_every` contacts.
    """

    prior: Prior
    resolved: frozenset[str]
    unresolved: frozenset[str]
    worth_ppm: Mapping[str, int] = field(default_factory=dict)
    prior_outcomes: int = 20
    prior_contacts: int = 20
    prior_scores: int = 20
    memory: int = 2_000
    told_moved_ppm: int = 20_000
    told_every: int = 25


class _Work(NamedTuple):
    """A contact in wrap-up: whose it is, in which skill, and when it was connected."""

    agent_id: AgentId
    skill: str
    connected_us: int


class _Known(Entity, kw_only=True):
    """What is known of one agent in one skill, and what was told of it last, so many changes ago."""

    prior: Quality
    tally: Tally = Tally()
    quality: Quality
    told: Quality
    untold: int = 0


class Usual(Entity):
    """The contacts of a skill over all agents: what a pace is measured against."""

    handled: int = 0
    handled_us: int = 0

    @property
    def mean_us(self) -> int:
        """The mean handle time, 0 before the first contact."""
        return self.handled_us // self.handled if self.handled else 0

    def add(self, tally: Tally, before: Tally) -> None:
        """Count what one agent's tally has gained since `before`."""
        self.handled += tally.handled - before.handled
        self.handled_us += tally.handled_us - before.handled_us


class QualityLearner:
    """The feature that learns from closed contacts; `skills` names that of each queue's work."""

    def __init__(
        self,
        engine: Engine,
        contacts: ContactBook,
        agents: Mapping[AgentId, AgentProfile],
        skills: Mapping[QueueName, str],
        rules: QualityRules,
    ) -> None:
        self._engine = engine
        self._contacts = contacts
        self._agents = agents
        self._skills = skills
        self._rules = rules
        self._known: defaultdict[AgentId, dict[str, _Known]] = defaultdict(dict)
        self._usual: defaultdict[str, Usual] = defaultdict(Usual)
        self._in_wrap_up: dict[ContactId, _Work] = {}
        engine.subscribe(TalkEnded, self._talk_ended)
        engine.subscribe(ContactClosed, self._closed)
        engine.subscribe(ContactRated, self._rated)
        engine.serve(RateContact, self._rate)
        engine.serve(RestoreQuality, self._restore)

    # --- outcomes --------------------------------------------------------------------------------

    def _talk_ended(self, event: TalkEnded) -> None:
        contact = self._contacts.get(event.contact_id)
        skill = self._skills.get(contact.queue) if contact and contact.queue else None
        if skill is None or event.agent_id not in self._agents:
            return  # agent or queue left the configuration while the talk went on
        connected_us = event.at_us - event.talked_us
        self._in_wrap_up[event.contact_id] = _Work(event.agent_id, skill, connected_us)

    def _closed(self, event: ContactClosed) -> None:
        work = self._in_wrap_up.pop(event.contact_id, None)
        if work is None:
            return
        handled = Tally(handled=1, handled_us=event.at_us - work.connected_us)
        seen = handled.plus(outcome(event.disposition, self._rules))
        self._learn(work.agent_id, work.skill, seen, event)

    def _rate(self, request: RateContact) -> None:
        if request.agent_id not in self._agents:
            raise RequestRefused("unknown_agent", f"there is no agent {request.agent_id!r}")
        if request.queue not in self._skills:
            raise RequestRefused("unknown_queue", f"there is no queue {request.queue!r}")
        if not 0 <= request.score_ppm <= PPM:
            raise RequestRefused("bad_score", f"{request.score_ppm} is not from 0 to {PPM}")
        self._engine.publish(
            ContactRated(
                at_us=request.at_us,
                cause_id=request.cause_id,
                contact_id=request.contact_id,
                agent_id=request.agent_id,
                queue=request.queue,
                score_ppm=request.score_ppm,
            )
        )

    def _rated(self, event: ContactRated) -> None:
        seen = Tally(scores=1, scored_ppm=event.score_ppm)
        self._learn(event.agent_id, self._skills[event.queue], seen, event)

    # --- learning --------------------------------------------------------------------------------

    def _learn(self, agent_id: AgentId, skill: str, seen: Tally, why: Event) -> None:
        known = self._of(agent_id, skill)
        tally = known.tally.plus(seen)
        if max(tally.handled, tally.scores) >= 2 * self._rules.memory:
            tally = tally.halved()
        usual = self._usual[skill]
        usual.add(tally, before=known.tally)
        known.tally = tally
        known.quality = posterior(known.prior, tally, usual.mean_us, self._rules)
        known.untold += 1
        if known.untold >= self._rules.told_every or self._is_news(known):
            self._tell(agent_id, why)

    def _of(self, agent_id: AgentId, skill: str) -> _Known:
        known = self._known[agent_id].get(skill)
        if known is None:
            prior = self._prior(agent_id, skill)
            known = self._known[agent_id][skill] = _Known(prior=prior, quality=prior, told=prior)
        return known

    def _prior(self, agent_id: AgentId, skill: str) -> Quality:
        return self._rules.prior.of(self._agents[agent_id].skills.get(skill, 0))

    def _is_news(self, known: _Known) -> bool:
        now, told, moved_ppm = known.quality, known.told, self._rules.told_moved_ppm
        return (
            abs(now.resolution_ppm - told.resolution_ppm) >= moved_ppm
            or abs(now.pace_ppm - told.pace_ppm) >= moved_ppm
            or abs(now.satisfaction_ppm - told.satisfaction_ppm) >= moved_ppm
        )

    def _tell(self, agent_id: AgentId, why: Event) -> None:
        skills = sorted(self._known[agent_id].items())
        for _, known in skills:
            known.told, known.untold = known.quality, 0
        self._engine.publish(
            QualityLearned(
                at_us=why.at_us,
                cause_id=why.cause_id,
                agent_id=agent_id,
                skills=tuple(
                    SkillQuality(skill=skill, quality=known.quality, tally=known.tally)
                    for skill, known in skills
                ),
            )
        )

    # --- after a restart -------------------------------------------------------------------------

    def _restore(self, request: RestoreQuality) -> None:
        """Take up what an earlier run told last; what this run has seen already is worth more."""
        if request.agent_id not in self._agents:
            raise RequestRefused("unknown_agent", f"there is no agent {request.agent_id!r}")
        if request.agent_id in self._known:
            return
        self._known[request.agent_id] = {
            each.skill: _Known(
                prior=self._prior(request.agent_id, each.skill),
                tally=each.tally,
                quality=each.quality,
                told=each.quality,
            )
            for each in request.skills
        }
        for each in request.skills:
            self._usual[each.skill].add(each.tally, before=Tally())
        self._tell(request.agent_id, request)


_RESOLVED, _UNRESOLVED, _NOTHING = Tally(resolved=1), Tally(unresolved=1), Tally()


def outcome(disposition: str, rules: QualityRules) -> Tally:
    """Return what a disposition says of its matter: resolved, not, in part, or nothing."""
    if disposition in rules.resolved:
        return _RESOLVED
    if disposition in rules.unresolved:
        return _UNRESOLVED
    worth_ppm = rules.worth_ppm.get(disposition)
    if worth_ppm is None:
        return _NOTHING
    return _RESOLVED if worth_ppm >= PPM else Tally(unresolved=1, part_ppm=worth_ppm)


def posterior(prior: Quality, seen: Tally, usual_us: int, rules: QualityRules) -> Quality:
    """Return what to expect after `seen`; `usual_us` is the mean handle time of the skill, 0 for unknown.

    Resolution is the mean of a Beta distribution whose prior counts as `prior_outcomes` outcomes.
    """
    paced_ppm = seen.handled_us * PPM // usual_us if usual_us else seen.handled * PPM
    outcomes = seen.resolved + seen.unresolved
    resolved_ppm = seen.resolved * PPM + seen.part_ppm
    return Quality(
        resolution_ppm=_drawn(prior.resolution_ppm, rules.prior_outcomes, resolved_ppm, outcomes),
        pace_ppm=_drawn(prior.pace_ppm, rules.prior_contacts, paced_ppm, seen.handled),
        satisfaction_ppm=_drawn(prior.satisfaction_ppm, rules.prior_scores, seen.scored_ppm, seen.scores),
    )


def _drawn(prior_ppm: int, weight: int, seen_ppm: int, count: int) -> int:
    """Return the mean of `count` values that add up to `seen_ppm`, drawn towards the prior."""
    return (prior_ppm * weight + seen_ppm) // (weight + count)
