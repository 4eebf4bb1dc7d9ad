"""Every mistake in a scenario file is told in one line: the file, the key, what stood there, what may."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.kernel.errors import ConfigError
from simulator.scenario import load_scenario

SOUND = """
schema = 1
engine_config = "centre.toml"
duration_s = 7200
warm_up_s = 600

[day_factors]
busyness = { kind = "gamma", shape = 30 }

[[arrivals]]
kind = "intervals"
dialed_number = "5551000"
interval_s = 3600
counts = [90, 120]
factor = "busyness"
customers = "regulars"

[[arrivals]]
kind = "file"
dialed_number = "5552000"
path = "calls.csv"

[[customers]]
name = "regulars"
weight = 3
tier = "gold"
count = 50

[callers]
patience = { kind = "kaplan_meier", path = "waits.csv" }

[[service]]
queue = "loans"
talk = { kind = "lognormal", mean_s = 200, deviation_s = 180 }
wrap_up = { kind = "constant", value_s = 20 }
agent = "ann"

[[service]]
talk = { kind = "exponential", mean_s = 120 }
wrap_up = { kind = "uniform", low_s = 5, high_s = 15 }

[[agents]]
id = "ann"
extension = "PJSIP/1001"
skills = { loans = 5 }
from_s = 0
until_s = 7000
breaks = [{ at_s = 3600, for_s = 600 }]

[[agents]]
id = "bob"
extension = "PJSIP/1002"
skills = { cards = 3 }

[[teams]]
name = "evening"
skills = { cards = 1 }
interval_s = 1800
counts = [2, 3, 0, 1]

[[faults]]
extension = "PJSIP/1002"
reach = "busy"
from_s = 100
until_s = 200
"""
REGULARS = '[[customers]]\nname = "regulars"\nweight = 3\ntier = "gold"\ncount = 50\n'
TRACE = "at_s,customers,customer\n60,regulars,7\n90,,\n"
WAITS = "waited_s,abandoned\n12.5,1\n40,0\n"


def scenario_file(folder: Path, mistaken: str, instead: str) -> Path:
    """Write the sound scenario with one text replaced by another, and the files it names."""
    texts = {"day.toml": SOUND, "calls.csv": TRACE, "waits.csv": WAITS}
    assert sum(text.count(mistaken) for text in texts.values()) == 1, mistaken
    for name, text in texts.items():
        (folder / name).write_text(text.replace(mistaken, instead))
    return folder / "day.toml"


def told(act: Callable[[], object], folder: Path) -> str:
    """Return the one line that refuses, without the folder before the file's name."""
    with pytest.raises(ConfigError) as refused:
        act()
    return str(refused.value).replace(f"{folder}/", "")


def test_the_sound_scenario_is_sound(tmp_path: Path) -> None:
    scenario = load_scenario(scenario_file(tmp_path, "schema = 1", "schema = 1"))
    assert [len(scenario.arrivals), len(scenario.staff)] == [2, 5]


