"""Campaigns of thirty days on which every day something else goes wrong: does the law's share hold?

One budget for the thirty days, what was learned kept from day to day, on the light floor. A campaign of
twenty agents takes two minutes of CPU, two hundred over an hour of two cores on PyPy: keep them (`--keep`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from benchmarks._pacing_conditions import SHAPES, Conditions
from benchmarks._pacing_ours import Goldline
from benchmarks._pacing_runs import THREE_PER_CENT, Cell, Kept
from benchmarks._pacing_world import Day, LightWorld
from benchmarks.report import Row
from dialer.budget import Budget
from dialer.pacing import Learned

DAYS_OF_A_CAMPAIGN = 30
CAMPAIGNS = 200
CAMPAIGNS_QUICK = 2
SEEDS_FROM = 500_000
LOOKS_EVERY_S = 2.0
"""As seldom as costs nothing that could be measured: there are six thousand days to get through."""
SHAPES_IN_TURN = tuple(SHAPES)


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign: its cell, the hours of its days, its number."""

    cell: Cell
    hours: float
    number: int

    @property
    def key(self) -> str:
        """Name the campaign."""
        return f"campaign|{self.cell}|{self.hours:g}|{self.number}"


def run_campaign(campaign: Campaign) -> Day:
    """Return the sum of thirty days; campaigns begin at different places of the round of shapes."""
    learned, budget, whole = Learned(), Budget(), Day()
    for number in range(DAYS_OF_A_CAMPAIGN):
        shape = SHAPES[SHAPES_IN_TURN[(number + campaign.number) % len(SHAPES_IN_TURN)]]
        conditions = shape(
            Conditions(agents=campaign.cell.agents, answered=campaign.cell.answered, hours=campaign.hours)
        )
        method = Goldline((budget,), learned, looks_every_s=LOOKS_EVERY_S)
        seed = SEEDS_FROM + campaign.number * DAYS_OF_A_CAMPAIGN + number
        day = LightWorld(conditions, method, seed).run()
        whole = Day(
            logged_in_s=whole.logged_in_s + day.logged_in_s,
            busy_s=whole.busy_s + day.busy_s,
            dialed=whole.dialed + day.dialed,
            answered=whole.answered + day.answered,
            abandoned=whole.abandoned + day.abandoned,
        )
    return whole


def campaigns(
    kept: Kept, cells: Sequence[Cell], count: int, hours: float
) -> tuple[str, list[Row], dict[str, float]]:
    """Return how many of `count` campaigns kept to the cap over their thirty days."""
    rows: list[Row] = []
    within = []
    for cell in cells:
        tasks = [Campaign(cell, hours, number) for number in range(count)]
        wholes = kept.found(run_campaign, tasks)
        within.append(fmean(whole.share <= THREE_PER_CENT for whole in wholes))
        rows.append(
            {
                "cell": str(cell),
                "campaigns": count,
                "utilisation %": round(100 * fmean(whole.utilisation for whole in wholes), 1),
                "abandoned %": round(100 * fmean(whole.share for whole in wholes), 3),
                "worst campaign %": round(100 * max(whole.share for whole in wholes), 3),
                "within 3 %, of all": within[-1],
            }
        )
    return (
        "Campaigns of thirty days on which something else goes wrong each day",
        rows,
        {"within the cap, of all campaigns, least": min(within)},
    )
