"""Training: what is learned beats the last served, is written as rules, and is what the engine goes by."""

from __future__ import annotations

import asyncio
import csv
import gzip
import heapq
from collections.abc import Iterable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.kernel.clock import microseconds
from core.kernel.errors import ConfigError
from core.kernel.rng import Streams
from core.model.events import ContactConnected, ContactQueued
from core.model.ids import ContactId, QueueName
from core.model.message import DomainEvent
from crm.database import Database, DatabaseSettings
from crm.ledger import LedgerSettings, SqlLedger
from crm.schema import upgrade
from goldline.cli import app
from goldline.config import load_config
from goldline.config_estimate import EstimateSection, trained_waits
from goldline.estimate.call_events import events_of
from goldline.estimate.calls import read_calls
from goldline.estimate.errors import Errors, Squares
from goldline.estimate.recorded import read_recorded
from goldline.estimate.samples import Sample, Sampler
from goldline.estimate.training import Choices, train
from goldline.harness import SimulatedDay, open_scenario
from routing.outlook import FEATURES, Outlook
from routing.regression import Moment
from simulator.scenario import load_scenario
from tests.services.clocks import Wristwatch
from tests.unit.simulator.bank_file import hung_up, month_file, served

ROOT = Path(__file__).parents[3]
SMALL = ROOT / "examples" / "scenarios" / "small.toml"
AGENTS, CALLS = 5, 4_000
CENTRE = '[queues.service]\n[ivr]\nflows = ["menu.toml"]\ndefault = "menu"\n'


