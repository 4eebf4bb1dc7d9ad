"""What `goldline tune` shows: the rules side by side, the guards, and the weights that were found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from goldline.comparison import signed
from goldline.tables import shown
from goldline.tune.verdict import RULES, TIER_MEASURES
from metrics.summary import Tree
from simulator.report.blocks import Section, Table

_HEADINGS = ("", "first come, first served", "before", "found", "found - before")
_MEASURES = {
    "mean_wait_s": ("mean wait s", ".1f"),
    "abandoned": ("hung up", ".1%"),
    "in_time": ("in time", ".1%"),
}


def tune_tables(result: Tree) -> tuple[Table, ...]:
    """Return the figures of fresh days under all rules, and what was found by tier."""
    return _figures(result), _weights(result)


def remarks(result: Tree) -> Iterator[str]:
    """Yield in a sentence what became of each guard, and where the rules are."""
    for guard in result["guards"]:
        yield f"{'kept' if guard['kept'] else 'NOT KEPT'}: {guard['guard']}"
    policy, file = result["policy"], result["rules_file"]
    if file:
        yield f'{file}: include it, and let queues run policy = "{policy}", or compare it in turns'


def _figures(result: Tree) -> Table:
    tiers = (
        Section(
            title=name,
            rows=tuple(_row(_MEASURES[key][0], figures[key], _MEASURES[key][1]) for key in TIER_MEASURES),
        )
        for name, figures in result["tiers"].items()
    )
    total = Section(title="", rows=(_row("value earned", result["value_share"], ".2%"),))
    return Table(
        title=f"{result['scenario']}: {result['replications']} fresh days, from seed {result['seed']}",
        headings=_HEADINGS,
        sections=(total, *tiers),
        note=f"found on {result['days']} other days; ±: half of the 95 % interval; the last column is paired",
    )


def _row(name: str, figure: Tree, form: str) -> tuple[str, ...]:
    return (name, *(shown(figure[rules], form) for rules in RULES), signed(figure["gain"], form))


def _weights(result: Tree) -> Table:
    found = {tier: dict(_flat(keys)) for tier, keys in result["rules"].items()}
    keys = dict.fromkeys(key for row in found.values() for key in row)
    rows = tuple((tier, *(str(row.get(key, "")) for key in keys)) for tier, row in found.items())
    return Table(title="What was found", headings=("", *keys), sections=(Section(title="", rows=rows),))


def _flat(keys: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for key, value in keys.items():
        if isinstance(value, Mapping):
            yield from _flat(value)
        else:
            yield key, value
