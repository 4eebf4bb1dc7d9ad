"""The composition root: from a configuration to an engine with all its features.

Here, and in the `build_` files beside it, the features are introduced to each other. They subscribe in the
order in which they are built, and so hear of each message in this order:

1. `CallBook`: what legs and bridges there are, before anybody asks
2. `Adoption`: contacts of an earlier run are in the book before routing hears of their legs
3. `InteractionRecorder`, a fold indifferent to the rest; `LostContacts`, which closes what nobody takes up
4. call control, in whose hands a customer on hold is; `OfferDesk`, `Conversations`, `Router`: a leg that ends
   belongs to the first of them that knows it; `TrackRecords` before the `Router`, which chooses by what they
   have counted
5. `Hold`, the agents' side from `Roster` to `WrapUp`, `Supervising`, `QualityLearner`, the dialer, `Ivr`:
   each answers facts that those above established; the IVR takes whatever leg nobody before it knows
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agents.quality import QualityLearner
from core.calls import CallBook
from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.clock import microseconds
from core.kernel.errors import ConfigError
from core.model.agent import AgentProfile
from core.model.disposition import Disposition
from core.model.ids import AgentId, Ids
from cti.control.supervising import Supervising
from dialer.attempts import AttemptBook
from dialer.campaign import CampaignRules
from dialer.results import Results
from goldline.build_agents import build_agents_side
from goldline.build_control import build_control
from goldline.build_dialer import Campaigns, Outgoing, build_dialer
from goldline.build_routing import Lines, build_routing
from goldline.campaign_rules import CampaignGround, campaign_rules
from goldline.config import Config
from goldline.config_agents import agent_profile
from goldline.config_dispositions import dispositions_of
from goldline.config_quality import quality_rules
from goldline.config_supervision import supervision_rules
from goldline.config_trunks import pool_rules, trunk_rules
from goldline.ground import Ground
from goldline.rulebook import rulebook_of
from ivr.flow import Flow
from ivr.interpreter import Ivr
from metrics.interaction import InteractionRecorder
from routing.adoption import Adoption
from routing.conversation import Conversations
from routing.lost import LostContacts
from routing.offer_desk import OfferDesk
from routing.router import Router
from routing.rules import Queues


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
    ground = _ground(config, agents, run)
    engine, contacts, calls = ground.engine, ground.contacts, ground.calls
    queues = ground.rulebook.queues
    adoption = Adoption(engine, contacts, calls, microseconds(config.crm.lookup_deadline_s))
    InteractionRecorder(engine, contacts)
    LostContacts(engine, calls)
    for name in config.control.flows:
        _flow(flows, name, "control.flows")
    targets, talks = build_control(ground, config)
    offers = OfferDesk(engine, contacts, ground.ids, queues, config.pbx.phones_answer)
    Conversations(engine, contacts, talks.may_hang_up)
    dispositions = dispositions_of(config.dispositions)
    quality = quality_rules(config.quality, dispositions)
    lines = build_routing(ground, config, adoption, offers, quality.prior)
    targets.door = lines.door
    campaigns = _campaigns(ground, config, flows, dispositions)
    build_agents_side(ground, config, campaigns)
    Supervising(engine, contacts, ground.ids, targets.free, talks, supervision_rules(config.supervision))
    QualityLearner(engine, contacts, agents, queues.skills(), quality)
    build_dialer(ground, campaigns, lines.router)
    _build_menus(ground, config, flows, lines)
    return Brain(
        engine=engine, contacts=contacts, calls=calls, router=lines.router, campaigns=campaigns.rules
    )


def configured_agents(config: Config) -> dict[AgentId, AgentProfile]:
    """Return the agents that the configuration names."""
    return {AgentId(name): agent_profile(AgentId(name), agent) for name, agent in config.agents.items()}


def configured_campaigns(config: Config, flows: Mapping[str, Flow]) -> dict[str, CampaignRules]:
    """Return the campaigns that the configuration names; raise `ConfigError` where something does not fit."""
    return _campaign_rules(config, rulebook_of(config).queues, flows, _outgoing(config))


def _ground(config: Config, agents: Mapping[AgentId, AgentProfile], run: int) -> Ground:
    rulebook = rulebook_of(config)
    engine = Engine()
    return Ground(
        engine=engine,
        contacts=ContactBook(),
        calls=CallBook(engine),
        ids=Ids(run),
        rulebook=rulebook,
        agents=agents,
    )


def _campaigns(
    ground: Ground, config: Config, flows: Mapping[str, Flow], dispositions: Mapping[str, Disposition]
) -> Campaigns:
    out = _outgoing(config)
    rules = _campaign_rules(config, ground.rulebook.queues, flows, out)
    book = AttemptBook()
    results = Results(ground.engine, book, dispositions) if rules else None
    return Campaigns(rules=rules, book=book, results=results, out=out)


def _outgoing(config: Config) -> Outgoing:
    return Outgoing(
        trunks=trunk_rules(config.trunks, config.pbx.outside), pools=pool_rules(config.caller_ids)
    )


def _campaign_rules(
    config: Config, queues: Queues, flows: Mapping[str, Flow], out: Outgoing
) -> dict[str, CampaignRules]:
    ground = CampaignGround(
        queues=queues,
        flows=flows,
        dispositions=config.dispositions,
        region=config.crm.region,
        trunks=[trunk.name for trunk in out.trunks],
        pools=[pool.name for pool in out.pools],
        packs=config.packs,
        default_tier=config.rules.default_tier,
    )
    return campaign_rules(config.campaigns, ground)


def _build_menus(ground: Ground, config: Config, flows: Mapping[str, Flow], lines: Lines) -> None:
    Ivr(
        ground.engine,
        contacts=ground.contacts,
        ids=ground.ids,
        flows=_flows_by_number(config, flows),
        default_flow=_flow(flows, config.ivr.default, "ivr.default"),
        named_flows=flows,
        queue_view=lines.board,
        callbacks=lines.callbacks,
        deadline_us=microseconds(config.crm.lookup_deadline_s),
        default_tier=config.rules.default_tier,
        tiers=ground.rulebook.tiers,
    )


def _flows_by_number(config: Config, flows: Mapping[str, Flow]) -> dict[str, Flow]:
    return {
        number: _flow(flows, name, f"ivr.numbers.{number}") for number, name in config.ivr.numbers.items()
    }


def _flow(flows: Mapping[str, Flow], name: str, where: str) -> Flow:
    if name not in flows:
        raise ConfigError(where, name, f"one of the flows: {', '.join(sorted(flows))}")
    return flows[name]
