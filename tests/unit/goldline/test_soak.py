"""Thousands of short days full of faults break no promise; an engine with a bug in it is found out."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.calls import CallBook
from core.drift import Drift
from core.kernel.clock import SECOND_US
from core.kernel.errors import InvariantBroken
from goldline.cli import app
from goldline.harness import SimulatedDay, open_scenario
from goldline.soak import soak
from routing.conversation import Conversations
from routing.offer_desk import OfferDesk
from routing.router import Router
from simulator.faults import FaultKind, Slip
from simulator.scenario import Scenario, load_scenario

FOLDER = Path(__file__).parents[3] / "examples" / "soak"
DIRECT, WIRE = FOLDER / "soak.toml", FOLDER / "soak-wire.toml"
FIRST = 1
DIRECT_RUNS, WIRE_RUNS = 1_600, 400
"""The fixed set: together the 2,000 runs of acceptance 7; `make soak` sweeps ever new seeds."""
SOON = 60
"""Among so many runs of the fixed set each of the bugs below shows itself."""


def deaf(self: object, event: object) -> None:
    """Handle nothing: the bug planted in place of a handler."""


@pytest.mark.slow
@pytest.mark.timeout(900)  # half a minute on two cores, and many times that where they are shared
@pytest.mark.parametrize(("file", "runs"), [(DIRECT, DIRECT_RUNS), (WIRE, WIRE_RUNS)], ids=["direct", "wire"])
def test_fixed_set_of_faulty_runs_breaks_no_promise(file: Path, runs: int) -> None:
    failures = [failure for block in soak([file], FIRST, runs) for failure in block]
    assert failures == []


@pytest.mark.slow
@pytest.mark.parametrize(("file", "runs"), [(DIRECT, 100), (WIRE, 40)], ids=["direct", "wire"])
def test_state_agrees_within_five_seconds_where_one_event_in_a_hundred_is_lost(file: Path, runs: int) -> None:
    lost = Slip(kind=FaultKind.EVENT_LOST, share=0.01)
    scenario = replace(load_scenario(file), random_faults=(lost,))
    days = [run(scenario, seed) for seed in range(runs)]
    agreements = [day.checkers.agreement for day in days if day.checkers]
    longest_us = max(agreement.longest_us for agreement in agreements if agreement)
    assert sum(day.plan.struck[FaultKind.EVENT_LOST] for day in days) > runs
    assert SECOND_US < longest_us <= 5 * SECOND_US


@pytest.mark.slow
def test_every_kind_of_fault_strikes() -> None:
    """The proof above is worth what befalls its runs."""
    scenario = load_scenario(WIRE)
    struck = {kind for seed in range(FIRST, FIRST + SOON) for kind in run(scenario, seed).plan.struck}
    assert struck == set(FaultKind)


def run(scenario: Scenario, seed: int) -> SimulatedDay:
    """Return the day of the seed when it is over."""
    day = SimulatedDay(scenario, open_scenario(scenario), seed)
    day.run()
    return day


@pytest.mark.parametrize(
    ("feature", "handler"),
    [
        (Conversations, "_leg_ended"),
        (CallBook, "_join"),
        (OfferDesk, "_leg_failed"),
        (OfferDesk, "_joined"),
        (Router, "_caller_gone"),
    ],
    ids=lambda each: each if isinstance(each, str) else each.__name__,
)
def test_engine_that_is_deaf_to_one_kind_of_event_is_found_out(
    monkeypatch: pytest.MonkeyPatch, feature: type, handler: str
) -> None:
    monkeypatch.setattr(feature, handler, deaf)
    assert first_failure(DIRECT) != ""


@pytest.mark.parametrize("file", [DIRECT, WIRE], ids=["direct", "wire"])
def test_port_that_never_makes_up_for_lost_events_is_found_out(
    monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    monkeypatch.setattr(Drift, "look", lambda self, told, seen: {})
    assert re.search(r"for \d+ s$", first_failure(file).splitlines()[0])


def test_failure_tells_all_that_it_takes_to_see_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Conversations, "_leg_ended", deaf)
    failure = first_failure(DIRECT)
    seed = re.search(r"seed (\d+); the last events", failure)
    assert seed is not None
    assert re.search(r"^faults: .*\(\d+ times\)", failure, re.MULTILINE)
    told = [line for line in failure.splitlines() if re.match(r" +\d+\.\d{6} ", line)]
    assert 1 < len(told) <= 30
    command = failure.splitlines()[-1].removeprefix("replay: goldline ")
    assert command == f"simulate {DIRECT} --seed {seed[1]}"
    again = CliRunner().invoke(app, command.split())
    assert isinstance(again.exception, InvariantBroken)
    assert str(again.exception) == failure


def first_failure(file: Path) -> str:
    """Return the first failure of the fixed set, in this process; empty where there is none soon."""
    blocks = soak([file], FIRST, SOON, cores=1)
    return next((failure for block in blocks for failure in block), "")