MISTAKES = [
    ("schema = 1", "schema == 1", "found Invalid value (at line 2, column 9); a TOML document"),
    ("schema = 1", "schema = 2", "schema: found 2; 1, the only schema there is"),
    ("schema = 1\n", "", "schema: found nothing; 1, the only schema there is"),
    (
        "duration_s = 7200",
        'duration_s = "7200"',
        "duration_s: found '7200'; a number above 0 and at most 1 000 000",
    ),
    ("duration_s = 7200", "duration_s = 0", "duration_s: found 0; a number above 0 and at most 1 000 000"),
    ("duration_s = 7200", "", "duration_s: found nothing; a number above 0 and at most 1 000 000"),
    ("warm_up_s = 600", "warm_up_s = -600", "warm_up_s: found -600; a number from 0 to 1 000 000"),
    ("warm_up_s = 600", "warm_up_s = 7200", "warm_up_s: found 7200; less than duration_s, 7 200"),
    ("warm_up_s = 600", "warmup_s = 600", "warmup_s: found an unknown key; did you mean warm_up_s?"),
    ("warm_up_s = 600", "lines = 0", "lines: found 0; a whole number from 1 to 100 000"),
    ("warm_up_s = 600", "seed = 1.5", "seed: found 1.5; a whole number from 0"),
    (
        "shape = 30",
        "shape = nan",
        "day_factors.busyness.shape: found nan; a number above 0 and at most 1 000 000",
    ),
    (
        'kind = "gamma"',
        'kind = "gama"',
        "day_factors.busyness.kind: found 'gama'; one of constant, empirical, gamma, lognormal",
    ),
    (
        'kind = "intervals"',
        'kind = "interval"',
        "arrivals 1, kind: found 'interval'; one of dialer, file, intervals, poisson, renewal",
    ),
    (
        'kind = "intervals"\n',
        "",
        "arrivals 1, kind: found nothing; one of dialer, file, intervals, poisson, renewal",
    ),
    (
        '"5551000"',
        '"555 1000"',
        "arrivals 1, dialed_number: found '555 1000'; a number to dial, such as 5551000",
    ),
    ('"5551000"', "5551000", "arrivals 1, dialed_number: found 5551000; a number to dial, such as 5551000"),
    (
        "interval_s = 3600",
        "interval_s = true",
        "arrivals 1, interval_s: found true; a number above 0 and at most 1 000 000",
    ),
    ("[90, 120]", "[90, -120]", "arrivals 1, counts 2: found -120; a number from 0 to 1 000 000"),
    ("[90, 120]", "[90]", "arrivals 1, counts: found 1 count; 2, one for each 3 600 s"),
    ("[90, 120]", "[90, 120, 150]", "arrivals 1, counts: found 3 counts; 2, one for each 3 600 s"),
    (
        "[90, 120]",
        '"90, 120"',
        "arrivals 1, counts: found '90, 120'; a list, each a number from 0 to 1 000 000",
    ),
    (
        'customers = "regulars"',
        'customers = "regular"',
        "arrivals 1, customers: found 'regular'; one of regulars",
    ),
    (
        'customers = "regulars"',
        "until_s = 0",
        "arrivals 1, until_s: found 0; a number above 0 and at most 1 000 000",
    ),
    (
        'customers = "regulars"',
        "from_s = 3000\nuntil_s = 2000",
        "arrivals 1, until_s: found 2000; more than from_s, 3 000",
    ),
    (
        'customers = "regulars"',
        "from_s = 7200",
        "arrivals 1, from_s: found 7200; less than duration_s, 7 200",
    ),
    ('factor = "busyness"', 'factor = "weather"', "arrivals 1, factor: found 'weather'; one of busyness"),
    (
        'path = "calls.csv"',
        'path = "call.csv"',
        "arrivals 2, path: found 'call.csv'; a file beside the scenario",
    ),
    ("weight = 3", "weight = 0", "customers 1, weight: found 0; a number above 0 and at most 1 000 000"),
    ("count = 50", "count = 2.5", "customers 1, count: found 2.5; a whole number from 1 to 100 000"),
    (
        'name = "regulars"\nweight = 3',
        'name = "regulars"\nweight = 3\n[[customers]]\nname = "regulars"\nweight = 1',
        "customers 2, name: found 'regulars'; a name of its own: customers 1 has this one",
    ),
    (REGULARS, "", "customers: found nothing; a list of at least 1, each a table"),
    ('"waits.csv"', '"wait.csv"', "callers.patience.path: found 'wait.csv'; a file beside the scenario"),
    ("mean_s = 200", "mean = 200", "service 1, talk.mean: found an unknown key; did you mean mean_s?"),
    (
        "mean_s = 120",
        "deviation_s = 20",
        "service 2, talk.deviation_s: found an unknown key; the keys here are kind, mean_s",
    ),
    ("low_s = 5", "low_s = 25", "service 2, wrap_up.high_s: found 15; at least low_s, 25"),
    (
        '{ kind = "exponential", mean_s = 120 }',
        "120",
        "service 2, talk: found 120; a table whose kind is one of balking, constant, either, empirical, "
        "exponential, gamma, kaplan_meier, lognormal, uniform",
    ),
    ('agent = "ann"', 'agent = "anna"', "service 1, agent: found 'anna'; an agent or a team"),
    ('agent = "ann"', "customer_ends = 1.2", "service 1, customer_ends: found 1.2; a number from 0 to 1"),
    (
        "PJSIP/1001",
        "1001",
        "agents 1, extension: found '1001'; a phone as Asterisk dials it, such as PJSIP/1001",
    ),
    (
        'extension = "PJSIP/1001"',
        'extension = "PJSIP/1002"',
        "agents 2, extension: found 'PJSIP/1002'; a name of its own: agents 1 has this one",
    ),
    ("loans = 5", "loans = 11", "agents 1, skills.loans: found 11; a whole number from 1 to 10"),
    ("loans = 5", "loans = 2.5", "agents 1, skills.loans: found 2.5; a whole number from 1 to 10"),
    ("from_s = 0", "from_s = 7000", "agents 1, until_s: found 7000; more than from_s, 7 000"),
    ("at_s = 3600", "at_s = 6500", "agents 1, breaks 1, at_s: found 6500; within the shift, from 0 to 7 000"),
    (
        "for_s = 600",
        "for_s = 0",
        "agents 1, breaks 1, for_s: found 0; a number above 0 and at most 1 000 000",
    ),
    ('id = "bob"', 'id = "ann"', "agents 2, id: found 'ann'; a name of its own: agents 1 has this one"),
    (
        'id = "bob"',
        'id = "evening-002"',
        "teams 1, name: found 'evening-002'; a name of its own: agents 2 has this one",
    ),
    (
        'id = "bob"',
        'id = "bob jones"',
        "agents 2, id: found 'bob jones'; a word of letters, digits, - and _, at most 64 long",
    ),
    ('name = "evening"', 'name = "evening"\npace = 20', "teams 1, pace: found 20; a number from 0.1 to 10"),
    ("[2, 3, 0, 1]", "[2, 3, 0, 1, 2]", "teams 1, counts: found 5 counts; at most 4, one for each 1 800 s"),
    ("[2, 3, 0, 1]", "[2, 3, -1]", "teams 1, counts 3: found -1; a whole number from 0 to 10 000"),
    ("[2, 3, 0, 1]", "[2, 3.5]", "teams 1, counts 2: found 3.5; a whole number from 0 to 10 000"),
    (
        "[2, 3, 0, 1]",
        "[]",
        "teams 1, counts: found an empty list; a list of at least 1, each a whole number from 0 to 10 000",
    ),
    (
        'extension = "PJSIP/1002"\nreach',
        'extension = "PJSIP/1003"\nreach',
        "faults 1, extension: found 'PJSIP/1003'; the phone of an agent",
    ),
    (
        'reach = "busy"',
        'reach = "bussy"',
        "faults 1, reach: found 'bussy'; one of answer, ignore, busy, reject, blocked, "
        "congested, not_found, dead, unregistered",
    ),
]


