"""A floor with a campaign on it, a store of leads in memory, and people whose phones the test answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.kernel.clock import SECOND_US
from core.model.agent import AgentProfile
from core.model.attempt_events import AttemptEnded
from core.model.campaign_requests import StartCampaign
from core.model.commands import RingLeg, TagLeg
from core.model.events import DialogueOpened, LegAnswered, LegEnded, LegJoined
from core.model.ids import AgentId, BridgeId, Ids, LegId
from core.model.lead import LeadNumber
from core.model.lead_orders import CheckNumbers, LeadCommand
from core.model.message import Command, Event
from core.model.need import need_of
from crm.leads.memory import MemoryLeadStore
from crm.leads.records import LeadRecord, ListPlan
from dialer.attempts import AttemptBook
from dialer.campaign import CampaignRules, Mode
from dialer.packs import law_of
from dialer.results import Results
from goldline.build_dialer import Campaigns, Outgoing, build_dialer
from goldline.config_dispositions import DispositionSection, RecycleSection, dispositions_of
from goldline.config_trunks import trunk_rules
from goldline.ground import Ground
from goldline.lead_orders import carry_out, unavailable
from goldline.runners import result_at_once
from routing.rules import Queues, Rulebook
from tests.unit.floor import CARDS, Floor

NOON_US = 1_700_150_400 * SECOND_US
"""16 November 2023, 16:00 in UTC, a Thursday: mid-day in New York."""

WINTER = CampaignRules(
    name="winter",
    queue=CARDS.name,
    need=need_of(CARDS.requirements),
    mode=Mode.PROGRESSIVE,
    law=law_of(["house"]),
    safe_harbour="sorry",
)


DISPOSITIONS = dispositions_of(
    {
        "sold": DispositionSection(is_sale=True, value=100),
        "no": DispositionSection(is_right_party=True),
        "later": DispositionSection(is_contact=True, is_callback=True),
        "not_home": DispositionSection(is_contact=True, recycle=RecycleSection(delay_s=3_600)),
        "stop": DispositionSection(is_right_party=True, is_dnc=True),
    }
)


OUT = Outgoing(trunks=trunk_rules({}, "PJSIP/{number}@trunk"))


def lead(name: str, number: str, **fields: object) -> LeadRecord:
    """A lead of one number in New York."""
    plain = LeadNumber(number=number, country="US", zones=("America/New_York",), regions=("US-NY",))
    return LeadRecord(external_id=name, person_id=f"person {name}", numbers=(plain,), name=name, **fields)  # type: ignore[arg-type]


class ClockOf:
    """What time it is on a floor."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def now_us(self) -> int:
        return self._floor.now_us


