"""`goldline estimate train`: learns waits, writes them as a file to include, and says how good they are."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from core.kernel.errors import ConfigError
from goldline.config import load_config
from goldline.estimate.from_records import learn_calls, learn_ledger
from goldline.estimate.from_scenario import learn_scenario
from goldline.estimate.lesson import Lesson
from goldline.estimate.recorded import is_recorded, read_recorded
from goldline.progress import Told, progress_bar
from metrics.summary import Tree
from simulator.report.blocks import Section, Table

_COLUMNS: Mapping[str, tuple[str, str]] = {
    "learned from": ("learned_from", ","),
    "judged on": ("judged_on", ","),
    "mean s": ("mean_wait_s", ".1f"),
    "by line": ("by_line_rmse_s", ".1f"),
    "by last": ("last_served_rmse_s", ".1f"),
    "learned": ("learned_rmse_s", ".1f"),
}
"""The headings of the table, and what stands under them in which format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a user may choose.

    The first three are for scenarios only, `judge` for lists of calls, `config` names the ledger.
    """

    replications: int = 20
    seed: int | None = None
    cores: int = -1
    judge: Sequence[Path] = ()
    zone: str | None = None
    config: Path = Path("goldline.toml")


def train(sources: Sequence[Path], out: Path, choices: Choices, progress: bool = False) -> Tree:
    """Learn from a scenario or from lists of calls (`.csv`), or from the ledger where there is no source.

    Raises `ConfigError` for a source that cannot be read, and where too little is in it.
    """
    _check_zone(choices.zone)
    is_list = any(map(is_recorded, sources))
    if choices.judge and not is_list:
        raise ConfigError("--judge", choices.judge[0], "only beside lists of calls to learn from")
    with progress_bar("learning", progress) as told:
        if is_list:
            lesson, refused = _from_lists(sources, choices, told)
        else:
            lesson, refused = _from_one(sources, choices, told), {}
    lesson.write(out, choices.zone)
    return {
        "trained_on": lesson.trained_on,
        "judged_on": lesson.judged_on,
        "file": str(out),
        "queues": lesson.figures(),
        "all": lesson.whole_figures(),
        **refused,
    }


def _from_lists(sources: Sequence[Path], choices: Choices, told: Told) -> tuple[Lesson, Tree]:
    """Return what the lists teach, and which of their rows could not be used."""
    found = read_recorded(sources)
    judged = read_recorded(choices.judge) if choices.judge else None
    lists = [found, judged] if judged else [found]
    refused = {
        "refused_rows": sum(it.refused for it in lists),
        "errors": [asdict(error) for it in lists for error in it.errors],
    }
    return learn_calls(found, choices.zone, judged, told), refused


def _from_one(sources: Sequence[Path], choices: Choices, told: Told) -> Lesson:
    """Return what a scenario teaches, or the ledger."""
    match sources:
        case []:
            return asyncio.run(learn_ledger(load_config(choices.config), choices.zone))
        case [scenario]:
            return learn_scenario(
                scenario, choices.replications, choices.seed, choices.cores, choices.zone, told
            )
        case _:
            raise ConfigError("source", sources[1], "one scenario, or lists of calls only (.csv)")


def _check_zone(zone: str | None) -> None:
    try:
        ZoneInfo(zone or "UTC")
    except (KeyError, OSError, ValueError) as error:
        raise ConfigError("--zone", zone, "a time zone such as Europe/Amsterdam") from error


def lesson_table(result: Tree) -> Table:
    """Return the table of what `train` returned; of several queues also what they come to together."""
    queues = result["queues"]
    sections = queues if len(queues) == 1 else {**queues, "all queues": result["all"]}
    return Table(
        title=f"Waits learned from {result['trained_on']}",
        headings=("", *_COLUMNS, "less by", "95 %"),
        sections=tuple(
            Section(title=name, rows=tuple(_row(moment, figures) for moment, figures in moments.items()))
            for name, moments in sections.items()
        ),
        note=f"Root mean squared errors in seconds on {result['judged_on']}: going by the line's length, "
        "by the last served, and by what was learned, less by so much than by the last served.",
    )


def _row(moment: str, figures: Tree) -> tuple[str, ...]:
    low, high = (_percent(figures[key]) for key in ("gain_low", "gain_high"))
    return (
        moment,
        *(format(figures[key], form) for key, form in _COLUMNS.values()),
        _percent(figures["gain"]),
        f"{low} to {high}",
    )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
