"""`goldline estimate train`: learns waits, writes them as a file to include, and says how good they are."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from core.kernel.errors import ConfigError
from goldline.config import load_config
from goldline.estimate.calls import read_calls
from goldline.estimate.from_records import learn_calls, learn_ledger
from goldline.estimate.from_scenario import learn_scenario
from goldline.estimate.lesson import Lesson
from goldline.progress import progress_bar
from metrics.summary import Tree
from simulator.report.blocks import Section, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a user may choose; the first three are for scenarios only, `config` names the ledger."""

    replications: int = 20
    seed: int | None = None
    cores: int = -1
    zone: str | None = None
    config: Path = Path("goldline.toml")


def train(source: Path | None, out: Path, choices: Choices, progress: bool = False) -> Tree:
    """Learn from `source`, a scenario or a list of calls (`.csv`), or from the ledger where there is none.

    Raises `ConfigError` for a source that cannot be read, and where too little is in it.
    """
    _check_zone(choices.zone)
    refused: Tree = {}
    if source is None:
        lesson = asyncio.run(learn_ledger(load_config(choices.config), choices.zone))
    elif source.suffix == ".csv":
        found = read_calls(source)
        refused = {"refused_rows": found.refused, "errors": [asdict(error) for error in found.errors]}
        lesson = learn_calls(found, source.name, choices.zone)
    else:
        lesson = _from_scenario(source, choices, progress)
    lesson.write(out, choices.zone)
    return {"trained_on": lesson.trained_on, "file": str(out), "queues": lesson.figures(), **refused}


def _from_scenario(source: Path, choices: Choices, progress: bool) -> Lesson:
    with progress_bar(f"learning from {source.name}", progress) as told:
        return learn_scenario(source, choices.replications, choices.seed, choices.cores, choices.zone, told)


def _check_zone(zone: str | None) -> None:
    try:
        ZoneInfo(zone or "UTC")
    except (KeyError, OSError, ValueError) as error:
        raise ConfigError("--zone", zone, "a time zone such as Europe/Amsterdam") from error


def lesson_table(result: Tree) -> Table:
    """Return the table of what `train` returned."""
    return Table(
        title=f"Waits learned from {result['trained_on']}",
        headings=("", "learned from", "judged on", "mean s", "last served, RMS", "learned, RMS", "less by"),
        sections=tuple(
            Section(title=queue, rows=tuple(_row(name, figures) for name, figures in moments.items()))
            for queue, moments in result["queues"].items()
        ),
        note="root mean squared errors in seconds, on waits that were not learned from",
    )


def _row(name: str, figures: Tree) -> tuple[str, ...]:
    gain = figures["gain"]
    return (
        name,
        f"{figures['learned_from']:,}",
        f"{figures['judged_on']:,}",
        *(f"{figures[key]:.1f}" for key in ("mean_wait_s", "last_served_rmse_s", "learned_rmse_s")),
        "-" if gain is None else f"{gain:.1%}",
    )
