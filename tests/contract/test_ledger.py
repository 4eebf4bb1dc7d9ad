"""Every ledger keeps every event, once, in order: in memory, SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import select, text

from core.kernel.clock import SECOND_US
from core.kernel.record import replace
from core.model.agent import AgentState
from core.model.attempt_events import AttemptDialed
from core.model.callback_events import CallbackBooked
from core.model.contact import ContactState
from core.model.events import (
    AgentStateChanged,
    ContactArrived,
    ContactClosed,
    ContactRecalled,
    QualityLearned,
    WorkAdded,
)
from core.model.ids import NO_LEG, AgentId, ContactId, LegId, QueueName
from core.model.lead import CAMPAIGN_LIST, HOUSE_LIST
from core.model.lead_orders import ListNumber
from core.model.message import DomainEvent
from core.model.quality import Quality, SkillQuality, Tally
from core.model.requests import RestoreAgent, RestoreAgentLevels, RestoreAgentQueues, RestoreQuality
from core.model.supervision import AgentLevelsSet, AgentQueuesSet
from crm.database import Database
from crm.leads.store import SqlLeadStore
from crm.ledger import SqlLedger, new_run
from crm.memory import MemoryLedger
from crm.models import InteractionRow, LedgerEventRow
from crm.schema import migration_config, upgrade
from tests.contract.ledger_facts import (
    ANA,
    BEN,
    FORBIDDEN,
    SEVEN,
    queued,
    recorded,
    rows,
    settings_in,
    turned,
)
from tests.services.clocks import NOON_US, Wristwatch
from tests.services.databases import SQL, opened


@pytest.fixture(params=["memory", *SQL])
async def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[MemoryLedger | SqlLedger]:
    if request.param == "memory":
        yield MemoryLedger()
        return
    async with opened(request, tmp_path) as database:
        ledger = await SqlLedger.open(database, Wristwatch(), settings_in(tmp_path))
        yield ledger
        await ledger.close()


# --- every ledger ---------------------------------------------------------------------------------


async def test_a_contact_s_history_is_all_its_events_in_order(ledger: MemoryLedger | SqlLedger) -> None:
    told: list[DomainEvent] = [
        queued(1),
        queued(2),
        ContactClosed(at_us=NOON_US, contact_id=SEVEN, outcome=ContactState.CLOSED),
    ]
    for event in told:
        ledger.append(event)
        ledger.append(queued(9, ContactId("C-1-000008")))
    await ledger.settled()
    assert await ledger.history(SEVEN) == told


async def test_text_of_any_kind_comes_back_as_it_was(ledger: MemoryLedger | SqlLedger) -> None:
    event = recorded(SEVEN)
    ledger.append(event)
    await ledger.settled()
    assert await ledger.history(SEVEN) == [event]


async def test_agents_are_restored_to_their_last_state(ledger: MemoryLedger | SqlLedger) -> None:
    for event in (
        turned(BEN, AgentState.READY, NOON_US),
        turned(ANA, AgentState.READY, NOON_US),
        turned(AgentId("cleo"), AgentState.READY, NOON_US),
        turned(BEN, AgentState.NOT_READY, NOON_US + 5, "lunch"),
        turned(AgentId("cleo"), AgentState.LOGGED_OUT, NOON_US + 6),
    ):
        ledger.append(event)
    await ledger.settled()
    assert list(await ledger.last_agent_states()) == [
        RestoreAgent(at_us=NOON_US, agent_id=ANA, state=AgentState.READY, reason="", extension="PJSIP/ana"),
        RestoreAgent(
            at_us=NOON_US + 5, agent_id=BEN, state=AgentState.NOT_READY, reason="lunch", extension="PJSIP/ben"
        ),
    ]


async def test_a_wish_for_after_the_contact_is_restored_too(ledger: MemoryLedger | SqlLedger) -> None:
    busy = turned(ANA, AgentState.ON_CONTACT, NOON_US)
    ledger.append(replace(busy, next_state=AgentState.NOT_READY, next_reason="lunch"))
    await ledger.settled()
    (ana,) = await ledger.last_agent_states()
    assert (ana.state, ana.next_state, ana.next_reason) == (busy.new, AgentState.NOT_READY, "lunch")


async def test_what_was_learned_last_of_each_agent_is_restored(ledger: MemoryLedger | SqlLedger) -> None:
    def known(resolved: int) -> tuple[SkillQuality, ...]:
        quality = Quality(resolution_ppm=800_000, pace_ppm=950_000, satisfaction_ppm=700_000)
        return (SkillQuality(skill="cards", quality=quality, tally=Tally(resolved=resolved)),)

    for agent_id, resolved in ((BEN, 1), (ANA, 2), (BEN, 3)):
        ledger.append(QualityLearned(at_us=NOON_US + resolved, agent_id=agent_id, skills=known(resolved)))
    ledger.append(turned(ANA, AgentState.LOGGED_OUT, NOON_US + 9))
    await ledger.settled()
    assert list(await ledger.learned_quality()) == [
        RestoreQuality(at_us=NOON_US + 2, agent_id=ANA, skills=known(2)),
        RestoreQuality(at_us=NOON_US + 3, agent_id=BEN, skills=known(3)),
    ]


async def test_queues_of_agents_who_do_not_serve_all_are_restored(
    ledger: MemoryLedger | SqlLedger,
) -> None:
    sales, cards = QueueName("sales"), QueueName("cards")
    for at_us, (agent_id, queues) in enumerate(
        [(ANA, (sales,)), (BEN, (cards,)), (BEN, None), (ANA, (sales, cards))], NOON_US
    ):
        ledger.append(AgentQueuesSet(at_us=at_us, agent_id=agent_id, queues=queues, asked_by="boss"))
    await ledger.settled()
    assert list(await ledger.agent_queues()) == [
        RestoreAgentQueues(at_us=NOON_US + 3, agent_id=ANA, queues=(sales, cards), asked_by="boss")
    ]


async def test_levels_that_are_not_as_configured_are_restored(ledger: MemoryLedger | SqlLedger) -> None:
    for at_us, (agent_id, levels) in enumerate(
        [(ANA, (("loans", 2),)), (BEN, (("cards", 0),)), (BEN, ()), (ANA, (("loans", 4),))], NOON_US
    ):
        ledger.append(
            AgentLevelsSet(at_us=at_us, agent_id=agent_id, levels=levels, until_us=NOON_US + 60, asked_by="b")
        )
    await ledger.settled()
    assert list(await ledger.agent_levels()) == [
        RestoreAgentLevels(
            at_us=NOON_US + 3, agent_id=ANA, levels=(("loans", 4),), until_us=NOON_US + 60, asked_by="b"
        )
    ]


def callback_booked(contact_id: ContactId, at_us: int) -> CallbackBooked:
    return CallbackBooked(
        at_us=at_us,
        contact_id=contact_id,
        of_contact_id="",
        number="5550001",
        queue=QueueName("cards"),
        customer_id="",
        tier="standard",
        language="en",
        queued_us=at_us,
        entered_us=at_us,
        head_start_us=0,
        credit_us=0,
        due_us=0,
    )


def arrived(contact_id: ContactId, at_us: int) -> ContactArrived:
    return ContactArrived(
        at_us=at_us,
        contact_id=contact_id,
        leg_id=LegId(f"leg of {contact_id}"),
        caller_number="",
        dialed_number="",
    )


async def test_open_callbacks_are_recalled_however_long_ago_they_were_booked(
    ledger: MemoryLedger | SqlLedger,
) -> None:
    later, done = ContactId("C-1-000008"), ContactId("C-1-000009")
    booked = [callback_booked(contact_id, NOON_US - 3 * 86_400 * SECOND_US) for contact_id in (later, done)]
    for event in (*booked, recorded(done)):
        ledger.append(event)
    await ledger.settled()
    (recalled,) = await ledger.open_contacts(NOON_US)
    assert (recalled.contact_id, recalled.leg_id, recalled.history) == (later, NO_LEG, (booked[0],))


async def test_open_work_is_recalled_however_long_ago_it_was_brought(
    ledger: MemoryLedger | SqlLedger,
) -> None:
    open_task, done = ContactId("C-1-000008"), ContactId("C-1-000009")
    week_ago_us = NOON_US - 7 * 86_400 * SECOND_US
    brought = [
        event
        for contact_id in (open_task, done)
        for event in (arrived(contact_id, week_ago_us), work_added(contact_id, week_ago_us))
    ]
    for event in (*brought, recorded(done)):
        ledger.append(event)
    await ledger.settled()
    (recalled,) = await ledger.open_contacts(NOON_US)
    assert (recalled.contact_id, recalled.history) == (open_task, tuple(brought[:2]))


def work_added(contact_id: ContactId, at_us: int) -> WorkAdded:
    return WorkAdded(
        at_us=at_us,
        contact_id=contact_id,
        work_id=f"case of {contact_id}",
        channel="task",
        queue=QueueName("cards"),
        customer_id="",
        tier="",
        requirements=(),
        reference="",
        language="en",
    )


async def test_contacts_without_a_record_are_recalled_with_their_history(
    ledger: MemoryLedger | SqlLedger,
) -> None:
    old, eight = ContactId("C-1-000001"), ContactId("C-1-000008")
    came = arrived(eight, NOON_US + 1)
    told = (came, queued(9, eight))
    for event in (arrived(old, NOON_US - 1), arrived(SEVEN, NOON_US), *told, recorded(SEVEN)):
        ledger.append(event)
    await ledger.settled()
    assert list(await ledger.open_contacts(NOON_US)) == [
        ContactRecalled(
            at_us=NOON_US + 1,
            contact_id=eight,
            leg_id=came.leg_id,
            seen_us=NOON_US + 9,
            history=told,
        )
    ]


async def test_last_change_of_each_agent_up_to_an_instant_is_told(ledger: MemoryLedger | SqlLedger) -> None:
    """What an explanation asks for: what the others were doing when a decision was made."""
    early = turned(ANA, AgentState.READY, NOON_US)
    at_lunch = turned(BEN, AgentState.NOT_READY, NOON_US + 1, "lunch")
    talking = turned(ANA, AgentState.ON_CONTACT, NOON_US + 2)
    later = turned(ANA, AgentState.WRAP_UP, NOON_US + 3)
    for change in (early, at_lunch, talking, later):
        ledger.append(change)
    await ledger.settled()
    assert sorted(await ledger.changes(NOON_US + 2), key=agent_of) == [talking, at_lunch]
    assert list(await ledger.changes(NOON_US)) == [early]
    assert list(await ledger.changes(NOON_US - 1)) == []


def agent_of(change: AgentStateChanged) -> AgentId:
    return change.agent_id


# --- a ledger in a database -----------------------------------------------------------------------


async def test_each_run_has_a_number_of_its_own(database: Database) -> None:
    assert [await new_run(database, Wristwatch()) for _ in range(3)] == [1, 2, 3]


async def test_a_later_run_sees_what_earlier_ones_kept(database: Database, tmp_path: Path) -> None:
    for state in (AgentState.READY, AgentState.WRAP_UP):
        ledger = await SqlLedger.open(database, Wristwatch(), settings_in(tmp_path))
        ledger.append(turned(ANA, state, NOON_US))
        await ledger.close()
    ledger = await SqlLedger.open(database, Wristwatch(), settings_in(tmp_path))
    assert [agent.state for agent in await ledger.last_agent_states()] == [AgentState.WRAP_UP]
    await ledger.close()


async def test_a_finished_interaction_gets_its_row(database: Database, tmp_path: Path) -> None:
    ledger = await SqlLedger.open(database, Wristwatch(), settings_in(tmp_path))
    ledger.append(recorded(SEVEN))
    await ledger.close()
    async with database.reading() as connection:
        row = (await connection.execute(select(InteractionRow.__table__))).one()
    assert (row.contact_id, row.customer_id, row.outcome) == (SEVEN, "A-17", "closed")
    assert (row.ivr_us, row.queue_us, row.talk_us, row.wrap_up_us, row.hold_us) == (1, 2, 3, 4, 5)
    assert row.disposition == "sold\r\n", "PostgreSQL keeps no NUL in a column; the event itself has it"


async def test_how_long_customers_were_on_hold_is_read_from_the_events_of_before(
    database: Database, tmp_path: Path
) -> None:
    ledger = await SqlLedger.open(database, Wristwatch(), settings_in(tmp_path))
    ledger.append(recorded(SEVEN))
    await ledger.close()
    async with database.writing() as connection:
        await connection.run_sync(lambda c: command.downgrade(migration_config(c), "0011"))
    await upgrade(database)
    async with database.reading() as connection:
        assert (await connection.execute(select(InteractionRow.hold_us))).scalar_one() == 5


@pytest.mark.parametrize(("everywhere", "listing"), [(True, HOUSE_LIST), (False, CAMPAIGN_LIST)])
async def test_a_wish_to_be_called_no_more_is_on_the_list_with_its_event(
    database: Database, tmp_path: Path, everywhere: bool, listing: str
) -> None:
    leads, wish = SqlLeadStore(database, Wristwatch()), replace(FORBIDDEN, everywhere=everywhere)
    await leads.list_number(
        ListNumber(campaign="spring", number=wish.number, reason="asked", everywhere=everywhere)
    )
    ledger = await SqlLedger.open(database, Wristwatch(), settings_in(tmp_path))
    ledger.append(wish)
    ledger.append(replace(wish, number="+33142685301"))
    await ledger.close()
    assert await leads.listings("spring", [wish.number, "+33142685301"]) == [(listing,), (listing,)]


async def test_an_event_of_no_agent_is_kept_as_well(database: Database, tmp_path: Path) -> None:
    ledger = await SqlLedger.open(database, Wristwatch(), settings_in(tmp_path))
    ledger.append(
        AttemptDialed(
            at_us=1,
            campaign="winter",
            attempt_id="A-1-000001",
            lead_id="1",
            leg_id=LegId("L-1-000001"),
            mode="predictive",
            rules=(),
        )
    )
    await ledger.close()
    assert await rows(database, LedgerEventRow) == 1


async def test_closing_writes_what_still_waits(database: Database, tmp_path: Path) -> None:
    ledger = await SqlLedger.open(database, Wristwatch(), settings_in(tmp_path, batch_events_max=10))
    for position in range(95):
        ledger.append(queued(position))
    await ledger.close()
    assert await rows(database, LedgerEventRow) == 95


async def test_an_event_the_database_refuses_takes_no_other_with_it(
    database: Database, tmp_path: Path
) -> None:
    async with database.writing() as connection:
        await connection.execute(text("CREATE UNIQUE INDEX once ON ledger_event (at_us)"))
    ledger = await SqlLedger.open(database, Wristwatch(), settings_in(tmp_path))
    # Breaking any constraint is a refusal, as a text too long for its column would be.
    for position in (1, 2, 2, 3):
        ledger.append(queued(position))
    await ledger.close()
    assert (ledger.refused, ledger.lost) == (1, 0)
    assert await rows(database, LedgerEventRow) == 3
    refusals = (tmp_path / "ledger.spool.refused").read_text().splitlines()
    assert len(refusals) == 1
    assert "ContactQueued" in refusals[0]
