"""A campaign whose agents come before its customers, and what agents do there at their phones and screens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from core.kernel.clock import SECOND_US
from core.model.attempt import AttemptRecord, AttemptState
from core.model.commands import HangUpLeg, JoinLeg, PopScreen
from core.model.events import DialogueOpened, LegAnswered, LegJoined
from core.model.ids import AgentId, BridgeId, LegId
from core.model.lead_orders import LeaseLeads, SettleLead
from core.model.requests import PreviewDial, PreviewSkip
from crm.leads.records import LeadRecord
from dialer.agent_rules import AgentRules
from dialer.campaign import Mode
from dialer.law import DAY_US
from goldline.runners import result_at_once
from tests.unit.dialer.campaign_floor import WINTER, CampaignFloor

ON_THE_HOOK = AgentRules(first=True)


class AgentFirstFloor(CampaignFloor):
    """Agents without standing legs, rung for each lead, who look at it before where the mode is preview."""

    def __init__(
        self,
        agents: Sequence[str] = ("ann",),
        leads: Sequence[LeadRecord] = (),
        how: AgentRules | None = None,
        **changes: Any,
    ) -> None:
        super().__init__(agents, leads, replace(WINTER, agents=how or AgentRules()), **changes)

    def promise(self, owner: str) -> None:
        """The first lead was talked to yesterday, and promised to be called back about now by `owner`."""
        lease = LeaseLeads(campaign="winter", lease_id="earlier", count=1, until_us=self.now_us + SECOND_US)
        (promised,) = result_at_once(self.store.lease_leads(lease))
        number = promised.numbers[0]
        record = AttemptRecord(
            attempt_id="earlier",
            person_id=promised.person_id,
            number=number.number,
            country=number.country,
            zones=number.zones,
            mode="manual",
            dialed_us=self.now_us - DAY_US,
            ended_us=self.now_us - DAY_US,
            outcome=AttemptState.CONNECTED,
        )
        settled = SettleLead(
            campaign="winter",
            lead_id=promised.lead_id,
            lease_id=lease.lease_id,
            record=record,
            again_us=self.now_us,
            callback=True,
            owner=owner,
        )
        result_at_once(self.store.settle_lead(settled))

    def takes_phone(self, agent: str) -> LegId:
        """The agent's phone is answered: the leg comes into our hands."""
        leg_id = self.phone_of(agent)
        self.hear(LegAnswered(at_us=self.now_us, leg_id=leg_id))
        self.hear(DialogueOpened(at_us=self.now_us, leg_id=leg_id))
        return leg_id

    def are_joined(self, agent: str, name: str) -> None:
        """The telephone system joins both, as it was told to."""
        order = self.orders(JoinLeg)[-1]
        assert (order.leg_id, order.bridge_with) == (self.phone_of(agent), self.leg_of(name))
        for leg_id in (order.leg_id, order.bridge_with):
            self.hear(LegJoined(at_us=self.now_us, leg_id=leg_id, bridge_id=BridgeId(f"bridge-{name}")))

    def screen(self, agent: str) -> PopScreen:
        """Return the record that popped up last."""
        return [pop for pop in self.orders(PopScreen) if pop.agent_id == agent][-1]

    def dials(self, agent: str) -> None:
        """The agent says to call whom the screen shows."""
        pop = self.screen(agent)
        self.hear(
            PreviewDial(
                at_us=self.now_us, agent_id=AgentId(agent), offer_id=pop.offer_id, version=pop.version
            )
        )

    def skips(self, agent: str, reason: str = "not_now") -> None:
        """The agent passes over whom the screen shows."""
        self.hear(PreviewSkip(at_us=self.now_us, agent_id=AgentId(agent), reason=reason))

    def hung_up(self, leg_id: LegId) -> bool:
        """Tell whether we have hung up that leg."""
        return leg_id in [order.leg_id for order in self.orders(HangUpLeg)]


def previews(*leads: object, agents: tuple[str, ...] = ("ann",), **changes: Any) -> AgentFirstFloor:
    """A preview campaign that has begun, with agents who are ready."""
    floor = AgentFirstFloor(agents, leads, **{"mode": Mode.PREVIEW, **changes})  # type: ignore[arg-type]
    floor.ready(*agents)
    floor.start()
    return floor


def on_the_hook(*leads: object, agents: tuple[str, ...] = ("ann",), **changes: Any) -> AgentFirstFloor:
    """A progressive campaign for agents who are rung for each lead, begun, with agents who are ready."""
    return previews(*leads, agents=agents, mode=Mode.PROGRESSIVE, how=ON_THE_HOOK, **changes)
