"""The figures of a day as one tree of plain values, for JSON, tables and pages.

    arrived, left_in_ivr, done_in_ivr, occupancy; of all that asked for a queue: offered, ... service_level
    tiers, queues    the same of each tier and queue; teams: the occupancy of each
    intervals        columns over the intervals of the day: of everybody, of each tier, queue and team
    waits            how many waits were how long, by tier

A leaf is a count, a `Ratio`, None where there is nothing to tell, or a column of these. So the trees of
several runs can be laid over one another (`goldline.replications`); `plain` makes numbers of one tree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from metrics.contacts import ContactFigures, by_length
from metrics.day import DayFigures
from metrics.estimates import EstimateFigures
from metrics.frame import USUAL_THRESHOLD_S, Frame
from metrics.occupancy import WorkTime
from metrics.queue_length import QueueLength
from metrics.ratio import Ratio
from metrics.service_level import ServiceLevelPolicy

Tree = dict[str, Any]
DIGITS = 4
"""Decimals of a figure: a tenth of a millisecond, a hundredth of a percent."""


def day_summary(figures: DayFigures, *, tiers: Iterable[str] = (), queues: Iterable[str] = ()) -> Tree:
    """Return the tree of `figures`: first `tiers` and `queues`, even if nobody was of them, then others."""
    frame, time = figures.frame, figures.time
    tier_names, queue_names = _all(tiers, figures.tiers), _all(queues, figures.queues)
    teams, everybody = dict(sorted(time.teams.items())), time.everybody()
    return {
        "arrived": figures.arrived,
        "left_in_ivr": figures.left_in_ivr,
        "done_in_ivr": figures.done_in_ivr,
        **contact_summary(figures.of(), frame),
        "occupancy": everybody.occupancy(),
        "tiers": {name: contact_summary(figures.of(tier=name), frame) for name in tier_names},
        "queues": {name: contact_summary(figures.of(queue=name), frame) for name in queue_names},
        "teams": {name: {"occupancy": team.occupancy()} for name, team in teams.items()},
        "intervals": {
            "all": _contact_columns(figures.by_interval(), frame) | _work_columns(everybody, frame),
            "tiers": {name: _contact_columns(figures.by_interval(tier=name), frame) for name in tier_names},
            "queues": {
                name: _contact_columns(figures.by_interval(queue=name), frame)
                | _length_columns(figures.lengths.get(name) or QueueLength(frame))
                for name in queue_names
            },
            "teams": {name: _work_columns(team, frame) for name, team in teams.items()},
        },
        "waits": {name: _wait_columns(figures.of(tier=name)) for name in tier_names},
    }


def contact_summary(contacts: ContactFigures, frame: Frame) -> Tree:
    """Return the figures of one group of contacts, service levels by the name of their policy."""
    return {
        "offered": contacts.offered,
        "answered": contacts.answered,
        "abandoned": contacts.abandoned,
        "blocked": contacts.blocked,
        "elsewhere": contacts.elsewhere,
        "mean_wait_s": contacts.mean_wait_s,
        "mean_wait_all_s": contacts.mean_wait_all_s,
        "share_within_20s": contacts.service_level(replace(frame, threshold_s=USUAL_THRESHOLD_S)),
        "p95_wait_s": contacts.percentile_s(0.95),
        "mean_handle_s": contacts.mean_handle_s,
        "resolved": contacts.resolved,
        "resolved_share": contacts.resolved_share,
        "value_share": contacts.value_share,
        "mean_skill_level": contacts.mean_level,
        "estimate": _estimate_summary(contacts.estimates),
        "service_level": {
            policy.value: contacts.service_level(frame, policy) for policy in ServiceLevelPolicy
        },
    }


def _estimate_summary(estimates: EstimateFigures) -> Tree:
    return {
        "expected": estimates.expected,
        "bias_s": estimates.bias_s,
        "rmse_s": estimates.root_mean_square_s,
        "announced": estimates.announced,
        "share_in_band": estimates.share_in_band,
    }


def _all(named: Iterable[str], seen: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*named, *seen]))


def _contact_columns(intervals: list[ContactFigures], frame: Frame) -> Tree:
    return {
        "offered": [contacts.offered for contacts in intervals],
        "answered": [contacts.answered for contacts in intervals],
        "abandoned": [contacts.abandoned for contacts in intervals],
        "mean_wait_s": [contacts.mean_wait_s for contacts in intervals],
        "service_level": [contacts.service_level(frame) for contacts in intervals],
    }


def _work_columns(time: WorkTime, frame: Frame) -> Tree:
    return {
        "occupancy": time.occupancies(),
        "agents": time.agents(frame.lengths_us()),
    }


def _length_columns(length: QueueLength) -> Tree:
    return {"length_mean": length.means(), "length_max": list(length.longest)}


def _wait_columns(contacts: ContactFigures) -> Tree:
    return {"answered": by_length(contacts.answered_us), "abandoned": by_length(contacts.abandoned_us)}


def plain(tree: Any) -> Any:
    """Return a tree of numbers: each ratio as its quotient, rounded to 1e-4."""
    match tree:
        case dict():
            return {name: plain(branch) for name, branch in tree.items()}
        case list():
            return [plain(leaf) for leaf in tree]
        case Ratio():
            return rounded(tree.value)
        case _:
            return rounded(tree)


def rounded(value: float | None) -> float | None:
    """Return a figure as it is shown to machines; a count stays whole."""
    return round(value, DIGITS) if isinstance(value, float) else value
