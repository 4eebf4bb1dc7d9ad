"""Every state machine of the product obeys its own table; the machines are found, not listed."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import IllegalTransition
from core.kernel.fsm import Table
from core.model.contact import CONTACT, ENDED_STATES
from core.model.leg import LEG, LegState, LegTrigger
from scripts.draw_diagrams import final_states, tables

MACHINES = tables()
every_machine = pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES.keys())
AnyTable = Table[Any, Any]


def triggers(machine: AnyTable) -> type[StrEnum]:
    (_, first_trigger), *_ = machine.rows
    return type(first_trigger)


def can_reach(machine: AnyTable, state: StrEnum) -> frozenset[StrEnum]:
    """Return where an object in `state` may still go."""
    return Table(machine.name, state, machine.rows).reachable()


def test_the_machines_of_leg_contact_and_agent_are_among_those_found() -> None:
    assert {"leg", "contact", "agent"} <= {machine.name for machine in MACHINES.values()}


def test_no_two_machines_share_a_name() -> None:
    names = [machine.name for machine in MACHINES.values()]
    assert len(set(names)) == len(names)


@every_machine
def test_rows_speak_of_one_enum_of_states_and_one_of_triggers(machine: AnyTable) -> None:
    states, triggering = type(machine.start), triggers(machine)
    assert issubclass(states, StrEnum)
    assert issubclass(triggering, StrEnum)
    for (state, trigger), following in machine.rows.items():
        assert type(state) is states
        assert type(trigger) is triggering
        assert type(following) is states


@every_machine
def test_every_state_can_be_reached_from_the_start(machine: AnyTable) -> None:
    assert machine.reachable() == set(machine.states())


@every_machine
def test_every_trigger_moves_something(machine: AnyTable) -> None:
    assert {trigger for _, trigger in machine.rows} == set(triggers(machine))


@every_machine
def test_no_state_is_a_trap(machine: AnyTable) -> None:
    """From everywhere an object can come to an end, or back to where it began."""
    ways_out = {*final_states(machine), machine.start}
    for state in machine.states():
        assert ways_out & can_reach(machine, state), state


@every_machine
def test_a_walk_follows_the_rows_and_a_missing_row_leaves_the_state(machine: AnyTable) -> None:
    @given(st.lists(st.sampled_from(list(triggers(machine))), max_size=40))
    def walk(steps: list[StrEnum]) -> None:
        state = machine.start
        for trigger in steps:
            before = dict(machine.rows)
            if machine.allows(state, trigger):
                state = machine.after(state, trigger)
                assert state in machine.reachable()
            else:
                with pytest.raises(IllegalTransition) as refusal:
                    machine.after(state, trigger)
                assert (refusal.value.machine, refusal.value.state, refusal.value.trigger) == (
                    machine.name,
                    state,
                    trigger,
                )
            assert machine.rows == before

    walk()


@every_machine
def test_an_ended_object_stays_ended(machine: AnyTable) -> None:
    for state in final_states(machine):
        for trigger in triggers(machine):
            assert not machine.allows(state, trigger)


@every_machine
def test_the_diagram_has_one_arrow_for_each_row(machine: AnyTable) -> None:
    head, start, *arrows = machine.diagram().splitlines()
    assert head == "stateDiagram-v2"
    assert start.split() == ["[*]", "-->", machine.start.name]
    assert arrows == [
        f"    {state.name} --> {following.name}: {trigger.value}"
        for (state, trigger), following in machine.rows.items()
    ]


def test_a_contact_ends_exactly_in_the_states_the_book_lets_go_of() -> None:
    assert set(final_states(CONTACT)) == ENDED_STATES


def test_a_leg_may_end_at_any_moment_but_only_once() -> None:
    alive = set(LegState) - {LegState.ENDED}
    assert {state for state in LegState if LEG.allows(state, LegTrigger.END)} == alive


def test_a_later_change_of_the_given_rows_does_not_reach_the_table() -> None:
    rows = {(LegState.NEW, LegTrigger.END): LegState.ENDED}
    table = Table("copy", LegState.NEW, rows)
    rows[LegState.NEW, LegTrigger.ANSWER] = LegState.UP
    assert not table.allows(LegState.NEW, LegTrigger.ANSWER)
