"""What a ledger tells a new run of campaigns: their states, and the attempts that have no end."""

from __future__ import annotations

from core.kernel.record import replace
from core.model.at_work import AtWork, OutcomeRecycling, Pacing, RecyclingChange
from core.model.attempt import AttemptRecord, AttemptState
from core.model.attempt_events import AttemptAnswered, AttemptDialed, AttemptEnded, AttemptRecalled
from core.model.campaign_events import CampaignChanged, CampaignLearned, Experience, LearnedRate, RulesSet
from core.model.campaign_requests import RestoreCampaign, RestoreExperience, RestoreRules
from core.model.destination import DestinationKind, DivertReason
from core.model.events import ContactArrived, ContactConnected, LeavingAsked
from core.model.ids import AgentId, ContactId, LegId, OfferId, QueueName
from crm.ledger import SqlLedger
from crm.memory import MemoryLedger
from tests.contract.test_ledger import ledger as ledger  # the fixture
from tests.services.clocks import NOON_US


def dialed(count: int, at_us: int = NOON_US) -> AttemptDialed:
    return AttemptDialed(
        at_us=at_us,
        campaign="winter",
        attempt_id=f"A-1-{count}",
        lead_id=str(count),
        leg_id=LegId(f"L-1-{count}"),
        mode="predictive",
        rules=("house-attempts",),
        contact_id=ContactId(f"C-1-{count}"),
        note="note",
    )


def answered(count: int) -> AttemptAnswered:
    return AttemptAnswered(
        at_us=NOON_US + 9,
        campaign="winter",
        attempt_id=f"A-1-{count}",
        contact_id=ContactId(f"C-1-{count}"),
    )


def connected(count: int) -> ContactConnected:
    return ContactConnected(
        at_us=NOON_US + 10,
        contact_id=ContactId(f"C-1-{count}"),
        queue=QueueName("sales"),
        tier="standard",
        agent_id=AgentId("ana"),
        offer_id=OfferId("O-1-1"),
        waited_us=1,
        level=5,
    )


def ended(count: int) -> AttemptEnded:
    record = AttemptRecord(
        attempt_id=f"A-1-{count}",
        person_id="p",
        number="+12125550101",
        country="US",
        zones=(),
        mode="predictive",
        dialed_us=NOON_US,
        ended_us=NOON_US + 20,
        outcome=AttemptState.BUSY,
    )
    return AttemptEnded(
        at_us=NOON_US + 20,
        campaign="winter",
        lead_id=str(count),
        outcome=record.outcome,
        record=record,
        contact_id=ContactId(f"C-1-{count}"),
    )


async def test_last_state_of_each_campaign_is_restored(ledger: MemoryLedger | SqlLedger) -> None:
    changes = ((1, "winter", "dialing"), (2, "autumn", "dialing"), (3, "winter", "paused"))
    for at_us, campaign, state in changes:
        ledger.append(CampaignChanged(at_us=NOON_US + at_us, campaign=campaign, state=state))
    await ledger.settled()
    assert list(await ledger.last_campaign_states()) == [
        RestoreCampaign(at_us=NOON_US + 2, campaign="autumn", state="dialing"),
        RestoreCampaign(at_us=NOON_US + 3, campaign="winter", state="paused"),
    ]


async def test_attempts_without_an_end_are_recalled_as_far_as_they_had_come(
    ledger: MemoryLedger | SqlLedger,
) -> None:
    late = LeavingAsked(
        at_us=NOON_US + 11,
        contact_id=ContactId("C-1-4"),
        to=DestinationKind.FLOW,
        target="sorry",
        reason=DivertReason.TOO_LATE,
    )
    told = (
        *(dialed(count) for count in (1, 2, 3, 4)),
        *(ended(1), answered(3), answered(4), connected(3), late),
    )
    for event in told:
        ledger.append(event)
    await ledger.settled()
    assert list(await ledger.open_attempts(NOON_US)) == [
        AttemptRecalled(at_us=NOON_US, dialed=dialed(2)),
        AttemptRecalled(
            at_us=NOON_US,
            dialed=dialed(3),
            answered_us=NOON_US + 9,
            connected_us=NOON_US + 10,
            agent_id="ana",
        ),
        AttemptRecalled(at_us=NOON_US, dialed=dialed(4), answered_us=NOON_US + 9, dropped=True),
    ]


async def test_attempts_of_days_ago_are_not_recalled(ledger: MemoryLedger | SqlLedger) -> None:
    ledger.append(dialed(1, at_us=NOON_US - 1))
    await ledger.settled()
    assert list(await ledger.open_attempts(NOON_US)) == []


async def test_contact_of_an_attempt_is_open_like_any_other(ledger: MemoryLedger | SqlLedger) -> None:
    arrived = ContactArrived(
        at_us=NOON_US + 9,
        contact_id=ContactId("C-1-3"),
        leg_id=LegId("L-1-3"),
        caller_number="+12125550101",
        dialed_number="",
    )
    for event in (dialed(3), arrived, answered(3), connected(3)):
        ledger.append(event)
    await ledger.settled()
    (found,) = await ledger.open_contacts(NOON_US)
    assert found.contact_id == arrived.contact_id
    assert found.history == (arrived, connected(3))
    assert replace(found, history=()).leg_id == arrived.leg_id


async def test_what_each_campaign_learned_last_is_restored(ledger: MemoryLedger | SqlLedger) -> None:
    def told(at_us: int, campaign: str, answers: int) -> CampaignLearned:
        experience = Experience(
            talk_ends=(1,),
            talk_seconds=(2,),
            wrap_up_ends=(3,),
            wrap_up_seconds=(4,),
            answers=(answers,),
            failures=(),
            rates=(LearnedRate(segment=("list a",), answered=1_000, unanswered=3_000),),
        )
        return CampaignLearned(at_us=NOON_US + at_us, campaign=campaign, experience=experience)

    for event in (told(1, "winter", 5), told(2, "autumn", 6), told(3, "winter", 7)):
        ledger.append(event)
    await ledger.settled()
    assert list(await ledger.campaign_experience()) == [
        RestoreExperience(at_us=event.at_us, campaign=event.campaign, experience=event.experience)
        for event in (told(2, "autumn", 6), told(3, "winter", 7))
    ]


async def test_what_is_set_at_work_for_each_campaign_is_restored_until_it_is_as_configured(
    ledger: MemoryLedger | SqlLedger,
) -> None:
    busy = OutcomeRecycling(code="busy", delay_us=60_000_000)
    tens, twenties = (AtWork(pacing=Pacing(mode="power", lines_max=lines)) for lines in (10, 20))
    recycled = AtWork(recycling=RecyclingChange(attempts_max=4, outcomes=(busy,)))
    told = (
        ("winter", tens),
        ("autumn", recycled),
        ("spring", tens),
        ("winter", twenties),
        ("spring", AtWork()),
    )
    for at_us, (campaign, at_work) in enumerate(told, start=NOON_US):
        ledger.append(RulesSet(at_us=at_us, campaign=campaign, at_work=at_work))
    await ledger.settled()
    assert list(await ledger.campaign_rules()) == [
        RestoreRules(at_us=NOON_US + 1, campaign="autumn", at_work=recycled),
        RestoreRules(at_us=NOON_US + 3, campaign="winter", at_work=twenties),
    ]
