"""What fresh days say of the rules found: beside those configured, and beside first come, first served."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from goldline.intervals import interval_tree
from goldline.tune.days import ShownDay
from goldline.tune.objective import Objective, Of, abandoned, earned, in_time, of_tier, pooled, waited
from metrics.summary import Tree
from simulator.confidence import Ratios, ratio, ratio_difference

IN_TURN, BEFORE, AFTER = "in_turn", "before", "after"
RULES = (IN_TURN, BEFORE, AFTER)
Days = Mapping[str, Sequence[ShownDay]]
"""The same fresh days under each of the rules."""

TIER_MEASURES = {"mean_wait_s": waited, "abandoned": abandoned, "in_time": in_time}


def verdict_tree(objective: Objective, tiers: Sequence[str], days: Days) -> Tree:
    """Return every figure under all rules, with differences, and which guards the rules found keep."""
    return {
        "value_share": _compared(days, earned),
        "tiers": {
            tier: {name: _compared(days, of_tier(tier, measure)) for name, measure in TIER_MEASURES.items()}
            for tier in tiers
        },
        "guards": list(_guards(objective, days)),
    }


def _guards(objective: Objective, days: Days) -> Iterator[Tree]:
    for promise in objective.promises:
        share = pooled(days[AFTER], of_tier(promise.tier, in_time))
        yield {"guard": f"{promise} is answered in time", "kept": share >= promise.share}
    for name, measure in (("waits no longer", waited), ("hangs up no more often", abandoned)):
        after, in_turn = (
            pooled(days[rules], of_tier(objective.lowest, measure)) for rules in (AFTER, IN_TURN)
        )
        guard = f"{objective.lowest} {name} than first come, first served"
        yield {"guard": guard, "kept": after <= in_turn}


def _compared(days: Days, of: Of) -> Tree:
    figures = {rules: _ratios(days[rules], of) for rules in RULES}
    counted = all(any(counts) for _, counts in figures.values())
    return {
        **{rules: interval_tree(ratio(*figures[rules]), any(figures[rules][1])) for rules in RULES},
        "gain": interval_tree(ratio_difference(figures[BEFORE], figures[AFTER]), counted),
        "gain_over_in_turn": interval_tree(ratio_difference(figures[IN_TURN], figures[AFTER]), counted),
    }


def _ratios(days: Sequence[ShownDay], of: Of) -> Ratios:
    found = [of(day) for day in days]
    return [one.total for one in found], [one.count for one in found]
