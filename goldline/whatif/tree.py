"""The answer as one tree of plain values, for JSON, the tables and the page.

    targets, teams, interval_starts_s          what was asked
    intervals       columns: calls and erlangs offered, agents by plan, shares of the found plan, verdicts
    plans           each staffing with its hours, cost and shares: own, erlang_c, erlang_a, found
    curve           the found staffing with some agents more or fewer everywhere
    looked_at       cost and shares of all the search tried

Shares of plans and of the curve come from fresh days, those of `looked_at` from the days of the search.
"""

from __future__ import annotations

from math import isfinite
from typing import Any

from goldline.report import clock_s
from goldline.whatif.answer import Answer, Plan
from goldline.whatif.erlang import Pool
from goldline.whatif.question import Question
from simulator.confidence import Interval
from simulator.erlang import HOUR_S
from simulator.planning import Target
from simulator.staffing_measure import Measured, Staffing, crews_of

Tree = dict[str, Any]


def answer_tree(answer: Answer) -> Tree:
    """Return the tree: seconds to the millisecond, shares to 1e-4, money and hours to the cent."""
    question, found = answer.question, answer.found
    return {
        "scenario": question.scenario.name,
        "seed": answer.seed,
        "days": answer.days,
        "targets": list(map(_target, question.targets)),
        "teams": {
            name: {"cost": terms.cost, "counts": list(counts)}
            for name, terms, counts in zip(question.team_names, question.terms, found.staffing, strict=True)
        },
        "pools": list(map(_pool, answer.pools)),
        "clock_s": clock_s(question.scenario.starts_at),
        "interval_s": question.interval_s,
        "interval_starts_s": question.frame.starts_s,
        "intervals": _intervals(answer),
        "plans": {name: _plan(question, plan) for name, plan in answer.plans.items()},
        "curve": [
            {"shift": by, **_plan(question, plan)}
            for by, plan in sorted([*answer.shifted.items(), (0, found)], key=lambda point: point[0])
        ],
        "looked_at": [
            _price(question, staffing) | {"days": measured.days, "share": _whole_shares(question, measured)}
            for staffing, measured in answer.looked_at
        ],
        "repairs": [
            {"interval": repair.interval, "before": sum(repair.before), "after": sum(repair.after)}
            for repair in answer.repairs
        ],
        "unattainable": list(answer.unattainable),
        "exhausted": answer.exhausted,
        "all_met": all(verdict == "met" for verdict in _verdicts(question, found)),
    }


def _target(target: Target) -> Tree:
    return {
        "name": str(target),
        "share": target.share,
        "within_s": target.within_s,
        "tier": target.tier,
        "queue": target.queue,
    }


def _pool(pool: Pool) -> Tree:
    return {
        "queues": list(pool.queues),
        "per_hour": [round(calls, 2) for calls in pool.per_hour],
        "handle_s": round(pool.handle_s, 3),
        "patience_s": round(pool.patience_s, 3) if isfinite(pool.patience_s) else None,
    }


def _intervals(answer: Answer) -> Tree:
    question, found = answer.question, answer.found
    erlangs = zip(*(pool.erlangs for pool in answer.pools), strict=True)
    return {
        "offered": _mean_offered(found),
        "erlangs": [round(sum(loads), 2) for loads in erlangs],
        "occupancy": _occupancy(found),
        "share": {
            str(target): _column(
                [found.measured.share(place, interval) for interval in range(question.frame.intervals)]
            )
            for place, target in enumerate(question.targets)
        },
        "verdict": _verdicts(question, found),
    }


def _plan(question: Question, plan: Plan) -> Tree:
    verdicts = _verdicts(question, plan)
    return _price(question, plan.staffing) | {
        "days": plan.measured.days,
        "agents": [sum(crew) for crew in crews_of(plan.staffing)],
        "share": _whole_shares(question, plan.measured),
        "share_by_interval": {
            str(target): [
                round(plan.measured.share(place, interval).mean, 4)
                for interval in range(question.frame.intervals)
            ]
            for place, target in enumerate(question.targets)
        },
        "intervals_below_target": sum(verdict != "met" for verdict in verdicts),
    }


def _verdicts(question: Question, plan: Plan) -> list[str]:
    return [_verdict(question, plan.measured, interval) for interval in range(question.frame.intervals)]


def _verdict(question: Question, measured: Measured, interval: int) -> str:
    """Return `met`, `close` where a share is below its target by no more than its half width, or `missed`."""
    shares = [
        (target.share, measured.share(place, interval)) for place, target in enumerate(question.targets)
    ]
    if any(share.high < asked for asked, share in shares):
        return "missed"
    return "met" if all(share.mean >= asked for asked, share in shares) else "close"


def _price(question: Question, staffing: Staffing) -> Tree:
    hours = [sum(counts) * question.interval_s / HOUR_S for counts in staffing]
    cost = sum(each * terms.cost for each, terms in zip(hours, question.terms, strict=True))
    return {"hours": round(sum(hours), 2), "cost": round(cost, 2)}


def _whole_shares(question: Question, measured: Measured) -> Tree:
    return {
        str(target): _figure(measured.whole_share(place)) for place, target in enumerate(question.targets)
    }


def _mean_offered(plan: Plan) -> list[float]:
    by_day = [
        [sum(counts) for counts in zip(*(queue.offered for queue in day.queues.values()), strict=True)]
        for day in plan.days
    ]
    return [round(sum(counts) / len(by_day), 2) for counts in zip(*by_day, strict=True)]


def _occupancy(plan: Plan) -> list[float | None]:
    handling_us = map(sum, zip(*(day.handling_us for day in plan.days), strict=True))
    ready_us = map(sum, zip(*(day.ready_us for day in plan.days), strict=True))
    return [
        round(handling / (handling + ready), 4) if handling + ready else None
        for handling, ready in zip(handling_us, ready_us, strict=True)
    ]


def _figure(share: Interval) -> Tree:
    half_width = round(share.half_width, 4) if isfinite(share.half_width) else None
    return {"mean": round(share.mean, 4), "half_width": half_width}


def _column(shares: list[Interval]) -> Tree:
    figures = [_figure(share) for share in shares]
    return {name: [figure[name] for figure in figures] for name in ("mean", "half_width")}
