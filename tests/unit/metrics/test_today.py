"""Days of a centre's calendar: midnight, the clocks' change, contacts and agents who are in between."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from core.kernel.clock import SECOND_US
from core.kernel.record import replace
from core.model.agent import AgentState
from core.model.contact import ContactState
from core.model.destination import DestinationKind, DivertReason
from core.model.events import (
    AgentStateChanged,
    ContactAbandoned,
    ContactAdopted,
    ContactArrived,
    ContactConnected,
    ContactDiverted,
    ContactQueued,
    InteractionRecorded,
    QueueingAsked,
)
from core.model.ids import AgentId, ContactId, LegId, OfferId, QueueName
from core.model.message import DomainEvent
from metrics.day import DayFigures
from metrics.service_level import WaitCounts
from metrics.today import CentreDay, Promises, Today, date_of, midnight_us

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ANN = AgentId("ann")
CARDS = QueueName("cards")
HOUR_US = 3_600 * SECOND_US


def at(hour: int, minute: int = 0, second: int = 0, day: int = 20) -> int:
    """Return the instant on the clocks of Amsterdam in November 2026."""
    local = datetime(2026, 11, day, hour, minute, second, tzinfo=AMSTERDAM)
    return int(local.astimezone(UTC).timestamp()) * SECOND_US


def call(name: str, at_us: int, waits_s: int, talk_s: int = 60) -> list[DomainEvent]:
    """Return the course of a call that Ann answers."""
    contact_id = ContactId(name)
    answered_us = at_us + waits_s * SECOND_US
    ended_us = answered_us + talk_s * SECOND_US
    return [
        ContactArrived(
            at_us=at_us, contact_id=contact_id, leg_id=LegId(name), caller_number="", dialed_number=""
        ),
        QueueingAsked(at_us=at_us, contact_id=contact_id, queue=CARDS),
        ContactQueued(at_us=at_us, contact_id=contact_id, queue=CARDS, tier="gold", position=1, key_us=at_us),
        ContactConnected(
            at_us=answered_us,
            contact_id=contact_id,
            queue=CARDS,
            tier="gold",
            agent_id=ANN,
            offer_id=OfferId("O"),
            waited_us=answered_us - at_us,
            level=1,
        ),
        InteractionRecorded(
            at_us=ended_us,
            contact_id=contact_id,
            customer_id="",
            caller_number="",
            queue="cards",
            tier="gold",
            outcome=ContactState.CLOSED,
            agent_id=ANN,
            disposition="",
            ended_by="customer",
            arrived_us=at_us,
            ivr_us=0,
            queue_us=answered_us - at_us,
            talk_us=talk_s * SECOND_US,
            wrap_up_us=0,
            offers=1,
        ),
    ]


def change(at_us: int, new: AgentState) -> AgentStateChanged:
    return AgentStateChanged(at_us=at_us, agent_id=ANN, old=AgentState.NOT_READY, new=new)


def today_at(now_us: int, promises: Promises | None = None) -> tuple[Today, list[CentreDay]]:
    begun: list[CentreDay] = []
    return Today(promises or Promises(), AMSTERDAM, now_us, begun.append), begun


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 11, 20), 24)])
def test_a_day_is_as_long_as_the_clocks_make_it(day: tuple[int, int, int], hours: int) -> None:
    frame = CentreDay(date(*day), AMSTERDAM, Promises()).frame
    assert (frame.end_us - frame.origin_us) == hours * HOUR_US
    assert date_of(frame.origin_us, AMSTERDAM) == date(*day)
    assert date_of(frame.origin_us - 1, AMSTERDAM) < date(*day)
    assert midnight_us(date(*day), AMSTERDAM) == frame.origin_us


def test_figures_begin_anew_at_midnight_of_the_house() -> None:
    today, begun = today_at(at(23))
    for event in call("late", at(23, 30), waits_s=5):
        today.add(event)
    assert today.day.tallies.of().offered == 1
    today.pass_to(at(0, day=21))
    assert today.day.tallies.of().offered == 0
    assert [day.day for day in begun] == [date(2026, 11, 20), date(2026, 11, 21)]


def test_a_contact_belongs_to_the_day_on_which_it_arrived() -> None:
    told = call("over midnight", at(23, 59, 50), waits_s=20)
    before, after = (CentreDay(date(2026, 11, day), AMSTERDAM, Promises()) for day in (20, 21))
    for event in told:
        before.add(event)
        after.add(event)
    assert before.tallies.of(queue="cards", tier="gold").waits == WaitCounts(answered=1, in_time=1)
    assert before.is_settled
    assert after.tallies.of().offered == 0
    assert (before.agents.of(ANN).handled, after.agents.of(ANN).handled) == (0, 1)


def test_an_agent_who_is_ready_at_midnight_is_ready_in_both_days() -> None:
    today, begun = today_at(at(22))
    today.add(change(at(22), AgentState.READY))
    today.pass_to(at(0, day=21))
    today.add(change(at(1, day=21), AgentState.NOT_READY))
    begun[0].count_until(at(9, day=21))
    assert begun[0].agents.of(ANN).spent_us == {AgentState.READY: 2 * HOUR_US}
    assert begun[1].agents.of(ANN).spent_us == {AgentState.READY: HOUR_US}


def test_what_is_heard_after_a_look_at_a_later_instant_is_counted_by_its_own() -> None:
    """A screen's clock is a little ahead of the engine's; and calls that were lost end in the past."""
    today, _ = today_at(at(9))
    waits, other = call("waits", at(9, 10), waits_s=600), call("other", at(9, 11), waits_s=60)
    for event in (change(at(9), AgentState.READY), *waits[:3], *other[:3]):
        today.add(event)
    today.day.count_until(at(9, 40))
    for event in (change(at(9, 20), AgentState.ON_CONTACT), waits[3], replace(other[3], at_us=at(9, 12))):
        today.add(event)
    today.day.count_until(at(10))
    assert today.day.agents.of(ANN).spent_us == {
        AgentState.READY: HOUR_US // 3,
        AgentState.ON_CONTACT: 2 * HOUR_US // 3,
    }
    lengths = today.day.figures.lengths["cards"]
    assert sum(lengths.waited_us) == (600 + 60) * SECOND_US
    assert today.day.figures.time.everybody().ready_us[18:20] == [HOUR_US // 3, 0]


def test_each_queue_is_held_to_its_own_promise() -> None:
    promises = Promises(threshold_s={"cards": 10.0})
    today, _ = today_at(at(9), promises)
    for name, waits_s in (("quick", 10), ("slow", 11)):
        for event in call(name, at(10), waits_s):
            today.add(event)
    tally = today.day.tallies.of(queue="cards")
    assert tally.waits == WaitCounts(answered=2, in_time=1)
    assert tally.mean_wait_s.value == 10.5
    for event in call("quick again", at(11), waits_s=1):
        today.add(event)
    assert today.day.tallies.of(queue="cards").waits == WaitCounts(answered=3, in_time=2)
    assert [tally.offered for tally in today.day.tallies.by_interval()][20:23] == [2, 0, 1]


# --- contacts of a run that died --------------------------------------------------------------------


def adopted(at_us: int, state: ContactState, connected_us: int | None = None) -> ContactAdopted:
    contact_id = ContactId("kept")
    return ContactAdopted(
        at_us=at_us, contact_id=contact_id, state=state, agent_id=ANN, connected_us=connected_us
    )


def counted(told: list[DomainEvent]) -> tuple[WaitCounts, int, int]:
    """Return the waits of the day, how many were handled, and how many went elsewhere."""
    today, _ = today_at(at(9))
    for event in told:
        today.add(event)
    assert today.day.is_settled
    tally = today.day.tallies.of()
    assert tally.offered == 1
    return tally.waits, tally.handled, tally.elsewhere


def test_who_was_answered_while_no_engine_listened_is_answered() -> None:
    told = call("kept", at(10), waits_s=15, talk_s=300)
    told[3] = adopted(at(10, 1), ContactState.CONNECTED, connected_us=at(10, 0, 15))
    assert counted(told) == (WaitCounts(answered=1, in_time=1), 1, 0)


def test_who_was_answered_at_an_instant_that_nobody_knows_waited_until_found() -> None:
    told = call("kept", at(10), waits_s=15, talk_s=300)
    told[3] = adopted(at(10, 1), ContactState.CONNECTED)
    assert counted(told) == (WaitCounts(answered=1), 1, 0)


def test_a_talk_that_outlives_the_engine_is_answered_once() -> None:
    told = call("kept", at(10), waits_s=15, talk_s=300)
    told.insert(4, adopted(at(10, 1), ContactState.CONNECTED, connected_us=at(10, 0, 15)))
    assert counted(told) == (WaitCounts(answered=1, in_time=1), 1, 0)


def test_an_answer_that_no_engine_saw_is_in_no_mean_of_levels() -> None:
    unseen = call("kept", at(10), waits_s=15)
    unseen[3] = adopted(at(10, 1), ContactState.CONNECTED, connected_us=at(10, 0, 15))
    figures = DayFigures()
    for event in [*call("seen", at(9), waits_s=15), *unseen]:
        figures.add(event)
    assert figures.of().answered == 2
    assert figures.of().mean_level.value == 1


def test_who_was_on_hold_as_the_engine_died_is_answered_once_whoever_goes_on() -> None:
    told = call("kept", at(10), waits_s=15, talk_s=300)
    queued, connected = told[2:4]
    told[4:4] = [adopted(at(10, 1), ContactState.QUEUED), queued, connected]
    assert counted(told) == (WaitCounts(answered=1, in_time=1), 1, 0)


def test_who_was_on_hold_as_the_engine_died_and_hangs_up_then_was_answered() -> None:
    told = call("kept", at(10), waits_s=15, talk_s=300)
    told[4:] = [
        adopted(at(10, 1), ContactState.QUEUED),
        told[2],
        ContactAbandoned(
            at_us=at(10, 2),
            contact_id=ContactId("kept"),
            queue=CARDS,
            tier="gold",
            stage="queue",
            waited_us=120 * SECOND_US,
        ),
        replace(told[4], outcome=ContactState.ABANDONED),
    ]
    assert counted(told) == (WaitCounts(answered=1, in_time=1), 0, 0)


def test_who_was_sent_on_from_a_full_queue_has_waited_since_joining_the_next_one() -> None:
    told = call("kept", at(10), waits_s=15, talk_s=300)
    told[2:4] = [
        ContactDiverted(
            at_us=at(10),
            contact_id=ContactId("kept"),
            queue=QueueName("loans"),
            to=DestinationKind.QUEUE,
            target=CARDS,
            reason=DivertReason.FULL,
        ),
        told[2],
        adopted(at(10, 1), ContactState.CONNECTED, connected_us=at(10, 0, 15)),
    ]
    assert counted(told) == (WaitCounts(answered=1, in_time=1), 1, 0)


# --- customers whom agents pass on --------------------------------------------------------------------


def passed_on(end: list[DomainEvent]) -> list[DomainEvent]:
    """Return the course of the contact that goes on with a customer whom an agent passed on to a flow."""
    contact_id = ContactId("passed")
    begun = replace(call("passed", at(10), waits_s=0)[0], after=ContactId("before"))
    sent = ContactDiverted(
        at_us=at(10),
        contact_id=contact_id,
        queue=QueueName(""),
        to=DestinationKind.FLOW,
        target="voicemail",
        reason=DivertReason.TRANSFER,
    )
    return [begun, sent, *end]


@pytest.mark.parametrize("outcome", [ContactState.VOICEMAIL, ContactState.ABANDONED])
def test_who_is_passed_on_to_a_flow_asks_for_no_queue_and_came_before(outcome: ContactState) -> None:
    record = replace(call("passed", at(10), waits_s=9)[-1], outcome=outcome)
    hung_up = ContactAbandoned(
        at_us=at(10, 1), contact_id=ContactId("passed"), queue="", tier="gold", stage="ivr", waited_us=0
    )
    end = [hung_up, record] if outcome is ContactState.ABANDONED else [record]
    today, _ = today_at(at(9))
    for event in passed_on(end):
        today.add(event)
    figures = today.day.figures
    assert figures.queues == []
    assert (figures.arrived, figures.left_in_ivr, figures.done_in_ivr) == (0, 0, 0)
    assert today.day.is_settled
