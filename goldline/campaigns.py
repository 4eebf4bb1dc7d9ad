"""Puts the dialer together: the campaigns of the configuration, and the features that run them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from core.calls import CallBook
from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.clock import seconds
from core.model.agent import AgentProfile
from core.model.ids import AgentId, Ids, QueueName
from core.model.need import Need
from dialer.agent_first import AgentFirst
from dialer.allowance import Allowance
from dialer.answering import AnswerRates
from dialer.attempts import ATTEMPT_ID, AttemptBook
from dialer.by_hand import ByHand
from dialer.caller_ids import CallerIds, PoolRules
from dialer.campaign import CampaignRules
from dialer.campaign_days import CampaignDays
from dialer.cohorts import Cohorts
from dialer.desk import Campaign, CampaignDesk
from dialer.dialing import Dialing
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
from dialer.recall import AttemptRecall
from dialer.results import Results
from dialer.ringing import Ringing
from dialer.scoring import AnswerScores
from dialer.steering import Steering
from dialer.trunks import TrunkRules, Trunks
from dialer.ways_out import WaysOut


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """How calls go out: the trunks in order, and the pools of numbers to show."""

    trunks: Sequence[TrunkRules]
    pools: Sequence[PoolRules] = ()


def build_dialer(
    engine: Engine,
    contacts: ContactBook,
    calls: CallBook,
    ids: Ids,
    rules: Mapping[str, CampaignRules],
    book: AttemptBook,
    results: Results,
    queue: Queue,
    needs: Mapping[QueueName, Need],
    agents: Mapping[AgentId, AgentProfile],
    out: Outgoing,
) -> None:
    """Build the features that run campaigns. Without campaigns there are none.

    `queue` tells who waits where, `needs` what each queue asks of an agent.
    Built before the IVR, which takes every leg that nobody knows.
    """
    if not rules:
        return
    CampaignDays(engine, rules)
    guarantee = Guarantee(engine, rules, ids.beginning(ATTEMPT_ID))
    campaigns = {name: _campaign(engine, ids, each, book, guarantee.of(name)) for name, each in rules.items()}
    crews = {name: campaign.crew for name, campaign in campaigns.items()}
    watch = FloorWatch(engine, crews, book, queue, needs, agents)
    desk = CampaignDesk(engine, campaigns, book)
    ways = WaysOut(engine, book, _trunks(out, rules), {each.name: CallerIds(each) for each in out.pools})
    dialing = Dialing(engine, ids, desk, book, watch, ways, Latest(engine, rules.values()))
    AgentFirst(engine, contacts, desk, book, dialing)
    ByHand(engine, ids, desk, book, dialing)
    Steering(engine, desk)
    recall = AttemptRecall(engine, calls, contacts, desk, book, ids.beginning(ATTEMPT_ID))
    OutboundCalls(engine, contacts, desk, book, recall, ways)
    Machines(engine, desk, book)
    Hindrances(engine, desk, book, ways)
    GoalKeeper(engine, desk, results, ids.beginning(ATTEMPT_ID))
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


def _campaign(
    engine: Engine, ids: Ids, rules: CampaignRules, book: AttemptBook, allowance: Allowance
) -> Campaign:
    rates = AnswerScores() if rules.scores_leads else AnswerRates()
    learned = Learned(ringing=Ringing(round(seconds(rules.ring_timeout_us))), rates=rates)
    reached = Reached(rules.goals)
    return Campaign(
        rules=rules,
        hopper=Hopper(engine, ids, rules, book, reached, rates),
        reached=reached,
        begins=rules.starts,
        crew=Crew(rules, learned),
        pace=pace_of(rules, learned, allowance),
        bucket=TokenBucket(rules.calls_per_second),
        allowance=allowance,
        learned=learned,
        cohorts=Cohorts(learned.rates, learned.ringing),
    )


def _trunks(out: Outgoing, rules: Mapping[str, CampaignRules]) -> Trunks:
    return Trunks(out.trunks, {name: each.trunks for name, each in rules.items()})
