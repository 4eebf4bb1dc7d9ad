"""How much cross-training is enough: the setting of Wallace and Whitt (2005) through the real engine.

    python -m benchmarks.cross_training [--runs N] [--quick] [--json]

Six types of call, 84 Erlang, 90 agents, 120 lines. Where everybody has all skills the centre is one pool of
M/M/90/120, and where everybody has one it is six that share their lines: both are known exactly. Agents of
two skills come close to the one pool. All settings meet the same callers, so how far they are from each
other is known much better than where either is: what is beyond the exact pool is measured beside our own.
The exit status is 1 where two skills are not enough: more than a tenth of a point of blocking beyond the
pool's, or a mean wait over 0.60 minutes.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks._shared_lines import shared_lines
from benchmarks._theory import simulated_day, team_of
from benchmarks.report import Row, parser, print_figures, shown
from goldline.replications import each_run
from simulator.confidence import Interval, Ratios, ratio, ratio_difference
from simulator.erlang import steady_state

RUNS, QUICK_RUNS = 32, 2
MINUTE_S = 60.0
TALK_S = 600.0
TYPES, PER_HOUR_AND_TYPE = 6, 84.0
AGENTS, LINES = 90, 120
BLOCKING_SLACK = 0.001
MEAN_WAIT_LIMIT_MIN = 0.60


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How many skills each agent has, the scenario of it, and what an independent simulation came to.

    The reference has 800,000 calls, serves the primary type before the others, and lets 30 wait however many
    agents are idle, which matters where they have one skill. It measured blocking in percent, the mean wait
    in minutes and the share of calls that met an agent of their primary type.
    """

    skills: int
    scenario: str
    blocking: float
    wait_min: float
    primary: float


ALL_SKILLS = 6
SETTINGS = (
    Setting(skills=1, scenario="cross-training-one", blocking=3.71, wait_min=2.440, primary=1.0),
    Setting(skills=2, scenario="cross-training-two", blocking=0.378, wait_min=0.570, primary=0.74),
    Setting(skills=3, scenario="cross-training-three", blocking=0.320, wait_min=0.457, primary=0.69),
    Setting(skills=ALL_SKILLS, scenario="cross-training-six", blocking=0.350, wait_min=0.436, primary=0.67),
)

Totals = dict[str, tuple[float, float]]
"""The total and the count of each measure, for one run."""
Measures = Mapping[str, Ratios]
"""The totals and the counts of each measure over all runs of a setting."""


def main() -> int:
    """Print the table and return the exit status."""
    options = parser((__doc__ or "").splitlines()[0])
    options.add_argument("--runs", type=int, default=RUNS, help="of each setting, of 21 hours each")
    asked = options.parse_args()
    runs = QUICK_RUNS if asked.quick else asked.runs
    measured = {setting.skills: _measure(setting, runs) for setting in SETTINGS}
    pool = measured[ALL_SKILLS]
    blocking, wait_min = (
        ratio_difference(pool[name], measured[2][name]) for name in ("blocking", "wait_min")
    )
    exact = _exact()[ALL_SKILLS]
    enough = blocking.high <= BLOCKING_SLACK and exact["wait_min"] + wait_min.high <= MEAN_WAIT_LIMIT_MIN
    ratios = {
        "two skills, blocking % beyond one pool": blocking.mean * 100,
        "two skills, mean wait min": exact["wait_min"] + wait_min.mean,
        "two skills are enough (1: yes)": int(enough),
    }
    title = f"Cross-training: 84 Erlang, 90 agents, 120 lines, {runs} runs of each setting"
    rows = [_row(setting, measured[setting.skills], pool) for setting in SETTINGS]
    print_figures(title, rows, asked.json, ratios)
    return 0 if enough or asked.quick else 1


def _exact() -> dict[int, dict[str, float]]:
    """Return blocking and mean wait of the settings for which they are known."""
    per_hour = TYPES * PER_HOUR_AND_TYPE
    one_pool = steady_state(per_hour=per_hour, agents=AGENTS, handle_s=TALK_S, lines=LINES)
    pools = shared_lines(
        pools=TYPES, per_hour=PER_HOUR_AND_TYPE, agents=AGENTS // TYPES, handle_s=TALK_S, lines=LINES
    )
    return {
        1: {"blocking": pools.blocked, "wait_min": pools.wait_s / MINUTE_S},
        ALL_SKILLS: {"blocking": one_pool.blocked, "wait_min": one_pool.speed_of_answer_s / MINUTE_S},
    }


def _measure(setting: Setting, runs: int) -> Measures:
    """Return the measures of a setting over all its runs."""
    totals = list(each_run(Run(setting.scenario), range(1, runs + 1)))
    return {name: ([run[name][0] for run in totals], [run[name][1] for run in totals]) for name in totals[0]}


def _beyond(pool: Measures, measured: Measures) -> dict[str, Interval]:
    """Return by how much a setting blocks more and waits longer than the pool, run by run."""
    return {name: ratio_difference(pool[name], measured[name]) for name in ("blocking", "wait_min")}


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


def _row(setting: Setting, measured: Measures, pool: Measures) -> Row:
    """Return a line of the table: ours with half the interval, what is beyond the pool, and the reference."""
    means = {name: ratio(*figures) for name, figures in measured.items()}
    blocking, wait_min = means["blocking"], means["wait_min"]
    beyond = _beyond(pool, measured)
    exact = _exact().get(setting.skills, {})
    return {
        "skills": setting.skills,
        "blocking %": blocking.mean * 100,
        "+- %": shown(blocking.half_width * 100),
        "beyond six skills %": _spread(beyond["blocking"], 100),
        "exact %": shown(exact["blocking"] * 100) if exact else "-",
        "reference %": setting.blocking,
        "mean wait min": wait_min.mean,
        "+- min": shown(wait_min.half_width),
        "beyond six skills min": _spread(beyond["wait_min"]),
        "exact min": shown(exact["wait_min"]) if exact else "-",
        "reference min": setting.wait_min,
        "P(wait)": means["waiting"].mean,
        "wait < 30 s": means["half_minute"].mean,
        "primary": means["primary"].mean,
        "reference primary": setting.primary,
    }


def _spread(figure: Interval, unit: float = 1.0) -> str:
    return f"{figure.mean * unit:.3f} +- {figure.half_width * unit:.3f}"


if __name__ == "__main__":
    sys.exit(main())
