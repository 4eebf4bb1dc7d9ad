"""Two engines, each a process, whose campaigns have the same people: a law that spans both holds at once.

Each person may be called once a day, by whomever. Both engines go through the same people at the same time,
so both would call them, but for what the store says at the moment of dialing.
"""

from __future__ import annotations

import asyncio
import dataclasses
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from core.kernel.clock import SECOND_US
from core.kernel.record import replace
from core.model.attempt import AttemptRecord, AttemptState
from core.model.lead import Lead, LeadNumber
from core.model.lead_orders import (
    CheckNumbers,
    Disengage,
    LeaseLeads,
    NumbersChecked,
    ReturnLeads,
    SettleLead,
)
from crm.database import Database, DatabaseSettings
from crm.leads.records import LeadRecord, ListPlan
from crm.leads.store import SqlLeadStore
from crm.schema import upgrade
from dialer.asking import asked
from dialer.law import AttemptCap, Law, Pack
from goldline.lead_orders import carry_out
from tests.services.clocks import NOON_US, Wristwatch
from tests.services.databases import SQL, settings_of
from tests.unit.dialer.campaign_floor import WINTER

PEOPLE, BATCH, CALL_S = 48, 6, 0.02
CAMPAIGNS = ("spring", "autumn")
TOMORROW_US = NOON_US + 24 * 3_600 * SECOND_US
ONCE = AttemptCap(id="us-once", source="this test", attempts=1, within_h=24, counted_for="person")
RULES = dataclasses.replace(
    WINTER, law=Law((Pack(name="us-once", title="Once", countries=("US",), rules=(ONCE,)),))
)


class Told(NamedTuple):
    """What an engine tells: whom it called, and how often somebody was engaged by the other."""

    called: list[str]
    engaged: int


class Dialer:
    """What an engine does with the store from the lease of a lead to its end; a call takes a moment."""

    def __init__(self, url: str, campaign: str) -> None:
        self._store = SqlLeadStore(Database(DatabaseSettings(url=url, statement_timeout_s=30)), Wristwatch())
        self._campaign = campaign
        self.called: list[str] = []
        self.engaged = 0

    async def batch(self, lease_id: str) -> bool:
        """Go through the next leads; tell whether there were any."""
        order = LeaseLeads(campaign=self._campaign, lease_id=lease_id, count=BATCH, until_us=TOMORROW_US)
        leads = await self._store.lease_leads(order)
        if leads:
            await self._dial(leads, lease_id)
        return bool(leads)

    async def _dial(self, leads: list[Lead], lease_id: str) -> None:
        attempts = [f"{lease_id}-{lead.lead_id}" for lead in leads]
        check = CheckNumbers(
            campaign=self._campaign,
            check_id=lease_id,
            numbers=tuple(lead.numbers[0].number for lead in leads),
            person_ids=tuple(lead.person_id for lead in leads),
            attempt_ids=tuple(attempts),
            until_us=TOMORROW_US,
        )
        word = await carry_out(check, self._store, NOON_US)
        assert isinstance(word, NumbersChecked)
        for lead, attempt_id, past in zip(leads, attempts, word.past, strict=True):
            if attempt_id in word.engaged:
                self.engaged += 1
                await self._return(lead, lease_id, NOON_US)
            elif not asked(RULES, replace(lead, past=past), lead.numbers[0], NOON_US, {}).allowed:
                await self._return(lead, lease_id, TOMORROW_US)
                await self._let_go(lead, attempt_id)
            else:
                await self._call(lead, lease_id, attempt_id)

    async def _call(self, lead: Lead, lease_id: str, attempt_id: str) -> None:
        self.called.append(lead.person_id)
        await asyncio.sleep(CALL_S)
        record = AttemptRecord(
            attempt_id=attempt_id,
            person_id=lead.person_id,
            number=lead.numbers[0].number,
            country="US",
            zones=(),
            mode="predictive",
            dialed_us=NOON_US,
            ended_us=NOON_US,
            outcome=AttemptState.NO_ANSWER,
        )
        done = SettleLead(
            campaign=self._campaign, lead_id=lead.lead_id, lease_id=lease_id, record=record, again_us=None
        )
        await self._store.settle_lead(done)

    async def _return(self, lead: Lead, lease_id: str, again_us: int) -> None:
        order = ReturnLeads(
            campaign=self._campaign, lead_ids=(lead.lead_id,), lease_id=lease_id, again_us=again_us
        )
        await self._store.return_leads(order)

    async def _let_go(self, lead: Lead, attempt_id: str) -> None:
        number = lead.numbers[0].number
        order = Disengage(
            campaign=self._campaign, attempt_id=attempt_id, person_id=lead.person_id, number=number
        )
        await self._store.disengage(order)


async def work(url: str, campaign: str) -> None:
    """Be an engine: wait for a line, go through the list, say what was done."""
    dialer = Dialer(url, campaign)
    print("ready", flush=True)
    sys.stdin.readline()
    turn = 0
    while await dialer.batch(f"{campaign}-{turn}"):
        turn += 1
    print(dialer.engaged, *dialer.called)


@pytest.fixture(params=SQL)
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give a database with the same people in the lists of two campaigns."""
    settings = settings_of(request, tmp_path)
    database = Database(settings)
    await upgrade(database)
    store = SqlLeadStore(database, Wristwatch())
    for campaign in CAMPAIGNS:
        plan = ListPlan(campaign=campaign, name="everybody")
        await store.save_leads(plan, [person(n, campaign) for n in range(PEOPLE)])
        await store.finish_list(plan)
    await database.close()
    return settings.url


def person(number: int, campaign: str) -> LeadRecord:
    """Return somebody who is one person in every list but, each third, known by the telephone alone."""
    who = f"{campaign}-{number}" if number % 3 == 0 else f"P-{number}"
    plain = LeadNumber(number=f"+1202555{number:04d}", country="US", zones=("America/New_York",))
    return LeadRecord(external_id=f"L-{number}", person_id=who, numbers=(plain,))


async def engine(url: str, campaign: str) -> asyncio.subprocess.Process:
    """Start an engine; it waits for a line before it dials."""
    work = "import asyncio, sys; from tests.contract.test_two_campaigns import work"
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        f"{work}; asyncio.run(work(*sys.argv[1:]))",
        url,
        campaign,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert started.stdout is not None
    assert await started.stdout.readline() == b"ready\n"
    return started


async def told(process: asyncio.subprocess.Process) -> Told:
    """Let it go, and return what it did until its end."""
    out, _ = await process.communicate(b"go\n")
    assert process.returncode == 0
    engaged, *called = out.decode().split()
    return Told(called, int(engaged))


@pytest.mark.slow
async def test_who_is_in_two_lists_is_called_as_often_as_the_law_lets_both_together(url: str) -> None:
    engines = [await engine(url, campaign) for campaign in CAMPAIGNS]
    first, second = await asyncio.gather(*map(told, engines))
    calls = Counter(
        who.removeprefix("spring-").removeprefix("autumn-").removeprefix("P-")
        for who in first.called + second.called
    )
    assert calls == Counter(map(str, range(PEOPLE)))
    assert first.engaged + second.engaged, "they met"
