"""What a trained estimator sees of the floor, told by the events of a small centre."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from core.kernel.clock import SECOND_US, microseconds
from core.model.agent import AgentState
from core.model.callback_events import CallbackBooked
from core.model.events import (
    AgentStateChanged,
    ContactAbandoned,
    ContactConnected,
    ContactQueued,
    StandingChanged,
)
from core.model.hours import time_of_day_us
from core.model.ids import AgentId, ContactId, OfferId, QueueName
from routing.outlook import FEATURES, Outlook
from routing.recent import LAST_MANY
from routing.regression import EXPECTED_MAX_S, LinearWait

CARDS, LOANS = QueueName("cards"), QueueName("loans")


class Seen:
    """An outlook fed by hand; times in seconds."""

    def __init__(self, *watched: QueueName) -> None:
        self.outlook = Outlook(watched)
        self.watched = watched

    def queued(self, name: str, at_s: float, queue: QueueName = CARDS, forward_s: float = 0) -> None:
        at_us = microseconds(at_s)
        self.outlook.add(
            ContactQueued(
                at_us=at_us,
                contact_id=ContactId(name),
                queue=queue,
                tier="standard",
                key_us=at_us - microseconds(forward_s),
                position=0,
            )
        )

    def answered(self, name: str, at_s: float, waited_s: float, agent: str, queue: QueueName = CARDS) -> None:
        self.outlook.add(
            ContactConnected(
                at_us=microseconds(at_s),
                contact_id=ContactId(name),
                queue=queue,
                tier="standard",
                agent_id=AgentId(agent),
                offer_id=OfferId(""),
                waited_us=microseconds(waited_s),
                level=1,
            )
        )

    def agent(self, name: str, new: AgentState, at_s: float) -> None:
        self.outlook.add(
            AgentStateChanged(at_us=microseconds(at_s), agent_id=AgentId(name), old=AgentState.READY, new=new)
        )

    def look(self, name: str, at_s: float) -> dict[str, float]:
        names = (*FEATURES, *self.watched)
        return dict(zip(names, self.outlook.look(ContactId(name), microseconds(at_s)), strict=True))


def test_place_is_that_of_the_key_and_not_of_the_arrival() -> None:
    seen = Seen()
    seen.queued("first", 0)
    seen.queued("second", 10)
    seen.queued("gold", 20, forward_s=15)
    ahead = {name: seen.look(name, 30)["ahead"] for name in ("first", "gold", "second")}
    assert ahead == {"first": 0, "gold": 1, "second": 2}
    assert seen.look("gold", 30)["head"] == 30


def test_place_moves_with_a_boost_and_goes_with_the_contact() -> None:
    seen = Seen()
    seen.queued("first", 0)
    seen.queued("boosted", 10)
    seen.outlook.add(
        StandingChanged(
            at_us=microseconds(20), contact_id=ContactId("boosted"), queue=CARDS, key_us=-1, reason="step"
        )
    )
    assert seen.look("boosted", 20)["ahead"] == 0
    assert seen.look("boosted", 20)["waited"] == 10
    gone = ContactAbandoned(
        at_us=microseconds(25),
        contact_id=ContactId("boosted"),
        queue=CARDS,
        tier="",
        stage="queue",
        waited_us=microseconds(15),
    )
    seen.outlook.add(gone)
    assert not seen.outlook.waits(ContactId("boosted"))
    assert (seen.look("first", 30)["line"], seen.look("first", 30)["left"]) == (1, 1)


def test_last_served_are_told_by_queue_and_over_all() -> None:
    seen = Seen(LOANS)
    seen.queued("waiting", 0)
    seen.queued("other", 0, LOANS)
    seen.answered("a", 10, 40, "ann")
    seen.answered("b", 20, 60, "bob")
    seen.answered("c", 30, 200, "cat", LOANS)
    found = seen.look("waiting", 50)
    assert (found["last"], found["last_left"], found["last_few"], found["last_age"]) == (60, 10, 50, 30)
    assert (found["all_last"], found["answered"], found["all_answered_short"]) == (200, 2, 3)
    assert (found["waited"], found["all_waiting"], found[LOANS]) == (50, 2, 1)


def test_agents_count_for_the_queues_they_serve() -> None:
    seen = Seen()
    for at_s, queue in ((0, CARDS), (100, LOANS)):
        seen.agent("ann", AgentState.RESERVED, at_s)
        seen.answered(f"call {at_s}", at_s, 0, "ann", queue)
        seen.agent("ann", AgentState.ON_CONTACT, at_s)
        seen.agent("ann", AgentState.READY, at_s + 60)
    seen.queued("waiting", 200)
    found = seen.look("waiting", 200)
    assert found["ready"] == 1 - 1 / 32
    assert (found["busy"], found["all_ready"], found["work"]) == (0, 1, 120)
    seen.agent("ann", AgentState.LOGGED_OUT, 210)
    assert seen.look("waiting", 210)["ready"] == 0


def test_callback_stands_in_no_line_and_its_wait_is_nobodys() -> None:
    seen = Seen()
    booked = CallbackBooked(
        at_us=0,
        contact_id=ContactId("later"),
        of_contact_id="",
        number="",
        queue=CARDS,
        customer_id="",
        tier="",
        language="en",
        queued_us=0,
        entered_us=0,
        head_start_us=0,
        credit_us=0,
        due_us=0,
    )
    seen.outlook.add(booked)
    seen.queued("later", 0)
    seen.queued("caller", 10)
    assert seen.look("caller", 20)["ahead"] == 0
    seen.answered("later", 30, 86_400, "ann")
    assert seen.look("caller", 40)["last"] == 0


def test_queue_is_known_once_enough_were_answered() -> None:
    seen = Seen()
    for place in range(LAST_MANY):
        assert not seen.outlook.knows(CARDS)
        seen.answered(str(place), place, 1, "ann")
    assert seen.outlook.knows(CARDS)


def test_hour_is_that_of_the_clocks_in_the_zone() -> None:
    noon_us = microseconds(datetime(2026, 7, 1, 10, 30, tzinfo=UTC).timestamp())
    assert time_of_day_us(noon_us, ZoneInfo("Europe/Amsterdam")) == (12 * 60 + 30) * 60 * SECOND_US
    outlook = Outlook((), lambda at_us: time_of_day_us(at_us, ZoneInfo("Europe/Amsterdam")))
    found = dict(zip(FEATURES, outlook.look_from(CARDS, noon_us, noon_us), strict=True))
    assert (found["hour_12"], found["hour_14"], found["hour_10"]) == (0.75, 0.25, 0)


def test_line_is_a_sum_between_nothing_and_four_hours() -> None:
    wait = LinearWait(intercept=1.0, weights=(2.0, 0.5))
    assert wait.at_us([3.0, 4.0]) == microseconds(9)
    assert wait.at_us([-30.0, 4.0]) == 0
    assert wait.at_us([1e9, 0.0]) == microseconds(EXPECTED_MAX_S)
