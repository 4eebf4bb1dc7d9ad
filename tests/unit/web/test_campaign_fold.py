"""How campaigns stand, as managers follow it: folded from what the engine tells, and what the store knows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from core.kernel.clock import SECOND_US
from core.kernel.record import replace
from core.model.at_work import AtWork, Pacing
from core.model.attempt import AttemptRecord, AttemptState
from core.model.attempt_events import AttemptDialed, AttemptEnded
from core.model.campaign_events import (
    CampaignChanged,
    CampaignHindered,
    CapsStood,
    CapStanding,
    PacingSet,
    RulesSet,
)
from core.model.campaign_requests import AnswerCampaign, CampaignStanding, DescribeCampaign
from core.model.campaign_results import CampaignProgress
from core.model.hindrance import Hindrance
from core.model.ids import LegId, QueueName
from core.model.lead import LeadNumber
from core.model.message import DomainEvent, Event
from core.model.need import need_of
from crm.leads.memory import MemoryLeadStore
from crm.leads.memory_records import MemoryCampaignRecords
from crm.leads.records import LeadRecord, ListPlan
from dialer.campaign import CampaignRules, Mode
from tests.services.clocks import NOON_US, Wristwatch
from web.front import FrontOffice, FrontSettings
from web.live.campaigns import CampaignClerk, Campaigns
from web.live.live import Live
from web.live.topic import CAMPAIGNS
from web.ops.floor import FloorReadings
from web.views.floor import CampaignView

SALES = CampaignRules(
    name="sales",
    queue=QueueName("outbound"),
    need=need_of(()),
    mode=Mode.POWER,
    lines_max=40,
    zone=ZoneInfo("Asia/Manila"),
)
CAP = CapStanding(
    rule="house-cap",
    window="day",
    answered=200,
    abandoned=3,
    misjudged=0,
    share_ppm=15_000,
    upper_ppm=43_000,
    cap_ppm=30_000,
)
MIDNIGHT_US = 1_750_003_200 * SECOND_US
"""Of the campaign: in Manila, on 16 June 2025."""
AT = {"at_us": NOON_US, "campaign": "sales"}


def fold_of(*events: DomainEvent) -> Campaigns:
    fold = Campaigns({"sales": SALES})
    for event in events:
        fold.add(event)
    return fold


def rows(fold: Campaigns) -> dict[str, CampaignView]:
    """Return the rows that may have changed."""
    told = {change.key: change.view for change in fold.changes()}
    assert all(isinstance(view, CampaignView) for view in told.values())
    return told  # type: ignore[return-value]


def dialed(nth: int) -> AttemptDialed:
    return AttemptDialed(
        **AT, attempt_id=f"A-{nth}", lead_id=f"L-{nth}", leg_id=LegId(f"{nth}"), mode="power", rules=()
    )


def ended(nth: int, outcome: AttemptState) -> AttemptEnded:
    record = AttemptRecord(
        attempt_id=f"A-{nth}",
        person_id=f"P-{nth}",
        number=f"+1202555{nth:04d}",
        country="US",
        zones=(),
        list_name="spring",
        mode="power",
        dialed_us=NOON_US,
        ended_us=NOON_US + SECOND_US,
        outcome=outcome,
        disposition=outcome.value,
        nth=1,
    )
    return AttemptEnded(**AT, lead_id=f"L-{nth}", outcome=outcome, record=record)


OUTCOMES = (AttemptState.CONNECTED, AttemptState.DROPPED, AttemptState.MACHINE, AttemptState.BUSY)


def a_day() -> Iterable[DomainEvent]:
    """Dial five, of whom four have come to something."""
    yield CampaignChanged(**AT, state="dialing")
    yield CampaignHindered(**AT, by=())
    for nth in range(5):
        yield dialed(nth)
    for nth, outcome in enumerate(OUTCOMES):
        yield ended(nth, outcome)


def test_a_campaign_nobody_has_started_is_told_with_how_it_would_pace() -> None:
    view = rows(fold_of())["sales"]
    assert (view.state, view.idle_because) == ("stopped", (Hindrance.STOPPED,))
    assert (view.mode, view.lines_max, view.lines_per_agent, view.share_max) == ("power", 40, 1.5, 1.0)


def test_calls_are_counted_as_they_begin_and_by_what_they_come_to() -> None:
    view = rows(fold_of(*a_day()))["sales"]
    assert (view.state, view.idle_because) == ("dialing", ())
    assert (view.in_flight, view.dialed) == (1, 5)
    assert (view.answered, view.connected, view.abandoned, view.machines) == (2, 1, 1, 1)


def test_why_it_does_not_dial_and_by_which_rules() -> None:
    hindered = CampaignHindered(**AT, by=(Hindrance.NOT_ALLOWED,), rules=("us-ftc-hours",))
    view = rows(fold_of(*a_day(), hindered))["sales"]
    assert (view.idle_because, view.forbidden_by) == ((Hindrance.NOT_ALLOWED,), ("us-ftc-hours",))


def test_caps_and_pacing_are_told_in_shares() -> None:
    pacing = PacingSet(
        **AT, mode="predictive", lines_max=10, lines_per_agent_ppm=2_000_000, share_max_ppm=10_000
    )
    view = rows(fold_of(CapsStood(**AT, caps=(CAP,)), pacing))["sales"]
    [cap] = view.caps
    assert (cap.share, cap.upper, cap.cap) == (0.015, 0.043, 0.03)
    assert (view.mode, view.lines_per_agent, view.share_max) == ("predictive", 2.0, 0.01)


def test_what_is_set_at_work_is_named_until_it_is_as_configured() -> None:
    set_so = RulesSet(**AT, at_work=AtWork(pacing=Pacing(mode="power", share_max_ppm=10_000)))
    fold = fold_of(set_so)
    assert rows(fold)["sales"].set_at_work == ("mode", "share_max")
    fold.add(RulesSet(**AT, at_work=AtWork()))
    assert rows(fold)["sales"].set_at_work == ()


def test_at_midnight_of_the_campaign_its_figures_begin_anew_but_calls_go_on() -> None:
    fold = fold_of(*a_day())
    fold.tick(MIDNIGHT_US - 1)
    assert rows(fold)["sales"].dialed == 5
    fold.tick(MIDNIGHT_US)
    view = rows(fold)["sales"]
    assert (view.in_flight, view.dialed, view.answered, view.over) == (1, 0, 0, 0)


def test_who_was_dialed_before_midnight_and_talks_after_it_is_of_the_day_before() -> None:
    late = MIDNIGHT_US + SECOND_US
    today = [replace(dialed(9), at_us=late), replace(dialed(10), at_us=late)]
    over = replace(ended(10, AttemptState.NO_ANSWER), at_us=late)
    over = replace(over, record=replace(over.record, dialed_us=late))
    last = replace(ended(4, AttemptState.CONNECTED), at_us=late)
    view = rows(fold_of(*a_day(), *today, last, over))["sales"]
    assert (view.in_flight, view.dialed, view.connected, view.over) == (1, 2, 0, 1)


def test_a_call_that_goes_over_the_next_trunk_is_one_call() -> None:
    view = rows(fold_of(dialed(1), dialed(1), ended(1, AttemptState.NO_ANSWER)))["sales"]
    assert (view.in_flight, view.dialed, view.over) == (0, 1, 1)


def test_calls_that_are_over_are_each_under_one_result() -> None:
    fold, live = fold_of(*a_day(), dialed(8), dialed(8)), Live()
    live.own(fold)
    assert live.rows(CAMPAIGNS)
    told = {reading.labels: reading.value for reading in FloorReadings(live)()}
    results = {name: told["sales", name] for name in ("connected", "abandoned", "machine", "unanswered")}
    assert results == {"connected": 1, "abandoned": 1, "machine": 1, "unanswered": 1}


def test_only_campaigns_that_changed_are_told_and_none_that_nobody_knows() -> None:
    fold = fold_of()
    assert list(rows(fold)) == ["sales"]
    fold.add(CampaignChanged(at_us=NOON_US, campaign="debts", state="dialing"))
    assert rows(fold) == {}
    fold.add(CampaignChanged(**AT, state="dialing"))
    assert list(rows(fold)) == ["sales"]


@pytest.fixture
async def store() -> MemoryLeadStore:
    store = MemoryLeadStore(Wristwatch())
    number = LeadNumber(number="+12025550001")
    leads = [LeadRecord(external_id=name, person_id=name, numbers=(number,)) for name in "AB"]
    plan = ListPlan(campaign="sales", name="spring")
    await store.save_leads(plan, leads)
    await store.finish_list(plan)
    return store


async def view_of(fold: Campaigns, leads: int) -> CampaignView:
    """Return the row as soon as it tells of so many leads."""
    async with asyncio.timeout(5):
        while (view := rows(fold).get("sales")) is None or view.leads != leads:  # noqa: ASYNC110
            await asyncio.sleep(0)
    return view


async def test_engine_and_store_are_asked_what_no_event_tells(store: MemoryLeadStore) -> None:
    asked = asyncio.Queue[Event]()
    paced = Pacing(mode="progressive", lines_max=7, lines_per_agent_ppm=1_500_000, share_max_ppm=1_000_000)
    standing = CampaignStanding(
        state="paused",
        hindrances=(Hindrance.PAUSED,),
        caps=(CAP,),
        pacing=paced,
        at_work=AtWork(pacing=Pacing(mode="progressive", lines_max=7)),
    )

    def engine(request: Event) -> None:
        assert isinstance(request, DescribeCampaign)
        front.answer(AnswerCampaign(campaign="sales", request_id=request.request_id, standing=standing))
        asked.put_nowait(request)

    front, fold = FrontOffice(engine), fold_of()
    records = MemoryCampaignRecords(store, Wristwatch())
    running = asyncio.create_task(CampaignClerk(fold, front, records, Wristwatch()).run())
    await asked.get()
    view = await view_of(fold, leads=2)
    assert (view.state, len(view.caps)) == ("paused", 1)
    assert (view.lines_max, view.set_at_work) == (7, ("mode", "lines_max")), "set by an earlier run"
    await store.save_leads(
        ListPlan(campaign="sales", name="more"),
        [LeadRecord(external_id="C", person_id="C", numbers=(LeadNumber(number="+12025550003"),))],
    )
    fold.look_again("sales")
    await view_of(fold, leads=3)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_an_engine_that_was_away_is_asked_again_how_campaigns_stand(store: MemoryLeadStore) -> None:
    asked: list[Event] = []

    def engine(request: Event) -> None:
        assert isinstance(request, DescribeCampaign)
        asked.append(request)
        if len(asked) > 1:
            standing = CampaignStanding(state="paused")
            front.answer(AnswerCampaign(campaign="sales", request_id=request.request_id, standing=standing))

    front, fold = FrontOffice(engine, FrontSettings(patience_s=0)), fold_of()
    records = MemoryCampaignRecords(store, Wristwatch())
    running = asyncio.create_task(CampaignClerk(fold, front, records, Wristwatch()).run())
    assert (await view_of(fold, leads=2)).state == "stopped"
    fold.look_again("sales")
    assert (await view_of(fold, leads=2)).state == "paused"
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


class RecordsAway(MemoryCampaignRecords):
    """Records whose database is away for the first `refusals` questions."""

    refusals = 3

    async def progress(self, campaign: str) -> CampaignProgress:
        """Refuse, or answer."""
        if self.refusals:
            self.refusals -= 1
            raise OSError("the database is away")
        return await super().progress(campaign)


async def test_a_store_that_is_away_is_logged_once_and_asked_again(store: MemoryLeadStore) -> None:
    front, fold = FrontOffice(lambda request: None, FrontSettings(patience_s=0)), fold_of()
    records = RecordsAway(store, Wristwatch())
    with capture_logs() as logged:
        running = asyncio.create_task(CampaignClerk(fold, front, records, Wristwatch()).run())
        async with asyncio.timeout(5):
            while records.refusals:
                fold.look_again("sales")
                await asyncio.sleep(0)
        fold.look_again("sales")
        await view_of(fold, leads=2)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert len(logged) == 1
