"""A quarter of an hour of a campaign in each mode on the simulated PBX, over the wire and through faults."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from core.model.attempt import AttemptState
from core.model.attempt_events import AttemptDialed, AttemptEnded, PreviewSkipped
from core.model.events import AgentReserved
from core.model.message import DomainEvent
from goldline.harness import SimulatedDay, head_of_day, open_scenario
from goldline.journal_file import FileJournal
from goldline.replay import replay_journal
from simulator.scenario import load_scenario
from tests.unit.goldline.test_campaign_day import DAY, RULES, SORRY

RUNG = DAY.replace("standing = true\n", "").replace("duration_s = 1500", "duration_s = 900")
WIRE = "[telephony]\nwire = true\n"
LOOKING = """\
looks = { kind = "lognormal", mean_s = 8, deviation_s = 8 }
skips = 0.2
misses = 0.05
"""
FAULTS = "".join(
    f'[[random_faults]]\nkind = "{kind}"\nshare = {share}\n'
    for kind, share in (("event_lost", 0.01), ("event_doubled", 0.05), ("action_lost", 0.02))
)


def day_of(folder: Path, how: str, day: str = RUNG, seed: int = 7) -> tuple[SimulatedDay, list[DomainEvent]]:
    """Return a day of a campaign that paces as `how` says, not yet begun, and what its ledger will hold."""
    (folder / "sorry.toml").write_text(SORRY)
    (folder / "goldline.toml").write_text(RULES.replace("starts = true\n", f"starts = true\n{how}\n"))
    (folder / "day.toml").write_text(day)
    scenario, ledger = load_scenario(folder / "day.toml"), list[DomainEvent]()
    return SimulatedDay(scenario, open_scenario(scenario), seed, watchers=[ledger.append]), ledger


def ended(ledger: list[DomainEvent]) -> list[AttemptEnded]:
    """Return how the attempts ended; each that was dialed did, once."""
    over = [event for event in ledger if isinstance(event, AttemptEnded)]
    dialed = Counter(event.attempt_id for event in ledger if isinstance(event, AttemptDialed))
    assert Counter(event.record.attempt_id for event in over) == dialed
    assert max(dialed.values()) == 1
    return over


PREVIEW = 'mode = "preview"\n[campaigns.winter.agents]\npreview_s = 20'
FIRST = 'mode = "progressive"\n[campaigns.winter.agents]\nfirst = true'


@pytest.mark.parametrize("wire", ["", WIRE], ids=["in memory", "over the wire"])
@pytest.mark.parametrize("how", [PREVIEW, FIRST], ids=["preview", "rung first"])
def test_where_agents_come_first_nobody_is_abandoned(how: str, wire: str, tmp_path: Path) -> None:
    day, ledger = day_of(tmp_path, how, RUNG + wire)
    day.run()
    attempts = ended(ledger)
    outcomes = Counter(event.outcome for event in attempts)
    assert outcomes[AttemptState.CONNECTED] > 50
    assert outcomes[AttemptState.DROPPED] == 0
    assert all(event.record.agent_was_sure for event in attempts)


def test_previews_are_passed_over_and_run_out(tmp_path: Path) -> None:
    day, ledger = day_of(tmp_path, PREVIEW, RUNG.replace("[workforce]\n", f"[workforce]\n{LOOKING}"))
    day.run()
    reasons = Counter(event.reason for event in ledger if isinstance(event, PreviewSkipped))
    assert reasons["not_now"] > 10
    assert reasons["time_over"] > 0
    assert len(ended(ledger)) > 50


@pytest.mark.parametrize("how", [PREVIEW, FIRST], ids=["preview", "rung first"])
@pytest.mark.parametrize("seed", range(3))
def test_agents_first_through_every_fault(how: str, seed: int, tmp_path: Path) -> None:
    day, ledger = day_of(tmp_path, how, RUNG + FAULTS, seed)
    day.run()  # whatever breaks an invariant on the way raises
    assert len(ended(ledger)) > 50


@pytest.mark.parametrize("weight", [1, 3])
def test_agents_of_two_campaigns_are_shared_by_weight(weight: int, tmp_path: Path) -> None:
    fair = '[queues.fair]\nrequirements = { sales = 1 }\n[campaigns.spring]\nqueue = "fair"\n'
    spring = PREVIEW.replace("winter", "spring")
    rules = f'weight = {weight}\nlaws = ["house"]\nsafe_harbour = "sorry"\nstarts = true\n{spring}'
    leads = '[[leads]]\ncampaign = "spring"\ncount = 600\nzones = ["UTC"]\nreach = [0.5]\n'
    day, ledger = day_of(tmp_path, f"{PREVIEW}\n{fair}{rules}", RUNG + leads)
    day.run()
    dialed = Counter(event.campaign for event in ended(ledger))
    assert dialed["spring"] / dialed["winter"] == pytest.approx(weight, rel=0.2)


def test_power_has_more_lines_than_idle_agents(tmp_path: Path) -> None:
    day, ledger = day_of(tmp_path, 'mode = "power"\nlines_per_agent = 2', DAY)
    day.run()
    first = [event.at_us for event in ledger if isinstance(event, AttemptDialed)]
    assert sum(at_us <= first[0] + 5_000_000 for at_us in first) > 8
    assert len(ended(ledger)) > 100


def test_without_agents_everybody_who_answers_hears_the_flow(tmp_path: Path) -> None:
    day, ledger = day_of(tmp_path, 'mode = "agentless"\nflow = "sorry"\nlines_max = 20')
    day.run()
    attempts = ended(ledger)
    heard = [event for event in attempts if event.outcome is AttemptState.CONNECTED]
    assert len(heard) > 100
    assert all(event.record.message_us is not None for event in heard)
    assert not any(isinstance(event, AgentReserved) for event in ledger)


def test_previews_replay_byte_for_byte(tmp_path: Path) -> None:
    day_of(tmp_path, PREVIEW)
    scenario, path = load_scenario(tmp_path / "day.toml"), tmp_path / "day.journal"
    config = open_scenario(scenario)
    journal = FileJournal(path, head_of_day(scenario, config, 7))
    SimulatedDay(scenario, config, 7, journal=journal).run()
    journal.close()
    assert replay_journal(path)["first_difference"] is None
