"""The engine in virtual time is held against the exact figures of queueing theory, with fixed seeds.

Each pool is small and forgets quickly, so that 20,000 calls are enough for the standard errors to be
trusted; `python -m benchmarks.erlang` does the same with a million calls and the reference table.
"""

from __future__ import annotations

from dataclasses import replace
from heapq import heappop, heappush

import pytest

from benchmarks._pool import Pool
from benchmarks._steady import (
    BATCH_MEMORIES,
    BATCHES,
    LIMIT,
    MEASURES,
    RESOLUTION,
    Comparison,
    Measured,
    calls_needed,
    compare,
    course_of,
)
from core.model.contact import ContactState
from core.model.events import InteractionRecorded
from core.model.message import DomainEvent
from goldline.harness import SimulatedDay
from goldline.watched import Watcher
from metrics.day import DayFigures
from metrics.frame import Frame
from metrics.ratio import Ratio

CALLS = 20_000
PATIENT = Pool(name="Erlang C", per_hour=90, handle_s=180, agents=7)
IMPATIENT = Pool(name="Erlang A", per_hour=150, handle_s=240, agents=10, patience_s=240)
SHORT_QUEUE = Pool(name="M/M/n/K", per_hour=120, handle_s=120, agents=4, lines=7)
LOSS = Pool(name="Erlang B", per_hour=120, handle_s=120, agents=5, lines=5)


def simulated(pool: Pool, calls: int, seed: int) -> list[Measured]:
    return course_of(pool, calls, runs=1)(seed)


@pytest.mark.slow
@pytest.mark.parametrize("pool", [PATIENT, IMPATIENT, SHORT_QUEUE, LOSS], ids=lambda pool: pool.name)
def test_engine_agrees_with_theory(pool: Pool) -> None:
    assert calls_needed(pool) <= CALLS
    batches = simulated(pool, CALLS, seed=7)
    found = {each.measure: each for each in compare(pool, pool.exact(), batches)}
    assert [each for each in found.values() if not each.agrees] == []
    assert sum(batch["P(wait)"].count for batch in batches) > CALLS * (1 - pool.exact().blocked)


@pytest.mark.slow
def test_one_agent_too_many_is_noticed() -> None:
    """The comparison has the power to tell ten agents from eleven: every figure gives it away."""
    wrong = replace(IMPATIENT, agents=11).exact()
    found = compare(IMPATIENT, wrong, simulated(IMPATIENT, CALLS, seed=8))
    assert {each.measure for each in found if each.agrees} == set()


def records_of(pool: Pool, duration_s: float, *watchers: Watcher) -> list[InteractionRecorded]:
    """Return the records of a day of the pool in the order of arrival."""
    records: list[InteractionRecorded] = []

    def watch(event: DomainEvent) -> None:
        if isinstance(event, InteractionRecorded):
            records.append(event)

    SimulatedDay(pool.scenario(duration_s), pool.config(), 1, watchers=[watch, *watchers]).run()
    return sorted(records, key=lambda record: record.arrived_us)


def test_who_finds_an_agent_free_waits_for_exactly_nothing() -> None:
    records = records_of(Pool(name="ample", per_hour=600, handle_s=60, agents=60), 1_800)
    assert len(records) > 250
    assert {(each.outcome, each.ivr_us, each.queue_us, each.wrap_up_us, each.offers) for each in records} == {
        (ContactState.CLOSED, 0, 0, 0, 1)
    }


def test_who_finds_all_busy_waits_to_the_microsecond_for_the_next_who_is_free() -> None:
    """Kiefer and Wolfowitz' recursion: the next in line takes the agent who is free first."""
    records = records_of(replace(PATIENT, per_hour=130), 6 * 3_600)
    free_us = [0] * PATIENT.agents
    for record in records:
        served_us = max(record.arrived_us, heappop(free_us))
        assert record.queue_us == served_us - record.arrived_us
        heappush(free_us, served_us + record.talk_us)
    assert sum(record.queue_us > 0 for record in records) > 300


