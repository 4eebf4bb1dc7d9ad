"""A centre of the size of VANAD's in 2014: its queues, volumes, handling times, patience and skills.

About 6,000 calls on a weekday between 8 and 20 h in 16 queues, five of which carry 94 %, and 82 agents with
six skills each on average. The figures are read from the folder `vanad_2014` of GOLDLINE_DATA, nothing is
written. All 82 work as long as the centre is open; those of equal skills are a team.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.kernel.rng import Streams
from goldline.config import Config, parse_config
from goldline.flows import parse_flows
from ivr.flow import Flow
from simulator.demand import CustomerGroup, IntervalArrivals
from simulator.draws import Constant, Exponential, LogNormal
from simulator.erlang import HOUR_S
from simulator.scenario import Scenario
from simulator.staffing import Service, Team

AGENTS = 82
OPENS, CLOSES = 8, 20
"""Hours of the clock between which nearly all calls came."""
DAY_S = 86_400.0
SEED = 2014
CALLS_MIN = 307
"""Of a queue in the year; one with less than a call a day is left out."""

Table = Sequence[Mapping[str, str]]


def centre_folder() -> Path | None:
    """Return the folder of the centre's figures, None where GOLDLINE_DATA does not lead to one."""
    folder = Path(os.environ.get("GOLDLINE_DATA", ""), "vanad_2014")
    return folder if folder.is_dir() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """What a simulated day of the centre is made of."""

    scenario: Scenario
    config: Config
    flows: Mapping[str, Flow]


def centre(figures: Path, days: int, agents: int = AGENTS) -> Centre:
    """Return the centre on so many weekdays, by its figures; with few `agents` its callers wait."""
    rows = [row for row in _read(figures / "summary_by_queue.csv") if int(row["n"]) >= CALLS_MIN]
    hourly = {int(row["hour"]): float(row["calls"]) for row in _read(figures / "summary_by_hour.csv")}
    total = sum(int(row["n"]) for row in rows)
    queues = [row["q"] for row in rows]
    scenario = Scenario(
        schema=1,
        name="centre",
        engine_config="",
        duration_s=days * DAY_S,
        arrivals=tuple(_arrivals(row, int(row["n"]) / total, hourly, days) for row in rows),
        service=tuple(_service(row) for row in rows),
        customers=(CustomerGroup(weight=1),),
        teams=_teams(_read(figures / "agent_skill_matrix.csv"), queues, days, agents),
    )
    config = _config(queues)
    return Centre(scenario=scenario, config=config, flows=parse_flows(config, _flow_texts(queues)))


def _read(path: Path) -> Table:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


# --- demand ---------------------------------------------------------------------------------------


def _arrivals(
    queue: Mapping[str, str], share: float, hourly: Mapping[int, float], days: int
) -> IntervalArrivals:
    day = tuple(share * hourly.get(hour, 0.0) for hour in range(24))
    return IntervalArrivals(
        kind="intervals",
        dialed_number=_number(queue["q"]),
        interval_s=HOUR_S,
        counts=day * days,
        patience=Exponential(kind="exponential", mean_s=float(queue["pat_exp_mean"])),
    )


def _service(queue: Mapping[str, str]) -> Service:
    mean_s = float(queue["aht"])
    talk = LogNormal(kind="lognormal", mean_s=mean_s, deviation_s=mean_s * float(queue["cv"]))
    return Service(queue=_name(queue["q"]), talk=talk, wrap_up=Constant(value_s=0))


# --- supply ---------------------------------------------------------------------------------------


def _teams(matrix: Table, queues: Sequence[str], days: int, agents: int) -> tuple[Team, ...]:
    """Return agents drawn from the matrix, at work while the centre is open, by what they can do."""
    drawn = Streams(SEED).stream("agents").sample(matrix, agents)
    sets = Counter(tuple(queue for queue in queues if row[queue] == "1") for row in drawn)
    return tuple(
        Team(
            name=f"team-{place}",
            skills={_name(queue): 5 for queue in skills},
            interval_s=HOUR_S,
            counts=tuple(count if OPENS <= hour < CLOSES else 0 for hour in range(24)) * days,
        )
        for place, (skills, count) in enumerate(sets.items(), 1)
    )


# --- the engine -----------------------------------------------------------------------------------


def _name(queue: str) -> str:
    return f"queue-{queue}"


def _number(queue: str) -> str:
    return f"90{queue.zfill(2)}"


def _config(queues: Sequence[str]) -> Config:
    """Return an engine with these queues, each with a skill, a number and a flow of its own."""
    ivr = {
        "flows": [_name(queue) for queue in queues],
        "default": _name(queues[0]),
        "numbers": {_number(queue): _name(queue) for queue in queues},
    }
    sections = {_name(queue): {"requirements": {_name(queue): 1}} for queue in queues}
    return parse_config({"schema": 1, "queues": sections, "ivr": ivr}, "centre")


def _flow_texts(queues: Sequence[str]) -> dict[str, str]:
    return {
        _name(queue): f'schema = 1\nname = "{_name(queue)}"\nstart = "waiting"\n'
        f'nodes.waiting = {{ kind = "queue", queue = "{_name(queue)}" }}\n'
        for queue in queues
    }
