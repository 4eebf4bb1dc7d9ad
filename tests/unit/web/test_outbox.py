"""What waits for the broker: of states the newest, of events all up to a bound."""

from __future__ import annotations

from web.bus.outbox import GONE, Outbox, Outgoing


def taken(outbox: Outbox) -> list[tuple[str, bytes]]:
    """Take everything out, as a broker would that is always there."""
    messages = []
    while outbox:
        message = outbox.next()
        messages.append((message.topic, message.payload))
        outbox.done(message)
    return messages


def test_of_a_state_the_newest_is_told_and_events_come_first() -> None:
    outbox = Outbox(1_000)
    outbox.keep("queue/cards/state", b"1 waits")
    outbox.keep("queue/loans/state", b"nobody waits")
    outbox.keep("queue/cards/state", b"2 wait")
    outbox.send(Outgoing("link/stream", b"a call came"))
    outbox.send(Outgoing("link/stream", b"and another"))
    assert taken(outbox) == [
        ("link/stream", b"a call came"),
        ("link/stream", b"and another"),
        ("queue/cards/state", b"2 wait"),
        ("queue/loans/state", b"nobody waits"),
    ]
    assert not outbox.filled.is_set()


def test_all_states_are_told_again_but_no_event_is() -> None:
    outbox = Outbox(1_000)
    outbox.keep("queue/cards/state", b"1 waits")
    outbox.send(Outgoing("link/stream", b"a call came"))
    taken(outbox)
    outbox.keep_all()
    assert taken(outbox) == [("queue/cards/state", b"1 waits")]


def test_what_is_gone_is_taken_away_once() -> None:
    outbox = Outbox(1_000)
    outbox.keep("agent/anna/state", b"ready")
    outbox.keep("agent/anna/state", GONE)
    assert taken(outbox) == [("agent/anna/state", GONE)]
    outbox.keep_all()
    assert taken(outbox) == []


def test_beyond_the_bound_the_oldest_events_are_lost_and_counted() -> None:
    outbox = Outbox(bytes_max=30)
    outbox.keep("queue/cards/state", b"a state takes none of the room that events have")
    for number in range(10):
        outbox.send(Outgoing("link/stream", b"ten bytes%d" % number))
    assert outbox.lost == 7
    assert [payload for _, payload in taken(outbox)] == [
        b"ten bytes7",
        b"ten bytes8",
        b"ten bytes9",
        b"a state takes none of the room that events have",
    ]


def test_a_state_that_changes_while_it_is_on_its_way_goes_again() -> None:
    outbox = Outbox(1_000)
    outbox.keep("queue/cards/state", b"1 waits")
    on_its_way = outbox.next()
    outbox.keep("queue/cards/state", b"2 wait")
    outbox.done(on_its_way)
    assert taken(outbox) == [("queue/cards/state", b"2 wait")]


def test_an_event_that_is_lost_while_it_is_on_its_way_costs_no_other() -> None:
    outbox = Outbox(bytes_max=20)
    outbox.send(Outgoing("link/stream", b"ten bytes0"))
    on_its_way = outbox.next()
    outbox.send(Outgoing("link/stream", b"ten bytes1"))
    outbox.send(Outgoing("link/stream", b"ten bytes2"))
    outbox.done(on_its_way)
    assert [payload for _, payload in taken(outbox)] == [b"ten bytes1", b"ten bytes2"]


def test_nothing_to_tell_wakes_nobody() -> None:
    outbox = Outbox(10)
    outbox.keep_all()
    outbox.send(Outgoing("link/stream", b"more than there is room for"))
    assert not outbox.filled.is_set()
    assert outbox.lost == 1