class CampaignFloor(Floor):
    """The brain with a campaign whose leads stand in a store in memory; all orders are carried out at once.

    A `run` after another has its `store`, and knows nothing of the telephone system unless it is `synced`.
    """

    out: Outgoing = OUT
    """How its calls go out."""

    def __init__(
        self,
        agents: Sequence[str] = ("ann",),
        leads: Sequence[LeadRecord] = (),
        rules: CampaignRules = WINTER,
        run: int = 9,
        store: MemoryLeadStore | None = None,
        synced: bool = True,
        out: Outgoing = OUT,
        **changes: Any,
    ) -> None:
        self.out = out
        self._run = run
        self.before: dict[str, LegId] = {}
        self.rules = replace(rules, **changes)
        self.store = store or MemoryLeadStore(ClockOf(self))
        self.store_is_away = False
        self.holds_checks = False
        self._held: list[CheckNumbers] = []
        self.now_us = NOON_US
        if store is None:
            plan = ListPlan(campaign=self.rules.name, name="list")
            result_at_once(self.store.save_leads(plan, leads))
            result_at_once(self.store.finish_list(plan))
        self.numbers = {record.name: record.numbers[0].number for record in leads}
        super().__init__(dict.fromkeys(agents, 5), synced=synced)
        self.now_us = NOON_US

    @property
    def all_rules(self) -> Sequence[CampaignRules]:
        """The campaigns of the floor."""
        return (self.rules,)

    def _build_desks(self, profiles: Mapping[AgentId, AgentProfile], *others: object) -> None:
        self.book = book = AttemptBook()
        self.results = results = Results(self.engine, book, DISPOSITIONS)
        super()._build_desks(profiles, *others)  # type: ignore[arg-type]
        rules = {each.name: each for each in self.all_rules}
        ground = Ground(
            engine=self.engine,
            contacts=self.contacts,
            calls=self.calls,
            ids=Ids(self._run),
            rulebook=Rulebook(queues=Queues({self.queue.name: self.queue})),
            agents=profiles,
        )
        campaigns = Campaigns(rules=rules, book=book, results=results, out=self.out)
        build_dialer(ground, campaigns, self.router)

    def hear(self, message: Event) -> list[Command]:
        """Give the engine `message`, and whatever the store answers to its orders."""
        commands = super().hear(message)
        for order in commands:
            if self.holds_checks and isinstance(order, CheckNumbers):
                self._held.append(order)
            elif isinstance(order, LeadCommand):
                self._answer(order)
        return commands

    def answer_held(self) -> None:
        """Let the store say its last words that the test held back."""
        for order in self._held:
            self._answer(order)
        self._held.clear()

    def _answer(self, order: LeadCommand) -> None:
        if self.store_is_away:
            answer = unavailable(order, "away", self.now_us)
        else:
            answer = result_at_once(carry_out(order, self.store, self.now_us))
        if answer is not None:
            self.hear(answer)

    # --- what a campaign manager does -----------------------------------------------------------------

    def start(self) -> None:
        self.hear(StartCampaign(at_us=self.now_us, campaign=self.rules.name, request_id="1"))

    # --- people called ----------------------------------------------------------------------------------

    def dialed(self) -> list[str]:
        """Return the numbers dialed so far, in order."""
        return [order.address for order in self.orders(RingLeg) if "@trunk" in order.address]

    def rung(self) -> list[RingLeg]:
        """Return every ringing so far, of agents and of people called."""
        return self.orders(RingLeg)

    def leg_of(self, name: str) -> LegId:
        """Return the leg of the last call to somebody, by an earlier run where this one made none."""
        if name in self.before:
            return self.before[name]
        address = f"PJSIP/{self.numbers[name]}@trunk"
        return [order.leg_id for order in self.orders(RingLeg) if order.address == address][-1]

    def picks_up(self, name: str) -> LegId:
        """Somebody whose phone rings answers: the leg is up and comes into our hands."""
        leg_id = self.leg_of(name)
        self.hear(LegAnswered(at_us=self.now_us, leg_id=leg_id))
        self.hear(DialogueOpened(at_us=self.now_us, leg_id=leg_id))
        return leg_id

    def rings_off(self, name: str, cause: int) -> None:
        """The call of somebody ends with a Q.850 cause."""
        self.hear(LegEnded(at_us=self.now_us, leg_id=self.leg_of(name), cause=cause))

    def last_attempt(self) -> AttemptEnded:
        """Return how the last attempt ended."""
        return self.events(AttemptEnded)[-1]

    def talks(self, agent: str, name: str) -> None:
        """The agent's phone is answered and joined with somebody who waits."""
        leg_id, bridge = self.phone_of(agent), BridgeId(f"bridge-{name}")
        self.hear(LegAnswered(at_us=self.now_us, leg_id=leg_id))
        self.hear(LegJoined(at_us=self.now_us, leg_id=leg_id, bridge_id=bridge))
        self.hear(LegJoined(at_us=self.now_us, leg_id=self.leg_of(name), bridge_id=bridge))

    def notes_on(self, leg_id: LegId) -> list[str]:
        """Return the notes on a leg, in order: that of its ringing first."""
        rung = [order.tag for order in self.orders(RingLeg) if order.leg_id == leg_id]
        return rung + [order.tag for order in self.orders(TagLeg) if order.leg_id == leg_id]
