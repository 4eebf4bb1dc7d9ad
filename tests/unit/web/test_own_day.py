"""What agents see of their own day."""

from __future__ import annotations

from core.model.agent import AgentProfile, AgentState
from core.model.contact import ContactState
from core.model.events import AgentStateChanged, InteractionRecorded
from core.model.ids import AgentId, ContactId
from core.model.message import DomainEvent
from web.house import House
from web.live.floor import Floor
from web.live.own_day import CONTACTS_MAX, OwnDays
from web.live.topic import AGENTS, Change
from web.views.desk import OwnContactView, OwnDayView
from web.views.floor import AgentView
from web.views.view import View

ANN, BOB = AgentId("ann"), AgentId("bob")
NOON_US = 1_750_000_000_000_000
MINUTE_US = 60_000_000


def recorded(number: int, agent_id: str = ANN) -> InteractionRecorded:
    """Return a call of two minutes with a minute of wrap-up, over so many minutes after noon."""
    return InteractionRecorded(
        at_us=NOON_US + number * MINUTE_US,
        cause_id="",
        contact_id=ContactId(f"C-{number}"),
        customer_id="",
        caller_number="+31205550100",
        queue="cards",
        tier="gold",
        outcome=ContactState.CLOSED,
        agent_id=agent_id,
        disposition="sold",
        ended_by="agent",
        arrived_us=NOON_US + (number - 4) * MINUTE_US,
        ivr_us=0,
        queue_us=MINUTE_US,
        talk_us=2 * MINUTE_US,
        wrap_up_us=MINUTE_US,
        offers=1,
        hold_us=MINUTE_US // 2,
    )


def day_of(*events: InteractionRecorded) -> list[Change]:
    """Return what the fold tells after these events."""
    house = House(agents={agent_id: AgentProfile(agent_id=agent_id) for agent_id in (ANN, BOB)})
    floor = Floor(house, NOON_US)
    own = OwnDays(floor)
    for event in events:
        floor.add(event)
        own.add(event)
    return list(own.changes())


def test_contact_and_figures_are_told_to_the_agent_alone() -> None:
    changes = day_of(recorded(1), recorded(2, BOB), recorded(3))
    mine = {change.key: change.view for change in changes if change.owner == ANN}
    assert list(mine) == ["contact:C-1", "contact:C-3", "day"]
    contact, day = mine["contact:C-3"], mine["day"]
    assert isinstance(contact, OwnContactView)
    assert (contact.disposition, contact.talk_seconds) == ("sold", 120)
    assert isinstance(day, OwnDayView)
    assert (day.handled, day.talk_seconds, day.hold_seconds, day.wrap_up_seconds) == (2, 240, 60, 120)


def went(agent_id: AgentId, at_us: int, new: AgentState) -> AgentStateChanged:
    return AgentStateChanged(at_us=at_us, agent_id=agent_id, old=AgentState.NOT_READY, new=new)


def own_days(*events: DomainEvent) -> tuple[Floor, OwnDays]:
    """Return the folds after these events, all of which have been told."""
    house = House(agents={agent_id: AgentProfile(agent_id=agent_id) for agent_id in (ANN, BOB)})
    floor = Floor(house, NOON_US)
    own = OwnDays(floor)
    for event in events:
        floor.add(event)
        own.add(event)
    list(own.changes())
    return floor, own


def passed(floor: Floor, own: OwnDays, now_us: int) -> dict[str, View | None]:
    """Return the own days that are told as of then."""
    floor.tick(now_us)
    own.tick(now_us)
    return {change.owner: change.view for change in own.changes()}


def test_time_that_passes_is_told_with_every_minute_to_agent_and_supervisor_alike() -> None:
    floor, own = own_days(went(ANN, NOON_US, AgentState.READY))
    assert passed(floor, own, NOON_US).keys() == {ANN}
    assert passed(floor, own, NOON_US + MINUTE_US - 1) == {}
    minute = passed(floor, own, NOON_US + MINUTE_US)[ANN]
    assert isinstance(minute, OwnDayView)
    assert (minute.ready_seconds, minute.occupancy) == (60, 0)
    rows = {change.key: change.view for change in floor.changes() if change.topic is AGENTS}
    assert isinstance(rows[ANN], AgentView)
    assert rows[ANN].occupancy == 0


def test_figures_begin_anew_at_midnight_for_who_had_no_contact_either() -> None:
    floor, own = own_days(
        went(ANN, NOON_US, AgentState.READY), went(ANN, NOON_US + MINUTE_US, AgentState.LOGGED_OUT)
    )
    midnight_us = NOON_US + 24 * 60 * MINUTE_US
    midnight_us -= midnight_us % (24 * 60 * MINUTE_US)
    view = passed(floor, own, midnight_us)[ANN]
    assert isinstance(view, OwnDayView)
    assert view.ready_seconds == 0


def test_only_the_last_contacts_stay() -> None:
    changes = day_of(*(recorded(number) for number in range(CONTACTS_MAX + 2)))
    assert [change.key for change in changes if change.view is None] == ["contact:C-0", "contact:C-1"]


def test_contact_that_nobody_had_is_nobodys() -> None:
    assert day_of(recorded(1, agent_id="")) == []
