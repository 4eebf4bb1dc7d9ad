"""A centre of the size of VANAD's in 2014: its queues, volumes, handling times, patience and skills.

27 queues of which five carry 94 % of the calls, about 6,000 calls on a weekday between 8 and 20 h, 82 agents
with six skills each on average. The figures are read from the folder `vanad_2014` of GOLDLINE_DATA;
configuration and menus are written to a folder of the one who asks. Agents of equal skills are a team.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from core.kernel.rng import Streams
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
    folder = Path(os.environ.get("GOLDLINE_DATA", "")) / "vanad_2014"
    return folder if folder.is_dir() else None


def centre(figures: Path, folder: Path, days: int = 1) -> Scenario:
    """Return `days` weekdays of the centre from the `figures`; the engine's files are put into `folder`."""
    queues = [row for row in _read(figures / "summary_by_queue.csv") if int(row["n"]) >= CALLS_MIN]
    hourly = {int(row["hour"]): float(row["calls"]) for row in _read(figures / "summary_by_hour.csv")}
    total = sum(int(row["n"]) for row in queues)
    _write_engine_files(folder, [row["q"] for row in queues])
    return Scenario(
        schema=1,
        name="centre",
        file=folder / "centre.toml",
        engine_config="goldline.toml",
        duration_s=days * DAY_S,
        arrivals=tuple(_arrivals(row, int(row["n"]) / total, hourly, days) for row in queues),
        service=tuple(_service(row) for row in queues),
        customers=(CustomerGroup(weight=1),),
        teams=_teams(_read(figures / "agent_skill_matrix.csv"), [row["q"] for row in queues], days),
    )


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


def _teams(matrix: Table, queues: Sequence[str], days: int) -> tuple[Team, ...]:
    """Return 82 agents drawn from the matrix, at work while the centre is open, by what they can do."""
    drawn = Streams(SEED).stream("agents").sample(matrix, AGENTS)
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


def _write_engine_files(folder: Path, queues: Sequence[str]) -> None:
    flows = [f"{_name(queue)}.toml" for queue in queues]
    numbers = "".join(f'"{_number(queue)}" = "{_name(queue)}"\n' for queue in queues)
    sections = "".join(
        f"[queues.{_name(queue)}]\nrequirements = {{ {_name(queue)} = 1 }}\n" for queue in queues
    )
    ivr = f"[ivr]\nflows = {flows}\ndefault = {_name(queues[0])!r}\n[ivr.numbers]\n{numbers}"
    (folder / "goldline.toml").write_text(f"schema = 1\n{sections}{ivr}", encoding="utf-8")
    for queue in queues:
        (folder / f"{_name(queue)}.toml").write_text(_flow(_name(queue)), encoding="utf-8")


def _flow(queue: str) -> str:
    return (
        f'schema = 1\nname = "{queue}"\nstart = "waiting"\n'
        f'[nodes.waiting]\nkind = "queue"\nqueue = "{queue}"\n'
    )
