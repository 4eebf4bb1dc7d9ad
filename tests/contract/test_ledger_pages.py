"""Long stretches of the ledger, page by page, and what the commands that fold them make of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.kernel.clock import SECOND_US
from core.model.events import ContactArrived, ContactConnected, ContactQueued
from core.model.ids import AgentId, ContactId, LegId, OfferId, QueueName
from core.model.message import DomainEvent
from crm import ledger_pages
from crm.database import Database, DatabaseSettings
from crm.ledger import LedgerSettings, SqlLedger
from crm.ledger_pages import read_events, read_span
from crm.schema import upgrade
from goldline.cli import app
from tests.services.clocks import NOON_US, Wristwatch
from tests.services.databases import SQL, opened

CALLS = 40
CONFIG = """
schema = 1
crm = { url = "sqlite:///{file}" }
[queues.cards.compare]
policies = ["one", "other"]
block_s = 60
warm_up_s = 0
[policies.one]
[policies.other]
[ivr]
flows = ["menu.toml"]
default = "menu"
"""


@pytest.fixture(params=SQL)
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(request, tmp_path) as database:
        yield database


async def write_calls(database: Database, folder: Path) -> list[DomainEvent]:
    """Write calls of both policies, a minute of each by turns; those of `one` wait 50 s, of `other` 10 s."""
    ledger = await SqlLedger.open(database, Wristwatch(), LedgerSettings(spool_path=folder / "spool"))
    told: list[DomainEvent] = []
    for number in range(CALLS):
        policy = ("one", "other")[(number // 4) % 2]
        told += _call(ContactId(f"C-{number}"), NOON_US + number * 15 * SECOND_US, policy)
    for event in told:
        ledger.append(event)
    await ledger.settled()
    await ledger.close()
    return told


def _call(contact_id: ContactId, at_us: int, policy: str) -> list[DomainEvent]:
    queue, waited_us = QueueName("cards"), (50 if policy == "one" else 10) * SECOND_US
    arrived = ContactArrived(
        at_us=at_us, contact_id=contact_id, leg_id=LegId(contact_id), caller_number="", dialed_number=""
    )
    queued = ContactQueued(
        at_us=at_us, contact_id=contact_id, queue=queue, tier="gold", key_us=at_us, position=1, policy=policy
    )
    connected = ContactConnected(
        at_us=at_us + waited_us,
        contact_id=contact_id,
        queue=queue,
        tier="gold",
        agent_id=AgentId("ana"),
        offer_id=OfferId(contact_id),
        waited_us=waited_us,
        level=1,
    )
    return [arrived, queued, connected]


async def test_events_come_in_order_whatever_the_size_of_a_page(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = await write_calls(database, tmp_path)
    monkeypatch.setattr(ledger_pages, "_PAGE", ledger_pages._PAGE.limit(7))
    monkeypatch.setattr(ledger_pages, "PAGE_ROWS", 7)
    read = [event async for event in read_events(database, (ContactQueued, ContactConnected))]
    assert read == [event for event in told if not isinstance(event, ContactArrived)]


async def test_only_the_time_asked_for_is_read(database: Database, tmp_path: Path) -> None:
    assert await read_span(database, ContactQueued) is None
    told = await write_calls(database, tmp_path)
    since_us, until_us = NOON_US + 15 * SECOND_US, NOON_US + 45 * SECOND_US
    read = [event async for event in read_events(database, (ContactArrived,), since_us, until_us)]
    assert read == [told[3], told[6]]
    assert await read_span(database, ContactArrived) == (NOON_US, NOON_US + 39 * 15 * SECOND_US)
    assert await read_span(database, ContactArrived, since_us, until_us) == (told[3].at_us, told[6].at_us)


async def test_policies_are_compared_from_the_ledger(tmp_path: Path) -> None:
    file = tmp_path / "ledger.sqlite3"
    database = Database(DatabaseSettings(url=f"sqlite:///{file}"))
    await upgrade(database)
    await write_calls(database, tmp_path)
    await database.close()
    config = tmp_path / "goldline.toml"
    config.write_text(CONFIG.replace("{file}", str(file)))
    asked = ["compare", "--queue", "cards", "-c", str(config), "--json"]
    result = json.loads(await in_thread(asked))
    assert result["tiers"]["gold"]["mean_wait_s"]["difference"]["mean"] == -40
    assert (result["total"]["pairs"], result["total"]["offered"]) == (4, [16, 16])
    assert "ledger" in await in_thread([*asked, "--since", "2031-01-01"])


async def in_thread(arguments: list[str]) -> str:
    """Return what the command prints; it runs a loop of its own, so not in this one."""
    done = await asyncio.to_thread(CliRunner().invoke, app, arguments)
    return done.output or str(done.exception)
