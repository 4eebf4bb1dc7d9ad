"""Puts routing together: from the door of a queue to the end of a conversation.

The features subscribe in the order in which they are built; `goldline.app` says what hangs on that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.kernel.clock import microseconds
from core.model.agent import AgentProfile
from core.model.destination import DestinationKind
from core.model.ids import AgentId
from core.model.quality import Prior
from goldline.config import Config
from goldline.config_agents import work_channels
from goldline.config_estimate import trained_waits
from goldline.ground import Ground
from ivr.prompts import announcement, callback_farewell
from routing.admission import Admission
from routing.adoption import Adoption
from routing.assignments import Assignments
from routing.board import QueueBoard
from routing.callback_desk import CallbackDesk
from routing.callback_dialer import CallbackDialer
from routing.callback_recall import CallbackRecall
from routing.callback_wishes import CallbackWishes
from routing.circumstances import Circumstances
from routing.desertion import Desertion
from routing.divert import Diversion
from routing.door import Door
from routing.hold import Hold
from routing.index import Index
from routing.levels import Levels
from routing.offer_desk import OfferDesk
from routing.outbound import OutboundContacts
from routing.passed_on import PassedOn
from routing.plan import Plan
from routing.preference import Preference
from routing.priority import Priority
from routing.resume import Resume
from routing.router import Router
from routing.rules import Strategy
from routing.scores import ScoresByStrategy
from routing.staff import Staff
from routing.strategies import StrategyScores
from routing.told_waits import ToldWaits
from routing.track_record import TrackRecords
from routing.value import ValueNews, ValueScores
from routing.waits import WaitEstimates
from routing.work import WorkDesk, WorkDeskRules
from routing.work_recall import WorkRecall


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """What the rest of the program asks of routing: who waits, how long yet, who may join; callbacks."""

    router: Router
    door: Door
    board: QueueBoard
    callbacks: CallbackDesk


def build_routing(
    ground: Ground, config: Config, adoption: Adoption, offers: OfferDesk, prior: Prior
) -> Lines:
    """Build the router, and all that brings contacts into line and decides what becomes of them there."""
    engine, contacts, rulebook = ground.engine, ground.contacts, ground.rulebook
    queues = rulebook.queues
    staff = Staff(ground.agents)
    values = ValueScores(rulebook, staff, prior)
    index = Index(rulebook, _scores(ground, values), staff)
    ValueNews(engine, values, index, rulebook)
    router = Router(engine, contacts, offers, rulebook, index, staff)
    estimates = WaitEstimates(engine, contacts, router, rulebook, trained_waits(config.estimate))
    circumstances = Circumstances(router, estimates, queues)
    door = Door(router, circumstances, queues)
    diversion = Diversion(engine, contacts, router, door)
    Resume(engine, contacts, router, queues)
    callbacks = _build_callbacks(ground, config, adoption, offers, router)
    diversion.guard(DestinationKind.CALLBACK, callbacks.refusal)
    OutboundContacts(engine, contacts, router, offers)
    Plan(engine, contacts, router, rulebook, circumstances, diversion)
    Priority(engine, contacts, router)
    Preference(engine, contacts, router, rulebook, staff)
    PassedOn(engine, contacts, router, queues)
    Levels(engine, router, staff, queues, values)
    Assignments(engine, router, staff, queues)
    Admission(engine, contacts, router, door, diversion, rulebook)
    Desertion(engine, contacts, router, door, diversion, queues)
    Hold(engine, contacts, router, estimates, queues, callbacks, announcement)
    _build_work(ground, config, router, offers)
    board = QueueBoard(router, estimates, queues)
    ToldWaits(engine, board, queues, tuple(config.tiers) or (config.rules.default_tier,))
    return Lines(router=router, door=door, board=board, callbacks=callbacks)


def _scores(ground: Ground, values: ValueScores) -> ScoresByStrategy:
    """Return the scores of all strategies: those that look at levels and records, and that of value."""
    ordinary = StrategyScores(ground.rulebook, TrackRecords(ground.engine, ground.rulebook), values.quality)
    return ScoresByStrategy(ground.rulebook, {Strategy.VALUE: values}, ordinary)


def _build_callbacks(
    ground: Ground, config: Config, adoption: Adoption, offers: OfferDesk, router: Router
) -> CallbackDesk:
    engine, contacts, ids, rulebook = ground.engine, ground.contacts, ground.ids, ground.rulebook
    desk = CallbackDesk(engine, contacts, ids, router, offers, rulebook, callback_farewell)
    CallbackDialer(engine, contacts, ids, desk, offers, rulebook)
    CallbackWishes(engine, desk, adoption, rulebook, config.rules.default_tier)
    CallbackRecall(engine, contacts, desk, adoption, rulebook)
    return desk


def _build_work(ground: Ground, config: Config, router: Router, offers: OfferDesk) -> None:
    engine, contacts, rulebook = ground.engine, ground.contacts, ground.rulebook
    rules = _work_desk_rules(config, ground.agents)
    desk = WorkDesk(engine, contacts, ground.ids, router, offers, rulebook, rules)
    WorkRecall(engine, contacts, desk, rulebook)


def _work_desk_rules(config: Config, agents: Mapping[AgentId, AgentProfile]) -> WorkDeskRules:
    return WorkDeskRules(
        channels=work_channels(config.work, agents),
        default_tier=config.rules.default_tier,
        behind_calls_us=microseconds(config.work.behind_calls_s),
        deadline_us=microseconds(config.crm.lookup_deadline_s),
    )
