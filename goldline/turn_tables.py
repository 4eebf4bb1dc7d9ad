"""What `goldline compare` shows: each figure under both policies, and by how much the second is beyond."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from goldline.tables import shown
from metrics.summary import Tree
from simulator.report.blocks import Section, Table

NOTE = (
    "± is half of the 95 % interval over the pairs of blocks. A difference is marked by * where its interval "
    "leaves out 0; where there is no difference, one figure of twenty is marked by chance."
)


def turn_tables(result: Tree) -> Iterator[Table]:
    """Yield one table for each figure that somebody made."""
    first, second = result["policies"]
    threshold_s = result["threshold_s"]
    measures = (
        ("mean_wait_s", "Mean wait of the answered, in seconds", ".1f"),
        ("service_level", f"Answered in {threshold_s:g} s, of all answered or abandoned", ".1%"),
        ("abandoned", "Abandoned, of all who asked for the queue", ".1%"),
        ("mean_handle_s", "Mean of talk and wrap-up, in seconds", ".1f"),
        ("resolved", "Resolved, of those finished", ".1%"),
        ("value", "Value earned, of all that asked for the queue", ".2%"),
    )
    groups = {"all": result["total"], **result["tiers"]}
    for name, heading, form in measures:
        if result["total"][name]["difference"] is not None:
            yield Table(
                title=heading,
                headings=("", first, second, f"{second} beyond {first}"),
                sections=(Section(title="", rows=tuple(_rows(groups, name, form))),),
            )


def preface(result: Tree) -> str:
    """Return of what the figures are, on one line."""
    total, border_s = result["total"], result["warm_up_s"]
    first, second = total["offered"]
    return (
        f"queue {result['queue']}: {first:,} and {second:,} contacts in {total['pairs']} pairs of blocks of "
        f"{result['block_s']:g} s; {result['left_out']:,} more came within {border_s:g} s of a change"
    )


def _rows(groups: dict[str, Tree], name: str, form: str) -> Iterator[tuple[str, ...]]:
    for group, figures in groups.items():
        first, second = figures[name]["policies"]
        yield (group, shown(first, form), shown(second, form), _difference(figures[name]["difference"], form))


def _difference(found: dict[str, Any] | None, form: str) -> str:
    if found is None or found["half_width"] is None:
        return "-"
    sure = " *" if abs(found["mean"]) > found["half_width"] else ""
    return f"{found['mean']:+{form}} ± {found['half_width']:{form}}{sure}"
