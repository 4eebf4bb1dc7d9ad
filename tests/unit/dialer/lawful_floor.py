"""Campaigns that share people, telephones and lists, and an onlooker who knows the law by heart.

The onlooker has its own notion of hours, caps and lock-outs, written without the dialer's: it is asked about
every number at the instant it is dialed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from core.kernel.clock import SECOND_US, microseconds
from core.model.agent import AgentProfile
from core.model.attempt import AttemptState
from core.model.attempt_events import AttemptDialed, AttemptEnded
from core.model.campaign_requests import StartCampaign
from core.model.commands import AppendToLedger, HangUpLeg, RingLeg
from core.model.events import ChoiceMade, DialogueOpened, LegAnswered, LegEnded, LegJoined, TimerFired
from core.model.ids import AgentId, BridgeId, Ids, LegId
from core.model.lead import LeadNumber
from core.model.lead_orders import LeadCommand, ListNumber
from core.model.message import Command, Event
from core.model.requests import FinishWrapUp, GoReady
from crm.leads.memory import MemoryLeadStore
from crm.leads.records import LeadRecord, ListPlan
from dialer.attempts import Attempt
from dialer.campaign import CampaignRules
from dialer.law import AttemptCap, CallingHours, Law, Lockout, RingAtLeast
from goldline.runners import result_at_once
from ivr.interpreter import Ivr
from ivr.loader import load_flow
from routing.board import QueueBoard
from routing.rules import Queues
from tests.unit.dialer.campaign_floor import CampaignFloor, ClockOf
from tests.unit.floor import Floor

AGENTS = ("ann", "ben", "cleo")
REGISTERS = ("us-national-do-not-call", "fr-bloctel", "au-do-not-call-register")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOUSE_RING_US = 15 * SECOND_US


class Ended(NamedTuple):
    """What a call came to, which began at that instant."""

    dialed_us: int
    person_id: str
    outcome: AttemptState
    refused: bool


class Onlooker:
    """What it has seen: every call, whom it was at, and what it came to."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, str]] = []
        self.ended: list[Ended] = []
        self.listed: dict[str, int] = {}

    def objections(self, rules: CampaignRules, call: Attempt, order: RingLeg) -> Iterator[str]:
        """Go through what is wrong with a call that begins now, and remember it."""
        law, number, person, now_us = rules.law, call.number, call.lead.person_id, call.dialed_us
        if self.listed.get(number.number, now_us + 1) <= now_us:
            yield "do not call"
        for rule in _rules(law, CallingHours, number):
            closed_on = rules.holidays.get(number.country, ()) if rule.holidays == "none" else ()
            locals_ = [_local(now_us, ZoneInfo(name)) for name in number.zones]
            yield from (rule.id for local in locals_ if local.date() in closed_on)
            yield from (rule.id for local in locals_ if not _is_open(rule, local))
        self.calls.append((now_us, person))
        for cap in _rules(law, AttemptCap, number):
            since_us = now_us - microseconds(cap.within_h * 3_600)
            if sum(who == person and at_us > since_us for at_us, who in self.calls) > cap.attempts:
                yield cap.id
        for lockout in _rules(law, Lockout, number):
            since_us = now_us - microseconds(lockout.hours * 3_600)
            before = [each for each in self.ended if each.person_id == person and each.dialed_us > since_us]
            if any(_is_after(lockout, each) for each in before):
                yield lockout.id
        for ring in _rules(law, RingAtLeast, number):
            if order.ring_timeout_us < microseconds(ring.at_least_s):
                yield ring.id


def _rules(law: Law, kind: type, number: LeadNumber) -> Iterator[Any]:
    """Every rule of a kind for any region that the number may lie in."""
    for pack in law.packs:
        if "*" in pack.countries or number.country in pack.countries:
            for rule in pack.rules:
                if isinstance(rule, kind) and (not rule.regions or set(rule.regions) & set(number.regions)):
                    yield rule


def _local(now_us: int, zone: ZoneInfo) -> datetime:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=now_us)).astimezone(zone)


def _is_open(rule: CallingHours, local: datetime) -> bool:
    openings = [text.split("-") for text in rule.weekly.get(WEEKDAYS[local.weekday()], ())]  # type: ignore[call-overload]
    return any(begins <= local.strftime("%H:%M") < ends for begins, ends in openings)


def _is_after(lockout: Lockout, ended: Ended) -> bool:
    return {
        "abandoned": ended.outcome is AttemptState.DROPPED,
        "machine": ended.outcome is AttemptState.MACHINE,
        "conversation": ended.outcome is AttemptState.CONNECTED,
        "refusal": ended.refused,
    }[lockout.after]


