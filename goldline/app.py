"""The composition root: from a configuration to an engine with all its features.

Here, and nowhere else, the features are introduced to each other. They subscribe in the order in which
they are built, and so hear of each message in this order:

1. `CallBook`: what legs and bridges there are, before anybody asks
2. `Adoption`: contacts of an earlier run are in the book before routing hears of their legs
3. `InteractionRecorder`, a fold indifferent to the rest; `LostContacts`, which closes what nobody takes up
4. `OfferDesk`, `Conversations`, `Router`: a leg that ends belongs to the first of them that knows it;
   `TrackRecords` before the `Router`, which chooses by what they have counted
5. `Hold`, the agents' side from `Roster` to `WrapUp`, `QualityLearner`, the dialer, `Ivr`: each answers facts
   that those above established; the IVR takes whatever leg nobody before it knows
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from agents.misses import Misses
from agents.previews import Previews
from agents.quality import QualityLearner
from agents.reservations import Reservations
from agents.roster import Roster
from agents.standing_legs import StandingLegs
from agents.wishes import Wishes
from agents.workload import Workload
from agents.wrap_up import WrapUp
from core.calls import CallBook
from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.clock import microseconds
from core.kernel.errors import ConfigError
from core.model.agent import AgentProfile
from core.model.destination import DestinationKind
from core.model.ids import AgentId, Ids
from core.model.need import need_of
from dialer.attempts import AttemptBook
from dialer.campaign import CampaignRules
from dialer.results import Results
from goldline.campaigns import Outgoing, build_dialer, dialing_agents
from goldline.config import Config
from goldline.config_agents import (
    agent_profile,
    miss_rules,
    standing_rules,
    work_channels,
    work_rules,
    wrap_up_limits,
)
from goldline.config_campaigns import campaign_rules
from goldline.config_dispositions import dispositions_of
from goldline.config_estimate import trained_waits
from goldline.config_quality import quality_rules
from goldline.config_trunks import pool_rules, trunk_rules
from goldline.rulebook import rulebook_of
from ivr.flow import Flow
from ivr.interpreter import Ivr
from ivr.prompts import announcement, callback_farewell
from metrics.interaction import InteractionRecorder
from routing.admission import Admission
from routing.adoption import Adoption
from routing.board import QueueBoard
from routing.callback_desk import CallbackDesk
from routing.callback_dialer import CallbackDialer
from routing.callback_recall import CallbackRecall
from routing.callback_wishes import CallbackWishes
from routing.circumstances import Circumstances
from routing.conversation import Conversations
from routing.desertion import Desertion
from routing.divert import Diversion
from routing.door import Door
from routing.hold import Hold
from routing.index import Index
from routing.lost import LostContacts
from routing.offer_desk import OfferDesk
from routing.outbound import OutboundContacts
from routing.plan import Plan
from routing.preference import Preference
from routing.resume import Resume
from routing.router import Router
from routing.rules import Rulebook, Strategy
from routing.scores import ScoresByStrategy
from routing.strategies import StrategyScores
from routing.track_record import TrackRecords
from routing.value import ValueNews, ValueScores
from routing.waits import WaitEstimates
from routing.work import WorkDesk, WorkDeskRules
from routing.work_recall import WorkRecall


@dataclass(frozen=True, slots=True, kw_only=True)
class Brain:
    """The engine with what a runner's surroundings may read: contacts in hand, queues, calls, campaigns."""

    engine: Engine
    contacts: ContactBook
    calls: CallBook
    router: Router
    campaigns: Mapping[str, CampaignRules]