@pytest.fixture(scope="module")
def calls_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the calls of a pool at load 0.95: exponential talks of 100 s, first come first served."""
    draw = Streams(7).stream("calls").expovariate
    path = tmp_path_factory.mktemp("calls") / "calls.csv"
    free = [(0.0, f"agent-{number}") for number in range(AGENTS)]
    now_s = 0.0
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["queue", "arrived", "outcome", "wait_s", "agent", "ended"])
        for _ in range(CALLS):
            now_s += draw(0.95 * AGENTS / 100)
            since_s, agent = heapq.heappop(free)
            begins_s = max(since_s, now_s)
            ends_s = begins_s + draw(1 / 100)
            heapq.heappush(free, (ends_s, agent))
            rows.writerow(["service", f"{now_s:.6f}", "served", begins_s - now_s, agent, ends_s + 1e-6])
        rows.writerow(["service", "soon", "served", 1, "agent-1", 2])
    return path


def test_what_is_learned_beats_the_last_served_on_calls_to_come(calls_csv: Path, tmp_path: Path) -> None:
    result = train([calls_csv], tmp_path / "waits.toml", Choices())
    arriving, waiting = (result["queues"]["service"][moment] for moment in ("arriving", "waiting"))
    assert arriving["gain"] > 0.15
    assert waiting["gain"] > 0.15
    assert arriving["judged_on"] > 300
    assert (result["refused_rows"], result["errors"][0]["column"]) == (1, "arrived")


def test_another_list_judges_what_the_whole_of_the_first_taught(calls_csv: Path, tmp_path: Path) -> None:
    header, *rows = calls_csv.read_text().splitlines(keepends=True)[:-1]
    first, second = tmp_path / "first.csv", tmp_path / "second.csv.gz"
    first.write_text(header + "".join(rows[:2_500]))
    second.write_bytes(gzip.compress((header + "".join(rows[2_500:])).encode()))
    result = train([first], tmp_path / "waits.toml", Choices(judge=[second]))
    arriving = result["all"]["arriving"]
    assert (result["trained_on"], result["judged_on"]) == (
        "2,500 calls of first.csv",
        "1,500 calls of second.csv.gz",
    )
    assert arriving["learned_from"] + arriving["judged_on"] < CALLS
    assert arriving["gain"] > 0.15
    # The length of the line is the whole truth of one pool with exponential talks.
    assert arriving["by_line_rmse_s"] < arriving["learned_rmse_s"] * 1.1 < arriving["last_served_rmse_s"]


def test_gain_is_as_sure_as_days_agree() -> None:
    errors = Errors()
    for day, learned_s2 in enumerate((60.0, 64.0, 68.0)):
        errors.add((0, day), Squares(waits=1, last_served_s2=100.0, learned_s2=learned_s2))
    gain = errors.gain()
    assert gain is not None
    assert gain.mean == pytest.approx(0.2)
    assert gain.low < 0.2 < gain.high < 0.27
    errors.days.pop((0, 2))
    errors.days.pop((0, 1))
    assert errors.figures()["gain_low"] is None


def test_months_of_the_bank_are_known_by_their_columns(tmp_path: Path) -> None:
    waiting = [served(30_000 + 20 * number, "A01", waited_s=15, priority=2) for number in range(3)]
    found = read_recorded([month_file(tmp_path, [*waiting, hung_up(30_030, 25, type="NW")])])
    assert [(call.queue, call.served) for call in found.calls] == [
        ("PS", True),
        ("PS", True),
        ("NW", False),
        ("PS", True),
    ]
    first = found.calls[0]
    assert first.ended_us - first.arrived_us == microseconds(15 + 120)


def test_sources_that_do_not_go_together_are_refused(calls_csv: Path, tmp_path: Path) -> None:
    out = tmp_path / "waits.toml"
    for sources, choices in (
        ([calls_csv, SMALL], Choices()),
        ([SMALL, SMALL], Choices()),
        ([SMALL], Choices(judge=[calls_csv])),
    ):
        with pytest.raises(ConfigError):
            train(sources, out, choices)
    assert not out.exists()


@pytest.mark.slow
def test_ledger_teaches_as_well(calls_csv: Path, tmp_path: Path) -> None:
    file = tmp_path / "ledger.sqlite3"
    asyncio.run(keep(events_of(read_calls(calls_csv).calls), file))
    config = tmp_path / "goldline.toml"
    config.write_text(f'schema = 1\ncrm.url = "sqlite:///{file}"\n{CENTRE}')
    result = train([], tmp_path / "waits.toml", Choices(config=config, zone="UTC"))
    assert result["queues"]["service"]["arriving"]["gain"] > 0.15


async def keep(events: Iterable[DomainEvent], file: Path) -> None:
    """Write the events into a new ledger."""
    database = Database(DatabaseSettings(url=f"sqlite:///{file}"))
    await upgrade(database)
    spool = file.with_suffix(".spool")
    ledger = await SqlLedger.open(database, Wristwatch(), LedgerSettings(spool_path=spool))
    for event in events:
        ledger.append(event)
    await ledger.settled()
    await ledger.close()
    await database.close()


def test_file_is_included_as_rules_and_says_the_same(calls_csv: Path, tmp_path: Path) -> None:
    train([calls_csv], tmp_path / "waits.toml", Choices(zone="Europe/Amsterdam"))
    config = tmp_path / "goldline.toml"
    config.write_text(f'schema = 1\ninclude = ["waits.toml"]\n{CENTRE}')
    section = load_config(config).estimate
    learned = trained_waits(section)
    assert learned.zone is not None
    assert learned.watched == ("service",)
    wait = learned.waits[QueueName("service"), Moment.ARRIVING]
    weights = section.queues["service"].arriving.weights
    assert wait.weights[FEATURES.index("ahead")] == weights["ahead"]
    assert len(wait.weights) == len(FEATURES) + 1


@pytest.mark.parametrize(
    ("queue", "feature", "wrong"), [("service", "moon", r"moon.*train anew"), ("other", "ahead", "other")]
)
def test_coefficients_of_what_is_not_there_are_refused(
    tmp_path: Path, queue: str, feature: str, wrong: str
) -> None:
    config = tmp_path / "goldline.toml"
    config.write_text(
        f"schema = 1\n{CENTRE}"
        f"[estimate.queues.{queue}]\n"
        f"arriving = {{ intercept = 1, samples = 9, weights = {{ {feature} = 3 }} }}\n"
        "waiting = { intercept = 1, samples = 9, weights = { ahead = 3 } }\n"
    )
    with pytest.raises(ConfigError, match=wrong):
        load_config(config)


def told_and_trained(learned: EstimateSection, seed: int) -> list[tuple[int, int]]:
    """Return what the engine expected of each contact, and what the trained function says of its sample.

    Only of contacts queued when enough of their queue had been answered: before, the engine goes by the last.
    """
    scenario = load_scenario(SMALL)
    config = open_scenario(scenario).model_copy(update={"estimate": learned})
    trained = trained_waits(learned)
    outlook = Outlook(trained.watched)
    samples: list[Sample] = []
    sampler = Sampler(outlook, samples.append)
    known: set[ContactId] = set()
    pairs: list[tuple[int, int]] = []

    def compare(event: DomainEvent) -> None:
        del samples[:]
        sampler.add(event)
        if isinstance(event, ContactQueued) and outlook.knows(event.queue):
            known.add(event.contact_id)
        if (
            isinstance(event, ContactConnected)
            and event.contact_id in known
            and event.estimated_us is not None
        ):
            wait = trained.waits[event.queue, Moment.ARRIVING]
            arriving = (sample for sample in samples if sample.moment is Moment.ARRIVING)
            pairs.extend((event.estimated_us, wait.at_us(sample.features)) for sample in arriving)

    SimulatedDay(scenario, config, seed, watchers=[compare], checked=False).run()
    return pairs


def test_engine_sees_what_it_was_trained_on() -> None:
    """The fold in the engine and the one that trains must not drift apart, or the weights mean nothing."""
    weights = {name: 0.5 + place / 8 for place, name in enumerate(FEATURES)}
    both = {"intercept": 3.0, "samples": 1, "weights": weights, "lines": {"loans": 2.0, "service": 1.5}}
    learned = EstimateSection.model_validate(
        {"queues": {queue: {"arriving": both, "waiting": both} for queue in ("service", "loans")}}
    )
    pairs = [pair for seed in (1, 2, 3) for pair in told_and_trained(learned, seed)]
    assert len(pairs) > 20
    assert all(expected == trained for expected, trained in pairs)


def test_too_few_calls_teach_nothing(calls_csv: Path, tmp_path: Path) -> None:
    few = tmp_path / "few.csv"
    few.write_text("".join(calls_csv.read_text().splitlines(keepends=True)[:200]))
    with pytest.raises(ConfigError, match="too few"):
        train([few], tmp_path / "waits.toml", Choices())


def test_command_prints_what_was_learned_and_which_rows_were_not_used(
    calls_csv: Path, tmp_path: Path
) -> None:
    out = tmp_path / "waits.toml"
    done = CliRunner().invoke(app, ["estimate", "train", str(calls_csv), "--out", str(out)])
    assert done.exit_code == 0
    assert "less by" in done.output
    assert f"line {CALLS + 2}, arrived 'soon'" in done.output
    assert out.read_text().startswith("# Estimated waits")
