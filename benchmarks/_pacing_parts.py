"""The tables of `benchmarks.pacing`: each a function of the kept days, the cells, and how many days."""

from __future__ import annotations

import time
from collections.abc import Sequence
from statistics import fmean, quantiles

from benchmarks._pacing_conditions import SHAPES, Conditions
from benchmarks._pacing_ours import Goldline
from benchmarks._pacing_runs import ENGINE, LIGHT, Cell, Figures, Kept, Setting, Task, figures
from benchmarks._pacing_tuning import TUNED, tuned_settings
from benchmarks._pacing_world import LightWorld, Picture
from benchmarks.report import Row
from dialer.pacing import Floor

SEEDS_FROM = 1001
"""Other days than those the peers were tuned on."""
RING_S = 12.0
NOT_TUNED = "not tuned"
"""In place of a peer whose setting for the cell nobody has looked for yet: `--tune` does."""
FULL_DAY_HOURS = 8.0
"""Targets are of whole days: a short one is dominated by its beginning."""

TARGETS: dict[int, tuple[float, float, float]] = {
    5: (75.0, 80.5, 84.5),
    10: (82.0, 84.5, 87.0),
    20: (87.5, 88.5, 90.0),
    50: (92.5, 93.0, 93.5),
    100: (95.0, 95.5, 96.0),
    300: (97.5, 98.0, 98.0),
}
ONE_PER_CENT_TARGETS: dict[int, tuple[float, float, float]] = {
    20: (86.0, 87.0, 88.5),
    100: (94.5, 95.0, 95.0),
}
_RATES = (0.2, 0.35, 0.5)

Table = tuple[str, list[Row], dict[str, float]]


def _of(
    kept: Kept,
    method: str,
    cell: Cell,
    days: int,
    hours: float,
    *,
    setting: Setting = (),
    shape: str = "usual",
) -> Figures:
    tasks = [
        Task(method=method, cell=cell, seed=seed, setting=setting, shape=shape, hours=hours)
        for seed in range(SEEDS_FROM, SEEDS_FROM + days)
    ]
    return figures(kept.days(tasks))


def _target(targets: dict[int, tuple[float, float, float]], cell: Cell) -> float | None:
    if cell.agents not in targets or cell.answered not in _RATES:
        return None
    return targets[cell.agents][_RATES.index(cell.answered)]


def cells(kept: Kept, chosen: Sequence[Cell], days: int, hours: float) -> Table:
    """Goldline through the whole engine, the peers on the light floor, and the clairvoyant bound."""
    tuned = tuned_settings()
    rows: list[Row] = []
    leads, worst, reached = [], [], []
    for cell in chosen:
        ours = _of(kept, ENGINE, cell, days, hours)
        peers = {"progressive": _of(kept, "progressive", cell, days, hours)}
        for name in TUNED:
            setting = tuned.get(name, {}).get(str(cell))
            if setting is not None:
                peers[name] = _of(kept, name, cell, days, hours, setting=setting)
        target = _target(TARGETS, cell) if hours == FULL_DAY_HOURS else None
        bound = 100 * (1 - RING_S / (hours * 3600))
        rows.append(
            {
                "cell": str(cell),
                "goldline %": str(ours),
                "worst day %": round(ours.worst, 2),
                "days above 3 %": round(ours.above_cap),
                "target": target or "",
                "bound": f"{bound:.2f} / 0",
                **{name: str(peers.get(name, NOT_TUNED)) for name in ("progressive", *TUNED)},
            }
        )
        leads.append(min(ours.utilisation - peer.utilisation for peer in peers.values()))
        worst.append(ours.worst)
        if target is not None:
            reached.append(ours.utilisation >= target)
    return (
        "Utilisation / abandoned, per cent: goldline untuned in the whole engine, peers tuned for each cell",
        rows,
        ({"cells at their target, of all": fmean(reached)} if reached else {})
        | {
            "least lead over a tuned peer, points": min(leads),
            "worst day, per cent abandoned": max(worst),
        },
    )


KEPT_TO = 0.0125
"""The cap of those who want about one per cent: a cap of one exactly is steered well below it, to .87."""


def one_per_cent(kept: Kept, chosen: Sequence[Cell], days: int, hours: float) -> Table:
    """The same kept to about one per cent."""
    rows: list[Row] = []
    for cell in chosen:
        if cell.agents in ONE_PER_CENT_TARGETS:
            ours = _of(kept, ENGINE, cell, days, hours, setting=(KEPT_TO,))
            target = _target(ONE_PER_CENT_TARGETS, cell) or 0.0
            rows.append(
                {"cell": str(cell), "goldline %": str(ours), "worst day %": ours.worst, "target": target}
            )
    return f"With a cap of {KEPT_TO:.2%}: utilisation / abandoned, per cent", rows, {}


def agreement(kept: Kept, chosen: Sequence[Cell], days: int, hours: float) -> Table:
    """The light floor against the whole engine."""
    rows: list[Row] = []
    apart = []
    for cell in chosen:
        ours, light = (_of(kept, method, cell, days, hours) for method in (ENGINE, LIGHT))
        apart.append(abs(ours.utilisation - light.utilisation))
        rows.append({"cell": str(cell), "whole engine %": str(ours), "light floor %": str(light)})
    return "The light floor agrees with the whole engine", rows, {"farthest apart, points": max(apart)}


def stress(kept: Kept, chosen: Sequence[Cell], days: int, hours: float) -> Table:
    """Days on which something goes wrong, on the light floor."""
    rows: list[Row] = []
    for cell in chosen:
        usual = _of(kept, LIGHT, cell, days, hours)
        for shape in SHAPES:
            found = _of(kept, LIGHT, cell, days, hours, shape=shape)
            rows.append(
                {
                    "cell": str(cell),
                    "day": shape,
                    "goldline %": str(found),
                    "worst day %": round(found.worst, 2),
                    "lost, points": round(usual.utilisation - found.utilisation, 2),
                }
            )
    return "Days on which something goes wrong: utilisation / abandoned", rows, {}


def cost(kept: Kept, chosen: Sequence[Cell], days: int, hours: float) -> Table:
    """CPU time of a decision in the steady state of the light floor."""
    rows: list[Row] = []
    for agents in dict.fromkeys(cell.agents for cell in chosen):
        timed = Timed()
        conditions = Conditions(agents=agents, answered=0.2, hours=min(hours, 0.5))
        LightWorld(conditions, timed, SEEDS_FROM).run()
        rows.append(
            {
                "agents": agents,
                "decisions": len(timed.used_s),
                "mean us": round(1e6 * fmean(timed.used_s)),
                "p99 us": round(1e6 * quantiles(timed.used_s, n=100)[-1]),
            }
        )
    return "CPU time of a decision", rows, {}


class Timed(Goldline):
    """The pacer with a stop-watch; the first minutes, in which next to nothing is known, are left out."""

    WARM_UP_S = 300.0

    def __init__(self) -> None:
        super().__init__()
        self.used_s: list[float] = []
        self._is_warm = False

    def calls(self, picture: Picture, now_s: float) -> int:
        """Return how many to dial now."""
        self._is_warm = now_s >= self.WARM_UP_S
        return super().calls(picture, now_s)

    def decide(self, floor: Floor, boldness: float) -> int:
        """Return how many to dial, and take the time of it."""
        started_s = time.thread_time()
        wanted = super().decide(floor, boldness)
        if self._is_warm:
            self.used_s.append(time.thread_time() - started_s)
        return wanted
