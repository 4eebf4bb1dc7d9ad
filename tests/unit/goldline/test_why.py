"""`goldline why`: the same answer from the ledger, from a journal and from the demonstration's day."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from core.model.agent import AgentProfile
from core.model.events import DecisionMade
from core.model.ids import AgentId
from crm.memory import MemoryLedger
from goldline.cli import main
from goldline.demo.day import DEMO_SCENARIO
from goldline.simulate import Choices, simulate
from goldline.why import answer, demo_day, lines
from routing.recorded import recorded_course

SEED = 7
LINES_MAX = 10
"""What a person reads at a glance."""


Recorded = tuple[MemoryLedger, Mapping[AgentId, AgentProfile]]


@pytest.fixture(scope="module")
def demo() -> Recorded:
    """The demonstration's day, as its ledger has it, and its agents."""
    return demo_day(SEED)


@pytest.fixture(scope="module")
def decided(demo: Recorded) -> list[DecisionMade]:
    """Every decision of that day."""
    return [event for event in demo[0].events if isinstance(event, DecisionMade)]


def test_every_contact_of_the_demo_is_explained_in_ten_lines(
    demo: Recorded, decided: list[DecisionMade]
) -> None:
    assert len(decided) > 1_000
    for decision in decided[::20]:
        told = lines(asyncio.run(recorded_course(decision.contact_id, *demo)), whole=False)
        assert len(told) <= LINES_MAX
        assert told[0].startswith(f"{decision.contact_id}: ")
        assert all(line.isprintable() for line in told)


def test_terms_add_up_to_the_score_and_the_winner_is_never_behind(decided: list[DecisionMade]) -> None:
    for decision in decided:
        runner_up = decision.runner_up
        assert sum(term.us for term in decision.winner.terms) == decision.winner.score_us
        assert runner_up is None or decision.winner.score_us >= runner_up.score_us


def test_journal_tells_what_the_day_told(demo: Recorded, decided: list[DecisionMade], tmp_path: Path) -> None:
    """A replay makes the same decisions, so its answer is the same, word for word."""
    journal = tmp_path / "day.journal"
    simulate(DEMO_SCENARIO, Choices(seed=SEED, journal=journal), progress=False)
    contact = decided[len(decided) // 2].contact_id
    replayed = asyncio.run(answer(contact, config=Path("none"), journal=journal, demo_seed=None))
    assert replayed == asyncio.run(recorded_course(contact, *demo))


def test_course_tells_every_event_in_order(demo: Recorded, decided: list[DecisionMade]) -> None:
    told = lines(asyncio.run(recorded_course(decided[0].contact_id, *demo)), whole=True)
    names = [line.split()[2] for line in told]
    assert names[0] == "ContactArrived"
    assert names.index("DecisionMade") < names.index("OfferMade")
    assert told == sorted(told, key=lambda line: line[:23])


def test_json_holds_terms_and_course(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, decided: list[DecisionMade]
) -> None:
    assert run(monkeypatch, "why", decided[0].contact_id, "--demo", "--seed", str(SEED), "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["decisions"][0]["decision"]["winner"]["agent_id"] == decided[0].winner.agent_id
    assert found["course"][0]["contact_id"] == decided[0].contact_id


def test_contact_that_nobody_knows_is_refused_by_name(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(monkeypatch, "why", "C-9-000001", "--demo") == 2
    assert "nothing is recorded of a contact C-9-000001" in capsys.readouterr().err


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    """Run the command line and return its exit status."""
    monkeypatch.setattr(sys, "argv", ["goldline", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code
