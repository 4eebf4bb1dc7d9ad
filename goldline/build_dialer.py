"""Puts the dialer together: the features that run campaigns."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from core.kernel.clock import seconds
from core.model.agent import AgentProfile
from core.model.ids import AgentId
from core.model.need import need_of
from dialer.agent_first import AgentFirst
from dialer.allowance import Allowance
from dialer.answering import AnswerRates
from dialer.attempts import ATTEMPT_ID, AttemptBook
from dialer.back_off import BackOff
from dialer.by_hand import ByHand
from dialer.caller_ids import CallerIds, PoolRules
from dialer.campaign import CampaignRules
from dialer.campaign_days import CampaignDays
from dialer.cap_watch import CapWatch
from dialer.cohorts import Cohorts
from dialer.desk import BACK_OFF, Campaign, CampaignDesk
from dialer.dialing import Dialing
from dialer.doubted import Doubted
from dialer.endings import Endings
from dialer.experience_keeper import ExperienceKeeper
from dialer.floor_watch import Crew, FloorWatch, Queue
from dialer.goal_keeper import GoalKeeper
from dialer.goals import Reached
from dialer.guarantee import Guarantee
from dialer.hindrances import Hindrances
from dialer.hopper import Hopper
from dialer.latest import Latest
from dialer.lines import TokenBucket
from dialer.machines import Machines
from dialer.modes import pace_of
from dialer.outbound_calls import OutboundCalls
from dialer.pacing import Learned
from dialer.placing import Placing
from dialer.recall import AttemptRecall
from dialer.results import Results
from dialer.ringing import Ringing
from dialer.scoring import AnswerScores
from dialer.steering import Steering
from dialer.trunks import TrunkRules, Trunks
from dialer.ways_out import WaysOut
from goldline.ground import Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """How calls go out: the trunks in order, and the pools of numbers to show."""

    trunks: Sequence[TrunkRules]
    pools: Sequence[PoolRules] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaigns:
    """The campaigns by name, their attempts in hand, what those come to, and how their calls go out.

    Without any campaign nothing has to be known of `results`.
    """

    rules: Mapping[str, CampaignRules]
    book: AttemptBook
    results: Results | None
    out: Outgoing


def build_dialer(ground: Ground, campaigns: Campaigns, queue: Queue) -> None:
    """Build the features that run campaigns. Without campaigns there are none.

    `queue` tells who waits where. Built before the IVR, which takes every leg that nobody knows.
    """
    rules, book, results, out = campaigns.rules, campaigns.book, campaigns.results, campaigns.out
    if results is None:
        return
    engine, contacts, ids = ground.engine, ground.contacts, ground.ids
    ours = ids.beginning(ATTEMPT_ID)
    needs = {name: need_of(queue.requirements) for name, queue in ground.rulebook.queues.items()}
    CampaignDays(engine, rules)
    guarantee = Guarantee(engine, rules, ours)
    under_way = {name: _campaign(ground, each, book, guarantee.of(name)) for name, each in rules.items()}
    crews = {name: campaign.crew for name, campaign in under_way.items()}
    watch = FloorWatch(engine, crews, book, queue, needs, ground.agents)
    desk = CampaignDesk(engine, under_way, book)
    ways = WaysOut(engine, book, _trunks(out, rules), {each.name: CallerIds(each) for each in out.pools})
    placing = Placing(engine, ids, desk, book, ways, Latest(engine, rules.values()))
    dialing = Dialing(engine, ids, desk, book, watch, ways, placing)
    AgentFirst(engine, contacts, desk, book, placing)
    ByHand(engine, ids, desk, book, dialing)
    Steering(engine, desk)
    recall = AttemptRecall(engine, ground.calls, contacts, desk, book, ours)
    endings = Endings(engine, desk, book, ways, Doubted(engine, book))
    OutboundCalls(engine, contacts, desk, book, recall, endings)
    Machines(engine, desk, book)
    Hindrances(engine, desk, book, ways)
    CapWatch(engine, desk)
    GoalKeeper(engine, desk, results, ours)
    ExperienceKeeper(engine, desk)


def dialing_agents(
    rules: Mapping[str, CampaignRules], agents: Mapping[AgentId, AgentProfile]
) -> Collection[AgentId]:
    """Return the agents who may call numbers of their own for some campaign."""
    needs = [each.need for each in rules.values() if each.agents_dial]
    return tuple(
        agent_id
        for agent_id, profile in agents.items()
        if any(need.level(profile.skills) is not None for need in needs)
    )


def _campaign(ground: Ground, rules: CampaignRules, book: AttemptBook, allowance: Allowance) -> Campaign:
    rates = AnswerScores() if rules.scores_leads else AnswerRates()
    learned = Learned(ringing=Ringing(round(seconds(rules.ring_timeout_us))), rates=rates)
    reached = Reached(rules.goals)
    return Campaign(
        rules=rules,
        hopper=Hopper(ground.engine, ground.ids, rules, book, reached, rates),
        reached=reached,
        begins=rules.starts,
        crew=Crew(rules, learned),
        pace=pace_of(rules, learned, allowance),
        bucket=TokenBucket(rules.calls_per_second),
        allowance=allowance,
        learned=learned,
        cohorts=Cohorts(learned.rates, learned.ringing),
        back_off=BackOff(BACK_OFF),
    )


def _trunks(out: Outgoing, rules: Mapping[str, CampaignRules]) -> Trunks:
    return Trunks(out.trunks, {name: each.trunks for name, each in rules.items()})
