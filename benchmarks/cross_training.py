"""How much cross-training is enough: the setting of Wallace and Whitt (2005) through the real engine.

    python -m benchmarks.cross_training [--runs N] [--quick] [--json]

Six types of call, 84 Erlang, 90 agents, 120 lines. Where everybody has all skills the centre is one pool of
M/M/90/120, whose blocking and mean wait the formulas know exactly; agents of two skills come close to it, of
one skill not at all. The exit status is 1 where two skills do not: blocking more than a tenth of a point
from the exact one, or a mean wait over 0.60 minutes.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

from benchmarks._theory import simulated_day, team_of
from benchmarks.report import Row, parser, print_figures, shown
from goldline.replications import each_run
from simulator.confidence import Interval, ratio
from simulator.erlang import steady_state

RUNS, QUICK_RUNS = 160, 2
MINUTE_S = 60.0
BLOCKING_SLACK = 0.001
MEAN_WAIT_LIMIT_MIN = 0.60


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How many skills each agent has, the scenario of it, and what an independent simulation came to.

    The reference has 800,000 calls, serves the primary type before the others, and measured blocking in
    percent, the mean wait in minutes and the share of calls that met an agent of their primary type.
    """

    skills: int
    scenario: str
    blocking: float
    wait_min: float
    primary: float


SETTINGS = (
    Setting(skills=1, scenario="cross-training-one", blocking=3.71, wait_min=2.440, primary=1.0),
    Setting(skills=2, scenario="cross-training-two", blocking=0.378, wait_min=0.570, primary=0.74),
    Setting(skills=3, scenario="cross-training-three", blocking=0.320, wait_min=0.457, primary=0.69),
    Setting(skills=6, scenario="cross-training-six", blocking=0.350, wait_min=0.436, primary=0.67),
)


Totals = dict[str, tuple[float, float]]
"""The total and the count of each measure, for one run."""


def main() -> int:
    """Print the table and return the exit status."""
    options = parser((__doc__ or "").splitlines()[0])
    options.add_argument("--runs", type=int, default=RUNS, help="of each setting, nine hours each")
    asked = options.parse_args()
    runs = QUICK_RUNS if asked.quick else asked.runs
    measured = {setting.skills: _measure(setting, runs) for setting in SETTINGS}
    exact = steady_state(per_hour=504, agents=90, handle_s=600, lines=120)
    rows = [_row(setting, measured[setting.skills]) for setting in SETTINGS]
    two = measured[2]
    enough = (
        abs(two["blocking"].mean - exact.blocked) <= BLOCKING_SLACK
        and two["wait_min"].mean <= MEAN_WAIT_LIMIT_MIN
    )
    ratios = {
        "exact blocking % of one pool": exact.blocked * 100,
        "exact mean wait of one pool, min": exact.speed_of_answer_s / MINUTE_S,
        "two skills are enough (1: yes)": int(enough),
    }
    title = f"Cross-training: 84 Erlang, 90 agents, 120 lines, {runs} runs of each setting"
    print_figures(title, rows, asked.json, ratios)
    return 0 if enough or asked.quick else 1


def _measure(setting: Setting, runs: int) -> dict[str, Interval]:
    """Return the measures of a setting over all its runs."""
    totals = list(each_run(Run(setting.scenario), range(1, runs + 1)))
    return {
        name: ratio([run[name][0] for run in totals], [run[name][1] for run in totals]) for name in totals[0]
    }


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a scenario; called with a seed."""

    scenario: str

    def __call__(self, seed: int) -> Totals:
        """Return the totals and counts of the measures after the warm-up."""
        day = simulated_day(self.scenario, seed)
        answered = len(day.answered)
        return {
            "blocking": (day.blocked, day.offered),
            "waiting": (sum(contact.queue_us > 0 for contact in day.answered), answered),
            "wait_min": (day.wait_s(day.answered) / MINUTE_S, answered),
            "half_minute": (day.answered_within(MINUTE_S / 2), answered),
            "primary": (sum(_is_primary(c.queue, c.agent_id) for c in day.answered), answered),
        }


def _is_primary(queue: str, agent_id: str) -> bool:
    """Tell whether the agent, of the team `first-2` or `first-2-5`, is best at the type of the queue."""
    return team_of(agent_id).split("-")[1] == queue.removeprefix("type-")


def _row(setting: Setting, measured: dict[str, Interval]) -> Row:
    """Return a line of the table: ours with half its interval, and the reference."""
    return {
        "skills": setting.skills,
        "blocking %": measured["blocking"].mean * 100,
        "+- ": shown(measured["blocking"].half_width * 100),
        "reference %": setting.blocking,
        "P(wait)": measured["waiting"].mean,
        "mean wait min": measured["wait_min"].mean,
        "+-": shown(measured["wait_min"].half_width),
        "reference min": setting.wait_min,
        "wait < 30 s": measured["half_minute"].mean,
        "primary": measured["primary"].mean,
        "reference primary": setting.primary,
    }


if __name__ == "__main__":
    sys.exit(main())
