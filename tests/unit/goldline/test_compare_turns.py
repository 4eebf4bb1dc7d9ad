"""Policies by turns: a difference that is there is found, and none is found where there is none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.kernel.clock import SECOND_US
from core.kernel.errors import ConfigError
from core.kernel.rng import Streams
from core.model.contact import ContactState
from core.model.events import ContactArrived, ContactConnected, ContactQueued, InteractionRecorded
from core.model.ids import AgentId, ContactId, LegId, OfferId, QueueName
from core.model.message import DomainEvent
from goldline.cli import app
from goldline.compare import Choices, Compared, compare_turns, group_figures
from metrics.frame import Frame
from metrics.turns import TurnFigures
from metrics.valuation import Valuation

BLOCK_US, BORDER_US = 600 * SECOND_US, 60 * SECOND_US
PAIRS = 60
FRAME = Frame(duration_s=PAIRS * 1_200.0, interval_s=1_200.0)

# --- the fold ----------------------------------------------------------------------------------------


def call(name: str, at_us: int, waited_us: int, policy: str, tier: str = "gold") -> Iterator[DomainEvent]:
    """Yield the course of one answered call."""
    contact_id, queue = ContactId(name), QueueName("cards")
    yield ContactArrived(
        at_us=at_us, contact_id=contact_id, leg_id=LegId(name), caller_number="", dialed_number=""
    )
    yield ContactQueued(
        at_us=at_us, contact_id=contact_id, queue=queue, tier=tier, key_us=at_us, position=1, policy=policy
    )
    yield ContactConnected(
        at_us=at_us + waited_us,
        contact_id=contact_id,
        queue=queue,
        tier=tier,
        agent_id=AgentId("ann"),
        offer_id=OfferId(name),
        waited_us=waited_us,
        level=1,
    )
    yield InteractionRecorded(
        at_us=at_us + waited_us,
        contact_id=contact_id,
        customer_id="",
        caller_number="",
        queue=queue,
        tier=tier,
        outcome=ContactState.CLOSED,
        agent_id="ann",
        disposition="",
        ended_by="agent",
        arrived_us=at_us,
        ivr_us=0,
        queue_us=waited_us,
        talk_us=0,
        wrap_up_us=0,
        offers=1,
    )


def figures() -> TurnFigures:
    return TurnFigures(
        "cards", ("on", "off"), block_us=BLOCK_US, warm_up_us=BORDER_US, frame=FRAME, valuation=Valuation()
    )


def test_contact_counts_for_its_policy_and_its_pair_and_not_beside_a_change() -> None:
    fold = figures()
    instants_s = {"border": 30, "first": 300, "second": 700, "next pair": 1_300, "too late": PAIRS * 1_200}
    for name, at_s in instants_s.items():
        for event in call(name, at_s * SECOND_US, 40 * SECOND_US, "off" if name == "second" else "on"):
            fold.add(event)
    for event in call("other policy", 300 * SECOND_US, 0, "none of them"):
        fold.add(event)
    on, off = fold.pairs("gold")
    assert [one.answered for one in on[:3]] == [1, 1, 0]
    assert [one.answered for one in off[:3]] == [1, 0, 0]
    assert (fold.left_out, fold.tiers) == (1, ["gold"])


def difference_of(seed: int, off_factor: float) -> tuple[float, float]:
    """Return the difference of mean waits and half its interval, of sixty pairs in a day of changing load."""
    stream = Streams(seed).stream("day")
    fold = figures()
    for block in range(2 * PAIRS):
        if block % 2 == 0:
            load = 60 * stream.lognormvariate(0, 0.6)
        policy = ("on", "off")[(block + block // 2) % 2]
        mean_s = load * stream.lognormvariate(0, 0.3) * (off_factor if policy == "off" else 1)
        for number in range(stream.randrange(4, 16)):
            at_us = block * BLOCK_US + BORDER_US + number
            waited_us = round(stream.expovariate(1 / mean_s) * SECOND_US)
            for event in call(f"{block}-{number}", at_us, waited_us, policy):
                fold.add(event)
    found = group_figures([Compared(pairs={None: fold.pairs()}, left_out=0)], None, FRAME)
    difference = found["mean_wait_s"]["difference"]
    return difference["mean"], difference["half_width"]


@pytest.mark.slow
def test_equal_policies_are_called_different_as_often_as_stated() -> None:
    found = [difference_of(seed, off_factor=1) for seed in range(120)]
    alarms = sum(abs(mean) > half_width for mean, half_width in found)
    # Of 120 with a chance of 1 in 20 each: fewer than 1 or more than 14 happen once in five hundred times.
    assert 1 <= alarms <= 14


def test_policy_that_takes_a_third_off_the_waits_is_found() -> None:
    for seed in range(5):
        mean, half_width = difference_of(seed, off_factor=0.67)
        assert mean < -half_width


# --- through the engine ----------------------------------------------------------------------------------

CENTRE = """
schema = 1
[tiers.gold]
[tiers.standard]
[queues.cards]
announce_first_s = 0
wrap_up_limit_s = 0
[queues.cards.compare]
policies = ["first_come", "gold_first"]
block_s = 600
warm_up_s = 120
[policies.first_come]
[policies.gold_first.tiers.gold]
head_start_s = {head_start_s}
[ivr]
flows = ["menu.toml"]
default = "menu"
"""
MENU = """
schema = 1
name = "menu"
start = "who"
nodes.who = { kind = "lookup", next = "line" }
nodes.line = { kind = "queue", queue = "cards" }
"""
SCENARIO = """
schema = 1
engine_config = "centre.toml"
duration_s = 14_400
warm_up_s = 1_200
telephony = { command_s = 0, bridge_s = 0, ring_s = 0 }
arrivals = [{ kind = "poisson", dialed_number = "8000", per_hour = 280 }]
customers = [{ tier = "gold", count = 500, weight = 1 }, { tier = "standard", count = 5_000, weight = 4 }]
callers = { patience = { kind = "exponential", mean_s = 240 } }
teams = [{ name = "agent", counts = [7] }]
[[service]]
talk = { kind = "exponential", mean_s = 90 }
wrap_up = { kind = "constant", value_s = 0 }
"""


def centre(folder: Path, head_start_s: int) -> Path:
    """Write a centre whose second policy gives gold so much of a head start; return its scenario."""
    (folder / "centre.toml").write_text(CENTRE.replace("{head_start_s}", str(head_start_s)))
    (folder / "menu.toml").write_text(MENU)
    (folder / "scenario.toml").write_text(SCENARIO)
    return folder / "scenario.toml"


def compared(scenario: Path) -> dict[str, tuple[float, float]]:
    """Return the difference of mean waits and half its interval, by tier."""
    choices = Choices(queue="cards", replications=2, seed=1, cores=1)
    tiers = compare_turns(scenario, choices)["tiers"]
    found = {tier: figures["mean_wait_s"]["difference"] for tier, figures in tiers.items()}
    return {tier: (difference["mean"], difference["half_width"]) for tier, difference in found.items()}


@pytest.mark.slow
def test_head_start_shows_in_the_waits_of_those_who_have_it(tmp_path: Path) -> None:
    mean_s, half_width_s = compared(centre(tmp_path, head_start_s=600))["gold"]
    assert mean_s < -half_width_s


@pytest.mark.slow
def test_two_names_for_the_same_rules_make_no_difference(tmp_path: Path) -> None:
    for mean_s, half_width_s in compared(centre(tmp_path, head_start_s=0)).values():
        assert abs(mean_s) <= half_width_s


@pytest.mark.slow
def test_command_compares_a_scenario_and_the_journal_of_a_day_of_it(tmp_path: Path) -> None:
    scenario, journal = centre(tmp_path, head_start_s=600), tmp_path / "day.journal"
    run = CliRunner().invoke
    recorded = run(app, ["simulate", str(scenario), "--seed", "5", "--journal", str(journal), "--json"])
    assert recorded.exit_code == 0, recorded.output
    told = run(app, ["compare", str(journal), "--queue", "cards", "--json"])
    assert told.exit_code == 0, told.output
    result = json.loads(told.stdout)
    # The first twenty minutes are before the first whole pair; nobody asked for a warm-up of the journal.
    assert result["policies"] == ["first_come", "gold_first"]
    assert 10 <= result["total"]["pairs"] <= 12
    assert result["left_out"] > 0
    page = run(app, ["compare", str(scenario), "--queue", "cards", "--replications", "1", "--cores", "1"])
    assert page.exit_code == 0, page.output
    assert "gold_first beyond first_come" in " ".join(page.output.split())


@pytest.mark.parametrize(("queue", "wrong"), [("bills", "--queue"), ("cards", "compare")])
def test_queue_without_policies_by_turns_is_refused(tmp_path: Path, queue: str, wrong: str) -> None:
    scenario = centre(tmp_path, head_start_s=0)
    config = tmp_path / "centre.toml"
    before, _, after = config.read_text().partition("[queues.cards.compare]")
    config.write_text(before + after[after.index("[policies.first_come]") :])
    with pytest.raises(ConfigError, match=wrong):
        compare_turns(scenario, Choices(queue=queue, cores=1, replications=1))
