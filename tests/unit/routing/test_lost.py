"""A contact whose call ended while no engine ran is recorded by the next one, once."""

from __future__ import annotations

from core.model.events import (
    ContactArrived,
    ContactConnected,
    ContactEvent,
    ContactQueued,
    ContactRecalled,
    InteractionRecorded,
    LegCreated,
    LegEnded,
    LegTagged,
    PbxSynced,
    TalkEnded,
)
from core.model.ids import LegId
from core.model.tag import CALLER, Tag
from tests.unit.floor import CARDS, Floor

SEEN_US = 90_000_000
NOW_US = 500_000_000


def recall(floor: Floor, *history: ContactEvent) -> None:
    """The ledger tells the new run of a contact that the run before left open."""
    first = history[0]
    assert isinstance(first, ContactArrived)
    contact_id, leg_id = first.contact_id, first.leg_id
    floor.hear(
        ContactRecalled(at_us=NOW_US, contact_id=contact_id, leg_id=leg_id, seen_us=SEEN_US, history=history)
    )


def restarted(until: type[ContactEvent]) -> Floor:
    """Return a new run that recalls what one before told of a call, up to the event `until`."""
    before = Floor({"ann": 5})
    before.arrive("c")
    before.pass_s(10)
    before.ready("ann")
    before.answer("ann")
    before.pass_s(60)
    before.hang_up(before.phone_of("ann"))
    told = [event for event in before.events(ContactEvent) if event.contact_id == "c"]
    end = next(number for number, event in enumerate(told) if isinstance(event, until))
    floor = Floor({"ann": 5}, synced=False)
    recall(floor, *told[: end + 1])
    return floor


def test_caller_who_left_the_queue_meanwhile_is_recorded_as_abandoned() -> None:
    floor = restarted(until=ContactQueued)
    assert floor.events(InteractionRecorded) == [], "as long as nobody knows who is there"
    floor.hear(PbxSynced(at_us=NOW_US, pbx="main"))
    (record,) = floor.events(InteractionRecorded)
    assert (record.outcome, record.queue, record.queue_us) == ("abandoned", CARDS.name, SEEN_US)


def test_talk_that_ended_meanwhile_is_recorded_as_far_as_it_is_known() -> None:
    floor = restarted(until=ContactConnected)
    floor.hear(PbxSynced(at_us=NOW_US, pbx="main"))
    (record,) = floor.events(InteractionRecorded)
    assert (record.outcome, record.agent_id, record.talk_us) == ("closed", "ann", SEEN_US - 10_000_000)


def test_talk_in_its_wrap_up_is_recorded_with_its_true_length() -> None:
    floor = restarted(until=TalkEnded)
    floor.hear(PbxSynced(at_us=NOW_US, pbx="main"))
    (record,) = floor.events(InteractionRecorded)
    assert (record.talk_us, record.wrap_up_us, record.ended_by) == (60_000_000, 20_000_000, "agent")


def test_caller_who_still_waits_is_recorded_at_the_end_only() -> None:
    floor = restarted(until=ContactQueued)
    note = Tag(role=CALLER, contact="c", queue=CARDS.name, arrived_us=1, queued_us=2)
    floor.hear(LegCreated(at_us=NOW_US, leg_id=LegId("leg-c"), address="PJSIP/x-1"))
    floor.hear(LegTagged(at_us=NOW_US, leg_id=LegId("leg-c"), tag=note.encode()))
    floor.hear(PbxSynced(at_us=NOW_US, pbx="main"))
    assert floor.events(InteractionRecorded) == []
    floor.hang_up("leg-c")
    (record,) = floor.events(InteractionRecorded)
    assert (record.outcome, record.arrived_us) == ("abandoned", 1)


def test_caller_who_hangs_up_before_coming_back_to_the_menu_is_recorded() -> None:
    floor = restarted(until=ContactArrived)
    floor.hear(LegCreated(at_us=NOW_US, leg_id=LegId("leg-c"), address="PJSIP/x-1"))
    floor.hear(PbxSynced(at_us=NOW_US, pbx="main"))
    assert floor.events(InteractionRecorded) == []
    floor.hear(LegEnded(at_us=NOW_US, leg_id=LegId("leg-c"), cause=16))
    assert [record.outcome for record in floor.events(InteractionRecorded)] == ["abandoned"]
