"""Whatever the outside world says, in whatever order, the engine neither raises nor breaks a promise."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.rng import Streams
from core.model.callback_events import CallbackBooked
from core.model.codec import encode
from core.model.destination import DestinationKind, DivertReason
from core.model.events import ContactArrived, InteractionRecorded
from core.model.standing_leg import StandingState
from tests.unit.goldline.chaos import CONFIGS, Chaos
from tests.unit.goldline.chaos_sayings import SAYINGS

LENGTH = 200
SAYING = st.tuples(st.integers(0, len(SAYINGS) - 1), st.integers(0, 10_000))


def play(sayings: list[tuple[int, int]], centre: int = 0) -> Chaos:
    """Let the sayings happen a second apart, then let everybody leave."""
    chaos = Chaos(centre)
    for saying, pick in sayings:
        chaos.now_us += 1_000_000
        chaos.tell_all(SAYINGS[saying](chaos, pick))
    chaos.everybody_leaves()
    return chaos


def drawn(seed: int) -> list[tuple[int, int]]:
    draw = Streams(seed).stream("chaos")
    return [(draw.randrange(len(SAYINGS)), draw.randrange(10_000)) for _ in range(LENGTH)]


@given(st.lists(SAYING, max_size=LENGTH), st.integers(0, len(CONFIGS) - 1))
def test_random_sayings_break_nothing_and_leave_nothing(sayings: list[tuple[int, int]], centre: int) -> None:
    chaos = play(sayings, centre)
    assert len(chaos.brain.contacts) == 0
    chaos.checkers.contacts.close()
    begins = (ContactArrived, CallbackBooked)
    arrived = [event.contact_id for event in chaos.ledger if isinstance(event, begins)]
    recorded = [event.contact_id for event in chaos.ledger if isinstance(event, InteractionRecorded)]
    assert sorted(recorded) == sorted(arrived), "each contact is recorded once, over all runs"


@pytest.mark.parametrize("seed", range(3))
def test_same_sayings_have_the_same_effects_byte_for_byte(seed: int) -> None:
    one, other = ([encode(event) for event in play(drawn(seed), seed).ledger] for _ in range(2))
    assert one == other


COURSES = 100
IN_MOST = (
    *(f"contact {state}" for state in ("in_ivr", "queued", "offered", "connected", "wrap_up")),
    *(f"agent {state}" for state in ("not_ready", "ready", "reserved", "on_contact", "wrap_up")),
    *(f"work {state}" for state in ("in_ivr", "queued", "offered", "connected")),
    *("ContactAbandoned", "ContactClosed", "adopted in_ivr"),
)
IN_SOME = (
    *("agent logged_out", "adopted queued", "adopted connected", "offer caller_left"),
    *("adopted work queued", "adopted work connected", "WorkReturned"),
    *("offer agent_left", "offer work_withdrawn", "leg sent to join"),
    *(f"leg {standing}" for standing in StandingState),
    *(f"offer {outcome}" for outcome in ("busy", "rejected", "no_answer", "unreachable", "lost")),
)
KEPT = (
    *("AgentPreferred", "PlaceResumed", "CallbackDialed", "CallbackPostponed", "adopted postponed"),
    *(f"callback {outcome}" for outcome in ("reached", "cancelled", "called_in")),
)
ELSEWHERE = (
    *(DivertReason.CLOSED, DivertReason.TOO_LATE),
    *(DivertReason.AGENTLESS, DivertReason.TRANSFER),
)
"""Reasons that a course does not have: it has no opening hours, no campaigns, and nobody passes calls on."""
MOVED = (
    # Too few wait long enough in the queue that sends them to a callback.
    *(f"sent to {way}" for way in DestinationKind if way is not DestinationKind.CALLBACK),
    *(f"sent for {reason}" for reason in DivertReason if reason not in ELSEWHERE),
    *(f"stands otherwise: {reason}" for reason in ("step", "expired", "needs", "reserve_over")),
)


@pytest.mark.slow
def test_random_sayings_reach_every_state() -> None:
    """The proof above is worth what its courses reach: most of them a talk, some of them all the rest."""
    reached = Counter(name for seed in range(COURSES) for name in play(drawn(seed), seed % 2).reached)
    assert [name for name in IN_MOST if reached[name] * 2 < COURSES] == []
    assert [name for name in IN_SOME if not reached[name]] == []


@pytest.mark.slow
def test_random_sayings_move_those_who_wait_by_every_rule() -> None:
    reached = {name for seed in range(COURSES) for name in play(drawn(seed), centre=2).reached}
    assert [name for name in MOVED if name not in reached] == []


@pytest.mark.slow
def test_random_sayings_keep_places_and_call_back() -> None:
    reached = {name for seed in range(COURSES) for name in play(drawn(seed), centre=3).reached}
    assert [name for name in KEPT if name not in reached] == []
