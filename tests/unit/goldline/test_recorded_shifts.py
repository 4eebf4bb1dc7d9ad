"""When agents were there, read off their recorded states."""

from __future__ import annotations

import pytest

from core.model.agent import AgentState
from core.model.events import AgentStateChanged
from core.model.ids import AgentId
from core.model.standing_leg import StandingState
from goldline.recorded_shifts import Absence, Shift, ShiftReader

ANN = AgentId("ann")
OUT, AWAY, READY = AgentState.LOGGED_OUT, AgentState.NOT_READY, AgentState.READY
RESERVED, TALKS, WRAPS = AgentState.RESERVED, AgentState.ON_CONTACT, AgentState.WRAP_UP

Change = tuple[int, AgentState, str] | tuple[int, AgentState, str, AgentState | None]


def read(*changes: Change) -> tuple[Shift | None, list[int]]:
    """Return Ann's shift, and how long she stayed away after misses: (instant, new state, reason, next)."""
    reader = ShiftReader()
    old = OUT
    for at_us, new, reason, *then in changes:
        reader.add(
            AgentStateChanged(
                at_us=at_us,
                agent_id=ANN,
                old=old,
                new=new,
                reason=reason,
                next_state=then[0] if then else None,
            )
        )
        old = new
    return next(iter(reader.shifts()), None), reader.returns_us


def shift(from_us: int, until_us: int | None, *absences: Absence) -> Shift:
    return Shift(agent_id=ANN, from_us=from_us, until_us=until_us, absences=absences)


LOGS_IN: tuple[Change, ...] = ((10, AWAY, "logged_in"), (12, READY, ""))
ONE_CALL: tuple[Change, ...] = ((30, RESERVED, ""), (33, TALKS, ""), (90, WRAPS, ""))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (((10, AWAY, "logged_in"),), None),
        (LOGS_IN, shift(12, None)),
        ((*LOGS_IN, (99, OUT, "")), shift(12, 99)),
        ((*LOGS_IN, *ONE_CALL, (95, READY, "")), shift(12, None)),
        ((*LOGS_IN, (40, AWAY, "lunch"), (70, READY, "")), shift(12, None, Absence(40, 30))),
        ((*LOGS_IN, (40, AWAY, "lunch")), shift(12, 40)),
        (
            (*LOGS_IN, (40, AWAY, "lunch"), (50, AWAY, "training"), (70, READY, "")),
            shift(12, None, Absence(40, 30)),
        ),
        (
            (*LOGS_IN, (40, OUT, ""), (60, AWAY, "logged_in"), (70, READY, "")),
            shift(12, None, Absence(40, 30)),
        ),
    ],
    ids=[
        "never ready",
        "stays to the end",
        "goes home",
        "a call is no absence",
        "lunch",
        "no way back from lunch",
        "training right after lunch",
        "a shift in two parts",
    ],
)
def test_shift_is_what_the_person_did(changes: tuple[Change, ...], expected: Shift | None) -> None:
    assert read(*changes) == (expected, [])


def test_lunch_wished_for_during_a_call_counts_from_the_wish_and_lasts_as_long_as_it_did() -> None:
    wish: Change = (50, TALKS, "", AWAY)
    changes = (*LOGS_IN, *ONE_CALL[:2], wish, ONE_CALL[2], (95, AWAY, "lunch"), (155, READY, ""))
    assert read(*changes)[0] == shift(12, None, Absence(50, 60))


def test_going_home_wished_for_during_a_call_counts_from_the_wish() -> None:
    wish: Change = (50, TALKS, "", OUT)
    assert read(*LOGS_IN, *ONE_CALL[:2], wish, ONE_CALL[2], (95, OUT, ""))[0] == shift(12, 50)


def test_wish_that_was_taken_back_is_none() -> None:
    wish: Change = (50, TALKS, "", AWAY)
    back: Change = (60, TALKS, "", None)
    later: tuple[Change, ...] = ((95, READY, ""), (120, AWAY, "lunch"), (130, READY, ""))
    assert read(*LOGS_IN, *ONE_CALL[:2], wish, back, ONE_CALL[2], *later)[0] == shift(
        12, None, Absence(120, 10)
    )


def test_missed_call_is_no_absence_but_a_return() -> None:
    missed: tuple[Change, ...] = ((30, RESERVED, ""), (45, AWAY, "rona"), (75, READY, ""))
    assert read(*LOGS_IN, *missed) == (shift(12, None), [30])


def test_lunch_after_a_missed_call_is_an_absence_of_its_own() -> None:
    missed: tuple[Change, ...] = (
        (30, RESERVED, ""),
        (45, AWAY, "rona"),
        (75, AWAY, "lunch"),
        (95, READY, ""),
    )
    assert read(*LOGS_IN, *missed) == (shift(12, None, Absence(75, 20)), [30])


def test_talk_found_after_a_restart_keeps_the_agent_from_the_calls_of_the_day() -> None:
    changes = (*LOGS_IN, (13, TALKS, ""), (60, WRAPS, ""), (66, READY, ""))
    assert read(*changes)[0] == shift(12, None, Absence(13, 53))


def test_call_that_stood_stands_in_the_shift() -> None:
    reader = ShiftReader()
    up = StandingState.IN_HAND
    reader.add(AgentStateChanged(at_us=9, agent_id=ANN, old=AWAY, new=READY, standing=up))
    assert [each.standing for each in reader.shifts()] == [True]