def build_brain(
    config: Config, flows: Mapping[str, Flow], agents: Mapping[AgentId, AgentProfile], run: int
) -> Brain:
    """Return an engine with every feature of `config`.

    `flows` are by name, `agents` who may log in, `run` is the number of this start of the engine: no two
    runs on one PBX may share it. Raises `ConfigError` where flows and configuration do not fit.
    """
    rulebook = rulebook_of(config)
    queues = rulebook.queues
    engine = Engine()
    contacts = ContactBook()
    ids = Ids(run)
    calls = CallBook(engine)
    deadline_us = microseconds(config.crm.lookup_deadline_s)
    adoption = Adoption(engine, contacts, calls, deadline_us)
    InteractionRecorder(engine, contacts)
    LostContacts(engine, calls)
    offers = OfferDesk(engine, contacts, ids, queues)
    Conversations(engine, contacts)
    dispositions = dispositions_of(config.dispositions)
    quality = quality_rules(config.quality, dispositions)
    values = ValueScores(rulebook, agents, quality.prior)
    index = Index(rulebook, _scores(engine, rulebook, values))
    ValueNews(engine, values, index)
    router = Router(engine, contacts, offers, rulebook, index, agents)
    learned = trained_waits(config.estimate)
    estimates = WaitEstimates(engine, contacts, router, rulebook, learned)
    circumstances = Circumstances(router, estimates, queues)
    door = Door(router, circumstances, queues)
    diversion = Diversion(engine, contacts, router, door)
    Resume(engine, contacts, router, queues)
    callbacks = CallbackDesk(engine, contacts, ids, router, offers, rulebook, callback_farewell)
    diversion.guard(DestinationKind.CALLBACK, callbacks.refusal)
    CallbackDialer(engine, contacts, ids, callbacks, offers, rulebook)
    CallbackWishes(engine, callbacks, adoption, rulebook, config.rules.default_tier)
    CallbackRecall(engine, contacts, callbacks, adoption, rulebook)
    OutboundContacts(engine, contacts, router, offers)
    Plan(engine, contacts, router, rulebook, circumstances, diversion)
    Preference(engine, contacts, router, rulebook, agents)
    Admission(engine, contacts, router, door, diversion, rulebook)
    Desertion(engine, contacts, router, door, diversion, queues)
    Hold(engine, contacts, router, estimates, queues, callbacks, announcement)
    work_desk = WorkDesk(engine, contacts, ids, router, offers, rulebook, _work_desk_rules(config, agents))
    WorkRecall(engine, contacts, work_desk, rulebook)
    attempts = AttemptBook()
    results = Results(engine, attempts, dispositions)
    out = Outgoing(trunks=trunk_rules(config.trunks, config.pbx.outside), pools=pool_rules(config.caller_ids))
    campaigns = _campaigns(config, rulebook, flows, out)
    dialing = dialing_agents(campaigns, agents)
    _build_agents_side(engine, contacts, ids, config, agents, results, dialing)
    QualityLearner(engine, contacts, agents, queues.skills(), quality)
    needs = {name: need_of(queue.requirements) for name, queue in queues.items()}
    build_dialer(engine, contacts, calls, ids, campaigns, attempts, results, router, needs, agents, out)
    Ivr(
        engine,
        contacts=contacts,
        ids=ids,
        flows=_flows_by_number(config, flows),
        default_flow=_flow(flows, config.ivr.default, "ivr.default"),
        named_flows=flows,
        queue_view=QueueBoard(router, estimates, queues),
        callbacks=callbacks,
        deadline_us=deadline_us,
        default_tier=config.rules.default_tier,
        tiers=rulebook.tiers,
    )
    return Brain(engine=engine, contacts=contacts, calls=calls, router=router, campaigns=campaigns)


def _build_agents_side(
    engine: Engine,
    contacts: ContactBook,
    ids: Ids,
    config: Config,
    agents: Mapping[AgentId, AgentProfile],
    results: Results,
    dialing: Collection[AgentId],
) -> None:
    """Build what keeps the agents' states, their calls, their other work and their wrap-ups."""
    roster = Roster(engine, agents, work_rules(config.work), dialing)
    StandingLegs(engine, roster, ids, standing_rules(config.standing))
    misses = Misses(engine, roster, miss_rules(config.offers))
    Wishes(engine, roster, misses, config.rules.not_ready_reasons)
    Reservations(engine, contacts, roster, misses)
    Previews(engine, contacts, roster, config.rules.skip_reasons)
    Workload(engine, contacts, roster, misses)
    WrapUp(engine, contacts, roster, wrap_up_limits(config.queues), results)


def _work_desk_rules(config: Config, agents: Mapping[AgentId, AgentProfile]) -> WorkDeskRules:
    return WorkDeskRules(
        channels=work_channels(config.work, agents),
        default_tier=config.rules.default_tier,
        behind_calls_us=microseconds(config.work.behind_calls_s),
        deadline_us=microseconds(config.crm.lookup_deadline_s),
    )


def _campaigns(
    config: Config, rulebook: Rulebook, flows: Mapping[str, Flow], out: Outgoing
) -> dict[str, CampaignRules]:
    return campaign_rules(
        config.campaigns,
        rulebook.queues,
        flows,
        config.dispositions,
        region=config.crm.region,
        trunks=[trunk.name for trunk in out.trunks],
        pools=[pool.name for pool in out.pools],
        packs=config.packs,
        default_tier=config.rules.default_tier,
    )


def _scores(engine: Engine, rulebook: Rulebook, values: ValueScores) -> ScoresByStrategy:
    """Return the scores of all strategies: those that look at levels and records, and that of value."""
    ordinary = StrategyScores(rulebook, TrackRecords(engine), values.quality)
    return ScoresByStrategy(rulebook, {Strategy.VALUE: values}, ordinary)


def configured_agents(config: Config) -> dict[AgentId, AgentProfile]:
    """Return the agents that the configuration names."""
    return {AgentId(name): agent_profile(AgentId(name), agent) for name, agent in config.agents.items()}


def _flows_by_number(config: Config, flows: Mapping[str, Flow]) -> dict[str, Flow]:
    return {
        number: _flow(flows, name, f"ivr.numbers.{number}") for number, name in config.ivr.numbers.items()
    }


def _flow(flows: Mapping[str, Flow], name: str, where: str) -> Flow:
    if name not in flows:
        raise ConfigError(where, name, f"one of the flows: {', '.join(sorted(flows))}")
    return flows[name]
