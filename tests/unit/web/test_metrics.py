"""The metrics of a simulated day, scraped as it goes on, against its ledger; and judged by promtool."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from core.model.contact import ContactState
from core.model.events import AgentStateChanged, ContactAbandoned, ContactArrived, ContactConnected
from core.model.ids import QueueName
from core.model.message import DomainEvent
from goldline.demo.day import DEMO_SCENARIO
from goldline.harness import SimulatedDay, open_scenario
from goldline.web_side import house_of
from metrics.day import DayFigures
from simulator.scenario import load_scenario
from simulator.world import agent_profiles
from tests.services.promtool import complaints_about_metrics, why_no_promtool
from web.live.floor import Floor
from web.live.live import Live
from web.live.topic import QUEUES
from web.ops.calls import CallReadings
from web.ops.catalogue import METRICS, Kind, Metric
from web.ops.exposition import Exposition
from web.ops.floor import FloorReadings
from web.ops.readings import Distribution, Reading, Total, distribution_of

HOUR_S = 3_600.0
IN_LINE = (ContactState.QUEUED, ContactState.OFFERED)
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(exposition: Exposition) -> Samples:
    """Return what a scrape finds, by name and labels."""
    families = text_string_to_metric_families(exposition.text().decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def total(found: Samples, name: str, **labels: str) -> float:
    """Return the sum over all samples of the name with these labels."""
    return sum(v for (n, has), v in found.items() if n == name and labels.items() <= dict(has).items())


class Scraped:
    """An hour of the demonstration, scraped a hundred times."""

    def __init__(self) -> None:
        self.figures = DayFigures()
        self.events: list[DomainEvent] = []
        scenario = replace(load_scenario(DEMO_SCENARIO), duration_s=HOUR_S)
        config = open_scenario(scenario)
        self.queues = [QueueName(name) for name in config.queues]
        self.agents = agent_profiles(scenario)
        self.live = Live([Floor(house_of(config, self.agents, {}))])
        self.exposition = Exposition([CallReadings(lambda: self.figures), FloorReadings(self.live)])
        watchers = (self.figures.add, self.events.append, self.live.add)
        day = SimulatedDay(scenario, config, 7, watchers=watchers, checked=False)
        self.scrapes: list[Samples] = []
        self.waiting: list[Counter[str]] = []
        """How many the engine knew to be in line at each scrape."""

        def scrape(share: float) -> None:
            self.scrapes.append(self._samples())
            in_line = (contact.queue for contact in day.brain.contacts if contact.state in IN_LINE)
            self.waiting.append(Counter(in_line))

        day.run(scrape)
        self.last = self._samples()

    def _samples(self) -> Samples:
        assert self.live.rows(QUEUES), "screens have been told all there is"
        return samples(self.exposition)

    def told(self, kind: type[DomainEvent]) -> int:
        """Return how many events of the class the ledger has."""
        return sum(isinstance(event, kind) for event in self.events)


@pytest.fixture(scope="module")
def scraped() -> Scraped:
    return Scraped()


def test_counters_are_what_the_ledger_says(scraped: Scraped) -> None:
    found = scraped.last
    left_in_line = Counter(e.stage != "ivr" for e in scraped.events if isinstance(e, ContactAbandoned))
    assert total(found, "goldline_calls_arrived_total") == scraped.told(ContactArrived) > 100
    assert total(found, "goldline_calls_answered_total") == scraped.told(ContactConnected) > 100
    assert total(found, "goldline_calls_abandoned_total") == left_in_line[True] > 0
    assert total(found, "goldline_calls_left_menu_total") == left_in_line[False]


def test_the_wait_is_told_by_class_and_adds_up(scraped: Scraped) -> None:
    waits_us = [event.waited_us for event in scraped.events if isinstance(event, ContactConnected)]
    name = "goldline_answer_wait_seconds"
    assert total(scraped.last, f"{name}_count") == len(waits_us)
    assert total(scraped.last, f"{name}_sum") == pytest.approx(sum(waits_us) / 1_000_000)
    for end_s in (20.0, 60.0):
        within = sum(wait_us <= end_s * 1_000_000 for wait_us in waits_us)
        assert total(scraped.last, f"{name}_bucket", le=str(end_s)) == within


def test_each_tier_of_each_queue_is_told_apart(scraped: Scraped) -> None:
    for tier in scraped.figures.tiers:
        of_tier = scraped.figures.of(tier=tier)
        assert total(scraped.last, "goldline_calls_offered_total", tier=tier) == of_tier.offered
        assert total(scraped.last, "goldline_handle_seconds_count", tier=tier) == of_tier.handled


def test_who_waits_is_who_the_engine_has_in_line(scraped: Scraped) -> None:
    for found, waiting in zip(scraped.scrapes, scraped.waiting, strict=True):
        for queue in scraped.queues:
            assert total(found, "goldline_queue_waiting_calls", queue=queue) == waiting[queue]
    assert max(sum(waiting.values()) for waiting in scraped.waiting) > 3


def test_every_agent_is_counted_once_by_what_they_do(scraped: Scraped) -> None:
    last = {e.agent_id: e.new.value for e in scraped.events if isinstance(e, AgentStateChanged)}
    states = Counter(last.get(agent_id, "logged_out") for agent_id in scraped.agents)
    assert {state: total(scraped.last, "goldline_agents", state=state) for state in states} == states
    assert total(scraped.last, "goldline_agents") == len(scraped.agents)


def test_no_counter_ever_goes_back(scraped: Scraped) -> None:
    assert len(scraped.scrapes) == 100
    for earlier, later in zip(scraped.scrapes, scraped.scrapes[1:], strict=False):
        counted = [key for key in earlier if key[0].startswith(("goldline_calls_", "goldline_answer_wait_"))]
        assert [key for key in counted if later[key] < earlier[key]] == []


async def test_a_scrape_in_steps_tells_what_one_at_once_tells(scraped: Scraped) -> None:
    assert await scraped.exposition.text_beside_the_loop() == scraped.exposition.text()


async def test_calls_come_in_between_two_sources_of_a_scrape() -> None:
    lags, loop = distribution_of("goldline_event_loop_lag_seconds"), asyncio.get_running_loop()

    def first() -> list[Reading]:
        loop.call_soon(lags.add, 0.5)
        return [Reading("goldline_event_loop_lag_seconds", lags)]

    def second() -> list[Reading]:
        return [Reading("goldline_ws_clients", sum(lags.counts))]

    text = await Exposition([first, second]).text_beside_the_loop()
    assert b"goldline_event_loop_lag_seconds_count 0.0" in text, "as it was when it was read"
    assert b"goldline_ws_clients 1.0" in text


def test_a_new_day_begins_at_nothing(scraped: Scraped) -> None:
    days = [scraped.figures, DayFigures()]
    exposition = Exposition([CallReadings(lambda: days[0])])
    assert total(samples(exposition), "goldline_calls_answered_total") > 0
    days.pop(0)
    assert total(samples(exposition), "goldline_calls_answered_total") == 0


# --- the catalogue ------------------------------------------------------------------------------------


def one_of_each() -> Iterator[Reading]:
    """Yield a reading of every metric there is."""
    for metric in METRICS.values():
        yield Reading(metric.name, _value(metric), tuple(f"some {label}" for label in metric.labels))


def _value(metric: Metric) -> float | Distribution | Total:
    match metric.kind:
        case Kind.HISTOGRAM:
            return Distribution(metric.bounds)
        case Kind.SUMMARY:
            return Total(1, 1.5)
        case _:
            return 1.0


def test_promtool_has_nothing_against_any_metric() -> None:
    if missing := why_no_promtool():
        pytest.skip(missing)
    assert complaints_about_metrics(Exposition([one_of_each]).text()) == ""


def test_promtool_would_complain() -> None:
    if missing := why_no_promtool():
        pytest.skip(missing)
    assert "counter metrics should have" in complaints_about_metrics(
        b"# HELP a Of calls.\n# TYPE a counter\na 1\n"
    )


def test_a_reading_of_nothing_in_the_catalogue_is_a_bug() -> None:
    with pytest.raises(AssertionError, match="goldline_unheard_of"):
        Exposition([lambda: [Reading("goldline_unheard_of", 1)]]).text()


def test_labels_are_few_and_name_nobody() -> None:
    labels = {label for metric in METRICS.values() for label in metric.labels}
    assert labels == {
        *("queue", "tier", "campaign", "result", "reason"),
        *("short", "state", "event", "version"),
        "agent",
    }
    assert [metric.name for metric in METRICS.values() if "agent" in metric.labels] == [
        "goldline_agent_state"
    ]
