"""The whole engine and a bare queue that shares no line with it agree on every single call of a busy day."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from core.kernel.clock import SECOND_US, seconds
from core.model.contact import ContactState
from core.model.events import InteractionRecorded
from core.model.message import DomainEvent
from goldline.harness import SimulatedDay, open_scenario
from simulator.bank.centre import AT_ONCE, CUSTOMERS, HABITS, NUMBERS, TIERS
from simulator.demand import TracedArrivals
from simulator.draws import Constant
from simulator.scenario import Scenario
from simulator.staffing import AgentPlan, Service
from simulator.telephony import Telephony
from simulator.trace import Arrival
from tests.unit.goldline.bare_queue import BareQueue, Caller, Seat, waits

CENTRE = Path(__file__).parents[3] / "examples" / "bank"
STEP_US = 90 * SECOND_US
WRAP_UP_S = 20
DAY_US = 3_600 * SECOND_US
KINDS = ("PS", "NW", "NE")


def some_callers(stream: Random) -> list[Caller]:
    """Return more callers than the agents can serve, no two of them at the same instant."""
    return [
        Caller(
            at_us=at_us,
            skill=stream.choice(KINDS),
            head_start_us=stream.randrange(len(TIERS)) * STEP_US,
            patience_us=1 + round(stream.expovariate(1 / 200) * SECOND_US),
            talk_us=1 + round(stream.expovariate(1 / 90) * SECOND_US),
        )
        for at_us in sorted(stream.sample(range(DAY_US), 300))
    ]


def some_seats(stream: Random) -> list[Seat]:
    seats = []
    for _ in range(12):
        from_us, until_us = sorted(stream.sample(range(DAY_US), 2))
        skills = frozenset(stream.sample(KINDS, stream.randint(1, 3)))
        seats.append(Seat(skills=skills, from_us=from_us, until_us=until_us))
    return seats


def same_day(callers: list[Caller], seats: list[Seat]) -> Scenario:
    """Return the scenario of these callers and seats, on telephones that take no time."""
    trace = [
        Arrival(
            at_us=caller.at_us,
            dialed_number=NUMBERS[caller.skill],
            customers=TIERS[caller.head_start_us // STEP_US],
            patience_us=caller.patience_us,
            talk_us=caller.talk_us,
        )
        for caller in callers
    ]
    agents = [
        AgentPlan(
            id=f"seat-{place}",
            extension=f"PJSIP/{place}",
            skills=dict.fromkeys(sorted(seat.skills), 1),
            from_s=seconds(seat.from_us),
            until_s=seconds(seat.until_us),
        )
        for place, seat in enumerate(seats)
    ]
    return Scenario(
        schema=1,
        name="bare",
        file=CENTRE / "bare.toml",
        engine_config="goldline.toml",
        duration_s=seconds(DAY_US),
        telephony=Telephony(command_s=0, bridge_s=0, ring_s=0),
        arrivals=(TracedArrivals(dialed_number="8001", trace=trace),),
        customers=CUSTOMERS,
        agents=tuple(agents),
        service=(Service(talk=AT_ONCE, wrap_up=Constant(value_s=WRAP_UP_S)),),
        workforce=HABITS,
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_engine_and_bare_queue_let_every_caller_wait_equally_long(seed: int) -> None:
    stream = Random(seed)
    callers, seats = some_callers(stream), some_seats(stream)
    bare = BareQueue(callers, seats, WRAP_UP_S * SECOND_US)
    bare.run()

    records: list[InteractionRecorded] = []

    def note(event: DomainEvent) -> None:
        if isinstance(event, InteractionRecorded):
            records.append(event)

    scenario = same_day(callers, seats)
    SimulatedDay(scenario, open_scenario(scenario), seed, watchers=(note,)).run()
    place_of = {caller.at_us: place for place, caller in enumerate(callers)}
    assert {
        place_of[record.arrived_us]: (record.queue_us, record.outcome is ContactState.ABANDONED)
        for record in records
    } == waits(bare)
    assert 20 < len(bare.abandoned) < 280