def test_figures_of_a_batch_are_those_that_its_records_add_up_to() -> None:
    """Recounted from the records alone, to the microsecond: waits, talks and hang-ups across the edges."""
    frame = Frame(origin_us=3_600_000_000, duration_s=10_000, interval_s=3_333.4)
    fold = DayFigures(frame)
    records = records_of(IMPATIENT, 13_600, fold.add)
    fold.close(2 * frame.end_us)
    occupancies = fold.time.everybody().occupancies()
    lengths = fold.lengths["pool"].means()
    for place, contacts in enumerate(fold.by_interval()):
        from_us = frame.origin_us + place * 3_333_400_000
        until_us = min(from_us + 3_333_400_000, frame.end_us)
        came = [each for each in records if from_us <= each.arrived_us < until_us]
        left = [each for each in came if each.outcome is ContactState.ABANDONED]
        assert (contacts.offered, contacts.abandoned) == (len(came), len(left))
        waits_us = [each.queue_us for each in came]
        assert sorted([*contacts.answered_us, *contacts.abandoned_us]) == sorted(waits_us)
        waits = [(each.arrived_us, each.arrived_us + each.queue_us) for each in records]
        talks = [(end_us, end_us + each.talk_us) for each, (_, end_us) in zip(records, waits, strict=True)]
        span_us = until_us - from_us
        assert lengths[place] == Ratio(overlap_us(waits, from_us, until_us), span_us)
        assert occupancies[place] == Ratio(overlap_us(talks, from_us, until_us), IMPATIENT.agents * span_us)


def overlap_us(stretches: list[tuple[int, int]], from_us: int, until_us: int) -> int:
    return sum(max(0, min(end_us, until_us) - max(start_us, from_us)) for start_us, end_us in stretches)


def test_limit_of_waiting_callers_is_the_engines_and_that_of_lines_the_worlds() -> None:
    assert (SHORT_QUEUE.config().queues["pool"].length_max, SHORT_QUEUE.scenario(60).lines) == (3, None)
    assert LOSS.scenario(60).lines == 5
    assert LOSS.config() == PATIENT.config()


@pytest.mark.parametrize("runs", [1, 8])
def test_batches_are_long_and_many_however_the_runs_are_cut(runs: int) -> None:
    near_critical = Pool(name="slow", per_hour=590, handle_s=300, agents=50)
    course = course_of(near_critical, CALLS, runs)
    assert course.batches * runs == BATCHES
    assert course.batch_s == pytest.approx(BATCH_MEMORIES * near_critical.memory_s, rel=1e-4)
    calls = course_of(IMPATIENT, CALLS, runs).batch_s * BATCHES * IMPATIENT.per_hour / 3_600
    assert calls == pytest.approx(CALLS + 5 * CALLS**0.5)


def test_memory_of_a_pool_is_that_of_its_quickest_end_of_a_queue() -> None:
    assert LOSS.memory_s == 120
    assert IMPATIENT.memory_s == 240 + 240
    # An agent at half capacity: 60 s over (1 - sqrt(1/2)) squared, and one talk.
    assert Pool(name="M/M/1", per_hour=30, handle_s=60, agents=1).memory_s == pytest.approx(759.4, abs=0.1)
    assert Pool(name="critical", per_hour=60, handle_s=60, agents=1, lines=4).memory_s == 60 + 9 * 60


def comparison(*, exact: float, simulated: float, error: float) -> Comparison:
    return Comparison(measure="P(wait)", exact=exact, simulated=simulated, error=error)


def test_verdict_counts_standard_errors() -> None:
    assert comparison(exact=0.3, simulated=0.36, error=0.02).distance == pytest.approx(3)
    assert comparison(exact=0.3, simulated=0.3 - LIMIT * 0.0199, error=0.02).agrees
    assert not comparison(exact=0.3, simulated=0.3 + LIMIT * 0.0201, error=0.02).agrees


def test_what_never_happened_is_believed_to_the_resolution_only() -> None:
    never = {measure.name: Ratio(0, 1_000) for measure in MEASURES}
    found = next(compare(PATIENT, PATIENT.exact(), [never] * BATCHES))
    assert (found.measure, found.simulated, found.error) == ("P(wait)", 0, RESOLUTION)
    assert not found.agrees