@pytest.mark.parametrize(("mistaken", "instead", "line"), MISTAKES)
def test_mistake_is_told_in_one_line(tmp_path: Path, mistaken: str, instead: str, line: str) -> None:
    path = scenario_file(tmp_path, mistaken, instead)
    assert told(lambda: load_scenario(path), tmp_path) == f"day.toml: {line}"


MISTAKES_IN_FILES = [
    ("at_s,", "at,", "calls.csv: line 1: found 'at,customers,customer'; a column named at_s"),
    ("60,regulars", "soon,regulars", "calls.csv: line 2: at_s: found 'soon'; seconds, such as 12.5"),
    ("60,regulars", "60,strangers", "calls.csv: line 2: customers: found 'strangers'; the name of a group"),
    ("regulars,7", "regulars,50", "calls.csv: line 2: customer: found 50; the group regulars has 0 to 49"),
    (
        "waited_s,abandoned\n12.5,1\n40,0\n",
        "waited_s,abandoned\n12.5,0\n",
        "waits.csv: abandoned: found no 1; at least one caller who hung up",
    ),
    ("40,0", "40,maybe", "waits.csv: line 3: abandoned: found 'maybe'; 0 or 1"),
]


@pytest.mark.parametrize(("mistaken", "instead", "line"), MISTAKES_IN_FILES)
def test_mistake_in_a_file_beside_is_told_with_its_line(
    tmp_path: Path, mistaken: str, instead: str, line: str
) -> None:
    path = scenario_file(tmp_path, mistaken, instead)
    assert told(lambda: load_scenario(path), tmp_path) == line


def test_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    line = told(lambda: load_scenario(tmp_path / "day.toml"), tmp_path)
    assert line == "day.toml: found No such file or directory; a readable file"
