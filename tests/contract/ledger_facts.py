"""What ledgers are told in their tests, and how one that writes to a database is set up."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import func, select

from core.kernel.clock import SECOND_US
from core.model.agent import AgentState
from core.model.campaign_events import NumberForbidden
from core.model.contact import ContactState, Requirement
from core.model.events import (
    AgentStateChanged,
    ContactQueued,
    InteractionRecorded,
)
from core.model.ids import AgentId, ContactId, QueueName
from crm.database import Database
from crm.ledger import LedgerSettings
from tests.services.clocks import NOON_US

LIMIT_S = 30.0
ANA, BEN = AgentId("ana"), AgentId("ben")
SEVEN = ContactId("C-1-000007")
FORBIDDEN = NumberForbidden(at_us=NOON_US, campaign="spring", number="+33142685300", reason="opted out")


def settings_in(folder: Path, **changes: int) -> LedgerSettings:
    return LedgerSettings(
        spool_path=folder / "ledger.spool",
        batch_delay_s=0.005,
        retry_s=0.05,
        **changes,
    )


def queued(position: int, contact_id: ContactId = SEVEN) -> ContactQueued:
    return ContactQueued(
        at_us=NOON_US + position,
        cause_id=f"in-{position}",
        contact_id=contact_id,
        queue=QueueName("sales"),
        tier="gold",
        key_us=NOON_US - 30 * SECOND_US,
        position=position,
        requirements=(Requirement(skill="french", minimum=3),),
    )


def turned(agent_id: AgentId, new: AgentState, at_us: int, reason: str = "") -> AgentStateChanged:
    return AgentStateChanged(
        at_us=at_us,
        agent_id=agent_id,
        old=AgentState.NOT_READY,
        new=new,
        reason=reason,
        extension=f"PJSIP/{agent_id}",
    )


def recorded(contact_id: ContactId) -> InteractionRecorded:
    return InteractionRecorded(
        at_us=NOON_US,
        contact_id=contact_id,
        customer_id="A-17",
        caller_number="+33142685300",
        queue="sales",
        tier="gold",
        outcome=ContactState.CLOSED,
        agent_id="ana",
        disposition="sold\0\r\n",
        ended_by="customer",
        arrived_us=NOON_US - 90 * SECOND_US,
        ivr_us=1,
        queue_us=2,
        talk_us=3,
        wrap_up_us=4,
        offers=1,
        hold_us=5,
    )


async def rows(database: Database, table: type) -> int:
    async with database.reading() as connection:
        return (await connection.execute(select(func.count()).select_from(table))).scalar_one()
