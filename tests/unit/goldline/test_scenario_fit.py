"""A scenario that names what the engine's configuration does not have is told so before its day begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.kernel.errors import ConfigError
from goldline.harness import open_scenario
from goldline.rules_check import RulesRefused
from simulator.scenario import load_scenario

CENTRE = """
schema = 1
[tiers.gold]
[tiers.standard]
[queues.cards]
requirements = { cards = 1 }
[queues.loans]
requirements = { loans = 3 }
[ivr]
flows = ["menu.toml"]
default = "menu"
"""
MENU = """
schema = 1
name = "menu"
start = "by_number"
[nodes.by_number]
kind = "branch"
on = "dialed_number"
cases = { 5552000 = "loans" }
otherwise = "cards"
[nodes.cards]
kind = "queue"
queue = "cards"
[nodes.loans]
kind = "queue"
queue = "loans"
skills = { english = 1 }
"""
SOUND = """
schema = 1
engine_config = "centre.toml"
duration_s = 7200
[[arrivals]]
kind = "poisson"
dialed_number = "5551000"
per_hour = 60
[[customers]]
weight = 1
tier = "gold"
[[service]]
queue = "cards"
tier = "standard"
talk = { kind = "exponential", mean_s = 120 }
wrap_up = { kind = "constant", value_s = 0 }
[[agents]]
id = "ann"
extension = "PJSIP/1001"
skills = { cards = 3 }
breaks = [{ at_s = 3600, for_s = 600, reason = "lunch" }]
[[teams]]
name = "evening"
counts = [2]
"""


def opened(folder: Path, mistaken: str, instead: str) -> None:
    """Open the sound scenario with one text replaced by another."""
    texts = {"day.toml": SOUND, "centre.toml": CENTRE, "menu.toml": MENU}
    assert sum(text.count(mistaken) for text in texts.values()) == 1, mistaken
    for name, text in texts.items():
        (folder / name).write_text(text.replace(mistaken, instead))
    open_scenario(load_scenario(folder / "day.toml"))


def test_sound_scenario_fits(tmp_path: Path) -> None:
    opened(tmp_path, "duration_s = 7200", "duration_s = 5400")


@pytest.mark.parametrize(
    ("mistaken", "instead", "line"),
    [
        ('"centre.toml"', '"center.toml"', "engine_config: found 'center.toml'; a file beside the scenario"),
        (
            '[[arrivals]]\nkind = "poisson"\ndialed_number = "5551000"\nper_hour = 60',
            "arrivals = []",
            "arrivals: found nothing; at least 1, or leads: a day without calls shows nothing",
        ),
        (
            'queue = "cards"\ntier',
            'queue = "card"\ntier',
            "service 1, queue: found 'card'; one of cards, loans",
        ),
        ('tier = "standard"', 'tier = "silver"', "service 1, tier: found 'silver'; one of gold, standard"),
        ('tier = "gold"', 'tier = "Gold"', "customers 1, tier: found 'Gold'; one of gold, standard"),
        (
            '"lunch"',
            '"siesta"',
            "agents 1, breaks 1, reason: found 'siesta'; one of break, lunch, training, admin",
        ),
        (
            "skills = { cards = 3 }",
            "skills = { cards = 3, card = 2 }",
            "agents 1, skills.card: found 2; no queue asks for it; did you mean cards?",
        ),
        (
            "counts = [2]",
            "counts = [2]\nskills = { swahili = 2 }",
            "teams 1, skills.swahili: found 2; no queue asks for it",
        ),
        (
            'dialed_number = "5551000"',
            'dialed_number = "5552000"',
            "arrivals 1, dialed_number: found '5552000'; "
            "nobody can serve its queue loans: give somebody the skills english 1, loans 3",
        ),
    ],
)
def test_what_does_not_fit_is_told_in_one_line(
    tmp_path: Path, mistaken: str, instead: str, line: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        opened(tmp_path, mistaken, instead)
    assert str(refused.value) == f"{tmp_path / 'day.toml'}: {line}"


def test_agents_enter_what_a_queue_requires(tmp_path: Path) -> None:
    owed = "requirements = { cards = 1 }\ndisposition_required = true\n[dispositions.solved]"
    with pytest.raises(
        ConfigError, match=r"service 1, disposition: found ''; one of solved: the queue cards"
    ):
        opened(tmp_path, "requirements = { cards = 1 }", owed)


def test_queue_that_calls_overflow_to_is_served_by_somebody(tmp_path: Path) -> None:
    requirement = "requirements = { cards = 1 }"
    overflow = '\n[[queues.cards.steps]]\nafter_s = 60\nto = { queue = "loans" }'
    with pytest.raises(RulesRefused) as refused:
        opened(tmp_path, requirement, requirement + overflow)
    (finding,) = refused.value.findings
    assert str(finding).startswith("error: queues.loans.requirements.loans: no agent has the skill loans")