class LawfulFloor(CampaignFloor):
    """Campaigns with agents who are ready; every number that is dialed is shown to the onlooker at once."""

    def __init__(
        self,
        campaigns: Sequence[CampaignRules],
        leads: Mapping[str, Sequence[LeadRecord]],
        now_us: int,
        agents: int,
    ) -> None:
        self.campaigns = {rules.name: rules for rules in campaigns}
        self.rules = campaigns[0]
        self._run = 9
        self._agents = AGENTS[:agents]
        self.store_is_away = False
        self.onlooker = Onlooker()
        self.objections: list[str] = []
        self.ringing: dict[LegId, Attempt] = {}
        self.store = MemoryLeadStore(ClockOf(self))
        Floor.__init__(self, dict.fromkeys(self._agents, 5))
        self.now_us = now_us
        for name in REGISTERS:
            result_at_once(self.store.renew_register(name, now_us))
        for campaign, records in leads.items():
            plan = ListPlan(campaign=campaign, name="list")
            result_at_once(self.store.save_leads(plan, records))
            result_at_once(self.store.finish_list(plan))
        self.ready(*self._agents)
        for name in self.campaigns:
            self.hear(StartCampaign(at_us=self.now_us, campaign=name, request_id="1"))

    @property
    def all_rules(self) -> Sequence[CampaignRules]:
        """The campaigns of the floor."""
        return tuple(self.campaigns.values())

    def _build_desks(self, profiles: Mapping[AgentId, AgentProfile], *others: object) -> None:
        """Build also what plays the message to who finds nobody."""
        super()._build_desks(profiles, *others)
        flow = load_flow(Path(__file__).parents[3] / "examples" / "winter" / "sorry.toml")
        queues = Queues({self.queue.name: self.queue})
        Ivr(
            self.engine,
            contacts=self.contacts,
            ids=Ids(run=8),
            flows={},
            default_flow=flow,
            named_flows={flow.name: flow},
            queue_view=QueueBoard(self.router, self.estimates, queues),
            callbacks=self.callbacks,
            deadline_us=200_000,
            default_tier="standard",
            tiers=("standard",),
        )

    # --- looking on ---------------------------------------------------------------------------------

    def hear(self, message: Event) -> list[Command]:
        """Give the engine `message`, look at what it does, and give it what the store answers."""
        commands = Floor.hear(self, message)
        rung = {order.leg_id: order for order in commands if isinstance(order, RingLeg)}
        for command in commands:
            match command:
                case AppendToLedger(event=AttemptDialed() as dialed):
                    self._dialed(dialed, rung[dialed.leg_id])
                case AppendToLedger(event=AttemptEnded(record=record)):
                    self.onlooker.ended.append(
                        Ended(record.dialed_us, record.person_id, record.outcome, record.refused)
                    )
                case HangUpLeg(leg_id=leg_id) if leg_id in self.ringing:
                    if self.now_us < self.ringing.pop(leg_id).dialed_us + HOUSE_RING_US:
                        self.objections.append("cancelled while it rang")
                case ListNumber(number=number):
                    self.onlooker.listed.setdefault(number, self.now_us)
        for command in commands:
            if isinstance(command, LeadCommand):
                self._answer(command)
        return commands

    def _dialed(self, dialed: AttemptDialed, order: RingLeg) -> None:
        attempt = self.book.get(dialed.attempt_id)
        assert attempt is not None
        if any(other.lead.person_id == attempt.lead.person_id for other in self.ringing.values()):
            self.objections.append("rings twice at one person")
        rules = self.campaigns[dialed.campaign]
        self.objections += self.onlooker.objections(rules, attempt, order)
        self.ringing[dialed.leg_id] = attempt

    # --- what happens -----------------------------------------------------------------------------------

    def jump(self, minutes: float) -> None:
        """Let time pass at once: timers that are due by then fire late, in their order, each once."""
        self.now_us += microseconds(60 * minutes)
        due = sorted((at_us, key) for key, at_us in self.timers.items() if at_us <= self.now_us)
        for _, key in due:
            if self.timers.pop(key, None) is not None:
                self.hear(TimerFired(at_us=self.now_us, key=key))

    def forbid(self, number: str) -> None:
        """Somebody puts a number on the list, past the engine; a millisecond later the world goes on."""
        self.onlooker.listed.setdefault(number, self.now_us)
        order = ListNumber(campaign=self.rules.name, number=number, reason="asked")
        result_at_once(self.store.list_number(order))
        self.now_us += 1_000

    def rings_out(self, leg_id: LegId, cause: int) -> None:
        """Nobody answers: the network says why."""
        del self.ringing[leg_id]
        self.hear(LegEnded(at_us=self.now_us, leg_id=leg_id, cause=cause))

    def talk(self, leg_id: LegId, disposition: str) -> None:
        """Somebody answers and talks with whoever gets the call, if anybody does."""
        attempt = self._picked_up(leg_id)
        agent = next(iter(reversed(self.offered())), None)
        if agent is not None and agent[0] == attempt.contact_id:
            phone, bridge = self.phone_of(agent[1]), BridgeId(f"bridge-{leg_id}")
            self.hear(LegAnswered(at_us=self.now_us, leg_id=phone))
            self.hear(LegJoined(at_us=self.now_us, leg_id=phone, bridge_id=bridge))
            self.hear(LegJoined(at_us=self.now_us, leg_id=leg_id, bridge_id=bridge))
            self.now_us += 60 * SECOND_US
            self.hang_up(leg_id)
            self.hear(FinishWrapUp(at_us=self.now_us, agent_id=AgentId(agent[1]), disposition=disposition))
        else:
            self.hang_up(leg_id)
        self._all_ready()

    def wait_in_vain(self, leg_id: LegId, *, opts_out: bool) -> None:
        """The agents have left: somebody answers, hears the message, presses the key or not, and hangs up."""
        for name in self._agents:
            self.not_ready(name)
        attempt = self._picked_up(leg_id)
        self.let_pass(3)
        if opts_out:
            self.hear(
                ChoiceMade(at_us=self.now_us, contact_id=attempt.contact_id, node="message", choice="opt_out")
            )
        self.hang_up(leg_id)
        self._all_ready()

    def _picked_up(self, leg_id: LegId) -> Attempt:
        attempt = self.ringing.pop(leg_id)
        self.hear(LegAnswered(at_us=self.now_us, leg_id=leg_id))
        self.hear(DialogueOpened(at_us=self.now_us, leg_id=leg_id))
        return attempt

    def _all_ready(self) -> None:
        for name in self._agents:
            self.hear(GoReady(at_us=self.now_us, agent_id=AgentId(name)))
